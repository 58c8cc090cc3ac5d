//! The account's key, and its guardians.

use lojal_types::{
    AddressText, Bounded, Code, Guardian, Guardians, KeyPair, Operation, Operations, Outcome, PublicKey, RotateKey,
    Safeguards, SetGuardians,
};
use lojal_wallet::gateways::is_not_permitted;
use lojal_wallet::home::HomeError;
use lojal_wallet::passphrase::Passphrase;
use lojal_wallet::submission::Fate;
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use super::repeat::Repeat;
use super::safeguards::{agree, how_it_goes_on, safeguards_text};
use super::transact::{EARLIER_ROTATION, Session, Words, report_in_words};
use super::words::guardians_text;
use crate::cli::{GuardiansCommand, Sending, Validity};
use crate::error::CommandError;
use crate::output::{Report, paragraph};

/// A replacement of the key that had happened already.
#[derive(Serialize, JsonSchema)]
pub(super) struct Rotated {
    /// The key that signs now.
    rotated_key: PublicKey,
}

/// An account's guardians, and what protects it.
#[derive(Serialize, JsonSchema)]
pub(super) struct Guarded {
    #[serde(flatten)]
    guardians: Guardians<AddressText>,
    /// All that waits on the account, and what is refused to it.
    safeguards: Safeguards<AddressText>,
}

/// `lojal rotate-key`.
///
/// The new key is on disk before the transaction is sent, and is forgotten only if it is certain that no rotation to
/// it can happen. After a rotation that was cut short, the next one goes to the same key again.
pub(super) fn rotate_key(context: &Context, validity: Validity, dry_run: bool) -> Result<Report, CommandError> {
    let mut session = Session::open(context)?;
    session.now()?;
    let passphrase = session.passphrase()?;
    if dry_run {
        return rehearse(&session, &passphrase, &validity);
    }
    let _lock = session.home.lock_key()?;
    let key = session.home.unlock(&passphrase)?;
    let is_first_try = session.home.next_public_key().is_none();
    let next = session.home.begin_rotation(&passphrase)?;
    let new_key = next.public_key();
    let window = session.validity(&validity, None)?;
    let (id, fate) = session.submit(to_key(new_key), &key, window, false)?;
    let signs = if is_wrong_key(&fate) { signing(&session, &key, &next) } else { Signing::Unknown };
    match &fate {
        _ if signs == Signing::Next => {
            session.home.finish_rotation()?;
            return Ok(Report::done(&Rotated { rotated_key: new_key }, EARLIER_ROTATION.to_owned()));
        }
        Fate::Final { receipt: Outcome::Applied, .. } => {
            session.home.finish_rotation()?;
            // Without tokens of the new key the passphrase is asked for once more.
            let _ = session.gateways.renew(&session.home, &next);
        }
        // Perhaps it happens yet, and then only the new key signs: a gateway that refused it may have kept it.
        Fate::Open { .. } | Fate::Refused { .. } | Fate::Untrue(_) => {}
        // An earlier try may still be on its way; then the key is kept for it.
        _ if is_first_try => session.home.abandon_rotation()?,
        _ => {}
    }
    let words = |code: &str| {
        let text = "another copy of this wallet, or a recovery, has changed the key of the account; this wallet's key \
                    doesn't sign for it any more";
        let is_known = signs == Signing::Another && code == Code::WrongKey.name();
        is_known.then(|| Words { text: text.to_owned(), is_final: true })
    };
    report_in_words(id, fate, &format!("replaced the key by {new_key}"), Repeat::Nothing, &words)
}

/// The replacement of the key by another one.
fn to_key(new_key: PublicKey) -> Operations {
    Operations::from([Operation::RotateKey(RotateKey { new_key })])
}

/// Asks what a rotation would do. The key that it would be to is not kept.
fn rehearse(session: &Session<'_>, passphrase: &Passphrase, validity: &Validity) -> Result<Report, CommandError> {
    if session.context.build.is_some() {
        return Err(CommandError::Usage(
            "a replacement of the key can't be carried in a file, since the wallet that sends it has to keep the new \
             key: run lojal rotate-key where the wallet is",
        ));
    }
    let new_key = match session.home.next_public_key() {
        Some(key) => key,
        None => {
            let at_home = |source| HomeError::Key { path: session.home.dir().to_owned(), source };
            session.home.secret(passphrase)?.next().map_err(at_home)?.key().public_key()
        }
    };
    Err(session.foretold(validity, None, &to_key(new_key), ("replaced the key by another one", &|_| None))?)
}

