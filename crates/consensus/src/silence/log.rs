//! The write-ahead log of an engine that signs nothing.

use arc_malachitebft_engine::wal::{Msg, WalRef};
use async_trait::async_trait;
use ractor::{Actor, ActorProcessingErr, ActorRef, SpawnErr};

use crate::context::Context;

struct NoLog;

/// A log that keeps nothing: whoever signs nothing has nothing to remember, and the validator's own log stays as it is.
pub(crate) async fn no_log() -> Result<WalRef<Context>, SpawnErr> {
    Actor::spawn(None, NoLog, ()).await.map(|(actor, _)| actor)
}

#[async_trait]
impl Actor for NoLog {
    type Msg = Msg<Context>;
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Self::Msg>, (): ()) -> Result<(), ActorProcessingErr> {
        Ok(())
    }

    async fn handle(&self, _: ActorRef<Self::Msg>, message: Self::Msg, (): &mut ()) -> Result<(), ActorProcessingErr> {
        // An engine that is gone needs no answers.
        match message {
            Msg::StartedHeight(_, reply) => {
                let _ = reply.send(Ok(Vec::new()));
            }
            Msg::Reset(_, reply) | Msg::Append(_, _, reply) | Msg::Flush(reply) => {
                let _ = reply.send(Ok(()));
            }
            Msg::Dump => {}
        }
        Ok(())
    }
}
