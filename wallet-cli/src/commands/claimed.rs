//! The points that claims and grants moved: their transactions don't say how many, and a gateway does.

use std::collections::BTreeMap;

use lojal_client::{Client, ClientError};
use lojal_types::api::{ReferenceKind, TransactionStatus};
use lojal_types::{
    AddressText, Award, Bounded, BrandId, ChainId, Claim, Issue, Operation, Points, Redeem, Reference, TransactionId,
    claim_reference, referral_reference,
};

use super::unsent::happened;

/// The operations that would have moved what claims and grants did, by transaction and place in it: issues and
/// redemptions, and of donations the claims themselves, with what was donated as their price.
#[derive(Debug)]
pub(super) struct Claimed {
    moved: BTreeMap<(TransactionId, usize), Vec<Operation<AddressText>>>,
    /// False if nobody knows what some of them moved.
    is_whole: bool,
}

impl Default for Claimed {
    fn default() -> Self {
        Self { moved: BTreeMap::new(), is_whole: true }
    }
}

impl Claimed {
    /// Asks a gateway what the claims and grants of an account moved, of so many of them at most.
    pub(super) fn ask(
        client: &Client,
        account: AddressText,
        transactions: &[TransactionStatus],
        most: usize,
    ) -> Result<Self, ClientError> {
        let open = of_account(transactions, account);
        if open.is_empty() {
            return Ok(Self::default());
        }
        let asker = Asker { client, chain: client.status()?.chain_id, account };
        let mut own = Self { moved: BTreeMap::new(), is_whole: open.len() <= most };
        for (id, place, operation) in open.into_iter().take(most) {
            let moved = asker.moved(&id, place, operation)?;
            own.is_whole &= moved.is_some();
            own.moved.insert((id, place), moved.unwrap_or_default());
        }
        Ok(own)
    }
    /// The transactions with what they moved; none if that isn't known of all.
    pub(super) fn whole(&self, all: Vec<TransactionStatus>) -> Option<Vec<TransactionStatus>> {
        self.is_whole.then(|| self.known(all))
    }
    /// The transactions with what is known of it.
    pub(super) fn known(&self, mut all: Vec<TransactionStatus>) -> Vec<TransactionStatus> {
        for status in &mut all {
            let Some(signed) = &mut status.transaction else { continue };
            let places = signed.transaction.operations.iter().cloned().enumerate();
            let moved = |(place, operation)| match self.moved.get(&(status.id, place)) {
                Some(moved) => moved.clone(),
                None => vec![operation],
            };
            let operations: Vec<_> = places.flat_map(moved).collect();
            match Bounded::new(operations) {
                Ok(operations) => signed.transaction.operations = operations,
                Err(_) => status.transaction = None,
            }
        }
        all
    }
}

/// The claims and grants that may have moved points of an account, with their transactions and places.
fn of_account(
    transactions: &[TransactionStatus],
    account: AddressText,
) -> Vec<(TransactionId, usize, &Operation<AddressText>)> {
    let is_its = |operation: &Operation<AddressText>| match operation {
        Operation::Claim(one) => one.account == account || one.referrer == Some(account),
        Operation::Grant(one) => one.to == account,
        _ => false,
    };
    let of_one = |status| {
        let places = happened(std::slice::from_ref(status)).map(|(_, operation)| operation).enumerate();
        places.filter(move |(_, operation)| is_its(operation)).map(move |(place, one)| (status.id, place, one))
    };
    transactions.iter().flat_map(of_one).collect()
}

/// The questions to a gateway about what an account's claims moved.
struct Asker<'a> {
    client: &'a Client,
    chain: ChainId,
    account: AddressText,
}

impl Asker<'_> {
    /// The operations that would have moved the same; none if nobody knows.
    fn moved(
        &self,
        id: &TransactionId,
        place: usize,
        operation: &Operation<AddressText>,
    ) -> Result<Option<Vec<Operation<AddressText>>>, ClientError> {
        match operation {
            Operation::Grant(one) => Ok(Some(self.given(one.brand, &one.reference)?.into_iter().collect())),
            Operation::Claim(one) => {
                let Ok(place) = u8::try_from(place) else { return Ok(None) };
                self.claim(one, &claim_reference(&self.chain, id, place))
            }
            _ => Ok(None),
        }
    }
    fn claim(
        &self,
        claim: &Claim<AddressText>,
        reference: &Reference,
    ) -> Result<Option<Vec<Operation<AddressText>>>, ClientError> {
        let (brand, mut moved) = (claim.brand, Vec::new());
        if claim.referrer == Some(self.account) {
            moved.extend(self.given(brand, &referral_reference(reference))?);
        }
        if claim.account == self.account {
            moved.extend(self.given(brand, reference)?);
            if !claim.price_max.is_zero() {
                let Some(paid) = self.paid(claim, reference)? else { return Ok(None) };
                moved.push(paid);
            }
        }
        Ok(Some(moved))
    }
    /// The points that came under a reference, as an issue of them.
    fn given(&self, brand: BrandId, reference: &Reference) -> Result<Option<Operation<AddressText>>, ClientError> {
        let issue = if_known(self.client.issue(&brand, reference, None))?.filter(|issue| issue.to == self.account);
        Ok(issue.map(|issue| {
            let (to, amount, reference, dated) = (issue.to, issue.amount, reference.clone(), issue.dated);
            Operation::Issue(Issue { brand, to, amount, reference, dated, expiry: None })
        }))
    }
    /// The points that a claim cost: redeemed, or donated; none if nobody knows. The ledger remembers no donation, but
    /// while the campaign asks for the most that was signed, it was that.
    fn paid(
        &self,
        claim: &Claim<AddressText>,
        reference: &Reference,
    ) -> Result<Option<Operation<AddressText>>, ClientError> {
        let (brand, from) = (claim.brand, self.account);
        let asked = (ReferenceKind::Claim, reference);
        if let Some(amount) = if_known(self.client.reference(&brand, asked, None))?.and_then(|used| used.amount) {
            return Ok(Some(Operation::Redeem(Redeem { brand, from, amount, request: None })));
        }
        let campaigns = self.client.campaigns(&brand)?.campaigns;
        let Some(terms) = campaigns.into_iter().find(|one| one.campaign == claim.campaign).map(|one| one.terms) else {
            return Ok(None);
        };
        let price = Points::new(terms.price_for(claim.invitation.as_ref()).get().saturating_mul(claim.quantity.into()));
        let is_cause = matches!(terms.award, Award::Cause { .. });
        Ok((is_cause && price == claim.price_max).then(|| Operation::Claim(claim.clone())))
    }
}

/// The answer of a gateway, if it knows the reference. It may be behind what it has said before; then less can be told.
pub(super) fn if_known<T>(answer: Result<T, ClientError>) -> Result<Option<T>, ClientError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is_problem("unknown_reference") || error.is_problem("not_permitted") => Ok(None),
        Err(error) => Err(error),
    }
}
