//! Uses of vouchers: what a till shows, and what a member has answered.

use axum::http::StatusCode;
use lojal_types::api::Voucher;
use lojal_types::limits::CAMPAIGN_UNITS_MAX;
use lojal_types::{
    Address, AddressText, Award, BrandId, CampaignId, Code, Day, Height, Reference, Salt, TimeMs, TransactionId,
    UseVoucher, VoucherId, VoucherRequest,
};
use lojal_wallet::qr;
use lojal_wallet::random::random_bytes;
use lojal_wallet::uri::VoucherCall;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::desk::{Desk, different, invalid, is_over, named};
use crate::entry::{Call, Use, Wanted};
use crate::keys::ApiKey;
use crate::ledger::LedgerError;
use crate::limits::USE_WITHIN_S;
use crate::problem::{Failure, Kind as Problem};

/// Uses of a voucher to be asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskForUse {
    /// The brand's number of the campaign that gives the voucher.
    campaign: CampaignId,
    /// The number of uses, 1 unless it is said.
    #[serde(default)]
    uses: Option<u64>,
    reference: String,
    #[serde(default)]
    use_within_s: Option<u64>,
    #[serde(default)]
    household: Option<AddressText>,
}

/// Uses of a voucher that were asked for, and what became of that.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[schemars(rename = "VoucherUse")]
pub(crate) struct UseDocument {
    id: Reference,
    /// The till's reference; not there if this connector hasn't asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    /// `open`, `over` if nobody has answered in time, or `used`.
    #[schemars(extend("enum" = ["open", "over", "used"]))]
    state: &'static str,
    brand: BrandId,
    /// The campaign; not there if this connector hasn't asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign: Option<CampaignId>,
    uses: u16,
    dated: Day,
    expires_ms: TimeMs,
    #[serde(skip_serializing_if = "Option::is_none")]
    household: Option<AddressText>,
    /// The text that the member's wallet reads; not there if this connector hasn't asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The same as a QR code.
    #[serde(skip_serializing_if = "Option::is_none")]
    svg: Option<String>,
    /// The member who has used it.
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<AddressText>,
    /// The account that had the voucher: the member's, or a household's.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<AddressText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    voucher: Option<VoucherId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction: Option<TransactionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<Height>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_ms: Option<TimeMs>,
}

impl UseDocument {
    /// True while a member can still answer.
    pub(crate) fn is_open(&self) -> bool {
        self.state == "open"
    }
    /// The same with the QR code of its text.
    pub(crate) fn with_code(self) -> Result<Self, Failure> {
        let svg = self.text.as_deref().map(qr::svg).transpose().map_err(|_| Failure::internal())?;
        Ok(Self { svg, ..self })
    }
}

