//! Brand ids, and a brand's policy (protocol, Bytes; protocol, Brands).

use std::fmt;
use std::io;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::decode::{from_text, invalid_data};
use crate::limits::{BRAND_DELAY_MS_MAX, BRAND_ID_CHARS, EXPIRY_MONTHS_MAX, POINTS_MAX, REVERSAL_WINDOW_MS_MAX};
use crate::points::Points;
use crate::time::{Expiry, Month};

const CHARS_MAX: usize = *BRAND_ID_CHARS.end();

/// A brand's id: "brand ids slugs `[a-z][a-z0-9-]{1,14}`" (protocol, Bytes). Encoded as a borsh string.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BrandId {
    chars: [u8; CHARS_MAX], // zero after the end, so that derived comparisons are those of the text
    len: u8,
}

/// A text that is no brand id.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("a brand id has 2 to 15 characters of a-z, 0-9 and -, and starts with a letter")]
pub struct BrandIdError;

impl BrandId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.chars[..usize::from(self.len)]).expect("checked to be ASCII when made")
    }
}
impl FromStr for BrandId {
    type Err = BrandIdError;
    fn from_str(text: &str) -> Result<Self, BrandIdError> {
        let starts_with_letter = text.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
        let only_slug = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !BRAND_ID_CHARS.contains(&text.len()) || !starts_with_letter || !only_slug {
            return Err(BrandIdError);
        }
        let mut chars = [0; CHARS_MAX];
        chars[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self { chars, len: u8::try_from(text.len()).expect("at most 15") })
    }
}
impl fmt::Display for BrandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl fmt::Debug for BrandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl BorshSerialize for BrandId {
    fn serialize<W: io::Write>(&self, writer: &mut W) -> io::Result<()> {
        BorshSerialize::serialize(self.as_str(), writer)
    }
}
impl BorshDeserialize for BrandId {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        let invalid = || invalid_data(BrandIdError);
        let len = u32::deserialize_reader(reader)? as usize;
        if !BRAND_ID_CHARS.contains(&len) {
            return Err(invalid());
        }
        let mut chars = [0; CHARS_MAX];
        reader.read_exact(&mut chars[..len])?;
        std::str::from_utf8(&chars[..len]).ok().and_then(|text| text.parse().ok()).ok_or_else(invalid)
    }
}
impl Serialize for BrandId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
impl<'de> Deserialize<'de> for BrandId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer)
    }
}

/// The number of its admins that a brand asks for, and its wait: 1 and none as a brand begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approvals {
    /// The number of admins that a motion of the brand takes.
    pub needed: u8,
    /// The time between the approval of a motion that widens something and its effect, in milliseconds.
    pub delay_ms: u64,
}

impl Default for Approvals {
    fn default() -> Self {
        Self { needed: 1, delay_ms: 0 }
    }
}

impl Approvals {
    /// True if a brand with so many admins can have them: "`needed` is 1 to all of its admins, `delay_ms` at most 7
    /// days" (protocol, Brands).
    pub fn are_in_bounds(&self, admins: usize) -> bool {
        self.needed >= 1 && usize::from(self.needed) <= admins && self.delay_ms <= BRAND_DELAY_MS_MAX
    }
    /// True if they let fewer admins decide, or sooner, than others do.
    pub fn widen(&self, others: &Self) -> bool {
        self.needed < others.needed || self.delay_ms < others.delay_ms
    }
}

/// True if a bound, of which none is the widest, lets more through than another.
pub fn is_wider<T: Ord>(bound: Option<T>, other: Option<T>) -> bool {
    match (bound, other) {
        (None, other) => other.is_some(),
        (Some(bound), Some(other)) => bound > other,
        (Some(_), None) => false,
    }
}

/// The rules of what can be done with a brand's points.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Whole months that points live after the month of their issue, 1 to 60; `None`: they never expire.
    #[serde(default)]
    pub expiry_months: Option<u8>,
    /// Most that one operation may issue; `None`: as much as the ledger handles.
    #[serde(default)]
    pub issue_max: Option<Points>,
    /// True if members may transfer points to each other.
    pub transferable: bool,
    /// Smallest transfer between members.
    pub transfer_min: Points,
    /// Largest transfer between members.
    pub transfer_max: Points,
    /// Most that one member may transfer in a day (UTC); `None`: as much as they like.
    #[serde(default)]
    pub transfer_daily_max: Option<Points>,
    /// Fewest points that an account can be opened with.
    #[serde(default = "opening_min_default")]
    pub opening_min: Points,
    /// True if the points may be converted from and into other brands' points.
    #[serde(default)]
    pub convertible: bool,
    /// True if the points may be put into a household's pool. "Points that are `poolable` can be passed on whatever
    /// `transferable` says: whoever hands over a household, by making somebody else its admin and leaving, hands over
    /// what is in its pool." (protocol, Brands)
    #[serde(default)]
    pub poolable: bool,
    /// True if the points may be traded for other brands' points.
    #[serde(default)]
    pub tradeable: bool,
    /// The time after an issue in which it can be reversed, in milliseconds, at most 400 days; 0: never. An issue keeps
    /// the window that was in force when it was made.
    pub reversal_window_ms: u64,
}

