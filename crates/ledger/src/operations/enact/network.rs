//! The actions of motions on the network as a whole.

use lojal_types::limits::VERSION_LEAD_MIN;
use lojal_types::name::confusable;
use lojal_types::{AllowFollower, Code, Name, Parameters, ScheduleVersion, Settings};

use super::super::Context;
use super::valid_endpoint;
use super::validators::Draft;
use crate::key::{FollowersKey, ParametersKey, ProtocolKey, SettingsKey};
use crate::record::{Follower, ScheduledVersion};
use crate::stop::Stop;

/// `AllowFollower`: a name and a key that no other node has, and a sponsor that answers for it.
pub(super) fn allow_follower(context: &mut Context<'_, '_>, draft: &Draft, allow: &AllowFollower) -> Result<(), Stop> {
    let AllowFollower { name, network_key, sponsor, endpoint } = allow.clone();
    if !draft.has(&sponsor) {
        return Err(Code::UnknownValidator.into());
    }
    if !network_key.is_valid() {
        return Err(Code::InvalidKey.into());
    }
    valid_endpoint(endpoint.as_ref())?;
    let mut record = context.overlay.get(&FollowersKey)?.unwrap_or_default();
    let validators = draft.validators().iter().map(|one| (&one.name, one.network_key));
    let others = validators.chain(record.followers.iter().map(|one| (&one.name, one.network_key)));
    let looks_like = |other: &Name| confusable([(0, other.as_str()), (1, name.as_str())].into_iter()).is_some();
    if others.into_iter().any(|(other, key): (&Name, _)| looks_like(other) || key == network_key) {
        return Err(Code::FollowerExists.into());
    }
    let follower = Follower { name, network_key, sponsor, endpoint };
    record.followers = record.followers.with_sorted(follower).map_err(|_| Code::TooManyFollowers)?;
    context.overlay.put(&FollowersKey, &record)?;
    Ok(())
}

/// `SetParameters`: "in force from the next block on" (protocol, Governance).
pub(super) fn set_parameters(context: &mut Context<'_, '_>, parameters: &Parameters) -> Result<(), Stop> {
    parameters.check().map_err(|_| Code::ParameterOutOfBounds)?;
    context.overlay.put(&ParametersKey, parameters)?;
    Ok(())
}

pub(super) fn set_settings(context: &mut Context<'_, '_>, settings: Settings) -> Result<(), Stop> {
    if !settings.are_in_bounds() {
        return Err(Code::ParameterOutOfBounds.into());
    }
    context.overlay.put(&SettingsKey, &settings)?;
    Ok(())
}

/// `ScheduleVersion`: "the version after the one in force, from a block on that is at least 100 blocks away" (protocol,
/// Governance).
pub(super) fn schedule_version(context: &mut Context<'_, '_>, schedule: &ScheduleVersion) -> Result<(), Stop> {
    let ScheduleVersion { version, height } = *schedule;
    let mut protocol = context.overlay.get(&ProtocolKey)?.expect("written at genesis and never removed");
    if protocol.version.checked_add(1) != Some(version) {
        return Err(Code::VersionNotNext.into());
    }
    if height.get() < context.height.get().saturating_add(VERSION_LEAD_MIN) {
        return Err(Code::VersionTooSoon.into());
    }
    protocol.scheduled = Some(ScheduledVersion { version, height });
    context.overlay.put(&ProtocolKey, &protocol)?;
    Ok(())
}

pub(super) fn cancel_version(context: &mut Context<'_, '_>) -> Result<(), Stop> {
    let mut protocol = context.overlay.get(&ProtocolKey)?.expect("written at genesis and never removed");
    protocol.scheduled.take().ok_or(Code::VersionNotNext)?;
    context.overlay.put(&ProtocolKey, &protocol)?;
    Ok(())
}
