//! A command line for every command.

use std::path::PathBuf;

use lojal_types::{
    Bounded, ChainTag, KeyPair, NetworkKind, Operation, Points, Request, RequestKind, Salt, SignedTransaction,
    Transaction, Transfer,
};
use lojal_wallet::backup::Backup;
use lojal_wallet::uri::{ClaimOffer, HoldTicket, PaymentRequest};

use super::gateway::network_status;
use super::market::OFFER;
use super::programme::voucher;
use super::{Wallet, genesis, key, other, pool, receipt};

/// A command line, without the options of every command.
pub struct Line {
    /// The words that name the command.
    pub name: &'static str,
    /// The rest of it.
    pub arguments: Vec<String>,
    /// True if it can't be done without a gateway.
    pub asks: bool,
}

impl Line {
    /// All of it, with more behind.
    pub fn with<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        let arguments = self.arguments.iter().map(String::as_str);
        self.name.split(' ').chain(arguments).chain(more.iter().copied()).collect()
    }
}

/// The files that command lines name, beside the home of a wallet.
struct Files<'a>(&'a Wallet);

impl Files<'_> {
    /// A place where nothing is.
    fn free(&self, name: &str) -> String {
        self.0.home().with_file_name(name).display().to_string()
    }
    fn of(&self, name: &str, text: &str) -> String {
        self.0.file(name, text)
    }
}

/// The words of a wallet that was lost.
fn words() -> String {
    Backup::from_entropy([3; 32]).words().to_string()
}

/// A request of a till for 12.50 kaffet.
fn request() -> Request {
    let now = network_status().time_ms;
    let (brand, amount, kind) = ("kaffet".parse().expect("valid"), Points::new(1250), RequestKind::Redeem);
    let (dated, until_ms, salt) = (now.day(), now.plus_ms(600_000), Salt::new([7; 16]));
    Request { brand, amount, kind, dated, until_ms, household: None, salt }
}

fn chain() -> ChainTag {
    genesis().chain_id().tag()
}

fn scanned_request() -> String {
    PaymentRequest { chain: chain(), request: request() }.to_uri()
}

fn ticket() -> String {
    let (request, hold_reference) = (request(), receipt("held"));
    let (brand, amount, expires_ms) = (request.brand, request.amount, request.until_ms);
    let (from, hold_dated) = (key().address(), request.dated);
    HoldTicket { chain: chain(), brand, from, hold_reference, hold_dated, amount, expires_ms }.to_uri()
}

/// A brand's claim code for the account that this wallet has already.
fn offer() -> String {
    let (brand, account, until_ms) = ("kaffet".parse().expect("valid"), key().address(), network_status().time_ms);
    ClaimOffer { chain: chain(), brand, account, code: [7; 16], until_ms, url: super::server::NOBODY.to_owned() }
        .to_uri()
}

/// A transaction that is on the ledger.
pub fn transaction() -> SignedTransaction {
    let to = other().to_canonical(NetworkKind::Test).expect("a test address");
    let (brand, from, amount) = ("kaffet".parse().expect("valid"), key().address(), Points::new(1250));
    let transfer = Operation::Transfer(Transfer { brand, from, to, amount });
    let operations = Bounded::new(vec![transfer]).expect("one");
    let (sender, valid_until_ms) = (key().address(), network_status().time_ms);
    let transaction = Transaction { chain: chain(), sender, valid_until_ms, nonce: 7, operations };
    transaction.sign(&genesis().chain_id(), &key())
}

fn line(asks: bool, name: &'static str, arguments: &[&str]) -> Line {
    Line { name, arguments: arguments.iter().map(|&one| one.to_owned()).collect(), asks }
}

fn asking(name: &'static str, arguments: &[&str]) -> Line {
    line(true, name, arguments)
}

fn alone(name: &'static str, arguments: &[&str]) -> Line {
    line(false, name, arguments)
}

