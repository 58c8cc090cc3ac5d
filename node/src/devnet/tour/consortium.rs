//! A brand joins the network with a validator of its own, by vote and snapshot, and another one leaves.

use std::thread;
use std::time::{Duration, Instant};

use lojal_client::Client;
use lojal_types::api::Readiness;
use lojal_types::genesis::{GenesisBrand, GenesisOperator};
use lojal_types::governance::Actions;
use lojal_types::{
    Action, Activate, Approve, Bounded, BrandId, CloseBrand, Code, GrossPoints, Issue, MotionId, Name, Operation,
    Points, Propose, RegisterBrand, RemoveValidator, Roles, TimeMs,
};

use super::books;
use super::cast::{Actor, Cast};
use super::error::TourError;
use super::newcomer::Newcomer;
use super::stage::{Stage, reference, today};
use crate::config::random_key;
use crate::devnet::layout::Layout;

/// The brand that joins, and the validator of its name.
const BAKERY: &str = "bageriet";
/// The points with which it begins.
const WELCOME: u64 = 300;
/// The time between what a brand says of its leaving, and its leaving: more than the 90 days that it must be.
const NOTICE_MS: u64 = 91 * 24 * 60 * 60 * 1000;
const MINUTE_MS: u64 = 60 * 1000;
/// The time that the new node may take to catch up, and how often it is asked meanwhile.
const PATIENCE: Duration = Duration::from_secs(60);
const INTERVAL: Duration = Duration::from_millis(100);

/// The votes are told for a network of four.
/// `annas` are the points that Anna has got of the coffee bar and of the ski resort by campaigns.
pub fn play(stage: &mut Stage, cast: &Cast, layout: &Layout, annas: (u64, u64)) -> Result<(), TourError> {
    if layout.count != 4 {
        return Ok(());
    }
    stage.chapter("A bakery joins, and Fjällen leaves");
    let name: Name = BAKERY.parse().expect("a valid name");
    let key = random_key();
    let baker = Actor { name: "Bageriet", address: key.address(), gateway: stage.next_gateway(), key };
    let mut node = Newcomer::create(layout, &name)?;
    let motion = voted_in(stage, cast, &baker, &node)?;
    joins(stage, cast, (&mut node, layout), motion)?;
    gives_points(stage, cast, &baker, annas)?;
    fjallen_leaves(stage, cast, &baker)?;
    audited(stage)
}

fn voted_in(stage: &mut Stage, cast: &Cast, baker: &Actor, node: &Newcomer) -> Result<MotionId, TourError> {
    let document = stage.genesis().document();
    let policy = document.brands.iter().find(|brand| brand.id == cast.kaffet.id).map(|brand| brand.policy.clone());
    let operators = Bounded::from([GenesisOperator::new(baker.public_key(), Roles::all())]);
    let brand = GenesisBrand::new(bakery(), policy.expect("a brand of the network"), operators);
    let actions = [Action::RegisterBrand(RegisterBrand { brand }), node.addition(baker.public_key())?];
    let does = "Nordmat puts a motion forward: Bageriet becomes a brand, and its node a validator.";
    let motion = proposed(stage, &cast.nordmat.operator, does, Bounded::from(actions))?;
    let does = "Fjällen approves, and sees that it is the motion that Nordmat shows it,";
    approved(stage, &cast.fjallen.operator, does, motion)?;
    approved(stage, &cast.havshotell.operator, "and Havshotell: three of four are more than two thirds.", motion)?;
    Ok(motion)
}

fn joins(
    stage: &mut Stage,
    cast: &Cast,
    (node, layout): (&mut Newcomer, &Layout),
    motion: MotionId,
) -> Result<(), TourError> {
    stage.tell("Bageriet's node fetches a snapshot from the others, and proves every piece of it.");
    let height = node.join()?;
    lojal_print::line(format!("    it has the state after block {height}, and none of the blocks before"));
    node.start()?;
    let client = stage.add_gateway(&node.url, layout)?;
    let readiness = ready(&client, motion)?;
    let signs = Bounded::new(readiness.signs).map_err(|error| TourError::Unready(error.to_string()))?;
    let does = "The node has caught up and signs that it is ready; Nordmat hands that in, and it has its vote.";
    stage.act(&cast.nordmat.operator, does, vec![Operation::Activate(Activate { motion, signs })])?;
    validators_are(stage, &["bageriet", "fjallen", "havshotell", "kaffet", "nordmat"])
}