/// Tells whether the key that signed is not that of the account.
fn is_wrong_key(fate: &Fate) -> bool {
    match fate {
        Fate::Final { receipt: Outcome::Failed { code, .. }, .. } => *code == Code::WrongKey,
        Fate::Refused { problem, .. } => problem.code == Code::WrongKey.name(),
        _ => false,
    }
}

/// The key that signs for the account, as gateways show it: they show the account to that key alone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Signing {
    /// Nobody says.
    Unknown,
    /// The one that this wallet has.
    Own,
    /// The one that it wants.
    Next,
    /// Neither.
    Another,
}

fn signing(session: &Session<'_>, own: &KeyPair, next: &KeyPair) -> Signing {
    let address = session.home.address_text();
    for key in [own, next] {
        // A token that isn't kept serves as well here.
        let _ = session.gateways.renew(&session.home, key);
        match session.gateways.ask(|gateway| Ok(gateway.client()?.account(&address)?)) {
            Ok(account) => {
                return match account.rotated_key {
                    Some(key) if key == next.public_key() => Signing::Next,
                    Some(key) if key != own.public_key() => Signing::Another,
                    _ => Signing::Own,
                };
            }
            Err(error) if is_not_permitted(&error) => {}
            Err(_) => return Signing::Unknown,
        }
    }
    Signing::Another
}

/// `lojal guardians`.
pub(super) fn guardians(context: &Context, command: GuardiansCommand) -> Result<Report, CommandError> {
    match command {
        GuardiansCommand::Show { address } => show_guardians(context, address),
        GuardiansCommand::Set { guardians, threshold, none: _, sending } => {
            set_guardians(context, guardians, threshold, &sending)
        }
        GuardiansCommand::Agree { account, consent, sending } => agree(context, account, consent, &sending),
    }
}

fn show_guardians(context: &Context, address: Option<AddressText>) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let address = Context::account(home.as_ref(), address)?;
    let account = context.gateways(home.as_ref())?.ask(|gateway| Ok(gateway.client()?.recovery(&address)?))?;
    let mut lines = vec![address.to_string(), guardians_text(&account.guardians)];
    lines.extend(safeguards_text(account.address, &account.safeguards));
    let lines: Vec<String> = lines.into_iter().map(paragraph).collect();
    let guarded = Guarded { guardians: account.guardians, safeguards: account.safeguards };
    Ok(Report::done(&guarded, lines.join("\n")))
}

/// The order that the ledger demands, and a threshold of more than half, are the wallet's business.
fn set_guardians(
    context: &Context,
    guardians: Vec<Guardian<AddressText>>,
    threshold: Option<u8>,
    sending: &Sending,
) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let network = session.home.network();
    let mut list = guardians
        .into_iter()
        .map(|guardian| guardian.try_map(|address| address.to_canonical(network)))
        .collect::<Result<Vec<Guardian>, _>>()?;
    list.sort_unstable();
    let count = u8::try_from(list.len()).expect("the command line takes three");
    let threshold = threshold.unwrap_or(if count == 0 { 0 } else { count / 2 + 1 });
    let guardians = Guardians { guardians: Bounded::new(list).expect("the command line takes three"), threshold };
    if !guardians.are_in_order() {
        return Err(CommandError::Usage("a guardian is named twice"));
    }
    if !guardians.threshold_is_in_range() {
        return Err(CommandError::Usage("the threshold is more than the number of guardians"));
    }
    let Ok(shown) = guardians.clone().try_map(|address| Ok::<_, std::convert::Infallible>(address.to_text(network)));
    let operation = Operation::SetGuardians(SetGuardians { guardians });
    let done = format!("asked for the guardians: {}\n{}", guardians_text(&shown), how_it_goes_on(&session));
    session.transact(operation, &done, sending)
}
