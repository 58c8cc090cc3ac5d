//! Ways in which bytes get damaged on their way, or forged.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

#[derive(Clone, Copy, Debug)]
pub(super) enum Damage {
    Flip {
        at: Index,
        bit: u8,
    },
    Set {
        at: Index,
        byte: u8,
    },
    Insert {
        at: Index,
        byte: u8,
    },
    Remove {
        at: Index,
    },
    CutOff {
        at: Index,
    },
    Append {
        byte: u8,
    },
    /// Overwrites four bytes, as a length or a count would stand there.
    SetLength {
        at: Index,
        length: u32,
    },
    /// Exchanges two pieces, as if a list came in another order.
    Exchange {
        one: Index,
        other: Index,
        len: usize,
    },
}

/// A few damages after each other: mostly one.
pub(super) fn damages() -> impl Strategy<Value = Vec<Damage>> {
    vec(damage(), 1..=3)
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<Index>;
    let byte = prop_oneof![any::<u8>(), Just(0), Just(1), Just(0xff)];
    let length = prop_oneof![any::<u32>(), 0..300_u32, Just(u32::MAX)];
    let len = prop_oneof![1..=32_usize, Just(48), Just(112)];
    prop_oneof![
        (at(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip { at, bit }),
        (at(), byte.clone()).prop_map(|(at, byte)| Damage::Set { at, byte }),
        (at(), byte.clone()).prop_map(|(at, byte)| Damage::Insert { at, byte }),
        at().prop_map(|at| Damage::Remove { at }),
        at().prop_map(|at| Damage::CutOff { at }),
        byte.prop_map(|byte| Damage::Append { byte }),
        (at(), length).prop_map(|(at, length)| Damage::SetLength { at, length }),
        (at(), at(), len).prop_map(|(one, other, len)| Damage::Exchange { one, other, len }),
    ]
}

impl Damage {
    pub(super) fn apply(self, bytes: &mut Vec<u8>) {
        let len = bytes.len();
        if len == 0 {
            return;
        }
        match self {
            Self::Flip { at, bit } => bytes[at.index(len)] ^= 1 << bit,
            Self::Set { at, byte } => bytes[at.index(len)] = byte,
            Self::Insert { at, byte } => bytes.insert(at.index(len), byte),
            Self::Remove { at } => drop(bytes.remove(at.index(len))),
            Self::CutOff { at } => bytes.truncate(at.index(len)),
            Self::Append { byte } => bytes.push(byte),
            Self::SetLength { at, length } => {
                let start = at.index(len);
                bytes[start..].iter_mut().zip(length.to_le_bytes()).for_each(|(byte, new)| *byte = new);
            }
            Self::Exchange { one, other, len: piece } => {
                let (one, other) = (one.index(len), other.index(len));
                for offset in 0..piece {
                    if one + offset < len && other + offset < len {
                        bytes.swap(one + offset, other + offset);
                    }
                }
            }
        }
    }
}
