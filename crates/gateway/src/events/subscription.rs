//! The events that somebody asks for.

use std::str::FromStr;

use lojal_store::Subject;
use lojal_types::api::EVENT_TYPES;
use lojal_types::{ChainTag, NetworkKind};
use thiserror::Error;

/// The events that somebody asks for.
#[derive(Clone, Debug)]
pub(crate) struct Subscription {
    /// The account or brand that they are about.
    pub(crate) of: Subject,
    /// The kinds of events.
    pub(crate) types: Types,
    /// The network that they are of.
    pub(crate) genesis: ChainTag,
    /// Its kind, which says the prefix of addresses.
    pub(crate) network: NetworkKind,
}

/// Kinds of events: types such as `points.issued`, and groups of them such as `points`; all if none is named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Types(Vec<&'static str>);

/// A word that is no kind of event.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "{0} is no type of events: name types such as points.issued, or groups such as points, with - between them; \
     docs/api.md lists them"
)]
pub(crate) struct UnknownType(String);

impl Types {
    /// Tells whether an event is of one of these kinds.
    pub(crate) fn have(&self, kind: &str) -> bool {
        self.0.is_empty() || self.0.contains(&kind)
    }
}

impl FromStr for Types {
    type Err = UnknownType;
    fn from_str(text: &str) -> Result<Self, UnknownType> {
        let mut named = Vec::new();
        for word in text.split('-') {
            let is_meant = |kind: &&str| *kind == word || kind.split('.').next() == Some(word);
            let before = named.len();
            named.extend(EVENT_TYPES.into_iter().filter(is_meant));
            if named.len() == before {
                return Err(UnknownType(word.to_owned()));
            }
        }
        Ok(Self(named))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_named_one_by_one_or_by_group_and_nothing_else_is_one() {
        let types = |text: &str| text.parse::<Types>();
        let some = types("points.issued-hold").expect("known");
        assert!(some.have("points.issued") && some.have("hold.created") && some.have("hold.captured"));
        assert!(!some.have("points.redeemed") && !some.have("recovery.started"));
        assert!(Types::default().have("recovery.started"));
        for wrong in ["", "points-", "point", "points.", "lojal.points", "POINTS"] {
            assert!(types(wrong).is_err(), "{wrong}");
        }
    }
}
