//! The facts that a state of the ledger shows, for the comparison with the model. The simulator compiles this file too:
//! the ledger knows the model in tests only, and the model knows nothing of the ledger.

use lojal_ledger::key::{
    AccountKey, CapturedKey, GivenVoucherKey, HeldKey, HouseholdKey, IssuedKey, MarkedKey, MotionKey, RedeemedKey,
    RefundedKey, ReversedKey, ShelfKey, SpentKey, StampedKey, StandingKey, StateKey, TakenBackKey, TransferredTodayKey,
    UsedVoucherKey, VouchersKey,
};
use lojal_ledger::record::{Cost, Paid};
use lojal_ledger::{Records, StateTree, View};
use lojal_model::Facts;
use lojal_types::{Address, BrandId, CampaignId, Day, Lot, Month, Name, Reference, TimeMs};

/// The keys of one kind in a tree.
fn keys_in<K: StateKey>(tree: &StateTree) -> impl Iterator<Item = K> {
    tree.iter().filter_map(|entry| K::decode(entry.expect("in memory").0))
}

/// The keys of one kind.
fn keys<K: StateKey>(view: &View) -> Vec<K> {
    keys_in(view.tree()).collect()
}

/// Everything that can be asked of a state.
pub(crate) fn facts(view: &View) -> Facts {
    let mut facts = Facts::default();
    for AccountKey(account) in keys(view) {
        note_account(&mut facts, view, account);
    }
    for HouseholdKey(address) in keys(view) {
        let household = view.household(address).expect("in memory").expect("it is in the state");
        facts.household(address, &household.members, &household.invited);
    }
    for SpentKey { household, member } in keys(view) {
        for brand in view.brand_ids().iter().copied() {
            let spent = view.spent_this_month(household, member, brand).expect("in memory");
            facts.spent(household, member, brand, spent.get());
        }
    }
    for TransferredTodayKey { sender, brand } in keys(view) {
        facts.transferred(sender, brand, view.transferred_today(sender, brand).expect("in memory").get());
    }
    note_brands(&mut facts, view);
    note_references(&mut facts, view);
    note_governance(&mut facts, view);
    note_programme(&mut facts, view);
    facts
}

fn note_governance(facts: &mut Facts, view: &View) {
    let protocol = view.protocol();
    let scheduled = protocol.scheduled.map(|one| (one.version, one.height));
    facts.network(view.parameters(), view.settings().expect("in memory"), (protocol.version, scheduled));
    for (validator, seat) in view.seats().expect("in memory") {
        facts.validator(&validator, (seat.governor, seat.endpoint.as_ref(), seat.since));
    }
    for one in view.followers().expect("in memory") {
        facts.follower(&one.name, one.network_key, &one.sponsor, one.endpoint.as_ref());
    }
    for MotionKey(id) in keys(view) {
        let one = view.motion(id).expect("in memory").expect("it is in the state");
        let approvals: Vec<&Name> = one.approvals.iter().collect();
        let ready: Vec<(u8, TimeMs)> = one.ready.iter().map(|ready| (ready.index, ready.time_ms)).collect();
        facts.motion(id, (&one.by, &one.actions), (one.created_ms, one.lapses_ms), (&approvals, &ready), one.status);
    }
}

/// The records of one kind on all shelves.
fn shelved<K: StateKey>(view: &View) -> impl Iterator<Item = (K, K::Record)> {
    let keys = view.shelves().iter().flat_map(|(_, shelf)| keys_in::<K>(shelf));
    keys.map(|key| {
        let record = view.get(&key).expect("in memory").expect("it is on its shelf");
        (key, record)
    })
}

fn note_references(facts: &mut Facts, view: &View) {
    for ShelfKey(month) in keys(view) {
        facts.shelf(month, view.get(&ShelfKey(month)).expect("in memory").expect("it is in the state").drop_ms);
    }
    for (IssuedKey { shelf, brand, reference }, one) in shelved(view) {
        let amounts = [one.amount.get(), one.reversed.get()];
        let what = (one.to, one.dated, one.reversible_until_ms, one.expiry, amounts);
        facts.reference("issued", &(shelf, brand, reference), &what);
    }
    for (HeldKey { shelf, brand, reference }, one) in shelved(view) {
        facts.reference("held", &(shelf, brand, reference), &(one.from, one.dated, one.expires_ms, one.closed));
    }
    for (ReversedKey { shelf, brand, reference }, one) in shelved(view) {
        facts.reference("reversed", &(shelf, brand, reference), &one.amount.get());
    }
    for (RedeemedKey { shelf, brand, reference }, one) in shelved(view) {
        facts.reference("redeemed", &(shelf, brand, reference), &one.paid.as_ref().map(paid_of));
    }
    for (CapturedKey { shelf, brand, reference }, one) in shelved(view) {
        facts.reference("captured", &(shelf, brand, reference), &one.paid.as_ref().map(paid_of));
    }
}

