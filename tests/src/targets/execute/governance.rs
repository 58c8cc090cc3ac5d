//! Operations of the governor that bytes choose.

use lojal_types::genesis::{GenesisBrand, GenesisOperator};
use lojal_types::{
    Action, Activate, Approve, Bounded, CancelVersion, DisallowFollower, Endpoint, Hash, Height, MotionId, Operation,
    Parameters, Propose, RegisterBrand, ReinstateBrand, Roles, ScheduleVersion, SetBrandAdmins, SetEndpoint,
    SetParameters, SetSettings, Settings, SignOfLife, Signature, SuspendBrand, Withdraw,
};

use super::super::source::Source;
use super::values::{any_brand, any_key, policy};
use super::world::World;

/// Motions that there are, or soon will be.
const MOTIONS: usize = 8;

pub(super) fn govern(kind: usize, source: &mut Source<'_>, world: &World) -> Operation {
    match kind {
        32 | 33 => {
            let actions = (0..=source.below(3)).map(|_| action(source, world)).collect();
            Operation::Propose(Propose { actions: Bounded::new(actions).expect("one to three") })
        }
        34 => {
            let motion = motion(source);
            let known = world.state.view().motion(motion).expect("in memory").map(|one| one.digest);
            let digest = known.filter(|_| source.byte() < 224).unwrap_or(Hash::new([0; 32]));
            Operation::Approve(Approve { motion, digest })
        }
        _ => match source.below(3) {
            0 => Operation::Withdraw(Withdraw { motion: motion(source) }),
            1 => Operation::SetEndpoint(SetEndpoint { endpoint: endpoint(source) }),
            _ => {
                let (index, time_ms, signature) = (source.byte() % 9, world.now(), Signature::new([source.byte(); 64]));
                let signs = Bounded::from([SignOfLife { index, time_ms, signature }]);
                Operation::Activate(Activate { motion: motion(source), signs })
            }
        },
    }
}

fn motion(source: &mut Source<'_>) -> MotionId {
    MotionId::new(1 + source.below(MOTIONS) as u64)
}

fn endpoint(source: &mut Source<'_>) -> Option<Endpoint> {
    let texts = ["/ip4/192.0.2.7/tcp/7900", "/dns/node.example.org/tcp/1", "nowhere"];
    let text = texts.get(source.below(texts.len() + 1))?;
    Endpoint::new((*text).to_owned()).ok()
}

fn action(source: &mut Source<'_>, world: &World) -> Action {
    match source.below(8) {
        0 | 1 => {
            let now = world.state.view().parameters().clone();
            let (days, months) = (source.byte() % 70, source.byte() % 40);
            let recovery_delay_ms = u64::from(source.u32());
            let parameters = Parameters { recovery_delay_ms, receipt_days: days, keep_months: months, ..now };
            Action::SetParameters(SetParameters { parameters })
        }
        2 => {
            let motion_lapse_ms = u64::from(source.u32()) << 2;
            Action::SetSettings(SetSettings { settings: Settings { motion_lapse_ms } })
        }
        3 => {
            let id = ["nordmat", "extra-one", "extra-two", "kaffe-t"][source.below(4)].parse().expect("a valid id");
            let operator = GenesisOperator::new(any_key(source), Roles::all());
            let brand = GenesisBrand::new(id, policy(source), Bounded::from([operator]));
            Action::RegisterBrand(RegisterBrand { brand: GenesisBrand { decimals: source.byte() % 8, ..brand } })
        }
        4 => Action::SuspendBrand(SuspendBrand { brand: any_brand(source) }),
        5 => Action::ReinstateBrand(ReinstateBrand { brand: any_brand(source) }),
        6 => {
            let mut admins: Vec<_> = (0..=source.below(3)).map(|_| any_key(source)).collect();
            admins.sort_unstable();
            let admins = Bounded::new(admins).expect("one to three");
            let (brand, needed) = (any_brand(source), 1 + source.byte() % 3);
            Action::SetBrandAdmins(SetBrandAdmins { brand, admins, needed })
        }
        _ => match source.byte() % 3 {
            0 => Action::CancelVersion(CancelVersion {}),
            1 => {
                let (version, height) = (u32::from(source.byte() % 4), Height::new(u64::from(source.byte())));
                Action::ScheduleVersion(ScheduleVersion { version, height })
            }
            // What no version has: the whole transaction can't be in a block.
            _ => Action::DisallowFollower(DisallowFollower { name: "nobody".parse().expect("a valid name") }),
        },
    }
}
