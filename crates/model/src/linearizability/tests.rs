use super::*;

const ANNA: &str = "anna/kaffet";
const BO: &str = "bo/kaffet";

fn call(client: &str, invoked: u64, returned: u64, action: Action) -> Call {
    Call { client: client.to_owned(), invoked, returned, action }
}

fn read(client: &str, invoked: u64, returned: u64, account: &str, balance: u64) -> Call {
    call(client, invoked, returned, Action::Read { account: account.to_owned(), balance })
}

fn submit(invoked: u64, returned: u64, id: &str, effects: &[(&str, Effect)], outcome: Outcome) -> Call {
    let effects = effects.iter().map(|(account, effect)| ((*account).to_owned(), *effect)).collect();
    call("wallet", invoked, returned, Action::Submit { transaction: id.to_owned(), effects, outcome })
}

/// From Anna to Bo.
fn transfer(invoked: u64, returned: u64, id: &str, points: u64, outcome: Outcome) -> Call {
    submit(invoked, returned, id, &[(ANNA, Effect::Debit(points)), (BO, Effect::Credit(points))], outcome)
}

fn credit(invoked: u64, returned: u64, id: &str, points: u64, outcome: Outcome) -> Call {
    submit(invoked, returned, id, &[(ANNA, Effect::Credit(points))], outcome)
}

/// Anna begins with 20, Bo with nothing.
fn history(calls: Vec<Call>) -> History {
    History { initial: [(ANNA.to_owned(), 20)].into(), calls }
}

fn accepts(calls: Vec<Call>) {
    assert_eq!(check(&history(calls)), Ok(()));
}

fn contradiction_in(calls: Vec<Call>) -> Contradiction {
    match check(&history(calls)) {
        Err(Counterexample::NotLinearizable(contradiction)) => *contradiction,
        other => panic!("a contradiction was expected: {other:?}"),
    }
}

#[test]
fn one_thing_after_the_other_is_accepted() {
    accepts(vec![]);
    accepts(vec![
        read("a", 1, 2, ANNA, 20),
        transfer(3, 5, "t1", 15, Outcome::Committed),
        read("b", 6, 7, ANNA, 5),
        read("b", 6, 7, BO, 15),
        transfer(8, 9, "t2", 6, Outcome::Insufficient),
        transfer(10, 11, "t3", 5, Outcome::Refused),
        read("a", 12, 13, ANNA, 5),
    ]);
}

#[test]
fn concurrent_calls_may_come_in_any_order() {
    accepts(vec![
        transfer(1, 10, "t1", 5, Outcome::Committed),
        transfer(1, 10, "t2", 12, Outcome::Committed),
        read("a", 2, 3, ANNA, 8),
        read("a", 4, 9, ANNA, 3),
        read("b", 2, 9, ANNA, 20),
    ]);
    // The one that found too little came between the other two.
    accepts(vec![
        transfer(1, 10, "t1", 15, Outcome::Committed),
        transfer(1, 10, "t2", 20, Outcome::Insufficient),
        credit(1, 10, "t3", 100, Outcome::Committed),
        read("a", 11, 12, ANNA, 105),
    ]);
    // At equal times calls count as concurrent.
    accepts(vec![transfer(1, 5, "t1", 5, Outcome::Committed), read("a", 5, 6, ANNA, 20)]);
}

#[test]
fn an_unknown_transaction_may_have_happened_at_any_later_time_or_never() {
    let unknown = transfer(1, 3, "t1", 5, Outcome::Unknown);
    accepts(vec![unknown.clone(), read("a", 4, 5, ANNA, 20), read("a", 100, 101, ANNA, 20)]);
    accepts(vec![unknown.clone(), read("a", 4, 5, ANNA, 15), read("b", 100, 101, BO, 5)]);
    accepts(vec![unknown.clone(), read("a", 4, 5, ANNA, 20), read("a", 100, 101, ANNA, 15)]);
    let before = vec![read("a", 0, 0, ANNA, 15), unknown.clone()];
    assert_eq!(contradiction_in(before).contradicting.kind, StepKind::Read(15));
    let and_back = vec![unknown, read("a", 4, 5, ANNA, 15), read("a", 6, 7, ANNA, 20)];
    assert_eq!(contradiction_in(and_back).contradicting.kind, StepKind::Read(20));
}

#[test]
fn an_unknown_transaction_whose_status_is_learned_later_has_happened_by_then() {
    let unknown = transfer(1, 3, "t1", 5, Outcome::Unknown);
    let learned = transfer(50, 51, "t1", 5, Outcome::Committed);
    accepts(vec![unknown.clone(), read("a", 4, 5, ANNA, 20), learned.clone(), read("a", 60, 61, ANNA, 15)]);
    let stale = vec![unknown.clone(), learned, read("a", 60, 61, ANNA, 20)];
    assert_eq!(contradiction_in(stale).contradicting.kind, StepKind::Read(20));
    let refused = transfer(50, 51, "t1", 5, Outcome::Refused);
    contradiction_in(vec![unknown, read("a", 4, 5, ANNA, 15), refused]);
}

