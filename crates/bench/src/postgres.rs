//! The baseline: PostgreSQL with a transfer function, on the same disk, as durable as it is by default.

mod pgbench;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;

pub use self::pgbench::{Bench, Script};
use crate::disk::{self, Size};
use crate::error::BenchError;
use crate::process::{ended_children_cpu_s, family_cpu_s, family_resident_bytes};

/// The directory where Debian's postgresql-15 keeps its programs.
pub const PROGRAMS: &str = "/usr/lib/postgresql/15/bin";
/// The account that Debian's package makes; the server refuses to run as root.
const USER: &str = "postgres";
/// The time that the server may take to start.
const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(50);
/// Points that every account starts with, and the first month: the same as on the network.
const START: [&str; 4] = ["-v", "points=1000000", "-v", "month=24322"];

/// The settings that differ from PostgreSQL's defaults. Everything about durability is the default, and named so that
/// nobody has to look it up; memory and write-ahead log have room, so that checkpoints don't get in the way.
pub const SETTINGS: [(&str, &str); 13] = [
    ("fsync", "on"),
    ("synchronous_commit", "on"),
    ("full_page_writes", "on"),
    ("autovacuum", "on"),
    ("shared_buffers", "2GB"),
    ("effective_cache_size", "6GB"),
    ("work_mem", "16MB"),
    ("wal_buffers", "64MB"),
    ("max_wal_size", "16GB"),
    ("checkpoint_timeout", "15min"),
    ("checkpoint_completion_target", "0.9"),
    ("max_connections", "200"),
    ("listen_addresses", "''"),
];

/// A server of its own, stopped and forgotten when dropped.
pub struct Postgres {
    programs: PathBuf,
    data: PathBuf,
    /// Unix sockets must have short paths, so these don't lie with the data.
    socket: tempfile::TempDir,
    server: Child,
    runs: u32,
}

/// The counts of pgbench and the server in one slice of time.
#[derive(Clone, Debug, Serialize)]
pub struct Slice {
    /// The report of pgbench.
    pub bench: Bench,
    /// CPU time of the server's processes.
    pub server_cpu_s: f64,
    /// CPU time of pgbench.
    pub client_cpu_s: f64,
}