impl Desk {
    /// Asks for uses of a voucher, which takes a gateway: what nobody can answer is not shown. Tells whether it is a
    /// new request.
    pub(crate) fn ask_for_use(&self, key: &ApiKey, ask: &AskForUse) -> Result<(UseDocument, bool), Failure> {
        let (name, _) = named(&ask.reference)?;
        let wanted = self.wanted(ask)?;
        let first = self.book().call_named(&name).cloned();
        if let Some(first) = first {
            return self.called_again(&first, wanted);
        }
        let Wanted { campaign, quantity, household, use_within_s } = wanted;
        let (_, now) = self.ledger.now()?;
        let until_ms = self.end_of_request(now, ("use_within_s", use_within_s))?;
        self.can_be_answered(wanted)?;
        let (brand, dated) = (self.ledger.brand(), now.day());
        let salt = Salt::new(*random_bytes().map_err(LedgerError::from)?);
        let request = VoucherRequest { brand, campaign, quantity, dated, until_ms, household, salt };
        let id = request.reference(&self.ledger.home().chain_id());
        let call = Call { number: 0, name, id, request, use_within_s, key: key.id, answer: None };
        let mut book = self.book();
        // Another request may have been quicker.
        let first = book.call_named(&call.name).cloned();
        let opened = if first.is_none() { book.open_call(call.clone(), dated) } else { Ok(()) };
        drop(book);
        opened.map_err(|error| self.refused(error))?;
        match first {
            Some(first) => self.called_again(&first, wanted),
            None => Ok((self.use_document(&call, false), true)),
        }
    }
    /// The first request under a reference that is used again.
    fn called_again(&self, first: &Call, wanted: Wanted) -> Result<(UseDocument, bool), Failure> {
        if first.wanted() != wanted {
            return Err(different());
        }
        // Nobody is shown what can't be answered any more.
        let looked = self.look_at_use(&first.id).or_else(|failure| match failure.problem().retryable {
            true => Ok(self.use_document(first, is_over(first.request.until_ms))),
            false => Err(failure),
        });
        Ok((looked?, false))
    }
    fn wanted(&self, ask: &AskForUse) -> Result<Wanted, Failure> {
        let use_within_s = ask.use_within_s.unwrap_or(USE_WITHIN_S);
        if use_within_s == 0 {
            return Err(invalid("use_within_s is at least 1"));
        }
        let household = ask.household.map(|text| self.member(text)).transpose()?;
        household.map(is_household).transpose()?;
        Ok(Wanted { campaign: ask.campaign, quantity: uses(ask.uses.unwrap_or(1))?, household, use_within_s })
    }
    /// Checks that somebody could answer, as a gateway says.
    fn can_be_answered(&self, wanted: Wanted) -> Result<(), Failure> {
        let brand = self.ledger.brand();
        let known = self.ledger.ask_current(|client| client.campaigns(&brand))?;
        let found = known.campaigns.iter().find(|one| one.campaign == wanted.campaign);
        gives_vouchers(found.map(|one| &one.terms.award), brand, wanted.campaign)?;
        let Some(household) = wanted.household.map(|address| self.ledger.text(address)) else { return Ok(()) };
        let pool = self.ledger.ask_current(|client| client.vouchers(&household))?;
        has_uses(&pool.vouchers, brand, wanted)
    }

    /// Uses that were asked for, and what the ledger says of them; also those that another program has asked for, once
    /// they are used.
    pub(crate) fn look_at_use(&self, id: &Reference) -> Result<UseDocument, Failure> {
        let call = self.book().call(id).cloned();
        let Some(call) = call else { return self.use_on_ledger(id) };
        if call.answer.is_some() {
            return Ok(self.use_document(&call, false));
        }
        let (until_ms, dated) = (call.request.until_ms, Some(call.request.dated));
        let (answer, is_late) =
            self.ledger.answer_until(until_ms, |client| self.ledger.voucher_use(client, id, dated))?;
        let Some((answer, _)) = answer else { return Ok(self.use_document(&call, is_late && is_over(until_ms))) };
        self.keep(|book| book.answer_call(id, answer.clone())).ok_or_else(Failure::internal)?;
        Ok(self.use_document(&Call { answer: Some(answer), ..call }, false))
    }
    /// The same by a till's reference, or by the id.
    pub(crate) fn find_use(&self, text: &str) -> Result<UseDocument, Failure> {
        let (name, _) = named(text)?;
        let id = self.book().call_named(&name).map(|call| call.id.clone());
        self.look_at_use(&id.or_else(|| name.parse().ok()).ok_or_else(unknown_use)?)
    }
    fn use_on_ledger(&self, id: &Reference) -> Result<UseDocument, Failure> {
        let found = self.ledger.ask_reference(|client| self.ledger.voucher_use(client, id, None))?;
        let (used, UseVoucher { brand, account, quantity, request, .. }) = found.ok_or_else(unknown_use)?;
        let document = UseDocument {
            id: id.clone(),
            reference: None,
            state: "used",
            brand,
            campaign: None,
            uses: quantity,
            dated: request.dated,
            expires_ms: request.until_ms,
            household: request.for_household.then(|| self.ledger.text(account)),
            text: None,
            svg: None,
            member: None,
            account: None,
            voucher: None,
            transaction: None,
            height: None,
            time_ms: None,
        };
        Ok(self.with_use(document, &used))
    }
    fn use_document(&self, call: &Call, is_over: bool) -> UseDocument {
        let request = &call.request;
        let text = VoucherCall { chain: self.ledger.home().chain_id().tag(), request: request.clone() }.to_uri();
        let document = UseDocument {
            id: call.id.clone(),
            reference: Some(call.name.clone()),
            state: if is_over { "over" } else { "open" },
            brand: request.brand,
            campaign: Some(request.campaign),
            uses: request.quantity,
            dated: request.dated,
            expires_ms: request.until_ms,
            household: request.household.map(|household| self.ledger.text(household)),
            text: Some(text),
            svg: None,
            member: None,
            account: None,
            voucher: None,
            transaction: None,
            height: None,
            time_ms: None,
        };
        match &call.answer {
            Some(used) => self.with_use(document, used),
            None => document,
        }
    }
    fn with_use(&self, document: UseDocument, used: &Use) -> UseDocument {
        UseDocument {
            state: "used",
            member: Some(self.ledger.text(used.by)),
            account: Some(self.ledger.text(used.of)),
            voucher: Some(used.voucher),
            transaction: Some(used.transaction),
            height: Some(used.height),
            time_ms: Some(used.time_ms),
            ..document
        }
    }
}

