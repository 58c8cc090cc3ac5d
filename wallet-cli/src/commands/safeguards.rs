//! The protection of an account from a thief: freezing it, what waits, and guardians who agree.

use lojal_types::{AddressText, Agree, Change, Freeze, Operation, Safeguards, Unfreeze, Waiting};
use lojal_wallet::time::{format_duration, utc};

use super::context::Context;
use super::transact::Session;
use super::words::{guardian_text, guardians_text};
use crate::ask;
use crate::cli::{Consent, Sending};
use crate::error::CommandError;
use crate::output::Report;

/// `lojal freeze`.
pub(super) fn freeze(context: &Context, consent: Consent, sending: &Sending) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let delay = delay(&session);
    // Whoever is in a hurry says --yes, and isn't kept waiting for a question to the gateway either.
    if !consent.yes && session.account(session.home.address_text())?.guardians.guardians.is_empty() {
        let what = format!(
            "freeze this account: nothing goes out of it any more, also not with this wallet\nIt has no guardians, so \
             the freeze is lifted only {delay} after you ask for that with lojal unfreeze"
        );
        ask::consent(&what, consent, sending)?;
    }
    let done = format!(
        "froze this account: nothing goes out of it; after lojal unfreeze it takes {delay} until the freeze is lifted, \
         or until the guardians agree, if there are any"
    );
    session.transact(Operation::Freeze(Freeze {}), &done, sending)
}

/// `lojal unfreeze`.
pub(super) fn unfreeze(context: &Context, sending: &Sending) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let done = format!("asked to lift the freeze of this account\n{}", how_it_goes_on(&session));
    session.transact(Operation::Unfreeze(Unfreeze {}), &done, sending)
}

/// The next steps of a change that this wallet has asked for.
pub(super) fn how_it_goes_on(session: &Session<'_>) -> String {
    format!(
        "it happens in {}, or at once when as many guardians as it takes run\n  {}\nlojal freeze withdraws it",
        delay(session),
        agree_command(session.home.address_text())
    )
}

/// The time that a change waits.
pub(super) fn delay(session: &Session<'_>) -> String {
    format_duration(session.home.genesis().document().parameters.recovery_delay_ms)
}

/// `lojal guardians agree`.
pub(super) fn agree(
    context: &Context,
    owner: AddressText,
    consent: Consent,
    sending: &Sending,
) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let network = session.home.network();
    let account = owner.to_canonical(network)?;
    let Some(waiting) = session.recovery(owner)?.safeguards.waiting else {
        return Err(CommandError::refused("nothing_waits", "nothing waits on that account: its owner must ask first"));
    };
    let what = format!(
        "as a guardian, agree that this happens to {owner} at once: {}\nBe sure that you talk to the owner: a thief \
         who has the key asks for the same",
        change_text(&waiting)
    );
    ask::consent(&what, consent, sending)?;
    // The digest is of what was shown: whatever else waits by then, this agrees to nothing else.
    let digest = waiting.try_map(|address| address.to_canonical(network))?.digest(&session.home.chain_id(), &account);
    let done = format!("agreed to what waits on {owner}; see how far it has come with lojal guardians show {owner}");
    session.transact_as_guardian(owner, Operation::Agree(Agree { account, digest }), &done, sending)
}

fn agree_command(owner: AddressText) -> String {
    format!("lojal guardians agree {owner}")
}

fn change_text(waiting: &Waiting<AddressText>) -> String {
    match &waiting.change {
        Change::Unfreeze => "its freeze is lifted".to_owned(),
        Change::SetGuardians { guardians } => format!("its guardians become {}", guardians_text(guardians)),
    }
}

/// The lines on what waits on an account and what is refused to it.
pub(super) fn safeguards_text(address: AddressText, safeguards: &Safeguards<AddressText>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(waiting) = &safeguards.waiting {
        let withdraw = match waiting.change {
            Change::Unfreeze => "lojal freeze",
            Change::SetGuardians { .. } => "lojal guardians set, naming those that there are, or lojal freeze",
        };
        lines.push(format!(
            "waits until {} UTC, or until the guardians agree with {}: {}; {} of them did; withdraw it with {withdraw}",
            utc(waiting.from_ms),
            agree_command(address),
            change_text(waiting),
            waiting.agreed.len(),
        ));
    }
    if let Some(cancelled) = safeguards.cancelled {
        lines.push(format!(
            "an agreement of the guardians was cancelled: nothing goes out until {} UTC, and until {} UTC the key \
             alone can't change the guardians",
            utc(cancelled.stopped_until_ms),
            utc(cancelled.until_ms)
        ));
    }
    let barred = safeguards.barred.iter();
    lines.extend(barred.map(|one| {
        format!("{} can't ask for another key until {} UTC", guardian_text(&one.guardian), utc(one.until_ms))
    }));
    lines
}