impl Postgres {
    /// Makes a database cluster in a directory, which must not exist, and starts its server.
    pub fn start(programs: &Path, dir: &Path) -> Result<Self, BenchError> {
        for name in ["initdb", "postgres", "psql", "pgbench"] {
            let path = programs.join(name);
            if !path.exists() {
                return Err(BenchError::PostgresMissing(path));
            }
        }
        fs::create_dir_all(dir).map_err(BenchError::file(dir))?;
        let socket = tempfile::Builder::new().prefix("lojal-bench-").tempdir().map_err(BenchError::file(dir))?;
        if is_root() {
            for path in [dir, socket.path()] {
                success("chown", Command::new("chown").arg(USER).arg(path))?;
            }
        }
        let data = dir.join("data");
        let mut initdb = unprivileged(&programs.join("initdb"));
        success("initdb", initdb.args(["--auth=trust", "--username", USER, "-D"]).arg(&data))?;
        let mut command = unprivileged(&programs.join("postgres"));
        for (name, value) in SETTINGS {
            command.arg("-c").arg(format!("{name}={}", value.trim_matches('\'')));
        }
        command.arg("-c").arg(format!("unix_socket_directories={}", socket.path().display()));
        let log = dir.join("log");
        let log_file = fs::File::create(&log).map_err(BenchError::file(&log))?;
        let spawned = command.arg("-D").arg(&data).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log_file).spawn();
        let server = spawned.map_err(|error| BenchError::program("postgres", error))?;
        let mut postgres = Self { programs: programs.to_owned(), data, socket, server, runs: 0 };
        postgres.wait_until_ready(&log)?;
        Ok(postgres)
    }
    fn wait_until_ready(&mut self, log: &Path) -> Result<(), BenchError> {
        let deadline = Instant::now() + PATIENCE;
        while self.psql("postgres", &[], "SELECT 1").is_err() {
            let ended = self.server.try_wait().ok().flatten();
            if ended.is_some() || Instant::now() > deadline {
                let text = fs::read_to_string(log).unwrap_or_default();
                return Err(BenchError::program("postgres", text.trim()));
            }
            thread::sleep(POLL);
        }
        Ok(())
    }

    /// Makes a database with the baseline's tables and functions and so many accounts.
    pub fn create(&self, database: &str, accounts: usize) -> Result<(), BenchError> {
        self.psql("postgres", &[], &format!("CREATE DATABASE {database}"))?;
        for script in [pgbench::SCHEMA, pgbench::TRANSFER, pgbench::HUNDRED] {
            self.psql(database, &[], script)?;
        }
        let count = format!("accounts={accounts}");
        let variables = [START.as_slice(), &["-v", &count]].concat();
        self.psql(database, &variables, pgbench::ACCOUNTS)?;
        Ok(())
    }
    /// The server's version, as it tells it.
    pub fn version(&self) -> Result<String, BenchError> {
        Ok(self.psql("postgres", &[], "SHOW server_version")?.trim().to_owned())
    }
    /// Checks that the books add up, and counts the transfers.
    ///
    /// # Errors
    /// When balances, lots and entries contradict each other.
    pub fn check(&self, database: &str) -> Result<u64, BenchError> {
        let answer = self.psql(database, &[], pgbench::CHECK)?;
        let fields: Vec<&str> = answer.trim().split('|').collect();
        match fields.as_slice() {
            [transfers, "t", "t", "t"] => transfers.parse().map_err(|_| BenchError::unreadable("the check", &answer)),
            _ => Err(BenchError::unreadable("the check of the baseline's books", &answer)),
        }
    }
    /// The size of a database on disk, in bytes, its indexes included and its write-ahead log left out.
    pub fn database_bytes(&self, database: &str) -> Result<u64, BenchError> {
        let answer = self.psql("postgres", &[], &format!("SELECT pg_database_size('{database}')"))?;
        answer.trim().parse().map_err(|_| BenchError::unreadable("the database's size", &answer))
    }
    /// The size of everything on disk, write-ahead log included.
    pub fn size(&self) -> Size {
        disk::size(&self.data)
    }
    /// Memory of all the server's processes; what they share is counted once.
    pub fn resident_bytes(&self) -> u64 {
        family_resident_bytes(self.server.id())
    }
    /// Drives one script with so many clients.
    pub fn run(
        &mut self,
        database: &str,
        script: Script,
        accounts: usize,
        clients: u32,
        duration: Duration,
    ) -> Result<Slice, BenchError> {
        self.runs += 1;
        let files = tempfile::tempdir_in(self.socket.path()).map_err(BenchError::file(self.socket.path()))?;
        let path = files.path().join("script");
        fs::write(&path, script.text()).map_err(BenchError::file(&path))?;
        let before = family_cpu_s(self.server.id());
        let ended_before = ended_children_cpu_s();
        let mut command = Command::new(self.programs.join("pgbench"));
        command.args(pgbench::arguments(script, accounts, clients, duration, self.runs));
        command.arg("--log-prefix").arg(files.path().join("log")).arg("--file").arg(&path);
        command.arg("-h").arg(self.socket.path()).args(["-U", USER, database]);
        let output = success("pgbench", &mut command)?;
        let client_cpu_s = ended_children_cpu_s() - ended_before;
        let server_cpu_s = family_cpu_s(self.server.id()) - before;
        let latency = pgbench::read_log(files.path())?;
        let bench = Bench::parse(&String::from_utf8_lossy(&output.stdout), clients, script, latency)?;
        Ok(Slice { bench, server_cpu_s, client_cpu_s })
    }

    fn psql(&self, database: &str, variables: &[&str], script: &str) -> Result<String, BenchError> {
        let file = self.socket.path().join("psql");
        fs::write(&file, script).map_err(BenchError::file(&file))?;
        let mut command = Command::new(self.programs.join("psql"));
        command.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "-v", "ON_ERROR_STOP=1"]);
        command.args(variables).arg("-h").arg(self.socket.path()).args(["-U", USER, database, "-f"]).arg(&file);
        let output = success("psql", &mut command)?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // SIGINT is a fast shutdown: clients are sent away, and the processes end in order.
        let id = self.server.id().to_string();
        let is_told = Command::new("kill").args(["-INT", &id]).status().is_ok_and(|status| status.success());
        if !is_told {
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

/// A program that runs as an ordinary user and ends when this one does.
fn unprivileged(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    if is_root() {
        command.args(["--reuid", USER, "--regid", USER, "--clear-groups"]);
    }
    command.args(["--pdeathsig", "INT"]).arg(program);
    command
}

fn success(name: &str, command: &mut Command) -> Result<Output, BenchError> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| BenchError::program(name, error))?;
    if output.status.success() {
        return Ok(output);
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    Err(BenchError::program(name, format!("{}: {}", output.status, stderr.trim())))
}
