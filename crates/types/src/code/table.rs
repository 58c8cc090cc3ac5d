//! The names of the codes and what they tell a person.

mod governance;
mod market;
mod points;
mod programme;

pub(super) use self::governance::GOVERNANCE;
pub(super) use self::market::MARKET;
pub(super) use self::points::POINTS;
pub(super) use self::programme::PROGRAMME;
use super::Code;

/// The codes below 200 with their names and what they tell a person.
pub(super) const FIRST: [(Code, &str, &str); 13] = [
    (
        Code::Malformed,
        "malformed",
        "the bytes are no signed transaction; build it with the wallet or by the documented encoding",
    ),
    (Code::TransactionTooLarge, "transaction_too_large", "the transaction is larger than 16 KiB; split it"),
    (
        Code::WrongChain,
        "wrong_chain",
        "the transaction was made for another network; check the genesis document of the wallet",
    ),
    (Code::BadSignature, "bad_signature", "the signature doesn't match the transaction; sign it again"),
    (
        Code::TransactionExpired,
        "transaction_expired",
        "valid_until_ms has passed; it can't happen any more, make a new one",
    ),
    (
        Code::WindowTooLong,
        "window_too_long",
        "valid_until_ms is more than an hour ahead; choose an earlier time or check the clock",
    ),
    (
        Code::DuplicateTransaction,
        "duplicate_transaction",
        "this transaction was already submitted; ask for its status by its id",
    ),
    (
        Code::UnknownAccount,
        "unknown_account",
        "the sending account doesn't exist; it starts to exist when it receives points",
    ),
    (Code::WrongKey, "wrong_key", "this key doesn't sign for the account; its key may have been replaced"),
    (
        Code::QuotaExceeded,
        "quota_exceeded",
        "too many transactions of this account are waiting; submit again when some are done",
    ),
    (Code::MempoolFull, "mempool_full", "the node has too many transactions waiting; submit again in a moment"),
    (
        Code::AllowanceSpent,
        "allowance_spent",
        "this account has sent as much today as it may; submit again when the day ends (UTC)",
    ),
    (
        Code::UnknownInVersion,
        "unknown_in_version",
        "the version of the protocol that this network runs doesn't have this operation or action (yet)",
    ),
];

