//! Motions of brands' admins once more: every motion is remembered for ever, and admins are counted from
//! scratch.

use std::collections::BTreeSet;

use lojal_types::operation::brand_digest;
use lojal_types::{
    Address, Approvals, ApproveForBrand, BrandAction, BrandId, Code, Hash, MotionId, Policy, ProposeForBrand, Role,
    SetApprovals, StopForBrand,
};

use super::{Act, DAY_MS, Model, ensure};

/// A motion of a brand, as it was put forward and as it stands.
#[derive(Clone, Debug)]
pub(crate) struct BrandMotion {
    pub(crate) by: Address,
    pub(crate) actions: Vec<BrandAction>,
    pub(crate) digest: Hash,
    pub(crate) created: u64,
    pub(crate) approved_by: BTreeSet<Address>,
    pub(crate) stopped_by: BTreeSet<Address>,
    /// The time from which on it can be carried out, once it waits.
    pub(crate) from: Option<u64>,
    /// Happened, or stopped.
    pub(crate) is_over: bool,
}

/// The consent that it takes to do something for a brand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    One,
    Several,
    SeveralAndTime,
}

impl Model {
    pub(crate) fn approvals(&self, brand: BrandId) -> Approvals {
        self.tables.approvals.get(&brand).copied().unwrap_or(Approvals { needed: 1, delay_ms: 0 })
    }

    /// The motions of a brand that can still be decided.
    pub(crate) fn open_for(&self, brand: BrandId) -> impl Iterator<Item = (MotionId, &BrandMotion)> {
        let motions = self.tables.brand_motions.iter().filter(move |((of, _), _)| *of == brand);
        let open = motions.filter(|(_, one)| !one.is_over && self.time < one.from.unwrap_or(one.created) + 14 * DAY_MS);
        open.map(|((_, motion), one)| (*motion, one))
    }

    pub(crate) fn admins(&self, brand: BrandId) -> BTreeSet<Address> {
        let operators = self.tables.operators.iter().filter(|((of, _), _)| *of == brand);
        let admins = operators.filter(|(_, one)| one.roles.contains(&Role::Admin));
        admins.map(|((_, admin), _)| *admin).collect()
    }

    /// Checks that somebody, or the motion that is under way, may do something for a brand.
    pub(super) fn check_admin(&mut self, brand: BrandId, sender: Address, takes: Takes) -> Result<(), Code> {
        if let Some((of, widens)) = self.together {
            self.together = Some((of, widens || takes == Takes::SeveralAndTime));
            return ensure(of == brand, Code::ActionOfOtherBrand);
        }
        self.check_role(brand, sender, Role::Admin)?;
        let Approvals { needed, delay_ms } = self.approvals(brand);
        let alone = takes == Takes::One || (needed == 1 && (takes == Takes::Several || delay_ms == 0));
        ensure(alone, Code::MotionNeeded)
    }

    pub(super) fn propose_for(&mut self, act: Act, propose: &ProposeForBrand) -> Result<(), Code> {
        let (brand, sender) = (propose.brand, act.sender);
        self.policy(brand)?;
        self.check_role(brand, sender, Role::Admin)?;
        let own = self.open_for(brand).filter(|(_, motion)| motion.by == sender).count();
        ensure(self.open_for(brand).count() < 16 && own < 4, Code::TooManyMotions)?;
        let tables = self.tables.clone();
        let could_happen = self.carry_out(act, brand, &propose.actions);
        self.tables = tables;
        could_happen?;
        let ever = self.tables.brand_motions.iter().filter(|((of, _), _)| *of == brand).count() as u64;
        let motion = BrandMotion {
            by: sender,
            actions: propose.actions.to_vec(),
            digest: brand_digest(&self.chain, brand, &propose.actions),
            created: self.time,
            approved_by: BTreeSet::from([sender]),
            stopped_by: BTreeSet::new(),
            from: None,
            is_over: false,
        };
        let key = (brand, MotionId::new(ever + 1));
        self.tables.brand_motions.set(key, motion.clone());
        if self.are_enough(brand, &motion.approved_by) { self.decide_for(act, key, motion) } else { Ok(()) }
    }

    fn open_motion(&self, sender: Address, key: (BrandId, MotionId)) -> Result<BrandMotion, Code> {
        self.policy(key.0)?;
        self.check_role(key.0, sender, Role::Admin)?;
        let found = self.open_for(key.0).find(|(motion, _)| *motion == key.1);
        found.map(|(_, motion)| motion.clone()).ok_or(Code::UnknownMotion)
    }

    pub(super) fn approve_for(&mut self, act: Act, approve: &ApproveForBrand) -> Result<(), Code> {
        let key = (approve.brand, approve.motion);
        let mut motion = self.open_motion(act.sender, key)?;
        ensure(motion.digest == approve.digest, Code::MotionDiffers)?;
        let is_new = motion.approved_by.insert(act.sender);
        motion.stopped_by.remove(&act.sender);
        self.tables.brand_motions.set(key, motion.clone());
        if !self.are_enough(key.0, &motion.approved_by) {
            return ensure(is_new, Code::AlreadyApproved);
        }
        if motion.from.is_some_and(|from| self.time < from) {
            return ensure(is_new, Code::MotionWaits);
        }
        self.decide_for(act, key, motion)
    }

