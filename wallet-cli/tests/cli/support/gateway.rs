//! A gateway whose ledger says what a test wants.

use std::collections::HashMap;
use std::sync::OnceLock;

use lojal_types::api::{
    Account, AccountRecovery, Balance, Brand, BrandMotion, BrandMotions, Brands, Foretold, Governance, History, Issue,
    Motion, Netting, NettingPair, Operator, Operators, Partnership, Partnerships, Payment, Reversal, Simulation,
    Status, TransactionState, TransactionStatus, Validator, Validators,
};
use lojal_types::{
    Activity, AddressText, Approvals, Bounded, Expiry, Hash, Height, Lot, NetworkKind, Operation, Outcome, Points,
    PublicKey, SignedReadToken, SignedTransaction, TimeMs, Totals,
};
use lojal_wallet::clock::local_time;

use super::server::{Answer, Request, Server};
use super::{genesis, key, market, name, other, policy, programme};

/// A gateway whose ledger puts every transaction in block 42 with `receipt`, after checking its signature.
pub fn ledger(receipt: Outcome, rotated_key: Option<PublicKey>) -> Server {
    let own = Account { rotated_key, ..account(key().address().to_text(NetworkKind::Test)) };
    Ledger { receipt, ..Ledger::with(vec![own]) }.start()
}

/// The answers of a ledger.
pub struct Ledger {
    /// The receipt of every transaction.
    pub receipt: Outcome,
    /// The accounts that it knows something about.
    pub accounts: Vec<Account>,
    pub partnerships: Vec<Partnership>,
    pub netting: Vec<NettingPair>,
    pub operators: Vec<Operator>,
    /// The number of its admins that kaffet asks for, its wait, and what they are about to decide.
    pub together: (Approvals, Vec<BrandMotion>),
    /// The time at which kaffet leaves, if it does.
    pub kaffet_closes_ms: Option<TimeMs>,
    /// The motions that are undecided.
    pub motions: Vec<Motion>,
    /// The history of every account, the newest first, if it isn't two transfers on a page each.
    pub history: Option<Vec<TransactionStatus>>,
    /// A change of every page of a history: a lie.
    pub lie: Option<fn(&mut History)>,
    /// The answer to every request, if there is one.
    pub payment: Option<Payment>,
    /// True if the ledger is a day ahead once somebody asks for an answer, so that every request is over.
    pub is_late: bool,
    /// The key to which alone accounts are shown, if it isn't everybody.
    pub shown_to: Option<PublicKey>,
    /// The state of the one issue and the one reversal that it knows.
    pub reversed: Option<(Issue, Reversal)>,
    pub programme: programme::Known,
    /// The answer to whoever asks what a transaction would do.
    pub simulation: Option<Simulation>,
}

