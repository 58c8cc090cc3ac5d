//! Random motions of brands' admins, and who approves them.

use lojal_types::{
    Address, Approvals, ApproveForBrand, Bounded, BrandAction, BrandId, CloseBrand, Guardian, Hash, MotionId,
    Operation, ProposeForBrand, Role, SetApprovals, StopForBrand,
};

use super::Workload;
use crate::model::BrandMotion;
use crate::world::{BANK, DAY_MS, GOVERNORS, HOUR_MS, TILL};

impl Workload {
    /// Mostly of the bank: a brand whose admins must agree about everything is slow.
    pub(super) fn set_approvals(&mut self, sender: usize) -> Option<Operation> {
        let own = self.brands_of(self.address(sender), Role::Admin);
        let bank = self.brands[BANK];
        let other = own.first().copied().filter(|_| !own.contains(&bank));
        let brand = if self.twist() { self.brand() } else { other.unwrap_or(bank) };
        if !(own.contains(&brand) || self.twist()) {
            return None;
        }
        if brand != bank {
            // As they are.
            return Some(Operation::SetApprovals(SetApprovals { brand, needed: 1, delay_ms: 0 }));
        }
        let needed = if self.twist() { self.random.pick(&[0, 9])? } else { self.random.pick(&[1, 1, 2])? };
        let delay_ms = if self.twist() {
            7 * DAY_MS + 1
        } else {
            self.random.pick(&[0, 0, 0, HOUR_MS, 2 * DAY_MS, 7 * DAY_MS])?
        };
        Some(Operation::SetApprovals(SetApprovals { brand, needed, delay_ms }))
    }

    /// Mostly the bank, which mostly stays after all.
    pub(super) fn close_brand(&mut self, sender: usize) -> Option<Operation> {
        let own = self.brands_of(self.address(sender), Role::Admin);
        let stays = |brand: &&BrandId| self.model.closing(**brand).is_none();
        let leaves = own.iter().find(|brand| !stays(brand) && !self.model.has_left(**brand)).copied();
        let other = self.random.once_in(3).then(|| own.first().copied()).flatten();
        let brand = if self.twist() { self.brand() } else { leaves.or(other)? };
        if !own.contains(&brand) {
            return None;
        }
        if self.model.closing(brand).is_some() && !self.random.once_in(4) {
            return Some(Operation::CloseBrand(CloseBrand { brand, closes_ms: None }));
        }
        let days = if self.twist() { 89 } else { 100 + self.random.within(0..5) };
        let closes_ms = self.time.plus_ms(days * DAY_MS).to_whole_minute();
        Some(Operation::CloseBrand(CloseBrand { brand, closes_ms }))
    }

    /// True if an operation would give points of a brand that leaves, or move some of one that has.
    pub(super) fn is_too_late(&self, operation: &Operation) -> bool {
        let leaves = |brand: &BrandId| self.model.closing(*brand).is_some();
        match operation {
            Operation::Issue(one) => leaves(&one.brand),
            Operation::Convert(one) => leaves(&one.to) || self.model.has_left(one.from),
            other => other.brands().any(|brand| self.model.has_left(brand)),
        }
    }

    /// Makes a motion of a brand of what a sender does for it, mostly where one admin isn't enough; none if the brand
    /// has too many of them.
    pub(super) fn by_motion(&mut self, sender: usize, operation: Operation) -> Option<Operation> {
        let Some(action) = BrandAction::of(operation.clone()) else { return Some(operation) };
        let Some(brand) = self.acting_brand(sender, &operation) else { return Some(operation) };
        let is_alone = self.model.approvals(brand) == Approvals::default();
        let directly = if is_alone { !self.random.once_in(12) } else { self.random.once_in(20) };
        if directly {
            return Some(operation);
        }
        let own = self.model.open_for(brand).filter(|(_, motion)| motion.by == self.address(sender)).count();
        let is_full = own >= 4 || self.model.open_for(brand).count() >= 16;
        if is_full && !self.random.once_in(20) {
            return None;
        }
        let brand = if self.twist() { self.brand() } else { brand };
        Some(Operation::ProposeForBrand(ProposeForBrand { brand, actions: Bounded::from([action]) }))
    }

