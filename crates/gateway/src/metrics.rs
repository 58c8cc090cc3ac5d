//! `GET /metrics`: everything that is counted, for Prometheus.

pub(crate) mod requests;
pub(crate) mod text;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use lojal_consensus::mempool::Lane;
use lojal_consensus::{Condition, unknown_ahead};
use lojal_network::{OffenceCounters, Topic};

use text::Kind::{Counter, Gauge};
use text::{Text, seconds};

use crate::app::{App, Gateway};

/// The page that Prometheus reads.
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Response {
    let mut text = Text::default();
    ledger(&mut text, &app.gateway);
    consensus(&mut text, &app.gateway);
    topics(&mut text, &app.gateway);
    connections(&mut text, &app.gateway);
    offences(&mut text, &app.gateway);
    store(&mut text, &app.gateway);
    pages(&mut text, &app.gateway);
    text.single(Gauge, "lojal_http_waiting", "Clients that wait for a final block.", app.finality.len());
    app.streams.write(&mut text);
    app.webhooks.write(&mut text);
    app.pushes.iter().for_each(|pushes| pushes.write(&mut text));
    app.requests.write(&mut text);
    if let Some(tls) = &app.gateway.tls {
        let end = seconds(Duration::from_millis(tls.end().get()));
        text.single(Gauge, "lojal_tls_certificate_end_seconds", "End of the gateway's certificate, since 1970.", end);
        let failed = tls.reloads_failed();
        text.single(Counter, "lojal_tls_reloads_failed_total", "New certificates that can't be used.", failed);
        let failed = tls.handshakes_failed();
        text.single(Counter, "lojal_tls_handshakes_failed_total", "Handshakes of TLS that failed.", failed);
    }
    ([(header::CONTENT_TYPE, text::CONTENT_TYPE)], text.into_string()).into_response()
}

fn ledger(text: &mut Text, gateway: &Gateway) {
    text.family(Gauge, "lojal_build_info", "The version of the program, as a label.");
    text.sample("lojal_build_info", &[("version", gateway.version)], 1);
    let tip = gateway.store.tip();
    text.single(Gauge, "lojal_height", "Height of the last final block.", tip.height);
    let time = Duration::from_millis(tip.time_ms.get());
    text.single(Gauge, "lojal_block_time_seconds", "Time of the last final block, since 1970.", seconds(time));
    let view = gateway.store.view();
    text.single(Gauge, "lojal_state_records", "Records of the state, shelves left out.", view.tree().len());
    text.family(Gauge, "lojal_shelf_references", "References on the shelf of a month.");
    for (month, shelf) in view.shelves().iter() {
        text.sample("lojal_shelf_references", &[("month", &month.to_string())], shelf.len());
    }
    let version = view.protocol().version;
    text.single(Gauge, "lojal_protocol_version", "The version of the protocol that is in force.", version);
    let unknown = u8::from(unknown_ahead(view.protocol(), gateway.versions).is_some());
    let help = "1 while a version of the protocol is scheduled that this program doesn't know.";
    text.single(Gauge, "lojal_protocol_unknown", help, unknown);
    let age = seconds(gateway.metrics.block_age());
    text.single(Gauge, "lojal_block_age_seconds", "Time since this node's last commit, or its start.", age);
    let ready = u8::from(gateway.condition.borrow().is_level());
    text.single(Gauge, "lojal_ready", "1 while the node has caught up with its peers.", ready);
    let is_far_behind = matches!(*gateway.condition.borrow(), Condition::FarBehind { .. });
    let help = "1 while the node fetches a snapshot, or waits for one, for want of blocks that its peers keep no more.";
    text.single(Gauge, "lojal_far_behind", help, u8::from(is_far_behind));
    text.single(Gauge, "lojal_mempool_transactions", "Transactions that wait for a block.", gateway.mempool.len());
    let name = "lojal_mempool_lane_transactions";
    text.family(Gauge, name, "Transactions that wait for a block, by lane: a brand's operators, or all members.");
    for (lane, count) in gateway.mempool.lanes() {
        match lane {
            Lane::Brand(brand) => text.sample(name, &[("lane", "brand"), ("brand", brand.as_str())], count),
            Lane::Members => text.sample(name, &[("lane", "members")], count),
        }
    }
    let evicted = gateway.mempool.evicted();
    text.single(Counter, "lojal_mempool_evicted_total", "Transactions that made room for others.", evicted);
    let refused = gateway.mempool.refused();
    text.single(Counter, "lojal_mempool_refused_total", "Transactions refused before they could wait.", refused);
}