impl Ledger {
    /// A ledger on which everything succeeds.
    pub fn with(accounts: Vec<Account>) -> Self {
        Self {
            receipt: Outcome::Applied,
            accounts,
            partnerships: vec![],
            netting: vec![],
            operators: vec![],
            together: (Approvals::default(), vec![]),
            kaffet_closes_ms: None,
            motions: vec![],
            history: None,
            lie: None,
            payment: None,
            is_late: false,
            shown_to: None,
            reversed: None,
            programme: programme::Known::default(),
            simulation: None,
        }
    }
    /// The answer to whoever asks what a transaction would do: nothing that shows, if a test doesn't say.
    fn foretold(&self) -> Simulation {
        let (outcome, effects, standings) = (Foretold::Applied, Vec::new(), Vec::new());
        let nothing = Simulation { outcome, effects, standings, height: Height::new(41), time_ms: TimeMs::default() };
        self.simulation.clone().unwrap_or(nothing)
    }
    pub fn start(self) -> Server {
        Server::start(self.answering(|| {}))
    }
    /// A page of a history. Whoever reads on in the largest pages comes to the end.
    fn page(&self, path: &str) -> History {
        let limit = if self.history.is_some() || path.contains("limit=100") { 100 } else { 1 };
        let mut all = self.history.clone().unwrap_or_else(history);
        for (number, status) in (1..).zip(all.iter_mut().rev()) {
            status.activity = Some(number);
        }
        let cursor = path.split_once("cursor=").and_then(|(_, cursor)| cursor.split_once('-')?.0.parse().ok());
        let start =
            cursor.map_or(0, |cursor: u64| all.partition_point(|status| place(status).0 >= Height::new(cursor)));
        let end = all.len().min(start + limit);
        let earlier = activity(&all[end..]);
        let next_cursor = all[start..end].last().filter(|_| end < all.len());
        let next_cursor = next_cursor.map(|last| format!("{}-0", place(last).0));
        let transactions = all[start..end].to_vec();
        let (head, complete_from) = (Some(activity(&all)), None);
        History { head, before: Some(earlier), transactions, only_of: None, complete_from, next_cursor }
    }
    /// The answers of a gateway that does something before it takes a transaction, such as waiting.
    pub fn answering(self, mut before: impl FnMut() + Send + 'static) -> impl FnMut(&Request) -> Answer + Send {
        let mut asked_for_payment = false;
        let mut final_transactions: HashMap<String, TransactionStatus> = HashMap::new();
        move |request| {
            let path = request.path.split('?').next().unwrap_or_default();
            if let Some(refused) = self.refused(path, request.authorization.as_deref()) {
                return refused;
            }
            match (request.method.as_str(), path) {
                ("POST", "/v1/simulate") => Answer::json(200, &self.foretold()),
                ("POST", _) => {
                    before();
                    let status = committed(request, self.receipt);
                    final_transactions.insert(format!("/v1/transactions/{}", status.id), status.clone());
                    let waits = request.path.ends_with("?wait=committed");
                    let state = if waits { status.state.clone() } else { TransactionState::Pending };
                    Answer::json(200, &TransactionStatus { state, ..status })
                }
                (_, path) if path.ends_with("/transactions") => {
                    let mut page = self.page(&request.path);
                    if let Some(lie) = self.lie {
                        lie(&mut page);
                    }
                    Answer::json(200, &page)
                }
                (_, path) if path.starts_with("/v1/transactions/") => match final_transactions.get(path) {
                    Some(status) => Answer::json(200, status),
                    None => Answer::problem(404, "unknown_transaction"),
                },
                (_, path) if path.starts_with("/v1/payments/") => {
                    asked_for_payment = true;
                    let unknown = || Answer::problem(404, "unknown_reference");
                    self.payment.as_ref().map_or_else(unknown, |payment| Answer::json(200, payment))
                }
                // Nothing was reversed before, unless there is a history.
                (_, path)
                    if path.contains("/reversals/") && final_transactions.is_empty() && self.history.is_none() =>
                {
                    Answer::problem(404, "unknown_reference")
                }
                (_, "/v1/status") if self.is_late && asked_for_payment => {
                    let status = network_status();
                    Answer::json(200, &Status { time_ms: status.time_ms.plus_ms(86_400_000), ..status })
                }
                (_, path) => self.read(path),
            }
        }
    }
    fn read(&self, path: &str) -> Answer {
        match path {
            "/v1/status" => Answer::json(200, &network_status()),
            path if programme::is_of(path) => programme::answer(path, &self.programme),
            path if market::answers(path) => market::answer(path),
            "/v1/brands" => {
                let kaffet = Brand { closes_ms: self.kaffet_closes_ms, ..brand("kaffet", 2) };
                Answer::json(200, &Brands { brands: vec![kaffet, brand("nordmat", 0)] })
            }
            "/v1/brands/kaffet" => Answer::json(200, &Brand { approvals: self.together.0, ..brand("kaffet", 2) }),
            "/v1/brands/kaffet/motions" => {
                let (brand, height) = ("kaffet".parse().expect("valid"), Height::new(41));
                let (approvals, motions) = self.together.clone();
                Answer::json(200, &BrandMotions { brand, approvals, motions, height })
            }
            "/v1/brands/fjallet" => Answer::json(200, &brand("fjallet", 0)),
            "/v1/brands/nordmat" => Answer::json(200, &brand("nordmat", 4)),
            "/v1/brands/kaffet/operators" => Answer::json(200, &Operators { operators: self.operators.clone() }),
            "/v1/partnerships" => {
                Answer::json(200, &Partnerships { partnerships: self.partnerships.clone(), next_cursor: None })
            }
            "/v1/governance" => Answer::json(200, &self.governance()),
            "/v1/validators" => Answer::json(200, &validators()),
            path if path.starts_with("/v1/governance/") => {
                let motion = self.motions.iter().find(|one| path.ends_with(&format!("/{}", one.motion)));
                motion.map_or_else(|| Answer::problem(404, "unknown_motion"), |one| Answer::json(200, one))
            }
            "/v1/netting" => {
                let (currency, pairs) = (genesis().document().settlement_currency, self.netting.clone());
                let Status { height, time_ms, .. } = network_status();
                Answer::json(200, &Netting { currency, pairs, height, time_ms, next_cursor: None })
            }
            _ => match &self.reversed {
                Some((issue, _)) if path.starts_with("/v1/brands/kaffet/issues/") => Answer::json(200, issue),
                Some((_, taken)) if path.starts_with("/v1/brands/kaffet/reversals/") => Answer::json(200, taken),
                None if path.contains("/reversals/") || path.contains("/issues/") => {
                    Answer::problem(404, "unknown_reference")
                }
                _ => self.read_account(path),
            },
        }
    }
    /// The refusal of somebody without a token, or with one of another key, where accounts are shown.
    fn refused(&self, path: &str, authorization: Option<&str>) -> Option<Answer> {
        let shown_to = self.shown_to.filter(|_| path.starts_with("/v1/accounts/"))?;
        let token = authorization.and_then(|text| text.strip_prefix("Bearer ")?.parse::<SignedReadToken>().ok());
        let Some(token) = token.filter(|token| token.holds(&genesis().chain_id())) else {
            return Some(Answer::problem(401, "token_missing"));
        };
        let is_right = token.token.public_key == shown_to && token.token.audience.as_str() == "127.0.0.1";
        (!is_right).then(|| Answer::problem(403, "not_permitted"))
    }
    fn governance(&self) -> Governance {
        Governance {
            version: 1,
            scheduled: None,
            parameters: genesis().document().parameters.clone(),
            settings: genesis().document().governance.settings(),
            open: self.motions.clone(),
            closed: vec![],
            height: Height::new(41),
        }
    }
    /// An account that the ledger knows nothing about is as good as one that never received points.
    fn read_account(&self, path: &str) -> Answer {
        let find = |text: &str| self.accounts.iter().find(|account| account.address.to_string() == text);
        if let Some(text) = path.strip_prefix("/v1/households/") {
            let household = find(text).and_then(|account| account.household.clone());
            return household.map_or_else(|| Answer::problem(404, "unknown_household"), |one| Answer::json(200, &one));
        }
        if let Some(text) = path.strip_prefix("/v1/accounts/").and_then(|text| text.strip_suffix("/recovery")) {
            let unknown = || empty(text.parse().expect("an address"));
            return Answer::json(200, &recovery(find(text).cloned().unwrap_or_else(unknown)));
        }
        match path.strip_prefix("/v1/accounts/").map(|text| (text, find(text))) {
            Some((_, Some(account))) => Answer::json(200, account),
            Some((text, None)) => Answer::json(200, &empty(text.parse().expect("an address"))),
            None => Answer::problem(404, "unknown_brand"),
        }
    }
}

