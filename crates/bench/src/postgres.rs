//! The baseline: PostgreSQL with a transfer function, on the same disk, as durable as it is by default; alone, or with
//! standbys.

mod pgbench;
mod server;

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;

use self::pgbench::GROUP_COMMIT;
pub use self::pgbench::{Bench, Script, Variant};
use self::server::{Place, Server, USER, standby_name, success};
use crate::disk::{self, Size};
use crate::error::BenchError;
use crate::process::{ended_children_cpu_s, family_cpu_s, family_resident_bytes};

/// The directory where Debian's postgresql-15 keeps its programs.
pub const PROGRAMS: &str = "/usr/lib/postgresql/15/bin";
/// The time that a server may take to start, or a standby to follow.
const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(50);
/// Bytes of rows that are given to `COPY` at once.
const COPY_BUFFER_BYTES: usize = 256 * 1024;
/// Points that every account starts with, and the first month: the same as on the network.
const START: [&str; 4] = ["-v", "points=1000000", "-v", "month=24322"];
/// Standbys of the server that has some; a commit waits until [`SYNCHRONOUS`] of them have it on disk, so that it
/// survives the loss of any two of the four, as a network of four survives that of one.
pub const STANDBYS: u16 = 3;
/// Standbys that a commit waits for.
const SYNCHRONOUS: u16 = 2;
/// A standby answers nobody, so it needs less memory.
const OF_STANDBYS: (&str, &str) = (SHARED, "512MB");
/// The setting of a server's memory.
const SHARED: &str = "shared_buffers";

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
    ("max_connections", "600"),
    ("listen_addresses", "''"),
];

/// A server of its own, with or without standbys; stopped and forgotten when dropped.
pub struct Postgres {
    // In the order in which they are dropped.
    standbys: Vec<Server>,
    first: Server,
    place: Place,
    runs: u32,
}

/// The counts of pgbench and the server in one slice of time.
#[derive(Clone, Debug, Serialize)]
pub struct Slice {
    /// The report of pgbench.
    pub bench: Bench,
    /// CPU time of the servers' processes.
    pub server_cpu_s: f64,
    /// CPU time of pgbench.
    pub client_cpu_s: f64,
}

impl Postgres {
    /// Makes a database cluster in a directory, which must not exist, and starts its server.
    pub fn start(programs: &Path, dir: &Path) -> Result<Self, BenchError> {
        Self::start_with(programs, dir, &SETTINGS)
    }
    /// The same with so much shared memory, in bytes.
    pub fn start_with_memory(programs: &Path, dir: &Path, bytes: u64) -> Result<Self, BenchError> {
        let shared = format!("{}MB", bytes / (1024 * 1024));
        let settings =
            SETTINGS.map(|(name, value)| if name == SHARED { (name, shared.as_str()) } else { (name, value) });
        Self::start_with(programs, dir, &settings)
    }
    fn start_with(programs: &Path, dir: &Path, settings: &[(&str, &str)]) -> Result<Self, BenchError> {
        let place = Place::new(programs, dir)?;
        let first = place.first(settings)?;
        let mut postgres = Self { place, first, standbys: Vec::new(), runs: 0 };
        postgres.wait_until("SELECT true")?;
        Ok(postgres)
    }

    /// Adds standbys, and has every commit wait for two of them.
    pub fn add_standbys(&mut self) -> Result<(), BenchError> {
        let settings = SETTINGS.map(|(name, value)| if name == OF_STANDBYS.0 { OF_STANDBYS } else { (name, value) });
        for number in 1..=STANDBYS {
            self.standbys.push(self.place.standby(number, &settings)?);
        }
        let names: Vec<String> = (1..=STANDBYS).map(standby_name).collect();
        let names = format!("ANY {SYNCHRONOUS} ({})", names.join(", "));
        self.psql("postgres", &[], &format!("ALTER SYSTEM SET synchronous_standby_names = '{names}'"))?;
        self.psql("postgres", &[], "SELECT pg_reload_conf()")?;
        let following = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = 'quorum'";
        self.wait_until(&format!("SELECT ({following}) = {STANDBYS}"))
    }

    /// Waits until the server answers a question with true.
    fn wait_until(&mut self, question: &str) -> Result<(), BenchError> {
        let deadline = Instant::now() + PATIENCE;
        while self.psql("postgres", &[], question).ok().is_none_or(|answer| answer.trim() != "t") {
            let all = std::iter::once(&mut self.first).chain(&mut self.standbys);
            let ended = all.filter_map(|one| (!matches!(one.process.try_wait(), Ok(None))).then(|| one.log.clone()));
            let ended = ended.last();
            if ended.is_some() || Instant::now() > deadline {
                let log = ended.unwrap_or_else(|| self.first.log.clone());
                return Err(BenchError::program("postgres", fs::read_to_string(log).unwrap_or_default().trim()));
            }
            thread::sleep(POLL);
        }
        Ok(())
    }

