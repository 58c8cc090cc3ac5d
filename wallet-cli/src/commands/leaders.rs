//! The leaders of a track: who has the most, of those who let the brand list them.

use lojal_client::{ClientError, Seal};
use lojal_text::words;
use lojal_types::api::{self, is_listed, leader_words};
use lojal_types::{AddressText, BrandId, Height, NetworkKind, Points, TrackId};
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
    proven_at: Option<Height>,
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
    let (url, leaders) = of_track(&gateways, args, asked.as_ref())?;
    let proofs = Proofs::of(context, home.as_ref(), &gateways)?;
    let own = asked.map(|address| own(&proofs, &gateways, address, (brand, track))).transpose()?;
    if let Some(reason) = own.as_ref().and_then(|own| contradiction(&leaders, own)) {
        return Err(GatewaysError::Client(ClientError::Untrue { url, reason }).into());
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

/// The ranks, and the gateway that tells them.
fn of_track(
    gateways: &Gateways,
    args: &LeadersArgs,
    asked: Option<&AddressText>,
) -> Result<(String, api::Leaders), CommandError> {
    let (brand, track) = (args.brand, args.track);
    let leaders = gateways
        .ask(|gateway| Ok((gateway.url().to_owned(), gateway.client()?.leaders(&brand, track, args.limit, asked)?)));
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
    let is_listed = standing.as_ref().is_some_and(|one| is_listed(one.consents));
    let on_track = standing.and_then(|one| one.tracks.into_iter().find(|one| one.track == track));
    let (units, proven_at) = (on_track.map_or(0, |one| one.units), seal.as_ref().map(|seal| seal.height));
    Ok(Own { address, units, is_listed, proven_at, seal })
}

/// The contradiction between a rank and what is proven of the account, if both are so after the same block.
fn contradiction(leaders: &api::Leaders, own: &Own) -> Option<String> {
    let is_same_block = own.proven_at == Some(leaders.height);
    let ranked = leaders.own.as_ref().map_or(0, |one| one.units);
    let proven = if own.is_listed { own.units } else { 0 };
    let may_be_left_out = ranked == 0 && !leaders.complete;
    let is_lie = is_same_block && ranked != proven && !may_be_left_out;
    is_lie.then(|| format!("it ranks {} with {ranked}, of which {proven} are proven to count there", own.address))
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

#[cfg(test)]
mod tests {
    use lojal_types::{Address, TimeMs};

    use super::*;

    const HEIGHT: Height = Height::new(7);

    fn leaders(units: u64, complete: bool) -> api::Leaders {
        let leader = api::Leader { rank: 1, units, name: "abandon zoo".into(), account: None };
        let own = (units > 0).then_some(leader);
        let (brand, track, time_ms) = ("kaffet".parse().expect("valid"), TrackId::new(1), TimeMs::default());
        api::Leaders { brand, track, leaders: vec![], ranked: 1, own, complete, height: HEIGHT, time_ms }
    }

    fn own(units: u64, is_listed: bool, height: u64) -> Own {
        let address = Address::new([2; 20]).to_text(NetworkKind::Test);
        Own { address, units, is_listed, proven_at: Some(Height::new(height)), seal: None }
    }

    #[test]
    fn a_rank_that_contradicts_what_is_proven_after_the_same_block_is_a_lie() {
        let lies = |ranked, complete, own: Own| contradiction(&leaders(ranked, complete), &own).is_some();
        assert!(!lies(9, true, own(9, true, 7)) && !lies(0, true, own(9, false, 7)));
        assert!(lies(9, true, own(8, true, 7)), "with more than counts");
        assert!(lies(9, true, own(9, false, 7)), "without consent");
        assert!(lies(0, true, own(9, true, 7)), "left out");
        assert!(!lies(0, false, own(9, true, 7)), "it says that it hasn't everybody");
        assert!(!lies(9, true, own(8, true, 8)), "a block later it may be so");
    }
}