/// The part of an account that those who help it see.
fn recovery(account: Account) -> AccountRecovery {
    let Account { address, exists, rotated_key, frozen, guardians, recovery, safeguards, height, .. } = account;
    let time_ms = ledger_time();
    AccountRecovery { address, exists, rotated_key, frozen, guardians, recovery, safeguards, height, time_ms }
}

/// The one validator, for which the wallet's owner speaks.
fn validators() -> Validators {
    let genesis = genesis();
    let validator = genesis.document().validators.first().expect("one validator");
    let address = |address: lojal_types::Address| address.to_text(NetworkKind::Test);
    let one = Validator {
        name: validator.name.clone(),
        address: address(validator.address()),
        public_key: validator.public_key,
        network_key: validator.network_key,
        power: validator.power,
        governor: address(key().address()),
        endpoint: None,
        since: Height::GENESIS,
    };
    Validators { validators: vec![one], total_power: validator.power, followers: vec![], height: Height::new(41) }
}

/// A gateway's answer about a brand.
pub fn brand(id: &str, decimals: u8) -> Brand {
    Brand {
        id: id.parse().expect("valid"),
        name: name(id),
        decimals,
        policy: policy(),
        suspended: false,
        approvals: Approvals::default(),
        closes_ms: None,
        pending_days: 0,
        totals: Totals { issued: Points::new(125_000).into(), ..Totals::default() },
    }
}

/// An account of which the ledger knows nothing.
pub fn empty(address: AddressText) -> Account {
    Account::unknown(address, Height::new(41))
}

/// The time at which every ledger of these tests stands still: a wallet signs only if its clock fits.
fn ledger_time() -> TimeMs {
    static TIME: OnceLock<TimeMs> = OnceLock::new();
    *TIME.get_or_init(|| local_time().expect("a clock"))
}

