//! Every decoder of the protocol, behind one face.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_ledger::key::{
    AccountKey, BalanceKey, BrandKey, BrandListKey, IssuedKey, OperatorKey, OutstandingKey, ParametersKey, RecentKey,
    RedeemedKey, ReversedKey, StateKey, TotalsKey, ValidatorsKey,
};
use lojal_ledger::recent::RecentMinute;
use lojal_ledger::{Tip, record, tree};
use lojal_types::genesis::{GenesisBrand, GenesisOperator};
use lojal_types::*;
use proptest::test_runner::TestCaseError;

/// A decoder and its encoder.
pub(super) struct Decoder {
    pub(super) name: &'static str,
    /// What the bytes encode to again, if they decode.
    pub(super) again: fn(&[u8]) -> Option<Vec<u8>>,
}

impl Decoder {
    /// Fails when the bytes decode to a value with other bytes.
    pub(super) fn check(&self, bytes: &[u8]) -> Result<(), TestCaseError> {
        match (self.again)(bytes) {
            Some(again) if again != bytes => Err(TestCaseError::fail(format!(
                "{} has two forms for one value: {} decodes, and is encoded as {}",
                self.name,
                hex::encode(bytes),
                hex::encode(again)
            ))),
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
pub(super) fn all() -> Vec<Decoder> {
    let mut decoders = vec![
        borsh::<Points>(),
        borsh::<Lot>(),
        borsh::<Expiry>(),
        borsh::<Month>(),
        borsh::<TimeMs>(),
        borsh::<Height>(),
        borsh::<Reference>(),
        borsh::<BrandId>(),
        borsh::<Name>(),
        borsh::<Code>(),
        borsh::<Network>(),
        borsh::<Role>(),
        borsh::<Roles>(),
        borsh::<Policy>(),
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
        borsh::<Tip>(),
        borsh::<RecentMinute>(),
        borsh::<record::Used>(),
        Decoder {
            name: "SignedTransaction::decode",
            again: |bytes| Some(SignedTransaction::decode(bytes).ok()?.encode()),
        },
        Decoder { name: "Block::decode", again: |bytes| Some(Block::decode(bytes).ok()?.encode()) },
    ];
    decoders.extend(state::<ParametersKey>());
    decoders.extend(state::<ValidatorsKey>());
    decoders.extend(state::<BrandListKey>());
    decoders.extend(state::<RecentKey>());
    decoders.extend(state::<BrandKey>());
    decoders.extend(state::<TotalsKey>());
    decoders.extend(state::<OutstandingKey>());
    decoders.extend(state::<OperatorKey>());
    decoders.extend(state::<IssuedKey>());
    decoders.extend(state::<RedeemedKey>());
    decoders.extend(state::<ReversedKey>());
    decoders.extend(state::<AccountKey>());
    decoders.extend(state::<BalanceKey>());
    decoders
}
