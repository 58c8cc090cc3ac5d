//! What the actors of random histories wish for.

use lojal_types::limits::POINTS_MAX;
use proptest::prelude::*;

use super::ACTORS;
use super::operations::TERMS;
use crate::fixture::*;

#[derive(Clone, Debug)]
pub(super) enum Amount {
    Exactly(u64),
    /// All that there is, and some more or less.
    AllAnd(i64),
}

/// Whose points.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Own,
    Actor(usize),
    Pool(usize),
}

#[derive(Clone, Debug)]
pub(super) enum Target {
    Actor(usize),
    Pool(usize),
}

#[derive(Clone, Debug)]
pub(super) enum Wish {
    Issue { brand: usize, to: Target, amount: Amount, receipt: u8 },
    Redeem { brand: usize, from: Source, amount: Amount, request: Option<u8> },
    Transfer { brand: usize, from: Source, to: Target, amount: Amount },
    Reverse { brand: usize, from: Option<usize>, amount: Amount, issue: usize, own: u8 },
    Hold { brand: usize, from: Source, amount: Amount, request: u8, ms: u64 },
    Capture { hold: usize, from: Option<usize>, amount: Amount, own: u8 },
    Release { hold: usize, from: Option<usize> },
    Propose { from: usize, to: usize, terms: usize },
    Accept { from: usize, to: usize, terms: Option<usize> },
    End { from: usize, to: usize },
    Convert { account: Source, from: usize, to: usize, amount: Amount, min: u64 },
    Settle { creditor: usize, debtor: usize, amount: Amount, payment: u8 },
    SetPolicy { brand: usize, variant: usize },
    SetOperator { brand: usize, operator: usize, roles: usize, max: Option<u64> },
    RemoveOperator { brand: usize, operator: usize },
    Rotate { key: u8 },
    SetGuardians { variant: usize },
    StartRecovery { account: usize, key: u8 },
    CancelRecovery,
    FinishRecovery { account: usize },
    Freeze,
    Unfreeze,
    CreateHousehold,
    Invite { household: usize, member: usize, rights: usize },
    Join { household: usize },
    Leave { household: usize },
    SetMember { household: usize, member: usize, rights: usize },
    RemoveMember { household: usize, member: usize },
}

fn amount() -> impl Strategy<Value = Amount> {
    prop_oneof![
        30 => (1_u64..60).prop_map(Amount::Exactly),
        8 => (-2_i64..3).prop_map(Amount::AllAnd),
        1 => prop::sample::select(vec![0, 5000, POINTS_MAX - 300, POINTS_MAX, POINTS_MAX + 1, u64::MAX])
            .prop_map(Amount::Exactly),
    ]
}

/// Mostly one of the three brands.
fn brand_index() -> impl Strategy<Value = usize> {
    prop_oneof![40 => 0_usize..3, 1 => Just(3_usize)]
}

fn actor() -> impl Strategy<Value = usize> {
    0..ACTORS.len()
}

fn source() -> impl Strategy<Value = Source> {
    prop_oneof![
        14 => Just(Source::Own),
        1 => actor().prop_map(Source::Actor),
        6 => (0_usize..8).prop_map(Source::Pool)
    ]
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![4 => actor().prop_map(Target::Actor), 1 => (0_usize..8).prop_map(Target::Pool)]
}

