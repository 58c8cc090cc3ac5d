use lojal_types::{
    Action, Activity, Address, AddressText, Bounded, ChainId, Hash, KeyPair, MotionId, MotionStatus, NetworkKind,
    Operation, Operations, Outcome, Parameters, Points, Settings, SuspendBrand, TimeMs, Transaction, Transfer,
};

use super::*;
use server::{Answer, NOBODY, Server};

mod events;
mod light;
mod server;

fn chain() -> ChainId {
    ChainId::new([9; 32])
}

fn address() -> AddressText {
    Address::new([1; 20]).to_text(NetworkKind::Test)
}

fn signed() -> SignedTransaction {
    let key = KeyPair::from_seed(&[7; 32]);
    let transfer = Transfer {
        brand: "kaffet".parse().expect("valid"),
        from: key.address(),
        to: Address::new([1; 20]),
        amount: Points::new(5),
    };
    let transaction = Transaction {
        chain: chain().tag(),
        sender: key.address(),
        valid_until_ms: TimeMs::new(1).expect("in range"),
        nonce: 1,
        operations: Operations::new(vec![Operation::Transfer(transfer)]).expect("one"),
    };
    transaction.sign(&chain(), &key)
}

fn pending(id: TransactionId) -> api::TransactionStatus {
    api::TransactionStatus { id, state: api::TransactionState::Pending, transaction: None, activity: None }
}

/// The token of the last request, if it had one.
fn last_token(server: &Server) -> Option<String> {
    server.requests().pop().expect("a request").authorization
}

fn client(server: &Server) -> Client {
    Client::new(server.url()).expect("valid")
}

#[test]
fn addresses_that_no_gateway_can_have_are_refused() {
    for right in ["http://localhost:8080", "https://g.example.org", "https://example.org/lojal/", "http://[::1]:80"] {
        assert!(Client::new(right).is_ok(), "{right}");
    }
    assert_eq!(Client::new("https://example.org/lojal/").expect("valid").url(), "https://example.org/lojal");
    for wrong in
        ["", "localhost:8080", "ftp://x.org", "http://", "http://u:p@x.org", "http://x.org/?a=b", "http://x.org/#a"]
    {
        assert!(matches!(Client::new(wrong), Err(ClientError::InvalidUrl { .. })), "{wrong}");
    }
    assert!(Client::new(&format!("http://{}", "x".repeat(URL_BYTES_MAX))).is_err());
}

#[test]
fn a_host_has_one_name_however_the_address_is_written() {
    for (url, expected) in [
        ("http://127.0.0.1:7800", "127.0.0.1"),
        ("http://127.1", "127.0.0.1"),
        ("http://LOCALHOST.:80", "localhost"),
        ("https://Gateway.example.org/lojal", "gateway.example.org"),
        ("http://[0:0:0:0:0:0:0:1]:80", "::1"),
        ("http://[::ffff:192.0.2.1]", "192.0.2.1"),
    ] {
        assert_eq!(Client::new(url).expect("valid").audience().as_str(), expected, "{url}");
    }
}

#[test]
fn a_token_goes_with_questions_and_is_not_shown() {
    let server = Server::start(|_| Answer::problem(404, "unknown_brand"));
    let client = client(&server);
    let ask = |client: &Client| client.brand(&"kaffet".parse().expect("valid")).expect_err("there is none");
    ask(&client);
    assert_eq!(last_token(&server), None);
    let key = KeyPair::from_seed(&[7; 32]);
    let copy = client.clone();
    client.read_as(&chain(), key.address(), &key, TimeMs::default());
    ask(&copy);
    let text = last_token(&server).expect("a header");
    let signed: SignedReadToken = text.strip_prefix("Bearer ").expect("a token").parse().expect("a token");
    assert!(signed.holds(&chain()) && signed.token.audience == *client.audience());
    assert!(!format!("{client:?}").contains("ljr1_"));
    client.set_token(None);
    ask(&copy);
    assert_eq!(last_token(&server), None);
}