pub fn network_status() -> Status {
    Status {
        chain_id: genesis().chain_id(),
        height: Height::new(41),
        state_root: Hash::new([0; 32]),
        time_ms: ledger_time(),
        role: lojal_types::api::NodeRole::None,
        validator: None,
        peers: 3,
        mempool: 0,
        version: "0.1.0".into(),
    }
}

/// An account that holds points of two brands.
pub fn account(address: AddressText) -> Account {
    let lot = |month: &str, amount| Lot { expiry: month.parse().expect("valid"), amount: Points::new(amount) };
    let balance =
        |brand: &str, total, lots| Balance { brand: brand.parse().expect("valid"), total, lots, pending: Vec::new() };
    let balances = vec![
        balance("kaffet", Points::new(5), vec![Lot { expiry: Expiry::Never, amount: Points::new(5) }]),
        balance("nordmat", Points::new(1250), vec![lot("2027-03", 800), lot("2028-11", 450)]),
    ];
    Account { exists: true, balances, ..empty(address) }
}

/// The payment of 12.50 kaffet by somebody else.
pub fn payment(held_until_ms: Option<TimeMs>) -> Payment {
    let time_ms = TimeMs::new(1_800_000_001_000).expect("in range");
    let state = TransactionState::Committed { height: Height::new(42), index: 0, time_ms, receipt: Outcome::Applied };
    let id = lojal_types::TransactionId::new([4; 32]);
    let transaction = TransactionStatus { id, state, transaction: None, activity: None };
    let (brand, amount) = ("kaffet".parse().expect("valid"), Points::new(1250));
    Payment { brand, from: other(), amount, held_until_ms, transaction }
}

/// The block and the outcome of a transaction.
fn place(status: &TransactionStatus) -> (Height, Outcome) {
    let TransactionState::Committed { height, receipt, .. } = status.state else { panic!("it isn't committed") };
    (height, receipt)
}

/// The activity after these transactions, the newest first.
fn activity(transactions: &[TransactionStatus]) -> Activity {
    let with = |activity: Activity, status: &TransactionStatus| {
        let (height, outcome) = place(status);
        activity.with(&status.id, height, &outcome)
    };
    transactions.iter().rev().fold(Activity::default(), with)
}

fn history() -> Vec<TransactionStatus> {
    let transfer = |height: u64| {
        let transfer = lojal_types::Transfer {
            brand: "kaffet".parse().expect("valid"),
            from: key().address(),
            to: other().to_canonical(NetworkKind::Test).expect("a test address"),
            amount: Points::new(1250),
        };
        let transaction = lojal_types::Transaction {
            chain: genesis().chain_id().tag(),
            sender: key().address(),
            valid_until_ms: TimeMs::default(),
            nonce: height,
            operations: Bounded::new(vec![Operation::Transfer(transfer)]).expect("one"),
        };
        let id = transaction.id(&genesis().chain_id());
        let signed = transaction.sign(&genesis().chain_id(), &key()).to_text(NetworkKind::Test);
        let time_ms = TimeMs::new(1_800_000_000_000).expect("in range");
        let (height, index, receipt) = (Height::new(height), 0, Outcome::Applied);
        let state = TransactionState::Committed { height, index, time_ms, receipt };
        TransactionStatus { id, state, transaction: Some(signed), activity: None }
    };
    vec![transfer(40), transfer(30)]
}

fn signed_in(request: &Request) -> SignedTransaction {
    let signed = SignedTransaction::decode(&request.body).expect("canonical bytes");
    signed.clone().verify(&genesis().chain_id()).expect("signed for this network");
    signed
}

fn committed(request: &Request, receipt: Outcome) -> TransactionStatus {
    let time_ms = TimeMs::new(1_800_000_001_000).expect("in range");
    let state = TransactionState::Committed { height: Height::new(42), index: 0, time_ms, receipt };
    let id = signed_in(request).transaction.id(&genesis().chain_id());
    TransactionStatus {
        id,
        state,
        transaction: Some(signed_in(request).to_text(lojal_types::NetworkKind::Test)),
        activity: None,
    }
}

/// The only operation that was submitted.
pub fn only_operation(server: &Server) -> Operation {
    let [signed] = &submitted(server)[..] else { panic!("not one transaction") };
    let [operation] = &signed.transaction.operations[..] else { panic!("not one operation") };
    operation.clone()
}

pub fn submitted(server: &Server) -> Vec<SignedTransaction> {
    let is_sent = |request: &&Request| request.method == "POST" && request.path != "/v1/simulate";
    server.requests().iter().filter(is_sent).map(signed_in).collect()
}