/// The command lines, in an order in which each finds what those before it have written.
///
/// `gateway` is the one whose pages are looked at; all others come with options.
pub fn every(wallet: &Wallet, gateway: &str) -> Vec<Line> {
    let files = Files(wallet);
    let lines = [
        of_the_wallet(&files),
        of_members(gateway),
        of_tills(&files),
        of_households(),
        of_guardians(),
        of_programmes(&files),
        of_brands(&files),
    ];
    lines.into_iter().flatten().chain(of_governors(&files)).collect()
}

fn of_the_wallet(files: &Files<'_>) -> Vec<Line> {
    let genesis = files.0.genesis_file();
    let (words, key) = (files.of("words", &words()), files.free("anna.key"));
    let (new, restored, imported) = (files.free("new"), files.free("restored"), files.free("imported"));
    let nobody = super::server::NOBODY;
    vec![
        alone("init", &["--home", &new, "--genesis", &genesis, "--gateway", nobody, "--words-out", "-"]),
        asking("restore", &["--home", &restored, "--genesis", &genesis, "--words-file", &words]),
        alone("key new", &[&files.free("new.words")]),
        alone("key export", &[&key]),
        asking("key import", &[&key, "--home", &imported, "--genesis", &genesis]),
        alone("address", &["--qr"]),
        alone("token", &[]),
        alone("lock", &[]),
        alone("profile add", &["till", "--home", &new]),
        alone("profile use", &["till"]),
        alone("profile list", &[]),
        alone("profile remove", &["till"]),
        alone("contact add", &["bo", &other().to_string()]),
        alone("contact list", &[]),
        alone("contact remove", &["bo"]),
        alone("config set", &["trust", "no"]),
        alone("config get", &[]),
        alone("completions", &["bash"]),
        alone("man", &[&files.free("man1")]),
        alone("schema", &["send"]),
    ]
}

fn of_members(gateway: &str) -> Vec<Line> {
    let to = other().to_string();
    vec![
        asking("status", &[]),
        asking("light", &[]),
        asking("brands", &[]),
        asking("balance", &[]),
        asking("history", &[]),
        asking("statement", &[]),
        asking("watch", &["--count", "1"]),
        asking("listen", &["--forward", super::server::NOBODY, "--count", "1"]),
        asking("send", &[&to, "0.01", "kaffet"]),
        asking("redeem", &["0.01", "kaffet"]),
        asking("convert", &["10", "kaffet", "fjallet", "--yes"]),
        asking("offer", &["10", "kaffet", "5", "fjallet", "--ending", "never", "--yes"]),
        asking("offers", &[]),
        asking("take", &["5", "fjallet", "kaffet", "--yes"]),
        asking("withdraw", &[OFFER]),
        asking("netting", &[]),
        asking("rotate-key", &["--dry-run"]),
        asking("web verify", &[gateway]),
    ]
}

fn of_tills(files: &Files<'_>) -> Vec<Line> {
    let (to, id) = (other().to_string(), transaction().transaction.id(&genesis().chain_id()).to_string());
    let (built, saved) = (files.free("pay.tx"), files.free("receipt.json"));
    let signed = format!("{built}.signed");
    let reference = receipt("paid").to_string();
    let (scanned, ticket) = (scanned_request(), ticket());
    let of_issue = ["kaffet", "--receipt", "R-2", "--of-receipt", "R-1"];
    vec![
        asking("request", &["12.50", "kaffet"]),
        asking("payment", &[&reference]),
        asking("reference", &["redeem", "kaffet", "--receipt", "paid"]),
        asking("claim", &[&offer(), "--yes"]),
        asking("pay", &[&scanned, "--yes"]),
        asking("hold", &["12.50", "kaffet", "--for", "2h"]),
        asking("capture", &[&ticket]),
        asking("release", &[&ticket]),
        asking("issue", &[&to, "1", "kaffet", "--receipt", "R-0"]),
        asking("reverse", &[&[to.as_str(), "1"][..], &of_issue].concat()),
        asking("tx", &[&id]),
        asking("tx build", &[&built, "send", &to, "1", "kaffet"]),
        alone("tx sign", &[&built, "--yes"]),
        alone("tx decode", &[&signed]),
        asking("tx submit", &[&signed]),
        asking("receipt save", &[&id, &saved]),
        alone("receipt verify", &[&saved]),
    ]
}

