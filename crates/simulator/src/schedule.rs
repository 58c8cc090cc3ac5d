//! The schedule of what goes wrong in a run: data that a run takes, a report shows and a failing run is shortened by.

use serde::{Deserialize, Serialize};

/// Something that goes wrong for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The time at which it begins, in virtual milliseconds from the start of the run.
    pub start_ms: u64,
    /// The time at which it is over: the link is whole, the node starts again, the disk has room.
    pub end_ms: u64,
    /// The kind of fault.
    pub kind: FaultKind,
}

/// The kinds of fault. Validators are counted from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum FaultKind {
    /// Messages take longer, on all links or on those of one validator.
    Delay {
        /// The validator whose links it concerns; everybody's without.
        node: Option<usize>,
        /// The shortest extra delay.
        min_ms: u64,
        /// The longest.
        max_ms: u64,
    },
    /// Messages are lost.
    Loss {
        /// The number of a thousand messages.
        permille: u64,
    },
    /// Messages arrive twice.
    Duplication {
        /// The number of a thousand messages.
        permille: u64,
    },
    /// Messages overtake each other.
    Reordering {
        /// The number of a thousand messages that are held back.
        permille: u64,
        /// The longest time that one is kept.
        max_ms: u64,
    },
    /// Two groups can't reach each other.
    Partition {
        /// One group; the other has everybody else.
        group: Vec<usize>,
    },
    /// The messages of one validator to another do not arrive; the other direction works.
    OneWay {
        /// The validator that isn't heard.
        from: usize,
        /// The validator that can't hear it.
        to: usize,
    },
    /// Transactions that validators gossip are lost.
    LostGossip {
        /// The number of a thousand messages.
        permille: u64,
    },
    /// Validators lose their power and what was not synced with it; they start again at the end.
    Crash {
        /// The validators.
        nodes: Vec<usize>,
        /// The part of the index that is left.
        index: IndexLeft,
    },
    /// Nodes lose their power, and what was not synced with it, at a moment of the next change of the validators, and
    /// start again after a while. Nothing happens if no change comes in time.
    ChangeCrash {
        /// The nodes.
        nodes: Vec<usize>,
        /// The moment.
        moment: ChangeMoment,
        /// The time from then to the power cut.
        delay_ms: u64,
        /// The time until they start again.
        down_ms: u64,
        /// The part of the index that is left.
        index: IndexLeft,
    },
    /// A validator is stopped in order and started again.
    Restart {
        /// The validator.
        node: usize,
    },
    /// A validator's disk is full.
    DiskFull {
        /// The validator.
        node: usize,
    },
    /// A sync of a validator's disk fails.
    SyncFails {
        /// The validator.
        node: usize,
    },
    /// A write to a validator's disk is cut short and fails.
    WriteFails {
        /// The validator.
        node: usize,
        /// After so many bytes.
        after_bytes: u64,
    },
    /// A validator crashes, and a bit of its block log flips while it is down; it starts with `--repair`.
    LogRot {
        /// The validator.
        node: usize,
    },
    /// Bits flip in blocks of a validator that are older than its checkpoint, while it runs; it is stopped and started
    /// in order at the end, so that it has no copy of them in memory.
    OldRot {
        /// The validator.
        node: usize,
    },
    /// Bits flip in the pages of the state that a validator has on its disk, while it runs.
    ColdRot {
        /// The validator.
        node: usize,
    },
    /// A read of a validator's disk fails.
    ReadFails {
        /// The validator.
        node: usize,
        /// After so many that succeed.
        after_reads: u32,
    },
    /// A validator's clock is wrong.
    Skew {
        /// The validator.
        node: usize,
        /// By so much: ahead if positive.
        ms: i64,
    },
    /// A validator's clock jumps about.
    Jumps {
        /// The validator.
        node: usize,
        /// The greatest jump, either way.
        max_ms: u64,
    },
    /// A validator breaks the protocol.
    Byzantine {
        /// The validator.
        node: usize,
        /// The way it lies.
        malice: Malice,
    },
    /// Validators crash and lose their disks, guards included. They start with empty directories and new guards that
    /// don't know what was signed, as the manual says.
    Wipe {
        /// The validators.
        nodes: Vec<usize>,
    },
    /// At the end, validators crash and start with copies of their data directories that were made at the beginning.
    /// Their guards, of which there are no copies, are as they were.
    Restore {
        /// The validators.
        nodes: Vec<usize>,
    },
    /// A validator crashes and loses its data, though not its guard, and joins by a snapshot at once; meanwhile its
    /// power is cut again and again.
    Join {
        /// The validator.
        node: usize,
        /// The changes of its disk before each power cut, from the cut before on.
        cuts: Vec<u32>,
    },
    /// The power of a validator is cut in the middle of what it does with its disk.
    PowerCuts {
        /// The validator.
        node: usize,
        /// The changes of its disk before each power cut, from the cut before on.
        cuts: Vec<u32>,
        /// The part of the index that is left each time.
        index: IndexLeft,
    },
    /// A validator that has given up blocks crashes, and loses its index; the base that it rests on rots.
    BaseRot {
        /// The validator.
        node: usize,
    },
    /// The signer of a validator, which holds its key in a process of its own for the whole run, loses its power; it
    /// starts again at the end.
    SignerAway {
        /// The validator.
        node: usize,
    },
    /// A validator runs a program that knows version 1 of the protocol alone, until it is replaced at the end.
    OldProgram {
        /// The validator.
        node: usize,
    },
    /// A validator crashes and loses all that it remembers: block log, index, the engine's log and the guard, and
    /// nobody says so.
    Amnesia {
        /// The validators.
        nodes: Vec<usize>,
    },
}

