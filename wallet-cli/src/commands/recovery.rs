//! A lost phone: guardians give its account to the key of a new wallet.

use lojal_types::{
    AddressText, CancelRecovery, FinishRecovery, Guardians, Operation, PublicKey, Recovery, StartRecovery, TimeMs, api,
};
use lojal_wallet::gateways::is_not_permitted;
use lojal_wallet::home::Home;
use lojal_wallet::time::utc;
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use super::safeguards::delay;
use super::transact::Session;
use super::words::{guardian_text, guardians_text};
use crate::ask;
use crate::cli::{Consent, RecoverCommand, Sending};
use crate::error::CommandError;
use crate::output::{Report, indented, paragraph};

/// All that a new wallet has for the guardians of a lost account.
#[derive(Serialize, JsonSchema)]
pub(super) struct Started {
    /// The lost account.
    account: AddressText,
    /// The key of this wallet.
    new_key: PublicKey,
    /// The guardians; null if this wallet may not know them yet.
    guardians: Option<Guardians<AddressText>>,
    /// The recovery, if there is one already.
    recovery: Option<Recovery<AddressText>>,
    /// The command for a guardian.
    command: String,
}

/// The state of a recovery.
#[derive(Serialize, JsonSchema)]
pub(super) struct Stands {
    /// The account.
    account: AddressText,
    /// Its guardians.
    guardians: Guardians<AddressText>,
    /// The recovery; null if there is none.
    recovery: Option<Recovery<AddressText>>,
    /// The key that has replaced the first one; null if none has.
    rotated_key: Option<PublicKey>,
    /// The time of the ledger.
    time_ms: TimeMs,
}

/// A recovery whose time hasn't come.
#[derive(Serialize, JsonSchema)]
pub(super) struct Waits {
    /// The lost account.
    account: AddressText,
    /// The recovery.
    recovery: Recovery<AddressText>,
    /// The time from which on a guardian completes it.
    from_ms: TimeMs,
}

/// An account that is this wallet's.
#[derive(Serialize, JsonSchema)]
pub(super) struct Own {
    /// The account.
    account: AddressText,
}

/// The change of a wallet that took an account over.
#[derive(Serialize, JsonSchema)]
pub(super) struct TookOver {
    /// The account that it had before.
    before: AddressText,
    /// Its key, which is the account's now.
    public_key: PublicKey,
}

/// `lojal recover`.
pub(super) fn recover(context: &Context, command: RecoverCommand) -> Result<Report, CommandError> {
    match command {
        RecoverCommand::Start { account } => start(context, account),
        RecoverCommand::Approve { account, new_key, consent, sending } => {
            approve(context, account, new_key, consent, &sending)
        }
        RecoverCommand::Status { account } => status(context, account),
        RecoverCommand::Finish { account, sending } => finish(context, account, &sending),
        RecoverCommand::Cancel { sending } => {
            let session = Session::open(context)?;
            let done = format!(
                "ended the recovery: this wallet's key goes on to sign for the account\n\
                 if its guardians had agreed, nothing goes out for {}, and another agreement within 90 days can't be \
                 cancelled; if not, those who asked can't for 30 days",
                delay(&session)
            );
            session.transact(Operation::CancelRecovery(CancelRecovery {}), &done, &sending)
        }
    }
}

/// Nothing is signed: the new wallet can do nothing but say which key it has.
fn start(context: &Context, lost: AddressText) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    lost.to_canonical(session.home.network())?;
    if lost == session.home.address_text() {
        return Err(CommandError::refused(
            "own_account",
            "this is the wallet of that account: run this in the new wallet",
        ));
    }
    // Who guards an account is shown to those who do, so a new wallet learns it when the first of them has agreed.
    let account = match session.recovery(lost) {
        Err(error) if is_not_permitted(&error) => None,
        account => Some(account?),
    };
    let new_key = session.home.public_key();
    let command = approve_command(lost, new_key);
    let started = Started {
        account: lost,
        new_key,
        guardians: account.as_ref().map(|account| account.guardians.clone()),
        recovery: account.as_ref().and_then(|account| account.recovery.clone()),
        command: command.clone(),
    };
    if account.as_ref().is_some_and(|account| account.guardians.guardians.is_empty()) {
        let text = format!("{lost} has no guardians: only its 24 words can bring it back, with lojal restore");
        return Ok(Report::done(&started, text));
    }
    let text = format!(
        "{}\n\
         1. ask them, in person or by voice, to run\n   {command}\n\
         2. from the first of them on the lost phone can't spend anything; watch with\n   lojal recover status {lost}\n\
         3. when enough of them have agreed and the time to cancel is over, ask one of them to run\n   {}\n\
         4. then run the same here, and this becomes the wallet of the account",
        account.map_or_else(
            || format!("the guardians of {lost}, whom its owner knows, can give it this wallet's key"),
            |account| format!("the guardians of {lost} are {}", guardians_text(&account.guardians)),
        ),
        finish_command(lost),
    );
    let mut report = Report::done(&started, text);
    report.qr = Some(command);
    Ok(report)
}

fn approve(
    context: &Context,
    lost: AddressText,
    new_key: PublicKey,
    consent: Consent,
    sending: &Sending,
) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let account = lost.to_canonical(session.home.network())?;
    let what = format!(
        "as a guardian, ask that {lost} gets the key\n{new_key}\nCompare the key with the one on the new phone, and be \
         sure that you talk to the owner: from now on nothing leaves the account"
    );
    ask::consent(&what, consent, sending)?;
    let operation = Operation::StartRecovery(StartRecovery { account, new_key });
    let done = format!("asked that {lost} gets the key {new_key}");
    let report = session.transact_as_guardian(lost, operation, &done, sending)?;
    Ok(report.with_hint(&format!("see how far it has come with lojal recover status {lost}")))
}

