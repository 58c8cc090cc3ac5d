//! Commands of those who run the network: motions, and who approves them.

use std::path::Path;

use lojal_client::Client;
use lojal_text::outside;
use lojal_types::governance::{actions_from_toml, digest_of};
use lojal_types::limits::MOTION_ACTIONS_MAX;
use lojal_types::{
    Action, Actions, Activate, Approve, Bounded, Endpoint, Hash, MotionId, MotionStatus, NetworkKind, Operation,
    Propose, ReinstateBrand, SetEndpoint, SignOfLife, SuspendBrand, Withdraw, api,
};
use lojal_wallet::gateways::{Gateways, GatewaysError};
use lojal_wallet::time::utc;
use schemars::JsonSchema;
use serde::Serialize;

use super::action_file::mistake;
use super::context::Context;
use super::motions::{Reader, in_words, stage, support};
use super::transact::Session;
use crate::ask;
use crate::cli::{Consent, GovernCommand, ProposeMotionArgs, Sending, Signs};
use crate::error::CommandError;
use crate::output::Report;

/// Longest file with actions or signs of life, in bytes: more than fits into a transaction.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// Those who run the network, and what they decide.
#[derive(Serialize, JsonSchema)]
pub(super) struct Listed {
    /// The validators.
    validators: api::Validators,
    /// All that is in force, and the motions.
    governance: api::Governance,
}

/// A motion that was put forward.
#[derive(Serialize, JsonSchema)]
pub(super) struct Proposed {
    /// The digest of its actions.
    digest: Hash,
    /// Its number; null if that isn't known yet.
    motion: Option<MotionId>,
}

/// `lojal govern`.
pub(super) fn govern(context: &Context, command: GovernCommand) -> Result<Report, CommandError> {
    match command {
        GovernCommand::List => list(context),
        GovernCommand::Show { motion } => show(context, motion),
        GovernCommand::Propose(args) => propose(context, &args),
        GovernCommand::Approve { motion, consent, sending } => approve(context, motion, consent, &sending),
        GovernCommand::Withdraw { motion, consent, sending } => withdraw(context, motion, consent, &sending),
        GovernCommand::Activate { motion, signs, consent, sending } => {
            activate(context, motion, &signs, consent, &sending)
        }
        GovernCommand::Endpoint { endpoint, consent, sending } => set_endpoint(context, endpoint, consent, &sending),
    }
}

fn list(context: &Context) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let gateways = context.gateways(home.as_ref())?;
    let validators = gateways.ask(|gateway| Ok(gateway.client()?.validators()?))?;
    let governance = gateways.ask(|gateway| Ok(gateway.client()?.governance()?))?;
    let mut rows = vec![["VALIDATOR", "POWER", "GOVERNOR", "NODE"].map(str::to_owned).to_vec()];
    // A gateway has them in the order of their keys.
    let mut named: Vec<&api::Validator> = validators.validators.iter().collect();
    named.sort_by(|one, other| one.name.cmp(&other.name));
    for one in named {
        let node = one.endpoint.as_ref().map(outside).unwrap_or_default();
        rows.push(vec![outside(&one.name), one.power.to_string(), one.governor.to_string(), node]);
    }
    let mut text = lojal_print::table(&rows, &[1]);
    text += &format!("\n\nversion {} of the protocol", governance.version);
    if let Some(next) = governance.scheduled {
        text += &format!("; version {} begins with block {}", next.version, next.height);
    }
    let mut rows = vec![["MOTION", "BY", "WHAT", "STAGE", "APPROVED BY"].map(str::to_owned).to_vec()];
    for motion in governance.open.iter().chain(&governance.closed) {
        let what: Vec<&str> = motion.actions.iter().map(Action::name).collect();
        let support = format!("{} of {}", motion.approving_power, motion.total_power);
        rows.push(vec![motion.motion.to_string(), outside(&motion.by), what.join(", "), stage(motion), support]);
    }
    text += "\n\n";
    text += &if rows.len() == 1 { "there are no motions".to_owned() } else { lojal_print::table(&rows, &[0]) };
    Ok(Report::done(&Listed { validators, governance }, text))
}

