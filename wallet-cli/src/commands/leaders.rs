//! The leaders of a track: who has the most, of those who let the brand list them.

use lojal_client::{ClientError, Seal};
use lojal_text::words;
use lojal_types::api::{self, leader_words};
use lojal_types::{AddressText, BrandId, NetworkKind, Points, TrackId};
use lojal_wallet::contacts;
use lojal_wallet::gateways::{Gateways, GatewaysError};
use lojal_wallet::home::Home;
use lojal_wallet::time::utc;
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use super::proofs::{Proofs, Sealed};
use crate::cli::LeadersArgs;
use crate::error::CommandError;
use crate::output::{Report, grouped, paragraph};

/// The consent to be listed by rank.
const RANKS: u8 = 1;

/// The part of the ranks that is proven.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Counted {
    /// The units of the account that was asked about; null if about none was, or nothing is proven of it.
    counted: Option<u64>,
    /// True if it lets the brand list it by rank; null likewise.
    listed: Option<bool>,
}

/// The standing of an account on a track, and the block after which it is proven to be so.
struct Own {
    address: AddressText,
    units: u64,
    is_listed: bool,
    seal: Option<Seal>,
}

/// `lojal leaders`.
pub(super) fn leaders(context: &Context, args: &LeadersArgs) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let gateways = context.gateways(home.as_ref())?;
    let (brand, track) = (args.brand, args.track);
    let asked = match (&home, args.address) {
        (None, None) => None,
        (home, address) => Some(Context::account(home.as_ref(), address)?),
    };
    let leaders = of_track(&gateways, args, asked.as_ref())?;
    let proofs = Proofs::of(context, home.as_ref(), &gateways)?;
    let own = asked.map(|address| own(&proofs, &gateways, address, (brand, track))).transpose()?;
    if let Some(own) = &own {
        agree(&gateways, &leaders, own)?;
    }
    let known = home.as_ref().map(|home| known(home, own.as_ref(), (brand, track))).transpose()?.unwrap_or_default();
    let mut lines = vec![match leaders.leaders.is_empty() {
        true => format!("nobody has a rank on track {track} of {brand}"),
        false => table(&leaders, &known),
    }];
    lines.push(paragraph(whose_word(&leaders)));
    if let Some(own) = &own {
        lines.push(paragraph(own_text(own, &leaders)));
        lines.push(paragraph(proofs.told(own.seal.as_ref())));
    }
    let seal = own.as_ref().and_then(|own| own.seal.as_ref());
    let proven = own.as_ref().filter(|own| own.seal.is_some());
    let counted = Counted { counted: proven.map(|own| own.units), listed: proven.map(|own| own.is_listed) };
    Ok(Report::done(&leaders, lines.join("\n")).with(&counted).with(&Sealed::of(seal)))
}

fn of_track(
    gateways: &Gateways,
    args: &LeadersArgs,
    asked: Option<&AddressText>,
) -> Result<api::Leaders, CommandError> {
    let (brand, track) = (args.brand, args.track);
    let leaders = gateways.ask(|gateway| Ok(gateway.client()?.leaders(&brand, track, args.limit, asked)?));
    leaders.map_err(|error| match error {
        GatewaysError::Client(error) if error.is_problem("unknown_track") => {
            CommandError::UnknownTrack { brand, track }
        }
        error => error.into(),
    })
}

fn own(
    proofs: &Proofs<'_>,
    gateways: &Gateways,
    address: AddressText,
    (brand, track): (BrandId, TrackId),
) -> Result<Own, CommandError> {
    let (standings, seal) = proofs.standing(gateways, &address)?;
    let standing = standings.standings.into_iter().find(|one| one.brand == brand);
    let is_listed = standing.as_ref().is_some_and(|one| one.consents & RANKS == RANKS);
    let on_track = standing.and_then(|one| one.tracks.into_iter().find(|one| one.track == track));
    Ok(Own { address, units: on_track.map_or(0, |one| one.units), is_listed, seal })
}

