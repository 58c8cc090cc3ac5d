//! The states that are measured on: everybody with points; and then with what brands have counted and given; and then
//! with an offer each.

use lojal_ledger::State;
use lojal_types::{
    Expiry, Grant, Issue, Offer, OfferId, Operation, Points, SetCampaign, SetTrack, Stamp, TimeMs, VerifiedTransaction,
    offer_id,
};

use super::economy::{BRAND_COUNT, Draft, Economy, brand};
use super::terms::{BADGE, CHALLENGE, FIRST_LEVEL, LEVELS, campaigns, tracks};
use super::timing::{apply, execute};
use crate::error::BenchError;
use crate::workload::{OPERATIONS_MAX, START_POINTS, reference};

const MINUTE_MS: u64 = 60 * 1000;
const DAY_MS: u64 = 24 * 60 * MINUTE_MS;
/// The days between the points and the programme, so that references lie on two shelves.
const DAYS_BETWEEN: u64 = 28;
/// Milliseconds between two blocks.
const BLOCK_MS: u64 = 1_000;
/// Transactions of a block of operators, who do a hundred things in each, and of members.
const OPERATORS_BLOCK: usize = 200;
const MEMBERS_BLOCK: usize = 4_000;
/// The points of an offer, each for one of the next brand's.
pub const OFFERED: u64 = 1_000;
/// The days for which offers rest at least, and the minutes over which their ends are spread.
const OFFER_DAYS: u64 = 10;
const OFFER_MINUTES: u64 = 1_000;

/// The states, all at the same time.
pub struct States {
    /// Everybody has points of every brand, and nothing else.
    pub points: State,
    /// Every brand has counted and given something for everybody, too.
    pub programme: State,
    /// And everybody has an offer, too.
    pub market: State,
    /// The offers, by the members who have made them.
    pub offers: Vec<OfferId>,
    /// The time of the next block.
    pub time: TimeMs,
}

/// Makes them.
pub fn make(economy: &Economy) -> Result<States, BenchError> {
    let mut growing = Growing { economy, state: State::genesis(&economy.genesis) };
    let begin = economy.genesis.document().time_ms;
    growing.give_points()?;
    let programme = begin.plus_ms(DAYS_BETWEEN * DAY_MS);
    growing.pass_to(programme)?;
    let mut points = Growing { economy, state: growing.state.clone() };
    growing.begin_programme()?;
    growing.count_and_give()?;
    let mut with = Growing { economy, state: growing.state.clone() };
    let offers = growing.make_offers()?;
    // By then no id of the transactions so far is remembered in any of them.
    let time = programme.plus_ms(DAY_MS);
    [&mut points, &mut with, &mut growing].into_iter().try_for_each(|one| one.pass_to(time))?;
    let time = time.plus_ms(BLOCK_MS);
    Ok(States { points: points.state, programme: with.state, market: growing.state, offers, time })
}

/// A state that grows block by block.
struct Growing<'a> {
    economy: &'a Economy,
    state: State,
}