fn note_programme(facts: &mut Facts, view: &View) {
    let month = view.tip().time_ms.month();
    for brand in view.brand_ids().iter().copied() {
        for (track, terms) in view.tracks(brand).expect("in memory") {
            facts.track(brand, track, &terms);
        }
        for (campaign, one) in view.campaigns(brand).expect("in memory") {
            let sums = [one.points, one.reversed, one.paid, one.refunded].map(|sum| sum.get());
            facts.campaign((brand, campaign), (&one.terms, one.accepted), (one.times, one.returned), sums);
        }
    }
    for (IssuedKey { shelf, brand, reference }, one) in shelved(view) {
        if let Some(campaign) = one.campaign() {
            facts.reference("awarded", &(shelf, brand, reference), &campaign);
        }
    }
    for (MarkedKey { shelf, brand, reference }, one) in shelved(view) {
        let what = (one.to, one.campaign, one.mark, one.days, one.dated, one.take_back_until_ms, one.taken_back);
        let reference = (shelf, brand, reference);
        facts.reference("marked", &reference, &what);
        note_claimed(facts, &reference, one.campaign, one.cost.as_ref().zip(one.paid()));
    }
    note_vouchers(facts, view);
    for (StampedKey { shelf, brand, reference }, one) in shelved(view) {
        let what = (one.to, one.track, one.month, one.dated, one.take_back_until_ms, one.left());
        facts.reference("stamped", &(shelf, brand, reference), &what);
    }
    for (TakenBackKey { shelf, brand, reference }, one) in shelved(view) {
        facts.reference("taken back", &(shelf, brand, reference), &one.amount);
    }
    for key in keys::<StandingKey>(view) {
        let standing = view.get(&key).expect("in memory").expect("it is in the state");
        facts.relation(key.account, key.brand, standing.since, standing.consents);
        let today = view.tip().time_ms.day();
        let marks = standing.marks.iter().filter(|one| one.is_live_on(today)).map(|one| (one.mark, one.until));
        let taken = standing.taken.iter().filter(|one| one.is_live_on(today));
        let taken = taken.map(|one| (one.campaign, one.as_referrer, u64::from(one.times)));
        facts.given(key.account, key.brand, &Vec::from_iter(marks), &Vec::from_iter(taken));
        for (track, terms) in view.tracks(key.brand).expect("in memory") {
            let level = usize::from(standing.level(track, &terms, month).level);
            let held = standing.held(track).iter().filter(|one| one.until >= month);
            let held = held.map(|one| (one.reached, usize::from(one.level), one.until)).collect();
            facts.progress((key.account, key.brand, track), standing.units(track, month), level, held);
        }
    }
}

/// A payment: who paid, its lots, whose limit of which month, its day, until when it can be refunded, and how much was.
type PaidShown = (Address, Vec<String>, Option<(Address, Month)>, Day, TimeMs, u64);

fn paid_of(paid: &Paid) -> PaidShown {
    let lots = paid.lots.iter().map(|lot| format!("{} {}", lot.expiry, lot.amount)).collect();
    let counted = paid.counted.map(|counted| (counted.member, counted.month));
    (paid.from, lots, counted, paid.dated, paid.refundable_until_ms, paid.refunded.get())
}

/// Notes what was claimed for points, and its payment.
fn note_claimed(
    facts: &mut Facts,
    reference: &(Month, BrandId, Reference),
    campaign: CampaignId,
    bought: Option<(&Cost, Paid)>,
) {
    if let Some((cost, paid)) = bought {
        facts.reference("claimed", reference, &(campaign, u64::from(cost.units), paid_of(&paid)));
    }
}

