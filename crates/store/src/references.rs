//! The places where references were used, and the histories of brands: the index has them beside the histories of
//! accounts, under addresses that nobody has, hashes of a brand, a use and a reference (ADR 0058), or of a brand (ADR
//! 0065).

use lojal_types::hash::hash;
use lojal_types::{
    Address, BrandId, ChainId, Operation, Outcome, Payment, Reference, TakenBackOf, Transaction, TransactionId,
    claim_reference,
};

/// Never in a preimage of anything else.
const TAG: &str = "lojal/index/reference/v1";
const BRAND_TAG: &str = "lojal/index/brand/v1";

/// A use of a reference of a brand, by which its transaction is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Points were issued under it.
    Issue = 1,
    /// Points of the issue under it were taken back.
    ReversalOfIssue = 2,
    /// Points were taken back under it.
    Reversal = 3,
    /// The brand took held points under it.
    Capture = 4,
    /// The hold under it was captured or released.
    EndOfHold = 5,
    /// Something was counted under it.
    Stamp = 6,
    /// Something of the stamp under it was taken back.
    TakeBackOfStamp = 7,
    /// Something that was counted, or a mark, was taken back under it.
    TakeBack = 8,
    /// A campaign gave something under it, by an operator.
    Grant = 9,
    /// Something of the mark under it was taken back.
    TakeBackOfMark = 10,
    /// Uses of the voucher under it were taken back.
    TakeBackOfVoucher = 11,
    /// Something was claimed under it.
    Claim = 12,
    /// Points were refunded under it.
    Refund = 13,
    /// Points of the redemption under it were refunded.
    RefundOfRedemption = 14,
    /// Points of the capture under it were refunded.
    RefundOfCapture = 15,
    /// Points of the claim under it were refunded.
    RefundOfClaim = 16,
}

impl Use {
    /// The address under which the index has this use of a reference.
    pub(crate) fn address(self, brand: BrandId, reference: &Reference) -> Address {
        // No letter of a brand's id is a number as low as those of uses, so no id runs on into what stands after it.
        begin(hash(TAG, &[brand.as_str().as_bytes(), &[self as u8], reference.as_bytes()]))
    }
}

/// Something that transactions are about, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// An account: the transactions that concern it.
    Account(Address),
    /// A brand: the applied transactions with an operation that names it.
    Brand(BrandId),
}

impl Subject {
    /// The address under which the index has its transactions.
    pub(crate) fn address(self) -> Address {
        match self {
            Self::Account(account) => account,
            Self::Brand(brand) => address_of_brand(brand),
        }
    }
}

/// The address under which the index has the transactions that name a brand.
fn address_of_brand(brand: BrandId) -> Address {
    begin(hash(BRAND_TAG, &[brand.as_str().as_bytes()]))
}

fn begin(digest: [u8; 32]) -> Address {
    Address::new(*digest.first_chunk().expect("a hash has more than 20 bytes"))
}

/// The addresses under which the index has a transaction for the brands that its operations name, if it was applied: a
/// failed one would let anybody fill a brand's list.
pub(crate) fn addresses_of_brands(transaction: &Transaction, outcome: Outcome) -> impl Iterator<Item = Address> {
    let mut brands: Vec<BrandId> = Vec::new();
    if outcome == Outcome::Applied {
        for brand in transaction.operations.iter().flat_map(Operation::brands) {
            if !brands.contains(&brand) {
                brands.push(brand);
            }
        }
    }
    brands.into_iter().map(address_of_brand)
}

/// The addresses under which the index has a transaction for the references that it has used, if it was applied. The
/// references of requests are left out: the state has the transactions that have answered those.
pub(crate) fn addresses(
    (chain, id): (ChainId, TransactionId),
    transaction: &Transaction,
    outcome: Outcome,
) -> impl Iterator<Item = Address> {
    let is_applied = outcome == Outcome::Applied;
    let operations = (0_u8..).zip(transaction.operations.iter()).filter(move |_| is_applied);
    operations.flat_map(move |(index, operation)| {
        let claimed;
        let uses = match operation {
            Operation::Issue(one) => [Some((Use::Issue, one.brand, &one.reference)), None],
            Operation::Reverse(one) => [
                Some((Use::Reversal, one.brand, &one.reference)),
                Some((Use::ReversalOfIssue, one.brand, &one.issue_reference)),
            ],
            Operation::Capture(one) => [
                Some((Use::Capture, one.brand, &one.reference)),
                Some((Use::EndOfHold, one.brand, &one.hold_reference)),
            ],
            Operation::Release(one) => [Some((Use::EndOfHold, one.brand, &one.hold_reference)), None],
            Operation::Stamp(one) => [Some((Use::Stamp, one.brand, &one.reference)), None],
            Operation::TakeBack(one) => {
                let of = match one.of {
                    TakenBackOf::Stamp => Use::TakeBackOfStamp,
                    TakenBackOf::Mark => Use::TakeBackOfMark,
                    TakenBackOf::Voucher => Use::TakeBackOfVoucher,
                };
                [Some((Use::TakeBack, one.brand, &one.reference)), Some((of, one.brand, &one.of_reference))]
            }
            Operation::Grant(one) => [Some((Use::Grant, one.brand, &one.reference)), None],
            Operation::Claim(one) => {
                claimed = claim_reference(&chain, &id, index);
                [Some((Use::Claim, one.brand, &claimed)), None]
            }
            Operation::Refund(one) => [
                Some((Use::Refund, one.brand, &one.reference)),
                Some((refund_of(one.of), one.brand, &one.of_reference)),
            ],
            _ => [None, None],
        };
        uses.map(|one| one.map(|(kind, brand, reference)| kind.address(brand, reference))).into_iter().flatten()
    })
}

/// The use of a payment's reference that a refund of it makes.
fn refund_of(payment: Payment) -> Use {
    match payment {
        Payment::Redeem => Use::RefundOfRedemption,
        Payment::Capture => Use::RefundOfCapture,
        Payment::Claim => Use::RefundOfClaim,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_uses_share_an_address() {
        let brands = ["kaffet", "kaffe"];
        let of_points = [Use::Issue, Use::ReversalOfIssue, Use::Reversal, Use::Capture, Use::EndOfHold];
        let of_units = [Use::Stamp, Use::TakeBackOfStamp, Use::TakeBack, Use::Grant, Use::TakeBackOfMark];
        let of_vouchers = [Use::TakeBackOfVoucher, Use::Claim];
        let of_refunds = [Use::Refund, Use::RefundOfRedemption, Use::RefundOfCapture, Use::RefundOfClaim];
        let references = [vec![1], vec![1, 1], b"t\x011".to_vec()];
        let mut addresses = Vec::new();
        for brand in brands {
            for kind in of_points.into_iter().chain(of_units).chain(of_vouchers).chain(of_refunds) {
                for bytes in &references {
                    let reference = Reference::new(bytes.clone()).expect("up to 32 bytes");
                    addresses.push(kind.address(brand.parse().expect("valid"), &reference));
                }
            }
        }
        addresses.extend(brands.map(|brand| address_of_brand(brand.parse().expect("valid"))));
        let count = addresses.len();
        addresses.sort_unstable();
        addresses.dedup();
        assert_eq!(addresses.len(), count);
    }
}
