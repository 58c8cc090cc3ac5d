//! The tracks of brands: what they count beside points.

use std::path::Path;

use lojal_types::{BrandId, Code, Operation, SetTrack, TimeMs, Track, TrackId, api};
use lojal_wallet::time::utc;

use super::bounds;
use super::context::Context;
use super::programme::{kind_in_words, terms_changes, terms_in_words};
use super::transact::Session;
use crate::ask;
use crate::cli::{Consent, Sending, TrackCommand};
use crate::error::CommandError;
use crate::output::Report;

/// Longest file with the terms of a track, in bytes.
const TERMS_BYTES_MAX: u64 = 64 * 1024;

/// `lojal track`.
pub(super) fn track(context: &Context, command: TrackCommand) -> Result<Report, CommandError> {
    match command {
        TrackCommand::List { brand } => list(context, brand),
        TrackCommand::Show { brand, track } => show(context, brand, track),
        TrackCommand::Set { brand, track, terms, consent, sending } => {
            set(context, (brand, track), &terms, consent, &sending)
        }
    }
}

fn of_brand(context: &Context, brand: BrandId) -> Result<api::Tracks, CommandError> {
    let home = context.home_or_gateway()?;
    Ok(context.gateways(home.as_ref())?.ask(|gateway| Ok(gateway.client()?.tracks(&brand)?))?)
}

fn list(context: &Context, brand: BrandId) -> Result<Report, CommandError> {
    let tracks = of_brand(context, brand)?;
    let mut rows = vec![["TRACK", "STATE", "COUNTS", "LEVELS"].map(str::to_owned).to_vec()];
    for one in &tracks.tracks {
        let levels: Vec<String> = one.terms.levels.iter().map(|level| level.at_least.to_string()).collect();
        let levels = if levels.is_empty() { "none".to_owned() } else { format!("from {}", levels.join(", ")) };
        rows.push(vec![
            one.track.to_string(),
            state_text(one.state).to_owned(),
            kind_in_words(&one.terms.kind),
            levels,
        ]);
    }
    let text = if rows.len() == 1 { format!("{brand} has no tracks") } else { lojal_print::table(&rows, &[0]) };
    Ok(Report::done(&tracks, text))
}

fn show(context: &Context, brand: BrandId, track: TrackId) -> Result<Report, CommandError> {
    let tracks = of_brand(context, brand)?.tracks;
    let found = tracks.into_iter().find(|one| one.track == track);
    let found = found.ok_or(CommandError::UnknownTrack { brand, track })?;
    let mut text = format!("track {track} of {brand}: {}\n{}", state_text(found.state), terms_in_words(&found.terms));
    if let Some(over) = found.over_ms {
        text += &format!("\nnobody has anything of it from {} UTC on", utc(over));
    }
    Ok(Report::done(&found, text))
}

/// A track in force is shown beside what becomes of it; a new one whole.
fn set(
    context: &Context,
    (brand, track): (BrandId, Option<TrackId>),
    terms: &Path,
    consent: Consent,
    sending: &Sending,
) -> Result<Report, CommandError> {
    let terms = read(terms)?;
    let session = Session::open(context)?;
    let tracks = session.gateways.ask(|gateway| Ok(gateway.client()?.tracks(&brand)?))?;
    let next = TrackId::new(tracks.last.get().saturating_add(1));
    let track = track.unwrap_or(next);
    let before = tracks.tracks.iter().find(|one| one.track == track).map(|one| &one.terms);
    in_bounds((brand, track, &terms), before.is_some(), (tracks.last, session.ledger_time()))?;
    let (what, done) = match before {
        Some(before) if *before == terms => {
            (format!("track {track} of {brand} stays as it is"), format!("set track {track} of {brand} as it was"))
        }
        Some(before) => (
            format!("track {track} of {brand} becomes:\n{}", terms_changes(before, &terms)),
            format!("changed track {track} of {brand}"),
        ),
        None => (
            format!(
                "track {track} of {brand} begins, and can only become kinder from then on:\n{}",
                terms_in_words(&terms)
            ),
            format!("began track {track} of {brand}"),
        ),
    };
    ask::consent(&what, consent, sending)?;
    session.transact_for(brand, Operation::SetTrack(SetTrack { brand, track, terms }), &done, sending)
}

/// Names what is wrong with the terms of a track that begins before anybody is asked, and with those of any that break
/// the limits.
fn in_bounds(
    (brand, track, terms): (BrandId, TrackId, &Track),
    is_known: bool,
    (last, time): (TrackId, TimeMs),
) -> Result<(), CommandError> {
    let fault = match is_known {
        // What is in force may be about to close.
        true if terms.keeps_limits() => None,
        false if track <= last => {
            Some(format!("track {track} of {brand} is none any more: a new one has a number above {last}"))
        }
        _ => bounds::of_track(terms, time).map(|fault| format!("the terms can't be so: {fault}")),
    };
    fault.map_or(Ok(()), |fault| Err(CommandError::of_code(Code::TrackOutOfBounds, fault)))
}

fn read(path: &Path) -> Result<Track, CommandError> {
    let text = ask::file(path, TERMS_BYTES_MAX)?;
    toml::from_str(&text).map_err(|error| {
        let error = error.to_string();
        CommandError::TrackTerms(format!("{}: {}", path.display(), error.trim_end()))
    })
}

fn state_text(state: api::TrackState) -> &'static str {
    match state {
        api::TrackState::Announced => "not open yet",
        api::TrackState::Open => "open",
        api::TrackState::Closed => "closed",
    }
}