fn consensus(text: &mut Text, gateway: &Gateway) {
    let counts = gateway.metrics.counts();
    let mut count = |name: &str, help: &str, value: u64| text.single(Counter, name, help, value);
    count("lojal_blocks_committed_total", "Blocks made final.", counts.blocks_committed);
    count("lojal_transactions_committed_total", "Transactions made final.", counts.transactions_committed);
    count("lojal_blocks_proposed_total", "Blocks that this node built.", counts.blocks_proposed);
    count("lojal_blocks_invalid_total", "Proposed blocks that this node refused.", counts.blocks_invalid);
    count("lojal_rounds_failed_total", "Rounds of consensus that ended without a decision.", counts.rounds_failed);
    count("lojal_evidence_total", "Double votes and double proposals seen.", counts.evidence);
    count("lojal_sync_blocks_served_total", "Blocks given to peers that catch up.", counts.sync_served);
    let unavailable = counts.sync_unavailable;
    count("lojal_sync_unavailable_total", "Requests for a block that this node can't read.", unavailable);
    let refusals = counts.guard_refusals;
    count("lojal_guard_refusals_total", "Statements that the guard did not sign as they were asked for.", refusals);
    count(
        "lojal_votes_lost_total",
        "Times that this validator stopped voting for want of a signature.",
        counts.voices_lost,
    );
    let help = "Times that this node took a snapshot for want of blocks that its peers kept no more.";
    text.single(Counter, "lojal_fallbacks_total", help, counts.fallbacks);
    text.single(
        Gauge,
        "lojal_signing",
        "1 while this validator votes, and doesn't only follow.",
        u64::from(counts.is_signing && gateway.deciding().is_some()),
    );
    text.single(
        Gauge,
        "lojal_signer_up",
        "1 if the guard or the signer has answered last time.",
        u64::from(counts.signer_up),
    );
    text.single(Gauge, "lojal_guard_height", "The highest height at which the guard has signed.", counts.guard_height);
    text.single(Gauge, "lojal_round", "The round of consensus that this node is in.", counts.round);
    let execute = seconds(Duration::from_micros(counts.execute_us));
    text.single(Counter, "lojal_execute_seconds_total", "Time spent executing blocks.", execute);
    let commit = seconds(Duration::from_micros(counts.commit_us));
    text.single(Counter, "lojal_commit_seconds_total", "Time spent making decisions durable.", commit);
}

fn topics(text: &mut Text, gateway: &Gateway) {
    let counters = gateway.network.counters();
    let mut family = |name: &str, help: &str, value: fn(lojal_network::TopicCounters) -> u64| {
        text.family(Counter, name, help);
        for topic in Topic::ALL {
            text.sample(name, &[("topic", topic.name())], value(counters.topic(topic)));
        }
    };
    family("lojal_gossip_messages_in_total", "Gossip messages received.", |topic| topic.messages_in);
    family("lojal_gossip_bytes_in_total", "Bytes of gossip messages received.", |topic| topic.bytes_in);
    family("lojal_gossip_messages_out_total", "Gossip messages published.", |topic| topic.messages_out);
    family("lojal_gossip_bytes_out_total", "Bytes of gossip messages published.", |topic| topic.bytes_out);
    family("lojal_gossip_dropped_in_total", "Gossip messages that this node was too slow for.", |topic| {
        topic.dropped_in
    });
    family("lojal_gossip_dropped_out_total", "Gossip messages that were too long or found queues full.", |topic| {
        topic.dropped_out
    });
}

fn connections(text: &mut Text, gateway: &Gateway) {
    text.single(Gauge, "lojal_peers", "Peers connected right now.", gateway.network.peer_count());
    let name = "lojal_peer_height";
    text.family(Gauge, name, "Height of the last block that a peer says it has.");
    for (peer, height) in gateway.metrics.peer_heights() {
        text.sample(name, &[("peer", &peer.to_string())], height);
    }
    let counters = gateway.network.counters();
    let mut count = |name: &str, help: &str, value: u64| text.single(Counter, name, help, value);
    count("lojal_p2p_received_bytes_total", "Bytes received over all sockets of peers.", counters.bytes_received);
    count("lojal_p2p_sent_bytes_total", "Bytes sent over all sockets of peers.", counters.bytes_sent);
    count("lojal_p2p_connections_refused_total", "Connections of strangers refused.", counters.connections_refused);
    count("lojal_p2p_connections_limited_total", "Connections refused as too many.", counters.connections_limited);
    count("lojal_p2p_handshakes_failed_total", "Incoming connections without a handshake.", counters.handshakes_failed);
    count("lojal_p2p_dials_failed_total", "Outgoing connections that failed.", counters.dials_failed);
    count("lojal_p2p_pings_failed_total", "Connections dropped for unanswered pings.", counters.pings_failed);
    count("lojal_p2p_unsubscribed_total", "Connections dropped for missing topics.", counters.unsubscribed);
    count("lojal_p2p_messages_refused_total", "Gossip messages refused.", counters.messages_refused);
    count("lojal_p2p_messages_replayed_total", "Old gossip messages sent again.", counters.messages_replayed);
    count("lojal_p2p_messages_lost_total", "Gossip messages that slow peers didn't get.", counters.messages_lost);
    count("lojal_p2p_requests_in_total", "Requests of peers.", counters.requests_in);
    count("lojal_p2p_requests_refused_total", "Requests of peers refused as too many.", counters.requests_refused);
    count("lojal_p2p_requests_out_total", "Requests sent to peers.", counters.requests_out);
    count("lojal_p2p_requests_failed_total", "Requests that peers didn't answer.", counters.requests_failed);
    count("lojal_p2p_request_bytes_in_total", "Bytes of requests and responses received.", counters.request_bytes_in);
    count("lojal_p2p_request_bytes_out_total", "Bytes of requests and responses sent.", counters.request_bytes_out);
    count("lojal_p2p_oversized_total", "Messages of this node that were too long to send.", counters.oversized);
    count("lojal_p2p_events_dropped_total", "Events of the network that nobody read.", counters.events_dropped);
}

