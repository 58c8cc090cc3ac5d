//! Running the program, in a directory with what it reads.

use std::path::{Path, PathBuf};
use std::process::Command;

use lojal_store::{Checkpoints, Options, Retain};
use lojal_types::{Genesis, Height};
use serde_json::Value;
use tempfile::TempDir;

use crate::fixture::{self, Decided, genesis};

/// The exit and the output of a run of the program.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

pub fn run(arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_lojal-audit")).args(arguments).output().expect("it was built");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program prints text");
    Run {
        code: output.status.code().expect("it ends by itself"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// A directory with a genesis document and, in `node`, the data directory of a node with these blocks.
pub struct Place {
    dir: TempDir,
    /// The sizes of the node's log before the first block and after every block.
    pub log_sizes: Vec<u64>,
}

impl Place {
    pub fn with(blocks: &[Decided]) -> Self {
        Self::of_node(blocks, Options::default())
    }
    /// The same of a node that keeps as few of the blocks as it can, and archives the others.
    pub fn with_archive(blocks: &[Decided]) -> Self {
        let (retain, checkpoints) = (Retain::Since(Height::new(u64::MAX)), Checkpoints::Inline);
        Self::of_node(blocks, Options { retain, checkpoints, segment_bytes_max: 500, ..Options::default() })
    }
    fn of_node(blocks: &[Decided], options: Options) -> Self {
        let dir = TempDir::new().expect("the system has room for temporary files");
        let log_sizes = fixture::write_log(&dir.path().join("node"), blocks, options);
        let place = Self { dir, log_sizes };
        place.write_genesis(&genesis());
        place
    }
    pub fn path(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().expect("temporary directories have ASCII names").to_owned()
    }
    pub fn write_genesis(&self, genesis: &Genesis) {
        std::fs::write(self.path("genesis.toml"), genesis.document().to_toml()).expect("the directory is ours");
    }
    pub fn write_archive(&self, blocks: &[Decided]) {
        fixture::write_archive(Path::new(&self.path("chain")), blocks);
    }
    /// Runs `verify` with the genesis document of this place.
    pub fn verify(&self, arguments: &[&str]) -> Run {
        let genesis = self.path("genesis.toml");
        run(&[&["verify", "--genesis", &genesis], arguments].concat())
    }
    /// Runs `report` with the genesis document of this place.
    pub fn report(&self, arguments: &[&str]) -> Run {
        let genesis = self.path("genesis.toml");
        run(&[&["report", "--genesis", &genesis], arguments].concat())
    }
    pub fn verify_dir(&self) -> Run {
        self.verify(&["--dir", &self.path("node")])
    }
    pub fn verify_file(&self) -> Run {
        self.verify(&["--file", &self.path("chain")])
    }
    pub fn export(&self, arguments: &[&str]) -> Run {
        let (node, chain) = (self.path("node"), self.path("chain"));
        run(&[&["export", "--dir", &node, "--file", &chain], arguments].concat())
    }
    /// The only segment of the node's log.
    pub fn segment(&self) -> PathBuf {
        PathBuf::from(self.path("node/log/00000001.log"))
    }
}

pub fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).expect("one JSON document")
}
