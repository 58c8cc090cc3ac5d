//! The history of a run, as far as anybody outside of the validators could see it. The oracles judge it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lojal_chain::SetChange;
use lojal_consensus::context::{Proposal, Vote};
use lojal_store::StoredBlock;
use lojal_types::{BlockId, Genesis, Hash, Height, Outcome, SignedTransaction, TransactionId};

use crate::network::Delivery;

/// Everything that was seen. Times are virtual milliseconds since the start.
#[derive(Clone, Debug)]
pub struct History {
    /// The genesis document that the network started from.
    pub genesis: Genesis,
    /// The number of nodes: its validators, and after them those that have no seat there.
    pub nodes: usize,
    /// The honest nodes that were validators both when the faults were over and at the end: what is submitted to them
    /// has to be committed.
    pub seated: BTreeSet<usize>,
    /// Those that break the protocol at some time, or forget what they signed.
    pub byzantine: BTreeSet<usize>,
    /// Those that come back without their guards: they may contradict what they signed.
    pub forgetful: BTreeSet<usize>,
    /// Those whose disk lost what was durable: nobody can promise anything for them.
    pub disk_lost: BTreeSet<usize>,
    /// Blocks as they became visible to readers.
    pub commits: Vec<Commit>,
    /// The submissions of clients.
    pub submissions: Vec<SubmissionRecord>,
    /// The answers of nodes to clients.
    pub answers: Vec<FinalityAnswer>,
    /// Starts of nodes.
    pub boots: Vec<Boot>,
    /// Ends of nodes that nobody asked for.
    pub stops: Vec<Stop>,
    /// Votes and proposals that validators signed, as they sent them.
    pub statements: Vec<Statement>,
    /// Transactions that show after the faults that the network is alive.
    pub probes: Vec<Probe>,
    /// Joins of nodes, and their falling back.
    pub joins: Vec<Join>,
    /// Power cuts in the middle of what a machine did with its disk.
    pub cuts: usize,
    /// The blocks that honest nodes have shown, each as the first of them has it.
    pub record: BTreeMap<u64, StoredBlock>,
    /// The chains that nodes have in the end; none of those that are down.
    pub chains: Vec<Option<Chain>>,
    /// The messages, requests and answers that reached somebody, in networks whose validators change.
    pub deliveries: Vec<Delivery>,
    /// The number of times that a validator said two contradicting things to everybody.
    pub equivocations: u64,
    /// The time at which the last fault was over.
    pub healed_ms: u64,
    /// The time that the network may take from then on.
    pub liveness_ms: u64,
    /// The time at which the run ended.
    pub ended_ms: u64,
}

/// A block became visible to readers of a node.
#[derive(Clone, Debug)]
pub struct Commit {
    /// The number of the node.
    pub node: usize,
    /// The time of it.
    pub at_ms: u64,
    /// The height.
    pub height: Height,
    /// The block.
    pub block: BlockId,
    /// The state after it.
    pub state_root: Hash,
    /// The root of the receipts of its transactions.
    pub receipts_root: Hash,
    /// True if the node's program knows the block's version of the protocol.
    pub is_known: bool,
}

/// A client asked a node for something.
#[derive(Clone, Debug)]
pub struct SubmissionRecord {
    /// The id of the transaction.
    pub id: TransactionId,
    /// The transaction.
    pub signed: Arc<SignedTransaction>,
    /// The number of the node that was asked.
    pub node: usize,
    /// The time of it.
    pub at_ms: u64,
    /// True if the node accepted it.
    pub accepted: bool,
}

/// A node told a client that its transaction is final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FinalityAnswer {
    /// The number of the node.
    pub node: usize,
    /// The time of it.
    pub at_ms: u64,
    /// The id of the transaction.
    pub id: TransactionId,
    /// The height of its block.
    pub height: Height,
    /// The outcome of the transaction.
    pub outcome: Outcome,
}

