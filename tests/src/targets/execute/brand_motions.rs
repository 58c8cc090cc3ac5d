//! Operations on motions of brands that bytes choose.

use lojal_types::{
    ApproveForBrand, Bounded, BrandAction, BrandId, CloseBrand, Hash, MotionId, Operation, ProposeForBrand,
    SetApprovals, StopForBrand,
};

use super::super::source::Source;
use super::values::any_brand;
use super::world::{DAY_MS, World};

/// Motions of one brand that there are, or soon will be.
const MOTIONS: usize = 4;

/// A motion with what the bytes have chosen otherwise, or something about a motion.
pub(super) fn decide(kind: usize, source: &mut Source<'_>, world: &World, others: Vec<Operation>) -> Operation {
    let brand = any_brand(source);
    match kind {
        36 => {
            let mut actions: Vec<BrandAction> = others.into_iter().filter_map(BrandAction::of).collect();
            if actions.is_empty() {
                actions.push(BrandAction::SetApprovals(approvals(brand, source)));
            }
            Operation::ProposeForBrand(ProposeForBrand { brand, actions: Bounded::new(actions).expect("one to three") })
        }
        37 => {
            let motion = MotionId::new(1 + source.below(MOTIONS) as u64);
            let motions = world.state.view().brand_motions(brand).expect("in memory");
            let known = motions.into_iter().find(|(id, _)| *id == motion).map(|(_, one)| one.digest);
            let digest = known.filter(|_| source.byte() < 224).unwrap_or(Hash::new([0; 32]));
            Operation::ApproveForBrand(ApproveForBrand { brand, motion, digest })
        }
        38 => {
            let motion = MotionId::new(1 + source.below(MOTIONS) as u64);
            Operation::StopForBrand(StopForBrand { brand, motion })
        }
        39 => Operation::SetApprovals(approvals(brand, source)),
        _ => {
            let days = [90, 91, 400, 1830, 1831, 0][source.below(6)];
            let closes_ms = if source.flag() { world.now().plus_ms(days * DAY_MS).to_whole_minute() } else { None };
            Operation::CloseBrand(CloseBrand { brand, closes_ms })
        }
    }
}

fn approvals(brand: BrandId, source: &mut Source<'_>) -> SetApprovals {
    let delays = [0, 0, 60_000, DAY_MS, 7 * DAY_MS, 7 * DAY_MS + 1];
    SetApprovals { brand, needed: source.byte() % 4, delay_ms: delays[source.below(delays.len())] }
}
