//! `POST /v1/simulate`: what a transaction would do, told to those who may read what it is about.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use lojal_consensus::clock;
use lojal_ledger::{ConservationError, Missing, Simulation, Unfinished, View, answers};
use lojal_types::{
    Address, AddressText, BrandId, Code, IdentifiedTransaction, Join, NetworkKind, Operation, SignedTransaction,
    Transaction, UnsignedTransaction, api,
};

use crate::accounts::narrowed;
use crate::app::App;
use crate::extract::{Form, Payload};
use crate::problem::{Failure, Kind};
use crate::readers::Caller;
use crate::rights::{Sight, not_permitted, owns, sight};
use crate::{json, outcome};

/// The words for bytes that are neither of what can be asked about.
const NO_TRANSACTION: &str =
    "the bytes are no transaction, signed or unsigned; build it with the wallet or by the documented encoding";

/// A transaction of which somebody asks what it would do.
struct Asked {
    signed: SignedTransaction,
    /// False if there is nothing where its signature would be.
    is_signed: bool,
}

/// The effect of a transaction, signed or not, for whoever may read its sender: by what it can do others would learn
/// what the sender has. Nothing is kept of it.
pub(crate) async fn simulate(
    State(app): State<Arc<App>>,
    caller: Caller,
    payload: Payload,
) -> Result<Json<api::Simulation>, Failure> {
    let Asked { signed, is_signed } = read(&payload, app.network())?;
    let (store, mempool, chain) = (app.gateway.store.clone(), app.gateway.mempool.clone(), app.chain());
    let told = app.blocking(move || {
        let sender = signed.transaction.sender;
        // Asked first, so that nothing about the transaction is said to anybody else.
        if !store.read(|view| owns(view, &caller, sender))? {
            return Err(not_permitted());
        }
        if store.read(|view| draws_on_what_it_joins(view, &caller, &signed.transaction))? {
            let detail = "what a transaction does with a pool that it joins itself is told to nobody: join first";
            return Err(Failure::new(Kind::NotPermitted, detail));
        }
        let mut refused = if is_signed { signed.clone().verify(&chain).err() } else { None };
        let identified = signed.identify(&chain);
        let is_known = || {
            let waits = mempool.get(&identified.id()).is_some();
            Ok::<_, Failure>(waits || outcome::committed(&store, &identified.id())?.is_some())
        };
        if refused.is_none() && is_known()? {
            refused = Some(Code::DuplicateTransaction);
        }
        let told = store.read(|view| tell(view, &caller, &identified, refused))?;
        told.map_err(|error| {
            tracing::error!(%error, "a simulation has broken the books");
            Failure::internal()
        })
    });
    told.await.map(Json)
}

/// True if a transaction would do something with a pool that it joins itself and that whoever asks can't read: by what
/// it can do they would learn what is in there, and nobody would know that they had looked.
fn draws_on_what_it_joins(view: &View, caller: &Caller, transaction: &Transaction) -> Result<bool, Missing> {
    let operations = &transaction.operations;
    for operation in operations.iter() {
        let Operation::Join(Join { household }) = operation else { continue };
        let others = operations.iter().filter(|one| !matches!(one, Operation::Join(_) | Operation::Leave(_)));
        let is_named = others.flat_map(Operation::accounts).any(|account| account == household);
        if is_named && sight(view, caller, *household)?.is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The effect of a transaction on a version of the state, unless it is refused for another reason.
fn tell(
    view: &View,
    caller: &Caller,
    identified: &IdentifiedTransaction,
    refused: Option<Code>,
) -> Result<Result<api::Simulation, ConservationError>, Missing> {
    let simulation = match Simulation::of(view, clock::now(), identified) {
        Ok(simulation) => simulation,
        Err(Unfinished::Missing(missing)) => return Err(missing),
        Err(Unfinished::Conservation(error)) => return Ok(Err(error)),
    };
    let (height, time_ms) = (view.tip().height, simulation.before.tip().time_ms);
    if let Some(code) = refused {
        let outcome = api::Foretold::Refused { code };
        let (effects, standings) = (Vec::new(), Vec::new());
        return Ok(Ok(api::Simulation { outcome, effects, standings, height, time_ms }));
    }
    let (effects, standings) = effects(view, caller, identified, &simulation)?;
    Ok(Ok(api::Simulation { outcome: simulation.outcome.into(), effects, standings, height, time_ms }))
}

/// The changes of the accounts that the transaction would concern, each as far as the caller may read the account now.
fn effects(
    view: &View,
    caller: &Caller,
    identified: &IdentifiedTransaction,
    simulation: &Simulation,
) -> Result<(Vec<api::Effect>, Vec<api::StandingEffect>), Missing> {
    let named = identified.transaction().operations.iter().flat_map(|operation| operation.brands());
    let mut named: Vec<BrandId> = named.collect();
    named.sort_unstable();
    named.dedup();
    let (mut effects, mut standings) = (Vec::new(), Vec::new());
    for address in simulation.concerned.iter().copied() {
        let Some(sight) = sight(view, caller, address)? else { continue };
        let seen = |view: &View| match &sight {
            Sight::Whole => answers::account_of(view, address, &named),
            Sight::Of(brands) => narrowed(view, address, brands.clone()),
        };
        effects.extend(api::Effect::between(seen(&simulation.before)?, seen(&simulation.after)?));
        let is_seen = |brand: &BrandId| match &sight {
            Sight::Whole => true,
            Sight::Of(brands) => brands.contains(brand),
        };
        for brand in named.iter().copied().filter(is_seen) {
            standings.extend(standing_effect(simulation, address, brand)?);
        }
    }
    Ok((effects, standings))
}

/// The change of what a brand has counted of an account; none if there is none.
fn standing_effect(
    simulation: &Simulation,
    address: Address,
    brand: BrandId,
) -> Result<Option<api::StandingEffect>, Missing> {
    let seen = |view: &View| Ok(answers::standings_at(view, address, &[brand])?.standings.pop());
    let (before, after) = (seen(&simulation.before)?, seen(&simulation.after)?);
    let address = address.to_text(simulation.after.network());
    Ok((before != after).then_some(api::StandingEffect { address, before, after }))
}

/// The transaction of a request: one that is signed, or the same without its signature.
fn read(payload: &Payload, network: NetworkKind) -> Result<Asked, Failure> {
    if payload.form == Form::Canonical {
        // No bytes are both: one is longer than the other by a signature.
        if let Ok(unsigned) = UnsignedTransaction::decode(&payload.bytes) {
            return Ok(Asked { signed: unsigned.with_no_signature(), is_signed: false });
        }
        let signed = SignedTransaction::decode(&payload.bytes).map_err(|code| match code {
            Code::Malformed => Failure::of_code_in_words(code, NO_TRANSACTION),
            code => Failure::of_code(code),
        })?;
        return Ok(Asked { signed, is_signed: true });
    }
    let malformed = |error: serde_json::Error| Failure::new(Kind::MalformedJson, error.to_string());
    let (text, is_signed): (SignedTransaction<AddressText>, bool) = match json::is_signed(&payload.bytes) {
        true => (json::transaction(&payload.bytes).map_err(malformed)?, true),
        false => (json::unsigned(&payload.bytes).map_err(malformed)?.with_no_signature(), false),
    };
    let signed = text.to_canonical(network);
    let signed = signed.map_err(|error| Failure::new(Kind::InvalidAddress, error.to_string()))?;
    Ok(Asked { signed, is_signed })
}
