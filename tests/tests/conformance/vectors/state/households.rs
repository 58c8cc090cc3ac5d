//! Households, their members, and what these have spent.

use lojal_ledger::key::{HouseholdKey, InvitationKey, MemberKey, MembershipsKey, SpentKey};
use lojal_ledger::record::{self, BrandCount};
use lojal_types::{Address, AddressText, BrandId, MemberRights, MemberRole, Points, TimeMs};
use serde::{Deserialize, Serialize};

use super::{Output, bounded, output};
use crate::vectors::compose::limits;
use crate::vectors::samples::{self, START_MS, account, address, named, parse, time};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Entry {
    Memberships { account: AddressText, households: Vec<AddressText> },
    Household { household: AddressText, members: Vec<AddressText>, invited: Vec<AddressText>, brands: Vec<BrandId> },
    Member { household: AddressText, member: AddressText, rights: MemberRights },
    Invitation { household: AddressText, member: AddressText, rights: MemberRights },
    Spent { household: AddressText, member: AddressText, in_month_of_ms: TimeMs, counts: Vec<(BrandId, Points)> },
}

pub(super) fn build(entry: &Entry) -> Output {
    match entry {
        Entry::Memberships { account, households } => {
            let households = bounded(&addresses(households));
            output(&MembershipsKey(address(*account)), &record::Memberships { households })
        }
        Entry::Household { household, members, invited, brands } => {
            let (members, invited) = (bounded(&addresses(members)), bounded(&addresses(invited)));
            let record = record::Household { members, invited, brands: bounded(brands) };
            output(&HouseholdKey(address(*household)), &record)
        }
        Entry::Member { household, member, rights } => {
            output(&MemberKey { household: address(*household), member: address(*member) }, rights)
        }
        Entry::Invitation { household, member, rights } => {
            output(&InvitationKey { household: address(*household), member: address(*member) }, rights)
        }
        Entry::Spent { household, member, in_month_of_ms, counts } => {
            let key = SpentKey { household: address(*household), member: address(*member) };
            let counts: Vec<_> =
                counts.iter().map(|(brand, points)| BrandCount { brand: *brand, points: *points }).collect();
            output(&key, &record::Spent { month: in_month_of_ms.month(), counts: bounded(&counts) })
        }
    }
}

fn addresses(texts: &[AddressText]) -> Vec<Address> {
    texts.iter().map(|text| address(*text)).collect()
}

pub(super) fn samples() -> Vec<(String, Entry)> {
    let household = samples::household();
    let (anna, bo, cleo) = (account(4), account(5), account(7));
    let mut members = vec![anna, bo];
    members.sort_unstable();
    let rights = |role, of_month: &[(&str, u64)]| MemberRights { role, limits: limits(of_month) };
    let family =
        Entry::Household { household, members, invited: vec![cleo], brands: vec![parse("kaffet"), parse("nordmat")] };
    let child = rights(MemberRole::Child, &[("kaffet", 0), ("nordmat", 50)]);
    let spent = Entry::Spent {
        household,
        member: bo,
        in_month_of_ms: time(START_MS),
        counts: vec![(parse("kaffet"), Points::new(1)), (parse("nordmat"), Points::new(40))],
    };
    vec![
        named("memberships", Entry::Memberships { account: anna, households: vec![household] }),
        named("household", family),
        named("member", Entry::Member { household, member: anna, rights: rights(MemberRole::Admin, &[]) }),
        named("invitation", Entry::Invitation { household, member: cleo, rights: child }),
        named("spent", spent),
    ]
}
