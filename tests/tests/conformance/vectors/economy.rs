//! A chain that plays the whole economy: holds, captures, conversions, settlement, a household, and a recovery. Every
//! rule that another implementation is likely to get wrong has a transaction that it decides.

use lojal_types::governance::digest_of;
use lojal_types::operation::brand_digest;
use lojal_types::{
    Action, Actions, AddressText, Approve, ApproveForBrand, Bounded, BrandAction, ChainId, Change, CloseBrand, Code,
    Endpoint, Guardian, Guardians, Hash, MemberRole, Money, MotionId, Operation, Outcome, PartnershipTerms, Points,
    Policy, Propose, ProposeForBrand, ReinstateBrand, Role, SetApprovals, SetEndpoint, StopForBrand, SuspendBrand,
    TimeMs, Waiting, Withdraw,
};

use super::chain::{Input, TransactionInput, block, chain_id_of, household_of, referring, transaction};
use super::compose::*;
use super::genesis::whole_economy;
use super::samples::{START_MS, account, address, parse, time};

const TILL: u8 = 11;
const GROCER: u8 = 13;
const CAFE: u8 = 14;
/// Becomes an operator that may issue 600 points a day.
const CLERK: u8 = 15;
/// Becomes an operator and is removed again.
const SPARE: u8 = 16;
const ANNA: u8 = 21;
const BO: u8 = 22;
/// A child.
const CLEO: u8 = 23;
/// Is invited and never answers.
const DORA: u8 = 24;
/// Is invited, until the invitation is withdrawn.
const ELI: u8 = 25;
/// The key that Anna's guardians give her account.
const ANNA_LATER: u8 = 26;

/// The governors of the four validators.
const GOVERNORS: [u8; 4] = [0x41, 0x42, 0x43, 0x44];

/// Two blocks in which everything is set up, and one 14 seconds after the start: still November.
const SETUP_MS: u64 = START_MS + 1000;
const HOLDS_MS: u64 = START_MS + 2000;
const NOVEMBER_MS: u64 = START_MS + 14_500;
/// The first seconds of December; the last block is at the earliest time at which the recovery can be finished.
const DECEMBER_MS: u64 = START_MS + 16_000;
const RECOVERED_MS: u64 = DECEMBER_MS + 1000;

/// A transaction, and what must become of it.
struct Step {
    key: u8,
    sender: u8,
    operations: Vec<Written>,
    outcome: Outcome,
}

fn applied(sender: u8, operations: Vec<Written>) -> Step {
    Step { key: sender, sender, operations, outcome: Outcome::Applied }
}

fn fails(sender: u8, operation: Written, code: Code) -> Step {
    Step { key: sender, sender, operations: vec![operation], outcome: Outcome::Failed { operation: 0, code } }
}

/// One point of the café for three of the grocer's, 1.5 minor units each, 150 of them a day.
fn terms() -> PartnershipTerms {
    PartnershipTerms {
        rate_num: 1,
        rate_den: 3,
        price_micro: 1_500_000,
        daily_max: Points::new(150),
        owed_max: Money::new(1_000),
        ends_ms: time(START_MS + 86_400_000),
    }
}

fn anna() -> AddressText {
    account(ANNA)
}

fn bo() -> AddressText {
    account(BO)
}

fn setup() -> Vec<Step> {
    let operators = vec![
        set_operator("nordmat", CLERK, &[Role::Issue], Some(600)),
        set_operator("nordmat", SPARE, &[Role::Capture], None),
        propose("nordmat", "kaffet", terms()),
    ];
    let issues = vec![
        issue("nordmat", anna(), 1000, "receipt 1"),
        issue("nordmat", bo(), 500, "receipt 2"),
        issue("nordmat", account(CLEO), 20, "receipt 3"),
    ];
    let answer = vec![
        accept("nordmat", "kaffet", terms()),
        propose("kaffet", "nordmat", PartnershipTerms { rate_num: 3, rate_den: 1, ..terms() }),
        issue("kaffet", anna(), 300, "receipt 1"),
    ];
    let other_terms = PartnershipTerms { price_micro: 1, ..terms() };
    vec![
        applied(GROCER, operators),
        applied(TILL, issues),
        fails(CAFE, accept("nordmat", "kaffet", other_terms), Code::TermsDiffer),
        applied(CAFE, answer),
        applied(CLERK, vec![issue("nordmat", bo(), 600, "receipt 4")]),
        fails(CLERK, issue("nordmat", bo(), 1, "receipt 5"), Code::IssueDailyMaxReached),
        applied(GROCER, vec![remove_operator("nordmat", account(SPARE))]),
    ]
}

