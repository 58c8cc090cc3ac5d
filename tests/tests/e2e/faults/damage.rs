//! Damaged files of a validator: refused with the height, repaired from the peers, or rebuilt from the log; never
//! silently wrong.

use std::fs;
use std::path::{Path, PathBuf};

use lojal_client::Client;
use lojal_store::archive::Reader;
use lojal_types::{Height, TransactionId};

use crate::network::Network;
use crate::programs::{eventually, run};
use crate::stream::{Stream, assert_kept, two_members};
use crate::wallet::Signer;

/// The validator whose files are damaged.
const VICTIM: usize = 3;

struct Victim {
    network: Network,
    from: Signer,
    to: Signer,
    acknowledged: Vec<TransactionId>,
}

impl Victim {
    /// A validator with some blocks, stopped in order (and so with a checkpoint) or killed (and so without one).
    fn new(in_order: bool) -> Self {
        let mut network = Network::start();
        let (from, to) = two_members(&network);
        let clients: Vec<Client> = (0..4).map(|node| network.client(node)).collect();
        let acknowledged = Stream::during(&clients, (&from, &to), |stream| stream.wait_for(60));
        network.catch_up(&[0, 1, 2, 3]);
        if in_order {
            network.stop(VICTIM)
        } else {
            network.kill(VICTIM)
        }
        Self { network, from, to, acknowledged }
    }
    fn data(&self) -> PathBuf {
        self.network.node_dir(VICTIM).join("data")
    }
    fn log(&self) -> PathBuf {
        self.data().join("log/00000001.log")
    }
    /// Flips a bit of a transaction in a block in the middle of the chain.
    fn flip_a_block(&self) {
        let client = self.network.client(0);
        let middle = self.network.height(0).get() / 2;
        let blocks = (middle.max(1)..).map(|height| client.block(Height::new(height)).expect("a block that it has"));
        let transaction = blocks.flat_map(|block| block.transactions).next().expect("the stream has filled blocks");
        let (signature, mut log) = (transaction.signature, fs::read(self.log()).expect("a file of ours"));
        // A proposal that failed its round has it, too.
        let is_there = |place: &usize| log[*place..].starts_with(signature.as_bytes());
        let places: Vec<usize> = (0..log.len()).filter(is_there).collect();
        assert!(!places.is_empty(), "the log has the transaction");
        places.into_iter().for_each(|place| log[place] ^= 1);
        fs::write(self.log(), log).expect("a file of ours");
    }
    /// Starts it, waits until it has what the others have, and kills it again; answers with what it printed.
    fn start(&mut self, argument: Option<&str>) -> String {
        let command = &mut self.network.command(VICTIM);
        self.network.revive_with(VICTIM, command.args(argument));
        self.network.wait_until_ready(VICTIM);
        self.network.catch_up(&[0, 1, 2, VICTIM]);
        assert_kept(&self.network, VICTIM, (&self.from, &self.to), &self.acknowledged);
        let process = self.network.process(VICTIM);
        crate::programs::signal("KILL", process);
        self.network.end_of(VICTIM).1
    }
    /// The exit code of an audit of its directory.
    fn audit(&self) -> Option<i32> {
        let mut audit = crate::programs::program("lojal-audit");
        audit.args(["verify", "--quiet", "--genesis"]).arg(self.network.genesis());
        run(audit.arg("--dir").arg(self.network.node_dir(VICTIM))).status.code()
    }
    /// Asserts that it refuses to start, and answers with the height that it names.
    #[track_caller]
    fn refused(&self) -> Height {
        let output = run(&mut self.network.command(VICTIM));
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let (_, told) = output.stderr.split_once("the block log is damaged at height ").expect("it says what is wrong");
        assert!(told.contains("start with --repair"), "{told}");
        told.split(' ').next().and_then(|height| height.parse::<u64>().ok()).map(Height::new).expect("a height")
    }
}

/// Flips a bit of a file, at some thousandths of its length.
fn flip(path: &Path, thousandths: usize) {
    let mut bytes = fs::read(path).expect("a file of ours");
    let at = bytes.len() * thousandths / 1000;
    bytes[at] ^= 1;
    fs::write(path, bytes).expect("a file of ours");
}

fn truncate(path: &Path, thousandths: u64) {
    let file = fs::OpenOptions::new().write(true).open(path).expect("a file of ours");
    let len = file.metadata().expect("a file of ours").len();
    file.set_len(len * thousandths / 1000).expect("a file of ours");
}

#[test]
fn a_damaged_block_log_is_refused_with_its_height_and_repaired_from_the_peers() {
    let mut victim = Victim::new(false);
    let mut heights = Vec::new();
    // Without a checkpoint all of the log is read: from the middle, near the end, and from the first block on.
    for place in [500, 900, 20] {
        flip(&victim.log(), place);
        heights.push(victim.refused());
        let text = victim.start(Some("--repair"));
        assert!(text.contains("set the damaged part of the log aside"), "{text}");
    }
    assert!(heights[2] < heights[0] && heights[0] < heights[1], "{heights:?}");
    let aside = fs::read_dir(victim.data().join("log")).expect("a directory of ours");
    let aside =
        aside.filter(|entry| entry.as_ref().is_ok_and(|it| it.file_name().to_string_lossy().contains("damaged")));
    assert_eq!(aside.count(), 3, "nothing is ever deleted");
}

