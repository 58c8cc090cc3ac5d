//! Every decoder of canonical bytes, behind one face.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_chain::{Pin, SavedReceipt, SetChange, TransactionProof, inclusion};
use lojal_ledger::key::*;
use lojal_ledger::{Tip, record, shelves, tree};
use lojal_types::genesis::{GenesisBrand, GenesisOperator};
use lojal_types::*;

/// A decoder and its encoder.
pub struct Decoder {
    /// The type that it decodes.
    pub name: &'static str,
    /// The bytes that the value is encoded to again, if the bytes decode.
    pub again: fn(&[u8]) -> Option<Vec<u8>>,
}

impl Decoder {
    /// Checks that the bytes are refused, or the only ones of the value that they decode to.
    ///
    /// # Errors
    /// When the value has other bytes.
    pub fn check(&self, bytes: &[u8]) -> Result<(), String> {
        match (self.again)(bytes) {
            Some(again) if again != bytes => Err(format!(
                "{} has two forms for one value: {} decodes, and is encoded as {}",
                self.name,
                hex::encode(bytes),
                hex::encode(again)
            )),
            _ => Ok(()),
        }
    }
}

fn borsh<T: BorshDeserialize + BorshSerialize>() -> Decoder {
    let again = |bytes: &[u8]| {
        let value: T = borsh::from_slice(bytes).ok()?;
        Some(borsh::to_vec(&value).expect("writing to memory can't fail"))
    };
    Decoder { name: std::any::type_name::<T>(), again }
}

/// The decoder of a state key, and that of its record.
fn state<K: StateKey>() -> [Decoder; 2] {
    let again = |bytes: &[u8]| K::decode(bytes).map(|key| key.encode().into_vec());
    [Decoder { name: std::any::type_name::<K>(), again }, borsh::<K::Record>()]
}

/// All decoders of messages, of the state, and of proofs.
pub fn all() -> Vec<Decoder> {
    let mut decoders = vec![
        borsh::<Points>(),
        borsh::<GrossPoints>(),
        borsh::<Lot>(),
        borsh::<Expiry>(),
        borsh::<Month>(),
        borsh::<Day>(),
        borsh::<TimeMs>(),
        borsh::<Height>(),
        borsh::<Reference>(),
        borsh::<BrandId>(),
        borsh::<Name>(),
        borsh::<Code>(),
        borsh::<NetworkKind>(),
        borsh::<Role>(),
        borsh::<Roles>(),
        borsh::<SignedReadToken>(),
        borsh::<Policy>(),
        borsh::<Currency>(),
        borsh::<Money>(),
        borsh::<Guardian>(),
        borsh::<Guardians>(),
        borsh::<Recovery>(),
        borsh::<MemberRole>(),
        borsh::<MemberLimits>(),
        borsh::<MemberRights>(),
        borsh::<PartnershipTerms>(),
        borsh::<PartnershipProposal>(),
        borsh::<Parameters>(),
        borsh::<GenesisOperator>(),
        borsh::<GenesisBrand>(),
        borsh::<GenesisDocument>(),
        borsh::<Address>(),
        borsh::<PublicKey>(),
        borsh::<Signature>(),
        borsh::<ChainId>(),
        borsh::<ChainTag>(),
        borsh::<BlockId>(),
        borsh::<TransactionId>(),
        borsh::<Hash>(),
        borsh::<Operation>(),
        borsh::<Transaction>(),
        borsh::<SignedTransaction>(),
        borsh::<Outcome>(),
        borsh::<Receipt>(),
        borsh::<Header>(),
        borsh::<Block>(),
        borsh::<VoteKind>(),
        borsh::<VoteContent>(),
        borsh::<CommitSignature>(),
        borsh::<Certificate>(),
        borsh::<Validator>(),
        borsh::<ValidatorSet>(),
        borsh::<tree::Proof>(),
        borsh::<shelves::ShelfProof>(),
        borsh::<Tip>(),
        borsh::<record::OpenHold>(),
        borsh::<record::Counted>(),
        Decoder {
            name: "SignedTransaction::decode",
            again: |bytes| Some(SignedTransaction::decode(bytes).ok()?.encode()),
        },
        Decoder { name: "Block::decode", again: |bytes| Some(Block::decode(bytes).ok()?.encode()) },
    ];
    decoders.extend([borsh::<record::Used>(), borsh::<record::Redeemed>(), borsh::<Pin>(), borsh::<SetChange>()]);
    decoders.extend(states());
    decoders.extend(transactions_alone());
    decoders
}

/// The decoders of transactions that are shown without their blocks, or without a signature.
fn transactions_alone() -> [Decoder; 4] {
    [borsh::<UnsignedTransaction>(), borsh::<inclusion::Path>(), borsh::<TransactionProof>(), borsh::<SavedReceipt>()]
}

/// The decoders of the state keys of programmes and their records.
fn programmes() -> [[Decoder; 2]; 8] {
    [
        state::<TrackListKey>(),
        state::<TrackKey>(),
        state::<StandingKey>(),
        state::<StampedKey>(),
        state::<TakenBackKey>(),
        state::<CampaignListKey>(),
        state::<CampaignKey>(),
        state::<MarkedKey>(),
    ]
}

/// The decoders of all state keys and their records.
fn states() -> impl Iterator<Item = Decoder> {
    let network = [
        state::<ParametersKey>(),
        state::<ValidatorsKey>(),
        state::<BrandListKey>(),
        state::<RecentKey>(),
        state::<HoldEndsKey>(),
        state::<ShelfKey>(),
    ];
    let brands = [
        state::<BrandKey>(),
        state::<TotalsKey>(),
        state::<OutstandingKey>(),
        state::<PendingKey>(),
        state::<OperatorKey>(),
        state::<OperatorListKey>(),
        state::<IssuedTodayKey>(),
        state::<IssuedKey>(),
        state::<RedeemedKey>(),
        state::<ReversedKey>(),
        state::<HeldKey>(),
        state::<CapturedKey>(),
        state::<VouchersKey>(),
        state::<GivenVoucherKey>(),
        state::<UsedVoucherKey>(),
        state::<RefundedKey>(),
        state::<HeldUntilKey>(),
    ];
    let accounts = [state::<AccountKey>(), state::<BalanceKey>(), state::<HoldsKey>(), state::<TransferredTodayKey>()];
    let between_brands = [
        state::<PartnershipKey>(),
        state::<PartnersKey>(),
        state::<ConvertedTodayKey>(),
        state::<ObligationKey>(),
        state::<CreditorsKey>(),
        state::<SettledKey>(),
    ];
    let households = [
        state::<MembershipsKey>(),
        state::<HouseholdKey>(),
        state::<MemberKey>(),
        state::<InvitationKey>(),
        state::<SpentKey>(),
    ];
    let governance = [
        state::<BrandRegisterKey>(),
        state::<BrandMotionKey>(),
        state::<ClosingsKey>(),
        state::<ProtocolKey>(),
        state::<RegisterKey>(),
        state::<MotionKey>(),
        state::<SeatKey>(),
        state::<GovernorKey>(),
        state::<FollowersKey>(),
        state::<SettingsKey>(),
    ];
    network
        .into_iter()
        .chain(brands)
        .chain(accounts)
        .chain(governance)
        .chain(between_brands)
        .chain(households)
        .chain(programmes())
        .flatten()
}