impl Growing<'_> {
    fn next_time(&self) -> TimeMs {
        self.state.view().tip().time_ms.plus_ms(BLOCK_MS)
    }
    fn block(&mut self, time: TimeMs, transactions: &[VerifiedTransaction]) -> Result<(), BenchError> {
        let executed = execute(&self.state, time, "a block of the preparation", transactions)?;
        apply(&mut self.state, executed.execution, time);
        Ok(())
    }
    fn pass_to(&mut self, time: TimeMs) -> Result<(), BenchError> {
        self.block(time, &[])
    }
    /// Lets operators do something for every member, as much in one transaction as fits.
    fn for_everybody(&mut self, each: usize, of: impl Fn(usize, TimeMs) -> Vec<Operation>) -> Result<(), BenchError> {
        let (members, together) = (self.economy.members.len(), OPERATIONS_MAX / each);
        let starts: Vec<usize> = (0..members).step_by(together).collect();
        for starts in starts.chunks(OPERATORS_BLOCK) {
            let time = self.next_time();
            let drafts = starts.iter().map(|first| Draft {
                key: self.economy.operator((first / together) as u64),
                nonce: *first as u64,
                operations: (*first..members.min(first + together)).flat_map(|member| of(member, time)).collect(),
            });
            let transactions = self.economy.sign(time, drafts);
            self.block(time, &transactions)?;
        }
        Ok(())
    }
    fn give_points(&mut self) -> Result<(), BenchError> {
        let economy = self.economy;
        self.for_everybody(BRAND_COUNT, |member, time| {
            let issue = |of: usize| {
                Operation::Issue(Issue {
                    brand: brand(of),
                    to: economy.members.address(member),
                    amount: Points::new(START_POINTS),
                    reference: reference(b"start", member as u64),
                    dated: time.day(),
                    expiry: None,
                })
            };
            (0..BRAND_COUNT).map(issue).collect()
        })
    }
    /// Every brand begins its tracks and campaigns.
    fn begin_programme(&mut self) -> Result<(), BenchError> {
        let (time, root) = (self.next_time(), self.economy.root());
        let of = |number: usize| {
            let brand = brand(number);
            let tracks = tracks(time).map(|(track, terms)| Operation::SetTrack(SetTrack { brand, track, terms }));
            let campaigns = campaigns(time, root)
                .map(|(campaign, terms)| Operation::SetCampaign(SetCampaign { brand, campaign, terms }));
            tracks.into_iter().chain(campaigns)
        };
        let operations = (0..BRAND_COUNT).flat_map(of).collect();
        let draft = Draft { key: self.economy.operator(0), nonce: 0, operations };
        let transactions = self.economy.sign(time, [draft].into_iter());
        self.block(time, &transactions)
    }
    /// Every brand counts something for everybody that reaches a level, counts something of a challenge, and grants a
    /// badge.
    fn count_and_give(&mut self) -> Result<(), BenchError> {
        let economy = self.economy;
        self.for_everybody(3 * BRAND_COUNT, |member, time| {
            let (to, dated) = (economy.members.address(member), time.day());
            let of = |number: usize| {
                let (brand, bought) = (brand(number), FIRST_LEVEL + (member % 60) as u64);
                let stamp = |track, amount, kind: &[u8]| {
                    let reference = reference(kind, member as u64);
                    Operation::Stamp(Stamp { brand, track, to, amount, place: None, reference, dated })
                };
                let (campaign, reference) = (BADGE, reference(b"badge", member as u64));
                let badge = Operation::Grant(Grant { brand, campaign, to, amount: 1, reference, dated });
                [stamp(LEVELS, bought, b"bought"), stamp(CHALLENGE, 1, b"done"), badge]
            };
            (0..BRAND_COUNT).flat_map(of).collect()
        })
    }
    /// Every member offers points of a brand for those of the next one.
    fn make_offers(&mut self) -> Result<Vec<OfferId>, BenchError> {
        let economy = self.economy;
        let members: Vec<usize> = (0..economy.members.len()).collect();
        let mut offers = Vec::with_capacity(members.len());
        for members in members.chunks(MEMBERS_BLOCK) {
            let time = self.next_time();
            let drafts = members.iter().map(|member| Draft {
                key: economy.members.key(*member),
                nonce: 0,
                operations: vec![self.offer(*member, time)],
            });
            let transactions = economy.sign(time, drafts);
            self.block(time, &transactions)?;
            offers.extend(transactions.iter().map(|one| offer_id(&economy.chain(), &one.id(), 0)));
        }
        Ok(offers)
    }
    fn offer(&self, member: usize, time: TimeMs) -> Operation {
        let expiry = self.economy.expiry();
        Operation::Offer(Offer {
            brand: brand(member),
            from: self.economy.members.address(member),
            amount: Points::new(OFFERED),
            expiry,
            wants: brand(member + 1),
            price_num: 1,
            price_den: 1,
            wants_until: Expiry::Month(time.month()),
            min_take: Points::new(1),
            expires_ms: time.plus_ms(OFFER_DAYS * DAY_MS + member as u64 % OFFER_MINUTES * MINUTE_MS),
        })
    }
}
