//! The way from genesis to the last block: who has decided what is final, as this wallet has checked it.

use std::collections::BTreeMap;

use lojal_client::{Pin, Seal, SetChange, Verifier};
use lojal_text::outside;
use lojal_types::{BlockId, Height, Name, TimeMs, Validator, ValidatorSet};
use lojal_wallet::gateways::{Gateway, GatewaysError};
use lojal_wallet::home::Home;
use lojal_wallet::time::utc;
use lojal_wallet::witness::{compare, see, with_evidence};
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use super::proofs::{Proven, start, with_age};
use crate::error::CommandError;
use crate::output::{Report, paragraph};

/// A change of the validators, as people read it.
#[derive(Debug, PartialEq, Eq, JsonSchema, Serialize)]
struct Change {
    /// The last block that those before it have decided.
    height: Height,
    /// Its id.
    block: BlockId,
    /// Its time.
    time_ms: TimeMs,
    /// Those who came.
    came: Vec<Named>,
    /// Those who went.
    went: Vec<Named>,
    /// Those whose vote has another weight, and which it had.
    power: Vec<Power>,
    /// Those who have other keys.
    keys: Vec<Name>,
}

/// A validator.
#[derive(Debug, PartialEq, Eq, JsonSchema, Serialize)]
struct Named {
    /// The name.
    name: Name,
    /// The weight of its vote.
    power: u64,
}

/// A vote with another weight.
#[derive(Debug, PartialEq, Eq, JsonSchema, Serialize)]
struct Power {
    /// The validator's name.
    name: Name,
    /// The weight before.
    from: u64,
    /// The weight after.
    to: u64,
}

/// The way as it was checked.
#[derive(Serialize, JsonSchema)]
pub(super) struct Shown {
    /// The block that it begins at, as a pin.
    from: String,
    /// The changes of the validators since.
    changes: Vec<Change>,
    /// Those who decide now.
    validators: Vec<Validator>,
    /// The last block.
    proven: Proven,
    /// The last block, as a pin.
    pin: String,
}

/// The way to the last block of a gateway.
struct Way {
    from: Verifier,
    changes: Vec<SetChange>,
    /// The knowledge after it: among it the validators that decide what comes next, up to the next change.
    shown: Verifier,
    seal: Seal,
}

/// `lojal light`.
pub(super) fn light(context: &Context) -> Result<Report, CommandError> {
    let home = context.home()?;
    let gateways = context.gateways(Some(&home))?;
    let known = start(context, &home, &gateways)?;
    // What is shown begins at genesis, unless somebody wants it otherwise; what is trusted, at the last block known.
    let from = if context.options.pin.is_some() { known.clone() } else { Verifier::new(home.genesis()) };
    let way = gateways.ask(|gateway| follow(&home, gateway, &from, &known))?;
    if let Some(witnesses) = context.witnesses(&home)? {
        compare(&home, &way.shown, &witnesses, &way.seal)?;
    }
    Ok(report(&home, &way))
}

fn follow(home: &Home, gateway: &Gateway, from: &Verifier, known: &Verifier) -> Result<Way, GatewaysError> {
    let client = gateway.client()?;
    let mut shown = from.clone();
    let (seal, changes) = client.latest(&mut shown).map_err(|error| with_evidence(home, gateway, error))?;
    // Keys that nobody guards any more can sign another past, and not what follows from a block that is known.
    if known.pin() != from.pin() {
        client.check(&mut known.clone(), &seal).map_err(|error| with_evidence(home, gateway, error))?;
    }
    see(home, gateway, &seal)?;
    Ok(Way { from: from.clone(), changes, shown, seal })
}

fn report(home: &Home, way: &Way) -> Report {
    let mut old = way.from.validators();
    let mut changes = Vec::with_capacity(way.changes.len());
    for change in &way.changes {
        changes.push(between(old, change));
        old = &change.next;
    }
    let pin = Pin { height: way.seal.height, block: way.seal.block };
    let text = text(home, way, &changes, &pin);
    let (from, validators) = (way.from.pin().to_string(), way.shown.validators().validators().to_vec());
    let shown = Shown { from, changes, validators, proven: Proven::of(&way.seal), pin: pin.to_string() };
    Report::done(&shown, text)
}

fn text(home: &Home, way: &Way, changes: &[Change], pin: &Pin) -> String {
    let from = match way.from.pin().height {
        Height::GENESIS => "genesis".to_owned(),
        height => format!("block {height}"),
    };
    let deciding: Vec<String> = way.from.validators().validators().iter().map(named).collect();
    let mut lines = vec![paragraph(format!("from {from} on, with their powers: {}", deciding.join(", ")))];
    if changes.is_empty() {
        lines.push("nobody has come or gone since".to_owned());
    } else {
        let mut rows = vec![["AFTER", "TIME (UTC)", "CHANGE"].map(str::to_owned).to_vec()];
        for change in changes {
            let mut words = in_words(change).into_iter();
            let first = words.next().unwrap_or_default();
            rows.push(vec![change.height.to_string(), utc(change.time_ms), first]);
            rows.extend(words.map(|more| vec![String::new(), String::new(), more]));
        }
        lines.push(lojal_print::table(&rows, &[0]));
    }
    let (height, time) = (way.seal.height, utc(way.seal.time_ms));
    let last = format!("block {height}, {time} UTC, is final by those whom all of this leads to");
    lines.push(paragraph(with_age(home, &way.seal, last)));
    lines.push(format!("pin {}", pin));
    lines.join("\n")
}

fn named(validator: &Validator) -> String {
    format!("{} {}", outside(&validator.name), validator.power)
}

fn in_words(change: &Change) -> Vec<String> {
    let came = change.came.iter().map(|one| format!("{} came, with power {}", outside(&one.name), one.power));
    let went = change.went.iter().map(|one| format!("{} went, with power {}", outside(&one.name), one.power));
    let power =
        change.power.iter().map(|one| format!("{} has power {} after {}", outside(&one.name), one.to, one.from));
    let keys = change.keys.iter().map(|name| format!("{} has other keys", outside(name)));
    came.chain(went).chain(power).chain(keys).collect()
}

/// The difference that a change makes to the validators before it, by their names.
fn between(old: &ValidatorSet, change: &SetChange) -> Change {
    let by_name = |set: &ValidatorSet| {
        set.validators().iter().map(|one| (one.name.clone(), one.clone())).collect::<BTreeMap<_, _>>()
    };
    let (old, new) = (by_name(old), by_name(&change.next));
    let only = |these: &BTreeMap<Name, Validator>, others: &BTreeMap<Name, Validator>| {
        let alone = these.values().filter(|one| !others.contains_key(&one.name));
        alone.map(|one| Named { name: one.name.clone(), power: one.power }).collect()
    };
    let stayed = || old.values().filter_map(|one| new.get(&one.name).map(|next| (one, next)));
    let power = stayed().filter(|(one, next)| one.power != next.power);
    let power = power.map(|(one, next)| Power { name: one.name.clone(), from: one.power, to: next.power }).collect();
    let has_others = |(one, next): &(&Validator, &Validator)| {
        one.public_key != next.public_key || one.network_key != next.network_key
    };
    let keys = stayed().filter(has_others).map(|(one, _)| one.name.clone()).collect();
    Change {
        height: change.header.height,
        block: change.header.id(),
        time_ms: change.header.time_ms,
        came: only(&new, &old),
        went: only(&old, &new),
        power,
        keys,
    }
}

#[cfg(test)]
mod tests;