fn show(context: &Context, motion: MotionId) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let gateways = context.gateways(home.as_ref())?;
    let motion = ask_for(&gateways, motion)?;
    let validators = gateways.ask(|gateway| Ok(gateway.client()?.validators()?))?;
    let network = validators.validators.first().map_or(NetworkKind::Main, |one| one.governor.network());
    Ok(Report::done(&motion, text_of(&gateways, network, &motion)?))
}

fn ask_for(gateways: &Gateways, motion: MotionId) -> Result<api::Motion, CommandError> {
    gateways.ask(|gateway| Ok(gateway.client()?.motion(motion)?)).map_err(|error| match error {
        GatewaysError::Client(error) if error.is_problem("unknown_motion") => CommandError::UnknownMotion(motion),
        error => error.into(),
    })
}

/// All that is known of a motion.
fn text_of(gateways: &Gateways, network: NetworkKind, motion: &api::Motion) -> Result<String, CommandError> {
    let approvals: Vec<String> = motion.approvals.iter().map(outside).collect();
    let rows = [
        ("motion", motion.motion.to_string()),
        ("put forward by", format!("{}, {} UTC", outside(&motion.by), utc(motion.created_ms))),
        ("stage", stage(motion)),
        ("approved by", approvals.join(", ")),
        ("power", support(motion)),
        ("digest", motion.digest.to_string()),
    ];
    let head = lojal_print::table(&rows.map(|(name, value)| vec![name.to_owned(), value]), &[]);
    Ok(format!("{head}\n{}", words_of(gateways, network, &motion.actions)?))
}

/// The actions in words, against what is in force.
fn words_of(gateways: &Gateways, network: NetworkKind, actions: &Actions) -> Result<String, CommandError> {
    let governance = gateways.ask(|gateway| Ok(gateway.client()?.governance()?))?;
    Ok(in_words(actions, &Reader { network, parameters: Some(&governance.parameters) }))
}

/// The actions of the file, and then those of the options.
fn actions_of(args: &ProposeMotionArgs) -> Result<Actions, CommandError> {
    let unreadable = |reason: String| CommandError::Motion(reason);
    let mut actions = match &args.actions {
        None => Vec::new(),
        Some(path) => {
            let text = read(path)?;
            let mistake = |error| unreadable(format!("{}: {}", path.display(), mistake::<Action>(&text, &error)));
            actions_from_toml(&text).map_err(mistake)?.into_inner()
        }
    };
    actions.extend(args.suspend.iter().map(|brand| Action::SuspendBrand(SuspendBrand { brand: *brand })));
    actions.extend(args.reinstate.iter().map(|brand| Action::ReinstateBrand(ReinstateBrand { brand: *brand })));
    Bounded::new(actions)
        .map_err(|_| unreadable("a motion has 1 to 8 actions: give --actions, --suspend or --reinstate".to_owned()))
}

fn read(path: &Path) -> Result<String, CommandError> {
    ask::file(path, FILE_BYTES_MAX)
}

fn propose(context: &Context, args: &ProposeMotionArgs) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let actions = actions_of(args)?;
    let words = words_of(&session.gateways, session.home.network(), &actions)?;
    ask::consent(&format!("put forward, and approve by that:\n{words}"), args.consent, &args.sending)?;
    let digest = digest_of(&session.home.chain_id(), &actions);
    let report = session.transact(Operation::Propose(Propose { actions }), "put the motion forward", &args.sending)?;
    // What is final stays so, whether or not a gateway tells its number now.
    let found = if report.is_open { None } else { put_forward(&session, digest).unwrap_or(None) };
    let next = match &found {
        Some(motion) => next_step(motion),
        None => "`lojal govern list` shows its number once it is final".to_owned(),
    };
    Ok(report.with(&Proposed { digest, motion: found.map(|motion| motion.motion) }).with_line(&next))
}

