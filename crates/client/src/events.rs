//! `GET /v1/events`: whatever happens to an account or a brand, as it happens.

use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::time::Duration;

use lojal_types::api::{Event, EventPlace};
use lojal_types::{AddressText, BrandId};
use ureq::BodyReader;
use ureq::http::StatusCode;

use crate::{Client, ClientError, READ_TIMEOUT};

/// The longest silence of a gateway, which gives a sign of life every 15 s.
pub const SILENCE_MAX: Duration = Duration::from_secs(40);
/// Longest line of a stream, in bytes: an event has one operation, which is much smaller.
pub const EVENT_BYTES_MAX: u64 = 1024 * 1024;

/// An account or a brand whose events are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventsOf {
    /// An account.
    Account(AddressText),
    /// A brand.
    Brand(BrandId),
}

impl EventsOf {
    fn parameter(&self) -> (&'static str, String) {
        match self {
            Self::Account(account) => ("account", account.to_string()),
            Self::Brand(brand) => ("brand", brand.to_string()),
        }
    }
}

/// Something that a stream tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// An event.
    Event(Box<Event>),
    /// There was nothing else up to a place.
    Nothing {
        /// The place.
        until: EventPlace,
    },
}

impl Told {
    /// The place from which on whoever comes back hears the rest.
    pub fn place(&self) -> EventPlace {
        match self {
            Self::Event(event) => event.id,
            Self::Nothing { until } => *until,
        }
    }
}

/// A stream of events, which ends when the gateway ends it: then a new one goes on from the last place, here or at
/// another gateway.
pub struct Events {
    url: String,
    subject: String,
    reader: BufReader<BodyReader<'static>>,
    last: Option<EventPlace>,
    is_over: bool,
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("url", &self.url).field("last", &self.last).finish_non_exhaustive()
    }
}

/// The fields of one message.
#[derive(Default)]
struct Message {
    id: Option<String>,
    event: Option<String>,
    data: Option<String>,
}

impl Client {
    /// `GET /v1/events`: the events of an account or a brand after a place, or from now on; only those of some types,
    /// or all.
    ///
    /// # Errors
    /// [`ClientError::Problem`] for whoever may not read them; others: see [`ClientError`].
    pub fn events(&self, of: &EventsOf, types: &[String], after: Option<EventPlace>) -> Result<Events, ClientError> {
        let reader = self.patiently(|| self.open_events(of, types, after))?;
        let subject = of.parameter().1;
        Ok(Events { url: self.url.clone(), subject, reader, last: after, is_over: false })
    }

    fn open_events(
        &self,
        of: &EventsOf,
        types: &[String],
        after: Option<EventPlace>,
    ) -> Result<BufReader<BodyReader<'static>>, ClientError> {
        let (name, value) = of.parameter();
        let (types, after) = (types.join("-"), after.map(|place| place.to_string()));
        let mut query = vec![(name, value.as_str())];
        query.extend((!types.is_empty()).then_some(("types", types.as_str())));
        query.extend(after.as_deref().map(|after| ("after", after)));
        let mut request = self.agent.get(format!("{}/v1/events", self.url)).query_pairs(query);
        if let Some(authorization) = self.authorization() {
            request = request.header("authorization", authorization);
        }
        let config = request.config().timeout_recv_response(Some(READ_TIMEOUT)).timeout_per_read(Some(SILENCE_MAX));
        match config.build().call() {
            Ok(answer) if answer.status() == StatusCode::OK => Ok(BufReader::new(answer.into_body().into_reader())),
            answer => Err(match self.receive(answer, EVENT_BYTES_MAX) {
                Err(error) => error,
                Ok((status, _)) => self.unexpected(status, "it is no stream of events".into()),
            }),
        }
    }
}

impl Events {
    /// The next message; nothing at the end of the stream.
    fn message(&mut self) -> Result<Option<Message>, ClientError> {
        let mut message = Message::default();
        loop {
            let Some(line) = self.line()? else { return Ok(None) };
            match line.split_once(':') {
                // A comment, which may be a sign of life.
                Some(("", _)) => {}
                _ if line.is_empty() => return Ok(Some(message)),
                Some((field, value)) => {
                    let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
                    match field {
                        "id" => message.id = Some(value),
                        "event" => message.event = Some(value),
                        "data" => message.data = Some(value),
                        _ => {}
                    }
                }
                None => {}
            }
        }
    }
    fn line(&mut self) -> Result<Option<String>, ClientError> {
        let interrupted = |reason: String| ClientError::Interrupted { url: self.url.clone(), reason };
        let mut line = Vec::new();
        let read = self.reader.by_ref().take(EVENT_BYTES_MAX).read_until(b'\n', &mut line);
        read.map_err(|error| interrupted(error.to_string()))?;
        if line.is_empty() {
            return Ok(None);
        }
        if line.pop() != Some(b'\n') {
            return Err(interrupted("a line of the stream ended before its end".to_owned()));
        }
        String::from_utf8(line).map(Some).map_err(|_| self.flaw("a line is no text"))
    }
    fn told(&mut self, message: Message) -> Result<Option<Told>, ClientError> {
        if message.event.as_deref() == Some("end") {
            let problem = message.data.and_then(|data| serde_json::from_str(&data).ok());
            return Err(problem.map_or_else(|| self.flaw("its end has no reason"), ClientError::Problem));
        }
        let place = message.id.map(|id| id.parse::<EventPlace>()).transpose();
        let place = place.map_err(|_| self.flaw("an id is none"))?;
        let told = match (message.data, place) {
            (Some(data), Some(place)) => {
                let event: Event = serde_json::from_str(&data).map_err(|error| self.flaw(&error.to_string()))?;
                if event.id != place || event.subject != self.subject {
                    return Err(self.flaw("an event is another one than it says"));
                }
                Told::Event(Box::new(event))
            }
            (Some(_), None) => return Err(self.flaw("an event has no id")),
            (None, Some(until)) => Told::Nothing { until },
            (None, None) => return Ok(None),
        };
        let is_later = match &told {
            Told::Event(event) => self.last.is_none_or(|last| event.id > last),
            Told::Nothing { until } => self.last.is_none_or(|last| *until >= last),
        };
        if !is_later {
            let reason = "its events go back in time".to_owned();
            return Err(ClientError::Untrue { url: self.url.clone(), reason });
        }
        self.last = Some(told.place());
        Ok(Some(told))
    }
    fn flaw(&self, reason: &str) -> ClientError {
        let status = StatusCode::OK.as_u16();
        ClientError::Unexpected { url: self.url.clone(), status, reason: reason.to_owned() }
    }
}

impl Iterator for Events {
    type Item = Result<Told, ClientError>;
    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_over {
            let told = match self.message() {
                Ok(Some(message)) => self.told(message),
                Ok(None) => break,
                Err(error) => Err(error),
            };
            match told {
                Ok(None) => {}
                Ok(Some(told)) => return Some(Ok(told)),
                Err(error) => {
                    self.is_over = true;
                    return Some(Err(error));
                }
            }
        }
        self.is_over = true;
        None
    }
}
