//! The operations that answer a till's request.

use super::{Hold, Operation, Redeem};
use crate::address::Address;
use crate::ids::ChainId;
use crate::request::{AnsweredRequest, Request, RequestKind};

impl Request {
    /// The operation by which an account answers on a network.
    pub fn answer(&self, chain: &ChainId, from: Address) -> Operation {
        let Self { brand, amount, .. } = *self;
        let request = AnsweredRequest {
            reference: self.reference(chain),
            dated: self.dated,
            until_ms: self.until_ms,
            for_household: self.household.is_some(),
            salt: self.salt,
        };
        match self.kind {
            RequestKind::Redeem => Operation::Redeem(Redeem { brand, from, amount, request: Some(request) }),
            RequestKind::Hold { expires_ms } => Operation::Hold(Hold { brand, from, amount, expires_ms, request }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Day;
    use crate::ids::Salt;
    use crate::points::Points;
    use crate::time::TimeMs;

    #[test]
    fn an_answer_says_which_request_it_answers() {
        let (chain, anna) = (ChainId::new([7; 32]), Address::new([1; 20]));
        let hold = RequestKind::Hold { expires_ms: TimeMs::default().plus_ms(9) };
        for (kind, household) in [(RequestKind::Redeem, None), (hold, None), (hold, Some(anna))] {
            let (brand, amount, salt) = ("nordmat".parse().expect("valid"), Points::new(500), Salt::new([5; 16]));
            let until_ms = TimeMs::default().plus_ms(600_000);
            let request = Request { brand, amount, kind, dated: Day::default(), until_ms, household, salt };
            let (asked, reference) = match request.answer(&chain, anna) {
                Operation::Redeem(redeem) => (redeem.asked(), redeem.request.map(|one| one.reference)),
                Operation::Hold(hold) => (Some(hold.asked()), Some(hold.request.reference)),
                other => panic!("{} answers nothing", other.name()),
            };
            assert_eq!((asked, reference), (Some(request.clone()), Some(request.reference(&chain))));
        }
    }
}
