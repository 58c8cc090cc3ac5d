//! Motions of brands' admins, and who approves them.

use lojal_text::outside;
use lojal_types::operation::{brand_digest, try_map_actions};
use lojal_types::{
    AddressText, Approvals, ApproveForBrand, BrandAction, BrandActions, BrandId, CloseBrand, Day, Genesis, MotionId,
    Operation, SetApprovals, StopForBrand, TimeMs, api,
};
use lojal_wallet::gateways::Gateways;
use lojal_wallet::home::Home;
use lojal_wallet::time::{format_duration, utc};
use serde::Deserialize;

use super::action_file::mistake;
use super::between::money_unit;
use super::brand_actions::{BrandReader, approvals_in_words, closing_in_words};
use super::context::Context;
use super::decimals::Decimals;
use super::lists;
use super::transact::Session;
use crate::ask;
use crate::cli::{ApprovalsArgs, BrandCommand, BrandMotionArgs, BrandMotionCommand, CloseArgs, Consent, Sending};
use crate::error::CommandError;
use crate::output::Report;

/// Longest file with actions, in bytes: more than fits into a transaction.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// `lojal brand`.
pub(super) fn brand(context: &Context, command: BrandCommand) -> Result<Report, CommandError> {
    match command {
        BrandCommand::Approvals(args) => set_approvals(context, &args),
        BrandCommand::Close(args) => close(context, &args),
        BrandCommand::Motion(command) => motion(context, command),
        BrandCommand::Transactions(args) => lists::transactions(context, &args),
        BrandCommand::Accounts { brand, cursor } => lists::accounts(context, brand, cursor.as_deref()),
        BrandCommand::Expiring { brand, months, cursor } => lists::expiring(context, brand, months, cursor.as_deref()),
        BrandCommand::Statistics { brand, by_expiry } => lists::statistics(context, brand, by_expiry),
    }
}

fn motion(context: &Context, command: BrandMotionCommand) -> Result<Report, CommandError> {
    match command {
        BrandMotionCommand::List { brand } => list(context, brand),
        BrandMotionCommand::Show { motion } => show(context, motion),
        BrandMotionCommand::Propose { brand, actions, consent, sending } => {
            let text = ask::file(&actions, FILE_BYTES_MAX)?;
            let unreadable = |error: toml::de::Error| {
                let mistake = mistake::<BrandAction<AddressText>>(&text, &error);
                CommandError::Motion(format!("{}: {mistake}", actions.display()))
            };
            let document: ActionsDocument = toml::from_str(&text).map_err(unreadable)?;
            propose(context, brand, document.actions, consent, &sending)
        }
        BrandMotionCommand::Approve { motion, consent, sending } => approve(context, motion, consent, &sending),
        BrandMotionCommand::Stop { motion, consent, sending } => stop(context, motion, consent, &sending),
    }
}

/// A file with the actions of a motion.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActionsDocument {
    actions: BrandActions<AddressText>,
}

fn set_approvals(context: &Context, args: &ApprovalsArgs) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let set = SetApprovals { brand: args.brand, needed: args.needed, delay_ms: args.delay };
    let words = approvals_in_words(&set);
    ask::consent(&words, args.consent, &args.sending)?;
    session.transact_for(args.brand, Operation::SetApprovals(set), &words, &args.sending)
}

fn close(context: &Context, args: &CloseArgs) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let closes_ms = if args.when.not { None } else { args.when.on.map(Day::start) };
    let close = CloseBrand { brand: args.brand, closes_ms };
    let words = closing_in_words(&close);
    ask::consent(&words, args.consent, &args.sending)?;
    session.transact_for(args.brand, Operation::CloseBrand(close), &words, &args.sending)
}

fn list(context: &Context, brand: BrandId) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let gateways = context.gateways(home.as_ref())?;
    let motions = gateways.ask(|gateway| Ok(gateway.client()?.brand_motions(&brand)?))?;
    let now = gateways.ask(|gateway| gateway.status())?.time_ms;
    let mut rows = vec![["MOTION", "BY", "WHAT", "STAGE", "APPROVALS"].map(str::to_owned).to_vec()];
    for motion in &motions.motions {
        let what: Vec<&str> = motion.actions.iter().map(|action| action.name()).collect();
        let support = format!("{} of {}", motion.counting, motions.approvals.needed);
        rows.push(vec![motion.motion.to_string(), motion.by.to_string(), what.join(", "), stage(motion, now), support]);
    }
    let head = head_text(&motions);
    let text = match rows.len() {
        1 => format!("{head}\nnothing is to be decided"),
        _ => format!("{head}\n{}", lojal_print::table(&rows, &[0])),
    };
    Ok(Report::done(&motions, text))
}

fn head_text(motions: &api::BrandMotions) -> String {
    let Approvals { needed, delay_ms } = motions.approvals;
    approvals_in_words(&SetApprovals { brand: motions.brand, needed, delay_ms })
}

fn stage(motion: &api::BrandMotion, now: TimeMs) -> String {
    match motion.from_ms {
        None => format!("open until {} UTC", utc(motion.lapses_ms)),
        Some(from) if now < from => format!("approved, waits until {} UTC", utc(from)),
        Some(_) => format!("approved: an approval until {} UTC carries it out", utc(motion.lapses_ms)),
    }
}

