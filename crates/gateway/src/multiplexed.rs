//! A connection with many requests at once: HTTP/2 (RFC 9113). Each request is one of the client's as if it had come on
//! a connection of its own, and each answer has to be taken at the same pace.
//!
//! In HTTP/2 the client says for each answer how much of it may be sent, so the connection under it can't tell who is
//! slow: an answer that isn't taken in time ends the connection. Answers are handed over in pieces, since the server
//! takes over whatever it is handed, and would hold all of an answer that nobody takes.

use std::collections::HashMap;
use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::{Error, Router};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use crate::app::App;
use crate::limits;
use crate::origin::Origin;
use crate::seat::Seat;
use crate::wire::Wire;

/// Serves a connection until it ends, is idle, too slow or too old, or the server stops.
pub(crate) async fn serve(
    wire: Wire,
    (origin, seat): (Origin, Seat),
    router: Router,
    app: Arc<App>,
    mut stopped: watch::Receiver<bool>,
) {
    let (inner, origin) = (TowerToHyperService::new(router), origin.with_many_requests());
    let asked = Asked::default();
    let (lag_max, answered, own_seat) = (app.timeouts.lag, asked.clone(), seat.clone());
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(origin.clone());
        request.extensions_mut().insert(own_seat.clone());
        let (one, answer) = (answered.one(), inner.call(request));
        async move { Ok::<_, Infallible>(answer.await?.map(|body| Doled::new(body, one, lag_max))) }
    });
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits::STREAMS_MAX)
        .max_header_list_size(u32::try_from(limits::HEAD_BYTES_MAX).expect("some KiB"))
        .initial_stream_window_size(limits::STREAM_WINDOW_BYTES)
        .initial_connection_window_size(limits::CONNECTION_WINDOW_BYTES)
        .max_send_buf_size(limits::STREAM_PIECE_BYTES)
        .keep_alive_interval(app.timeouts.head)
        .keep_alive_timeout(app.timeouts.head)
        .serve_connection(TokioIo::new(wire), service);
    let mut connection = pin!(connection);
    let end = tokio::select! {
        // Whatever the error is, the server has told the client, or the client is gone.
        _ = connection.as_mut() => return,
        () = asked.overdue(lag_max) => return,
        () = asked.idle(app.timeouts.head) => End::Answered,
        // A stream of events has given the connection's place back, and so there are no more requests on it.
        () = seat.left() => End::Stream,
        _ = stopped.wait_for(|is_stopped| *is_stopped) => End::Answered,
        () = seat.aged(app.timeouts.connection) => End::Answered,
    };
    connection.as_mut().graceful_shutdown();
    if let End::Stream = end {
        tokio::select! {
            _ = connection.as_mut() => return,
            () = asked.overdue(lag_max) => return,
            _ = stopped.wait_for(|is_stopped| *is_stopped) => {}
        }
    }
    let served = async {
        tokio::select! {
            _ = connection => {}
            () = asked.overdue(lag_max) => {}
        }
    };
    let _ = timeout(app.timeouts.request, served).await;
}

/// The way in which a connection ends that takes no more requests.
enum End {
    /// As soon as those before are answered.
    Answered,
    /// As soon as its streams end.
    Stream,
}

/// The requests of a connection that are not answered to the end.
#[derive(Clone)]
struct Asked(Arc<Mutex<Open>>);

struct Open {
    next: u64,
    /// The time by which each must have been taken, once that is known.
    due: HashMap<u64, Option<Instant>>,
    /// The time of the last end of one, or the beginning.
    since: Instant,
}

impl Default for Asked {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Open { next: 0, due: HashMap::new(), since: Instant::now() })))
    }
}

/// One of them, until this is dropped.
struct One {
    asked: Asked,
    number: u64,
}

impl Asked {
    fn one(&self) -> One {
        let mut open = self.lock();
        let number = open.next;
        open.next += 1;
        open.due.insert(number, None);
        One { asked: self.clone(), number }
    }
    /// Ends when an answer hasn't been taken in time. It is seen at the latest `lag_max` after that.
    async fn overdue(&self, lag_max: Duration) {
        let is_overdue = |open: &Open, now| open.due.values().any(|due| due.is_some_and(|due| due < now));
        self.sometime(lag_max, is_overdue).await;
    }
    /// Ends when nothing was asked for so long. It is seen at the latest when it was twice as long.
    async fn idle(&self, longest: Duration) {
        self.sometime(longest, |open, now| open.due.is_empty() && open.since + longest <= now).await;
    }
    async fn sometime(&self, every: Duration, is_so: impl Fn(&Open, Instant) -> bool) {
        let mut ticks = interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if is_so(&self.lock(), Instant::now()) {
                return;
            }
        }
    }
    /// Every value is whole after every statement.
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl One {
    /// Says by when its answer must have been taken.
    fn take_by(&self, due: Instant) {
        self.asked.lock().due.insert(self.number, Some(due));
    }
}

