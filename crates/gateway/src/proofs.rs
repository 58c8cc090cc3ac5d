//! `GET /v1/accounts/{address}/proof` and `/v1/brands/{id}/campaigns/proof`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use lojal_ledger::tree::Proof;
use lojal_ledger::{Missing, NotProven, ProvenRecords, View, answers};
use lojal_types::{Address, BrandId, Height, HexBytes, api};

use crate::app::App;
use crate::brands::unknown_brand;
use crate::extract::{AddressSegment, Segment};
use crate::limits::PROOFS_MAX;
use crate::outcome::canonical;
use crate::problem::{Failure, Kind};
use crate::readers::Caller;
use crate::rights::{Sight, not_permitted, sight};
use crate::seals::Seal;

/// The proofs of a part of the state, by their keys, and the height at which they hold.
struct Proven {
    height: Height,
    proofs: BTreeMap<Box<[u8]>, Proof>,
}

/// The proofs of an account, for whoever may read all of it.
pub(crate) async fn account(
    State(app): State<Arc<App>>,
    caller: Caller,
    AddressSegment(address): AddressSegment,
) -> Result<Json<api::ProvenState>, Failure> {
    let seen = move |view: &View| match sight(view, &caller, address)? {
        Some(Sight::Whole) => proofs(view, address).map(Some),
        Some(Sight::Of(_)) | None => Ok(None),
    };
    app.await_first_block().await;
    let proven = app.read(seen).await?.ok_or_else(not_permitted)?;
    told(&app, proven).await
}

/// The proofs of a brand's campaigns, for everybody.
pub(crate) async fn campaigns(
    State(app): State<Arc<App>>,
    Segment(brand): Segment<BrandId>,
) -> Result<Json<api::ProvenState>, Failure> {
    let chain = app.chain();
    let seen = move |view: &View| match view.brand(brand)? {
        Some(_) => of(view, |records| answers::campaigns(records, &chain, brand).map(drop)).map(Some),
        None => Ok(None),
    };
    app.await_first_block().await;
    let proven = app.read(seen).await?.ok_or_else(unknown_brand)?;
    told(&app, proven).await
}

async fn told(app: &Arc<App>, proven: Option<Proven>) -> Result<Json<api::ProvenState>, Failure> {
    let proven = proven.ok_or_else(Failure::internal)?;
    if proven.height == Height::GENESIS {
        let detail = "there is no block yet, and so no certificate that could prove anything; try again in a moment";
        return Err(Failure::new(Kind::UnknownBlock, detail));
    }
    let seal = match app.seals.of(proven.height) {
        Some(seal) => seal,
        None => {
            let (own, height) = (app.clone(), proven.height);
            app.blocking(move || own.seals.read(&own.gateway.store, height)).await?
        }
    };
    Ok(Json(answer(&seal, proven)))
}

/// The proofs that one answer needs. None if the state contradicts itself.
fn of(view: &View, ask: impl Fn(&ProvenRecords) -> Result<(), NotProven>) -> Result<Option<Proven>, Missing> {
    let mut records = ProvenRecords::new(view.network(), view.tip(), view.state_root());
    let (height, mut proofs) = (view.tip().height, BTreeMap::new());
    let is_proven = prove(view, (&mut records, &mut proofs), ask, PROOFS_MAX)?;
    Ok(is_proven.then_some(Proven { height, proofs }))
}

/// The proofs that the answers about an account, its standings and its vouchers need, of the latter two as many as
/// clients read. None if the state contradicts itself.
fn proofs(view: &View, address: Address) -> Result<Option<Proven>, Missing> {
    let mut records = ProvenRecords::new(view.network(), view.tip(), view.state_root());
    let (height, mut proofs) = (view.tip().height, BTreeMap::new());
    let account = |records: &ProvenRecords| answers::account(records, address).map(drop);
    let standings = |records: &ProvenRecords| answers::standings(records, address).map(drop);
    let vouchers = |records: &ProvenRecords| answers::vouchers(records, address).map(drop);
    let is_proven = prove(view, (&mut records, &mut proofs), account, usize::MAX)?
        && prove(view, (&mut records, &mut proofs), standings, PROOFS_MAX)?
        && prove(view, (&mut records, &mut proofs), vouchers, PROOFS_MAX)?;
    Ok(is_proven.then_some(Proven { height, proofs }))
}

/// Adds the proofs that an answer needs, up to a number: the gateway asks as a client does, who knows nothing, and
/// proves what was lacking. False if the state contradicts itself.
fn prove(
    view: &View,
    (records, proofs): (&mut ProvenRecords, &mut BTreeMap<Box<[u8]>, Proof>),
    ask: impl Fn(&ProvenRecords) -> Result<(), NotProven>,
    most: usize,
) -> Result<bool, Missing> {
    while proofs.len() < most {
        match ask(records) {
            Ok(()) => return Ok(true),
            Err(NotProven::Unreadable) => return Ok(false),
            Err(NotProven::Lacking(key)) => {
                let proof = view.tree().prove(&key)?;
                if records.add(&key, &proof).is_err() || proofs.insert(key, proof).is_some() {
                    return Ok(false);
                }
            }
        }
    }
    Ok(true)
}

fn answer(seal: &Seal, proven: Proven) -> api::ProvenState {
    let with_key =
        |(key, proof): (Box<[u8]>, Proof)| api::ProvenKey { key: HexBytes(key.into_vec()), proof: canonical(&proof) };
    api::ProvenState {
        header: seal.header.clone(),
        certificate: seal.certificate.clone(),
        proofs: proven.proofs.into_iter().map(with_key).collect(),
    }
}