/// The last motion with a digest that this wallet's validator has put forward.
fn put_forward(session: &Session<'_>, digest: Hash) -> Result<Option<api::Motion>, CommandError> {
    let own = session.home.address().to_text(session.home.network());
    let asked = session.gateways.ask(|gateway| {
        let client = gateway.client()?;
        Ok((client.validators()?.validators, client.governance()?))
    });
    let (validators, governance) = asked?;
    let seat = validators.into_iter().find(|one| one.governor == own);
    let of_seat = |motion: &api::Motion| seat.as_ref().is_some_and(|seat| seat.name == motion.by);
    let all = governance.open.into_iter().chain(governance.closed);
    Ok(all.filter(|motion| motion.digest == digest && of_seat(motion)).max_by_key(|motion| motion.motion))
}

/// The command that brings a motion on which has been put forward.
fn next_step(api::Motion { motion, stage, .. }: &api::Motion) -> String {
    match stage {
        MotionStatus::Open => format!("it is motion {motion}; the other governors: `lojal govern approve {motion}`"),
        MotionStatus::Approved { .. } => format!(
            "it is motion {motion}, approved, and waits for signs of life: `lojal govern activate {motion} --node URL`"
        ),
        _ => format!("it is motion {motion}, and decided: `lojal govern show {motion}`"),
    }
}

/// Approves the actions that were shown: the digest is of them, whatever a gateway says that it is.
fn approve(context: &Context, motion: MotionId, consent: Consent, sending: &Sending) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let found = ask_for(&session.gateways, motion)?;
    let text = text_of(&session.gateways, session.home.network(), &found)?;
    ask::consent(&format!("approve:\n{text}"), consent, sending)?;
    let digest = digest_of(&session.home.chain_id(), &found.actions);
    let operation = Operation::Approve(Approve { motion, digest });
    session.transact(operation, &format!("approved motion {motion}"), sending)
}

fn withdraw(context: &Context, motion: MotionId, consent: Consent, sending: &Sending) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let found = ask_for(&session.gateways, motion)?;
    let text = text_of(&session.gateways, session.home.network(), &found)?;
    ask::consent(&format!("withdraw:\n{text}"), consent, sending)?;
    session.transact(Operation::Withdraw(Withdraw { motion }), &format!("withdrew motion {motion}"), sending)
}

fn activate(
    context: &Context,
    motion: MotionId,
    signs: &Signs,
    consent: Consent,
    sending: &Sending,
) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let list = signs_of(motion, signs)?;
    let found = ask_for(&session.gateways, motion)?;
    let text = text_of(&session.gateways, session.home.network(), &found)?;
    ask::consent(&format!("hand in {} signs of life for:\n{text}", list.len()), consent, sending)?;
    let operation = Operation::Activate(Activate { motion, signs: list });
    session.transact(operation, &format!("handed in signs of life for motion {motion}"), sending)
}

/// The signs of life in the file, and those that the nodes give now.
fn signs_of(motion: MotionId, signs: &Signs) -> Result<Bounded<SignOfLife, 1, MOTION_ACTIONS_MAX>, CommandError> {
    let mut list: Vec<SignOfLife> = match &signs.signs {
        None => Vec::new(),
        Some(path) => {
            let unreadable = |error| CommandError::Motion(format!("{}: {error}", path.display()));
            serde_json::from_str(&read(path)?).map_err(unreadable)?
        }
    };
    for node in &signs.node {
        let client = Client::new(node).map_err(|error| CommandError::Motion(format!("{node}: {error}")))?;
        let asked = client.readiness(motion).map_err(|error| CommandError::Node(node.clone(), Box::new(error)));
        list.extend(asked?.signs);
    }
    Bounded::new(list).map_err(|error| CommandError::Motion(error.to_string()))
}

fn set_endpoint(
    context: &Context,
    endpoint: Option<Endpoint>,
    consent: Consent,
    sending: &Sending,
) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let what = match &endpoint {
        Some(endpoint) => format!("say that the validator's node is at {endpoint}"),
        None => "say no more where the validator's node is".to_owned(),
    };
    ask::consent(&what, consent, sending)?;
    session.transact(Operation::SetEndpoint(SetEndpoint { endpoint }), "changed the validator's endpoint", sending)
}
