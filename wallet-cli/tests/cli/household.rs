//! Households: mine and ours.

use lojal_types::api::{Account, Hold, Household, Member, MemberSpent};
use lojal_types::{
    Address, AddressText, Bounded, MemberLimit, MemberRights, MemberRole, NetworkKind, Operation, Points, Reference,
};
use lojal_wallet::time::utc;

use crate::support::gateway::{Ledger, account, empty, network_status, only_operation, submitted};
use crate::support::server::Server;
use crate::support::{Wallet, genesis, key, other, pool};

fn own() -> AddressText {
    key().address().to_text(NetworkKind::Test)
}

fn limit(brand: &str, max: u64) -> MemberLimit {
    MemberLimit { brand: brand.parse().expect("valid"), month_max: Points::new(max) }
}

fn member(address: AddressText, role: MemberRole, limits: Vec<MemberLimit>, spent: u64) -> Member {
    let limits = Bounded::new(limits).expect("few");
    let spent = MemberSpent { brand: "nordmat".parse().expect("valid"), points: Points::new(spent) };
    Member { address, rights: MemberRights { role, limits }, spent: vec![spent] }
}

/// A ledger on which this wallet is an adult of a household with a limit of 1,000 nordmat, 700 of them spent.
fn ledger() -> Server {
    let household = Household {
        members: vec![
            member(own(), MemberRole::Adult, vec![limit("nordmat", 1000)], 700),
            member(other(), MemberRole::Admin, vec![], 0),
        ],
        invited: vec![member(Address::new([6; 20]).to_text(NetworkKind::Test), MemberRole::Child, vec![], 0)],
    };
    let hold = Hold {
        brand: "kaffet".parse().expect("valid"),
        reference: Reference::new(vec![7; 4]).expect("4 bytes"),
        dated: network_status().time_ms.day(),
        total: Points::new(250),
        lots: vec![],
        expires_ms: network_status().time_ms,
    };
    let mine = Account { memberships: vec![pool()], frozen: true, ..account(own()) };
    let ours = Account { household: Some(household), holds: vec![hold], ..account(pool()) };
    Ledger::with(vec![mine, ours]).start()
}

#[test]
fn a_balance_shows_mine_and_ours_with_what_is_left_of_the_months_limit() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let ran = wallet.run(&["balance"]);
    let expected = format!(
        "mine\n\
         kaffet    0.05  (0.05 for ever)\n\
         nordmat  1,250  (800 until 2027-03, 450 until 2028-11)\n\
         frozen: nothing goes out of this account; ask to lift the freeze with lojal unfreeze\n\
         ours: {}, adult\n\
         kaffet    0.05  (0.05 for ever)\n\
         nordmat  1,250  (800 until 2027-03, 450 until 2028-11)  spend 300 more this month\n\
         held: 2.50 kaffet until {} UTC, reference 07070707\n\
         not proven: --trust believes the gateway\n",
        pool(),
        utc(network_status().time_ms)
    );
    assert_eq!((ran.stdout, ran.stderr.as_str()), (expected, ""));
    let json = wallet.run(&["balance", "--json"]).json();
    assert_eq!(json["pools"][0]["household"], pool().to_string());
    assert_eq!(json["pools"][0]["member"]["role"], "adult");
    assert_eq!((&json["frozen"], &json["balances"][1]["total"]), (&true.into(), &1250.into()));
}

#[test]
fn a_new_household_is_named_by_its_address() {
    let server = ledger();
    let json = Wallet::at(server.url()).run(&["household", "create", "--json"]).json();
    assert!(matches!(only_operation(&server), Operation::CreateHousehold(_)));
    let id = submitted(&server)[0].transaction.id(&genesis().chain_id());
    let address = Address::of_household(&genesis().chain_id(), &id, 0).to_text(NetworkKind::Test);
    assert_eq!(json["household"], address.to_string());
    let ran = Wallet::at(ledger().url()).run(&["household", "create"]);
    assert!(ran.stdout.starts_with("made the household tloj1") && ran.stdout.contains("block 42"), "{}", ran.stdout);
}

#[test]
fn rights_are_typed_in_any_order_and_signed_in_the_ledgers() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let (member, household) = (other().to_string(), pool().to_string());
    let place = ["--household", household.as_str()];
    let rights = ["--role", "child", "--limit", "kaffet=12.50", "--limit", "fjallet=0"];
    let ran = wallet.run(&[&["household", "invite", member.as_str()][..], &rights, &place].concat());
    assert_eq!(ran.exit_code, 0, "{}", ran.stderr);
    let Operation::Invite(invite) = only_operation(&server) else { panic!("another operation") };
    assert_eq!(
        (invite.household.to_text(NetworkKind::Test), invite.member.to_text(NetworkKind::Test)),
        (pool(), other())
    );
    assert_eq!(
        (invite.role, &invite.limits[..]),
        (MemberRole::Child, &[limit("fjallet", 0), limit("kaffet", 1250)][..])
    );
    for wrong in [
        &["--role", "admin", "--limit", "kaffet=1"][..],
        &["--role", "child", "--limit", "kaffet=1", "--limit", "kaffet=2"],
    ] {
        let ran = wallet.run(&[&["household", "set", member.as_str(), "--json"][..], wrong, &place].concat());
        assert_eq!((ran.exit_code, ran.error_code().as_str()), (2, "usage"));
    }
    assert_eq!(submitted(&server).len(), 1);
}

