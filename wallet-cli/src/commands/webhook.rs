//! `lojal webhook`: addresses to which a gateway sends what happens to a brand.

use lojal_client::Client;
use lojal_types::api::{Attempt, NewWebhook, Webhook, WebhookSecret};
use lojal_wallet::clock;
use lojal_wallet::gateways::GatewaysError;
use lojal_wallet::time::utc;
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use crate::cli::WebhookCommand;
use crate::error::CommandError;
use crate::output::Report;

/// The time that a token for a change lasts: gateways take none that lasts more than 5 minutes.
const FRESH_MS: u64 = 4 * 60 * 1000;

/// An address that was removed.
#[derive(Serialize, JsonSchema)]
pub(super) struct Removed {
    /// Its id.
    removed: String,
}

/// `lojal webhook`.
pub(super) fn webhook(context: &Context, command: WebhookCommand) -> Result<Report, CommandError> {
    match command {
        WebhookCommand::Add { brand, url, types } => {
            let added = asked(context, |client| client.add_webhook(&brand, &NewWebhook { url, types }))?;
            Ok(with_secret(&added))
        }
        WebhookCommand::Secret { brand, id } => {
            let rolled = asked(context, |client| client.roll_webhook(&brand, &id))?;
            Ok(with_secret(&rolled).with_line("the old secret signs beside it for a day"))
        }
        WebhookCommand::List { brand } => {
            let all = asked(context, |client| client.webhooks(&brand))?;
            let mut rows = vec![["ID", "ADDRESS", "STATE", "SENT UP TO", "GIVEN UP"].map(str::to_owned).to_vec()];
            rows.extend(all.webhooks.iter().map(row));
            let text = match all.webhooks.is_empty() {
                true => format!("{brand} has no webhooks at this gateway"),
                false => lojal_print::table(&rows, &[4]),
            };
            Ok(Report::done(&all, text))
        }
        WebhookCommand::Remove { brand, id } => {
            asked(context, |client| client.remove_webhook(&brand, &id))?;
            let text = format!("removed {id}: nothing is sent to it any more");
            Ok(Report::done(&Removed { removed: id }, text))
        }
        WebhookCommand::Deliveries { brand, id } => {
            let shown = asked(context, |client| client.deliveries(&brand, &id))?;
            let mut rows = vec![["TIME (UTC)", "EVENT", "TYPE", "OUTCOME"].map(str::to_owned).to_vec()];
            rows.extend(shown.attempts.iter().map(|attempt| attempt_row(attempt, "taken")));
            rows.extend(shown.dead.iter().map(|attempt| attempt_row(attempt, "given up")));
            Ok(Report::done(&shown, lojal_print::table(&rows, &[])))
        }
        WebhookCommand::Replay { brand, id, after } => {
            let shown = asked(context, |client| client.replay_webhook(&brand, &id, after))?;
            let text = format!("sends what comes after {} to {}", shown.reached, lojal_text::outside(&shown.url));
            Ok(Report::done(&shown, text))
        }
    }
}

/// The answer of the preferred gateway to a question by the wallet's key, with a token made for it.
fn asked<T>(
    context: &Context,
    question: impl FnOnce(&Client) -> Result<T, lojal_client::ClientError>,
) -> Result<T, CommandError> {
    let home = context.home()?;
    let gateways = context.gateways(Some(&home))?;
    let gateway = gateways.iter().next().ok_or(CommandError::NoGateway)?;
    let client = gateway.client()?;
    let key = home.unlock(&*context.unlocker.passphrase()?)?;
    gateway.read_as(&home.chain_id(), home.address(), &key, clock::local_time()?.plus_ms(FRESH_MS));
    Ok(question(client).map_err(GatewaysError::Client)?)
}

fn with_secret(added: &WebhookSecret) -> Report {
    let WebhookSecret { webhook, secret } = added;
    let rows = [
        ("webhook", webhook.id.clone()),
        ("address", lojal_text::outside(&webhook.url)),
        ("secret", secret.clone()),
        ("public key", webhook.public_key.clone()),
    ];
    let rows = rows.map(|(name, value)| vec![name.to_owned(), value]);
    let text = format!("{}\nkeep the secret: it isn't shown again", lojal_print::table(&rows, &[]));
    Report::done(added, text)
}

fn row(webhook: &Webhook) -> Vec<String> {
    let state = match (webhook.active, webhook.failures, webhook.next_ms) {
        (false, _, _) => "stopped".to_owned(),
        (true, 0, _) => "sending".to_owned(),
        (true, failures, None) => format!("failed {failures} times"),
        (true, failures, Some(next)) => format!("failed {failures} times, again at {} UTC", utc(next)),
    };
    let (id, url) = (webhook.id.clone(), lojal_text::outside(&webhook.url));
    vec![id, url, state, webhook.reached.to_string(), webhook.dead.to_string()]
}

fn attempt_row(attempt: &Attempt, without_fault: &str) -> Vec<String> {
    let outcome = attempt.fault.as_ref().map_or_else(|| without_fault.to_owned(), lojal_text::outside);
    vec![utc(attempt.time_ms), attempt.event.to_string(), lojal_text::outside(&attempt.kind), outcome]
}