fn show(context: &Context, BrandMotionArgs { brand, motion }: BrandMotionArgs) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let gateways = context.gateways(home.as_ref())?;
    let motions = gateways.ask(|gateway| Ok(gateway.client()?.brand_motions(&brand)?))?;
    let found = find(&motions, motion)?;
    let text = text_of(&gateways, home.as_ref().map(Home::genesis), &motions, &found)?;
    Ok(Report::done(&found, text))
}

fn find(motions: &api::BrandMotions, motion: MotionId) -> Result<api::BrandMotion, CommandError> {
    let found = motions.motions.iter().find(|one| one.motion == motion);
    found.cloned().ok_or(CommandError::UnknownBrandMotion { brand: motions.brand, motion })
}

/// All that is known of a motion.
fn text_of(
    gateways: &Gateways,
    genesis: Option<&Genesis>,
    motions: &api::BrandMotions,
    motion: &api::BrandMotion,
) -> Result<String, CommandError> {
    let names = |list: &[AddressText]| list.iter().map(outside).collect::<Vec<_>>().join(", ");
    let now = gateways.ask(|gateway| gateway.status())?.time_ms;
    let mut rows = vec![
        ("motion", format!("{} of {}", motion.motion, motions.brand)),
        ("put forward by", format!("{}, {} UTC", motion.by, utc(motion.created_ms))),
        ("stage", stage(motion, now)),
        ("approved by", names(&motion.approved_by)),
        ("approvals", format!("{} of {} that count", motion.counting, motions.approvals.needed)),
    ];
    if motions.approvals.delay_ms > 0 && motion.from_ms.is_none() {
        let wait = format!("{}, if it widens anything", format_duration(motions.approvals.delay_ms));
        rows.push(("then it waits", wait));
    }
    if !motion.stopped_by.is_empty() {
        rows.push(("to be stopped by", names(&motion.stopped_by)));
    }
    rows.push(("digest", motion.digest.to_string()));
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
    let head = lojal_print::table(&rows, &[]);
    Ok(format!("{head}\n{}", words_of(gateways, genesis, motion.by, &motion.actions)?))
}

/// The actions in words, against what is in force.
fn words_of(
    gateways: &Gateways,
    genesis: Option<&Genesis>,
    somebody: AddressText,
    actions: &BrandActions<AddressText>,
) -> Result<String, CommandError> {
    let brands = gateways.ask(|gateway| Ok(gateway.client()?.brands()?))?.brands;
    let (decimals, unit) = (Decimals::of_brands(&brands, genesis)?, money_unit(genesis));
    let mut campaigns = Vec::new();
    for action in actions.iter() {
        if let BrandAction::SetCampaign(one) = action {
            campaigns.push(gateways.ask(|gateway| Ok(gateway.client()?.campaigns(&one.brand)?))?);
        }
    }
    let network = somebody.network();
    let reader = BrandReader { network, brands: &brands, campaigns: &campaigns, decimals: &decimals, unit: &unit };
    Ok(reader.in_words(actions))
}

fn propose(
    context: &Context,
    brand: BrandId,
    actions: BrandActions<AddressText>,
    consent: Consent,
    sending: &Sending,
) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let network = session.home.network();
    let canonical = try_map_actions(actions.clone(), |address| address.to_canonical(network))?;
    let genesis = Some(session.home.genesis());
    let words = words_of(&session.gateways, genesis, session.home.address_text(), &actions)?;
    ask::consent(&format!("put forward for {brand}, and approve by that:\n{words}"), consent, sending)?;
    let brand = session.brand(brand)?;
    session.put_forward_for(&brand, canonical, &format!("{} actions", actions.len()), sending)
}

/// Approves the actions that were shown: the digest is of them, whatever a gateway says that it is.
fn approve(
    context: &Context,
    BrandMotionArgs { brand, motion }: BrandMotionArgs,
    consent: Consent,
    sending: &Sending,
) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let motions = session.motions_of(brand)?;
    let found = find(&motions, motion)?;
    let text = text_of(&session.gateways, Some(session.home.genesis()), &motions, &found)?;
    ask::consent(&format!("approve:\n{text}"), consent, sending)?;
    let network = session.home.network();
    let actions = try_map_actions(found.actions, |address| address.to_canonical(network))?;
    let digest = brand_digest(&session.home.chain_id(), brand, &actions);
    let operation = Operation::ApproveForBrand(ApproveForBrand { brand, motion, digest });
    session.transact(operation, &format!("approved motion {motion} of {brand}"), sending)
}

fn stop(
    context: &Context,
    BrandMotionArgs { brand, motion }: BrandMotionArgs,
    consent: Consent,
    sending: &Sending,
) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let motions = session.motions_of(brand)?;
    let found = find(&motions, motion)?;
    let text = text_of(&session.gateways, Some(session.home.genesis()), &motions, &found)?;
    ask::consent(&format!("stop:\n{text}"), consent, sending)?;
    let done = if found.by == session.home.address_text() {
        format!("took motion {motion} of {brand} back")
    } else {
        let needed = motions.approvals.needed;
        format!("asked to stop motion {motion} of {brand}: {needed} of its admins stop it together")
    };
    session.transact(Operation::StopForBrand(StopForBrand { brand, motion }), &done, sending)
}
