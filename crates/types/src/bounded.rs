//! Lists with a bound that decoding enforces before it allocates.

use std::io;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, de};
use thiserror::Error;

use crate::decode::invalid_data;

/// A list that would be shorter or longer than its type allows.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("a list of {len} where {min} to {max} are allowed")]
pub struct BoundError {
    len: usize,
    min: usize,
    max: usize,
}

/// A list of `MIN` to `MAX` items; encoded as borsh encodes a `Vec`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, Serialize)]
#[serde(transparent)]
pub struct Bounded<T, const MIN: usize, const MAX: usize>(Vec<T>);

impl<T, const MIN: usize, const MAX: usize> Bounded<T, MIN, MAX> {
    /// Checks the number of items.
    ///
    /// # Errors
    /// When there are fewer than `MIN` or more than `MAX`.
    pub fn new(items: Vec<T>) -> Result<Self, BoundError> {
        match items.len() {
            len if (MIN..=MAX).contains(&len) => Ok(Self(items)),
            len => Err(BoundError { len, min: MIN, max: MAX }),
        }
    }
    /// The items as a plain list.
    pub fn into_inner(self) -> Vec<T> {
        self.0
    }
}

impl<T, const COUNT: usize, const MIN: usize, const MAX: usize> From<[T; COUNT]> for Bounded<T, MIN, MAX> {
    /// A list that is written out; one of a wrong length doesn't compile.
    fn from(items: [T; COUNT]) -> Self {
        const { assert!(MIN <= COUNT && COUNT <= MAX) };
        Self(items.into())
    }
}

impl<T: Ord + Clone, const MAX: usize> Bounded<T, 0, MAX> {
    /// This sorted list with an item in its place; the same list if it holds the item already.
    ///
    /// # Errors
    /// When that would be more than `MAX` items.
    pub fn with_sorted(&self, item: T) -> Result<Self, BoundError> {
        let mut items = self.0.clone();
        if let Err(at) = items.binary_search(&item) {
            items.insert(at, item);
        }
        Self::new(items)
    }
    /// This list without an item.
    pub fn without(&self, item: &T) -> Self {
        Self(self.0.iter().filter(|one| *one != item).cloned().collect())
    }
}

impl<T, const MAX: usize> Default for Bounded<T, 0, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MIN: usize, const MAX: usize> std::ops::Deref for Bounded<T, MIN, MAX> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: BorshDeserialize, const MIN: usize, const MAX: usize> BorshDeserialize for Bounded<T, MIN, MAX> {
    /// "decoding […] refuses an announced length beyond its bound before allocating" (protocol, Bytes)
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        let len = u32::deserialize_reader(reader)? as usize;
        if !(MIN..=MAX).contains(&len) {
            let error = BoundError { len, min: MIN, max: MAX };
            return Err(invalid_data(error));
        }
        // An announced length costs memory only as far as bytes follow it.
        let mut items = Vec::with_capacity(len.min(128));
        for _ in 0..len {
            items.push(T::deserialize_reader(reader)?);
        }
        Ok(Self(items))
    }
}

impl<'de, T: Deserialize<'de>, const MIN: usize, const MAX: usize> Deserialize<'de> for Bounded<T, MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(<Vec<T> as Deserialize>::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Few = Bounded<u8, 1, 3>;

    #[test]
    fn both_edges_are_allowed_and_one_beyond_is_not() {
        assert!(Few::new(vec![]).is_err());
        assert!(Few::new(vec![1]).is_ok());
        assert!(Few::new(vec![1, 2, 3]).is_ok());
        assert!(Few::new(vec![1, 2, 3, 4]).is_err());
    }

    #[test]
    fn a_sorted_list_takes_each_item_once_up_to_its_bound() {
        let list = Bounded::<u8, 0, 2>::default().with_sorted(5).and_then(|list| list.with_sorted(3)).expect("two fit");
        assert_eq!(*list, [3, 5]);
        assert_eq!(list.with_sorted(5).as_ref(), Ok(&list));
        assert!(list.with_sorted(4).is_err());
        assert_eq!(*list.without(&3), [5]);
        assert_eq!(list.without(&4), list);
    }

    #[test]
    fn decoding_refuses_an_announced_length_beyond_the_bound() {
        assert!(borsh::from_slice::<Few>(&[0, 0, 0, 0]).is_err());
        assert!(borsh::from_slice::<Few>(&[4, 0, 0, 0, 1, 2, 3, 4]).is_err());
        assert!(borsh::from_slice::<Few>(&[255, 255, 255, 255]).is_err());
        assert_eq!(borsh::from_slice::<Few>(&[2, 0, 0, 0, 1, 2]).ok(), Few::new(vec![1, 2]).ok());
        assert!(borsh::from_slice::<Few>(&[1, 0, 0, 0, 1, 9]).is_err(), "trailing bytes");
    }
}
