//! The codes of governance.

use super::super::Code;

/// The codes from 901 on with their names and what they tell a person.
pub(in crate::code) const GOVERNANCE: [(Code, &str, &str); 25] = [
    (Code::NotGovernor, "not_governor", "only the governor of a validator can do this"),
    (Code::UnknownMotion, "unknown_motion", "no motion has this number (any more); look at those that there are"),
    (
        Code::MotionClosed,
        "motion_closed",
        "this motion is decided: enacted, lapsed, withdrawn or failed; propose it again if it is still wanted",
    ),
    (
        Code::MotionDiffers,
        "motion_differs",
        "the actions of this motion are others than those that were shown; look at them again",
    ),
    (Code::AlreadyApproved, "already_approved", "the sender has said this of the motion already; others must now"),
    (
        Code::TooManyMotions,
        "too_many_motions",
        "64 motions of the network are undecided, or 8 of this validator; or 16 of the brand, or 4 of this admin: take \
         one back, or wait until some are decided",
    ),
    (Code::UnknownValidator, "unknown_validator", "no validator has this name"),
    (
        Code::ValidatorExists,
        "validator_exists",
        "a validator has this name already, or its governor speaks for another one",
    ),
    (
        Code::ValidatorSetInvalid,
        "validator_set_invalid",
        "the validators would be no set: 1 to 64, each with its own keys, a power of 1 to 2^40 and a name of its own",
    ),
    (
        Code::NodeProofInvalid,
        "node_proof_invalid",
        "the proof isn't of both keys, this name and this network; make it anew on the node",
    ),
    (Code::UnknownFollower, "unknown_follower", "no follower has this name"),
    (Code::FollowerExists, "follower_exists", "a follower or validator has this name or network key already"),
    (Code::TooManyFollowers, "too_many_followers", "there are 64 followers; disallow one first"),
    (
        Code::ParameterOutOfBounds,
        "parameter_out_of_bounds",
        "a parameter, a setting, or something of the brand is out of its bounds; docs/protocol.md, Limits, has them",
    ),
    (
        Code::VersionNotNext,
        "version_not_next",
        "only the version after the one in force can be scheduled, and only a scheduled one cancelled",
    ),
    (
        Code::VersionTooSoon,
        "version_too_soon",
        "a version begins 100 blocks after it is scheduled at the earliest; choose a later height",
    ),
    (
        Code::SignOfLifeInvalid,
        "sign_of_life_invalid",
        "the sign of life isn't the named node's for this motion and action; ask the node for it again",
    ),
    (
        Code::SignOfLifeStale,
        "sign_of_life_stale",
        "a sign of life is good for 10 minutes; ask the node for a new one, and check its clock",
    ),
    (
        Code::NothingToActivate,
        "nothing_to_activate",
        "this motion waits for no sign of life: too few validators approve it yet",
    ),
    (Code::EndpointInvalid, "endpoint_invalid", "an endpoint is /ip4/ADDRESS/tcp/PORT, or the same with ip6 or dns"),
    (
        Code::NotProposer,
        "not_proposer",
        "only the validator that has put this motion forward can withdraw it; others don't approve it",
    ),
    (
        Code::BrandExists,
        "brand_exists",
        "a brand has this id or name already, or one that could be taken for it; choose another",
    ),
    (
        Code::BrandSuspended,
        "brand_suspended",
        "this brand is suspended and gives out no points until it is reinstated; spending them works",
    ),
    (Code::BrandNotSuspended, "brand_not_suspended", "this brand is not suspended"),
    (Code::TooManyBrands, "too_many_brands", "there are 256 brands; no other fits on this ledger"),
];
