//! Development networks beside other programs, and whose terminal goes away.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use lojal_client::Client;
use lojal_types::api::NodeRole;

/// The time that anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(90);
/// The time after which a condition that can't announce itself is looked at again.
const POLL: Duration = Duration::from_millis(20);

fn lojal_node(arguments: &[&str], dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lojal-node"));
    command.args(arguments).current_dir(dir).stdin(Stdio::null());
    command
}

fn finish(arguments: &[&str], dir: &Path) -> (Output, String) {
    let output = lojal_node(arguments, dir).output().expect("the program was built for this test");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    (output, stderr)
}

/// The first of two ports that are free, with those of the validators 100 above and those of metrics 200; each call
/// gives others.
fn free_ports() -> u16 {
    static CALLS: AtomicU16 = AtomicU16::new(0);
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    // Another test run on this machine starts elsewhere.
    let own = u16::try_from(std::process::id() % 97).expect("less than 97") + CALLS.fetch_add(29, Ordering::Relaxed);
    let mut bases = (0..29).map(|step| 33_000 + (own + step) % 97 * 300);
    bases.find(|base| [0, 1, 100, 101, 200, 201].iter().all(|more| is_free(base + more))).expect("some ports are free")
}

fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "gave up waiting for {what}");
        std::thread::park_timeout(POLL);
    }
}

fn signal(name: &str, process: u32) {
    let status = Command::new("kill").args([format!("-{name}"), process.to_string()]).status();
    assert!(status.expect("every Unix has kill").success());
}

/// A network that runs, and what it printed until its last validator was named. It is killed when dropped, and its
/// validators stop then.
struct Devnet {
    child: Child,
    chain: String,
    last_process: u32,
}

impl Devnet {
    /// Starts a network and reads what it prints; then nobody reads any more.
    fn start(arguments: &[&str], dir: &Path) -> Self {
        let mut command = lojal_node(arguments, dir);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it was built");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines().map_while(Result::ok);
        let chain = lines.find_map(|line| line.strip_prefix("ready: chain ").map(str::to_owned));
        let last = lines.by_ref().take_while(|line| !line.is_empty()).last();
        let process = last.and_then(|line| line.rsplit_once("process ")?.1.parse().ok());
        Self { child, chain: chain.expect("it got ready"), last_process: process.expect("a process is named") }
    }
}

impl Drop for Devnet {
    fn drop(&mut self) {
        // One that has ended already needs no killing.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_network_goes_on_when_nobody_reads_what_it_prints_any_more() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let base = free_ports();
    let port = base.to_string();
    let mut devnet = Devnet::start(&["devnet", "--dir", "a", "--validators", "2", "--port-base", &port], dir.path());
    // Now it has something to print.
    signal("KILL", devnet.last_process);
    let gone = Path::new("/proc").join(devnet.last_process.to_string());
    eventually("the devnet to notice", || !gone.exists());
    let client = Client::new(&format!("http://127.0.0.1:{base}")).expect("an address");
    assert!(client.status().is_ok(), "the other validator answers");
    signal("INT", devnet.child.id());
    eventually("the end", || devnet.child.try_wait().expect("a child of ours").is_some());
    let status = devnet.child.wait().expect("a child of ours");
    let mut stderr = String::new();
    devnet.child.stderr.take().expect("piped").read_to_string(&mut stderr).expect("UTF-8");
    assert!(status.success(), "{status}: {stderr}");
    assert_eq!(stderr, "");
}

#[test]
fn followers_are_let_in_once_and_start_again_with_their_network() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let base = free_ports();
    let port = base.to_string();
    let arguments = ["devnet", "--dir", "a", "--validators", "1", "--followers", "1", "--port-base", &port];
    for start in 0..2 {
        let mut devnet = Devnet::start(&arguments, dir.path());
        let client = Client::new(&format!("http://127.0.0.1:{}", base + 1)).expect("an address");
        assert_eq!(client.status().expect("it answers").role, NodeRole::Follower, "start {start}");
        let followers = client.validators().expect("it answers").followers;
        assert_eq!(followers.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["follower-0"]);
        assert_eq!(client.governance().expect("it answers").closed.len(), 1, "the governors have voted once");
        for (brand, tracks, campaigns) in [("kaffet", 1, 5), ("fjallen", 2, 4), ("havshotell", 0, 4), ("nordmat", 2, 6)]
        {
            let brand = brand.parse().expect("an id");
            let begun = client.tracks(&brand).expect("it answers").last.get();
            let given = client.campaigns(&brand).expect("it answers");
            assert_eq!((begun, given.last.get()), (tracks, campaigns), "{brand} has begun its programme once");
            assert!(given.campaigns.iter().all(|one| one.accepted != Some(false)), "the sponsors of {brand} pay");
        }
        for (sell, buy) in [("havshotell", "nordmat"), ("nordmat", "havshotell")] {
            let [sell, buy] = [sell, buy].map(|brand| brand.parse().expect("an id"));
            // A gateway that has just started looks through the state before it knows all offers.
            let market = || client.market(&sell, &buy).expect("it answers");
            eventually("the market", || !market().more && !market().offers.is_empty());
            assert_eq!(market().offers.len(), 2, "neighbours have offered {sell} for {buy} once");
        }
        signal("INT", devnet.child.id());
        eventually("the end", || devnet.child.try_wait().expect("a child of ours").is_some());
    }
    let (output, stderr) = finish(&["devnet", "--dir", "a", "--followers", "2"], dir.path());
    assert!(!output.status.success() && stderr.contains("has --followers 1"), "{stderr}");
}

