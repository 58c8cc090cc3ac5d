//! The search for an order of what one account saw.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::{Contradiction, Counterexample, Effect, STATES_MAX, Step, StepKind};

/// The result of a search.
enum Found {
    Order,
    /// The longest order that it came to, as places in the list of steps.
    None(Vec<usize>),
    GaveUp,
}

/// The steps that were put in order so far, as bits.
#[derive(Clone)]
struct Placed(Vec<u64>);

impl Placed {
    fn new(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    fn contains(&self, place: usize) -> bool {
        self.0[place / 64] & (1 << (place % 64)) != 0
    }

    fn toggle(&mut self, place: usize) {
        self.0[place / 64] ^= 1 << (place % 64);
    }

    /// The first place of a word that isn't full: all before are placed.
    fn start(&self) -> usize {
        64 * self.0.iter().take_while(|word| **word == u64::MAX).count()
    }

    /// The bits without the full words before and the empty ones after.
    fn bits(&self) -> (usize, Vec<u64>) {
        let start = self.start() / 64;
        let end = self.0.iter().rposition(|word| *word != 0).map_or(start, |last| last + 1).max(start);
        (start, self.0[start..end].to_vec())
    }
}

struct Search<'a> {
    steps: &'a [Step],
    placed: Placed,
    balance: u64,
    /// The steps that are placed, in order, each with the balance before it and those that could have come in its
    /// stead.
    order: Vec<(usize, u64, Vec<usize>)>,
    /// The number of steps with a known outcome that are not placed yet; without them the history isn't explained.
    missing: usize,
}

/// Asks whether one account can have seen these steps, which are sorted by their invocation.
pub(super) fn check_account(account: &str, initial: u64, steps: &[Step]) -> Result<(), Counterexample> {
    let undecided = || Err(Counterexample::Undecided { account: account.to_owned() });
    match search(initial, steps) {
        Found::Order => return Ok(()),
        Found::GaveUp => return undecided(),
        Found::None(_) => {}
    }
    // What was explained until some moment was so at every earlier one: halve the time to the first contradiction.
    let mut moments: Vec<u64> = steps.iter().filter_map(|step| step.returned).collect();
    moments.sort_unstable();
    let (mut good, mut bad) = (0, moments.len() - 1);
    while good < bad {
        let middle = good.midpoint(bad);
        match search(initial, &until(steps, moments[middle])) {
            Found::Order => good = middle + 1,
            Found::None(_) => bad = middle,
            Found::GaveUp => return undecided(),
        }
    }
    let known = until(steps, moments[bad]);
    match search(initial, &known) {
        Found::None(order) => {
            let contradiction = contradiction(account, initial, &known, &order, moments[bad]);
            Err(Counterexample::NotLinearizable(Box::new(contradiction)))
        }
        Found::Order | Found::GaveUp => undecided(),
    }
}

/// The steps as they were known at a moment: no later calls, and no answers that came later.
fn until(steps: &[Step], moment: u64) -> Vec<Step> {
    let begun = steps.iter().filter(|step| step.invoked <= moment);
    let known = begun.filter_map(|step| match (step.returned, step.kind) {
        (Some(returned), _) if returned <= moment => Some(step.clone()),
        (_, StepKind::Effect(_)) => Some(Step { returned: None, ..step.clone() }),
        (_, StepKind::Read(_) | StepKind::Insufficient(_)) => None,
    });
    known.collect()
}

fn contradiction(account: &str, initial: u64, steps: &[Step], order: &[usize], moment: u64) -> Contradiction {
    let mut balance = initial;
    let explained = order.iter().map(|place| {
        balance = after(steps[*place].kind, balance).unwrap_or(balance);
        (steps[*place].clone(), balance)
    });
    let explained: Vec<_> = explained.collect();
    let left: Vec<Step> =
        (0..steps.len()).filter(|place| !order.contains(place)).map(|place| steps[place].clone()).collect();
    let last = |steps: &[Step]| steps.iter().find(|step| step.returned == Some(moment)).cloned();
    let contradicting = last(&left).or_else(|| last(steps)).expect("the moment is the return of a step");
    Contradiction { account: account.to_owned(), initial, contradicting, explained, left }
}

/// The balance after a step, if it can come at this balance.
fn after(kind: StepKind, balance: u64) -> Option<u64> {
    match kind {
        StepKind::Read(seen) => (seen == balance).then_some(balance),
        StepKind::Insufficient(points) => (balance < points).then_some(balance),
        StepKind::Effect(Effect::Credit(points)) => balance.checked_add(points),
        StepKind::Effect(Effect::Debit(points)) => balance.checked_sub(points),
    }
}

