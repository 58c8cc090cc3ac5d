//! Accounts: their keys and guardians, and what they hold and have set aside.

use lojal_ledger::key::{AccountKey, BalanceKey, HoldsKey, TransferredTodayKey};
use lojal_ledger::record;
use lojal_types::{
    Activity, AddressText, AgreedKey, Barred, BrandId, Cancelled, Change, Day, Expiry, Guardian, Guardians, Height,
    Lot, OfferId, Outcome, PendingLot, Points, PublicKey, Recovery, RecoveryVote, Reference, Safeguards, TimeMs,
    TransactionId, Waiting,
};
use serde::{Deserialize, Serialize};

use super::{Output, bounded, output};
use crate::vectors::compose::{guardians, reference};
use crate::vectors::samples::{START_MS, account, address, key, named, parse, seed, time};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Entry {
    Account(Box<Account>),
    Balance {
        account: AddressText,
        brand: BrandId,
        lots: Vec<Lot>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pending: Vec<PendingLot>,
    },
    Holds {
        account: AddressText,
        brand: BrandId,
        holds: Vec<OpenHold>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        offers: Vec<OpenOffer>,
    },
    TransferredToday {
        sender: AddressText,
        brand: BrandId,
        on_day_of_ms: TimeMs,
        points: Points,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Account {
    account: AddressText,
    rotated_key: Option<PublicKey>,
    frozen: bool,
    guardians: Guardians<AddressText>,
    recovery: Option<Recovery<AddressText>>,
    safeguards: Safeguards<AddressText>,
    /// The number of brands that it is an operator of.
    operates: u16,
    used: Option<DayUse>,
    activity: Activity,
}

/// The amounts that an account has used up on the day of a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DayUse {
    on_day_of_ms: TimeMs,
    bytes: u64,
    operations: u32,
    /// The transactions sent from the reserves of freeze, cancel_recovery, start_recovery, finish_recovery and agree.
    reserved: [u8; record::RESERVES],
    opened: u16,
    households: u8,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OpenHold {
    reference: Reference,
    dated: Day,
    expires_ms: TimeMs,
    lots: Vec<Lot>,
    /// The household's member whose limit of the month of a time it counts against.
    counted: Option<(AddressText, TimeMs)>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OpenOffer {
    id: OfferId,
    by: AddressText,
    lot: Lot,
    wants: BrandId,
    price_num: u32,
    price_den: u32,
    wants_until: Expiry,
    min_take: Points,
    ends_ms: TimeMs,
    /// The household's member whose limit of the month of a time it counts against.
    counted: Option<(AddressText, TimeMs)>,
}

pub(super) fn build(entry: &Entry) -> Output {
    match entry {
        Entry::Account(account) => output(&AccountKey(address(account.account)), &account_record(account)),
        Entry::Balance { account, brand, lots, pending } => {
            let key = BalanceKey { account: address(*account), brand: *brand };
            output(&key, &record::Balance { lots: bounded(lots), pending: bounded(pending) })
        }
        Entry::Holds { account, brand, holds, offers } => {
            let key = HoldsKey { account: address(*account), brand: *brand };
            let holds: Vec<_> = holds.iter().map(hold_record).collect();
            let offers: Vec<_> = offers.iter().map(offer_record).collect();
            output(&key, &record::Holds { holds: bounded(&holds), offers: bounded(&offers) })
        }
        Entry::TransferredToday { sender, brand, on_day_of_ms, points } => {
            let key = TransferredTodayKey { sender: address(*sender), brand: *brand };
            output(&key, &record::DayCount { day: on_day_of_ms.day(), points: *points })
        }
    }
}

fn account_record(account: &Account) -> record::Account {
    let to_bytes = |text| Ok::<_, std::convert::Infallible>(address(text));
    let Ok(guardians) = account.guardians.clone().try_map(to_bytes);
    let recovery = account.recovery.clone().map(|recovery| {
        let Ok(recovery) = recovery.try_map(to_bytes);
        recovery
    });
    let Ok(safeguards) = account.safeguards.clone().try_map(to_bytes);
    let used = account.used.as_ref().map(|used| record::DayUse {
        day: used.on_day_of_ms.day(),
        sent: record::Sent { bytes: used.bytes, operations: used.operations, reserved: used.reserved },
        opened: used.opened,
        households: used.households,
    });
    let Account { rotated_key, frozen, operates, .. } = *account;
    let activity = account.activity;
    record::Account { rotated_key, frozen, guardians, recovery, safeguards, operates, used, activity }
}

fn counted((member, at): (AddressText, TimeMs)) -> record::Counted {
    record::Counted { member: address(member), month: at.month() }
}

fn offer_record(offer: &OpenOffer) -> record::OpenOffer {
    record::OpenOffer {
        id: offer.id,
        by: address(offer.by),
        lot: offer.lot,
        wants: offer.wants,
        price_num: offer.price_num,
        price_den: offer.price_den,
        wants_until: offer.wants_until,
        min_take: offer.min_take,
        ends_ms: offer.ends_ms,
        counted: offer.counted.map(counted),
    }
}

fn hold_record(hold: &OpenHold) -> record::OpenHold {
    record::OpenHold {
        reference: hold.reference.clone(),
        dated: hold.dated,
        expires_ms: hold.expires_ms,
        lots: bounded(&hold.lots),
        counted: hold.counted.map(counted),
    }
}

pub(super) fn samples() -> Vec<(String, Entry)> {
    let brand: BrandId = parse("nordmat");
    let points = Points::new;
    let lot = |expiry: &str, amount| Lot { expiry: parse(expiry), amount: points(amount) };
    let anna = account(4);
    let held = OpenHold {
        reference: reference("till 1"),
        dated: time(START_MS).day(),
        expires_ms: time(START_MS + 60_000),
        lots: vec![lot("2026-12", 5), lot("never", 70)],
        counted: None,
    };
    let counted = OpenHold {
        reference: reference("till 2"),
        dated: time(START_MS).day(),
        expires_ms: time(START_MS + 60_001),
        lots: vec![lot("2027-03", 1)],
        counted: Some((account(5), time(START_MS))),
    };
    let today =
        Entry::TransferredToday { sender: anna, brand, on_day_of_ms: time(START_MS + 15_000), points: points(70) };
    let balance = |pending| {
        let lots = vec![lot("2026-12", 5), lot("never", 70)];
        Entry::Balance { account: anna, brand, lots, pending }
    };
    let waits = |days, expiry: &str, amount| PendingLot {
        matures: time(START_MS).day().plus(days),
        expiry: parse(expiry),
        amount: points(amount),
    };
    let mut samples = accounts();
    samples.extend([
        named("balance", balance(vec![])),
        named("balance with pending points", balance(vec![waits(0, "2026-12", 7), waits(89, "never", 8)])),
        named("holds", Entry::Holds { account: anna, brand, holds: vec![held, counted], offers: vec![] }),
        named("offers", Entry::Holds { account: anna, brand, holds: vec![], offers: offers() }),
        named("transferred today", today),
    ]);
    samples
}

/// An offer of one's own points, and one that a member has made of a household's.
fn offers() -> Vec<OpenOffer> {
    let own = OpenOffer {
        id: OfferId::new([0x79; 16]),
        by: account(4),
        lot: Lot { expiry: parse("2027-11"), amount: Points::new(70) },
        wants: parse("kaffet"),
        price_num: 1,
        price_den: 3,
        wants_until: parse("2027-03"),
        min_take: Points::new(10),
        ends_ms: time(START_MS + 75_000),
        counted: None,
    };
    let of_a_pool = OpenOffer {
        id: OfferId::new([0x7a; 16]),
        by: account(5),
        lot: Lot { expiry: parse("never"), amount: Points::new(1) },
        wants_until: parse("never"),
        counted: Some((account(5), time(START_MS))),
        ..own.clone()
    };
    vec![own, of_a_pool]
}

fn five_transactions() -> Activity {
    let id = |number| TransactionId::new([number; 32]);
    let with = |activity: Activity, number| activity.with(&id(number), Height::new(number.into()), &Outcome::Applied);
    (1..=5).fold(Activity::default(), with)
}

fn accounts() -> Vec<(String, Entry)> {
    let plain = Account {
        account: account(4),
        rotated_key: None,
        frozen: false,
        guardians: guardians(vec![], 0),
        recovery: None,
        safeguards: Safeguards::default(),
        operates: 0,
        used: None,
        activity: Activity::default(),
    };
    let used = |bytes, operations, reserved| DayUse {
        on_day_of_ms: time(START_MS),
        bytes,
        operations,
        reserved,
        opened: 8,
        households: 4,
    };
    let new_key = key(&seed(6)).public_key();
    let (bo, kaffet) = (Guardian::Account(account(5)), Guardian::Brand(parse("kaffet")));
    let guarded = Account { guardians: guardians(vec![bo, kaffet], 2), ..plain.clone() };
    let first_vote = RecoveryVote { guardian: kaffet, new_key };
    let started = Recovery { votes: bounded(&[first_vote]), agreed: None };
    let agreed = Recovery {
        votes: bounded(&[first_vote, RecoveryVote { guardian: bo, new_key }]),
        agreed: Some(AgreedKey { new_key, from_ms: time(START_MS + 259_200_000) }),
    };
    let from_ms = time(START_MS + 259_200_000);
    let waiting = |change, agreed: &[Guardian<AddressText>]| Safeguards {
        waiting: Some(Waiting { change, from_ms, agreed: bounded(agreed) }),
        ..Safeguards::default()
    };
    let unfreeze = waiting(Change::Unfreeze, &[bo]);
    let change = waiting(Change::SetGuardians { guardians: guardians(vec![kaffet], 1) }, &[]);
    let after = Safeguards {
        waiting: None,
        barred: bounded(&[Barred { guardian: bo, until_ms: time(START_MS + 2_592_000_000) }]),
        cancelled: Some(Cancelled { stopped_until_ms: from_ms, until_ms: time(START_MS + 7_776_000_000) }),
    };
    let of = |account| Entry::Account(Box::new(account));
    vec![
        named("account", of(plain.clone())),
        named("account with another key", of(Account { rotated_key: Some(new_key), ..plain.clone() })),
        named("frozen account", of(Account { frozen: true, ..plain.clone() })),
        named("account with guardians", of(guarded.clone())),
        named("account in recovery", of(Account { recovery: Some(started), ..guarded.clone() })),
        named("account whose guardians agree", of(Account { recovery: Some(agreed), ..guarded.clone() })),
        named(
            "account that waits to be unfrozen",
            of(Account { frozen: true, safeguards: unfreeze, ..guarded.clone() }),
        ),
        named("account that waits for other guardians", of(Account { safeguards: change, ..guarded.clone() })),
        named("account whose owner cancelled an agreement and a vote", of(Account { safeguards: after, ..guarded })),
        named(
            "account that has sent what it may in a day",
            of(Account { used: Some(used(65_536, 400, [4, 3, 2, 1, 0])), ..plain.clone() }),
        ),
        named(
            "account of an operator of two brands",
            of(Account { operates: 2, used: Some(used(1 << 40, u32::MAX, [0; 5])), ..plain.clone() }),
        ),
        named("account that five transactions have concerned", of(Account { activity: five_transactions(), ..plain })),
    ]
}
