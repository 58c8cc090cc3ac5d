//! Streams of events, as gateways and others send them.

use super::*;
use crate::{EventsOf, Told};

fn event(id: &str, subject: &str) -> String {
    let data = serde_json::json!({
        "specversion": "1.0", "id": id, "source": "/lojal/09090909", "type": "lojal.points.transferred",
        "subject": subject, "time": "2027-03-14T00:00:00.000Z", "datacontenttype": "application/json",
        "data": { "height": 812, "time_ms": 1, "operation": {
            "type": "transfer", "brand": "kaffet", "from": address(), "to": address(), "amount": 5
        } }
    });
    format!("id: {id}\ndata: {data}\n\n")
}

/// The places that a stream with this content tells, and how it ends.
fn told(after: Option<&str>, content: String) -> (Vec<String>, Option<ClientError>) {
    let server = Server::start(move |_| Answer::With(200, content.clone().into_bytes()));
    let after = after.map(|place| place.parse().expect("a place"));
    let events = client(&server).events(&EventsOf::Account(address()), &[], after).expect("a stream");
    let (mut places, mut fault) = (Vec::new(), None);
    for told in events {
        match told {
            Ok(told) => places.push(told.place().to_string()),
            Err(error) => fault = Some(error),
        }
    }
    (places, fault)
}

#[test]
fn a_stream_tells_events_and_how_far_there_are_none() {
    let own = address().to_string();
    let content = [": block 812\nid: 812\n\n", &event("813-0-0", &own), ": alive\n\n", "id: 900\nx: y\n\n"].concat();
    assert_eq!(told(Some("812"), content), (vec!["812".into(), "813-0-0".into(), "900".into()], None));
}

#[test]
fn a_question_for_events_says_whose_and_which_and_from_where() {
    let own = address().to_string();
    let answer = event("813-0-0", &own);
    let server = Server::start(move |_| Answer::With(200, answer.clone().into_bytes()));
    let types = ["points.issued".to_owned(), "hold".to_owned()];
    let after = "812-3-0".parse().ok();
    let mut events = client(&server).events(&EventsOf::Account(address()), &types, after).expect("a stream");
    let Some(Ok(Told::Event(event))) = events.next() else { panic!("an event") };
    assert_eq!((event.kind.as_str(), event.data.height.get()), ("lojal.points.transferred", 812));
    assert!(event.data.operation.is_some());
    assert!(events.next().is_none());
    let path = server.requests().pop().expect("a request").path;
    assert_eq!(path, format!("/v1/events?account={own}&types=points.issued-hold&after=812-3-0"));
}

#[test]
fn what_is_no_stream_of_these_events_is_told_from_one() {
    let own = address().to_string();
    let fault = |content: String| told(Some("812-3-0"), content).1;
    let back = fault(event("812-3-0", &own));
    assert!(matches!(back, Some(ClientError::Untrue { .. })), "{back:?}");
    let long = format!("data: {}\n\n", "x".repeat(2 * 1024 * 1024));
    for content in [event("813-0-0", "kaffet"), event("813", &own).replace("data", "date"), long] {
        let shown = content[..content.len().min(40)].to_owned();
        let fault = fault(content);
        let is_none = fault.is_none() && shown.starts_with("id: 813\n");
        let is_flaw = matches!(fault, Some(ClientError::Unexpected { .. } | ClientError::Interrupted { .. }));
        assert!(is_none || is_flaw, "{shown}: {fault:?}");
    }
    for content in ["id: x\n\n", "data: {}\n\n", "id: 813-0-0\ndata: {}\n\n", "event: end\ndata: {}\n\n"] {
        let fault = fault(content.to_owned());
        assert!(matches!(fault, Some(ClientError::Unexpected { .. })), "{content}: {fault:?}");
    }
    let half = fault("id: 813".to_owned());
    assert!(matches!(half, Some(ClientError::Interrupted { .. })), "{half:?}");
}

#[test]
fn a_stream_that_is_ended_says_why() {
    let problem = r#"{"type":"x","title":"x","status":403,"detail":"x","code":"not_permitted"}"#;
    let (places, fault) = told(None, format!("id: 812\n\nevent: end\ndata: {problem}\n\n"));
    assert_eq!(places, ["812"]);
    assert!(fault.is_some_and(|fault| fault.is_problem("not_permitted")));
    let server = Server::start(|_| Answer::problem(401, "token_missing"));
    let refused = client(&server).events(&EventsOf::Brand("kaffet".parse().expect("valid")), &[], None);
    assert!(refused.is_err_and(|error| error.is_problem("token_missing")));
}
