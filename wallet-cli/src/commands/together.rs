//! Acts of an admin for a brand: by itself where the brand lets one admin do it, and else as a motion of the brand.

use lojal_types::brand::is_wider;
use lojal_types::operation::brand_digest;
use lojal_types::{
    Address, AddressText, Approvals, Bounded, BrandAction, BrandActions, BrandId, Guardian, Hash, MotionId, Operation,
    ProposeForBrand, Role, Roles, api,
};
use lojal_wallet::gateways::is_not_permitted;
use schemars::JsonSchema;
use serde::Serialize;

use super::transact::Session;
use crate::cli::Sending;
use crate::error::CommandError;
use crate::output::Report;

/// A motion that was put forward where a brand asks for more than one admin.
#[derive(Serialize, JsonSchema)]
pub(super) struct PutForward {
    /// The digest of its actions.
    digest: Hash,
    /// Its number; left out where nobody tells it yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    motion: Option<MotionId>,
}

impl Session<'_> {
    /// Signs and sends what an admin does for a brand, or puts it forward for the other admins to approve; `done` says
    /// what it does, in the past tense.
    pub(super) fn transact_for(
        &self,
        brand: BrandId,
        operation: Operation,
        done: &str,
        sending: &Sending,
    ) -> Result<Report, CommandError> {
        let brand = self.brand(brand)?;
        if !self.needs_motion(&brand, &operation)? {
            return self.transact(operation, done, sending);
        }
        let action = BrandAction::of(operation).expect("the commands of admins make nothing else");
        self.put_forward_for(&brand, Bounded::from([action]), done, sending)
    }

    /// Puts a motion of a brand forward, and tells its number.
    pub(super) fn put_forward_for(
        &self,
        brand: &api::Brand,
        actions: BrandActions,
        done: &str,
        sending: &Sending,
    ) -> Result<Report, CommandError> {
        let digest = brand_digest(&self.home.chain_id(), brand.id, &actions);
        let Approvals { needed, .. } = brand.approvals;
        let text = format!("put forward for {}, which asks for {needed} of its admins: {done}", brand.id);
        let operation = Operation::ProposeForBrand(ProposeForBrand { brand: brand.id, actions });
        let report = self.transact(operation, &text, sending)?;
        let list = format!("lojal brand motion list {}", brand.id);
        if report.is_open {
            let report = report.with(&PutForward { digest, motion: None });
            return Ok(report.with_line(&format!("`{list}` shows its number")));
        }
        // What has happened stays so, also where nobody tells its number.
        let motions = self.motions_of(brand.id).map(|all| all.motions).unwrap_or_default();
        let own = motions.iter().rev().find(|one| one.digest == digest && one.by == self.home.address_text());
        let report = report.with(&PutForward { digest, motion: own.map(|one| one.motion) });
        Ok(match own {
            Some(motion) => {
                let approve = format!("lojal brand motion approve {} {}", brand.id, motion.motion);
                let line = format!("it is motion {}: the others approve it with {approve}", motion.motion);
                report.with_line(&line)
            }
            None => report.with_line(&format!("it has happened, or `{list}` of another gateway shows its number")),
        })
    }

    /// The motions of a brand that are undecided.
    pub(super) fn motions_of(&self, brand: BrandId) -> Result<api::BrandMotions, CommandError> {
        Ok(self.gateways.ask(|gateway| Ok(gateway.client()?.brand_motions(&brand)?))?)
    }

    /// The same as a guardian of an account: for a brand that is one, unless this account is one itself.
    pub(super) fn transact_as_guardian(
        &self,
        lost: AddressText,
        operation: Operation,
        done: &str,
        sending: &Sending,
    ) -> Result<Report, CommandError> {
        // Whoever may not know of the guardians is none, and is told so by the ledger.
        let guardians = self.recovery(lost).map(|account| account.guardians.guardians.into_inner()).unwrap_or_default();
        if !guardians.contains(&Guardian::Account(self.home.address_text())) {
            for guardian in guardians {
                if let Guardian::Brand(brand) = guardian
                    && self.is_admin_of(brand)?
                {
                    return self.transact_for(brand, operation, done, sending);
                }
            }
        }
        self.transact(operation, done, sending)
    }

    /// The one of two brands for which this account acts as an admin: the first if it is one of both.
    pub(super) fn acting_brand(&self, from: &api::Brand, to: &api::Brand) -> Result<BrandId, CommandError> {
        let alone = Approvals::default();
        let matters = from.approvals != alone || to.approvals != alone;
        Ok(if !matters || self.is_admin_of(from.id)? { from.id } else { to.id })
    }

    /// Tells whether this account is an admin of a brand.
    fn is_admin_of(&self, brand: BrandId) -> Result<bool, CommandError> {
        match self.gateways.ask(|gateway| Ok(gateway.client()?.operators(&brand)?)) {
            Err(error) if is_not_permitted(&error) => Ok(false),
            operators => {
                let own = self.home.address_text();
                let operators = operators?.operators;
                Ok(operators.iter().any(|one| one.address == own && one.roles.contains(&Role::Admin)))
            }
        }
    }

    /// Tells whether an admin alone can't do something for a brand: "What narrows is one admin's, at once." (protocol,
    /// Brands)
    fn needs_motion(&self, brand: &api::Brand, operation: &Operation) -> Result<bool, CommandError> {
        let Approvals { needed, delay_ms } = brand.approvals;
        if brand.approvals == Approvals::default() {
            return Ok(false);
        }
        let (joint, widening) = (needed > 1, needed > 1 || delay_ms > 0);
        Ok(match operation {
            Operation::EndPartnership(_) => false,
            Operation::SetPolicy(set) => widening && set.policy.widens(&brand.policy),
            Operation::SetApprovals(set) => {
                let new = Approvals { needed: set.needed, delay_ms: set.delay_ms };
                if new.widen(&brand.approvals) { widening } else { joint }
            }
            Operation::ProposePartnership(_)
            | Operation::AcceptPartnership(_)
            | Operation::CloseBrand(_)
            | Operation::SetTrack(_)
            | Operation::SetCampaign(_)
            | Operation::AcceptSponsorship(_) => widening,
            Operation::RemoveOperator(remove) => {
                joint && self.operator(brand.id, remove.operator)?.is_some_and(|one| one.roles.contains(&Role::Admin))
            }
            Operation::SetOperator(set) => {
                let before = self.operator(brand.id, Address::of_key(&set.public_key))?;
                let gains = |before: &Roles| set.roles.iter().any(|role| !before.contains(role));
                match before {
                    Some(one) if !gains(&one.roles) && !is_wider(set.issue_daily_max, one.issue_daily_max) => {
                        joint && one.roles.contains(&Role::Admin)
                    }
                    _ => widening,
                }
            }
            _ => joint,
        })
    }

    fn operator(&self, brand: BrandId, operator: Address) -> Result<Option<api::Operator>, CommandError> {
        let address = operator.to_text(self.home.network());
        let operators = self.gateways.ask(|gateway| Ok(gateway.client()?.operators(&brand)?))?.operators;
        Ok(operators.into_iter().find(|one| one.address == address))
    }
}