/// The first transaction of the second block, which makes the household's address.
fn founding() -> Step {
    applied(ANNA, vec![create_household()])
}

fn holds(family: AddressText) -> Vec<Step> {
    let in_five_minutes = time(HOLDS_MS + 300_000);
    let in_twelve_seconds = time(HOLDS_MS + 12_000);
    let invitations = vec![
        invite(family, bo(), MemberRole::Adult, &[("nordmat", 100)]),
        invite(family, account(CLEO), MemberRole::Child, &[("nordmat", 60)]),
        invite(family, account(DORA), MemberRole::Admin, &[]),
        invite(family, account(ELI), MemberRole::Child, &[]),
        transfer("nordmat", anna(), family, 300),
    ];
    let three_holds = vec![
        hold("nordmat", anna(), 200, "till 1", in_five_minutes),
        hold("nordmat", anna(), 100, "till 2", in_twelve_seconds),
        hold("nordmat", anna(), 50, "till 3", in_five_minutes),
    ];
    vec![
        founding(),
        applied(ANNA, invitations),
        applied(ANNA, three_holds),
        // Guardians come after a second, which is the delay here.
        applied(ANNA, vec![set_guardians(guards(2))]),
        fails(ANNA, transfer("kaffet", anna(), family, 5), Code::PolicyForbidsPooling),
        fails(ANNA, redeem("nordmat", anna(), 351, None), Code::InsufficientPoints),
        applied(TILL, vec![capture("nordmat", anna(), "till 1", 150, "take 1")]),
        fails(TILL, capture("nordmat", anna(), "till 1", 50, "take 2"), Code::HoldClosed),
        fails(TILL, capture("nordmat", anna(), "till 3", 51, "take 2"), Code::CaptureExceedsHold),
        applied(TILL, vec![release("nordmat", anna(), "till 3")]),
        fails(ANNA, release("nordmat", anna(), "till 2"), Code::HoldNotExpired),
        applied(BO, vec![join(family)]),
        applied(CLEO, vec![join(family)]),
        applied(CLEO, vec![freeze()]),
        fails(CLEO, redeem("nordmat", account(CLEO), 10, None), Code::AccountFrozen),
        applied(CLEO, vec![unfreeze()]),
        fails(CLEO, redeem("nordmat", account(CLEO), 10, None), Code::AccountFrozen),
        fails(CLEO, unfreeze(), Code::ChangeWaits),
    ]
}

