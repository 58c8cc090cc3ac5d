//! The routes of accounts, households, and what brands know of them.

use lojal_types::activity::HistoryFault;
use lojal_types::{Activity, Address, AddressText, BrandId, Day, Reference, TrackId, TransactionId, api};

use crate::{Client, ClientError, Unproven, Verified, Verifier};

impl Client {
    /// `GET /v1/accounts/{address}`: what an account holds; an account that never received points holds nothing.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn account(&self, address: &AddressText) -> Result<api::Account, ClientError> {
        let account: api::Account = self.get_json(&format!("/v1/accounts/{address}"), &[])?;
        self.expect(account.address == *address, account)
    }
    /// `GET /v1/accounts/{address}/proof`: what an account holds, so that the gateway need not be believed. Where other
    /// validators decide than those that the verifier knows, their changes are asked for and followed.
    ///
    /// # Errors
    /// [`ClientError::Untrue`] or [`ClientError::Split`] if it isn't proven; [`ClientError::Behind`] if it is older
    /// than what is known; others: see [`ClientError`].
    pub fn proven_account(
        &self,
        address: &AddressText,
        verifier: &mut Verifier,
    ) -> Result<Verified<api::Account>, ClientError> {
        Ok(self.proven_account_and_activity(address, verifier)?.map(|(account, _)| account))
    }
    /// The same with the activity in the account's record, to which its history has to lead; none if there is no
    /// record.
    ///
    /// # Errors
    /// As for [`Client::proven_account`].
    pub fn proven_account_and_activity(
        &self,
        address: &AddressText,
        verifier: &mut Verifier,
    ) -> Result<Verified<(api::Account, Option<Activity>)>, ClientError> {
        self.proven(address, verifier, |verifier, canonical, answer| verifier.account_and_activity(canonical, answer))
    }
    /// `GET /v1/accounts/{address}/proof`: the standings of an account, so that the gateway need not be believed.
    ///
    /// # Errors
    /// As for [`Client::proven_account`].
    pub fn proven_standing(
        &self,
        address: &AddressText,
        verifier: &mut Verifier,
    ) -> Result<Verified<api::Standings>, ClientError> {
        self.proven(address, verifier, Verifier::standings)
    }
    /// `GET /v1/accounts/{address}/proof`: the offers of an account, so that the gateway need not be believed.
    ///
    /// # Errors
    /// As for [`Client::proven_account`].
    pub fn proven_offers(
        &self,
        address: &AddressText,
        verifier: &mut Verifier,
    ) -> Result<Verified<api::Offers>, ClientError> {
        self.proven(address, verifier, Verifier::offers)
    }
    /// `GET /v1/accounts/{address}/proof`: the vouchers of an account, so that the gateway need not be believed.
    ///
    /// # Errors
    /// As for [`Client::proven_account`].
    pub fn proven_vouchers(
        &self,
        address: &AddressText,
        verifier: &mut Verifier,
    ) -> Result<Verified<api::Vouchers>, ClientError> {
        self.proven(address, verifier, Verifier::vouchers)
    }
    /// Something that the proofs about an account show.
    fn proven<T>(
        &self,
        address: &AddressText,
        verifier: &mut Verifier,
        show: impl Fn(&Verifier, Address, &api::ProvenState) -> Result<Verified<T>, Unproven>,
    ) -> Result<Verified<T>, ClientError> {
        let answer: api::ProvenState = self.get_json(&format!("/v1/accounts/{address}/proof"), &[])?;
        let untrue = |reason: String| ClientError::Untrue { url: self.url.clone(), reason };
        let canonical = address.to_canonical(verifier.network()).map_err(|error| untrue(error.to_string()))?;
        let what = format!("the account {address}");
        self.judge(verifier, (&what, &answer.header), |verifier| show(verifier, canonical, &answer))
    }
    /// `GET /v1/accounts/{address}/standing`: the standings of an account at brands, with the levels that it has
    /// reached.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn standing(&self, address: &AddressText) -> Result<api::Standings, ClientError> {
        let standings: api::Standings = self.get_json(&format!("/v1/accounts/{address}/standing"), &[])?;
        self.expect(standings.address == *address, standings)
    }
    /// `GET /v1/accounts/{address}/offers`: the offers of an account that haven't ended.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn offers(&self, address: &AddressText) -> Result<api::Offers, ClientError> {
        let offers: api::Offers = self.get_json(&format!("/v1/accounts/{address}/offers"), &[])?;
        self.expect(offers.address == *address, offers)
    }
    /// `GET /v1/market/{sell}/{buy}`: the offers of a brand's points for another's that can be taken now.
    ///
    /// # Errors
    /// [`ClientError::Problem`] with `unknown_brand` if there is no such brand.
    pub fn market(&self, sell: &BrandId, buy: &BrandId) -> Result<api::Market, ClientError> {
        let market: api::Market = self.get_json(&format!("/v1/market/{sell}/{buy}"), &[])?;
        self.expect((market.brand, market.wants) == (*sell, *buy), market)
    }
    /// `GET /v1/accounts/{address}/vouchers`: the vouchers that an account can use.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn vouchers(&self, address: &AddressText) -> Result<api::Vouchers, ClientError> {
        let vouchers: api::Vouchers = self.get_json(&format!("/v1/accounts/{address}/vouchers"), &[])?;
        self.expect(vouchers.address == *address, vouchers)
    }
    /// `GET /v1/uses/{reference}`: the use of a voucher that has answered a till's request, found sooner by its day.
    ///
    /// # Errors
    /// [`ClientError::Problem`] with `unknown_reference` while nothing has.
    pub fn voucher_use(&self, reference: &Reference, dated: Option<Day>) -> Result<api::VoucherUse, ClientError> {
        self.get_dated(&format!("/v1/uses/{reference}"), dated)
    }
    /// `GET /v1/brands/{id}/tracks`: the tracks of a brand that aren't over.
    ///
    /// # Errors
    /// [`ClientError::Problem`] with `unknown_brand` if there is none with this id.
    pub fn tracks(&self, brand: &BrandId) -> Result<api::Tracks, ClientError> {
        let tracks: api::Tracks = self.get_json(&format!("/v1/brands/{brand}/tracks"), &[])?;
        self.expect(tracks.brand == *brand, tracks)
    }
    /// `GET /v1/brands/{id}/tracks/{track}/leaders`: the first so many ranks on a track, and that of an account which
    /// the client may read. Nothing shows that nobody is left out.
    ///
    /// # Errors
    /// [`ClientError::Problem`] with `unknown_brand` or `unknown_track`; [`ClientError::Untrue`] if the ranks don't
    /// follow from the units.
    pub fn leaders(
        &self,
        brand: &BrandId,
        track: TrackId,
        limit: u32,
        account: Option<&AddressText>,
    ) -> Result<api::Leaders, ClientError> {
        let (limit, account) = (limit.to_string(), account.map(|account| account.to_string()));
        let mut query = vec![("limit", limit.as_str())];
        query.extend(account.iter().map(|account| ("account", account.as_str())));
        let leaders: api::Leaders = self.get_json(&format!("/v1/brands/{brand}/tracks/{track}/leaders"), &query)?;
        let leaders = self.expect((leaders.brand, leaders.track) == (*brand, track), leaders)?;
        if leaders.ranks_follow() {
            return Ok(leaders);
        }
        let reason = format!("the ranks on track {track} of {brand} don't follow from the units");
        Err(ClientError::Untrue { url: self.url.clone(), reason })
    }
    /// `GET /v1/brands/{id}/campaigns`: the campaigns of a brand that aren't over.
    ///
    /// # Errors
    /// [`ClientError::Problem`] with `unknown_brand` if there is none with this id.
    pub fn campaigns(&self, brand: &BrandId) -> Result<api::Campaigns, ClientError> {
        let campaigns: api::Campaigns = self.get_json(&format!("/v1/brands/{brand}/campaigns"), &[])?;
        self.expect(campaigns.brand == *brand, campaigns)
    }
    /// `GET /v1/brands/{id}/stamps/{reference}`: a stamp, and what can still be taken back of it.
    ///
    /// # Errors
    /// [`ClientError::Problem`] with `unknown_reference` if the brand has stamped nothing under it.
    pub fn stamp(
        &self,
        brand: &BrandId,
        reference: &Reference,
        dated: Option<Day>,
    ) -> Result<api::Stamped, ClientError> {
        self.get_dated(&format!("/v1/brands/{brand}/stamps/{reference}"), dated)
    }
    /// `GET /v1/accounts/{address}/recovery`: its keys and guardians, for those who help it.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn recovery(&self, address: &AddressText) -> Result<api::AccountRecovery, ClientError> {
        let recovery: api::AccountRecovery = self.get_json(&format!("/v1/accounts/{address}/recovery"), &[])?;
        self.expect(recovery.address == *address, recovery)
    }
    /// `GET /v1/households/{address}`: a household's members and invitations.
    ///
    /// # Errors
    /// [`ClientError::Problem`] with `unknown_household` if there is none at this address.
    pub fn household(&self, address: &AddressText) -> Result<api::Household, ClientError> {
        self.get_json(&format!("/v1/households/{address}"), &[])
    }
    /// `GET /v1/brands/{id}/operators`: who acts for a brand.
    ///
    /// # Errors
    /// [`ClientError::Problem`] with `unknown_brand` if there is none with this id.
    pub fn operators(&self, brand: &BrandId) -> Result<api::Operators, ClientError> {
        self.get_json(&format!("/v1/brands/{brand}/operators"), &[])
    }
    /// `GET /v1/brands/{id}/motions`: what a brand's admins are about to decide.
    ///
    /// # Errors
    /// [`ClientError::Problem`] with `unknown_brand` if there is none with this id.
    pub fn brand_motions(&self, brand: &BrandId) -> Result<api::BrandMotions, ClientError> {
        self.get_json(&format!("/v1/brands/{brand}/motions"), &[])
    }
    /// `GET /v1/brands/{id}/issues/{reference}`: an issue, and what can still be taken back of it.
    ///
    /// # Errors
    /// [`ClientError::Problem`] with `unknown_reference` if the brand has issued nothing under it.
    pub fn issue(&self, brand: &BrandId, reference: &Reference, dated: Option<Day>) -> Result<api::Issue, ClientError> {
        self.get_dated(&format!("/v1/brands/{brand}/issues/{reference}"), dated)
    }
    /// `GET /v1/brands/{id}/reversals/{reference}`: what a reversal took, for its brand or whoever knows its
    /// transaction.
    ///
    /// # Errors
    /// [`ClientError::Problem`] with `unknown_reference` if the brand has reversed nothing under it.
    pub fn reversal(
        &self,
        brand: &BrandId,
        reference: &Reference,
        dated: Option<Day>,
        transaction: Option<&TransactionId>,
    ) -> Result<api::Reversal, ClientError> {
        let (dated, transaction) = (dated.map(|day| day.to_string()), transaction.map(|id| id.to_string()));
        let mut query: Vec<(&str, &str)> = dated.iter().map(|day| ("dated", day.as_str())).collect();
        query.extend(transaction.iter().map(|id| ("transaction", id.as_str())));
        self.get_json(&format!("/v1/brands/{brand}/reversals/{reference}"), &query)
    }
    /// `GET /v1/accounts/{address}/transactions`: an account's transactions, the newest first; the next page is asked
    /// for with the cursor of the one before. A page follows from what it says was before it, and the first one leads
    /// to what it says is the account's activity. A brand that sees its own points only (`only_of`) has no such check.
    ///
    /// # Errors
    /// [`ClientError::Untrue`] if it doesn't; others: see [`ClientError`].
    pub fn history(
        &self,
        address: &AddressText,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<api::History, ClientError> {
        let limit = limit.to_string();
        let mut query = vec![("limit", limit.as_str())];
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        let page: api::History = self.get_json(&format!("/v1/accounts/{address}/transactions"), &query)?;
        if page.only_of.is_some() {
            return Ok(page);
        }
        let after = page.after().map_err(|fault| self.untrue(address, fault))?;
        let is_gone = address.is_household() && page.head.is_none();
        let is_newest = cursor.is_some() || is_gone || after == page.head.unwrap_or_default();
        if is_newest { Ok(page) } else { Err(self.untrue(address, HistoryFault::End { count: after.count })) }
    }
    /// The error of a gateway that has shown a history of an account with a fault.
    pub fn untrue(&self, address: &AddressText, fault: HistoryFault) -> ClientError {
        ClientError::Untrue { url: self.url.clone(), reason: format!("of the history of {address}, {fault}") }
    }
}