impl Drop for One {
    fn drop(&mut self) {
        let mut open = self.asked.lock();
        open.due.remove(&self.number);
        open.since = Instant::now();
    }
}

/// An answer that is handed over in pieces.
struct Doled {
    body: Body,
    left: Bytes,
    _one: One,
}

impl Doled {
    /// An answer that must be taken at the least rate, or lag behind that no longer than `lag_max`. One that has no
    /// size, as one that goes on, must not.
    fn new(body: Body, one: One, lag_max: Duration) -> Self {
        if let Some(bytes) = HttpBody::size_hint(&body).exact() {
            one.take_by(Instant::now() + lag_max + Duration::from_secs(bytes / limits::ANSWER_RATE_MIN));
        }
        Self { body, left: Bytes::new(), _one: one }
    }
}

impl HttpBody for Doled {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if self.left.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(bytes) => self.left = bytes,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                other => return Poll::Ready(other),
            }
        }
        let len = self.left.len().min(limits::STREAM_PIECE_BYTES);
        Poll::Ready(Some(Ok(Frame::data(self.left.split_to(len)))))
    }
    fn is_end_stream(&self) -> bool {
        self.left.is_empty() && self.body.is_end_stream()
    }
    fn size_hint(&self) -> SizeHint {
        let (left, mut hint) = (self.left.len() as u64, self.body.size_hint());
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper.saturating_add(left));
        }
        hint.set_lower(hint.lower().saturating_add(left));
        hint
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_answer_is_handed_over_in_pieces_and_nothing_of_it_is_lost() {
        let whole: Vec<u8> = (0..100_000_u32).map(|number| number.to_le_bytes()[0]).collect();
        let asked = Asked::default();
        let mut doled = Doled::new(Body::from(whole.clone()), asked.one(), Duration::from_secs(10));
        assert_eq!(doled.size_hint().exact(), Some(100_000));
        let (mut read, mut pieces) = (Vec::new(), 0);
        while let Some(frame) = std::future::poll_fn(|context| Pin::new(&mut doled).poll_frame(context)).await {
            let bytes = frame.expect("no error").into_data().expect("data");
            assert!(bytes.len() <= limits::STREAM_PIECE_BYTES);
            (pieces, read) = (pieces + 1, [read, bytes.to_vec()].concat());
            assert_eq!(doled.size_hint().exact(), Some(100_000 - read.len() as u64));
        }
        assert_eq!((pieces, read), (100_000_usize.div_ceil(limits::STREAM_PIECE_BYTES), whole));
        assert!(doled.is_end_stream());
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_is_not_taken_at_the_least_rate_is_overdue_and_one_without_a_size_never() {
        let (asked, lag_max) = (Asked::default(), Duration::from_secs(10));
        let body = Body::from(vec![0; 5 * usize::try_from(limits::ANSWER_RATE_MIN).expect("small")]);
        let started = Instant::now();
        let doled = Doled::new(body, asked.one(), lag_max);
        asked.overdue(lag_max).await;
        assert_eq!(started.elapsed().as_secs(), 20, "15 s, seen at the next look");
        drop(doled);
        let endless = Body::from_stream(futures::stream::pending::<Result<Bytes, Infallible>>());
        let _doled = Doled::new(endless, asked.one(), lag_max);
        assert!(timeout(Duration::from_secs(1_000), asked.overdue(lag_max)).await.is_err());
        assert!(timeout(Duration::from_secs(1_000), asked.idle(lag_max)).await.is_err(), "it is being answered");
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_on_which_nothing_is_asked_is_idle() {
        let (asked, longest) = (Asked::default(), Duration::from_secs(10));
        let started = Instant::now();
        drop(asked.one());
        asked.idle(longest).await;
        assert_eq!(started.elapsed().as_secs(), 10);
    }
}