fn november(family: AddressText) -> Vec<Step> {
    let cleo = account(CLEO);
    let in_a_day = time(NOVEMBER_MS + 86_400_000);
    let (chain, asked) = (chain_id_of(&whole_economy()), |word| redeem("nordmat", bo(), 25, Some(word)));
    vec![
        applied(BO, vec![transfer("nordmat", family, bo(), 80)]),
        fails(BO, transfer("nordmat", family, bo(), 21), Code::MemberLimitReached),
        fails(CLEO, transfer("nordmat", family, cleo, 10), Code::ChildMayNot),
        applied(CLEO, vec![for_household(redeem("nordmat", family, 40, Some("request 1")))]),
        applied(CLEO, vec![hold("nordmat", family, 20, "till 4", in_a_day)]),
        fails(CLEO, redeem("nordmat", family, 1, None), Code::MemberLimitReached),
        // One point with the reference of a request for 25, the 25, and the 25 again.
        fails(BO, squatted(&chain, asked("request 2"), 1), Code::RequestMismatch),
        applied(BO, vec![asked("request 2")]),
        fails(BO, asked("request 2"), Code::DuplicateReference),
        fails(BO, asked_until(time(NOVEMBER_MS), asked("request 3")), Code::RequestExpired),
        applied(BO, vec![asked_until(time(NOVEMBER_MS + 1), asked("request 3"))]),
        fails(ANNA, convert(anna(), "nordmat", "kaffet", 99, 34), Code::ConversionDiffers),
        // At 1/3 the hundredth point would give nothing.
        fails(ANNA, convert(anna(), "nordmat", "kaffet", 100, 33), Code::ConversionDiffers),
        applied(ANNA, vec![convert(anna(), "nordmat", "kaffet", 99, 33)]),
        fails(ANNA, convert(anna(), "nordmat", "kaffet", 54, 18), Code::ConversionDailyMaxReached),
        applied(ANNA, vec![transfer("kaffet", anna(), bo(), 70)]),
        fails(ANNA, transfer("kaffet", anna(), bo(), 31), Code::TransferDailyMaxReached),
        applied(CAFE, vec![settle("kaffet", "nordmat", 100, "payment 1")]),
        fails(CAFE, settle("kaffet", "nordmat", 49, "payment 2"), Code::SettlementExceedsDebt),
    ]
}

fn guards(threshold: u8) -> Guardians<AddressText> {
    guardians(vec![Guardian::Account(bo()), Guardian::Brand(parse("kaffet"))], threshold)
}

fn one_guard() -> Guardians<AddressText> {
    guardians(vec![Guardian::Brand(parse("kaffet"))], 1)
}

fn december(family: AddressText, digest: Hash) -> Vec<Step> {
    let changes = vec![set_member(family, account(CLEO), MemberRole::Adult, &[]), remove_member(family, account(ELI))];
    vec![
        // Anna's hold has ended with the minute, and nothing has touched her points since.
        fails(TILL, capture("nordmat", anna(), "till 2", 1, "take 2"), Code::HoldExpired),
        applied(ANNA, vec![release("nordmat", anna(), "till 2")]),
        // A new month: Bo can spend again, up to the same limit.
        applied(BO, vec![transfer("nordmat", family, bo(), 100)]),
        applied(ANNA, changes),
        applied(CLEO, vec![redeem("nordmat", account(CLEO), 10, None)]),
        // Both guardians want one less at once; until both do, nothing has changed.
        applied(ANNA, vec![set_guardians(one_guard())]),
        fails(BO, agree(anna(), Hash::new([0x99; 32])), Code::UnknownChange),
        applied(BO, vec![agree(anna(), digest)]),
        fails(BO, agree(anna(), digest), Code::AlreadyAgreed),
        // Whoever begins a recovery voids what waits.
        applied(BO, vec![start_recovery(anna(), ANNA_LATER)]),
        fails(CAFE, agree(anna(), digest), Code::UnknownChange),
        fails(ANNA, redeem("nordmat", anna(), 10, None), Code::AccountInRecovery),
        fails(CLEO, start_recovery(anna(), ANNA_LATER), Code::NotGuardian),
        fails(BO, finish_recovery(anna()), Code::RecoveryNeedsGuardians),
        applied(CAFE, vec![start_recovery(anna(), ANNA_LATER)]),
        applied(ANNA, vec![cancel_recovery()]),
        fails(ANNA, redeem("nordmat", anna(), 10, None), Code::AccountStopped),
        applied(BO, vec![start_recovery(anna(), ANNA_LATER)]),
        applied(CAFE, vec![start_recovery(anna(), ANNA_LATER)]),
        fails(ANNA, cancel_recovery(), Code::RecoveryStands),
        fails(BO, finish_recovery(anna()), Code::RecoveryTooEarly),
    ]
}

