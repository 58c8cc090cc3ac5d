//! Motions of brands as the samples write them.

use lojal_types::{
    AddressText, ApproveForBrand, Bounded, BrandAction, BrandActions, CloseBrand, Hash, Money, MotionId, Operation,
    PartnershipTerms, Points, Policy, ProposeForBrand, Role, SetApprovals, StopForBrand, TimeMs,
};

use super::{
    Written, accept, accept_sponsorship, agree, end, finish_recovery, propose, remove_operator, set_campaign,
    set_operator, set_pending_days, set_policy, settle, sponsored, start_recovery, track,
};
use crate::vectors::samples::{START_MS, account, chain_id, named, parse, time};

fn set_approvals() -> Written {
    Operation::SetApprovals(SetApprovals { brand: parse("nordmat"), needed: 2, delay_ms: 86_400_000 })
}

fn close_brand(closes_ms: Option<TimeMs>) -> Written {
    Operation::CloseBrand(CloseBrand { brand: parse("nordmat"), closes_ms })
}

/// An action of every kind.
///
/// A new kind of action is added here; tests fail until it is.
fn operations() -> Vec<Written> {
    let terms = PartnershipTerms {
        rate_num: 1,
        rate_den: 3,
        price_micro: 1_500_000,
        daily_max: Points::new(150),
        owed_max: Money::new(1_000),
        ends_ms: time(START_MS + 86_400_000),
    };
    let cleo = account(7);
    vec![
        propose("nordmat", "kaffet", terms.clone()),
        accept("kaffet", "nordmat", terms),
        end("nordmat", "kaffet"),
        settle("nordmat", "kaffet", 100, "payment 1"),
        set_policy("nordmat", Policy::open()),
        set_operator("nordmat", 12, &[Role::Issue], Some(600)),
        remove_operator("nordmat", account(12)),
        set_approvals(),
        close_brand(Some(time(START_MS + 8_640_000_000))),
        start_recovery(cleo, 6),
        finish_recovery(cleo),
        agree(cleo, Hash::new([0x99; 32])),
        track(),
        set_campaign(1, sponsored()),
        accept_sponsorship(&chain_id(), 1, &sponsored()),
        set_pending_days(14),
    ]
}

/// The actions of brands' motions, at least one of every kind.
pub(in crate::vectors) fn brand_actions() -> Vec<BrandAction<AddressText>> {
    operations().into_iter().map(|one| BrandAction::of(one).expect("an admin does it")).collect()
}

/// The most that a motion can have: the first or the last of them.
pub(in crate::vectors) fn motion_of_first() -> BrandActions<AddressText> {
    Bounded::new(brand_actions().into_iter().take(8).collect()).expect("eight")
}

/// The operations of admins who decide together.
pub(in crate::vectors) fn of_admins_together() -> Vec<(String, Written)> {
    let (brand, motion, digest) = (parse("nordmat"), MotionId::new(7), Hash::new([0x99; 32]));
    let last = Bounded::new(brand_actions().into_iter().skip(8).collect()).expect("eight");
    let propose = |actions| Operation::ProposeForBrand(ProposeForBrand { brand, actions });
    vec![
        named("propose_for_brand", propose(motion_of_first())),
        named("propose_for_brand as a guardian", propose(last)),
        named("approve_for_brand", Operation::ApproveForBrand(ApproveForBrand { brand, motion, digest })),
        named("stop_for_brand", Operation::StopForBrand(StopForBrand { brand, motion })),
        named("set_approvals", set_approvals()),
        named("close_brand", close_brand(Some(time(START_MS + 8_640_000_000)))),
        named("close_brand to stay", close_brand(None)),
    ]
}
