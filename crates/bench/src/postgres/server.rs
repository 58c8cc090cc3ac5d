//! PostgreSQL's processes: one server on its own, or one with standbys that copy its log.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::error::BenchError;

/// The account that Debian's package makes; the server refuses to run as root.
pub(super) const USER: &str = "postgres";
/// The port of the first server; it only names the socket, since nobody listens on a network.
const PORT: u16 = 5432;

/// The programs, and the directory of the sockets.
pub(super) struct Place {
    pub(super) programs: PathBuf,
    /// Unix sockets must have short paths, so these don't lie with the data.
    pub(super) socket: tempfile::TempDir,
    dir: PathBuf,
}

/// A server process, stopped when dropped.
pub(super) struct Server {
    pub(super) data: PathBuf,
    pub(super) log: PathBuf,
    pub(super) process: Child,
}

impl Place {
    /// The place of servers whose data lie below a directory.
    pub(super) fn new(programs: &Path, dir: &Path) -> Result<Self, BenchError> {
        for name in ["initdb", "postgres", "psql", "pgbench", "pg_basebackup"] {
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
        Ok(Self { programs: programs.to_owned(), socket, dir: dir.to_owned() })
    }

    /// Makes a database cluster and starts its server.
    pub(super) fn first(&self, settings: &[(&str, &str)]) -> Result<Server, BenchError> {
        let data = self.dir.join("data");
        let mut initdb = unprivileged(&self.programs.join("initdb"));
        success("initdb", initdb.args(["--auth=trust", "--username", USER, "-D"]).arg(&data))?;
        self.serve(data, 0, settings)
    }

    /// Copies the first server's cluster, and starts a standby that goes on copying.
    pub(super) fn standby(&self, number: u16, settings: &[(&str, &str)]) -> Result<Server, BenchError> {
        let data = self.dir.join(standby_name(number));
        let mut copy = unprivileged(&self.programs.join("pg_basebackup"));
        let connection = format!(
            "host={} port={PORT} user={USER} application_name={}",
            self.socket.path().display(),
            standby_name(number)
        );
        copy.args(["--write-recovery-conf", "--checkpoint=fast", "--wal-method=stream", "-d", &connection, "-D"]);
        success("pg_basebackup", copy.arg(&data))?;
        self.serve(data, number, settings)
    }

    fn serve(&self, data: PathBuf, number: u16, settings: &[(&str, &str)]) -> Result<Server, BenchError> {
        let mut command = unprivileged(&self.programs.join("postgres"));
        for (name, value) in settings {
            command.arg("-c").arg(format!("{name}={}", value.trim_matches('\'')));
        }
        command.arg("-c").arg(format!("unix_socket_directories={}", self.socket.path().display()));
        let log = data.with_extension("log");
        let log_file = fs::File::create(&log).map_err(BenchError::file(&log))?;
        command.arg("-p").arg((PORT + number).to_string()).arg("-D").arg(&data);
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log_file).spawn();
        let process = spawned.map_err(|error| BenchError::program("postgres", error))?;
        Ok(Server { data, log, process })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGINT is a fast shutdown: clients are sent away, and the processes end in order.
        let id = self.process.id().to_string();
        let is_told = Command::new("kill").args(["-INT", &id]).status().is_ok_and(|status| status.success());
        if !is_told {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

/// The name under which the first server knows a standby.
pub(super) fn standby_name(number: u16) -> String {
    format!("standby{number}")
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

/// The output of a program that must succeed.
pub(super) fn success(name: &str, command: &mut Command) -> Result<Output, BenchError> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| BenchError::program(name, error))?;
    if output.status.success() {
        return Ok(output);
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    Err(BenchError::program(name, format!("{}: {}", output.status, stderr.trim())))
}
