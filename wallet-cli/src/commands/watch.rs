//! `lojal watch`: what happens, as it happens.

use std::cell::Cell;
use std::thread;
use std::time::Duration;

use lojal_client::{ClientError, Events, EventsOf, Told};
use lojal_types::api::{Event, EventPlace};
use lojal_types::{AddressText, Outcome};
use lojal_wallet::gateways::{Gateways, GatewaysError, asks_for_token, is_passing};
use lojal_wallet::time::utc;
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use super::decimals::Decimals;
use super::words::in_words;
use crate::cli::WatchArgs;
use crate::error::CommandError;
use crate::output::{Report, to_value};

/// The pause after no gateway has answered.
const PAUSE: Duration = Duration::from_secs(2);

/// The end of events.
#[derive(Serialize, JsonSchema)]
pub(super) struct Ended {
    /// The place after which there are others; null if none were told.
    after: Option<EventPlace>,
}

/// `lojal watch`.
pub(super) fn watch(context: &Context, args: &WatchArgs) -> Result<Report, CommandError> {
    let json = context.options.json;
    tell_events(context, args, &|event, reader| match json {
        true => lojal_print::document(&to_value(event).to_string()),
        false => lojal_print::line(event_line(event, reader.viewpoint, reader.decimals)),
    })
}

/// The reader of events.
pub(super) struct Reader<'a> {
    /// The account that is spoken to, if there is one.
    viewpoint: Option<AddressText>,
    decimals: &'a Decimals,
}

/// Tells events until there were enough, or nobody reads what is said of them.
pub(super) fn tell_events(
    context: &Context,
    args: &WatchArgs,
    tell: &dyn Fn(&Event, &Reader<'_>),
) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let of = match args.brand {
        Some(brand) => EventsOf::Brand(brand),
        None => EventsOf::Account(Context::account(home.as_ref(), args.address)?),
    };
    let gateways = context.gateways(home.as_ref())?;
    let decimals = Decimals::ask(&gateways, home.as_ref())?;
    let (json, left) = (context.options.json, args.count.map(std::num::NonZeroU64::get));
    let viewpoint = match of {
        EventsOf::Account(account) => Some(account),
        EventsOf::Brand(_) => None,
    };
    let reader = Reader { viewpoint, decimals: &decimals };
    let mut watch = Watch { gateways: &gateways, of, types: &args.types, after: args.after, first: 0, left };
    watch.run(json, &|event: &Event| tell(event, &reader))?;
    let after = watch.after;
    let text = after.map_or_else(String::new, |place| format!("go on with --after {place}"));
    Ok(Report::done(&Ended { after }, text))
}

/// Events that are told, from gateway to gateway.
struct Watch<'a> {
    gateways: &'a Gateways,
    of: EventsOf,
    types: &'a [String],
    after: Option<EventPlace>,
    /// The number of the gateway that is asked first.
    first: usize,
    /// Events that are still to be told; none if there is no end to them.
    left: Option<u64>,
}

impl Watch<'_> {
    /// Tells events until there were enough, or nobody reads them.
    fn run(&mut self, json: bool, tell: &dyn Fn(&Event)) -> Result<(), CommandError> {
        loop {
            let fault = match self.open() {
                Ok(events) => match self.follow(events, tell) {
                    Ok(true) => return Ok(()),
                    Ok(false) => {
                        self.first += 1;
                        None
                    }
                    Err(error) => Some(GatewaysError::Client(error)),
                },
                Err(error) if is_passing(&error) => {
                    if !json {
                        lojal_print::note(format!("{error}; trying again"));
                    }
                    thread::sleep(PAUSE);
                    None
                }
                Err(error) => return Err(error.into()),
            };
            match fault {
                None => {}
                // The next question comes with another token.
                Some(GatewaysError::Client(error)) if asks_for_token(&error) => {}
                Some(error) if is_passing(&error) => {
                    self.first += 1;
                    if !json {
                        lojal_print::note(format!("{error}; going on at the next gateway"));
                    }
                }
                Some(error) => return Err(error.into()),
            }
        }
    }
    /// Opens a stream at the first gateway that answers, and remembers it.
    fn open(&mut self) -> Result<Events, GatewaysError> {
        let asked = Cell::new(self.first);
        let events = self.gateways.ask_from(self.first, |gateway| {
            let number = self.gateways.iter().position(|one| one.url() == gateway.url());
            asked.set(number.unwrap_or(self.first));
            Ok(gateway.client()?.events(&self.of, self.types, self.after)?)
        });
        self.first = asked.get();
        events
    }
    /// Tells what a stream tells; true if that is enough, false if the stream has ended.
    fn follow(&mut self, events: Events, tell: &dyn Fn(&Event)) -> Result<bool, ClientError> {
        for told in events {
            let told = told?;
            self.after = Some(told.place());
            if let Told::Event(event) = told {
                tell(&event);
                self.left = self.left.map(|left| left.saturating_sub(1));
            }
            if self.left == Some(0) || !lojal_print::is_wanted() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// An event in words, on one line.
fn event_line(event: &Event, viewpoint: Option<AddressText>, decimals: &Decimals) -> String {
    let data = &event.data;
    let what = match (&data.operation, data.receipt, &data.expiring) {
        (Some(operation), _, _) => in_words(operation, viewpoint, decimals),
        (None, Some(Outcome::Failed { code, .. }), _) => format!("failed, nothing happened: {}", code.explanation()),
        (None, _, Some(expiring)) => {
            let points = expiring.points.iter().map(|one| decimals.in_words(one.amount, one.brand));
            let points = points.collect::<Vec<_>>().join(", ");
            format!("{points} can be used until the end of {}", expiring.expiry)
        }
        (None, _, None) => event.kind.clone(),
    };
    let transaction = data.transaction.map(|id| format!(" ({id})")).unwrap_or_default();
    format!("{} UTC  {what}{transaction}", utc(data.time_ms))
}
