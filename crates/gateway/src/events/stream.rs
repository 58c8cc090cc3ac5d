//! One reader's stream, from its first line to its end.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use hyper::body::Frame;
use lojal_consensus::clock;
use lojal_types::TimeMs;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout_at};

use super::reading::{Reached, Slice, read};
use super::subscription::Subscription;
use crate::app::App;
use crate::clients::Place;
use crate::followers::Follower;
use crate::limits::{STREAM_LINES_MAX, STREAM_TIME_MAX};
use crate::problem::Failure;
use crate::readers::Admitted;
use crate::rights::not_permitted;
use crate::streams::End;

/// The lines of a stream as the server sends them. It has its place until it is sent or its connection is gone.
pub(super) struct Lines {
    receiver: mpsc::Receiver<Bytes>,
    _place: Place,
}

impl HttpBody for Lines {
    type Data = Bytes;
    type Error = Infallible;
    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.receiver.poll_recv(context).map(|line| line.map(|bytes| Ok(Frame::data(bytes))))
    }
}

/// Starts a stream after a place.
pub(super) fn start(app: Arc<App>, admitted: Admitted, asked: Subscription, after: Reached, place: Place) -> Lines {
    let (sender, receiver) = mpsc::channel(STREAM_LINES_MAX);
    // Followed before anything is read, so that no block can come in between.
    let follower = app.followers.follow(asked.of);
    let reader = Reader { admitted, asked: Arc::new(asked), reached: after, sender, until: end_of(&admitted) };
    tokio::spawn(async move {
        let open = app.streams.open();
        let end = reader.run(&app, follower).await;
        app.streams.ended(end);
        drop(open);
    });
    Lines { receiver, _place: place }
}

/// The moment at which a stream ends in any case.
fn end_of(admitted: &Admitted) -> Instant {
    let left = |until: TimeMs| Duration::from_millis(until.since_ms(clock::now()));
    Instant::now() + admitted.until_ms.map_or(STREAM_TIME_MAX, left).min(STREAM_TIME_MAX)
}

struct Reader {
    admitted: Admitted,
    asked: Arc<Subscription>,
    reached: Reached,
    sender: mpsc::Sender<Bytes>,
    until: Instant,
}

impl Reader {
    async fn run(mut self, app: &Arc<App>, mut follower: Follower) -> End {
        let mut beat = interval(app.timeouts.heartbeat);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            if self.admitted.is_over(clock::now()) {
                return self.end(Admitted::over(), End::Expired);
            }
            let slice = match self.next(app).await {
                Ok(Some(slice)) => slice,
                Ok(None) => return self.end(not_permitted(), End::NotPermitted),
                Err(failure) => return self.end(failure, End::Fault),
            };
            for line in slice.lines.iter().cloned() {
                if !self.tell(line).await {
                    return End::Gone;
                }
                app.streams.told();
            }
            self.reached = slice.to;
            if !slice.is_all {
                continue;
            }
            tokio::select! {
                is_woken = follower.woken() => if !is_woken { return End::Shutdown },
                _ = beat.tick() => if !self.tell(pulse(&slice)).await { return End::Gone },
                () = self.sender.closed() => return End::Gone,
                () = sleep_until(self.until) => if !self.admitted.is_over(clock::now()) { return End::Aged },
            }
        }
    }
    /// Reads on, away from the threads that serve connections.
    async fn next(&self, app: &Arc<App>) -> Result<Option<Slice>, Failure> {
        let (store, decoded, asked) = (app.gateway.store.clone(), app.decoded.clone(), self.asked.clone());
        let (caller, after) = (self.admitted.caller, self.reached);
        app.streams.work(move || read((&store, &decoded), &caller, &asked, after)).await
    }
    /// Sends a line; false if nobody takes it.
    async fn tell(&self, line: Bytes) -> bool {
        timeout_at(self.until, self.sender.send(line)).await.is_ok_and(|sent| sent.is_ok())
    }
    /// Says why the stream ends, so that its reader knows whether to come back.
    fn end(&self, failure: Failure, end: End) -> End {
        let problem = serde_json::to_string(&failure.into_problem()).expect("a problem is strings and numbers");
        let line = format!("event: end\ndata: {problem}\n\n");
        // The time may be up; whoever doesn't take it at once isn't told.
        let _ = self.sender.try_send(line.into());
        end
    }
}

/// A sign of life: the place from which whoever comes back goes on, and the last block with its time.
fn pulse(slice: &Slice) -> Bytes {
    let (height, time) = (slice.tip.height, slice.tip.time_ms.to_rfc3339());
    format!(": block {height} of {time}\nid: {}\n\n", slice.to.place).into()
}
