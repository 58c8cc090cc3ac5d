//! Every oracle is silent about a good run, and complains when that run's history is changed in the way that it is
//! there to notice.

use std::sync::{Arc, OnceLock};

use arc_malachitebft_core_types::NilOrVal;
use lojal_chain::SetChange;
use lojal_consensus::context::Value;
use lojal_store::StoredBlock;
use lojal_types::{Block, BlockId, Bounded, Certificate, Hash, Height, Outcome};

use super::*;
use crate::classes::by_name;
use crate::history::{FinalityAnswer, Signed, Stop};
use crate::network::Delivery;
use crate::run::run;

/// A run in which one validator is stopped and started, so that there is something of everything.
fn good() -> History {
    static HISTORY: OnceLock<History> = OnceLock::new();
    HISTORY.get_or_init(|| history_of("restart")).clone()
}

/// A run in which the validators change.
fn changed() -> History {
    static HISTORY: OnceLock<History> = OnceLock::new();
    HISTORY.get_or_init(|| history_of("set-changes")).clone()
}

/// The first run of a class.
fn history_of(class: &str) -> History {
    let plan = by_name(class).expect("there is one").plan(1, 10_000, None);
    let directory = tempfile::tempdir().expect("a temporary directory");
    run(&plan, directory.path()).expect("the directory can be used").1
}

/// The oracles that complain.
fn complaining(history: &History) -> Vec<String> {
    let mut names: Vec<String> = judge(history).into_iter().map(|violation| violation.oracle).collect();
    names.dedup();
    names
}

fn assert_noticed(oracle: &str, doctor: impl FnOnce(&mut History)) {
    let mut history = good();
    doctor(&mut history);
    let complaining = complaining(&history);
    assert!(complaining.iter().any(|name| name == oracle), "{oracle} is not among {complaining:?}");
}

/// Changes the last block with transactions on a node's chain.
fn change_block(history: &mut History, node: usize, change: impl FnOnce(&mut Block)) {
    let chain = history.chains[node].as_mut().expect("it is up in the end");
    let blocks = chain.blocks.iter_mut().rev();
    let mut with_transactions =
        blocks.filter(|stored| Block::decode(&stored.bytes).is_ok_and(|block| !block.transactions.is_empty()));
    let stored = with_transactions.next().expect("there were transactions");
    let mut block = Block::decode(&stored.bytes).expect("it is a block");
    change(&mut block);
    stored.bytes = block.encode().into();
}

#[test]
fn a_good_run_has_no_violation_and_something_of_everything() {
    let history = good();
    assert_eq!(judge(&history), []);
    assert!(history.boots.len() > history.nodes && history.answers.len() > 5 && history.statements.len() > 50);
    assert_eq!(history.chains.iter().flatten().count(), history.nodes);
    assert_eq!(history.probes.len(), history.nodes);
}

#[test]
fn agreement_notices_other_blocks_states_and_receipts() {
    assert_noticed("agreement", |history| history.commits[3].block = BlockId::new([1; 32]));
    assert_noticed("agreement", |history| history.commits[3].state_root = Hash::new([1; 32]));
    assert_noticed("agreement", |history| history.commits[3].receipts_root = Hash::new([1; 32]));
    assert_noticed("agreement", |history| {
        change_block(history, 1, |block| block.header.time_ms = block.header.time_ms.plus_ms(1))
    });
}

#[test]
fn agreement_asks_honest_validators_only() {
    let mut history = good();
    let liar = history.commits[3].node;
    history.byzantine.insert(liar);
    history.commits[3].block = BlockId::new([1; 32]);
    assert!(!complaining(&history).contains(&"agreement".to_owned()));
}

#[test]
fn validity_notices_a_changed_block_a_stolen_certificate_and_another_state() {
    assert_noticed("validity", |history| {
        change_block(history, 2, |block| block.header.state_root = Hash::new([1; 32]));
    });
    assert_noticed("validity", |history| {
        let chain = history.chains[3].as_mut().expect("it is up in the end");
        chain.blocks[4].certificate = chain.blocks[5].certificate.clone();
    });
    assert_noticed("validity", |history| {
        let chain = history.chains[3].as_mut().expect("it is up in the end");
        let one = chain.blocks[4].certificate.signatures[0];
        chain.blocks[4].certificate.signatures = Bounded::new(vec![one]).expect("one");
    });
    assert_noticed("validity", |history| {
        history.chains[1].as_mut().expect("it is up in the end").state_root = Hash::new([1; 32]);
    });
}