/// Writes the offences of permitted peers; those without any are not listed.
fn offences(text: &mut Text, gateway: &Gateway) {
    let offences = gateway.network.offences();
    let mut family = |name: &str, help: &str, value: fn(&OffenceCounters) -> u64| {
        text.family(Counter, name, help);
        for (peer, counters) in &offences {
            text.sample(name, &[("peer", &peer.to_string())], value(counters));
        }
    };
    family("lojal_p2p_over_budget_total", "Messages and requests beyond a peer's budget.", |peer| peer.over_budget);
    family("lojal_p2p_reported_total", "Messages that no honest peer sends: undecodable or forged.", |peer| {
        peer.reported
    });
    family("lojal_p2p_shut_outs_total", "Times that a peer was shut out for a while.", |peer| peer.shut_outs);
}

fn store(text: &mut Text, gateway: &Gateway) {
    let counts = gateway.store.counts();
    text.single(Gauge, "lojal_store_log_bytes", "Bytes in the block log.", counts.log_bytes);
    text.single(Counter, "lojal_store_syncs_total", "Syncs of the block log.", counts.syncs);
    text.single(Gauge, "lojal_store_damaged_blocks", "Heights at which the block log is damaged now.", counts.damaged);
    let found = counts.damage_found;
    text.single(Counter, "lojal_store_damage_found_total", "Heights at which the block log was found damaged.", found);
    text.single(Counter, "lojal_store_mended_total", "Heights at which the block log was put right.", counts.mended);
    let height = counts.scrubbed_height;
    text.single(Gauge, "lojal_store_scrubbed_height", "How far the block log has been read through.", height);
    text.single(Counter, "lojal_store_scrubs_total", "Times that all of the block log was read.", counts.scrubs);
    let sync_time = seconds(counts.sync_time);
    text.single(Counter, "lojal_store_sync_seconds_total", "Time spent on syncs of the block log.", sync_time);
    text.single(Counter, "lojal_store_checkpoints_total", "Checkpoints written.", counts.checkpoints);
    let height = counts.checkpoint_height;
    let age = seconds(counts.checkpoint_age);
    text.single(Gauge, "lojal_checkpoint_age_seconds", "Time since the last checkpoint, or the start.", age);
    if let Some(free) = counts.disk_free {
        text.single(Gauge, "lojal_disk_free_bytes", "Bytes that are free on the disk of the block log.", free);
    }
    let first = gateway.store.first_block();
    text.single(Gauge, "lojal_first_height", "The first height whose block this node has or will have.", first);
    if let Some(newest) = gateway.store.snapshots().first() {
        let height = newest.height();
        text.single(Gauge, "lojal_snapshot_height", "Height of the newest snapshot that this node has.", height);
        let (chunks, ids) = newest.manifest().bytes();
        let help = "Bytes of the newest snapshot that this node has.";
        text.single(Gauge, "lojal_snapshot_bytes", help, chunks.saturating_add(ids));
    }
    text.single(Gauge, "lojal_store_checkpoint_height", "Height of the last checkpoint.", height);
    let bytes = counts.bytes_since_checkpoint;
    text.single(Gauge, "lojal_store_bytes_since_checkpoint", "Bytes of blocks that no checkpoint holds yet.", bytes);
}

fn pages(text: &mut Text, gateway: &Gateway) {
    let counts = gateway.store.pages().counts();
    let mut gauge = |name: &str, help: &str, value: u64| text.single(Gauge, name, help, value);
    gauge("lojal_state_memory_pages", "Pages of the state in memory, about.", counts.memory_pages);
    gauge("lojal_state_memory_bytes", "Bytes of the pages of the state in memory, about.", counts.memory_bytes);
    gauge("lojal_state_stored_pages", "Pages of the state on disk.", counts.stored_pages);
    gauge("lojal_state_table_bytes", "Bytes of the table that says where pages lie.", counts.table_bytes);
    let mut count = |name: &str, help: &str, value: u64| text.single(Counter, name, help, value);
    let asked = "Times that a block, a submission or a reader was asked again for pages that it lacked.";
    count("lojal_state_asked_again_total", asked, counts.asked);
    count("lojal_state_pages_loaded_total", "Pages of the state read from disk.", counts.loads);
    count("lojal_state_loaded_bytes_total", "Bytes of pages of the state read from disk.", counts.loaded_bytes);
    count("lojal_state_pages_given_up_total", "Pages of the state given up in memory.", counts.given_up);
}