/// A moment of a change of the validators that the block H decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeMoment {
    /// The transaction that decides it is submitted: H - 1 is decided or about to be.
    Asked,
    /// The first node has H.
    Decided,
    /// The first node has H + 1, which the new validators decided.
    Next,
}

/// The part of a store's index, which is a cache, that a crash leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndexLeft {
    /// All of it.
    Whole,
    /// The index as the last checkpoint made it durable.
    AtCheckpoint,
    /// All but a changed bit.
    Rotten,
    /// Nothing.
    Nothing,
}

/// A way in which a validator breaks the protocol. Whatever it sends carries its own name: nobody can sign for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Malice {
    /// Votes for two things in the same round, and tells everybody both.
    VotesTwice,
    /// Votes for one thing to some and for another to the others.
    VotesBothWays,
    /// Proposes two valid blocks in the same round, each to a part of the others.
    ProposesTwice,
    /// The engine's own idea of a liar: `arc-malachitebft-engine-byzantine` between the engine and the network.
    EngineLiar,
    /// Proposes blocks and keeps their bytes to itself, or gives them to one other only.
    WithholdsParts,
    /// Proposes blocks with a transaction that nobody signed.
    ForgesTransactions,
    /// Proposes blocks with a wrong header.
    WrongHeader,
    /// Proposes blocks with a wrong state root.
    WrongStateRoot,
    /// Says again what was said long ago, by itself and by others.
    RepeatsOldMessages,
    /// Sends bytes without meaning on every topic.
    SendsGarbage,
    /// Answers those who catch up with damaged blocks or with bytes without meaning.
    AnswersGarbage,
    /// Sends messages of the largest size and beyond.
    SendsTooMuch,
    /// Floods the others with transactions, most of them without a valid signature.
    FloodsTransactions,
    /// Claims a height that nobody has reached.
    ClaimsFalseHeight,
    /// Claims that its blocks begin where nobody's do, and gives none to those who catch up.
    ClaimsFalseBeginning,
    /// Publishes what followers may not, and asks for blocks, pieces of snapshots and transactions to be taken without
    /// end.
    FollowsTooMuch,
    /// Gives false snapshots, and false ways to them, to those who join.
    GivesFalseSnapshots,
    /// Says nothing.
    IsSilent,
    /// With others like it, has half of the others decide on one block and half on another.
    SplitsBrains,
    /// Votes and proposes whether it is a validator or not, and passes on what others like it say.
    Lingers,
}

impl FaultKind {
    /// The validators that may not be counted on while this lasts: those that are down or misbehave.
    pub fn touches(&self) -> Vec<usize> {
        match self {
            Self::Crash { nodes, .. }
            | Self::ChangeCrash { nodes, .. }
            | Self::Amnesia { nodes }
            | Self::Wipe { nodes }
            | Self::Restore { nodes } => nodes.clone(),
            Self::Restart { node }
            | Self::DiskFull { node }
            | Self::SyncFails { node }
            | Self::WriteFails { node, .. }
            | Self::LogRot { node }
            | Self::OldRot { node }
            | Self::OldProgram { node }
            | Self::SignerAway { node }
            | Self::Join { node, .. }
            | Self::PowerCuts { node, .. }
            | Self::BaseRot { node }
            | Self::ColdRot { node }
            | Self::ReadFails { node, .. }
            | Self::Byzantine { node, .. } => vec![*node],
            Self::Delay { .. }
            | Self::Loss { .. }
            | Self::Duplication { .. }
            | Self::Reordering { .. }
            | Self::Partition { .. }
            | Self::OneWay { .. }
            | Self::LostGossip { .. }
            | Self::Skew { .. }
            | Self::Jumps { .. } => Vec::new(),
        }
    }

    /// Every validator that the fault names.
    pub fn named(&self) -> Vec<usize> {
        match self {
            Self::Partition { group } => group.clone(),
            Self::OneWay { from, to } => vec![*from, *to],
            Self::Delay { node: Some(node), .. } | Self::Skew { node, .. } | Self::Jumps { node, .. } => vec![*node],
            other => other.touches(),
        }
    }
}