#[test]
fn finality_notices_what_is_not_where_a_client_was_told_it_is() {
    assert_noticed("finality", |history| history.answers[2].height = history.answers[2].height.next());
    assert_noticed("finality", |history| {
        let FinalityAnswer { id, .. } = history.answers[2];
        let second = FinalityAnswer { id, height: history.answers[2].height.next(), ..history.answers[2] };
        history.answers.push(second);
    });
    assert_noticed("finality", |history| {
        let code = lojal_types::Code::InsufficientPoints;
        let outcome = match history.answers[2].outcome {
            Outcome::Applied => Outcome::Failed { operation: 0, code },
            Outcome::Failed { .. } => Outcome::Applied,
        };
        let other = FinalityAnswer { outcome, ..history.answers[2] };
        history.answers.push(other);
    });
}

#[test]
fn once_notices_a_transaction_that_is_there_twice() {
    assert_noticed("once", |history| {
        change_block(history, 0, |block| {
            let mut transactions = block.transactions.clone().into_inner();
            transactions.push(transactions[0].clone());
            block.transactions = Bounded::new(transactions).expect("few");
        });
    });
}

#[test]
fn durability_notices_a_start_with_less_than_was_shown_or_with_something_else() {
    assert_noticed("durability", |history| {
        history.boots.last_mut().expect("there are some").height = Height::GENESIS;
    });
    assert_noticed("durability", |history| {
        history.boots.last_mut().expect("there are some").block = BlockId::new([1; 32]);
    });
    let mut history = good();
    let last = history.boots.last_mut().expect("there are some");
    last.height = Height::GENESIS;
    let node = last.node;
    history.disk_lost.insert(node);
    assert!(!complaining(&history).contains(&"durability".to_owned()), "a disk that is lost is lost");
}

#[test]
fn contradiction_notices_two_votes_and_two_proposals_of_one_round() {
    assert_noticed("contradiction", |history| {
        let vote = history.statements.iter().find(|one| matches!(one.content, Signed::Vote(_)));
        let mut other = vote.expect("there are votes").clone();
        let Signed::Vote(vote) = &mut other.content else { return };
        vote.value = NilOrVal::Val(Value(BlockId::new([1; 32])));
        history.statements.push(other);
    });
    assert_noticed("contradiction", |history| {
        let proposal = history.statements.iter().find(|one| matches!(one.content, Signed::Proposal(_)));
        let mut other = proposal.expect("there are proposals").clone();
        let Signed::Proposal(proposal) = &mut other.content else { return };
        proposal.value = Value(BlockId::new([1; 32]));
        history.statements.push(other);
    });
}

#[test]
fn evidence_notices_the_accused_innocent_and_the_unnoticed_guilty() {
    assert_noticed("evidence", |history| {
        history.chains[1].as_mut().expect("it is up in the end").evidence = 1;
    });
    assert_noticed("evidence", |history| {
        history.byzantine.insert(3);
        history.boots.truncate(history.nodes);
        history.equivocations = 1_000;
    });
}

#[test]
fn liveness_notices_what_is_never_committed_or_too_late() {
    assert_noticed("liveness", |history| history.probes[1].committed_ms[2] = None);
    assert_noticed("liveness", |history| history.probes[1].committed_ms[2] = Some(10_000_000));
}

#[test]
fn stops_notices_a_node_that_ended_for_no_reason() {
    let stop = |explained| Stop { node: 1, at_ms: 5, reason: "it gave up".to_owned(), explained };
    assert_noticed("stops", |history| history.stops.push(stop(false)));
    let mut history = good();
    history.stops.push(stop(true));
    assert_eq!(complaining(&history), [""; 0]);
}

/// A chain that replays can't be made wrong afterwards, so it is the model that is changed.
#[test]
fn the_model_notices_other_outcomes() {
    let mut history = good();
    let chain = history.chains[0].clone();
    history.chains = vec![chain];
    history.nodes = 1;
    assert!(super::model::check(&history).is_empty());
    let findings = super::model::compare(&history, |model, block| {
        // The model misses the first transaction of every block.
        model.apply_block(
            block.header.time_ms,
            &block.transactions.iter().skip(1).map(|one| (**one).clone()).collect::<Vec<_>>(),
        )
    });
    assert!(!findings.is_empty());
}

#[test]
fn conservation_is_asked_after_every_block_up_to_the_first_that_does_not_replay() {
    let mut history = good();
    assert!(validity::check_conservation(&history).is_empty());
    history.chains.iter_mut().for_each(|chain| *chain = None);
    assert!(validity::check_conservation(&history).is_empty(), "without a chain there is nothing to add up");
}

