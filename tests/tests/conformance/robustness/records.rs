//! Records of the state and proofs: their own generated values.

use lojal_ledger::record::{
    Account, Balance, Besides, Brand, BrandCount, BrandList, BrandMotion, BrandRegister, Closing, Closings, Counted,
    DayCount, DayUse, Follower, Followers, Governor, Held, HeldLot, HeldUntil, Holds, Household, Issued, Memberships,
    Motion, Obligation, OpenHold, OpenMotion, Operator, OperatorList, Partnership, Pending, Protocol, Ready,
    RecentDigest, Register, Reversed, ScheduledVersion, Seat, Sent, Shelf, Spent,
};
use lojal_ledger::{HalfId, StateTree, Tip, tree::Proof};
use lojal_types::{
    Activity, Approvals, Bounded, GrossPoints, MotionId, MotionStatus, PendingLot, Points, Settings, Totals,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use super::campaigns::campaign_id;
use super::values::*;
use super::{governance, messages, operations, survives};

#[test]
fn brands_and_their_totals_survive() {
    let brand = (name(), any::<u8>(), messages::policy(), any::<bool>(), option::of(time()), any::<u8>());
    let brand = brand.prop_map(|(name, decimals, policy, suspended, closes_ms, pending_days)| Brand {
        name,
        decimals,
        policy,
        suspended,
        closes_ms,
        pending_days,
    });
    survives(brand.boxed());
    survives(list(brand_id()).prop_map(|ids| BrandList { ids }).boxed());
    let closing = (time(), brand_id()).prop_map(|(closes_ms, brand)| Closing { closes_ms, brand });
    survives(list(closing.boxed()).prop_map(|brands| Closings { brands }).boxed());
    let gross = [(); 7].map(|()| prop_oneof![Just(0), any::<u128>()].prop_map(GrossPoints::new));
    let totals = (gross, points(), points(), prop_oneof![Just(Points::ZERO), points()]);
    let totals = totals.prop_map(|(gross, outstanding, held, pending)| {
        let [issued, redeemed, converted_out, expired, reversed, donated, refunded] = gross;
        Totals { issued, outstanding, held, redeemed, converted_out, expired, reversed, donated, refunded, pending }
    });
    survives(totals.boxed());
    let operator = (list(role()), option::of(points()));
    survives(operator.prop_map(|(roles, issue_daily_max)| Operator { roles, issue_daily_max }).boxed());
    survives(list(address()).prop_map(|operators| OperatorList { operators }).boxed());
}

#[test]
fn accounts_balances_and_issues_survive() {
    let account = (option::of(public_key()), any::<bool>(), messages::guardians(), option::of(messages::recovery()));
    let sent = (number(), any::<u32>(), any::<[u8; 5]>());
    let sent = sent.prop_map(|(bytes, operations, reserved)| Sent { bytes, operations, reserved });
    let used = (day(), sent, any::<u16>(), any::<u8>());
    let used = used.prop_map(|(day, sent, opened, households)| DayUse { day, sent, opened, households });
    let activity = (number(), hash()).prop_map(|(count, digest)| Activity { count, digest });
    let account = (account, messages::safeguards(), any::<u16>(), option::of(used), activity);
    let account = account.prop_map(|(first, safeguards, operates, used, activity)| {
        let (rotated_key, frozen, guardians, recovery) = first;
        Account { rotated_key, frozen, guardians, recovery, safeguards, operates, used, activity }
    });
    survives(account.boxed());
    let waits = (day(), expiry(), points());
    let waits = waits.prop_map(|(matures, expiry, amount)| PendingLot { matures, expiry, amount });
    survives((list(lot()), list(waits.boxed())).prop_map(|(lots, pending)| Balance { lots, pending }).boxed());
    survives(list(lot()).prop_map(|lots| Pending { lots }).boxed());
    let half_id = || transaction_id().prop_map(|id| HalfId::of(&id));
    let issued = (
        address(),
        points(),
        expiry(),
        day(),
        time(),
        points(),
        half_id(),
        (option::of(campaign_id()), option::of(day())),
    );
    let issued = issued.prop_map(|issued| {
        let (to, amount, expiry, dated, reversible_until_ms, reversed, transaction, (campaign, matures)) = issued;
        let besides = Besides::of(campaign, matures);
        Issued { to, amount, expiry, dated, reversible_until_ms, reversed, transaction, besides }
    });
    survives(issued.boxed());
    survives((points(), half_id()).prop_map(|(amount, transaction)| Reversed { amount, transaction }).boxed());
    let shelf = (hash(), number(), time());
    survives(shelf.prop_map(|(root, count, drop_ms)| Shelf { root, count, drop_ms }).boxed());
}

#[test]
fn holds_and_counts_survive() {
    let counted = (address(), month()).prop_map(|(member, month)| Counted { member, month });
    let hold = (reference(), day(), time(), list(lot()), option::of(counted));
    let hold = hold.prop_map(|(reference, dated, expires_ms, lots, counted)| OpenHold {
        reference,
        dated,
        expires_ms,
        lots,
        counted,
    });
    survives(list(hold.boxed()).prop_map(|holds| Holds { holds, offers: Bounded::default() }).boxed());
    let held = (address(), day(), time(), any::<bool>(), transaction_id());
    let held = held.prop_map(|(from, dated, expires_ms, closed, transaction)| Held {
        from,
        dated,
        expires_ms,
        closed,
        transaction,
    });
    survives(held.boxed());
    let part = (any::<u8>(), expiry(), points());
    let part = part.prop_map(|(minute, expiry, amount)| HeldLot { minute, expiry, amount });
    survives(list(part.boxed()).prop_map(|lots| HeldUntil { lots }).boxed());
    survives((day(), points()).prop_map(|(day, points)| DayCount { day, points }).boxed());
    let counts = list((brand_id(), points()).prop_map(|(brand, points)| BrandCount { brand, points }).boxed());
    survives((month(), counts).prop_map(|(month, counts)| Spent { month, counts }).boxed());
}

#[test]
fn households_and_partnerships_survive() {
    let household = (list(address()), list(address()), list(brand_id()));
    survives(household.prop_map(|(members, invited, brands)| Household { members, invited, brands }).boxed());
    survives(list(address()).prop_map(|households| Memberships { households }).boxed());
    let partnership = (option::of(messages::terms()), option::of(messages::proposal()));
    survives(partnership.prop_map(|(terms, proposal)| Partnership { terms, proposal }).boxed());
    survives(any::<u128>().prop_map(|owed_micro| Obligation { owed_micro }).boxed());
}

#[test]
fn motions_and_seats_survive() {
    let scheduled = (any::<u32>(), height()).prop_map(|(version, height)| ScheduledVersion { version, height });
    let protocol = (any::<u32>(), option::of(scheduled));
    survives(protocol.prop_map(|(version, scheduled)| Protocol { version, scheduled }).boxed());
    let motion = || number().prop_map(MotionId::new).boxed();
    let open = (motion(), name(), time()).prop_map(|(motion, by, lapses_ms)| OpenMotion { motion, by, lapses_ms });
    let register = (motion(), list(open.boxed()), list(motion()));
    survives(register.prop_map(|(next, open, closed)| Register { next, open, closed }).boxed());
    let status = prop_oneof![
        Just(MotionStatus::Open),
        height().prop_map(|height| MotionStatus::Approved { height }),
        height().prop_map(|height| MotionStatus::Enacted { height }),
        Just(MotionStatus::Lapsed),
        Just(MotionStatus::Withdrawn),
        code().prop_map(|code| MotionStatus::Failed { code }),
    ];
    let ready = (any::<u8>(), time()).prop_map(|(index, time_ms)| Ready { index, time_ms }).boxed();
    let record = (name(), list(governance::action()), hash(), (time(), time()), list(name()), list(ready), status);
    let record = record.prop_map(|(by, actions, digest, (created_ms, lapses_ms), approvals, ready, status)| Motion {
        by,
        actions,
        digest,
        created_ms,
        lapses_ms,
        approvals,
        ready,
        status,
    });
    survives(record.boxed());
    let seat = (address(), option::of(governance::endpoint()), height());
    survives(seat.prop_map(|(governor, endpoint, since)| Seat { governor, endpoint, since }).boxed());
    survives(name().prop_map(|seat| Governor { seat }).boxed());
    let follower = (name(), public_key(), name(), option::of(governance::endpoint()));
    let follower =
        follower.prop_map(|(name, network_key, sponsor, endpoint)| Follower { name, network_key, sponsor, endpoint });
    survives(list(follower.boxed()).prop_map(|followers| Followers { followers }).boxed());
    survives(number().prop_map(|motion_lapse_ms| Settings { motion_lapse_ms }).boxed());
}

#[test]
fn motions_of_brands_survive() {
    let motion = || number().prop_map(MotionId::new).boxed();
    let approvals = (any::<u8>(), number()).prop_map(|(needed, delay_ms)| Approvals { needed, delay_ms });
    let register = (approvals, motion(), list(motion()));
    survives(register.prop_map(|(approvals, next, open)| BrandRegister { approvals, next, open }).boxed());
    let ballots = || list(address());
    let record = (address(), list(operations::brand_action()), hash(), time(), (ballots(), ballots()));
    let record = (record, option::of(time())).prop_map(|((by, actions, digest, created_ms, ballots), from_ms)| {
        let (approved_by, stopped_by) = ballots;
        BrandMotion { by, actions, digest, created_ms, approved_by, stopped_by, from_ms }
    });
    survives(record.boxed());
}

#[test]
fn digests_and_tips_survive() {
    survives((number(), hash()).prop_map(|(count, digest)| RecentDigest { count, digest }).boxed());
    let tip = (height(), block_id(), time());
    survives(tip.prop_map(|(height, block, time_ms)| Tip { height, block, time_ms }).boxed());
}

/// A tree, and a key that may be in it.
fn tree_and_key() -> impl Strategy<Value = (StateTree, [u8; 2])> {
    let entries = btree_map(any::<[u8; 2]>(), vec(any::<u8>(), 0..4), 0..60);
    (entries, any::<prop::sample::Index>(), any::<[u8; 2]>()).prop_map(|(entries, at, absent)| {
        let present = entries.keys().nth(at.index(entries.len().max(1))).copied();
        (StateTree::from_entries(&entries), present.unwrap_or(absent))
    })
}

#[test]
fn proofs_survive() {
    survives::<Proof>(tree_and_key().prop_map(|(tree, key)| tree.prove(&key).expect("in memory")).boxed());
}

#[test]
fn a_damaged_proof_proves_nothing_else() {
    let damages = super::damage::damages();
    super::run(500, &(tree_and_key(), damages), |((tree, key), damages)| {
        let proof = tree.prove(&key).expect("in memory");
        let mut bytes = borsh::to_vec(&proof).expect("writing to memory can't fail");
        damages.into_iter().for_each(|damage| damage.apply(&mut bytes));
        let Ok(damaged) = borsh::from_slice::<Proof>(&bytes) else { return Ok(()) };
        if damaged != proof {
            prop_assert!(
                damaged.verify(&tree.root(), &key, tree.get(&key).expect("in memory")).is_err(),
                "a damaged proof holds"
            );
        }
        Ok(())
    });
}