fn recovered(family: AddressText) -> Vec<Step> {
    let closed = Policy {
        transfer_max: Points::new(50),
        transfer_daily_max: Some(Points::new(100)),
        convertible: false,
        poolable: false,
        ..Policy::open()
    };
    let by_new_key = vec![redeem("nordmat", family, 20, None), redeem("kaffet", anna(), 33, None)];
    vec![
        applied(CAFE, vec![finish_recovery(anna())]),
        Step { key: ANNA_LATER, sender: ANNA, operations: by_new_key, outcome: Outcome::Applied },
        applied(CLEO, vec![leave(family)]),
        fails(CLEO, redeem("nordmat", family, 1, None), Code::NotOwner),
        applied(CAFE, vec![set_policy("kaffet", closed)]),
        // The café would leave, and stays after all.
        applied(CAFE, vec![leaves("kaffet", Some(time(CLOSES_MS))), leaves("kaffet", None)]),
        fails(BO, transfer("kaffet", bo(), anna(), 51), Code::TransferTooLarge),
        fails(BO, convert(bo(), "nordmat", "kaffet", 3, 1), Code::PolicyForbidsConversion),
        applied(GROCER, vec![end("nordmat", "kaffet")]),
        fails(BO, convert(bo(), "nordmat", "kaffet", 3, 1), Code::UnknownPartnership),
    ]
}

/// The actions of the first motion, which the third and the fourth validator decide, and of the others.
fn motions() -> [Vec<Action>; 2] {
    let kaffet = parse("kaffet");
    let sample = |wanted| actions().into_iter().find(|(name, _)| name == wanted).expect("there is one").1;
    let (brand, follower) = (sample("register_brand"), sample("allow_follower"));
    let reinstate = Action::ReinstateBrand(ReinstateBrand { brand: kaffet });
    [vec![brand, follower, Action::SuspendBrand(SuspendBrand { brand: kaffet })], vec![reinstate]]
}

/// A brand joins, a node may follow, and another brand is suspended; one motion is withdrawn, and one stays undecided.
fn governed(chain: &ChainId) -> Vec<Step> {
    let [first, second] = motions().map(|actions| Bounded::new(actions).expect("one to three"));
    let (of_first, digest) = (MotionId::new(1), digest_of(chain, &first));
    let propose = |actions: &Actions| Operation::Propose(Propose { actions: actions.clone() });
    let endpoint = Endpoint::new("/ip4/192.0.2.7/tcp/7900".to_owned()).ok();
    vec![
        applied(GOVERNORS[3], vec![propose(&first)]),
        fails(BO, propose(&first), Code::NotGovernor),
        fails(GOVERNORS[3], Operation::Approve(Approve { motion: of_first, digest }), Code::AlreadyApproved),
        fails(GOVERNORS[2], propose(&second), Code::BrandNotSuspended),
        applied(GOVERNORS[2], vec![Operation::Approve(Approve { motion: of_first, digest })]),
        fails(CAFE, issue("kaffet", anna(), 1, "receipt 9"), Code::BrandSuspended),
        applied(GOVERNORS[1], vec![propose(&second), propose(&second)]),
        applied(GOVERNORS[1], vec![Operation::Withdraw(Withdraw { motion: MotionId::new(2) })]),
        applied(GOVERNORS[0], vec![Operation::SetEndpoint(SetEndpoint { endpoint })]),
    ]
}

/// The earliest time at which nordmat, whose admins decide that together, can leave.
const CLOSES_MS: u64 = (START_MS + 91 * 86_400_000) / 60_000 * 60_000;
/// The wait of nordmat: until the next block.
const WAIT_MS: u64 = 1000;

fn leaves(brand: &str, closes_ms: Option<TimeMs>) -> Written {
    Operation::CloseBrand(CloseBrand { brand: parse(brand), closes_ms })
}

fn nordmat_leaves() -> Written {
    leaves("nordmat", Some(time(CLOSES_MS)))
}

fn as_motion(action: Written) -> Written {
    let actions = Bounded::from([BrandAction::of(action).expect("an admin does it")]);
    Operation::ProposeForBrand(ProposeForBrand { brand: parse("nordmat"), actions })
}

fn approves(chain: &ChainId) -> Written {
    let (brand, closes_ms) = (parse("nordmat"), Some(time(CLOSES_MS)));
    let digest = brand_digest(chain, brand, &Bounded::from([BrandAction::CloseBrand(CloseBrand { brand, closes_ms })]));
    Operation::ApproveForBrand(ApproveForBrand { brand, motion: MotionId::new(1), digest })
}