fn points_wish() -> impl Strategy<Value = Wish> {
    let moments = vec![0, SECOND_MS, MINUTE_MS, DAY_MS, 20 * DAY_MS, 30 * DAY_MS, 30 * DAY_MS + 1];
    let somebody = || prop::option::weighted(0.05, actor());
    prop_oneof![
        8 => (brand_index(), target(), amount(), 0_u8..60)
            .prop_map(|(brand, to, amount, receipt)| Wish::Issue { brand, to, amount, receipt }),
        5 => (brand_index(), source(), amount(), prop::option::weighted(0.3, 0_u8..20))
            .prop_map(|(brand, from, amount, request)| Wish::Redeem { brand, from, amount, request }),
        6 => (brand_index(), source(), target(), amount())
            .prop_map(|(brand, from, to, amount)| Wish::Transfer { brand, from, to, amount }),
        4 => (brand_index(), somebody(), amount(), 0_usize..40, 0_u8..60)
            .prop_map(|(brand, from, amount, issue, own)| Wish::Reverse { brand, from, amount, issue, own }),
        6 => (brand_index(), source(), amount(), 0_u8..80, prop::sample::select(moments))
            .prop_map(|(brand, from, amount, request, ms)| Wish::Hold { brand, from, amount, request, ms }),
        4 => (0_usize..6, somebody(), amount(), 0_u8..60)
            .prop_map(|(hold, from, amount, own)| Wish::Capture { hold, from, amount, own }),
        3 => (0_usize..6, somebody()).prop_map(|(hold, from)| Wish::Release { hold, from }),
    ]
}

fn brand_wish() -> impl Strategy<Value = Wish> {
    let terms = || 0_usize..TERMS;
    let roles = 0_usize..5;
    prop_oneof![
        3 => (brand_index(), brand_index(), terms()).prop_map(|(from, to, terms)| Wish::Propose { from, to, terms }),
        5 => (brand_index(), brand_index(), prop::option::weighted(0.2, terms()))
            .prop_map(|(from, to, terms)| Wish::Accept { from, to, terms }),
        1 => (brand_index(), brand_index()).prop_map(|(from, to)| Wish::End { from, to }),
        3 => (brand_index(), brand_index(), amount(), 0_u8..40)
            .prop_map(|(creditor, debtor, amount, payment)| Wish::Settle { creditor, debtor, amount, payment }),
        2 => (brand_index(), 0_usize..6).prop_map(|(brand, variant)| Wish::SetPolicy { brand, variant }),
        3 => (brand_index(), actor(), roles, prop::sample::select(vec![None, None, Some(0), Some(50), Some(u64::MAX)]))
            .prop_map(|(brand, operator, roles, max)| Wish::SetOperator { brand, operator, roles, max }),
        1 => (brand_index(), actor()).prop_map(|(brand, operator)| Wish::RemoveOperator { brand, operator }),
    ]
}

/// Mostly the member who has guardians from the start.
fn recovered() -> impl Strategy<Value = usize> {
    prop_oneof![4 => Just(0), 1 => actor()]
}

fn account_wish() -> impl Strategy<Value = Wish> {
    let household = || 0_usize..8;
    let rights = || 0_usize..6;
    prop_oneof![
        2 => (0_u8..4).prop_map(|key| Wish::Rotate { key }),
        4 => (0_usize..9).prop_map(|variant| Wish::SetGuardians { variant }),
        6 => (recovered(), prop::sample::select(vec![0, 1, 2, 2, 2, 2, 3]))
            .prop_map(|(account, key)| Wish::StartRecovery { account, key }),
        2 => Just(Wish::CancelRecovery),
        4 => recovered().prop_map(|account| Wish::FinishRecovery { account }),
        1 => Just(Wish::Freeze),
        2 => Just(Wish::Unfreeze),
        2 => Just(Wish::CreateHousehold),
        6 => (household(), actor(), rights())
            .prop_map(|(household, member, rights)| Wish::Invite { household, member, rights }),
        6 => household().prop_map(|household| Wish::Join { household }),
        2 => household().prop_map(|household| Wish::Leave { household }),
        3 => (household(), actor(), rights())
            .prop_map(|(household, member, rights)| Wish::SetMember { household, member, rights }),
        1 => (household(), actor()).prop_map(|(household, member)| Wish::RemoveMember { household, member }),
    ]
}

pub(super) fn wish() -> impl Strategy<Value = Wish> {
    let conversion = (source(), brand_index(), brand_index(), amount(), 0_u64..20)
        .prop_map(|(account, from, to, amount, min)| Wish::Convert { account, from, to, amount, min });
    prop_oneof![8 => points_wish(), 3 => conversion, 3 => brand_wish(), 4 => account_wish()]
}