fn of_households() -> Vec<Line> {
    let (to, at) = (other().to_string(), pool().to_string());
    vec![
        asking("household create", &[]),
        asking("household show", &[]),
        asking("household invite", &[&to, "--role", "child", "--limit", "kaffet=5"]),
        asking("household join", &[&at]),
        asking("household leave", &[]),
        asking("household set", &[&to, "--role", "adult"]),
        asking("household remove", &[&to]),
    ]
}

fn of_guardians() -> Vec<Line> {
    let (lost, new_key) = (other().to_string(), key().public_key().to_string());
    vec![
        asking("freeze", &["--yes"]),
        asking("unfreeze", &[]),
        asking("guardians show", &[]),
        asking("guardians set", &["kaffet"]),
        asking("guardians agree", &[&lost, "--yes"]),
        asking("recover start", &[&lost]),
        asking("recover approve", &[&lost, &new_key, "--yes"]),
        asking("recover status", &[&lost]),
        asking("recover finish", &[&lost]),
        asking("recover cancel", &[]),
    ]
}

fn of_brands(files: &Files<'_>) -> Vec<Line> {
    let till = KeyPair::from_seed(&[9; 32]);
    let (till_key, till) = (till.public_key().to_string(), till.address().to_text(NetworkKind::Test).to_string());
    let actions = files
        .of("actions.toml", "[[actions]]\ntype = \"set_approvals\"\nbrand = \"kaffet\"\nneeded = 1\ndelay_ms = 0\n");
    let terms = ["--rate", "1/2", "--price", "0.25", "--daily-max", "10", "--owed-max", "5", "--until", "2099-01-01"];
    vec![
        asking("policy show", &["kaffet"]),
        asking("policy set", &["kaffet", "--expiry-months", "36", "--yes"]),
        asking("policy pending", &["kaffet", "14", "--yes"]),
        asking("operator list", &["kaffet"]),
        asking("operator set", &["kaffet", &till_key, "--roles", "issue"]),
        asking("operator remove", &["kaffet", &till]),
        asking("webhook add", &["kaffet", "https://shop.example.org/lojal"]),
        asking("webhook secret", &["kaffet", "wh_1"]),
        asking("webhook list", &["kaffet"]),
        asking("webhook deliveries", &["kaffet", "wh_1"]),
        asking("webhook replay", &["kaffet", "wh_1"]),
        asking("webhook remove", &["kaffet", "wh_1"]),
        asking("partner list", &[]),
        asking("partner propose", &[&["kaffet", "fjallet"][..], &terms, &["--yes"]].concat()),
        asking("partner accept", &["kaffet", "fjallet", "--yes"]),
        asking("partner end", &["kaffet", "fjallet"]),
        asking("brand approvals", &["kaffet", "--needed", "1", "--delay", "none", "--yes"]),
        asking("brand close", &["kaffet", "--on", "2099-07-01", "--yes"]),
        asking("brand transactions", &["kaffet", "--kind", "issue", "--since", "2026-01-01"]),
        asking("brand accounts", &["kaffet"]),
        asking("brand expiring", &["kaffet", "--months", "3"]),
        asking("brand statistics", &["kaffet"]),
        asking("brand motion list", &["kaffet"]),
        asking("brand motion show", &["kaffet", "4"]),
        asking("brand motion propose", &["kaffet", "--actions", &actions, "--yes"]),
        asking("brand motion approve", &["kaffet", "4", "--yes"]),
        asking("brand motion stop", &["kaffet", "4", "--yes"]),
        asking("settle", &["100", "kaffet", "nordmat", "--receipt", "paid"]),
    ]
}

