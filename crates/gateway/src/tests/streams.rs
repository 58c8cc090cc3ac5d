//! A reader of a stream of events.

use std::io::{BufRead, BufReader};

use lojal_types::api::{Event, EventPlace, Problem};
use tokio::sync::mpsc;
use tokio::time::timeout;
use ureq::Agent;

use super::http::PATIENCE;
use super::node::Node;

/// A message of a stream.
#[derive(Debug)]
pub(super) enum Message {
    Event(Box<Event>),
    /// Nothing up to a place.
    Pulse(EventPlace),
    /// The reason for the end.
    End(Box<Problem>),
}

/// Somebody who listens.
pub(super) struct Listener {
    messages: mpsc::UnboundedReceiver<Message>,
    /// Everything that has been told, as it came.
    pub(super) told: Vec<Event>,
}

impl Listener {
    /// Opens a stream with a token, which must be granted; it has begun when this returns.
    pub(super) async fn open(node: &Node, token: &str, query: &str) -> Self {
        Self::open_with(node, query, vec![("authorization", format!("Bearer {token}"))]).await
    }
    /// Opens one with other headers.
    pub(super) async fn open_with(node: &Node, query: &str, headers: Vec<(&'static str, String)>) -> Self {
        let (sender, messages) = mpsc::unbounded_channel();
        let url = format!("http://{}/v1/events?{query}", node.address());
        // A thread of its own, which nobody waits for at the end.
        std::thread::spawn(move || listen(&url, headers, &sender));
        let mut listener = Self { messages, told: Vec::new() };
        let first = listener.next().await;
        assert!(matches!(first, Some(Message::Event(_) | Message::Pulse(_))), "{first:?}");
        listener
    }
    /// The next message; none at the end of the stream.
    pub(super) async fn next(&mut self) -> Option<Message> {
        let message = timeout(PATIENCE, self.messages.recv()).await.expect("a message, or the end");
        if let Some(Message::Event(event)) = &message {
            self.told.push((**event).clone());
        }
        message
    }
    /// Listens until so many events have been told; answers with all of them as type and id.
    pub(super) async fn hear(&mut self, events: usize) -> Vec<(String, String)> {
        while self.told.len() < events {
            let message = self.next().await;
            assert!(matches!(message, Some(Message::Event(_) | Message::Pulse(_))), "{message:?}");
        }
        self.names()
    }
    /// Listens until the end; answers with the code of its reason, if it has one.
    pub(super) async fn end(&mut self) -> Option<String> {
        while let Some(message) = self.next().await {
            if let Message::End(problem) = message {
                return Some(problem.code);
            }
        }
        None
    }
    /// The events so far, as type and id.
    pub(super) fn names(&self) -> Vec<(String, String)> {
        self.told.iter().map(|event| (event.kind.clone(), event.id.to_string())).collect()
    }
}

fn listen(url: &str, headers: Vec<(&'static str, String)>, sender: &mpsc::UnboundedSender<Message>) {
    let agent: Agent = Agent::config_builder().proxy(None).timeout_per_read(Some(PATIENCE)).build().into();
    let request = headers.into_iter().fold(agent.get(url), |request, (name, value)| request.header(name, value));
    let answer = request.call().expect("a stream");
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let (mut id, mut event, mut data) = (None, None, None);
    for line in BufReader::new(answer.into_body().into_reader()).lines() {
        // The gateway of a test that has ended is gone.
        let Ok(line) = line else { return };
        match line.split_once(": ") {
            Some(("id", value)) => id = Some(value.parse::<EventPlace>().expect("a place")),
            Some(("event", value)) => event = Some(value.to_owned()),
            Some(("data", value)) => data = Some(value.to_owned()),
            _ => {}
        }
        if !line.is_empty() {
            continue;
        }
        let message = match (id.take(), event.take(), data.take()) {
            (Some(id), None, Some(data)) => {
                let event: Event = serde_json::from_str(&data).expect("an event");
                assert_eq!(event.id, id);
                Message::Event(Box::new(event))
            }
            (Some(id), None, None) => Message::Pulse(id),
            (None, Some(_), Some(data)) => Message::End(Box::new(serde_json::from_str(&data).expect("a problem"))),
            other => panic!("no message of a stream: {other:?}"),
        };
        if sender.send(message).is_err() {
            return;
        }
    }
}