#[test]
fn a_stale_read_after_a_newer_one_is_rejected() {
    let found = contradiction_in(vec![
        transfer(1, 20, "t1", 5, Outcome::Committed),
        read("a", 2, 3, ANNA, 15),
        read("b", 4, 5, ANNA, 20),
        read("a", 30, 31, ANNA, 15),
    ]);
    assert_eq!(found.account, ANNA);
    assert_eq!((found.contradicting.client.as_str(), found.contradicting.kind), ("b", StepKind::Read(20)));
    let order: Vec<u64> = found.explained.iter().map(|(_, balance)| *balance).collect();
    assert_eq!(order, [15, 15], "the transfer and the first read, but not what came after the contradiction");
    assert_eq!(found.left, vec![found.contradicting]);
}

#[test]
fn a_lost_update_is_rejected() {
    let both = [transfer(1, 5, "t1", 5, Outcome::Committed), transfer(2, 6, "t2", 7, Outcome::Committed)];
    let with = |balance| both.iter().cloned().chain([read("a", 7, 8, ANNA, balance)]).collect::<Vec<_>>();
    accepts(with(8));
    contradiction_in(with(15));
    contradiction_in(with(13));
    contradiction_in(with(20));
}

#[test]
fn what_is_submitted_twice_is_applied_once() {
    let twice = [transfer(1, 5, "t1", 5, Outcome::Unknown), transfer(6, 9, "t1", 5, Outcome::Committed)];
    let with = |balance| twice.iter().cloned().chain([read("a", 10, 11, ANNA, balance)]).collect::<Vec<_>>();
    accepts(with(15));
    contradiction_in(with(10));
}

#[test]
fn more_than_there_was_cannot_be_spent() {
    let spent_twice = vec![transfer(1, 5, "t1", 15, Outcome::Committed), transfer(1, 5, "t2", 15, Outcome::Committed)];
    contradiction_in(spent_twice);
    let refused_for_nothing = vec![transfer(1, 5, "t1", 20, Outcome::Insufficient)];
    assert_eq!(contradiction_in(refused_for_nothing).contradicting.kind, StepKind::Insufficient(20));
    contradiction_in(vec![credit(1, 2, "t1", u64::MAX, Outcome::Committed)]);
}

#[test]
fn a_final_outcome_that_changes_is_rejected() {
    let first = transfer(1, 5, "t1", 5, Outcome::Committed);
    for other in [Outcome::Insufficient, Outcome::Refused] {
        let second = transfer(7, 9, "t1", 5, other);
        let found = check(&history(vec![second.clone(), first.clone()]));
        let expected = Counterexample::OutcomeChanged {
            transaction: "t1".to_owned(),
            first: Box::new(first.clone()),
            second: Box::new(second),
        };
        assert_eq!(found, Err(expected));
    }
    accepts(vec![first, transfer(7, 9, "t1", 5, Outcome::Unknown)]);
}

#[test]
fn wrong_recordings_are_told_apart_from_wrong_ledgers() {
    let differing = vec![transfer(1, 5, "t1", 5, Outcome::Unknown), transfer(1, 5, "t1", 6, Outcome::Unknown)];
    assert_eq!(check(&history(differing)), Err(Counterexample::EffectsDiffer { transaction: "t1".to_owned() }));
    let backwards = read("a", 5, 4, ANNA, 20);
    assert_eq!(
        check(&history(vec![backwards.clone()])),
        Err(Counterexample::ReturnedBeforeInvoked { call: Box::new(backwards) })
    );
}

#[test]
fn a_counterexample_shows_its_calls() {
    let found = check(&history(vec![transfer(1, 3, "t1", 5, Outcome::Committed), read("b", 4, 5, ANNA, 20)]));
    let text = found.expect_err("stale").to_string();
    for part in ["anna/kaffet", "[4, 5] b: read 20", "begins with 20", "[1, 3] wallet: transaction t1: -5 -> 15"] {
        assert!(text.contains(part), "{part} is missing in:\n{text}");
    }
    let changed = vec![transfer(1, 3, "t1", 5, Outcome::Committed), transfer(4, 5, "t1", 5, Outcome::Refused)];
    let text = check(&history(changed)).expect_err("changed").to_string();
    assert!(text.contains("[4, 5] wallet: transaction t1 (anna/kaffet -5, bo/kaffet +5): Refused"), "{text}");
}

