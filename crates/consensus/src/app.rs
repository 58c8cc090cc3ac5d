//! The loop that answers the engine (ARCHITECTURE.md, A transaction's way). Most answers block the engine's connector,
//! so none of them waits for anything but the execution thread; only the start of the next height may be put off, see
//! [`pace`].
//!
//! [`pace`]: crate::pace

use std::collections::BTreeSet;
use std::time::Duration;

use arc_malachitebft_app_channel::app::types::{LocallyProposedValue, ProposedValue};
use arc_malachitebft_app_channel::{AppMsg, Channels, NetworkMsg, Reply};
use arc_malachitebft_core_consensus::MisbehaviorEvidence;
use arc_malachitebft_core_types::{CommitCertificate, LinearTimeouts, Round, Validity};
use arc_malachitebft_engine::host::{HeightParams, SyncedValueOutcome};
use arc_malachitebft_engine::util::streaming::{StreamContent, StreamId, StreamMessage};
use lojal_network::Warnings;
use lojal_store::{ProposalRecord, Store, StoreError};
use lojal_types::{BlockId, Name, ValidatorSet};
use thiserror::Error;

use crate::certificates::{CertificateFormError, from_engine};
use crate::context::{Address, Context, EngineValidatorSet, Height, Part, Value};
use crate::executor::{ExecutorFault, ExecutorHandle, Proposed, Verdict};
use crate::limits::{PROPOSE_TIMEOUT, TIMEOUT_DELTA, TIMEOUT_MAX, VOTE_TIMEOUT};
use crate::membership::Membership;
use crate::metrics::Metrics;
use crate::pace::Pace;
use crate::parts::{Assembled, Assembler, split};
use crate::peer_ids::our_id;
use crate::versions::{TooOld, VersionWatch};