/// A policy that contradicts itself or a limit.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PolicyError {
    /// Expiry outside 1 to 60 months.
    #[error("expiry_months must be 1 to {EXPIRY_MONTHS_MAX}, or left out for points that never expire")]
    ExpiryMonths,
    /// The bounds of a transfer cross or exceed the limit.
    #[error("transfer_min must be 1 or more and at most transfer_max, which is at most {POINTS_MAX}")]
    TransferBounds,
    /// A daily cap of nothing or beyond the limit.
    #[error("transfer_daily_max must be 1 to {POINTS_MAX}, or left out for no cap")]
    TransferDailyMax,
    /// An opening with nothing or beyond the limit.
    #[error("opening_min must be 1 to {POINTS_MAX}")]
    OpeningMin,
    /// A largest issue of nothing or beyond the limit.
    #[error("issue_max must be 1 to {POINTS_MAX}, or left out for no cap")]
    IssueMax,
    /// A window that is longer than the limit.
    #[error("reversal_window_ms must be at most {REVERSAL_WINDOW_MS_MAX}, which is 400 days")]
    ReversalWindow,
}

fn opening_min_default() -> Points {
    Points::new(1)
}

impl Policy {
    /// A policy that stands in nobody's way: points never expire, and go wherever members send them in any amount. No
    /// issue can be reversed; trading, for which there is no operation, is off.
    pub fn open() -> Self {
        Self {
            expiry_months: None,
            issue_max: None,
            transferable: true,
            transfer_min: Points::new(1),
            transfer_max: Points::new(POINTS_MAX),
            transfer_daily_max: None,
            opening_min: opening_min_default(),
            convertible: true,
            poolable: true,
            tradeable: false,
            reversal_window_ms: 0,
        }
    }
    /// Checks the policy against the limits: "`expiry_months` (1 to 60, or none)" and "Amounts in it are 1 to 2^53 − 1,
    /// `transfer_min` at most `transfer_max`." (protocol, Brands)
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(&self) -> Result<(), PolicyError> {
        if self.expiry_months.is_some_and(|months| !(1..=EXPIRY_MONTHS_MAX).contains(&months)) {
            return Err(PolicyError::ExpiryMonths);
        }
        let bounds_hold = self.transfer_min.get() >= 1
            && self.transfer_min <= self.transfer_max
            && self.transfer_max.get() <= POINTS_MAX;
        if !bounds_hold {
            return Err(PolicyError::TransferBounds);
        }
        if self.transfer_daily_max.is_some_and(|max| !(1..=POINTS_MAX).contains(&max.get())) {
            return Err(PolicyError::TransferDailyMax);
        }
        if !(1..=POINTS_MAX).contains(&self.opening_min.get()) {
            return Err(PolicyError::OpeningMin);
        }
        if self.issue_max.is_some_and(|max| !(1..=POINTS_MAX).contains(&max.get())) {
            return Err(PolicyError::IssueMax);
        }
        if self.reversal_window_ms > REVERSAL_WINDOW_MS_MAX {
            return Err(PolicyError::ReversalWindow);
        }
        Ok(())
    }
    /// True if the policy lets anything happen that another one doesn't: "What is narrower in another field doesn't
    /// make up for it." (protocol, Brands)
    pub fn widens(&self, other: &Self) -> bool {
        let Self {
            expiry_months,
            issue_max,
            transferable,
            transfer_min,
            transfer_max,
            transfer_daily_max,
            opening_min,
            convertible,
            poolable,
            tradeable,
            reversal_window_ms,
        } = self;
        is_wider(*expiry_months, other.expiry_months)
            || is_wider(*issue_max, other.issue_max)
            || is_wider(*transfer_daily_max, other.transfer_daily_max)
            || *transfer_min < other.transfer_min
            || *transfer_max > other.transfer_max
            || *opening_min < other.opening_min
            || *reversal_window_ms > other.reversal_window_ms
            || (*transferable && !other.transferable)
            || (*convertible && !other.convertible)
            || (*poolable && !other.poolable)
            || (*tradeable && !other.tradeable)
    }
    /// The expiry of a lot issued in `month`: "An issue in month *m* under a policy of *n* months makes a lot that can
    /// be used through month *m + n*, and is gone after it." (protocol, Points)
    pub fn expiry_of_issue_in(&self, month: Month) -> Expiry {
        self.expiry_months.map_or(Expiry::Never, |months| Expiry::Month(month.plus(months)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_accepted_at_both_lengths_and_everything_else_is_refused() {
        for right in ["ab", "nordmat", "a-1", "abcdefghijklmno"] {
            let id: BrandId = right.parse().expect("valid");
            assert_eq!(id.as_str(), right);
            assert_eq!(borsh::from_slice::<BrandId>(&borsh::to_vec(&id).expect("in memory")).ok(), Some(id));
        }
        for wrong in ["a", "", "1a", "-a", "Nordmat", "abcdefghijklmnop", "nord mat", "nörd"] {
            assert!(wrong.parse::<BrandId>().is_err(), "{wrong}");
            assert!(borsh::from_slice::<BrandId>(&borsh::to_vec(wrong).expect("in memory")).is_err(), "{wrong}");
        }
    }

    #[test]
    fn brand_ids_sort_like_their_text() {
        let mut ids: Vec<BrandId> = ["kaffet", "ka", "nordmat", "kaf"].map(|t| t.parse().expect("valid")).to_vec();
        ids.sort();
        assert_eq!(ids.iter().map(BrandId::as_str).collect::<Vec<_>>(), ["ka", "kaf", "kaffet", "nordmat"]);
    }

    #[test]
    fn a_policy_is_wider_in_each_field_by_itself() {
        let policy = Policy {
            expiry_months: Some(24),
            issue_max: Some(Points::new(100)),
            transferable: false,
            transfer_min: Points::new(5),
            transfer_max: Points::new(50),
            transfer_daily_max: Some(Points::new(70)),
            opening_min: Points::new(3),
            convertible: false,
            poolable: false,
            tradeable: false,
            reversal_window_ms: 1000,
        };
        assert!(!policy.widens(&policy));
        let wider: [fn(&mut Policy); 14] = [
            |policy| policy.expiry_months = Some(25),
            |policy| policy.expiry_months = None,
            |policy| policy.issue_max = Some(Points::new(101)),
            |policy| policy.issue_max = None,
            |policy| policy.transferable = true,
            |policy| policy.transfer_min = Points::new(4),
            |policy| policy.transfer_max = Points::new(51),
            |policy| policy.transfer_daily_max = Some(Points::new(71)),
            |policy| policy.transfer_daily_max = None,
            |policy| policy.opening_min = Points::new(2),
            |policy| policy.convertible = true,
            |policy| policy.poolable = true,
            |policy| policy.tradeable = true,
            |policy| policy.reversal_window_ms = 1001,
        ];
        for change in wider {
            let mut other = policy.clone();
            change(&mut other);
            assert!(other.widens(&policy) && !policy.widens(&other), "{other:?}");
        }
        let both = Policy { transferable: true, issue_max: Some(Points::new(1)), ..policy.clone() };
        assert!(both.widens(&policy) && policy.widens(&both), "what is narrower elsewhere doesn't make up for it");
    }

    #[test]
    fn approvals_keep_both_limits_and_widen_by_fewer_admins_or_a_shorter_wait() {
        let of = |needed, delay_ms| Approvals { needed, delay_ms };
        assert!(of(1, 0).are_in_bounds(1) && of(3, BRAND_DELAY_MS_MAX).are_in_bounds(3));
        for wrong in [of(0, 0), of(4, 0), of(1, BRAND_DELAY_MS_MAX + 1)] {
            assert!(!wrong.are_in_bounds(3), "{wrong:?}");
        }
        assert!(of(1, 9).widen(&of(2, 9)) && of(3, 8).widen(&of(2, 9)));
        assert!(!of(2, 9).widen(&of(2, 9)) && !of(3, 10).widen(&of(2, 9)));
    }

    #[test]
    fn a_policy_outside_its_limits_is_refused() {
        let policy = Policy {
            expiry_months: Some(60),
            issue_max: Some(Points::new(POINTS_MAX)),
            transfer_daily_max: Some(Points::new(POINTS_MAX)),
            opening_min: Points::new(POINTS_MAX),
            convertible: false,
            poolable: false,
            reversal_window_ms: REVERSAL_WINDOW_MS_MAX,
            ..Policy::open()
        };
        assert_eq!(policy.check(), Ok(()));
        assert!(Policy { expiry_months: Some(0), ..policy.clone() }.check().is_err());
        assert!(Policy { expiry_months: Some(61), ..policy.clone() }.check().is_err());
        assert!(Policy { transfer_min: Points::new(0), ..policy.clone() }.check().is_err());
        assert!(Policy { transfer_max: Points::new(0), ..policy.clone() }.check().is_err());
        assert!(Policy { transfer_max: Points::new(POINTS_MAX + 1), ..policy.clone() }.check().is_err());
        assert!(Policy { transfer_daily_max: Some(Points::new(0)), ..policy.clone() }.check().is_err());
        for issue_max in [0, POINTS_MAX + 1].map(|max| Some(Points::new(max))) {
            assert_eq!(Policy { issue_max, ..policy.clone() }.check(), Err(PolicyError::IssueMax));
        }
        for opening_min in [0, POINTS_MAX + 1].map(Points::new) {
            assert_eq!(Policy { opening_min, ..policy.clone() }.check(), Err(PolicyError::OpeningMin));
        }
        for reversal_window_ms in [REVERSAL_WINDOW_MS_MAX + 1, u64::MAX] {
            assert_eq!(Policy { reversal_window_ms, ..policy.clone() }.check(), Err(PolicyError::ReversalWindow));
        }
        assert!(Policy { transfer_daily_max: Some(Points::new(POINTS_MAX + 1)), ..policy }.check().is_err());
    }
}
