//! The programs under test.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

// The wallet's own tests look at the same.
#[path = "../../../wallet-cli/tests/cli/support/documents.rs"]
mod documents;

/// The longest time that anything may take before a test gives up. Generous, since the machine may be busy.
pub const PATIENCE: Duration = Duration::from_secs(90);
/// The interval at which a condition that can't announce itself is asked for.
pub const POLL: Duration = Duration::from_millis(50);

/// The directory of the built programs: test binaries lie in `deps` below it.
pub fn program_dir() -> PathBuf {
    let test = std::env::current_exe().expect("a running program has a path");
    test.parent().and_then(Path::parent).expect("test binaries lie in target/PROFILE/deps").to_owned()
}

/// A program of the project.
pub fn program(name: &str) -> Command {
    let path = program_dir().join(name);
    assert!(path.exists(), "{} is missing: run cargo test --workspace, which builds it", path.display());
    Command::new(path)
}

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests lies in the repository").to_owned()
}

/// The output and exit status of a finished program.
#[derive(Debug)]
pub struct Output {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Output {
    /// The standard output, if the program succeeded.
    #[track_caller]
    pub fn success(self) -> String {
        assert!(self.status.success(), "{self:#?}");
        self.stdout
    }
}

/// Runs a program to its end.
pub fn run(command: &mut Command) -> Output {
    let output = command.stdin(Stdio::null()).output().expect("the program starts");
    let output = Output {
        status: output.status,
        stdout: String::from_utf8(output.stdout).expect("the programs print UTF-8"),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    };
    check_documents(command, &output);
    output
}

/// Checks that what the wallet prints for programs is what `lojal schema` says.
fn check_documents(command: &Command, output: &Output) {
    let lojal = Path::new(command.get_program());
    let arguments: Vec<&str> = command.get_args().filter_map(OsStr::to_str).collect();
    if let Some(exit_code) = output.status.code()
        && lojal.ends_with("lojal")
        && arguments.contains(&"--json")
    {
        documents::check(lojal, &arguments, exit_code, &output.stdout);
    }
}

/// Tells the person who runs the tests something, whatever becomes of the test: why it is skipped, what it measured.
pub fn tell(message: &str) {
    // The test harness hides what `eprintln` writes; somebody who has closed standard error misses it.
    let _ = writeln!(std::io::stderr(), "\n{message}");
}

/// The memory that a process holds, where the system tells.
pub fn resident_kib(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// Sends a signal to a process.
pub fn signal(name: &str, process: u32) {
    let status = Command::new("kill").args([format!("-{name}"), process.to_string()]).status();
    assert!(status.expect("every Unix has kill").success(), "process {process} is there");
}

/// Waits until a condition gives something.
#[track_caller]
pub fn eventually<T>(what: &str, condition: impl FnMut() -> Option<T>) -> T {
    patiently(condition).unwrap_or_else(|| panic!("gave up waiting: {what}"))
}

/// Waits until a condition gives something, or patience is at its end.
pub fn patiently<T>(mut condition: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let value = condition();
        if value.is_some() || Instant::now() > deadline {
            return value;
        }
        std::thread::park_timeout(POLL);
    }
}

/// A program that goes on, and whose output is read line by line. It is killed when dropped.
pub struct Running {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Running {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let (sender, lines) = channel();
        let stdout: Box<dyn Read + Send> = Box::new(child.stdout.take().expect("piped"));
        let stderr: Box<dyn Read + Send> = Box::new(child.stderr.take().expect("piped"));
        for stream in [stdout, stderr] {
            let sender = sender.clone();
            std::thread::spawn(move || {
                BufReader::new(stream).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
            });
        }
        Self { child, lines, seen: Vec::new() }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The lines that it has printed and nobody has read.
    pub fn heard(&self) -> String {
        self.lines.try_iter().collect::<Vec<_>>().join("\n")
    }

    /// Waits for a line for which `pick` gives something.
    #[track_caller]
    pub fn line<T>(&mut self, what: &str, pick: impl Fn(&str) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    let picked = pick(&line);
                    self.seen.push(line);
                    if let Some(picked) = picked {
                        return picked;
                    }
                }
                Err(_) => panic!("gave up waiting for {what} after\n{}", self.seen.join("\n")),
            }
        }
    }

    /// Writes to its standard input.
    pub fn say(&mut self, text: &str) {
        let stdin = self.child.stdin.as_mut().expect("piped");
        stdin.write_all(text.as_bytes()).and_then(|()| stdin.flush()).expect("it reads");
    }

    /// Waits for a line that begins with a mark; answers with the lines before it, and with the rest of that line.
    #[track_caller]
    pub fn lines_before(&mut self, mark: &str) -> (Vec<String>, String) {
        let begun = self.seen.len();
        let rest = self.line(mark, |line| line.strip_prefix(mark).map(str::to_owned));
        let end = self.seen.len() - 1;
        (self.seen[begun..end].to_vec(), rest)
    }

    /// Kills it as `kill -9` does.
    pub fn kill(&mut self) {
        // One that has ended already needs no killing.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Waits until it ends by itself; answers with how, and with all that it printed.
    #[track_caller]
    pub fn end(mut self) -> (ExitStatus, String) {
        let status = eventually("the end of a program", || self.child.try_wait().expect("a child of ours"));
        // The channel closes with the last line of both streams.
        let Self { lines, seen, .. } = &mut self;
        seen.extend(lines.iter());
        (status, self.seen.join("\n"))
    }

    /// Stops it as Ctrl-C does, and waits for its end.
    #[track_caller]
    pub fn interrupt(mut self) -> ExitStatus {
        signal("INT", self.id());
        eventually("the end after SIGINT", || self.child.try_wait().expect("a child of ours"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}