/// A node started.
#[derive(Clone, Debug)]
pub struct Boot {
    /// The number of the node.
    pub node: usize,
    /// The time of it.
    pub at_ms: u64,
    /// Its last block then.
    pub height: Height,
    /// The id of that block.
    pub block: BlockId,
    /// True if a damaged part of the log was set aside.
    pub repaired: bool,
    /// True if the index was made anew.
    pub index_rebuilt: bool,
}

/// A node ended, or did not start, without being asked to.
#[derive(Clone, Debug)]
pub struct Stop {
    /// The number of the node.
    pub node: usize,
    /// The time of it.
    pub at_ms: u64,
    /// The reason that it gave.
    pub reason: String,
    /// True if something on its machine was wrong at the time.
    pub explained: bool,
}

/// A node took the state of a late block from its peers, or tried to.
#[derive(Clone, Debug)]
pub struct Join {
    /// The number of the node.
    pub node: usize,
    /// The time at which it was over.
    pub at_ms: u64,
    /// The height of the block; or the reason that there is none.
    pub outcome: Result<Height, String>,
}

/// Something that a validator signed and sent.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The number of the sender.
    pub node: usize,
    /// The time of it.
    pub at_ms: u64,
    /// The content that was signed.
    pub content: Signed,
}

/// The things that a validator can sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signed {
    /// A vote.
    Vote(Vote),
    /// A proposal.
    Proposal(Proposal),
}

/// A transaction submitted when all faults were over.
#[derive(Clone, Debug)]
pub struct Probe {
    /// The number of the node that was asked.
    pub node: usize,
    /// The id of the transaction.
    pub id: TransactionId,
    /// The height of its block, once a node has it.
    pub height: Option<Height>,
    /// The time at which each node had committed it, as far as it has.
    pub committed_ms: Vec<Option<u64>>,
}

/// A node's chain, from height 1 on; blocks that the node doesn't have are those that others have shown.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The first height whose block the node itself has, or will have.
    pub first: u64,
    /// The height of its last block, or of the state that it has.
    pub tip: u64,
    /// The heights of the snapshots that it offers.
    pub offers: Vec<u64>,
    /// The blocks.
    pub blocks: Vec<StoredBlock>,
    /// The changes of the validators that the node keeps for light clients.
    pub changes: Vec<Arc<SetChange>>,
    /// The heights at which the log on the disk can't be read.
    pub damaged: Vec<Height>,
    /// The state root that the node shows.
    pub state_root: Hash,
    /// Evidence of misbehaviour that the node has counted since its last start.
    pub evidence: u64,
}

impl History {
    /// A history in which nothing has happened yet.
    pub fn new(genesis: Genesis, nodes: usize) -> Self {
        Self {
            genesis,
            nodes,
            seated: BTreeSet::new(),
            byzantine: BTreeSet::new(),
            forgetful: BTreeSet::new(),
            disk_lost: BTreeSet::new(),
            commits: Vec::new(),
            submissions: Vec::new(),
            answers: Vec::new(),
            boots: Vec::new(),
            stops: Vec::new(),
            statements: Vec::new(),
            probes: Vec::new(),
            joins: Vec::new(),
            cuts: 0,
            record: BTreeMap::new(),
            chains: vec![None; nodes],
            deliveries: Vec::new(),
            equivocations: 0,
            healed_ms: 0,
            liveness_ms: 0,
            ended_ms: 0,
        }
    }

    /// The nodes that keep to the protocol all the time.
    pub fn honest(&self) -> impl Iterator<Item = usize> {
        (0..self.nodes).filter(|node| !self.byzantine.contains(node))
    }

    /// The probes that have to be committed.
    pub fn due_probes(&self) -> impl Iterator<Item = &Probe> {
        self.probes.iter().filter(|probe| self.seated.contains(&probe.node))
    }

    /// The chains of honest nodes that are up in the end.
    pub fn honest_chains(&self) -> impl Iterator<Item = (usize, &Chain)> {
        self.honest().filter_map(|node| Some((node, self.chains[node].as_ref()?)))
    }
}
