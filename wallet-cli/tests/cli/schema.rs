//! `lojal schema`: every command prints what it says.

use std::path::Path;

use lojal_types::api::{
    Account, Attempt, BrandMotion, Deliveries, Household, Issue, LightChanges, Member, Motion, Operator, Partnership,
    TransactionState, TransactionStatus, UsedReference, UsedState, Webhook, WebhookSecret, Webhooks,
};
use lojal_types::operation::brand_digest;
use lojal_types::{
    Action, Actions, AddressText, Bounded, BrandAction, BrandId, Change, Expiry, Guardian, Hash, Height, MemberRights,
    MemberRole, Money, MotionId, MotionStatus, NetworkKind, Outcome, PartnershipProposal, PartnershipTerms, Points,
    Role, Safeguards, SetApprovals, SuspendBrand, TimeMs, Waiting,
};
use lojal_web::{Pages, Site};
use serde_json::json;

use crate::support::blocks::{header, proof, proof_of_nothing, shown};
use crate::support::documents::{commands, schema};
use crate::support::every::{every, names, transaction};
use crate::support::gateway::{Ledger, account, network_status, payment};
use crate::support::lists;
use crate::support::server::{Answer, NOBODY, Request, Server};
use crate::support::{LOJAL, Wallet, genesis, key, name, other, pool, receipt};

fn kaffet() -> BrandId {
    "kaffet".parse().expect("valid")
}

fn own() -> AddressText {
    key().address().to_text(NetworkKind::Test)
}

fn now() -> TimeMs {
    network_status().time_ms
}

/// This wallet's account and its household, and the account of somebody who waits for guardians.
fn accounts() -> Vec<Account> {
    let rights = MemberRights { role: MemberRole::Admin, limits: Bounded::default() };
    let members = vec![Member { address: own(), rights, spent: vec![] }];
    let household = Some(Household { members, invited: vec![] });
    let (change, agreed) = (Change::Unfreeze, Bounded::from([Guardian::Brand(kaffet())]));
    let waiting = Some(Waiting { change, from_ms: now(), agreed });
    vec![
        Account { memberships: vec![pool()], ..account(own()) },
        Account { household, ..account(pool()) },
        Account { safeguards: Safeguards { waiting, ..Safeguards::default() }, ..account(other()) },
    ]
}

fn partnership() -> Partnership {
    let terms = PartnershipTerms {
        rate_num: 1,
        rate_den: 200,
        price_micro: 2_500,
        daily_max: Points::new(1_000_000),
        owed_max: Money::new(500_000),
        ends_ms: now().plus_ms(86_400_000),
    };
    let to = "fjallet".parse().expect("valid");
    let proposal = Some(PartnershipProposal { by: to, terms: terms.clone() });
    Partnership { from: kaffet(), to, terms: Some(terms), proposal, converted_today: Points::new(500) }
}

fn motion() -> Motion {
    Motion {
        motion: MotionId::new(7),
        by: name("nordmat"),
        actions: Actions::from([Action::SuspendBrand(SuspendBrand { brand: kaffet() })]),
        digest: Hash::new([9; 32]),
        created_ms: now(),
        lapses_ms: now(),
        approvals: vec![name("nordmat")],
        approving_power: 1,
        total_power: 1,
        stage: MotionStatus::Open,
    }
}

fn brand_motion() -> BrandMotion {
    let set = SetApprovals { brand: kaffet(), needed: 1, delay_ms: 0 };
    let actions = Bounded::from([BrandAction::SetApprovals(set.clone())]);
    BrandMotion {
        motion: MotionId::new(4),
        by: other(),
        digest: brand_digest(&genesis().chain_id(), kaffet(), &Bounded::from([BrandAction::SetApprovals(set)])),
        actions,
        created_ms: now(),
        lapses_ms: now(),
        approved_by: vec![other()],
        counting: 1,
        stopped_by: vec![],
        from_ms: None,
    }
}

/// The issue that can be reversed.
fn issue() -> Issue {
    Issue {
        dated: now().day(),
        to: other(),
        amount: Points::new(100),
        expiry: Expiry::Never,
        matures: None,
        reversible_until_ms: now(),
        reversed: Points::ZERO,
        reversible: Points::new(100),
    }
}

fn ledger() -> Ledger {
    let operator = Operator {
        address: own(),
        roles: Bounded::from([Role::Admin]),
        issue_daily_max: None,
        issued_today: Points::ZERO,
    };
    Ledger {
        partnerships: vec![partnership()],
        operators: vec![operator],
        motions: vec![motion()],
        together: (Default::default(), vec![brand_motion()]),
        payment: Some(payment(None)),
        ..Ledger::with(accounts())
    }
}

/// The transaction that is on the ledger.
fn status() -> TransactionStatus {
    let (height, time_ms, receipt) = (Height::new(7), now(), Outcome::Applied);
    let state = TransactionState::Committed { height, index: 0, time_ms, receipt };
    let id = transaction().transaction.id(&genesis().chain_id());
    TransactionStatus { id, state, transaction: Some(transaction().to_text(NetworkKind::Test)), activity: None }
}

fn used() -> UsedReference {
    UsedReference {
        state: UsedState::Redeemed,
        dated: Some(now().day()),
        account: Some(other()),
        amount: Some(Points::new(1250)),
        taken: Some(Points::ZERO),
        left: Some(Points::new(1250)),
        units: None,
        until_ms: None,
        transaction: Some(status()),
        ended_by: None,
        height: Height::new(41),
        time_ms: now(),
    }
}