#[test]
fn a_block_log_that_lost_its_end_or_all_of_it_is_never_taken_for_whole() {
    let mut victim = Victim::new(false);
    // Without a checkpoint nothing else knows how long it was: what is missing comes from the peers.
    let bytes = fs::metadata(victim.log()).expect("a file of ours").len();
    truncate(&victim.log(), 700);
    let text = victim.start(None);
    assert!(text.contains("cut off a record that a crash had left unfinished"), "{text}");
    assert!(fs::metadata(victim.log()).expect("a file of ours").len() >= bytes * 7 / 10);

    // With a checkpoint the log must reach it.
    victim.network.revive(VICTIM);
    victim.network.stop(VICTIM);
    truncate(&victim.log(), 500);
    victim.refused();
    victim.start(Some("--repair"));

    victim.network.revive(VICTIM);
    victim.network.stop(VICTIM);
    fs::remove_file(victim.log()).expect("a file of ours");
    assert_eq!(victim.refused(), Height::new(1));
    victim.start(Some("--repair"));
}

#[test]
fn a_block_that_rots_below_the_checkpoint_stops_nobody_is_not_given_out_and_is_put_right_as_soon_as_a_peer_has_it() {
    let mut victim = Victim::new(true);
    victim.flip_a_block();
    (0..3).for_each(|node| victim.network.kill(node));
    let command = &mut victim.network.command(VICTIM);
    victim.network.revive_with(VICTIM, command);
    let own = victim.network.client(VICTIM);
    let metric = |network: &Network, name: &str| network.metric(VICTIM, name);
    eventually("the scrub finds it", || {
        metric(&victim.network, "lojal_store_damaged_blocks").filter(|count| *count > 0.0)
    });
    let tip = victim.network.height(VICTIM);
    let refused = |height: &Height| own.block(*height).is_err_and(|error| error.is_problem("block_unavailable"));
    let rotten: Vec<Height> = (1..=tip.get()).map(Height::new).filter(refused).collect();
    assert_eq!(rotten.len(), 1, "one block has rotted, and only that one isn't given out");
    let export = own.export(Height::new(1), 100).expect("the blocks before it");
    assert_eq!(Reader::new(&*export).expect("an archive").count() as u64, (rotten[0].get() - 1).min(100));
    assert_eq!(victim.audit(), Some(1), "an audit of the directory finds it");

    for node in 0..3 {
        let command = &mut victim.network.command(node);
        victim.network.revive_with(node, command);
    }
    (0..4).for_each(|node| victim.network.wait_until_ready(node));
    eventually("it is put right", || {
        metric(&victim.network, "lojal_store_damaged_blocks").filter(|count| *count == 0.0)
    });
    assert!(metric(&victim.network, "lojal_store_mended_total").is_some_and(|count| count >= 1.0));
    assert!(!refused(&rotten[0]), "it is given out again");
    victim.network.catch_up(&[0, 1, 2, VICTIM]);
    assert_kept(&victim.network, VICTIM, (&victim.from, &victim.to), &victim.acknowledged);
    assert_eq!(victim.audit(), Some(0), "the log on the disk is whole");
}

#[test]
fn a_validator_that_asks_for_rotten_blocks_stops_nobody_and_catches_up_from_the_others() {
    let mut victim = Victim::new(true);
    victim.flip_a_block();
    // Another one starts anew, and asks everybody for everything.
    victim.network.stop(0);
    let data = victim.network.node_dir(0).join("data");
    fs::remove_dir_all(&data).expect("a directory of ours");
    fs::create_dir(&data).expect("a directory of ours");
    fs::write(data.join("forgotten"), []).expect("a directory of ours");
    victim.network.revive(VICTIM);
    victim.network.revive(0);
    let height = victim.network.catch_up(&[0, 1, 2, VICTIM]);
    assert!((1..=height.get()).all(|height| victim.network.client(0).block(Height::new(height)).is_ok()));
    eventually("it is put right", || {
        let mended = victim.network.metric(VICTIM, "lojal_store_mended_total");
        mended.filter(|count| *count >= 1.0)
    });
}

#[test]
fn a_damaged_index_is_rebuilt_from_the_log_without_asking() {
    let mut victim = Victim::new(true);
    let index = victim.data().join("index");
    let damages: [fn(&Path); 4] = [
        |index| fs::remove_dir_all(index).expect("a directory of ours"),
        |index| fs::remove_dir_all(index.join("runs")).expect("a directory of ours"),
        |index| truncate(&index.join("db"), 0),
        |index| {
            let mut bytes = fs::read(index.join("db")).expect("a file of ours");
            bytes.iter_mut().for_each(|byte| *byte ^= 0x5a);
            fs::write(index.join("db"), bytes).expect("a file of ours");
        },
    ];
    for (number, damage) in damages.into_iter().enumerate() {
        damage(&index);
        let text = victim.start(None);
        assert!(text.contains("rebuilt the index from the log"), "damage {number}:\n{text}");
        victim.network.revive(VICTIM);
        victim.network.stop(VICTIM);
    }
}