fn of_programmes(files: &Files<'_>) -> Vec<Line> {
    let to = other().to_string();
    let terms = format!("stamp_max = 10\ntake_back_days = 7\nabout = \"{}\"\n", "07".repeat(32));
    let terms = files.of("terms.toml", &format!("{terms}[kind]\ntype = \"rolling\"\nmonths = 6\n"));
    let paid = receipt("paid").to_string();
    let campaign = files.of("campaign.toml", super::programme::CLUB);
    let people = files.of("people.csv", &format!("address,amount\n{to},1\n"));
    let shown = files.free("shown.txt");
    vec![
        asking("standing", &[]),
        asking("leaders", &["kaffet", "1"]),
        asking("show", &["kaffet", "--to", "shop.example", "--file", &shown]),
        alone("presentation verify", &[&shown, "--to", "shop.example"]),
        asking("refer", &["kaffet", "1"]),
        asking("vouchers", &[]),
        asking("use", &["kaffet", &voucher(5).to_string(), "--yes"]),
        asking("refund", &["redeem", &paid, &to, "1", "kaffet", "--receipt", "R-6", "--yes"]),
        asking("return", &[&voucher(5).to_string(), "--yes"]),
        asking("consent", &["kaffet", "--ranks"]),
        asking("track list", &["kaffet"]),
        asking("track show", &["kaffet", "1"]),
        asking("track set", &["kaffet", "--terms", &terms, "--yes"]),
        asking("campaign list", &["kaffet"]),
        asking("campaign show", &["kaffet", "1"]),
        asking("campaign set", &["kaffet", "9", &campaign, "--yes"]),
        asking("campaign pause", &["kaffet", "1"]),
        asking("campaign resume", &["kaffet", "1"]),
        asking("campaign invite", &["kaffet", "9", &people, "--out", &files.free("invited.jsonl")]),
        asking("campaign accept", &["kaffet", "1", "--yes"]),
        asking("grant", &["kaffet", "1", &to, "--receipt", "R-5"]),
        asking("stamp", &["kaffet", "1", &to, "1", "--receipt", "R-3"]),
        asking("takeback", &["kaffet", &to, "1", "--receipt", "R-4", "--of-receipt", "stamped"]),
    ]
}

fn of_governors(files: &Files<'_>) -> Vec<Line> {
    let sign = format!("[{{\"index\": 1, \"time_ms\": 5, \"signature\": \"{}\"}}]", "11".repeat(64));
    let signs = files.of("signs.json", &sign);
    vec![
        asking("govern list", &[]),
        asking("govern show", &["7"]),
        asking("govern propose", &["--suspend", "nordmat", "--yes"]),
        asking("govern approve", &["7", "--yes"]),
        asking("govern withdraw", &["7", "--yes"]),
        asking("govern activate", &["7", "--signs", &signs, "--yes"]),
        asking("govern endpoint", &["/ip4/127.0.0.1/tcp/7900", "--yes"]),
    ]
}

/// The names of all commands that do something, as the pages of the manual have them.
pub fn names(wallet: &Wallet) -> Vec<String> {
    let dir: PathBuf = wallet.home().with_file_name("all pages");
    let json = wallet.run(&["man", &dir.display().to_string(), "--json"]).json();
    let pages: Vec<String> = serde_json::from_value(json["pages"].clone()).expect("a list of names");
    let text = |page: &String| std::fs::read_to_string(dir.join(page)).expect("written");
    // A page with subcommands is no command of its own; `lojal tx` is both.
    let is_one = |page: &&String| *page == "lojal-tx.1" || !text(page).contains(".SH SUBCOMMANDS");
    pages.iter().filter(is_one).map(|page| name_of(page, &pages)).collect()
}

/// The words of a command: a hyphen in its page's name stands between two of them where those before it have a page.
fn name_of(page: &str, pages: &[String]) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut known = "lojal".to_owned();
    for part in page.trim_end_matches(".1").split('-').skip(1) {
        let is_continued = words.last().is_some() && !pages.contains(&format!("{known}.1"));
        match words.last_mut().filter(|_| is_continued) {
            Some(word) => *word = format!("{word}-{part}"),
            None => words.push(part.to_owned()),
        }
        known = format!("{known}-{part}");
    }
    words.join(" ")
}