#[test]
fn a_gateway_that_was_asked_too_much_is_asked_again() {
    let asked = std::sync::atomic::AtomicU64::new(0);
    let server = Server::start(move |_| match asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
        0 => Answer::problem(429, "rate_limited"),
        _ => Answer::json(200, &api::Brands { brands: vec![] }),
    });
    assert_eq!(client(&server).brands(), Ok(api::Brands { brands: vec![] }));
    assert_eq!(server.requests().len(), 2);
    let busy = Server::start(|_| Answer::problem(429, "too_many_connections"));
    assert!(client(&busy).brands().expect_err("it is told").is_problem("too_many_connections"));
    assert_eq!(busy.requests().len(), 1, "that is for another gateway");
}

#[test]
fn a_question_goes_to_its_route_and_the_cursor_is_encoded() {
    let before = Activity { count: 7, ..Activity::default() };
    let history = api::History {
        transactions: vec![],
        before: Some(before),
        head: None,
        only_of: None,
        complete_from: None,
        next_cursor: Some("c".into()),
    };
    let expected = history.clone();
    let server = Server::start(move |_| Answer::json(200, &history));
    assert_eq!(client(&server).history(&address(), 20, Some("a&b=c d")), Ok(expected));
    let request = server.requests().pop().expect("one request");
    assert_eq!(request.method, "GET");
    assert_eq!(request.path, format!("/v1/accounts/{}/transactions?limit=20&cursor=a%26b%3Dc%20d", address()));
}

#[test]
fn what_brands_and_households_have_agreed_on_is_asked_for_by_its_route() {
    let household = api::Household { members: vec![], invited: vec![] };
    let partnerships = api::Partnerships { partnerships: vec![], next_cursor: None };
    let (currency, pairs, height, time_ms) = (None, vec![], Height::new(4), TimeMs::default());
    let netting = api::Netting { currency, pairs, height, time_ms, next_cursor: None };
    let operators = api::Operators { operators: vec![] };
    let answers = (household.clone(), partnerships.clone(), netting.clone(), operators.clone());
    let server = Server::start(move |request| match request.path.as_str() {
        "/v1/partnerships" => Answer::json(200, &answers.1),
        "/v1/netting" => Answer::json(200, &answers.2),
        "/v1/brands/kaffet/operators" => Answer::json(200, &answers.3),
        path if *path == format!("/v1/households/{}", address()) => Answer::json(200, &answers.0),
        _ => Answer::problem(404, "not_found"),
    });
    let client = client(&server);
    assert_eq!(client.household(&address()), Ok(household));
    assert_eq!(client.partnerships(), Ok(partnerships));
    assert_eq!(client.netting(), Ok(netting));
    assert_eq!(client.operators(&"kaffet".parse().expect("valid")), Ok(operators));
}

#[test]
fn statements_of_many_pairs_are_put_together_if_their_pages_are_of_one_block() {
    let page = |height: u64, next_cursor: Option<&str>| api::Netting {
        currency: None,
        pairs: vec![],
        height: Height::new(height),
        time_ms: TimeMs::default(),
        next_cursor: next_cursor.map(str::to_owned),
    };
    let asked = std::sync::atomic::AtomicU64::new(0);
    let server = Server::start(move |request| {
        let number = asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        match (request.path.contains("cursor=a.b"), number) {
            (false, _) => Answer::json(200, &page(number.max(2), Some("a.b"))),
            // A block has come in between, the first time.
            (true, 1) => Answer::json(200, &page(3, None)),
            (true, _) => Answer::json(200, &page(2, None)),
        }
    });
    assert_eq!(client(&server).netting(), Ok(page(2, None)));
    let paths: Vec<String> = server.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, ["/v1/netting", "/v1/netting?cursor=a.b", "/v1/netting", "/v1/netting?cursor=a.b"]);
}

