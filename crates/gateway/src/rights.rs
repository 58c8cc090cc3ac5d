//! The right to read, by the state at the moment of the question (docs/api.md, Who may read): what an account has and
//! does is read by whoever can sign for it, by a brand as far as its own points go, and by auditors.

use lojal_ledger::key::{MemberKey, OperatorKey};
use lojal_ledger::{Missing, View};
use lojal_store::Subject;
use lojal_types::{Address, BrandId, Guardian, PublicKey, Role};

use crate::problem::{Failure, Kind};
use crate::readers::{Caller, Reader};

/// The part of an account that somebody may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// All of it.
    Whole,
    /// Its points of these brands, and the transactions with them.
    Of(Vec<BrandId>),
}

/// The refusal of whatever somebody may not read, the same for what there is and for what there isn't.
pub(crate) fn not_permitted() -> Failure {
    let detail = "the account of this token may not read this, or its key doesn't sign for it any more";
    Failure::new(Kind::NotPermitted, detail)
}

/// The part of an account that a caller may read; nothing if it may read nothing of it.
pub(crate) fn sight(view: &View, caller: &Caller, account: Address) -> Result<Option<Sight>, Missing> {
    let Caller::Reader(reader) = caller else { return Ok(Some(Sight::Whole)) };
    if reads_whole(view, reader, account)? {
        return Ok(Some(Sight::Whole));
    }
    let brands = brands_of(view, reader)?;
    Ok((!brands.is_empty()).then_some(Sight::Of(brands)))
}

/// Tells whether a caller may read what only the account itself may, or the members of a household.
pub(crate) fn owns(view: &View, caller: &Caller, account: Address) -> Result<bool, Missing> {
    match caller {
        Caller::Auditor => Ok(true),
        Caller::Reader(reader) => reads_whole(view, reader, account),
    }
}

/// Tells whether a caller is a member of a household.
pub(crate) fn is_member(view: &View, caller: &Caller, household: Address) -> Result<bool, Missing> {
    match caller {
        Caller::Auditor => Ok(true),
        Caller::Reader(reader) => is_member_of(view, reader, household),
    }
}

/// Tells whether a caller acts for a brand, in any role.
pub(crate) fn acts_for(view: &View, caller: &Caller, brand: BrandId) -> Result<bool, Missing> {
    match caller {
        Caller::Auditor => Ok(true),
        Caller::Reader(reader) => Ok(is_active(view, reader)? && roles(view, reader, brand, |_| true)?),
    }
}

/// Tells whether a reader is an admin of a brand.
pub(crate) fn administers(view: &View, reader: &Reader, brand: BrandId) -> Result<bool, Missing> {
    Ok(is_active(view, reader)? && roles(view, reader, brand, |role| role == Role::Admin)?)
}

/// Tells whether a caller may read how the recovery of an account goes: whoever signs for it, its guardians, and the
/// keys that they want it to have.
pub(crate) fn helps(view: &View, caller: &Caller, account: Address) -> Result<bool, Missing> {
    let Caller::Reader(reader) = caller else { return Ok(true) };
    if signs(view, &reader.public_key, account)? {
        return Ok(true);
    }
    let Some(record) = view.account(account)? else { return Ok(false) };
    let votes = record.recovery.iter().flat_map(|recovery| recovery.votes.iter());
    if votes.into_iter().any(|vote| vote.new_key == reader.public_key) {
        return Ok(true);
    }
    for guardian in record.guardians.guardians.iter() {
        let is_guardian = match guardian {
            Guardian::Account(guardian) => *guardian == reader.account && is_genuine(view, reader)?,
            Guardian::Brand(brand) => {
                is_active(view, reader)? && roles(view, reader, *brand, |role| role == Role::Admin)?
            }
        };
        if is_guardian {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The part of the events of an account or a brand that somebody may be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Share {
    /// All of them.
    Whole,
    /// Those of transactions with points of these brands.
    Of(Vec<BrandId>),
    /// Those about keys, guardians and recovery.
    Recovery,
}

/// The part of the events that a caller may be told now; nothing if it may be told none. It is what they may read
/// anyway: of an account its history, or how its recovery goes; of a brand what its operators may read of everybody.
pub(crate) fn event_share(view: &View, caller: &Caller, of: Subject) -> Result<Option<Share>, Missing> {
    let account = match of {
        Subject::Account(account) => account,
        Subject::Brand(brand) => return Ok(acts_for(view, caller, brand)?.then_some(Share::Whole)),
    };
    match sight(view, caller, account)? {
        Some(Sight::Whole) => return Ok(Some(Share::Whole)),
        // A guardian who is also a till's operator asks as the latter.
        Some(Sight::Of(brands)) => return Ok(Some(Share::Of(brands))),
        None => {}
    }
    Ok(helps(view, caller, account)?.then_some(Share::Recovery))
}

/// Tells whether a reader is an account of the ledger, with the key that signs for it. What isn't in memory isn't
/// looked up.
pub(crate) fn is_of_ledger(view: &View, reader: &Reader) -> bool {
    view.signs_for(&reader.public_key, reader.account).unwrap_or(false)
}

fn reads_whole(view: &View, reader: &Reader, account: Address) -> Result<bool, Missing> {
    Ok(signs(view, &reader.public_key, account)? || is_member_of(view, reader, account)?)
}

fn is_member_of(view: &View, reader: &Reader, household: Address) -> Result<bool, Missing> {
    if !household.is_household() || !is_genuine(view, reader)? {
        return Ok(false);
    }
    Ok(view.get(&MemberKey { household, member: reader.account })?.is_some())
}

/// The brands that a reader acts for; none while its account is stopped: a stolen till must not read what its owner has
/// frozen it for.
fn brands_of(view: &View, reader: &Reader) -> Result<Vec<BrandId>, Missing> {
    let is_operator = view.account(reader.account)?.is_some_and(|account| account.is_operator());
    if !is_operator || !is_active(view, reader)? {
        return Ok(Vec::new());
    }
    let mut brands = Vec::new();
    for brand in view.brand_ids().iter().copied() {
        if roles(view, reader, brand, |_| true)? {
            brands.push(brand);
        }
    }
    Ok(brands)
}

fn roles(view: &View, reader: &Reader, brand: BrandId, wanted: impl Fn(Role) -> bool) -> Result<bool, Missing> {
    let operator = view.get(&OperatorKey { brand, operator: reader.account })?;
    Ok(operator.is_some_and(|operator| operator.roles.iter().any(|role| wanted(*role))))
}

/// Tells whether a token's key still signs for its account.
pub(crate) fn is_genuine(view: &View, reader: &Reader) -> Result<bool, Missing> {
    signs(view, &reader.public_key, reader.account)
}

/// Tells whether it does, and the account isn't stopped.
fn is_active(view: &View, reader: &Reader) -> Result<bool, Missing> {
    Ok(is_genuine(view, reader)? && !is_stopped(view, reader.account)?)
}

/// Tells whether an account is stopped.
pub(crate) fn is_stopped(view: &View, account: Address) -> Result<bool, Missing> {
    Ok(view.account(account)?.is_some_and(|account| account.stop(view.tip().time_ms).is_some()))
}

/// Tells whether a key signs for an account. "For an account that the ledger doesn't know its first key signs."
/// (protocol, Read tokens)
pub(crate) fn signs(view: &View, key: &PublicKey, account: Address) -> Result<bool, Missing> {
    match view.account(account)? {
        Some(_) => view.signs_for(key, account),
        None => Ok(Address::of_key(key) == account),
    }
}