/// A reason the loop ended; the node stops with it.
#[derive(Debug, Error)]
pub enum AppError {
    /// See [`ExecutorFault`].
    #[error(transparent)]
    Executor(#[from] ExecutorFault),
    /// The disk failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The engine's certificate has no canonical form.
    #[error(transparent)]
    Certificate(#[from] CertificateFormError),
    /// See [`TooOld`].
    #[error(transparent)]
    TooOld(#[from] TooOld),
    /// The engine stopped by itself; its reason stands in the log before.
    #[error("the consensus engine has stopped; its reason stands in the log")]
    EngineStopped,
}

/// The state and the handles that the loop works with.
pub(crate) struct App {
    pub(crate) executor: ExecutorHandle,
    pub(crate) store: Store,
    pub(crate) metrics: Metrics,
    pub(crate) pace: Pace,
    pub(crate) assembler: Assembler,
    /// Has the network follow the ledger.
    pub(crate) membership: Membership,
    /// The validators that decided the last block.
    pub(crate) deciders: ValidatorSet,
    /// About validators that contradict themselves.
    pub(crate) warnings: Warnings<Name>,
    /// Tells when this program is too old.
    pub(crate) versions: VersionWatch,
}

impl App {
    /// Answers the engine until it stops, or `over` is over between two answers.
    pub(crate) async fn run(
        &mut self,
        mut channels: Channels<Context>,
        over: impl Future<Output = ()>,
    ) -> Result<(), AppError> {
        let mut over = std::pin::pin!(over);
        loop {
            let message = tokio::select! {
                biased;
                () = &mut over => return Ok(()),
                message = channels.consensus.recv() => message.ok_or(AppError::EngineStopped)?,
            };
            self.answer(message, &channels).await?;
        }
    }

    /// Lets the execution thread finish.
    pub(crate) async fn join(self) {
        self.executor.join().await;
    }

    async fn answer(&mut self, message: AppMsg<Context>, channels: &Channels<Context>) -> Result<(), AppError> {
        match message {
            AppMsg::ConsensusReady { reply } => {
                self.pace.wait_for_quorum(&self.validators()).await;
                let next = Height(self.store.tip().height.next());
                tell(reply, (next, self.height_params()));
            }
            AppMsg::StartedRound { height, round, reply_value, .. } => {
                tell(reply_value, self.started_round(height, round).await?);
            }
            AppMsg::GetValue { height, round, reply, .. } => {
                let Some(proposed) = self.propose(height, round).await? else {
                    // The engine's round then times out, as if this node were down.
                    tracing::error!(%height, %round, "the engine wants a block for a height that is not the next one");
                    return Ok(());
                };
                tell(reply, LocallyProposedValue::new(height, round, Value(proposed.record.block)));
                publish(channels, &proposed).await;
            }
            AppMsg::ReceivedProposalPart { published_by, part, reply, .. } => {
                tell(reply, self.received_part(published_by.map(our_id), part).await?);
            }
            AppMsg::RestreamProposal { height, round, valid_round, address, value_id } => {
                self.restream(channels, height, round, valid_round, address, value_id.0).await?;
            }
            AppMsg::Decided { certificate, reply, .. } => {
                self.decided(&certificate).await?;
                tell(reply, ());
            }
            AppMsg::Finalized { certificate, evidence, reply, .. } => {
                if !evidence.is_empty() {
                    self.metrics.record_evidence(evidence.proposals.iter().count() + evidence.votes.iter().count());
                    self.tell_of(&evidence, certificate.height);
                }
                self.note_begun_proposal();
                let heartbeat = Duration::from_millis(self.store.view().parameters().heartbeat_ms);
                let next = (self.validators(), self.height_params());
                self.pace.start_next(certificate.height.0, heartbeat, next, reply);
            }
            AppMsg::ProcessSyncedValue { height, round, proposer, value_bytes, reply } => {
                let outcome = self.synced(height, round, proposer, value_bytes.to_vec()).await?;
                if matches!(&outcome, SyncedValueOutcome::Verdict(value) if value.validity == Validity::Valid) {
                    self.pace.synced(height.0);
                }
                tell(reply, outcome);
            }
            AppMsg::GetDecidedValues { reply, .. } => {
                // Requests of peers don't reach the engine: `serving` answers them.
                tell(reply, Vec::new());
            }
            AppMsg::GetHistoryMinHeight { reply } => {
                tell(reply, Height(self.store.first_block()));
            }
            AppMsg::ExtendVote { reply, .. } => tell(reply, None),
            AppMsg::VerifyVoteExtensions { extensions, reply, .. } => {
                tell(reply, extensions.into_iter().map(|(address, ())| (address, Ok(()))).collect());
            }
        }
        Ok(())
    }

    /// Names the validators whose votes or proposals contradict each other, each at most once a minute.
    fn tell_of(&mut self, evidence: &MisbehaviorEvidence<Context>, height: Height) {
        for validator in self.names_in(evidence) {
            if let Some(count) = self.warnings.count(validator.clone(), "evidence") {
                tracing::error!(%height, %validator, ?evidence, count, "a validator contradicted itself");
            }
        }
    }

    /// The names of those who are to blame, who were validators at the height of the last block.
    fn names_in(&self, evidence: &MisbehaviorEvidence<Context>) -> BTreeSet<Name> {
        let addresses = evidence.proposals.iter().map(|(address, _)| address);
        let addresses = addresses.chain(evidence.votes.iter().map(|(address, _)| address));
        addresses.filter_map(|address| Some(self.deciders.get(&address.0)?.name.clone())).collect()
    }

    fn validators(&self) -> ValidatorSet {
        self.store.view().validators().clone()
    }

    fn height_params(&self) -> HeightParams<Context> {
        let validators = EngineValidatorSet::new(self.validators());
        HeightParams::new(validators, timeouts(), None)
    }

    async fn propose(&self, height: Height, round: Round) -> Result<Option<Proposed>, AppError> {
        let Some(number) = round.as_u32() else { return Ok(None) };
        Ok(self.executor.propose(height.0, number).await?)
    }

    /// The proposals of the round that are known already, from before a crash, and those of any round that came before
    /// their parent was decided.
    async fn started_round(&mut self, height: Height, round: Round) -> Result<Vec<ProposedValue<Context>>, AppError> {
        let Some(number) = round.as_u32() else { return Ok(Vec::new()) };
        self.metrics.record_round(number);
        if number > 0 {
            self.metrics.record_failed_round();
        }
        self.assembler.started_round(number);
        let mut values = Vec::new();
        for proposal in self.assembler.due() {
            values.extend(self.check(proposal).await?);
        }
        for record in self.executor.proposals(height.0, number).await? {
            let value = proposed_value(&record, Validity::Valid);
            if !values.contains(&value) {
                values.push(value);
            }
        }
        Ok(values)
    }

    async fn received_part(
        &mut self,
        publisher: Option<lojal_network::PeerId>,
        part: StreamMessage<Part>,
    ) -> Result<Option<ProposedValue<Context>>, AppError> {
        let StreamContent::Data(part) = part.content else { return Ok(None) };
        let proposal = self.assembler.add(part, publisher, &self.validators());
        self.note_begun_proposal();
        match proposal {
            Some(proposal) => self.check(proposal).await,
            None => Ok(None),
        }
    }

    /// A height that its first proposer has begun need not be waited for.
    fn note_begun_proposal(&self) {
        if self.assembler.has_begun() {
            self.pace.proposal_begun(self.store.tip().height.next());
        }
    }

    async fn check(&self, proposal: Assembled) -> Result<Option<ProposedValue<Context>>, AppError> {
        let record = proposal.record;
        Ok(match self.executor.check(proposal, false).await? {
            Verdict::Valid => Some(proposed_value(&record, Validity::Valid)),
            Verdict::Invalid => Some(proposed_value(&record, Validity::Invalid)),
            Verdict::Unusable => None,
        })
    }

    /// Publishes a block again: in a later round, or on behalf of its proposer.
    async fn restream(
        &self,
        channels: &Channels<Context>,
        height: Height,
        round: Round,
        valid_round: Round,
        proposer: Address,
        block: BlockId,
    ) -> Result<(), AppError> {
        let (Some(round), Some(bytes)) = (round.as_u32(), self.executor.find(block).await?) else { return Ok(()) };
        let valid_round = valid_round.as_u32();
        let record = ProposalRecord { height: height.0, round, valid_round, proposer: proposer.0, block };
        publish(channels, &Proposed { record, bytes }).await;
        Ok(())
    }

    async fn decided(&mut self, certificate: &CommitCertificate<Context>) -> Result<(), AppError> {
        let deciders = self.validators();
        self.executor.decide(from_engine(certificate)?).await?;
        // The engine doesn't even begin a height that this program can't judge.
        self.versions.look(self.store.view().protocol(), self.store.tip().height.next())?;
        self.deciders = deciders;
        self.assembler.decided(certificate.height.0, &self.validators());
        // Before the next height begins: its validators have to hear each other.
        self.membership.follow().await?;
        Ok(())
    }

    /// A decided block of a peer. The engine checks its certificate, the execution thread everything else.
    async fn synced(
        &self,
        height: Height,
        round: Round,
        proposer: Address,
        bytes: Vec<u8>,
    ) -> Result<SyncedValueOutcome<Context>, AppError> {
        let (Some(number), Ok(block)) = (round.as_u32(), lojal_types::Block::decode(&bytes)) else {
            return Ok(SyncedValueOutcome::PeerFault);
        };
        // The engine has compared the header's id with the certificate; the rest of the bytes is the peer's word.
        if !block.is_whole() {
            return Ok(SyncedValueOutcome::PeerFault);
        }
        let id = block.header.id();
        let record =
            ProposalRecord { height: height.0, round: number, valid_round: None, proposer: proposer.0, block: id };
        Ok(match self.executor.check(Assembled { record, bytes }, true).await? {
            Verdict::Valid => SyncedValueOutcome::Verdict(proposed_value(&record, Validity::Valid)),
            Verdict::Invalid => SyncedValueOutcome::Verdict(proposed_value(&record, Validity::Invalid)),
            Verdict::Unusable => SyncedValueOutcome::LocalTransientError,
        })
    }
}

fn proposed_value(record: &ProposalRecord, validity: Validity) -> ProposedValue<Context> {
    ProposedValue {
        height: Height(record.height),
        round: Round::new(record.round),
        valid_round: record.valid_round.map_or(Round::Nil, Round::new),
        proposer: Address(record.proposer),
        value: Value(record.block),
        validity,
    }
}

/// Answers the engine. One that is gone is stopping; then so does the loop, with its next message.
fn tell<T>(reply: Reply<T>, answer: T) {
    let _ = reply.send(answer);
}

/// Publishes a block in parts. A network that is gone is noticed elsewhere.
async fn publish(channels: &Channels<Context>, proposed: &Proposed) {
    let stream = stream_id(&proposed.record);
    for (part, sequence) in split(&proposed.record, &proposed.bytes).into_iter().zip(0..) {
        let message = StreamMessage::new(stream.clone(), sequence, StreamContent::Data(part));
        if channels.network.send(NetworkMsg::PublishProposalPart(message)).await.is_err() {
            return;
        }
    }
}

fn stream_id(record: &ProposalRecord) -> StreamId {
    let id = [record.height.get().to_be_bytes().as_slice(), &record.round.to_be_bytes()].concat();
    StreamId::new(id.into())
}

fn timeouts() -> LinearTimeouts {
    LinearTimeouts {
        propose: PROPOSE_TIMEOUT,
        propose_delta: TIMEOUT_DELTA,
        prevote: VOTE_TIMEOUT,
        prevote_delta: TIMEOUT_DELTA,
        precommit: VOTE_TIMEOUT,
        precommit_delta: TIMEOUT_DELTA,
        rebroadcast: PROPOSE_TIMEOUT + 2 * VOTE_TIMEOUT,
        max_timeout: TIMEOUT_MAX,
    }
}

#[cfg(test)]
mod tests;