#[test]
fn what_governors_decide_is_asked_for_by_its_route() {
    let validators = api::Validators { validators: vec![], total_power: 3, followers: vec![], height: Height::new(4) };
    let governance = api::Governance {
        version: 1,
        scheduled: None,
        parameters: Parameters::standard(),
        settings: Settings { motion_lapse_ms: 3_600_000 },
        open: vec![],
        closed: vec![],
        height: Height::new(4),
    };
    let suspend = Action::SuspendBrand(SuspendBrand { brand: "kaffet".parse().expect("valid") });
    let motion = api::Motion {
        motion: MotionId::new(7),
        by: "nordmat".parse().expect("valid"),
        actions: Bounded::from([suspend]),
        digest: Hash::new([9; 32]),
        created_ms: TimeMs::default(),
        lapses_ms: TimeMs::default(),
        approvals: vec![],
        approving_power: 1,
        total_power: 3,
        stage: MotionStatus::Enacted { height: Height::new(4) },
    };
    let answers = (validators.clone(), governance.clone(), motion.clone());
    let server = Server::start(move |request| match request.path.as_str() {
        "/v1/validators" => Answer::json(200, &answers.0),
        "/v1/governance" => Answer::json(200, &answers.1),
        "/v1/governance/7" => Answer::json(200, &answers.2),
        _ => Answer::problem(404, "unknown_motion"),
    });
    let client = client(&server);
    assert_eq!(client.validators(), Ok(validators));
    assert_eq!(client.governance(), Ok(governance));
    assert_eq!(client.motion(MotionId::new(7)), Ok(motion));
    assert!(matches!(client.motion(MotionId::new(8)), Err(error) if error.is_problem("unknown_motion")));
}

#[test]
fn a_submission_is_the_canonical_bytes_and_says_whether_it_waits() {
    let id = signed().transaction.id(&chain());
    let server = Server::start(move |request| {
        let waits = request.path.ends_with("?wait=committed");
        let receipt = Outcome::Applied;
        let committed =
            api::TransactionState::Committed { height: Height::new(4), index: 0, time_ms: TimeMs::default(), receipt };
        let state = if waits { committed } else { api::TransactionState::Pending };
        Answer::json(202, &api::TransactionStatus { state, ..pending(id) })
    });
    let client = client(&server);
    assert_eq!(client.submit(&signed(), false), Ok(pending(id)));
    let waited = client.submit(&signed(), true).expect("answered");
    assert!(matches!(waited.state, api::TransactionState::Committed { receipt: Outcome::Applied, .. }));
    let requests = server.requests();
    assert_eq!(requests[0].path, "/v1/transactions");
    assert!(requests.iter().all(|request| request.method == "POST" && request.body == signed().encode()));
}

#[test]
fn a_batch_is_the_canonical_list_of_its_transactions() {
    let server = Server::start(|_| Answer::json(202, &api::BatchAnswer { transactions: vec![] }));
    assert!(client(&server).submit_batch(&[signed(), signed()], false).is_ok());
    let body = server.requests().pop().expect("one request").body;
    assert_eq!(body[..4], [2, 0, 0, 0]);
    assert_eq!(body[4..], [signed().encode(), signed().encode()].concat());
}

#[test]
fn a_payment_is_asked_for_by_its_reference() {
    let payment = api::Payment {
        brand: "kaffet".parse().expect("valid"),
        from: lojal_types::Address::new([3; 20]).to_text(lojal_types::NetworkKind::Test),
        amount: lojal_types::Points::new(60),
        held_until_ms: None,
        transaction: pending(TransactionId::new([1; 32])),
    };
    let answer = payment.clone();
    let server = Server::start(move |request| match request.path.as_str() {
        "/v1/payments/0a0b?dated=2027-03-14" => Answer::json(200, &answer),
        _ => Answer::problem(404, "unknown_reference"),
    });
    let ask = |reference: &str| client(&server).payment(&reference.parse().expect("valid"), "2027-03-14".parse().ok());
    assert_eq!(ask("0a0b").expect("it is there"), payment);
    assert!(ask("0a0c").expect_err("it isn't").is_problem("unknown_reference"));
}

#[test]
fn a_problem_keeps_its_code_and_detail() {
    let server = Server::start(|_| Answer::problem(422, "insufficient_points"));
    let error = client(&server).submit(&signed(), true).expect_err("refused");
    assert!(error.is_problem("insufficient_points"), "{error}");
    assert_eq!(
        error.to_string(),
        "\u{2068}detail of insufficient_points\u{2069} (\u{2068}insufficient_points\u{2069})",
        "isolated"
    );
}

