//! Members and brands who do this and that.

use lojal_types::limits::MONEY_MAX;
use lojal_types::{
    AcceptPartnership, Convert, Issue, KeyPair, Money, Operation, PartnershipTerms, Points, ProposePartnership,
    Request, RequestKind, Salt, SignedTransaction, TimeMs,
};

use super::{Body, Signer, VALIDITY_MS, body, pair, reference};
use crate::cluster::{brand, now};
use crate::random::Random;

/// The time that points stay set aside: beyond the end of any measurement.
const HOLD_MS: u64 = 7 * 24 * 3_600_000;

impl Signer<'_> {
    /// Signs what lets members convert points of the first brand into the second's.
    pub fn presign_partnership(&self) -> Body {
        let until = now().plus_ms(VALIDITY_MS);
        let terms = PartnershipTerms {
            rate_num: 1,
            rate_den: 2,
            price_micro: 1_000_000,
            daily_max: Points::new(1_000_000_000_000),
            owed_max: Money::new(MONEY_MAX),
            ends_ms: now().plus_ms(365 * 24 * 3_600_000),
        };
        let (from, to) = (brand(0), brand(1));
        let propose = Operation::ProposePartnership(ProposePartnership { from, to, terms: terms.clone() });
        let accept = Operation::AcceptPartnership(AcceptPartnership { from, to, terms });
        // The operators of this network act for both brands.
        body(&[self.signed(&self.operators.key(0), u64::MAX, until, vec![propose, accept])])
    }
    pub(super) fn mixed(&self, random: &mut Random, nonce: u64, until: TimeMs) -> SignedTransaction {
        let (from, to) = pair(random, self.members.len(), 1);
        let member = || self.members.key(from);
        let (key, operation) = match random.below(100) {
            0..50 => (member(), self.transfer(from, to, random)),
            50..75 => self.issue(to, random),
            75..85 => (member(), self.redeem(from, random, until)),
            85..95 => (member(), self.convert(from, random)),
            _ => (member(), self.hold(from, until.plus_ms(HOLD_MS), random, until)),
        };
        self.signed(&key, nonce, until, vec![operation])
    }
    fn issue(&self, to: usize, random: &mut Random) -> (KeyPair, Operation) {
        let operator = self.operators.key(random.below(self.operators.len()));
        let issue = Issue {
            brand: brand(random.below(2)),
            to: self.members.address(to),
            amount: Points::new(100),
            reference: reference(b"receipt", random.bits()),
            dated: now().day(),
            expiry: None,
        };
        (operator, Operation::Issue(issue))
    }
    fn redeem(&self, from: usize, random: &mut Random, until: TimeMs) -> Operation {
        let (brand, amount, salt) = (brand(random.below(2)), Points::new(50), salt(random));
        let (kind, dated, until_ms) = (RequestKind::Redeem, now().day(), until);
        let request = Request { brand, amount, kind, dated, until_ms, household: None, salt };
        request.answer(&self.chain, self.members.address(from))
    }
    fn convert(&self, account: usize, random: &mut Random) -> Operation {
        // One for two, as the brands have agreed.
        let received = 1 + random.below(50) as u64;
        let (account, burned, received) =
            (self.members.address(account), Points::new(2 * received), Points::new(received));
        Operation::Convert(Convert { account, from: brand(0), to: brand(1), burned, received })
    }
    /// Sets points of a member aside until a time.
    pub(super) fn hold(&self, from: usize, expires_ms: TimeMs, random: &mut Random, until: TimeMs) -> Operation {
        let kind = RequestKind::Hold { expires_ms };
        let (brand, amount, salt) = (brand(0), Points::new(10), salt(random));
        let (dated, until_ms) = (now().day(), until);
        let request = Request { brand, amount, kind, dated, until_ms, household: None, salt };
        request.answer(&self.chain, self.members.address(from))
    }
}

/// The random bytes of a till's request.
fn salt(random: &mut Random) -> Salt {
    let mut salt = [0; 16];
    salt[..8].copy_from_slice(&random.bits().to_le_bytes());
    Salt::new(salt)
}
