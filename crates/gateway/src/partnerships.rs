//! `GET /v1/partnerships` and `GET /v1/netting`: what brands have agreed on, and what they owe each other, by pages of
//! pairs.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::State;
use lojal_ledger::{Missing, View};
use lojal_types::{BrandId, Height, api};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::clients::Client;
use crate::extract::Params;
use crate::large::{Large, json};
use crate::limits::PAIRS_MAX;
use crate::places::Pool;
use crate::problem::{Failure, Kind};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartnershipsQuery {
    from: Option<BrandId>,
    to: Option<BrandId>,
    cursor: Option<String>,
}

/// Partnerships and proposals; every brand can have one with every other.
pub(crate) async fn all(
    State(app): State<Arc<App>>,
    client: Client,
    Params(PartnershipsQuery { from, to, cursor }): Params<PartnershipsQuery>,
) -> Result<Large, Failure> {
    let after = cursor.map(|text| text.parse::<Pair>()).transpose()?;
    let place = app.place(Pool::Blocks, &client).await?;
    let store = app.gateway.store.clone();
    let page = move |view: &View| page(view, (from, to), after, PAIRS_MAX);
    Ok(Large::json(app.blocking(move || Ok(json(&store.read(page)?))).await?, place))
}

/// The partnerships after a pair, between given brands if they are given.
fn page(
    view: &View,
    (from, to): (Option<BrandId>, Option<BrandId>),
    after: Option<Pair>,
    most: usize,
) -> Result<api::Partnerships, Missing> {
    let (mut partnerships, mut last) = (Vec::new(), None);
    let is_wanted = |brand: &BrandId, wanted: Option<BrandId>| wanted.is_none_or(|wanted| wanted == *brand);
    let begins = |brand: &BrandId| after.is_none_or(|Pair(first, _)| *brand >= first);
    for one in view.brand_ids().iter().copied().filter(|one| begins(one) && is_wanted(one, from)) {
        for other in view.partners(one)?.into_iter().filter(|other| is_wanted(other, to)) {
            let pair = Pair(one, other);
            if after.is_some_and(|after| pair <= after) {
                continue;
            }
            if partnerships.len() == most {
                return Ok(api::Partnerships { partnerships, next_cursor: last.map(|pair: Pair| pair.to_string()) });
            }
            partnerships.extend(view.partnership(one, other)?);
            last = Some(pair);
        }
    }
    Ok(api::Partnerships { partnerships, next_cursor: None })
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NettingQuery {
    height: Option<Height>,
    brand: Option<BrandId>,
    cursor: Option<String>,
}

/// The netting statement after the last block. A node keeps one version of the state, so whoever asks for the
/// statement of another height is sent to the auditor.
pub(crate) async fn netting(
    State(app): State<Arc<App>>,
    client: Client,
    Params(NettingQuery { height, brand, cursor }): Params<NettingQuery>,
) -> Result<Large, Failure> {
    let after = cursor.map(|text| text.parse::<Pair>()).transpose()?;
    let place = app.place(Pool::Blocks, &client).await?;
    let store = app.gateway.store.clone();
    let tip = store.tip().height;
    if let Some(height) = height.filter(|height| *height != tip) {
        let detail = format!(
            "this node has the statement after its last block, {tip}, and not after block {height}; leave out height, \
             or run lojal-audit verify --to {height}, which makes the statement of every height that there is"
        );
        return Err(Failure::new(Kind::InvalidParameter, detail));
    }
    let page = move |view: &View| statement(view, brand, after, PAIRS_MAX);
    Ok(Large::json(app.blocking(move || Ok(json(&store.read(page)?))).await?, place))
}

/// The debts of the pairs after a pair, of one brand if it is given.
fn statement(view: &View, brand: Option<BrandId>, after: Option<Pair>, most: usize) -> Result<api::Netting, Missing> {
    let tip = view.tip();
    let is_wanted = |(first, second): &(BrandId, BrandId)| {
        let is_of_brand = brand.is_none_or(|brand| brand == *first || brand == *second);
        is_of_brand && after.is_none_or(|after| Pair(*first, *second) > after)
    };
    let all: Vec<(BrandId, BrandId)> = view.debts()?.into_iter().filter(is_wanted).collect();
    let shown = &all[..all.len().min(most)];
    let pairs = shown.iter().map(|(first, second)| view.net(*first, *second)).collect::<Result<_, Missing>>()?;
    let last = shown.last().filter(|_| shown.len() < all.len());
    Ok(api::Netting {
        currency: view.settlement_currency(),
        pairs,
        height: tip.height,
        time_ms: tip.time_ms,
        next_cursor: last.map(|(first, second)| Pair(*first, *second).to_string()),
    })
}

/// The last pair of a page; opaque to clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Pair(BrandId, BrandId);

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}
impl FromStr for Pair {
    type Err = Failure;
    fn from_str(text: &str) -> Result<Self, Failure> {
        let parse = || {
            let (first, second) = text.split_once('.')?;
            Some(Self(first.parse().ok()?, second.parse().ok()?))
        };
        parse().ok_or_else(|| {
            Failure::new(Kind::InvalidCursor, "this is no cursor; pass on next_cursor of the page before, unchanged")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::node::Node;
    use crate::tests::operations::{accept, brand, convert, issue, propose, terms};

    #[tokio::test(flavor = "multi_thread")]
    async fn pages_of_one_pair_are_all_of_them_each_once() {
        use crate::tests::node::{ANNA, TILL};
        let node = Node::start().await;
        let (there, back) = (terms(1, 10, 12_345_000), terms(10, 1, 10_000_000));
        node.apply(TILL, vec![issue("nordmat", ANNA, 1000, "one")]);
        node.apply(TILL, vec![propose("nordmat", "kaffet", &there), accept("nordmat", "kaffet", &there)]);
        node.apply(TILL, vec![propose("kaffet", "nordmat", &back)]);
        node.apply(ANNA, vec![convert(ANNA, "nordmat", "kaffet", (100, 10))]);
        let view = node.store().view();
        let all = view.partnerships().expect("in memory");
        let first = page(&view, (None, None), None, 1).expect("in memory");
        let cursor = first.next_cursor.expect("there is another").parse::<Pair>().expect("a cursor");
        let second = page(&view, (None, None), Some(cursor), 1).expect("in memory");
        assert_eq!((all.len(), [first.partnerships, second.partnerships].concat()), (2, all));
        assert_eq!(second.next_cursor, None);
        let of = |from: Option<&str>, to: Option<&str>| {
            let found = page(&view, (from.map(brand), to.map(brand)), None, 9).expect("in memory");
            found.partnerships.iter().map(|one| one.from.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(
            (of(Some("kaffet"), None), of(None, Some("kaffet"))),
            (vec!["kaffet".into()], vec!["nordmat".into()])
        );
        assert!(of(Some("nobody"), None).is_empty());
        let pairs = |brand: Option<&str>, after| {
            let brand = brand.map(crate::tests::operations::brand);
            statement(&view, brand, after, 9).expect("in memory").pairs.len()
        };
        let only = Pair(brand("kaffet"), brand("nordmat"));
        assert_eq!([pairs(None, None), pairs(Some("nordmat"), None), pairs(Some("nobody"), None)], [1, 1, 0]);
        assert_eq!(pairs(None, Some(only)), 0);
    }

    #[test]
    fn a_cursor_is_two_brands() {
        assert_eq!(
            "kaffet.nordmat".parse::<Pair>().map(|pair| pair.to_string()).ok().as_deref(),
            Some("kaffet.nordmat")
        );
        for wrong in ["", ".", "kaffet", "kaffet.", "kaffet.Nordmat", "kaffet.nordmat.x"] {
            assert!(wrong.parse::<Pair>().is_err(), "{wrong}");
        }
    }
}