fn note_vouchers(facts: &mut Facts, view: &View) {
    let today = view.tip().time_ms.day();
    for key in keys::<VouchersKey>(view) {
        let vouchers = view.get(&key).expect("in memory").expect("it is in the state").vouchers;
        let live = vouchers.iter().filter(|one| one.is_live_on(today));
        let shown = live.map(|one| (one.voucher, one.campaign, u64::from(one.left), one.until));
        facts.vouchers(key.account, key.brand, &Vec::from_iter(shown));
    }
    for (GivenVoucherKey { shelf, brand, reference }, one) in shelved(view) {
        let uses = (u64::from(one.quantity), u64::from(one.taken_back));
        let what = (one.to, one.campaign, one.voucher, uses, one.dated, one.take_back_until_ms);
        let reference = (shelf, brand, reference);
        facts.reference("voucher", &reference, &what);
        note_claimed(facts, &reference, one.campaign, one.cost.as_ref().zip(one.paid()));
    }
    for (UsedVoucherKey { shelf, brand, reference }, one) in shelved(view) {
        facts.reference("voucher used", &(shelf, brand, reference), &(one.voucher, u64::from(one.quantity)));
    }
    for (RefundedKey { shelf, brand, reference }, one) in shelved(view) {
        facts.reference("refunded", &(shelf, brand, reference), &one.amount.get());
    }
}

fn note_account(facts: &mut Facts, view: &View, address: Address) {
    let account = view.account(address).expect("in memory").expect("it is in the state");
    facts.account(
        address,
        account.rotated_key,
        account.frozen,
        &account.guardians,
        account.recovery.as_ref(),
        &account.safeguards,
    );
    let used = account.used_on(view.tip().time_ms.day());
    let reserved = used.sent.reserved.map(u64::from);
    let (sent, made) = ((used.sent.bytes, used.sent.operations.into()), (used.opened.into(), used.households.into()));
    facts.used(address, sent, made, &reserved);
    facts.activity(address, (account.activity.count, *account.activity.digest.as_bytes()));
    facts.memberships(address, &view.memberships(address).expect("in memory"));
    for brand in view.brand_ids().iter().copied() {
        let lots: Vec<Lot> = view.lots(address, brand).expect("in memory");
        facts.lots(address, brand, &lots);
        let pending = view.pending(address, brand).expect("in memory").into_iter();
        let pending: Vec<_> = pending.map(|lot| (lot.matures, lot.expiry, lot.amount.get())).collect();
        facts.pending(address, brand, &pending);
        for hold in view.holds(address, brand).expect("in memory") {
            facts.hold(address, brand, (&hold.reference, hold.dated), hold.expires_ms, &hold.lots);
        }
        for one in view.offers(address, brand).expect("in memory") {
            let wants = (one.wants, (one.price_num, one.price_den), one.wants_until, one.min_take.get());
            facts.offer((address, brand, one.id), (one.by, one.lot.expiry, one.lot.amount.get()), wants);
        }
    }
}

fn note_brands(facts: &mut Facts, view: &View) {
    let brands = view.brand_ids();
    for id in brands {
        let brand = view.brand(*id).expect("in memory").expect("it is listed");
        let totals = view.totals(*id).expect("in memory").expect("every brand has totals");
        facts.brand(*id, &brand.policy, &totals);
        facts.brand_itself(*id, &brand.name, brand.decimals, (brand.suspended, brand.closes_ms, brand.pending_days));
        facts.approvals(*id, view.approvals(*id).expect("in memory"));
        for (motion, one) in view.brand_motions(*id).expect("in memory") {
            let ballots = (&*one.approved_by, &*one.stopped_by);
            facts.brand_motion((*id, motion), (one.by, &one.actions), (one.created_ms, one.from_ms), ballots);
        }
        for (address, operator) in view.operators(*id).expect("in memory") {
            let max = operator.issue_daily_max.map(|max| max.get());
            let issued_today = view.issued_today(*id, address).expect("in memory");
            facts.operator(*id, address, &operator.roles, max, issued_today.get());
        }
        for creditor in brands {
            facts.owed((*id, *creditor), view.owed(*id, *creditor).expect("in memory").in_micro());
        }
    }
    for one in view.partnerships().expect("in memory") {
        let converted = one.converted_today.get();
        facts.partnership((one.from, one.to), one.terms.as_ref(), one.proposal.as_ref(), converted);
    }
}
