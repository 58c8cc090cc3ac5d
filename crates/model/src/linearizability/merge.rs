//! From the calls of a history to what each account saw.

use std::collections::BTreeMap;

use super::{Account, Action, Call, Counterexample, Effect, History, Outcome, Step, StepKind};

/// All that is known of one transaction.
struct Known<'a> {
    effects: &'a BTreeMap<Account, Effect>,
    first: &'a Call,
    /// The final answer that came first.
    answer: Option<(&'a Call, Outcome)>,
}

/// The steps of each account, by rising invocation.
pub(super) fn steps_by_account(history: &History) -> Result<BTreeMap<Account, Vec<Step>>, Counterexample> {
    let mut calls: Vec<&Call> = history.calls.iter().collect();
    calls.sort_by_key(|call| (call.returned, call.invoked));
    let mut steps: BTreeMap<Account, Vec<Step>> = BTreeMap::new();
    let mut transactions: BTreeMap<&str, Known<'_>> = BTreeMap::new();
    for call in calls {
        if call.returned < call.invoked {
            return Err(Counterexample::ReturnedBeforeInvoked { call: Box::new(call.clone()) });
        }
        match &call.action {
            Action::Read { account, balance } => {
                let step = Step {
                    client: call.client.clone(),
                    transaction: None,
                    invoked: call.invoked,
                    returned: Some(call.returned),
                    kind: StepKind::Read(*balance),
                };
                steps.entry(account.clone()).or_default().push(step);
            }
            Action::Submit { transaction, effects, outcome } => {
                let known = transactions.entry(transaction).or_insert(Known { effects, first: call, answer: None });
                learn(known, transaction, call, effects, *outcome)?;
            }
        }
    }
    for (transaction, known) in transactions {
        for (account, kind) in seen(&known) {
            let step = Step {
                client: known.first.client.clone(),
                transaction: Some(transaction.to_owned()),
                invoked: known.first.invoked,
                returned: known.answer.map(|(call, _)| call.returned),
                kind,
            };
            steps.entry(account.clone()).or_default().push(step);
        }
    }
    for of_account in steps.values_mut() {
        of_account.sort_by_key(|step| (step.invoked, step.returned.unwrap_or(u64::MAX)));
    }
    Ok(steps)
}

/// Adds a call about a transaction; calls come by rising return.
fn learn<'a>(
    known: &mut Known<'a>,
    transaction: &str,
    call: &'a Call,
    effects: &BTreeMap<Account, Effect>,
    outcome: Outcome,
) -> Result<(), Counterexample> {
    if known.effects != effects {
        return Err(Counterexample::EffectsDiffer { transaction: transaction.to_owned() });
    }
    if call.invoked < known.first.invoked {
        known.first = call;
    }
    match (outcome, known.answer) {
        (Outcome::Unknown, _) => Ok(()),
        (_, None) => {
            known.answer = Some((call, outcome));
            Ok(())
        }
        (_, Some((_, before))) if before == outcome => Ok(()),
        (_, Some((before, _))) => Err(Counterexample::OutcomeChanged {
            transaction: transaction.to_owned(),
            first: Box::new(before.clone()),
            second: Box::new(call.clone()),
        }),
    }
}

/// The steps that a transaction is for the accounts: its effect on each, or what it found there.
fn seen<'a>(known: &Known<'a>) -> Vec<(&'a Account, StepKind)> {
    match known.answer.map(|(_, outcome)| outcome) {
        None | Some(Outcome::Committed | Outcome::Unknown) => {
            known.effects.iter().map(|(account, effect)| (account, StepKind::Effect(*effect))).collect()
        }
        Some(Outcome::Refused) => Vec::new(),
        Some(Outcome::Insufficient) => {
            let debits = known.effects.iter().filter_map(|(account, effect)| match effect {
                Effect::Debit(points) => Some((account, StepKind::Insufficient(*points))),
                Effect::Credit(_) => None,
            });
            let debits: Vec<_> = debits.collect();
            // Of several debits it isn't known which one failed.
            if debits.len() == 1 { debits } else { Vec::new() }
        }
    }
}
