//! The connector's program, with a key for everything, and a till that speaks to it in plain HTTP.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::described;
use crate::network::Network;
use crate::programs::{Running, program, run};

/// A connector of nordmat.
pub struct Connector {
    pub dir: PathBuf,
    pub url: String,
    pub key: String,
    running: Option<Running>,
}

/// The connector's program.
pub fn lojal_connect(arguments: &[&str]) -> std::process::Command {
    let mut command = program("lojal-connect");
    command.env("LOJAL_PASSPHRASE", "devnet").args(arguments);
    command
}

impl Connector {
    /// Makes one that asks these gateways, and starts it.
    pub fn start(network: &Network, gateways: &[String]) -> Self {
        let (wallet, dir) = (network.scratch().join("operator"), network.scratch().join("connect"));
        fs::create_dir(&wallet).expect("a new directory");
        for file in ["key.json", "genesis.toml"] {
            fs::copy(network.wallet("nordmat").join(file), wallet.join(file)).expect("a wallet's file");
        }
        fs::write(wallet.join("wallet.toml"), format!("gateways = {gateways:?}\n")).expect("writable");
        let text = dir.display().to_string();
        let listen = ["--brand", "nordmat", "--listen", "127.0.0.1:0"];
        run(lojal_connect(&["init", "--dir", &text]).args(listen).arg("--wallet").arg(&wallet)).success();
        let roles = ["--name", "till 7", "--roles", "earn,pay,capture,return,read,claim,grant"];
        let key = run(lojal_connect(&["key", "add", "--dir", &text]).args(roles)).success();
        let mut connector = Self { dir, url: String::new(), key: key.trim_end().to_owned(), running: None };
        connector.start_again();
        connector
    }
    /// Starts it on what it has.
    pub fn start_again(&mut self) {
        let mut running = Running::start(lojal_connect(&["run", "--dir"]).arg(&self.dir));
        self.url = running.line("the line that starts with ready", |line| {
            let rest = line.strip_prefix("ready: ")?;
            rest.split(' ').next().map(str::to_owned)
        });
        self.running = Some(running);
    }
    /// Kills it as a power cut does.
    pub fn kill(&mut self) {
        self.running.take().expect("it runs").kill();
    }
    /// Stops it in order.
    pub fn stop(&mut self) {
        assert!(self.running.take().expect("it runs").interrupt().success(), "SIGINT is no failure");
    }

    pub fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.post_with(&self.key, path, body)
    }
    pub fn post_with(&self, key: &str, path: &str, body: &Value) -> (u16, Value) {
        let request = ureq::post(format!("{}{path}", self.url)).config().http_status_as_error(false).build();
        let request = request.header("Authorization", format!("Bearer {key}")).content_type("application/json");
        let answer = answer(request.send(body.to_string().as_bytes()));
        described::check("post", path, Some(body), (answer.0, &answer.1));
        answer
    }
    pub fn get(&self, path: &str) -> (u16, Value) {
        let request = ureq::get(format!("{}{path}", self.url)).config().http_status_as_error(false).build();
        let answer = answer(request.header("Authorization", format!("Bearer {}", self.key)).call());
        described::check("get", path, None, (answer.0, &answer.1));
        answer
    }
}

#[track_caller]
fn answer(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> (u16, Value) {
    let mut answer = answer.expect("the connector answers");
    let text = answer.body_mut().read_to_string().expect("text");
    (answer.status().as_u16(), serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}")))
}
