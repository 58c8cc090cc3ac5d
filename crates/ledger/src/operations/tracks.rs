//! `SetTrack`: an admin begins a track, or makes one kinder (protocol, Programme).

use lojal_types::limits::{TRACKS_OTHER_MAX, TRACKS_ROLLING_MAX};
use lojal_types::{BrandId, Code, SetTrack, Track, TrackId};

use super::Context;
use super::authority::{self, Weight};
use crate::key::{CampaignKey, CampaignListKey, TrackKey, TrackListKey};
use crate::record::TrackList;
use crate::stop::Stop;
use crate::tree::Missing;

pub(super) fn set(context: &mut Context<'_, '_>, set: &SetTrack) -> Result<(), Stop> {
    let SetTrack { brand, track, terms } = set;
    authority::brand_in_force(context, *brand)?;
    authority::admin(context, *brand, Weight::Widens)?;
    let (mut list, known) = without_over(context, *brand)?;
    match known.iter().find(|(known, _)| known == track) {
        Some((_, before)) => {
            only_relaxed(context, terms, before)?;
            if before.levels.is_empty() && !terms.levels.is_empty() {
                not_used_up(context, *brand, *track)?;
            }
        }
        None => {
            number_rises(&list, *track)?;
            terms_in_bounds(context, terms)?;
            few_tracks(&known, terms)?;
            list.last = *track;
            list.tracks = list.tracks.with_sorted(*track).expect("there is room for one more");
        }
    }
    context.overlay.put(&TrackListKey(*brand), &list)?;
    context.overlay.put(&TrackKey { brand: *brand, track: *track }, terms)?;
    Ok(())
}

/// A track that isn't over.
pub(super) fn known(context: &mut Context<'_, '_>, brand: BrandId, track: TrackId) -> Result<Track, Stop> {
    Ok(find(context, brand, track)?.ok_or(Code::UnknownTrack)?)
}

/// A track, if there is one with a number that isn't over: "A track that is over is none any more (`unknown_track`),
/// and
/// its number isn't used again." (protocol, Programme)
pub(super) fn find(context: &mut Context<'_, '_>, brand: BrandId, track: TrackId) -> Result<Option<Track>, Missing> {
    let month = context.time.month();
    Ok(context.overlay.get(&TrackKey { brand, track })?.filter(|track| !track.is_over_in(month)))
}

/// The list of a brand's tracks with their terms, of which those that are over leave nothing behind: "The next
/// `SetTrack` of the brand removes its record." (protocol, Programme)
fn without_over(context: &mut Context<'_, '_>, brand: BrandId) -> Result<(TrackList, Vec<(TrackId, Track)>), Missing> {
    let mut list = context.overlay.get(&TrackListKey(brand))?.unwrap_or_default();
    let (mut over, mut known) = (Vec::new(), Vec::new());
    for track in list.tracks.iter().copied() {
        match find(context, brand, track)? {
            Some(terms) => known.push((track, terms)),
            None => {
                context.overlay.remove(&TrackKey { brand, track })?;
                over.push(track);
            }
        }
    }
    list.tracks = over.iter().fold(list.tracks, |tracks, track| tracks.without(track));
    Ok((list, known))
}

/// "A new track has a higher number than all that the brand has ever had, from 1 on (`track_out_of_bounds`)."
/// (protocol,
/// Programme)
fn number_rises(list: &TrackList, track: TrackId) -> Result<(), Code> {
    if track > list.last { Ok(()) } else { Err(Code::TrackOutOfBounds) }
}

/// "A track is in bounds if" what the protocol lists holds (protocol, Programme).
fn terms_in_bounds(context: &Context<'_, '_>, terms: &Track) -> Result<(), Code> {
    if terms.is_in_bounds(context.time) { Ok(()) } else { Err(Code::TrackOutOfBounds) }
}

/// "At most 4 rolling tracks of a brand and 16 others aren't over (`too_many_tracks`)." (protocol, Programme)
fn few_tracks(known: &[(TrackId, Track)], terms: &Track) -> Result<(), Code> {
    let count = known.iter().filter(|(_, known)| known.is_rolling() == terms.is_rolling()).count();
    let most = if terms.is_rolling() { TRACKS_ROLLING_MAX } else { TRACKS_OTHER_MAX };
    if count < most { Ok(()) } else { Err(Code::TooManyTracks) }
}

/// "A promise is only ever relaxed" (protocol, Programme): what has begun becomes no harder, and stays in bounds.
fn only_relaxed(context: &Context<'_, '_>, terms: &Track, before: &Track) -> Result<(), Code> {
    if !terms.relaxes(before, context.time) {
        return Err(Code::TrackPromised);
    }
    if terms.keeps_limits() { Ok(()) } else { Err(Code::TrackOutOfBounds) }
}

/// "until it has closed, such a track gets none (`track_out_of_bounds`)" (protocol, Campaigns): what claims use up
/// would take levels along.
fn not_used_up(context: &mut Context<'_, '_>, brand: BrandId, track: TrackId) -> Result<(), Stop> {
    let list = context.overlay.get(&CampaignListKey(brand))?.unwrap_or_default();
    for one in list.campaigns.iter() {
        let record = context.overlay.get(&CampaignKey { brand, campaign: one.campaign })?;
        let open = record.filter(|record| context.time < record.terms.closes_ms);
        if open.is_some_and(|record| record.terms.requires.iter().any(|fact| fact.consumed() == Some(track))) {
            return Err(Code::TrackOutOfBounds.into());
        }
    }
    Ok(())
}
