//! A network with something of everything, and what a gateway says about it.

use lojal_types::api::{NewPush, NewWebhook};
use lojal_types::{
    Action, Address, Bounded, CreateHousehold, MemberRole, NetworkKind, Operation, Points, Propose, RequestKind,
    Reverse, SetConsent, SuspendBrand, UnsignedTransaction, voucher_id,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::tests::http::{self, Answer, JSON};
use crate::tests::market::{listed, offer};
use crate::tests::node::{ANNA, BO, GOVERNOR, HOUR_MS, MINUTE_MS, Node, TILL, address, transfer};
use crate::tests::operations::{
    accept, brand, claim, coffees, convert, deposit, gifts, grant, grants_too, hold, invite, issue, levels, propose,
    reference, request, set_campaign, set_track, stamp, terms, today, use_voucher,
};

/// A network with something of everything, and the paths at which it is seen.
pub(super) struct Scene {
    node: Node,
    household: Address,
    transaction: String,
    payment: String,
    used: String,
    validators: String,
}

impl Scene {
    pub(super) async fn start() -> Self {
        let node = Node::start().await;
        node.apply(TILL, vec![issue("nordmat", ANNA, 1_000, "receipt"), issue("nordmat", BO, 10, "other")]);
        let reverse = Operation::Reverse(Reverse {
            brand: brand("nordmat"),
            from: address(ANNA),
            amount: Points::new(30),
            at_least: Points::new(1),
            issue_reference: reference("receipt"),
            issue_dated: today(),
            reference: reference("return"),
            dated: today(),
        });
        node.apply(TILL, vec![reverse]);
        node.apply(TILL, vec![set_track("nordmat", 1, levels()), stamp("nordmat", ANNA, (140, None), 1, "stamped")]);
        node.apply(ANNA, vec![Operation::SetConsent(SetConsent { brand: brand("nordmat"), consents: 1 })]);
        let gifts = set_campaign("nordmat", 1, gifts(node.now(), 500));
        node.apply(TILL, vec![grants_too("nordmat"), gifts, grant("nordmat", 1, ANNA, 20, "surprise")]);
        let used = buy_and_use(&node);
        let asked = request("nordmat", 60, "till 7", RequestKind::Redeem);
        let payment = asked.reference(&node.chain()).to_string();
        node.apply(ANNA, vec![asked.answer(&node.chain(), address(ANNA))]);
        let end = node.now().plus_ms(HOUR_MS);
        node.apply(ANNA, vec![hold(&node.chain(), "nordmat", ANNA, 40, "till 8", end)]);
        let created = node.apply(ANNA, vec![Operation::CreateHousehold(CreateHousehold {})]);
        let household = Address::of_household(&node.chain(), &created, 0);
        node.apply(
            ANNA,
            vec![
                deposit("nordmat", ANNA, household, 500),
                invite(household, BO, MemberRole::Child, &[("nordmat", 100)]),
            ],
        );
        let there = terms(1, 10, 12_345_000);
        node.apply(TILL, vec![propose("nordmat", "kaffet", &there), accept("nordmat", "kaffet", &there)]);
        node.apply(ANNA, vec![convert(ANNA, "nordmat", "kaffet", (100, 10))]);
        node.apply(ANNA, vec![offer(&node, ANNA, 50, (1, 4))]);
        let suspend = SuspendBrand { brand: brand("kaffet") };
        node.apply(
            GOVERNOR,
            vec![Operation::Propose(Propose { actions: Bounded::from([Action::SuspendBrand(suspend)]) })],
        );
        let transaction = node.apply(ANNA, vec![transfer(ANNA, BO, 25)]).to_string();
        listed(&node, |market| market.offers.len() == 1 && !market.more).await;
        let validators = node.store().view().validators().hash(&node.chain()).to_string();
        Self { node, household, transaction, payment, used, validators }
    }

    /// The questions, by the operation's id.
    fn questions(&self) -> Vec<(&'static str, String)> {
        let anna = address(ANNA).to_text(NetworkKind::Test);
        let household = self.household.to_text(NetworkKind::Test);
        let (transaction, payment) = (&self.transaction, &self.payment);
        let [receipt, returned, stamped] = ["receipt", "return", "stamped"].map(reference);
        vec![
            ("status", "/v1/status".into()),
            ("push", "/v1/push".into()),
            ("brands", "/v1/brands".into()),
            ("brand", "/v1/brands/nordmat".into()),
            ("operators", "/v1/brands/nordmat/operators".into()),
            ("brand_motions", "/v1/brands/nordmat/motions".into()),
            ("brand_transactions", "/v1/brands/nordmat/transactions?limit=1".into()),
            ("brand_accounts", "/v1/brands/nordmat/accounts".into()),
            ("brand_expiring", "/v1/brands/nordmat/expiring?months=12".into()),
            ("brand_statistics", "/v1/brands/nordmat/statistics".into()),
            ("issue", format!("/v1/brands/nordmat/issues/{receipt}?dated={}", today())),
            ("reversal", format!("/v1/brands/nordmat/reversals/{returned}")),
            ("used_reference", format!("/v1/brands/nordmat/references/issue/{receipt}")),
            ("tracks", "/v1/brands/nordmat/tracks".into()),
            ("leaders", format!("/v1/brands/nordmat/tracks/1/leaders?account={anna}")),
            ("campaigns", "/v1/brands/nordmat/campaigns".into()),
            ("campaigns_proof", "/v1/brands/nordmat/campaigns/proof".into()),
            ("stamp", format!("/v1/brands/nordmat/stamps/{stamped}")),
            ("vouchers", format!("/v1/accounts/{anna}/vouchers")),
            ("standing", format!("/v1/accounts/{anna}/standing")),
            ("offers", format!("/v1/accounts/{anna}/offers")),
            ("market", "/v1/market/nordmat/kaffet".into()),
            ("account", format!("/v1/accounts/{anna}")),
            ("history", format!("/v1/accounts/{anna}/transactions?limit=1")),
            ("recovery", format!("/v1/accounts/{anna}/recovery")),
            ("account_proof", format!("/v1/accounts/{anna}/proof")),
            ("household", format!("/v1/households/{household}")),
            ("partnerships", "/v1/partnerships".into()),
            ("netting", "/v1/netting".into()),
            ("governance", "/v1/governance".into()),
            ("motion", "/v1/governance/1".into()),
            ("validators", "/v1/validators".into()),
            ("changes", "/v1/light/changes?after=0&limit=1".into()),
            ("header", "/v1/light/blocks/1".into()),
            ("set", format!("/v1/light/validators/{}", self.validators)),
            ("payment", format!("/v1/payments/{payment}")),
            ("voucher_use", format!("/v1/uses/{}", self.used)),
            ("transaction", format!("/v1/transactions/{transaction}")),
            ("transaction_proof", format!("/v1/transactions/{transaction}/proof")),
            ("block", "/v1/blocks/latest".into()),
        ]
    }

    /// The values of a parameter that are there.
    pub(super) fn known(&self, path: &str, name: &str) -> Vec<String> {
        let accounts = [address(ANNA), address(TILL), self.household].map(|one| one.to_text(NetworkKind::Test));
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        match name {
            "id" if path.contains("/brands/") => words(&["nordmat", "kaffet"]),
            "id" if path.contains("/governance/") => words(&["1"]),
            "id" | "transaction" => vec![self.transaction.clone()],
            "address" | "account" => accounts.iter().map(ToString::to_string).collect(),
            "reference" => {
                let mut all = vec![self.payment.clone(), self.used.clone()];
                all.extend(["receipt", "return", "stamped"].map(|one| reference(one).to_string()));
                all
            }
            "dated" => vec![today().to_string()],
            "hash" => vec![self.validators.clone()],
            "code" => words(&["busy", "insufficient_points"]),
            "kind" if !path.contains("/references/") => words(&["issue", "transfer", "gift"]),
            "height" | "after" | "from" | "limit" | "months" | "motion" | "since_ms" | "track" => {
                words(&["1", "2", "0"])
            }
            _ => Vec::new(),
        }
    }
    /// The address of a path.
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.node.address())
    }
    /// The words by which an admin says who asks.
    pub(super) fn token(&self) -> String {
        format!("Bearer {}", self.node.token_for((address(TILL), TILL), "127.0.0.1", MINUTE_MS))
    }

    /// The answers, and what was sent for them.
    pub(super) async fn examples(self) -> Value {
        let mut examples = Map::new();
        for (id, path) in self.questions() {
            answered(&mut examples, id, &self.node.get(&path).await, None);
        }
        answered(&mut examples, "node", &self.node.get_own("/v1/node").await, None);
        self.send(&mut examples).await;
        self.ask_about_webhooks(&mut examples).await;
        self.ask_about_pushes(&mut examples).await;
        Value::Object(examples)
    }

    /// Submits and simulates.
    async fn send(&self, examples: &mut Map<String, Value>) {
        let node = &self.node;
        let signed = node.transfer(ANNA, BO, 1);
        let text = signed.clone().to_text(NetworkKind::Test);
        let unsigned = UnsignedTransaction { transaction: text.transaction.clone(), public_key: text.public_key };
        let asked = json_of(&unsigned);
        answered(examples, "simulate", &node.post("/v1/simulate", JSON, asked.clone()).await, Some(&asked));
        let submitted = json_of(&text);
        answered(examples, "submit", &node.post("/v1/transactions", JSON, submitted.clone()).await, Some(&submitted));
        node.commit(vec![signed]);
        answered(examples, "submit", &node.post("/v1/transactions", JSON, submitted.clone()).await, None);
        let many = [b"{\"transactions\":[".to_vec(), submitted, b"]}".to_vec()].concat();
        answered(examples, "submit_batch", &node.post("/v1/transactions/batch", JSON, many.clone()).await, Some(&many));
        let another = json_of(&node.transfer(ANNA, BO, 2).to_text(NetworkKind::Test));
        let many = [b"{\"transactions\":[".to_vec(), another, b"]}".to_vec()].concat();
        answered(examples, "submit_batch", &node.post("/v1/transactions/batch", JSON, many).await, None);
    }

    /// Subscribes a browser, and asks about it.
    async fn ask_about_pushes(&self, examples: &mut Map<String, Value>) {
        let all = format!("/v1/accounts/{}/push", address(ANNA).to_text(NetworkKind::Test));
        let authorization = format!("Bearer {}", self.node.token_for((address(ANNA), ANNA), "127.0.0.1", MINUTE_MS));
        // The keys of RFC 8291's example.
        let new = NewPush {
            endpoint: "http://127.0.0.1:9/push".into(),
            p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4".into(),
            auth: "BTBZMqHH6r4Tts7J_aSIgg".into(),
            types: vec!["points".into()],
        };
        let new = json_of(&new);
        for _ in 0..2 {
            let added = http::post_json_as(self.url(&all), authorization.clone(), new.clone()).await;
            answered(examples, "subscribe", &added, Some(&new));
        }
        answered(examples, "pushes", &self.node.get_with(&all, "authorization", &authorization).await, None);
    }

    /// Registers a webhook, and asks about it.
    async fn ask_about_webhooks(&self, examples: &mut Map<String, Value>) {
        let node = &self.node;
        let all = "/v1/brands/nordmat/webhooks";
        let (url, authorization) = (|path: &str| self.url(path), self.token());
        let read = async |path: &str| node.get_with(path, "authorization", &authorization).await;
        // Nobody is there, which is what an attempt shows.
        let new = NewWebhook { url: "http://127.0.0.1:9/lojal".into(), types: vec!["points".into()] };
        let new = json_of(&new);
        let added = http::post_json_as(url(all), authorization.clone(), new.clone()).await;
        let added = answered(examples, "add_webhook", &added, Some(&new));
        let one = format!("{all}/{}", added["webhook"]["id"].as_str().expect("an id"));
        answered(examples, "webhooks", &read(all).await, None);
        answered(examples, "deliveries", &read(&format!("{one}/deliveries")).await, None);
        for (id, what) in [("roll_secret", "secret"), ("replay_webhook", "replay")] {
            let changed = http::post_json_as(url(&format!("{one}/{what}")), authorization.clone(), Vec::new()).await;
            answered(examples, id, &changed, None);
        }
        assert_eq!(http::delete_as(url(&one), authorization.clone()).await.status, 204);
    }
}

/// Lets Anna buy two coffees and drink one of them; the reference of the request.
fn buy_and_use(node: &Node) -> String {
    node.apply(TILL, vec![set_campaign("nordmat", 2, coffees(node.now(), 100))]);
    let claimed = node.apply(ANNA, vec![claim("nordmat", 2, ANNA, (2, 80))]);
    let voucher = voucher_id(&node.chain(), &claimed, 0);
    let operation = use_voucher(&node.chain(), ("nordmat", 2), ANNA, voucher);
    let Operation::UseVoucher(one) = &operation else { unreachable!("it was made as a use") };
    let used = one.request.reference.to_string();
    node.apply(ANNA, vec![operation]);
    used
}

fn answered(examples: &mut Map<String, Value>, id: &str, answer: &Answer, request: Option<&[u8]>) -> Value {
    let value: Value = answer.json();
    let entry = examples.entry(id).or_insert_with(|| json!({}));
    entry[format!("answer {}", answer.status)] = value.clone();
    if let Some(request) = request {
        entry["request"] = serde_json::from_slice(request).expect("JSON");
    }
    value
}

fn json_of(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("plain data")
}