/// A brand gets a second admin, asks for both, and decides that it leaves.
fn together(chain: &ChainId) -> Vec<Step> {
    let nordmat = parse("nordmat");
    let approvals = Operation::SetApprovals(SetApprovals { brand: nordmat, needed: 2, delay_ms: WAIT_MS });
    let issues_freely = || set_operator("nordmat", CLERK, &[Role::Issue, Role::Admin], None);
    let stop = |motion| Operation::StopForBrand(StopForBrand { brand: nordmat, motion: MotionId::new(motion) });
    vec![
        fails(GROCER, approvals.clone(), Code::ApprovalsOutOfBounds),
        applied(GROCER, vec![set_operator("nordmat", CLERK, &[Role::Issue, Role::Admin], Some(600)), approvals]),
        fails(GROCER, nordmat_leaves(), Code::MotionNeeded),
        fails(CAFE, as_motion(nordmat_leaves()), Code::NotOperator),
        applied(GROCER, vec![as_motion(nordmat_leaves())]),
        fails(GROCER, approves(chain), Code::AlreadyApproved),
        applied(CLERK, vec![approves(chain)]),
        fails(CLERK, approves(chain), Code::MotionWaits),
        applied(CLERK, vec![as_motion(issues_freely()), as_motion(issues_freely())]),
        applied(CLERK, vec![stop(2)]),
        applied(GROCER, vec![stop(3)]),
    ]
}

/// The wait is over: an approval does what was decided.
fn decided(chain: &ChainId) -> Vec<Step> {
    vec![
        applied(GROCER, vec![approves(chain)]),
        fails(TILL, issue("nordmat", bo(), 1, "receipt 6"), Code::BrandClosing),
        applied(BO, vec![redeem("nordmat", bo(), 1, None)]),
    ]
}

fn story() -> Vec<(u64, Vec<Step>)> {
    let founding = written(2, HOLDS_MS, &[founding()]).remove(0);
    let family = household_of(&whole_economy(), &founding);
    let Ok(guardians) = one_guard().try_map(|text| Ok::<_, std::convert::Infallible>(address(text)));
    let from_ms = time(DECEMBER_MS + 1000);
    let waiting = Waiting { change: Change::SetGuardians { guardians }, from_ms, agreed: Bounded::default() };
    let digest = waiting.digest(&chain_id_of(&whole_economy()), &address(anna()));
    vec![
        (SETUP_MS, setup()),
        (HOLDS_MS, holds(family)),
        (NOVEMBER_MS, november(family)),
        (DECEMBER_MS, december(family, digest)),
        (RECOVERED_MS, recovered(family)),
        (RECOVERED_MS + 1000, governed(&chain_id_of(&whole_economy()))),
        (RECOVERED_MS + 2000, together(&chain_id_of(&whole_economy()))),
        (RECOVERED_MS + 2000 + WAIT_MS, decided(&chain_id_of(&whole_economy()))),
    ]
}

/// The transactions of a block; a nonce is the block's number and the transaction's.
fn written(number: u64, at_ms: u64, steps: &[Step]) -> Vec<TransactionInput> {
    let nonce = |index| number * 100 + index;
    let write =
        |(index, step): (u64, &Step)| transaction(step.key, step.sender, at_ms, nonce(index), step.operations.clone());
    (1..).zip(steps).map(write).collect()
}

/// The chain as an input of a vector.
pub(super) fn economy() -> Input {
    let make = |(number, (at_ms, steps)): (u64, (u64, Vec<Step>))| {
        let proposer = u8::try_from((number - 1) % 4 + 1).expect("one of four validators");
        block(at_ms, proposer, written(number, at_ms, &steps))
    };
    referring(Input { genesis: whole_economy(), blocks: (1..).zip(story()).map(make).collect() })
}

/// The outcomes that the transactions must have.
pub(super) fn outcomes() -> Vec<Outcome> {
    story().into_iter().flat_map(|(_, steps)| steps).map(|step| step.outcome).collect()
}
