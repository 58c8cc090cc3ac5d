//! The validators as a motion makes them.

use lojal_types::{AddValidator, Address, Code, Name, PublicKey, SetKeys, SetPower, Validator, ValidatorSet};

use super::super::Context;
use super::followers::without_sponsor;
use super::valid_endpoint;
use crate::founding::found_seat;
use crate::key::{GovernorKey, SeatKey, ValidatorsKey};
use crate::record::Seat;
use crate::stop::Stop;

/// The validators in the middle of a motion, when they needn't be a set yet.
pub(super) struct Draft {
    validators: Vec<Validator>,
    removed: Vec<Name>,
    is_changed: bool,
}

impl Draft {
    pub(super) fn new(set: &ValidatorSet) -> Self {
        Self { validators: set.validators().to_vec(), removed: Vec::new(), is_changed: false }
    }

    /// A validator with a name.
    fn named(&mut self, name: &Name) -> Result<&mut Validator, Code> {
        self.is_changed = true;
        self.validators.iter_mut().find(|validator| validator.name == *name).ok_or(Code::UnknownValidator)
    }

    pub(super) fn has(&self, name: &Name) -> bool {
        self.validators.iter().any(|validator| validator.name == *name)
    }

    pub(super) fn validators(&self) -> &[Validator] {
        &self.validators
    }

    /// `AddValidator`: the validator and its seat.
    pub(super) fn add(&mut self, context: &mut Context<'_, '_>, add: &AddValidator) -> Result<(), Stop> {
        let Validator { name, public_key, network_key, .. } = &add.validator;
        let governor = Address::of_key(&add.governor);
        if self.has(name) || context.overlay.get(&GovernorKey(governor))?.is_some() {
            return Err(Code::ValidatorExists.into());
        }
        if !add.governor.is_valid() {
            return Err(Code::InvalidKey.into());
        }
        if !add.proof.holds(&context.chain, name, public_key, network_key) {
            return Err(Code::NodeProofInvalid.into());
        }
        valid_endpoint(add.endpoint.as_ref())?;
        self.is_changed = true;
        self.validators.push(add.validator.clone());
        let seat = Seat { governor, endpoint: add.endpoint.clone(), since: context.height };
        found_seat(context.overlay, name, &seat)?;
        Ok(())
    }

    /// `RemoveValidator`: "Its seat goes with it, and with the seat the followers that it sponsors" (protocol,
    /// Governance)
    pub(super) fn remove(&mut self, context: &mut Context<'_, '_>, name: &Name) -> Result<(), Stop> {
        self.named(name)?;
        self.validators.retain(|validator| validator.name != *name);
        self.removed.push(name.clone());
        let seat = context.overlay.get(&SeatKey(name.clone()))?.expect("every validator has a seat");
        context.overlay.remove(&GovernorKey(seat.governor))?;
        context.overlay.remove(&SeatKey(name.clone()))?;
        without_sponsor(context, name)?;
        Ok(())
    }

    /// `SetKeys`: the seat and its approvals stay.
    pub(super) fn set_keys(&mut self, context: &Context<'_, '_>, keys: &SetKeys) -> Result<(), Code> {
        let SetKeys { name, public_key, network_key, proof } = keys;
        let validator = self.named(name)?;
        if !proof.holds(&context.chain, name, public_key, network_key) {
            return Err(Code::NodeProofInvalid);
        }
        let (public_key, network_key): (PublicKey, PublicKey) = (*public_key, *network_key);
        *validator = Validator { public_key, network_key, ..validator.clone() };
        Ok(())
    }

    pub(super) fn set_power(&mut self, set: &SetPower) -> Result<(), Code> {
        self.named(&set.name)?.power = set.power;
        Ok(())
    }

    /// Makes the validators those of the next block, if they are a set.
    pub(super) fn finish(self, context: &mut Context<'_, '_>) -> Result<Vec<Name>, Stop> {
        if self.is_changed {
            let set = ValidatorSet::new(self.validators).map_err(|_| Code::ValidatorSetInvalid)?;
            context.overlay.put(&ValidatorsKey, &set)?;
        }
        Ok(self.removed)
    }
}