fn search(initial: u64, steps: &[Step]) -> Found {
    let missing = steps.iter().filter(|step| step.returned.is_some()).count();
    let placed = Placed::new(steps.len());
    let mut search = Search { steps, placed, balance: initial, order: Vec::new(), missing };
    let mut longest = Vec::new();
    let mut tried = BTreeSet::new();
    let mut candidates = search.candidates();
    while search.missing > 0 {
        if search.order.len() > longest.len() {
            longest = search.order.iter().map(|(place, ..)| *place).collect();
        }
        match candidates.pop() {
            Some(place) => {
                search.put(place, candidates);
                candidates = if tried.insert((search.placed.bits(), search.unknown_last().map(|(place, _)| place))) {
                    search.candidates()
                } else {
                    Vec::new()
                };
                if tried.len() > STATES_MAX {
                    return Found::GaveUp;
                }
            }
            None => match search.take_back() {
                Some(others) => candidates = others,
                None => return Found::None(longest),
            },
        }
    }
    Found::Order
}

impl Search<'_> {
    /// The steps that can come next, the best last: none that was invoked after another one had returned.
    fn candidates(&self) -> Vec<usize> {
        let (mut open, mut first_return) = (Vec::new(), u64::MAX);
        for place in self.placed.start()..self.steps.len() {
            let step = &self.steps[place];
            if step.invoked > first_return {
                break;
            }
            if !self.placed.contains(place) {
                open.push(place);
                first_return = first_return.min(step.returned.unwrap_or(u64::MAX));
            }
        }
        open.retain(|place| self.steps[*place].invoked <= first_return);
        let (mut fitting, waiting): (Vec<usize>, Vec<usize>) =
            open.into_iter().partition(|place| after(self.steps[*place].kind, self.balance).is_some());
        // What changes nothing may come at once: it can only stand in the way later.
        let observed = fitting.iter().find(|place| !matches!(self.steps[**place].kind, StepKind::Effect(_)));
        if let Some(place) = observed {
            return vec![*place];
        }
        let somebody_waits = waiting.iter().any(|place| self.steps[*place].returned.is_some());
        let earlier = fitting.clone();
        fitting.retain(|place| match self.steps[*place].returned {
            Some(_) => self.needs_what_came_last(*place),
            None => somebody_waits && self.is_next_unknown(*place, &earlier),
        });
        // Tried from the end: what gives the balance that was read, then what returned first, and the unknown last.
        let wanted = waiting.iter().find_map(|place| match self.steps[*place].kind {
            StepKind::Read(balance) => Some(balance),
            _ => None,
        });
        fitting.sort_by_key(|place| {
            let step = &self.steps[*place];
            let explains = wanted.is_some() && after(step.kind, self.balance) == wanted;
            (explains, Reverse(step.returned.unwrap_or(u64::MAX)), Reverse(*place))
        });
        fitting
    }

    /// The unknown transaction that was put last, unless something known was.
    fn unknown_last(&self) -> Option<(usize, u64)> {
        let (place, before, _) = self.order.last()?;
        self.steps[*place].returned.is_none().then_some((*place, *before))
    }

    /// Tells whether a step may follow what came last. An unknown transaction can as well happen later, so only a step
    /// that isn't possible without it may follow it.
    fn needs_what_came_last(&self, place: usize) -> bool {
        self.unknown_last().is_none_or(|(_, before)| after(self.steps[place].kind, before).is_none())
    }

    /// Unknown transactions in a row come in one order, credits first; of those that do the same, the earliest first.
    fn is_next_unknown(&self, place: usize, fitting: &[usize]) -> bool {
        let rank = |place: usize| (matches!(self.steps[place].kind, StepKind::Effect(Effect::Debit(_))), place);
        let same =
            |other: &usize| self.steps[*other].returned.is_none() && self.steps[*other].kind == self.steps[place].kind;
        let earliest = fitting.iter().find(|other| same(other)) == Some(&place);
        earliest && self.unknown_last().is_none_or(|(last, _)| rank(last) < rank(place))
    }

    fn put(&mut self, place: usize, others: Vec<usize>) {
        self.order.push((place, self.balance, others));
        self.placed.toggle(place);
        self.missing -= usize::from(self.steps[place].returned.is_some());
        self.balance = after(self.steps[place].kind, self.balance).expect("candidates fit the balance");
    }

    /// Takes the last one out again; what else could have come in its place.
    fn take_back(&mut self) -> Option<Vec<usize>> {
        let (place, before, others) = self.order.pop()?;
        self.placed.toggle(place);
        self.missing += usize::from(self.steps[place].returned.is_some());
        self.balance = before;
        Some(others)
    }
}