#[test]
fn a_path_that_the_gateway_does_not_know_is_a_fault_of_its_address() {
    let server = Server::start(|_| Answer::problem(404, "unknown_route"));
    let url = format!("{}/v1", server.url());
    let error = Client::new(&url).expect("an address").status().expect_err("nothing is there");
    assert_eq!(error, ClientError::WrongPath { url });
    assert!(error.to_string().contains("leave the path out"), "{error}");
    let error = client(&server).status().expect_err("nothing is there");
    assert!(matches!(error, ClientError::Unexpected { status: 404, .. }), "{error}");
    assert!(!error.to_string().contains("path"), "{error}");
}

#[test]
fn an_answer_of_something_else_is_unexpected() {
    let cases = [(200, "<html>hello</html>"), (502, "<html>bad gateway</html>"), (200, "{\"height\": 1}"), (301, "")];
    for (status, body) in cases {
        let server = Server::start(move |_| Answer::With(status, body.into()));
        let error = client(&server).status().expect_err("no status document");
        assert!(matches!(error, ClientError::Unexpected { status: found, .. } if found == status), "{error}");
    }
}

#[test]
fn a_status_of_another_transaction_is_unexpected() {
    let server = Server::start(|_| Answer::json(200, &pending(TransactionId::new([2; 32]))));
    let error = client(&server).transaction(&TransactionId::new([1; 32])).expect_err("another id");
    assert!(matches!(error, ClientError::Unexpected { .. }), "{error}");
}

#[test]
fn an_answer_of_the_largest_size_is_read_and_one_byte_more_is_not() {
    let size = usize::try_from(EXPORT_BYTES_MAX).expect("fits");
    for (len, is_read) in [(size, true), (size + 1, false)] {
        let server = Server::start(move |_| Answer::With(200, vec![7; len]));
        let answer = client(&server).export(Height::new(1), 10);
        assert_eq!(answer.is_ok(), is_read);
        assert!(is_read || matches!(answer, Err(ClientError::Unexpected { .. })));
        assert_eq!(server.requests()[0].path, "/v1/export?from=1&limit=10");
    }
}

#[test]
fn nobody_listening_and_a_broken_connection_are_told_apart() {
    let client_of_nobody = Client::new(NOBODY).expect("valid");
    let error = client_of_nobody.submit(&signed(), true).expect_err("nobody listens");
    assert!(matches!(error, ClientError::Unreachable { .. }), "{error}");
    let server = Server::start(|_| Answer::HangUp);
    let error = client(&server).submit(&signed(), true).expect_err("no answer");
    assert!(matches!(error, ClientError::Interrupted { .. }), "{error}");
}

#[test]
fn this_machine_is_known_by_any_of_its_names_and_only_other_machines_are_exposed() {
    for own in ["localhost", "LOCALHOST", "LocalHost.", "gateway.localhost", "127.0.0.1", "127.9.9.9", "[::1]"]
        .into_iter()
        .chain(["localhost.", "127.1", "127.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::ffff:127.0.0.1]"])
    {
        assert!(is_this_machine(own), "{own}");
        assert!(!Client::new(&format!("http://{own}:7800")).expect("an address").is_exposed(), "{own}");
    }
    let absolute = Client::new("http://localhost.:7800/lojal").expect("an address");
    assert_eq!(absolute.url(), "http://localhost:7800/lojal", "what every system can look up");
    for other in ["localhost.example.org", "notlocalhost", "10.0.0.1", "[::2]", "example.org"].into_iter().chain([
        "10.1",
        "127.0.0.0.1",
        "127.x",
        "127.0.0.256",
        "128.1",
        "0127.1",
        "[::ffff:10.0.0.1]",
    ]) {
        assert!(!is_this_machine(other), "{other}");
        assert!(Client::new(&format!("HTTP://{other}:7800")).expect("an address").is_exposed(), "{other}");
        assert!(!Client::new(&format!("https://{other}")).expect("an address").is_exposed(), "{other}");
    }
}
