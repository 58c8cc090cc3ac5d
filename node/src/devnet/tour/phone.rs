//! A lost phone: guardians bring the account back, and whoever has the phone gets nothing.

use lojal_types::{
    Address, Bounded, Code, FinishRecovery, Guardian, Guardians, Operation, Points, PublicKey, RequestKind,
    SetGuardians, StartRecovery, TimeMs, Transfer,
};

use super::cast::{Actor, Cast};
use super::error::TourError;
use super::stage::{Stage, request};
use crate::config::random_key;

pub fn play(stage: &mut Stage, cast: &Cast, household: Address) -> Result<(), TourError> {
    stage.chapter("A lost phone");
    name_guardians(stage, cast)?;
    let new_phone = cast.bo.with_new_phone(random_key());
    first_guardian(stage, cast, new_phone.public_key())?;
    the_thief_gets_nothing(stage, cast)?;
    let from_ms = second_guardian(stage, cast, new_phone.public_key())?;
    the_clock_runs(stage, from_ms)?;
    finish(stage, cast)?;
    the_old_phone_is_useless(stage, cast)?;
    the_new_phone_works(stage, cast, &new_phone)?;
    still_in_the_household(stage, cast, &new_phone, household)
}

fn name_guardians(stage: &mut Stage, cast: &Cast) -> Result<(), TourError> {
    let list = vec![Guardian::Account(cast.anna.address), Guardian::Brand(cast.nordmat.id)];
    let guardians = Guardians { guardians: Bounded::new(list).expect("two"), threshold: 2 };
    let does = "In good time, Bo names two guardians, Anna and Nordmat; it takes both.";
    stage.act(&cast.bo, does, vec![Operation::SetGuardians(SetGuardians { guardians })])?;
    // What the key alone asks for waits as long as a recovery does.
    let waiting = stage.account(cast.bo.address)?.safeguards.waiting;
    waiting.map_or(Ok(()), |waiting| stage.wait_until(waiting.from_ms).map(drop))
}

fn start(cast: &Cast, new_key: PublicKey) -> Vec<Operation> {
    vec![Operation::StartRecovery(StartRecovery { account: cast.bo.address, new_key })]
}

fn first_guardian(stage: &mut Stage, cast: &Cast, new_key: PublicKey) -> Result<(), TourError> {
    let does = "Bo's phone is stolen. Anna starts the recovery with the key of his new one; his account stops at once.";
    stage.act(&cast.anna, does, start(cast, new_key)).map(drop)
}

fn transfer(cast: &Cast, points: u64) -> Operation {
    let (brand, amount) = (cast.nordmat.id, Points::new(points));
    Operation::Transfer(Transfer { brand, from: cast.bo.address, to: cast.anna.address, amount })
}

fn the_thief_gets_nothing(stage: &mut Stage, cast: &Cast) -> Result<(), TourError> {
    let thief = "The thief tries to send all of Bo's Nordmat points away.";
    stage.refused(&cast.bo, thief, transfer(cast, 300), Code::AccountInRecovery)?;
    stage.holds("Bo", cast.bo.address, &[(cast.nordmat.id, 300), (cast.kaffet.id, 2_00)])
}

/// Answers with the time from which on the recovery can be finished.
fn second_guardian(stage: &mut Stage, cast: &Cast, new_key: PublicKey) -> Result<TimeMs, TourError> {
    let delay_ms = stage.genesis().document().parameters.recovery_delay_ms;
    let does = format!(
        "Nordmat's service desk has seen Bo's passport and agrees. The clock runs: {} s here, 72 h in earnest.",
        delay_ms / 1000
    );
    stage.act(&cast.nordmat.operator, &does, start(cast, new_key))?;
    let agreed = stage.account(cast.bo.address)?.recovery.and_then(|recovery| recovery.agreed);
    match agreed {
        Some(agreed) if agreed.new_key == new_key => Ok(agreed.from_ms),
        other => Err(TourError::Different {
            what: "the key that Bo's guardians agreed on".to_owned(),
            expected: new_key.to_string(),
            url: stage.reader().url().to_owned(),
            found: other.map_or_else(|| "none".to_owned(), |agreed| agreed.new_key.to_string()),
        }),
    }
}

fn the_clock_runs(stage: &mut Stage, from_ms: TimeMs) -> Result<(), TourError> {
    let height = stage.wait_until(from_ms)?;
    lojal_print::line(format!(
        "    the ledger's own clock has run out with block {height}, and the owner of the old key didn't object"
    ));
    Ok(())
}

fn finish(stage: &mut Stage, cast: &Cast) -> Result<(), TourError> {
    let finish = FinishRecovery { account: cast.bo.address };
    let does = "Anna finishes the recovery.";
    stage.act(&cast.anna, does, vec![Operation::FinishRecovery(finish)]).map(drop)
}

fn the_old_phone_is_useless(stage: &mut Stage, cast: &Cast) -> Result<(), TourError> {
    let tries = "The thief tries again with the old phone.";
    stage.refused(&cast.bo, tries, transfer(cast, 300), Code::WrongKey)
}

fn the_new_phone_works(stage: &mut Stage, cast: &Cast, bo: &Actor) -> Result<(), TourError> {
    let some = stage.points(cast.nordmat.id, 100);
    let does = format!("Bo thanks Anna with {some} from his new phone: another key, the same address.");
    stage.act(bo, &does, vec![transfer(cast, 100)])?;
    stage.holds("Bo", bo.address, &[(cast.nordmat.id, 200), (cast.kaffet.id, 2_00)])?;
    stage.holds("Anna", cast.anna.address, &[(cast.nordmat.id, 600), (cast.fjallen.id, 100)])
}

fn still_in_the_household(stage: &mut Stage, cast: &Cast, bo: &Actor, household: Address) -> Result<(), TourError> {
    let asked = request(cast.nordmat.id, 200, RequestKind::Redeem, "till 3, no 5");
    let redeem = asked.answer(&stage.genesis().chain_id(), household);
    let some = stage.points(cast.nordmat.id, 200);
    let does = format!("He is still in the household, and pays for dinner with {some} of the pool.");
    stage.act(bo, &does, vec![redeem])?;
    let rest = [(cast.fjallen.id, 500), (cast.havshotell.id, 250), (cast.kaffet.id, 7_50)];
    stage.holds("pool", household, &[&[(cast.nordmat.id, 2_000)], &rest[..]].concat())
}