    pub(super) fn stop_for(&mut self, sender: Address, stop: &StopForBrand) -> Result<(), Code> {
        let key = (stop.brand, stop.motion);
        let mut motion = self.open_motion(sender, key)?;
        let is_new = motion.stopped_by.insert(sender);
        motion.approved_by.remove(&sender);
        motion.is_over = motion.by == sender || self.are_enough(key.0, &motion.stopped_by);
        ensure(motion.is_over || is_new, Code::AlreadyApproved)?;
        if motion.approved_by.len() < usize::from(self.approvals(key.0).needed) {
            motion.from = None;
        }
        self.tables.brand_motions.set(key, motion);
        Ok(())
    }

    pub(super) fn set_approvals(&mut self, sender: Address, set: &SetApprovals) -> Result<(), Code> {
        self.policy(set.brand)?;
        self.in_force(set.brand)?;
        let now = self.approvals(set.brand);
        let is_narrower = set.needed >= now.needed && set.delay_ms >= now.delay_ms;
        let takes = if is_narrower { Takes::Several } else { Takes::SeveralAndTime };
        self.check_admin(set.brand, sender, takes)?;
        self.put_approvals(set.brand, Approvals { needed: set.needed, delay_ms: set.delay_ms })
    }

    pub(super) fn put_approvals(&mut self, brand: BrandId, approvals: Approvals) -> Result<(), Code> {
        let count_holds = (1..=self.admins(brand).len()).contains(&usize::from(approvals.needed));
        ensure(count_holds && approvals.delay_ms <= 7 * DAY_MS, Code::ApprovalsOutOfBounds)?;
        self.tables.approvals.set(brand, approvals);
        self.forget_strangers(brand);
        Ok(())
    }

    /// Whoever is no admin has no ballot.
    pub(super) fn forget_strangers(&mut self, brand: BrandId) {
        let (admins, needed) = (self.admins(brand), usize::from(self.approvals(brand).needed));
        let open: Vec<(MotionId, BrandMotion)> = self.open_for(brand).map(|(id, one)| (id, one.clone())).collect();
        for (id, mut motion) in open {
            motion.approved_by.retain(|one| admins.contains(one));
            motion.stopped_by.retain(|one| admins.contains(one));
            if motion.approved_by.len() < needed {
                motion.from = None;
            }
            self.tables.brand_motions.set((brand, id), motion);
        }
    }

    fn are_enough(&self, brand: BrandId, ballots: &BTreeSet<Address>) -> bool {
        let admins = self.admins(brand);
        let counting = ballots.iter().filter(|one| admins.contains(one) && self.stopped_by(**one).is_none());
        counting.count() >= usize::from(self.approvals(brand).needed)
    }

    fn decide_for(&mut self, act: Act, key: (BrandId, MotionId), motion: BrandMotion) -> Result<(), Code> {
        let delay = self.approvals(key.0).delay_ms;
        let tables = self.tables.clone();
        let concerned = self.carry_out(act, key.0, &motion.actions)?;
        let (concerned, widens) = concerned;
        if widens && delay > 0 && motion.from.is_none() {
            self.tables = tables;
            let from = Some(self.time + delay);
            self.tables.brand_motions.set(key, BrandMotion { from, ..motion });
            return Ok(());
        }
        self.tables.brand_motions.set(key, BrandMotion { is_over: true, ..motion });
        self.done_for.extend(concerned);
        Ok(())
    }

    /// Does everything that a motion asks for. After an error the caller takes back what was done. Tells whom it
    /// concerns, and whether it widens anything.
    fn carry_out(&mut self, act: Act, brand: BrandId, actions: &[BrandAction]) -> Result<(Vec<Address>, bool), Code> {
        self.together = Some((brand, false));
        let mut concerned = Vec::new();
        let done = actions.iter().try_for_each(|action| {
            let operation = action.clone().into_operation();
            concerned.extend(self.concerned(act, &operation));
            self.operate_unstopped(act, &operation)
        });
        let widens = self.together.take().is_some_and(|(_, widens)| widens);
        done.map(|()| (concerned, widens))
    }
}

/// The amount that each field of a policy lets through: more is wider.
fn widths(policy: &Policy) -> [u64; 11] {
    let or_all = |bound: Option<u64>| bound.unwrap_or(u64::MAX);
    [
        or_all(policy.expiry_months.map(u64::from)),
        or_all(policy.issue_max.map(|max| max.get())),
        or_all(policy.transfer_daily_max.map(|max| max.get())),
        policy.transfer_max.get(),
        u64::MAX - policy.transfer_min.get(),
        u64::MAX - policy.opening_min.get(),
        policy.reversal_window_ms,
        policy.transferable.into(),
        policy.convertible.into(),
        policy.poolable.into(),
        policy.tradeable.into(),
    ]
}

/// The consent that it takes to change one policy to another.
pub(super) fn change_of_policy(before: &Policy, after: &Policy) -> Takes {
    let is_wider = widths(before).into_iter().zip(widths(after)).any(|(before, after)| after > before);
    if is_wider { Takes::SeveralAndTime } else { Takes::One }
}