fn status(context: &Context, address: Option<AddressText>) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let address = Context::account(home.as_ref(), address)?;
    let gateways = context.gateways(home.as_ref())?;
    let account = gateways.ask(|gateway| Ok(gateway.client()?.recovery(&address)?))?;
    let now = gateways.ask(|gateway| gateway.status())?.time_ms;
    let text = match &account.recovery {
        None => format!("{address} is not being recovered{}", whose(&account, home.as_ref())),
        Some(recovery) => recovery_text(&account, recovery, now),
    };
    let api::AccountRecovery { guardians, recovery, rotated_key, .. } = account;
    Ok(Report::done(&Stands { account: address, guardians, recovery, rotated_key, time_ms: now }, text))
}

/// A new wallet takes over an account whose key it has become; a guardian completes the recovery on the ledger.
fn finish(context: &Context, lost: AddressText, sending: &Sending) -> Result<Report, CommandError> {
    let mut session = Session::open(context)?;
    let address = lost.to_canonical(session.home.network())?;
    let own_key = session.home.public_key();
    let account = session.recovery(lost)?;
    if account.rotated_key == Some(own_key) {
        return take_over(&mut session, lost);
    }
    let agreed = account.recovery.as_ref().and_then(|recovery| recovery.agreed);
    if let (Some(agreed), Some(recovery)) = (agreed.filter(|agreed| agreed.new_key == own_key), &account.recovery) {
        let wait = recovery_text(&account, recovery, session.ledger_time());
        let waits = Waits { account: lost, recovery: recovery.clone(), from_ms: agreed.from_ms };
        let text = format!("{wait}\nthen run this here again, and this becomes the wallet of the account");
        return Ok(Report { is_open: true, ..Report::done(&waits, text) });
    }
    let operation = Operation::FinishRecovery(FinishRecovery { account: address });
    let done = format!("completed the recovery of {lost}");
    let report = session.transact_as_guardian(lost, operation, &done, sending)?;
    Ok(report.with_hint(&format!("its owner's new wallet takes over with {}", finish_command(lost))))
}

pub(super) fn take_over(session: &mut Session<'_>, lost: AddressText) -> Result<Report, CommandError> {
    let before = session.home.address_text();
    if before == lost {
        return Ok(Report::done(&Own { account: lost }, format!("this is the wallet of {lost} already")));
    }
    let passphrase = session.passphrase()?;
    let _lock = session.home.lock_key()?;
    session.home.adopt(lost.to_canonical(session.home.network())?, &passphrase)?;
    let text = format!(
        "this is the wallet of {lost} now\n\
         write that address down beside this wallet's words: they bring it back only with --account {lost}\n\
         the address that this wallet had before, {before}, is that of the words alone"
    );
    let more = TookOver { before, public_key: session.home.public_key() };
    Ok(Report::done(&Own { account: lost }, text).with(&more))
}

fn recovery_text(account: &api::AccountRecovery, recovery: &Recovery<AddressText>, now: TimeMs) -> String {
    let mut lines = vec![paragraph(format!("{} is being recovered: nothing leaves it", account.address))];
    let vote = |guardian, key| indented(format!("{} wants the key {key}", guardian_text(guardian)));
    lines.extend(recovery.votes.iter().map(|one| vote(&one.guardian, one.new_key)));
    lines.push(match recovery.agreed {
        None => indented(format!("{} must want the same key", guardians_text(&account.guardians))),
        Some(agreed) if now < agreed.from_ms => paragraph(format!(
            "enough guardians agreed on {}; until {} UTC the owner can end this with lojal recover cancel, then a \
             guardian completes it with {}",
            agreed.new_key,
            utc(agreed.from_ms),
            finish_command(account.address)
        )),
        Some(agreed) => paragraph(format!(
            "enough guardians agreed on {}, and the owner's time to cancel is over: a guardian completes it with {}",
            agreed.new_key,
            finish_command(account.address)
        )),
    });
    lines.join("\n")
}

/// A remark that this wallet has the key of the account, if it has, for whoever waits for that.
fn whose(account: &api::AccountRecovery, home: Option<&Home>) -> String {
    match home {
        Some(home) if home.address_text() != account.address && account.rotated_key == Some(home.public_key()) => {
            format!(", and this wallet has its key: take it over with {}", finish_command(account.address))
        }
        _ => String::new(),
    }
}

fn approve_command(lost: AddressText, new_key: PublicKey) -> String {
    format!("lojal recover approve {lost} {new_key}")
}

fn finish_command(lost: AddressText) -> String {
    format!("lojal recover finish {lost}")
}

#[cfg(test)]
mod tests {
    use lojal_types::{KeyPair, NetworkKind};
    use lojal_wallet::qr::{Style, draw};

    use super::*;

    #[test]
    fn what_a_guardian_scans_fits_on_a_terminal_of_24_lines() {
        let key = KeyPair::from_seed(&[1; 32]);
        for network in [NetworkKind::Main, NetworkKind::Test] {
            let command = approve_command(key.address().to_text(network), key.public_key());
            let code = draw(&command, Style::Coloured).expect("fits");
            assert!(code.lines().count() < 24, "{} lines", code.lines().count());
        }
    }
}