#[test]
fn a_validator_that_runs_shows_its_status_and_passes_its_check() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let base = free_ports();
    let port = base.to_string();
    let _devnet = Devnet::start(&["devnet", "--dir", "a", "--validators", "2", "--port-base", &port], dir.path());
    let status = || finish(&["status", "--dir", "a/node-0", "--json"], dir.path()).0;
    let shown = || String::from_utf8_lossy(&status().stdout).into_owned();
    eventually("the peer's height", || {
        shown().contains("\"is_signing\": true") && !shown().contains("\"height\": null")
    });
    let (once, stderr) = finish(&["status", "--dir", "a/node-0", "--once"], dir.path());
    let text = String::from_utf8_lossy(&once.stdout);
    assert!(
        once.status.success() && text.contains("1 connected of 1") && text.contains("protocol 2"),
        "{text}{stderr}"
    );
    let gateway = format!("http://127.0.0.1:{base}");
    let (checked, _) = finish(&["check", "--dir", "a/node-0", "--gateway", &gateway], dir.path());
    let text = String::from_utf8_lossy(&checked.stdout);
    // A disk of a machine that builds may be full, or slow.
    let is_found = |line: &&str| line.starts_with("FOUND") && !line.contains("disk:") && !line.contains("sync:");
    assert_eq!(text.lines().filter(is_found).collect::<Vec<_>>(), Vec::<&str>::new(), "{text}");
    for looked in ["runs in this directory", "as the data has it", "takes connections at", "clock: the last block"] {
        assert!(text.contains(looked), "{looked}: {text}");
    }
    let (exported, stderr) = finish(&["guard", "export", "--dir", "a/node-0"], dir.path());
    assert!(exported.status.code() == Some(1) && stderr.contains("stop it first"), "{stderr}");
}

#[test]
fn a_network_never_takes_another_one_for_its_own() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let port = free_ports().to_string();
    let start = |name: &'static str| ["devnet", "--dir", name, "--validators", "1", "--port-base"].map(str::to_owned);
    let with_port = |name| start(name).into_iter().chain([port.clone()]).collect::<Vec<String>>();
    let arguments = with_port("a");
    let devnet = Devnet::start(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), dir.path());
    for (name, who) in [("b", format!("another network, chain {}", devnet.chain)), ("a", "this network".to_owned())] {
        let arguments = with_port(name);
        let (output, stderr) = finish(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), dir.path());
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(!String::from_utf8_lossy(&output.stdout).contains("ready"));
        assert!(stderr.contains(&format!("port {port} is taken by {who}")), "{stderr}");
        assert!(stderr.contains(&format!("process {}, lojal-node", devnet.last_process)), "{stderr}");
    }
}

#[test]
fn any_program_at_any_of_the_ports_is_named_and_nothing_is_started() {
    for offset in [0, 100] {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let base = free_ports();
        let taken = TcpListener::bind(("127.0.0.1", base + offset)).expect("a free port");
        // It hangs up at once, whatever it is asked.
        std::thread::spawn(move || taken.incoming().for_each(drop));
        for more in [&[][..], &["--tour"]] {
            let port = base.to_string();
            let arguments = ["devnet", "--dir", "a", "--validators", "1", "--port-base", &port];
            let (output, stderr) = finish(&[&arguments[..], more].concat(), dir.path());
            assert_eq!(output.status.code(), Some(1));
            let named = format!("port {} is taken by another program (process {}", base + offset, std::process::id());
            assert!(stderr.contains(&named), "{stderr}");
            assert!(!dir.path().join("a/node-0/node.log").exists());
            std::fs::remove_dir_all(dir.path().join("a")).expect("there");
        }
    }
}
