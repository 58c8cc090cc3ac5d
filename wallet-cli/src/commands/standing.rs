//! The standing of an account at brands: what counts, the level that it has reached, and what keeps it.

use lojal_types::{AddressText, BrandId, Operation, SetConsent, api};
use lojal_wallet::gateways::Gateways;

use super::context::Context;
use super::programme::{consents_text, track_text};
use super::proofs::{Proofs, Sealed};
use super::transact::Session;
use crate::cli::ConsentArgs;
use crate::error::CommandError;
use crate::output::{Report, indented, paragraph};

/// `lojal standing`.
pub(super) fn standing(
    context: &Context,
    brand: Option<BrandId>,
    address: Option<AddressText>,
) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let address = Context::account(home.as_ref(), address)?;
    let gateways = context.gateways(home.as_ref())?;
    let proofs = Proofs::of(context, home.as_ref(), &gateways)?;
    let (mut standings, seal) = proofs.standing(&gateways, &address)?;
    standings.standings.retain(|one| brand.is_none_or(|brand| one.brand == brand));
    let mut lines: Vec<String> = standings.standings.iter().flat_map(at_brand).collect();
    if let (true, Some(brand)) = (lines.is_empty(), brand) {
        there_is(&gateways, brand)?;
    }
    if lines.is_empty() {
        lines.push(paragraph(match brand {
            Some(brand) => format!("{brand} has never stamped anything for {address}"),
            None => format!("no brand has ever stamped anything for {address}"),
        }));
    }
    lines.push(paragraph(proofs.told(seal.as_ref())));
    Ok(Report::done(&standings, lines.join("\n")).with(&Sealed::of(seal.as_ref())))
}

/// Makes sure that there is a brand of which nothing was found.
pub(super) fn there_is(gateways: &Gateways, brand: BrandId) -> Result<(), CommandError> {
    Ok(gateways.ask(|gateway| Ok(gateway.client()?.brand(&brand)?)).map(drop)?)
}

/// `lojal consent`.
pub(super) fn consent(context: &Context, args: &ConsentArgs) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let (brand, consents) = (args.brand, args.allowed.sum());
    let done = format!("{brand} may do with what it counts of you: {}", consents_text(consents));
    session.transact(Operation::SetConsent(SetConsent { brand, consents }), &done, &args.sending)
}

/// A standing at a brand, and a line for each track.
pub(super) fn at_brand(standing: &api::Standing) -> Vec<String> {
    let allowed = consents_text(standing.consents);
    let since = standing.since.map(|since| format!(" · since {since}")).unwrap_or_default();
    let head = format!("{}{since} · it may do with this: {allowed}", standing.brand);
    let tracks = standing.tracks.iter().map(|track| indented(track_text(track)));
    let mut lines = vec![paragraph(head)];
    lines.extend(tracks);
    lines.extend(standing.marks.iter().map(|mark| indented(mark_text(mark))));
    lines.extend(standing.taken.iter().map(|taken| indented(taken_text(taken))));
    if standing.tracks.is_empty() && standing.marks.is_empty() {
        lines.push(indented("nothing counts now".to_owned()));
    }
    lines
}

/// A mark with its last day.
pub(super) fn mark_text(mark: &api::MarkStanding) -> String {
    match mark.until {
        Some(until) => format!("mark {} until {until}", mark.mark),
        None => format!("mark {} for ever", mark.mark),
    }
}

/// The units that were taken of a campaign, or the members that were brought along.
pub(super) fn taken_text(taken: &api::TakenStanding) -> String {
    let period = taken.until.map_or_else(String::new, |until| format!(", which counts until {until}"));
    match taken.as_referrer {
        true => format!("brought along {} by campaign {}{period}", taken.times, taken.campaign),
        false => format!("taken {} of campaign {}{period}", taken.times, taken.campaign),
    }
}