/// A number of uses that a voucher can have.
fn uses(uses: u64) -> Result<u16, Failure> {
    let known = u16::try_from(uses).ok().filter(|uses| (1..=CAMPAIGN_UNITS_MAX).contains(uses));
    known.ok_or_else(|| {
        let detail = format!(
            "uses is from 1 to {CAMPAIGN_UNITS_MAX}, since no voucher has more: ask for the others under another \
             reference"
        );
        invalid(&detail)
    })
}

/// Checks that an address is a household's.
fn is_household(address: Address) -> Result<(), Failure> {
    if address.is_household() {
        return Ok(());
    }
    Err(invalid(
        "household is a household's address, and this one is a member's: leave it out, and any member can answer",
    ))
}

/// Checks that a campaign gives vouchers.
fn gives_vouchers(award: Option<&Award>, brand: BrandId, campaign: CampaignId) -> Result<(), Failure> {
    let list = format!("`lojal campaign list {brand}` shows which do");
    match award {
        Some(Award::Voucher { .. }) => Ok(()),
        Some(_) => Err(invalid(&format!("campaign {campaign} of {brand} gives no vouchers: {list}"))),
        None => {
            let detail = format!("{brand} has no campaign {campaign} (any more) that gives vouchers: {list}");
            Err(Failure::of_code(Code::UnknownCampaign, StatusCode::NOT_FOUND, detail))
        }
    }
}

/// Checks that a household has what is asked of it: nobody but its members is told whether it is there.
fn has_uses(vouchers: &[Voucher], brand: BrandId, wanted: Wanted) -> Result<(), Failure> {
    let Wanted { campaign, quantity, .. } = wanted;
    let fitting = vouchers.iter().filter(|one| (one.brand, one.campaign) == (brand, campaign));
    let (code, detail) = match fitting.map(|one| one.left).max() {
        Some(left) if left >= quantity => return Ok(()),
        Some(left) => (
            Code::VoucherExceeded,
            format!("no voucher of the household has more than {left} uses left: ask for those"),
        ),
        None => {
            let detail = format!(
                "no household with this address has a voucher of campaign {campaign}: look at the address, or leave \
                 household out, and any member can answer"
            );
            (Code::UnknownVoucher, detail)
        }
    };
    Err(Failure::of_code(code, StatusCode::UNPROCESSABLE_ENTITY, detail))
}

fn unknown_use() -> Failure {
    let detail = "neither this connector nor the ledger knows a use of a voucher with this id or reference: they are \
                  in the answer to POST /vouchers/use";
    Failure::new(Problem::UnknownVoucherUse, detail)
}

#[cfg(test)]
mod tests;