/// A ledger that answers `clients` concurrent clients at random moments, from a small generator of random numbers.
/// One submission of `known` has no known outcome.
fn recorded(seed: u64, clients: u64, count: u64, known: u64) -> History {
    let mut random = seed;
    let mut next = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let mut balances: BTreeMap<Account, u64> = [(ANNA.to_owned(), 1000), (BO.to_owned(), 1000)].into();
    let initial = balances.clone();
    let (mut calls, mut clocks) = (Vec::new(), vec![0; usize::try_from(clients).expect("few")]);
    for number in 0..count {
        // Each call takes effect at `10 * number`, and its client was free before and waits until some time after.
        let client = usize::try_from(next(clients)).expect("few");
        let moment = 10 * (number + 1);
        let invoked: u64 = moment.saturating_sub(next(40)).max(clocks[client]);
        let returned = moment + next(40);
        if invoked > moment {
            continue;
        }
        clocks[client] = returned + 1;
        let account = if next(2) == 0 { ANNA } else { BO };
        let other = if account == ANNA { BO } else { ANNA };
        let action = match next(5) {
            0..3 => Action::Read { account: account.to_owned(), balance: balances[account] },
            _ => {
                let points = 1 + next(400);
                let enough = balances[account] >= points;
                let unknown = next(known) == 0;
                let happens = enough && (!unknown || next(2) == 0);
                if happens {
                    *balances.get_mut(account).expect("both are there") -= points;
                    *balances.get_mut(other).expect("both are there") += points;
                }
                let outcome = match (unknown, happens, enough) {
                    (true, ..) => Outcome::Unknown,
                    (_, true, _) => Outcome::Committed,
                    (_, false, true) => Outcome::Refused,
                    (_, false, false) => Outcome::Insufficient,
                };
                let effects = [(account, Effect::Debit(points)), (other, Effect::Credit(points))];
                let effects = effects.map(|(account, effect)| (account.to_owned(), effect)).into();
                Action::Submit { transaction: number.to_string(), effects, outcome }
            }
        };
        calls.push(call(&client.to_string(), invoked, returned, action));
    }
    History { initial, calls }
}

#[test]
fn what_one_ledger_answered_is_accepted_and_a_wrong_balance_in_it_is_not() {
    for seed in 0..40 {
        let mut recorded = recorded(seed, 6, 120, 8);
        assert_eq!(check(&recorded), Ok(()), "seed {seed}");
        let reads = recorded.calls.iter_mut().filter_map(|call| match &mut call.action {
            Action::Read { balance, .. } => Some(balance),
            Action::Submit { .. } => None,
        });
        *reads.last().expect("there are reads") += 5000;
        let found = check(&recorded);
        assert!(matches!(found, Err(Counterexample::NotLinearizable(_))), "seed {seed}: {found:?}");
    }
}

/// Tries all orders, and every subset of what is unknown.
fn some_order_explains(steps: &[Step], placed: u32, balance: u64) -> bool {
    let open = || (0..steps.len()).filter(move |place| placed & (1 << place) == 0);
    let first_return = open().filter_map(|place| steps[place].returned).min();
    let Some(first_return) = first_return else { return true };
    open().any(|place| {
        let after = match steps[place].kind {
            StepKind::Read(seen) if seen != balance => return false,
            StepKind::Insufficient(points) if points <= balance => return false,
            StepKind::Read(_) | StepKind::Insufficient(_) => Some(balance),
            StepKind::Effect(Effect::Credit(points)) => Some(balance + points),
            StepKind::Effect(Effect::Debit(points)) => balance.checked_sub(points),
        };
        let in_time = steps[place].invoked <= first_return;
        in_time && after.is_some_and(|after| some_order_explains(steps, placed | (1 << place), after))
    })
}

#[test]
fn short_histories_are_judged_as_by_trying_every_order() {
    let (mut accepted, mut rejected) = (0, 0);
    for seed in 0..1500 {
        let mut short = recorded(seed, 4, 9, 2);
        // Half of the histories get one answer that may be wrong.
        if seed % 2 == 1 {
            let place = usize::try_from(seed).expect("small") % short.calls.len().max(1);
            match short.calls.get_mut(place).map(|call| &mut call.action) {
                Some(Action::Read { balance, .. }) => *balance = 1000,
                Some(Action::Submit { outcome, .. }) if *outcome == Outcome::Unknown => *outcome = Outcome::Committed,
                Some(Action::Submit { outcome, .. }) => *outcome = Outcome::Insufficient,
                None => {}
            }
        }
        let steps = merge::steps_by_account(&short).expect("well recorded");
        let expected = steps.iter().all(|(account, steps)| some_order_explains(steps, 0, short.initial[account]));
        assert_eq!(check(&short).is_ok(), expected, "seed {seed}: {short:?}");
        if expected { accepted += 1 } else { rejected += 1 }
    }
    assert!(accepted > 200 && rejected > 200, "{accepted} accepted, {rejected} rejected");
}

#[test]
fn thousands_of_calls_of_a_dozen_clients_are_decided() {
    assert_eq!(check(&recorded(1, 12, 4000, 100)), Ok(()));
}
