//! Operations on campaigns that bytes choose.

use lojal_ledger::key::CampaignKey;
use lojal_types::merkle::Tree;
use lojal_types::{
    AcceptSponsorship, Award, Bounded, BrandId, Campaign, CampaignId, Claim, Early, Grant, Hash, Invitation, Invited,
    MarkId, Operation, PerMember, Period, Points, Recipient, Referral, Requirement, Salt, SetCampaign, Sponsor,
    TakenBy, TrackId,
};

use super::super::source::Source;
use super::values::{amount, any_brand, any_day, any_reference, any_time};
use super::world::{DAY_MS, MEMBERS, World, address};

/// Campaigns of one brand that there are, or soon will be.
const CAMPAIGNS: usize = 5;

/// A campaign, a sponsorship, a grant or a claim.
pub(super) fn give(kind: usize, source: &mut Source<'_>, world: &World) -> Operation {
    let brand = any_brand(source);
    let campaign = CampaignId::new(source.below(CAMPAIGNS + 1) as u32);
    match kind {
        47 => Operation::SetCampaign(SetCampaign { brand, campaign, terms: terms(source, world, (brand, campaign)) }),
        48 => {
            let known = world.state.view().get(&CampaignKey { brand, campaign }).expect("in memory");
            let digest = known.map(|record| record.terms.digest(&world.chain(), brand, campaign));
            let terms = digest.filter(|_| source.below(8) > 0).unwrap_or(Hash::new([6; 32]));
            Operation::AcceptSponsorship(AcceptSponsorship { brand, campaign, terms })
        }
        49 => {
            let (to, amount) = (world.account(source), [0, 1, 2, 60, 101, u64::MAX][source.below(6)]);
            let (reference, dated) = (any_reference(source), any_day(source, world));
            Operation::Grant(Grant { brand, campaign, to, amount, reference, dated })
        }
        _ => {
            let (account, quantity) = (world.account(source), [1, 1, 0, 2, 100, u16::MAX][source.below(6)]);
            let (price_max, referrer) = (amount(source), source.flag().then(|| world.account(source)));
            let invitation = source.flag().then(|| invitation(source, world, (brand, campaign)));
            Operation::Claim(Claim { brand, campaign, account, quantity, price_max, referrer, invitation })
        }
    }
}

fn mark(source: &mut Source<'_>) -> MarkId {
    MarkId::new(source.below(40) as u16)
}

fn fact(source: &mut Source<'_>) -> Requirement {
    let track = TrackId::new(source.below(5) as u16);
    match source.below(6) {
        0 => {
            let (at_least, this_month) = ([0, 1, 60, 1 << 53][source.below(4)], source.flag());
            Requirement::Progress { track, at_least, this_month, consume: source.flag() }
        }
        1 => Requirement::Level { track, level: source.byte() % 4 },
        2 => Requirement::Mark { mark: mark(source) },
        3 => Requirement::New { days: [0, 60, 1_101][source.below(3)] },
        4 => Requirement::Invited,
        _ => Requirement::Since { days: [0, 1, 1_101][source.below(3)] },
    }
}

/// The list of a campaign: the members, with sums of 0 to 3.
fn lines((brand, campaign): (BrandId, CampaignId)) -> Vec<Invited> {
    let line = |(amount, member): (u64, u8)| {
        let (account, salt) = (address(member), Salt::new([member; 16]));
        Invited { brand, campaign, account, amount, salt }
    };
    (0..).zip(MEMBERS).map(line).collect()
}

fn tree(of: (BrandId, CampaignId), world: &World) -> Tree {
    Tree::new(lines(of).iter().map(|line| line.leaf(&world.chain())).collect())
}

/// A line of the list and its path, mostly as they are.
fn invitation(source: &mut Source<'_>, world: &World, of: (BrandId, CampaignId)) -> Invitation {
    let at = source.below(MEMBERS.len());
    let Invited { amount, salt, .. } = lines(of)[at];
    let path = Bounded::new(tree(of, world).path(at).expect("it is there")).expect("short");
    let root = if source.below(8) > 0 { 0 } else { source.byte() };
    Invitation { root, amount: if source.below(8) > 0 { amount } else { source.u64() }, salt, path }
}

fn terms(source: &mut Source<'_>, world: &World, of: (BrandId, CampaignId)) -> Campaign {
    let (opens_ms, closes_ms) = (world.now().plus_ms([0, 1, DAY_MS][source.below(3)]), any_time(source, world));
    let facts = (0..source.below(3)).map(|_| fact(source)).collect();
    let early = source
        .flag()
        .then(|| Early { ms: [0, DAY_MS, 31 * DAY_MS][source.below(3)], requires: Bounded::from([fact(source)]) });
    let by = [TakenBy::Operator, TakenBy::Member, TakenBy::Either][source.below(3)];
    let award = match source.below(4) {
        0 => Award::Points { amount: amount(source), up_to: amount(source), months: source.flag().then_some(2) },
        1 => Award::Mark { mark: mark(source), days: source.flag().then_some(30) },
        2 => Award::Voucher { valid_days: [0, 1, 30, 401][source.below(4)] },
        _ => {
            let to = source.flag().then(|| Recipient { brand: any_brand(source), price_micro: 250_000 });
            Award::Cause { to }
        }
    };
    let roots = source.flag().then(|| Hash::new(tree(of, world).root()));
    let invited = Bounded::new(roots.into_iter().collect()).expect("one at most");
    let per = [Period::Day, Period::Month, Period::Year, Period::Ever][source.below(4)];
    Campaign {
        opens_ms,
        closes_ms,
        early,
        requires: Bounded::new(facts).expect("at most two"),
        by,
        price: if source.flag() { amount(source) } else { Points::ZERO },
        award,
        referral: source.flag().then(|| Referral { award: amount(source), year_max: source.byte().into() }),
        per_member: source.flag().then(|| PerMember { times: [0, 1, 3][source.below(3)], per }),
        stock: source.flag().then(|| source.below(4) as u64),
        budget: source.flag().then(|| amount(source)),
        sponsor: source.flag().then(|| Sponsor { brand: any_brand(source), price_micro: 250_000 }),
        invited,
        households: source.flag(),
        returnable: source.flag(),
        pending_days: [0, 1, 90, 91][source.below(4)],
        paused: source.below(8) == 0,
        about: Hash::new([5; 32]),
    }
}