/// The signs of life of a node, as soon as it gives them.
fn ready(client: &Client, motion: MotionId) -> Result<Readiness, TourError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match client.readiness(motion) {
            Ok(readiness) => return Ok(readiness),
            Err(error) if Instant::now() > deadline => return Err(TourError::Unready(error.to_string())),
            Err(_) => thread::sleep(INTERVAL),
        }
    }
}

fn gives_points(stage: &mut Stage, cast: &Cast, baker: &Actor, (coffee, skiing): (u64, u64)) -> Result<(), TourError> {
    let amount = Points::new(WELCOME);
    let to = cast.anna.address;
    let does = format!("Bageriet gives Anna its first {WELCOME} points, by its own gateway.");
    let issue =
        Issue { brand: bakery(), to, amount, reference: reference("opening day, 1"), dated: today(), expiry: None };
    stage.act(baker, &does, vec![Operation::Issue(issue)])?;
    let held = [(bakery(), WELCOME), (cast.nordmat.id, 600), (cast.fjallen.id, 100 + skiing), (cast.kaffet.id, coffee)];
    stage.holds("Anna", to, &held)
}

fn fjallen_leaves(stage: &mut Stage, cast: &Cast, baker: &Actor) -> Result<(), TourError> {
    let (brand, operator) = (cast.fjallen.id, &cast.fjallen.operator);
    let minute = lojal_consensus::clock::now().plus_ms(NOTICE_MS).get() / MINUTE_MS * MINUTE_MS;
    let closes_ms = Some(TimeMs::new(minute).expect("a time of the calendar"));
    let does = "Fjällen says that it leaves in 91 days; until then its points are spent, and it gives no more.";
    stage.act(operator, does, vec![Operation::CloseBrand(CloseBrand { brand, closes_ms })])?;
    let (to, amount) = (cast.anna.address, Points::new(10));
    let issue = Issue { brand, to, amount, reference: reference("lift 3, day pass"), dated: today(), expiry: None };
    stage.refused(operator, "Fjällen tries to give 10 more.", Operation::Issue(issue), Code::BrandClosing)?;
    let name = cast.fjallen.id.as_str().parse().expect("a brand's id is a name");
    let actions = Bounded::from([Action::RemoveValidator(RemoveValidator { name })]);
    let does = "Havshotell puts a motion forward: Fjällen's node has no vote any more.";
    let motion = proposed(stage, &cast.havshotell.operator, does, actions)?;
    approved(stage, &cast.nordmat.operator, "Nordmat approves,", motion)?;
    approved(stage, &cast.kaffet.operator, "Kaffet approves,", motion)?;
    approved(stage, baker, "and Bageriet: four of five.", motion)?;
    validators_are(stage, &["bageriet", "havshotell", "kaffet", "nordmat"])
}

fn audited(stage: &mut Stage) -> Result<(), TourError> {
    stage.tell("The auditor replays everything from genesis, across both changes of the validators.");
    let report = books::audit(stage)?;
    lojal_print::line(format!("    everything holds up to block {}", report.height));
    let issued = report.brands.iter().find(|brand| brand.id == bakery()).map(|brand| brand.totals.issued);
    stage.same("the points of Bageriet", format!("{:?}", Some(GrossPoints::new(WELCOME.into()))), format!("{issued:?}"))
}

fn bakery() -> BrandId {
    BAKERY.parse().expect("a valid id")
}

fn proposed(stage: &mut Stage, actor: &Actor, does: &str, actions: Actions) -> Result<MotionId, TourError> {
    stage.act(actor, does, vec![Operation::Propose(Propose { actions: actions.clone() })])?;
    let governance = stage.read("asking for the motions", |client| client.governance())?;
    let motion = governance.open.iter().rfind(|motion| motion.actions == actions).map(|motion| motion.motion);
    motion.ok_or_else(|| TourError::Unready("the motion is not among the open ones".to_owned()))
}

/// Has a governor approve what the ledger shows of a motion.
fn approved(stage: &mut Stage, actor: &Actor, does: &str, motion: MotionId) -> Result<(), TourError> {
    let digest = stage.read("asking for the motion", |client| client.motion(motion))?.digest;
    stage.act(actor, does, vec![Operation::Approve(Approve { motion, digest })]).map(drop)
}

fn validators_are(stage: &Stage, expected: &[&str]) -> Result<(), TourError> {
    let found = stage.read("asking for the validators", Client::validators)?.validators;
    let mut found: Vec<String> = found.iter().map(|one| one.name.to_string()).collect();
    found.sort_unstable();
    lojal_print::line(format!("    validators: {}", found.join(", ")));
    stage.same("the validators", expected.join(", "), found.join(", "))
}