    /// The brand as whose admin a sender does something; none where it acts for itself.
    fn acting_brand(&self, sender: usize, operation: &Operation) -> Option<BrandId> {
        let own = self.brands_of(self.address(sender), Role::Admin);
        let helped = match operation {
            Operation::StartRecovery(one) => Some(one.account),
            Operation::FinishRecovery(one) => Some(one.account),
            Operation::Agree(one) => Some(one.account),
            _ => None,
        };
        let proposer = match operation {
            Operation::AcceptPartnership(one) => {
                let known = self.model.tables.partnerships.get(&(one.from, one.to));
                known.and_then(|one| one.proposal.as_ref()).map(|(by, _)| *by)
            }
            _ => None,
        };
        let Some(helped) = helped else {
            return operation.brands().find(|brand| own.contains(brand) && Some(*brand) != proposer);
        };
        let guardians = &self.model.tables.accounts.get(&helped)?.guardians.guardians;
        own.into_iter().find(|brand| guardians.contains(&Guardian::Brand(*brand)))
    }

    pub(super) fn approve_for(&mut self, sender: usize) -> Option<Operation> {
        let may_do = self.twist();
        let partnerships = self.model.tables.partnerships.clone();
        let is_moot = |action: &BrandAction| match action {
            BrandAction::AcceptPartnership(one) => {
                let proposal = partnerships.get(&(one.from, one.to)).and_then(|known| known.proposal.as_ref());
                proposal.is_none_or(|(_, terms)| *terms != one.terms)
            }
            BrandAction::EndPartnership(one) => partnerships.get(&(one.from, one.to)).is_none(),
            _ => false,
        };
        let wanted = |motion: &BrandMotion, own| {
            !motion.approved_by.contains(&own) && (may_do || !motion.actions.iter().any(is_moot))
        };
        let (brand, motion, digest) = self.open_motion(sender, wanted)?;
        let digest = if self.twist() { Hash::new([7; 32]) } else { digest };
        let motion = if self.twist() { MotionId::new(1 << 40) } else { motion };
        Some(Operation::ApproveForBrand(ApproveForBrand { brand, motion, digest }))
    }

    pub(super) fn stop_for(&mut self, sender: usize) -> Option<Operation> {
        let (brand, motion, _) = self.open_motion(sender, |motion, own| !motion.stopped_by.contains(&own))?;
        Some(Operation::StopForBrand(StopForBrand { brand, motion }))
    }

    /// A motion of a brand of a sender's that it hasn't voted on, or whose wait is over.
    fn open_motion(
        &mut self,
        sender: usize,
        wanted: impl Fn(&BrandMotion, Address) -> bool,
    ) -> Option<(BrandId, MotionId, Hash)> {
        let (own, twist, now) = (self.address(sender), self.twist(), self.time.get());
        let brands: Vec<BrandId> = self.model.tables.brands.iter().map(|(brand, _)| *brand).collect();
        let admin = self.brands_of(own, Role::Admin);
        let brands = brands.into_iter().filter(|brand| twist || admin.contains(brand));
        let open = brands.flat_map(|brand| self.model.open_for(brand).map(move |(id, motion)| (brand, id, motion)));
        let is_due = |from: Option<u64>| from.is_some_and(|from| from <= now);
        let open = open.filter(|(_, _, motion)| twist || is_due(motion.from) || wanted(motion, own));
        let open: Vec<(BrandId, MotionId, Hash)> = open.map(|(brand, id, motion)| (brand, id, motion.digest)).collect();
        self.random.pick(&open)
    }

    /// The actor and the approval that a brand's motion waits for.
    pub(super) fn brand_ballot(&mut self) -> Option<(usize, Vec<Operation>)> {
        let sender = usize::try_from(self.random.within(TILL as u64..GOVERNORS as u64)).expect("few actors");
        let operation = self.approve_for(sender)?;
        Some((sender, vec![operation]))
    }
}