    /// Makes a database with the baseline's tables and functions and so many accounts.
    pub fn create(&self, database: &str, accounts: usize) -> Result<(), BenchError> {
        self.create_empty(database)?;
        let count = format!("accounts={accounts}");
        let variables = [START.as_slice(), &["-v", &count]].concat();
        self.psql(database, &variables, pgbench::ACCOUNTS)?;
        Ok(())
    }
    /// The same without accounts.
    pub fn create_empty(&self, database: &str) -> Result<(), BenchError> {
        self.psql("postgres", &[], &format!("CREATE DATABASE {database}"))?;
        [pgbench::SCHEMA, pgbench::TRANSFER, pgbench::HUNDRED].iter().try_for_each(|one| self.execute(database, one))
    }
    /// Executes a script, each statement by itself.
    pub fn execute(&self, database: &str, script: &str) -> Result<(), BenchError> {
        self.psql(database, &[], script).map(drop)
    }
    /// Fills a table with `COPY`: `of` names it and its columns, and `write` writes the rows, as text.
    pub fn copy(
        &self,
        database: &str,
        of: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), BenchError> {
        let mut command = Command::new(self.place.programs.join("psql"));
        command.args(["--no-psqlrc", "--quiet", "-h"]).arg(self.place.socket.path()).args(["-U", USER, database]);
        command.arg("-c").arg(format!("COPY {of} FROM STDIN"));
        let spawned = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.map_err(|error| BenchError::program("psql", error))?;
        let written = child.stdin.take().map_or(Ok(()), |input| {
            let mut input = BufWriter::with_capacity(COPY_BUFFER_BYTES, input);
            write(&mut input).and_then(|()| input.flush())
        });
        let output = child.wait_with_output().map_err(|error| BenchError::program("psql", error))?;
        if !output.status.success() {
            return Err(BenchError::program("psql", String::from_utf8_lossy(&output.stderr).trim()));
        }
        written.map_err(|error| BenchError::program("psql", error))
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
        disk::size(&self.first.data)
    }
    /// Memory of all the servers' processes; what they share is counted once.
    pub fn resident_bytes(&self) -> u64 {
        self.servers().map(|server| family_resident_bytes(server.process.id())).sum()
    }
    fn cpu_s(&self) -> f64 {
        self.servers().map(|server| family_cpu_s(server.process.id())).sum()
    }
    fn servers(&self) -> impl Iterator<Item = &Server> {
        std::iter::once(&self.first).chain(&self.standbys)
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
        let files =
            tempfile::tempdir_in(self.place.socket.path()).map_err(BenchError::file(self.place.socket.path()))?;
        let path = files.path().join("script");
        fs::write(&path, script.text()).map_err(BenchError::file(&path))?;
        let before = self.cpu_s();
        let ended_before = ended_children_cpu_s();
        let mut command = Command::new(self.place.programs.join("pgbench"));
        command.args(pgbench::arguments(script, accounts, clients, duration, self.runs));
        command.arg("--log-prefix").arg(files.path().join("log")).arg("--file").arg(&path);
        command.arg("-h").arg(self.place.socket.path()).args(["-U", USER, database]);
        if script.variant() == Variant::GroupCommit {
            command.env("PGOPTIONS", GROUP_COMMIT);
        }
        let output = success("pgbench", &mut command)?;
        let client_cpu_s = ended_children_cpu_s() - ended_before;
        let server_cpu_s = self.cpu_s() - before;
        let latency = pgbench::read_log(files.path())?;
        let bench = Bench::parse(&String::from_utf8_lossy(&output.stdout), clients, script, latency)?;
        Ok(Slice { bench, server_cpu_s, client_cpu_s })
    }

    fn psql(&self, database: &str, variables: &[&str], script: &str) -> Result<String, BenchError> {
        let file = self.place.socket.path().join("psql");
        fs::write(&file, script).map_err(BenchError::file(&file))?;
        let mut command = Command::new(self.place.programs.join("psql"));
        command.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "-v", "ON_ERROR_STOP=1"]);
        command.args(variables).arg("-h").arg(self.place.socket.path()).args(["-U", USER, database, "-f"]).arg(&file);
        let output = success("psql", &mut command)?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
