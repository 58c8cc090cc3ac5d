//! `lojal listen`: what happens, as a webhook to a program on this machine.

use std::time::Duration;

use lojal_types::api::{Event, EventPlace};
use lojal_wallet::clock;
use lojal_wallet::hook::HookSecret;
use schemars::JsonSchema;
use serde::Serialize;
use ureq::Agent;
use ureq::http::Uri;

use super::context::Context;
use super::watch::tell_events;
use crate::cli::ListenArgs;
use crate::error::CommandError;
use crate::output::{Report, to_value};

/// The time that a receiver has, as a gateway's webhooks give it.
const PATIENCE: Duration = Duration::from_secs(15);
/// Hosts that are this machine.
const HERE: [&str; 4] = ["localhost", "127.0.0.1", "::1", "[::1]"];
const CONTENT_TYPE: &str = "application/cloudevents+json";

/// The secret that signatures are checked with.
#[derive(Serialize, JsonSchema)]
pub(super) struct Secret {
    /// The secret, after `whsec_`.
    secret: String,
}

/// An event that was sent.
#[derive(Serialize, JsonSchema)]
pub(super) struct Sent {
    /// Its id.
    event: EventPlace,
    /// Its type.
    #[serde(rename = "type")]
    kind: String,
    /// The status of the receiver's answer; null if there was none.
    status: Option<u16>,
    /// The reason that there was none; null if there was one.
    error: Option<String>,
}

/// `lojal listen`.
pub(super) fn listen(context: &Context, args: &ListenArgs) -> Result<Report, CommandError> {
    let home = context.home()?;
    let secret = HookSecret::of(home.dir())?;
    let url = match &args.forward {
        // Asked for by its name.
        None => {
            let secret = secret.text().to_string();
            return Ok(Report::done(&Secret { secret: secret.clone() }, secret));
        }
        Some(url) => here(url)?,
    };
    let config = Agent::config_builder().timeout_global(Some(PATIENCE)).max_redirects(0).http_status_as_error(false);
    let agent = Agent::new_with_config(config.proxy(None).build());
    if !context.options.json {
        lojal_print::note(format!("sending to {url}; the receiver's secret: lojal listen --secret"));
    }
    let json = context.options.json;
    tell_events(context, &args.events, &|event, _| {
        let answer = send(&agent, &url, &secret, event);
        let (status, error) = match &answer {
            Ok(status) => (Some(*status), None),
            Err(error) => (None, Some(error.to_string())),
        };
        if json {
            let sent = Sent { event: event.id, kind: event.kind.clone(), status, error };
            return lojal_print::document(&to_value(&sent).to_string());
        }
        let kind = event.kind.strip_prefix("lojal.").unwrap_or(&event.kind);
        let event_id = event.id.to_string();
        let became = match (status, error) {
            (Some(status), _) if (200..300).contains(&status) => status.to_string(),
            (Some(status), _) => format!("{status}: not taken, and not sent again"),
            (None, error) => format!("not sent, and not sent again: {}", error.unwrap_or_default()),
        };
        lojal_print::line(format!("{}  {kind}  {event_id}  {became}", event.time));
    })
}

/// An address of this machine: what happens to an account is nobody else's business.
fn here(url: &str) -> Result<String, CommandError> {
    let uri: Option<Uri> = url.trim().parse().ok();
    let is_here =
        uri.is_some_and(|uri| uri.scheme_str() == Some("http") && uri.host().is_some_and(|host| HERE.contains(&host)));
    if is_here { Ok(url.trim().to_owned()) } else { Err(CommandError::Usage(NOT_HERE)) }
}

const NOT_HERE: &str = "lojal listen sends to this machine only, such as http://127.0.0.1:3000/lojal: register any \
                        other address with lojal webhook add";

/// Sends one event as a gateway's webhook does; gives the status of the answer.
fn send(agent: &Agent, url: &str, secret: &HookSecret, event: &Event) -> Result<u16, ureq::Error> {
    let body = serde_json::to_string(event).expect("plain data");
    let seconds = clock::local_time().map_or(event.data.time_ms.get(), |now| now.get()) / 1_000;
    let id = event.id.to_string();
    let signature = secret.signature(&id, seconds, &body);
    let request = agent
        .post(url)
        .header("content-type", CONTENT_TYPE)
        .header("webhook-id", &id)
        .header("webhook-timestamp", seconds.to_string())
        .header("webhook-signature", signature);
    request.send(&body).map(|answer| answer.status().as_u16())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_told() {
        for url in ["http://127.0.0.1:3000/lojal", " http://localhost/x", "http://[::1]:8080/"] {
            assert_eq!(here(url).expect(url), url.trim());
        }
        let elsewhere = [
            "https://shop.example.org/",
            "http://shop.example.org/",
            "http://127.0.0.1.example.org/",
            "http://localhost@example.org/",
            "127.0.0.1:3000",
            "file:///etc/passwd",
            "",
        ];
        for url in elsewhere {
            assert!(here(url).is_err(), "{url}");
        }
    }
}
