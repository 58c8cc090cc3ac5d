//! `GET /v1/node` at the node's own address: the node at a glance, for its own people.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use lojal_consensus::{Life, Role, Roster};
use lojal_network::PeerId;
use lojal_types::{Height, api};

use crate::app::{App, Gateway};
use crate::health::readyz;
use crate::problem::Failure;

/// The node at this moment.
pub(crate) async fn node(State(app): State<Arc<App>>) -> Result<Json<api::Node>, Failure> {
    let not_ready = readyz(State(app.clone())).await.err().map(|failure| failure.into_problem().detail);
    let roster = app.read(Roster::of).await?;
    let gateway = &app.gateway;
    let (view, store, counts) = (gateway.store.view(), gateway.store.counts(), gateway.metrics.counts());
    let tip = view.tip();
    let round = u32::try_from(counts.round).unwrap_or(u32::MAX);
    Ok(Json(api::Node {
        version: gateway.version.to_owned(),
        protocol_version: view.protocol().version,
        chain_id: view.chain_id(),
        height: tip.height,
        time_ms: tip.time_ms,
        block_age_ms: milliseconds(gateway.metrics.block_age()),
        round,
        proposer: view.validators().proposer(tip.height.next(), round).name.clone(),
        not_ready,
        is_signing: counts.is_signing && gateway.deciding().is_some(),
        guard: api::GuardState {
            is_up: counts.signer_up,
            height: Height::new(counts.guard_height),
            refusals: counts.guard_refusals,
        },
        next_key: gateway.life.as_ref().and_then(Life::next_key),
        peers: peers(gateway, &roster),
        connected: gateway.network.peer_count(),
        mempool: gateway.mempool.len(),
        trouble: api::Trouble {
            evidence: counts.evidence,
            blocks_invalid: counts.blocks_invalid,
            rounds_failed: counts.rounds_failed,
            damaged_blocks: store.damaged,
        },
        checkpoint: api::CheckpointState {
            height: store.checkpoint_height,
            age_ms: milliseconds(store.checkpoint_age),
        },
        snapshot: gateway.store.snapshots().first().map(|newest| newest.height()),
        first_height: gateway.store.first_block(),
        log_bytes: store.log_bytes,
        disk_free_bytes: store.disk_free,
    }))
}

/// The other nodes that have a part, by name.
fn peers(gateway: &Gateway, roster: &Roster) -> Vec<api::PeerState> {
    let (own, heights) = (gateway.network.local_peer_id(), gateway.metrics.peer_heights());
    let connected: BTreeSet<PeerId> = gateway.network.peers().into_iter().collect();
    let role = |role| match role {
        Role::Validator | Role::Ahead => api::PeerRole::Validator,
        Role::Candidate => api::PeerRole::Candidate,
        Role::Follower => api::PeerRole::Follower,
    };
    let others = roster.members().filter(|(id, _)| **id != own);
    let mut peers: Vec<api::PeerState> = others
        .map(|(id, member)| api::PeerState {
            name: member.name.clone(),
            role: role(member.role),
            is_connected: connected.contains(id),
            height: heights.get(id).copied(),
        })
        .collect();
    peers.sort_by(|one, other| one.name.cmp(&other.name));
    peers
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