#[test]
fn a_split_beyond_f_must_name_who_did_it() {
    let mut history = good();
    history.byzantine.extend([2, 3]);
    let fork = |history: &mut History| {
        let chain = history.chains[1].as_mut().expect("it is up in the end");
        let other = BlockId::new([1; 32]);
        chain.blocks[5].certificate.block = other;
        let mut block = Block::decode(&chain.blocks[5].bytes).expect("it is a block");
        block.header.time_ms = block.header.time_ms.plus_ms(1);
        chain.blocks[5].bytes = block.encode().into();
    };
    fork(&mut history);
    let found = judge(&history);
    let (violations, detections) = beyond_f(&history, found);
    assert_eq!(violations, []);
    assert!(detections.iter().any(|one| one.oracle == "agreement"));
    assert!(detections.iter().any(|one| one.oracle == "certificates"));

    // The same split, but with certificates that nobody signed twice.
    let chain = history.chains[1].as_mut().expect("it is up in the end");
    chain.blocks[5].certificate.signatures = Bounded::new(vec![lojal_types::CommitSignature {
        validator: crate::people::member(0).address(),
        signature: lojal_types::Signature::new([0; 64]),
    }])
    .expect("one");
    let found = judge(&history);
    let (violations, _) = beyond_f(&history, found);
    assert_eq!(violations.iter().map(|one| one.oracle.as_str()).collect::<Vec<_>>(), ["accountability"]);
}

#[test]
fn certificates_hold_by_the_validators_of_their_height_and_a_light_client_follows_them() {
    let history = changed();
    assert_eq!(judge(&history), []);
    let (node, chain) = history.honest_chains().max_by_key(|(_, chain)| chain.blocks.len()).expect("some run");
    let is_change = |stored: &&StoredBlock| {
        let header = Block::decode(&stored.bytes).expect("it is a block").header;
        header.next_validators_hash != header.validators_hash
    };
    let last = chain.blocks.iter().rfind(is_change).expect("the validators changed").certificate.height;

    // The sets that the oracle goes by.
    let mut sets = sets::Sets::of_genesis(&history);
    for change in &chain.changes {
        sets.after(change.header.height.get(), &change.next);
    }
    assert_ne!(sets.at(last.get()), sets.at(last.get() + 1));
    assert_eq!(sets.at(1), history.genesis.validators());

    // A certificate of validators that decided a change, without most of its signatures.
    let mut doctored = history.clone();
    let chain = doctored.chains[node].as_mut().expect("it is up in the end");
    let change = usize::try_from(last.get()).expect("few blocks") - 1;
    let one = chain.blocks[change].certificate.signatures[0];
    chain.blocks[change].certificate.signatures = Bounded::new(vec![one]).expect("one");
    assert_eq!(complaining(&doctored), ["validity"]);

    // One change less, and another one's certificate.
    let mut doctored = history.clone();
    doctored.chains[node].as_mut().expect("it is up in the end").changes.pop();
    assert_eq!(complaining(&doctored), ["light"]);
    let mut doctored = history.clone();
    let change = doctored.chains[node].as_mut().and_then(|chain| chain.changes.last_mut()).expect("there was one");
    let certificate = Certificate { height: last.next(), ..change.certificate.clone() };
    *change = Arc::new(SetChange { certificate, ..(**change).clone() });
    assert_eq!(complaining(&doctored), ["light"]);
}

#[test]
fn versions_notices_a_program_that_goes_on_with_what_it_does_not_know() {
    assert_noticed("versions", |history| history.commits[0].is_known = false);
}

#[test]
fn permission_notices_a_stranger_and_somebody_who_has_no_vote() {
    let history = changed();
    let stranger = history.nodes - 1;
    let first = history.deliveries.first().copied().expect("they heard each other");
    assert!(first.source != stranger && first.to != stranger);
    let noticed = |delivery: Delivery| {
        let history = History { deliveries: vec![delivery], ..history.clone() };
        permission::check(&history).len() == 1
    };
    assert!(!noticed(first));
    // It has no seat at first.
    assert!(noticed(Delivery { source: stranger, ..first }));
    assert!(noticed(Delivery { source: stranger, topic: None, ..first }));
}

#[test]
fn blocks_that_are_missing_above_the_first_or_after_a_snapshot_are_noticed() {
    assert_noticed("retention", |history| {
        let chain = history.chains[0].as_mut().expect("it is up in the end");
        chain.blocks.pop();
    });
    assert_noticed("retention", |history| {
        let chain = history.chains[0].as_mut().expect("it is up in the end");
        (chain.first, chain.offers) = (5, vec![3]);
    });
    assert_noticed("retention", |history| {
        let chain = history.chains[0].as_mut().expect("it is up in the end");
        chain.first = chain.tip + 1;
        chain.blocks.truncate(3);
    });
}