/// The codes from 301 to 699 with their names and what they tell a person.
pub(super) const TABLE: [(Code, &str, &str); 60] = [
    (Code::InvalidKey, "invalid_key", "the new key is no valid Ed25519 public key"),
    (Code::KeyUnchanged, "key_unchanged", "the new key already signs for this account"),
    (
        Code::AccountFrozen,
        "account_frozen",
        "this account is frozen; unfreeze it first, which takes a while unless its guardians agree",
    ),
    (
        Code::AccountInRecovery,
        "account_in_recovery",
        "this account is being recovered and can do nothing until then; if that is wrong, cancel the recovery",
    ),
    (Code::AlreadyFrozen, "already_frozen", "this account is frozen already"),
    (Code::NotFrozen, "not_frozen", "this account is not frozen"),
    (
        Code::GuardiansOutOfOrder,
        "guardians_out_of_order",
        "guardians must be in order, accounts by address and then brands by id, each once",
    ),
    (
        Code::ThresholdOutOfRange,
        "threshold_out_of_range",
        "the threshold must be 1 to the number of guardians, or 0 without guardians",
    ),
    (Code::OwnGuardian, "own_guardian", "an account can't be its own guardian"),
    (
        Code::NotGuardian,
        "not_guardian",
        "only a guardian of this account, or an admin of a brand that is its guardian, can do this",
    ),
    (Code::AlreadyAgreed, "already_agreed", "this guardian has already asked for this; the others must agree now"),
    (
        Code::RecoveryDecided,
        "recovery_decided",
        "enough guardians have agreed on a key; it can only be cancelled by the owner or finished now",
    ),
    (Code::NoRecovery, "no_recovery", "this account is not being recovered"),
    (Code::RecoveryNeedsGuardians, "recovery_needs_guardians", "too few guardians have asked for the same key yet"),
    (Code::RecoveryTooEarly, "recovery_too_early", "the owner still has time to cancel this recovery; finish it later"),
    (
        Code::AccountStopped,
        "account_stopped",
        "the guardians had agreed on another key and this was cancelled: nothing goes out until the delay is over; \
         look when with lojal balance",
    ),
    (
        Code::GuardianBarred,
        "guardian_barred",
        "the owner cancelled what this guardian asked for less than 30 days ago; the other guardians can still ask",
    ),
    (
        Code::RecoveryStands,
        "recovery_stands",
        "the guardians have agreed for the second time within 90 days; this recovery can't be cancelled",
    ),
    (Code::ChangeWaits, "change_waits", "this change waits already; it happens by itself, or when the guardians agree"),
    (
        Code::UnknownChange,
        "unknown_change",
        "no such change waits on this account (any more); look at what waits there now before you agree",
    ),
    (
        Code::PolicyOutOfBounds,
        "policy_out_of_bounds",
        "the policy is out of bounds: expiry 1 to 60 months, transfer_min 1 to transfer_max, caps 1 to \
         9007199254740991, reversal window at most 400 days",
    ),
    (
        Code::RolesOutOfOrder,
        "roles_out_of_order",
        "roles must be in the order issue, capture, reverse, admin, each once",
    ),
    (Code::TooManyOperators, "too_many_operators", "this brand has 64 operators; remove one first"),
    (Code::UnknownOperator, "unknown_operator", "this account is no operator of this brand"),
    (
        Code::LastAdmin,
        "last_admin",
        "the brand would have no admin, or fewer than it asks for; make another operator an admin, or ask for fewer",
    ),
    (
        Code::IssueDailyMaxReached,
        "issue_daily_max_reached",
        "with this the operator would issue more than it may in a day; another operator can, or wait for the next day \
         (UTC)",
    ),
    (
        Code::MotionNeeded,
        "motion_needed",
        "this brand asks for more of its admins than one, or waits with what widens: put it forward with \
         propose_for_brand, and let others approve it",
    ),
    (
        Code::MotionWaits,
        "motion_waits",
        "enough admins have approved this motion, and it has to wait; approve it again when its time has come, and it \
         happens",
    ),
    (
        Code::ApprovalsOutOfBounds,
        "approvals_out_of_bounds",
        "a brand can ask for 1 of its admins to all that it has then, and wait for at most 7 days",
    ),
    (
        Code::ActionOfOtherBrand,
        "action_of_other_brand",
        "this action is another brand's to decide; a motion has the actions of its own brand alone",
    ),
    (
        Code::BrandClosing,
        "brand_closing",
        "this brand is about to leave: it issues no points and takes none in exchange; what members have can be spent",
    ),
    (Code::BrandClosed, "brand_closed", "this brand has left, and what was left of its points has expired"),
    (
        Code::ClosingOutOfRange,
        "closing_out_of_range",
        "a brand leaves at a whole minute 90 days to 5 years ahead, and one that stays has nothing to take back",
    ),
    (Code::SameBrand, "same_brand", "the two brands are the same"),
    (
        Code::TermsOutOfBounds,
        "terms_out_of_bounds",
        "the terms are out of bounds: rate, daily_max and owed_max 1 or more, price_micro at most 1000000000000, \
         ends_ms in the future",
    ),
    (
        Code::UnknownPartnership,
        "unknown_partnership",
        "these brands have no partnership in this direction; GET /v1/partnerships lists them",
    ),
    (
        Code::UnknownProposal,
        "unknown_proposal",
        "there is nothing to accept between these brands in this direction; propose it",
    ),
    (
        Code::TermsDiffer,
        "terms_differ",
        "the terms are not those that were put forward; accept exactly those, or propose others",
    ),
    (Code::PartnershipEnded, "partnership_ended", "this partnership has ended; the brands can agree on a new one"),
    (
        Code::PolicyForbidsConversion,
        "policy_forbids_conversion",
        "one of these brands doesn't let its points be converted",
    ),
    (
        Code::ConversionDailyMaxReached,
        "conversion_daily_max_reached",
        "with this more would be converted than the partnership allows in a day; convert less, or wait for the next \
         day (UTC)",
    ),
    (
        Code::ObligationTooLarge,
        "obligation_too_large",
        "with this one brand would owe the other more than owed_max of their partnership; they must settle first",
    ),
    (
        Code::SettlementExceedsDebt,
        "settlement_exceeds_debt",
        "more than what the debtor owes the creditor; GET /v1/netting shows it",
    ),
    (
        Code::ConversionDiffers,
        "conversion_differs",
        "the terms in force are others: they don't give exactly this for this; look at them again, and convert by them",
    ),
    (
        Code::UnknownHousehold,
        "unknown_household",
        "no household has this address; one whose last member has left is dissolved",
    ),
    (Code::NotMember, "not_member", "only a member of this household can do this"),
    (Code::NotHouseholdAdmin, "not_household_admin", "only an admin of this household can do this"),
    (
        Code::NotInvited,
        "not_invited",
        "this account is not invited to this household; one of its admins must invite it first",
    ),
    (Code::AlreadyMember, "already_member", "this account is a member of this household already"),
    (Code::UnknownMember, "unknown_member", "this account is neither a member of this household nor invited to it"),
    (Code::TooManyMembers, "too_many_members", "this household has 16 members; one must leave first"),
    (Code::TooManyInvitations, "too_many_invitations", "this household has 16 open invitations; withdraw one first"),
    (Code::TooManyMemberships, "too_many_memberships", "this account is a member of 16 households; leave one first"),
    (
        Code::LastHouseholdAdmin,
        "last_household_admin",
        "a household's last admin can leave only as its last member and when its pool is empty; make another member an \
         admin first",
    ),
    (
        Code::InvalidLimits,
        "invalid_limits",
        "limits must be in the order of brand ids, each once and at most 9007199254740991, and an admin has none",
    ),
    (
        Code::MemberLimitReached,
        "member_limit_reached",
        "with this the member would spend more of this brand from the pool than it may this month; ask an admin of the \
         household",
    ),
    (
        Code::ChildMayNot,
        "child_may_not",
        "a child of a household can only redeem and hold points from its pool; ask an adult member",
    ),
    (
        Code::HouseholdHasNoKey,
        "household_has_no_key",
        "this address is a household's, which has no key and so can neither be a guardian nor join a household; name \
         one of its members",
    ),
    (Code::AlreadyInvited, "already_invited", "this account has the same invitation to this household already"),
    (
        Code::HouseholdsSpent,
        "households_spent",
        "this account has created as many households today as it may; wait for the next day (UTC)",
    ),
];