fn webhook() -> Webhook {
    Webhook {
        id: "wh_1".to_owned(),
        brand: kaffet(),
        url: "https://shop.example.org/lojal".to_owned(),
        types: vec![],
        public_key: "whpk_x".to_owned(),
        active: true,
        registered: "812".parse().expect("a place"),
        registered_ms: now(),
        reached: "812-0-0".parse().expect("a place"),
        failures: 0,
        next_ms: None,
        dead: 0,
    }
}

/// The answer about webhooks to a request whose path ends like this.
fn of_webhooks(request: &Request, end: &str) -> Answer {
    let secret = WebhookSecret { webhook: webhook(), secret: "whsec_x".to_owned() };
    match (request.method.as_str(), end) {
        ("GET", "") => Answer::json(200, &Webhooks { webhooks: vec![webhook()] }),
        ("GET", _) => {
            let (event, kind) = ("812-0-0".parse().expect("a place"), "lojal.points.issued".to_owned());
            let attempt = Attempt { event, kind, time_ms: now(), fault: Some("500".to_owned()) };
            Answer::json(200, &Deliveries { attempts: vec![attempt.clone()], dead: vec![attempt] })
        }
        ("DELETE", _) => Answer::With(204, vec![]),
        (_, "/wh_1/replay") => Answer::json(200, &webhook()),
        _ => Answer::json(200, &secret),
    }
}

/// An event that was told.
fn events() -> Answer {
    let failed = json!({ "result": "failed", "operation": 0, "code": "insufficient_points" });
    let event = json!({
        "specversion": "1.0", "id": "812-0-0", "source": "/lojal/00000000", "type": "lojal.transaction.failed",
        "subject": own(), "time": "2027-03-14T00:00:00.000Z", "datacontenttype": "application/json",
        "data": { "height": 812, "time_ms": 0, "receipt": failed },
    });
    Answer::With(200, format!("id: 812-0-0\ndata: {event}\n\n").into_bytes())
}

/// A gateway that knows what every command asks for.
fn gateway() -> Server {
    let (mut ledger, pages) = (ledger().answering(|| {}), Site::new(&Pages::ALL));
    let of_transaction = format!("/v1/transactions/{}", status().id);
    let of_issue = format!("/v1/brands/kaffet/issues/{}", receipt("R-1"));
    Server::start(move |request| match request.path.split('?').next().unwrap_or_default() {
        "/v1/events" => events(),
        "/v1/light/changes" => {
            Answer::json(200, &LightChanges { changes: vec![], more: false, height: Height::new(7) })
        }
        path if path.starts_with("/v1/light/blocks/") => Answer::json(200, &shown(&header(3))),
        path if *path == of_transaction => Answer::json(200, &status()),
        path if path.strip_suffix("/proof") == Some(&of_transaction) => Answer::json(200, &proof(transaction())),
        path if path.starts_with("/v1/accounts/") && path.ends_with("/proof") => {
            Answer::json(200, &proof_of_nothing(now()))
        }
        path if path.contains("/references/redeem/") => Answer::json(200, &used()),
        path if *path == of_issue => Answer::json(200, &issue()),
        path => match (path.strip_prefix("/v1/brands/kaffet/webhooks"), pages.find(path)) {
            (Some(end), _) => of_webhooks(request, end),
            (None, Some(file)) => Answer::With(200, file.plain.to_vec()),
            (None, None) => lists::answer(&request.path).unwrap_or_else(|| ledger(request)),
        },
    })
}

#[test]
fn every_command_has_a_schema_and_prints_what_it_says() {
    let server = gateway();
    let wallet = Wallet::at(server.url());
    let mut known = names(&wallet);
    known.sort_unstable();
    let mut declared = commands(Path::new(LOJAL)).to_vec();
    declared.sort_unstable();
    assert_eq!(declared, known, "left is what has a schema, right is what there is");
    for line in every(&wallet, server.url()) {
        // The harness compares every document with the schema.
        let ran = wallet.run(&line.with(&["--json", "--gateway", server.url()]));
        assert_eq!(ran.exit_code, 0, "{}: {}{}", line.name, ran.stdout, ran.stderr);
        assert!(!ran.stdout.is_empty(), "{}", line.name);
    }
}

#[test]
fn a_schema_is_one_document_for_people_and_for_programs() {
    let wallet = Wallet::at(NOBODY);
    let shown = wallet.run(&["schema", "household", "create"]).stdout;
    let document: serde_json::Value = serde_json::from_str(&shown).expect("a document");
    assert_eq!(document, schema(Path::new(LOJAL), &["household", "create"]));
    assert_eq!(document["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(document["title"], "lojal household create --json");
    let whole = document.to_string();
    assert!(!whole.contains("_for_Address") && !whole.contains("[`"), "what is for the program's own documents");
    for reference in whole.split("\"#/$defs/").skip(1) {
        let name = reference.split('"').next().unwrap_or_default();
        assert!(document["$defs"][name].is_object(), "{name} is referred to, and not there");
    }
}

#[test]
fn whoever_does_not_know_a_command_is_told_which_there_are() {
    let wallet = Wallet::nowhere();
    let all = wallet.run(&["schema"]).stdout;
    assert!(all.lines().any(|line| line == "rotate-key") && all.lines().any(|line| line == "tx"), "{all}");
    let below = wallet.run(&["schema", "key"]).stdout;
    assert_eq!(below.lines().collect::<Vec<_>>(), ["key new", "key export", "key import"]);
    let unknown = wallet.run(&["schema", "nonsense"]);
    assert!(unknown.exit_code == 2 && unknown.stderr.contains("lojal schema lists"), "{}", unknown.stderr);
}
