//! The enactment of motions: "The actions of a motion happen in their order, together or not at all." (protocol,
//! Governance)

mod brands;
mod followers;
mod network;
mod validators;

use lojal_types::{Action, Code, Endpoint, Name, ValidatorSet};

use self::validators::Draft;
use super::Context;
use crate::key::ValidatorsKey;
use crate::stop::Stop;
use crate::tree::Missing;

/// Does what a motion asks for; after an error the caller takes it back. Answers with the names of those who are
/// validators no more.
pub(super) fn enact(context: &mut Context<'_, '_>, actions: &[Action]) -> Result<Vec<Name>, Stop> {
    let mut draft = Draft::new(&validators(context)?);
    for action in actions {
        match action {
            Action::AddValidator(add) => draft.add(context, add)?,
            Action::RemoveValidator(remove) => draft.remove(context, &remove.name)?,
            Action::SetKeys(keys) => draft.set_keys(context, keys)?,
            Action::SetPower(power) => draft.set_power(power)?,
            Action::AllowFollower(allow) => network::allow_follower(context, &draft, allow)?,
            Action::DisallowFollower(disallow) => followers::disallow(context, &disallow.name)?,
            Action::SetParameters(set) => network::set_parameters(context, &set.parameters)?,
            Action::SetSettings(set) => network::set_settings(context, set.settings)?,
            Action::ScheduleVersion(schedule) => network::schedule_version(context, schedule)?,
            Action::CancelVersion(_) => network::cancel_version(context)?,
            Action::RegisterBrand(register) => brands::register(context, &register.brand)?,
            Action::SuspendBrand(suspend) => brands::suspend(context, suspend.brand)?,
            Action::ReinstateBrand(reinstate) => brands::reinstate(context, reinstate.brand)?,
            Action::SetBrandAdmins(set) => brands::set_admins(context, set)?,
        }
    }
    draft.finish(context)
}

/// The validators of this moment, as motions have left them.
pub(super) fn validators(context: &mut Context<'_, '_>) -> Result<ValidatorSet, Missing> {
    Ok(context.overlay.get(&ValidatorsKey)?.expect("written at genesis and never removed"))
}

/// "An endpoint is `/ip4/ADDRESS/tcp/PORT`, or the same with `ip6` or `dns`" (protocol, Governance).
pub(super) fn valid_endpoint(endpoint: Option<&Endpoint>) -> Result<(), Code> {
    if endpoint.is_none_or(Endpoint::is_valid) { Ok(()) } else { Err(Code::EndpointInvalid) }
}