/// Compares a rank with what is proven of the account, if both are so after the same block.
fn agree(gateways: &Gateways, leaders: &api::Leaders, own: &Own) -> Result<(), CommandError> {
    let is_same_block = own.seal.as_ref().is_some_and(|seal| seal.height == leaders.height);
    let ranked = leaders.own.as_ref().map_or(0, |one| one.units);
    let proven = if own.is_listed { own.units } else { 0 };
    if !is_same_block || ranked == proven || (ranked == 0 && !leaders.complete) {
        return Ok(());
    }
    let url = gateways.iter().next().map(|gateway| gateway.url().to_owned()).unwrap_or_default();
    let reason = format!("it ranks {} with {ranked}, of which {proven} are proven to count there", own.address);
    Err(GatewaysError::Client(ClientError::Untrue { url, reason }).into())
}

/// The words under which the wallet's contacts and the account that was asked about are listed, each with whose they
/// are.
fn known(
    home: &Home,
    own: Option<&Own>,
    (brand, track): (BrandId, TrackId),
) -> Result<Vec<(String, String)>, CommandError> {
    let network: NetworkKind = home.network();
    let name = |address: &AddressText| -> Result<String, CommandError> {
        Ok(words(leader_words(&home.chain_id(), address.to_canonical(network)?, brand, track)))
    };
    let mut known = Vec::new();
    if let Some(own) = own {
        let whose = if own.address == home.address_text() { "you".to_owned() } else { own.address.to_string() };
        known.push((name(&own.address)?, whose));
    }
    for (label, address) in contacts::known(home.dir())? {
        known.push((name(&address)?, label.to_string()));
    }
    Ok(known)
}

fn table(leaders: &api::Leaders, known: &[(String, String)]) -> String {
    let whose = |one: &api::Leader| known.iter().find(|(name, _)| *name == one.name).map(|(_, whose)| whose.clone());
    let (is_known, has_accounts) = (
        leaders.leaders.iter().any(|one| whose(one).is_some()),
        leaders.leaders.iter().any(|one| one.account.is_some()),
    );
    let mut head = vec!["RANK", "UNITS", "NAME"];
    head.extend(is_known.then_some("WHO"));
    head.extend(has_accounts.then_some("ACCOUNT"));
    let mut rows = vec![head.into_iter().map(str::to_owned).collect::<Vec<_>>()];
    for one in &leaders.leaders {
        let mut row = vec![one.rank.to_string(), grouped(Points::new(one.units), 0), one.name.clone()];
        if is_known {
            row.push(whose(one).unwrap_or_default());
        }
        if has_accounts {
            row.push(one.account.map(|account| account.to_string()).unwrap_or_default());
        }
        rows.push(row);
    }
    lojal_print::table(&rows, &[0, 1])
}

/// The sentence about what nobody has proven.
fn whose_word(leaders: &api::Leaders) -> String {
    let (ranked, height, time) = (leaders.ranked, leaders.height, utc(leaders.time_ms));
    let have = if ranked == 1 { "1 account has a rank".to_owned() } else { format!("{ranked} accounts have a rank") };
    let all = if leaders.complete { "" } else { ", and there may be others" };
    format!(
        "{have} after block {height}, {time} UTC{all}: that is the gateway's word, and lojal-audit report leaders --at \
         {height} shows it to whoever has the blocks"
    )
}

/// The sentence about an account's own rank.
fn own_text(own: &Own, leaders: &api::Leaders) -> String {
    let units = grouped(Points::new(own.units), 0);
    let (brand, track, address) = (leaders.brand, leaders.track, own.address);
    match &leaders.own {
        Some(one) => format!("{address} has rank {} of {}, and {units} count of it", one.rank, leaders.ranked),
        None if !own.is_listed => {
            format!(
                "{address} isn't listed, and {units} count of it: lojal consent {brand} --ranks lets {brand} list it"
            )
        }
        None => format!("{address} has no rank: {units} count of it on track {track}"),
    }
}