#[test]
fn the_only_household_need_not_be_named() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let member = other().to_string();
    for arguments in [
        &["household", "invite", &member, "--role", "adult"][..],
        &["household", "set", &member, "--role", "admin"],
        &["household", "remove", &member],
        &["household", "leave"],
        &["household", "join", &pool().to_string()],
    ] {
        assert_eq!(wallet.run(arguments).exit_code, 0, "{arguments:?}");
    }
    let operations: Vec<Operation> =
        submitted(&server).into_iter().map(|signed| signed.transaction.operations[0].clone()).collect();
    let [
        Operation::Invite(a),
        Operation::SetMember(b),
        Operation::RemoveMember(c),
        Operation::Leave(d),
        Operation::Join(e),
    ] = &operations[..]
    else {
        panic!("{operations:?}")
    };
    let named = [a.household, b.household, c.household, d.household, e.household];
    assert!(named.iter().all(|household| household.to_text(NetworkKind::Test) == pool()));
}

#[test]
fn without_exactly_one_household_it_must_be_named() {
    for memberships in [vec![], vec![pool(), other()]] {
        let server = Ledger::with(vec![Account { memberships, ..account(own()) }]).start();
        let wallet = Wallet::at(server.url());
        for arguments in
            [&["household", "leave", "--json"][..], &["redeem", "1", "kaffet", "--from", "household", "--json"]]
        {
            let ran = wallet.run(arguments);
            assert_eq!((ran.exit_code, ran.error_code().as_str()), (2, "which_household"));
        }
        assert!(submitted(&server).is_empty());
    }
}

#[test]
fn points_come_from_the_pool_that_is_named() {
    let household = pool().to_string();
    let receiver = other().to_string();
    let commands: [&[&str]; 4] = [
        &["send", &receiver, "1", "kaffet", "--from", "household"],
        &["send", &receiver, "1", "kaffet", "--from", &household],
        &["redeem", "1", "kaffet", "--from", "household"],
        &["hold", "1", "kaffet", "--for", "2h", "--from", &household],
    ];
    for arguments in commands {
        let server = ledger();
        let ran = Wallet::at(server.url()).run(arguments);
        assert!(ran.stdout.contains(&format!("from the pool of {household}")), "{}{}", ran.stdout, ran.stderr);
        let from = match only_operation(&server) {
            Operation::Transfer(one) => one.from,
            Operation::Redeem(one) => one.from,
            Operation::Hold(one) => one.from,
            other => panic!("{other:?}"),
        };
        assert_eq!(from.to_text(NetworkKind::Test), pool());
        assert_eq!(submitted(&server)[0].transaction.sender, key().address());
    }
}

#[test]
fn a_household_is_shown_with_its_members_and_its_pool() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let ran = wallet.run(&["household", "show"]);
    for words in
        ["700 of 1,000 nordmat", "admin", "no limits", "invited, child", "nothing", &format!("ours: {}", pool())]
    {
        assert!(ran.stdout.contains(words), "{words}: {}{}", ran.stdout, ran.stderr);
    }
    let json = wallet.run(&["household", "show", "--json"]).json();
    assert_eq!((&json["members"][1]["role"], &json["address"]), (&"admin".into(), &pool().to_string().into()));
    let stranger = empty(Address::new([9; 20]).to_text(NetworkKind::Test)).address.to_string();
    let ran = wallet.run(&["household", "show", "--household", &stranger, "--json"]);
    assert_eq!(ran.error_code(), "unknown_household");
}

/// Accounts that can't sign neither guard, join nor are recovered; those that can are no households.
#[test]
fn an_address_of_the_wrong_kind_is_refused_before_anything_is_sent() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let (pool, person) = (pool().to_string(), other().to_string());
    let key = "0a".repeat(32);
    let of_persons = [
        &["guardians", "set", "kaffet", &pool][..],
        &["guardians", "agree", &pool],
        &["recover", "start", &pool],
        &["recover", "approve", &pool, &key],
        &["recover", "finish", &pool],
        &["household", "invite", &pool, "--role", "adult"],
        &["household", "set", &pool, "--role", "adult"],
        &["household", "remove", &pool],
        &["operator", "remove", "kaffet", &pool],
    ];
    for arguments in of_persons {
        let ran = wallet.run(arguments);
        assert_eq!(ran.exit_code, 2, "{arguments:?}: {}", ran.stdout);
        assert!(
            ran.stderr.contains("household, which has no key of its own: name one of its members"),
            "{}",
            ran.stderr
        );
    }
    let of_households = [
        &["household", "join", &person][..],
        &["household", "show", "--household", &person],
        &["request", "1", "kaffet", "--household", &person],
        &["redeem", "1", "kaffet", "--from", &person],
    ];
    for arguments in of_households {
        let ran = wallet.run(arguments);
        assert_eq!(ran.exit_code, 2, "{arguments:?}: {}", ran.stdout);
        assert!(ran.stderr.contains("name a household"), "{}", ran.stderr);
    }
    assert!(submitted(&server).is_empty());
}
