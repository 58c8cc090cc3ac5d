//! A node as a process of this machine, with a directory of its own.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use lojal_types::KeyPair;

use crate::error::BenchError;

/// The time that anything may take before a measurement is given up.
const PATIENCE: Duration = Duration::from_secs(1_200);
/// The time after which a condition is looked at again that can't announce itself.
const POLL: Duration = Duration::from_millis(5);

/// A node, which may run.
pub struct Node {
    dir: PathBuf,
    program: PathBuf,
    url: String,
    admin: String,
    address: String,
    process: Option<Child>,
}

/// The ports of a node.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    /// Its gateway's.
    pub http: u16,
    /// The one for its peers.
    pub peer: u16,
    /// The one of its metrics.
    pub admin: u16,
}

impl Node {
    /// Makes the directory of a node, with its key on the network; the rest of its settings are TOML.
    pub fn create(dir: &Path, network_key: &KeyPair, ports: Ports, settings: &str) -> Result<Self, BenchError> {
        fs::create_dir_all(dir).map_err(BenchError::file(dir))?;
        let Ports { http, peer, admin } = ports;
        let address = format!("/ip4/127.0.0.1/tcp/{peer}");
        let own = format!(
            "genesis = \"../genesis.toml\"\nlisten = \"{address}\"\ngateway = \"127.0.0.1:{http}\"\n\
             admin = \"127.0.0.1:{admin}\"\n"
        );
        let url = |port: u16| format!("http://127.0.0.1:{port}");
        let node = Self {
            dir: dir.to_owned(),
            program: program("lojal-node")?,
            url: url(http),
            admin: url(admin),
            address,
            process: None,
        };
        node.write("network.key", &format!("{}\n", hex::encode(network_key.seed())))?;
        node.write("node.toml", &format!("{own}{settings}"))?;
        Ok(node)
    }
    /// Writes a file of its directory.
    pub fn write(&self, name: &str, text: &str) -> Result<(), BenchError> {
        let path = self.dir.join(name);
        fs::write(&path, text).map_err(BenchError::file(&path))
    }
    /// Puts a line before its settings.
    pub fn set(&self, line: &str) -> Result<(), BenchError> {
        let path = self.dir.join("node.toml");
        let text = fs::read_to_string(&path).map_err(BenchError::file(&path))?;
        self.write("node.toml", &format!("{line}\n{text}"))
    }
    /// Puts lines, such as a table, after its settings.
    pub fn add(&self, lines: &str) -> Result<(), BenchError> {
        let path = self.dir.join("node.toml");
        let text = fs::read_to_string(&path).map_err(BenchError::file(&path))?;
        self.write("node.toml", &format!("{text}\n{lines}\n"))
    }
    /// Its directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
    /// Its data.
    pub fn data(&self) -> PathBuf {
        self.dir.join("data")
    }
    /// The URL of its gateway.
    pub fn url(&self) -> &str {
        &self.url
    }
    /// The URL of its metrics.
    pub fn admin(&self) -> &str {
        &self.admin
    }
    /// The address at which its peers reach it.
    pub fn address(&self) -> &str {
        &self.address
    }
    /// Its process, if it runs.
    pub fn process(&self) -> Option<u32> {
        self.process.as_ref().map(Child::id)
    }

    /// Starts it and doesn't wait.
    pub fn spawn(&mut self) -> Result<(), BenchError> {
        // Its standard input closes when this program ends, however it ends.
        let child = self.command(&["run", "--stop-with-stdin"])?.stdin(Stdio::piped()).spawn();
        self.process = Some(child.map_err(BenchError::file(&self.program))?);
        Ok(())
    }
    /// One of its program's commands on its directory, which writes to its log.
    pub fn command(&self, arguments: &[&str]) -> Result<Command, BenchError> {
        let log = self.log();
        let stderr = File::options().create(true).append(true).open(&log).map_err(BenchError::file(&log))?;
        let mut command = Command::new(&self.program);
        command.args(arguments).arg("--dir").arg(&self.dir).stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr);
        Ok(command)
    }
    /// Waits for a condition while it runs.
    pub fn wait_for(
        &mut self,
        what: &'static str,
        mut condition: impl FnMut() -> Result<bool, BenchError>,
    ) -> Result<(), BenchError> {
        let deadline = Instant::now() + PATIENCE;
        while !condition()? {
            let ended = self.process.as_mut().and_then(|child| child.try_wait().ok().flatten());
            if let Some(status) = ended {
                let reason = format!("{status}; its log is {}", self.log().display());
                return Err(BenchError::program("lojal-node", reason));
            }
            if Instant::now() > deadline {
                return Err(BenchError::Timeout(what, self.dir.clone()));
            }
            thread::sleep(POLL);
        }
        Ok(())
    }

    /// Asks it to stop in order, and doesn't wait.
    pub fn ask_to_stop(&mut self) {
        if let Some(child) = &mut self.process {
            drop(child.stdin.take());
        }
    }
    /// Stops it in order.
    pub fn stop(&mut self) -> Result<(), BenchError> {
        self.ask_to_stop();
        let Some(mut child) = self.process.take() else { return Ok(()) };
        let status = child.wait().map_err(BenchError::file(&self.program))?;
        if status.success() { Ok(()) } else { Err(BenchError::program("lojal-node", status)) }
    }
    /// Ends it as a power cut does.
    pub fn kill(&mut self) -> Result<(), BenchError> {
        let Some(mut child) = self.process.take() else { return Ok(()) };
        child.kill().map_err(BenchError::file(&self.program))?;
        child.wait().map_err(BenchError::file(&self.program))?;
        Ok(())
    }
    /// The file of its log.
    fn log(&self) -> PathBuf {
        self.dir.join("log")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(child) = &mut self.process {
            // One that is gone already needs no end.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A program of this workspace, beside this one.
pub fn program(name: &str) -> Result<PathBuf, BenchError> {
    let own = std::env::current_exe().map_err(BenchError::file(Path::new("lojal-bench")))?;
    let path = own.with_file_name(name);
    if path.exists() { Ok(path) } else { Err(BenchError::NodeMissing(path)) }
}
