//! The number of decimals that the points of each brand have.

use std::collections::BTreeMap;

use lojal_types::limits::DECIMALS_MAX;
use lojal_types::{BrandId, Genesis, Points, TimeMs, api};
use lojal_wallet::gateways::Gateways;
use lojal_wallet::home::Home;
use lojal_wallet::time::utc;
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::CommandError;
use crate::output::grouped;

/// The number of decimals of a brand's points: the gateway's, if the genesis document doesn't know better. A gateway
/// must not be able to move the point in what people type and read.
pub(super) fn decimals_of(brand: &api::Brand, genesis: Option<&Genesis>) -> Result<u8, CommandError> {
    let found = brand.decimals;
    let known = genesis.and_then(|genesis| genesis.document().brands.iter().find(|known| known.id == brand.id));
    if found > DECIMALS_MAX || known.is_some_and(|known| known.decimals != found) {
        return Err(CommandError::Decimals { brand: brand.id, found });
    }
    Ok(found)
}

/// The points of one brand.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ShownBalance {
    #[serde(flatten)]
    balance: api::Balance,
    /// The time at which the brand leaves; null if it stays.
    closes_ms: Option<TimeMs>,
}

/// The decimals of every brand, and the times at which some leave.
pub(super) struct Decimals {
    decimals: BTreeMap<BrandId, u8>,
    leaving: BTreeMap<BrandId, TimeMs>,
}

impl Decimals {
    /// Asks a gateway for all brands.
    pub(super) fn ask(gateways: &Gateways, home: Option<&Home>) -> Result<Self, CommandError> {
        let brands = gateways.ask(|gateway| Ok(gateway.client()?.brands()?))?.brands;
        Self::of_brands(&brands, home.map(Home::genesis))
    }
    /// Those of brands that a gateway tells.
    pub(super) fn of_brands(brands: &[api::Brand], genesis: Option<&Genesis>) -> Result<Self, CommandError> {
        let decimals = brands.iter().map(|brand| Ok((brand.id, decimals_of(brand, genesis)?)));
        let decimals = decimals.collect::<Result<_, CommandError>>()?;
        let leaving = brands.iter().filter_map(|brand| Some((brand.id, brand.closes_ms?))).collect();
        Ok(Self { decimals, leaving })
    }
    /// Those that a genesis document gives its brands.
    pub(super) fn of_genesis(genesis: &Genesis) -> Self {
        let decimals = genesis.document().brands.iter().map(|brand| (brand.id, brand.decimals)).collect();
        Self::known(decimals)
    }
    /// Those of some brands, none of which leaves.
    pub(super) fn known(decimals: BTreeMap<BrandId, u8>) -> Self {
        Self { decimals, leaving: BTreeMap::new() }
    }
    /// Points with their brand, as people read them.
    pub(super) fn in_words(&self, points: Points, brand: BrandId) -> String {
        format!("{} {brand}", grouped(points, self.of(brand)))
    }
    /// A warning for whoever has points of a brand that leaves.
    pub(super) fn leaving(&self, brand: BrandId) -> Option<String> {
        let closes = utc(*self.leaving.get(&brand)?);
        Some(format!(
            "{brand} leaves at {closes} UTC and gives no more points: redeem or convert its points before, what is \
             left then expires"
        ))
    }
    /// Tells whether a brand's decimals are known.
    pub(super) fn knows(&self, brand: BrandId) -> bool {
        self.decimals.contains_key(&brand)
    }
    /// Balances for programs, with the times at which their brands leave.
    pub(super) fn shown(&self, balances: &[api::Balance]) -> Vec<ShownBalance> {
        let closes_ms = |balance: &api::Balance| self.leaving.get(&balance.brand).copied();
        balances.iter().map(|one| ShownBalance { balance: one.clone(), closes_ms: closes_ms(one) }).collect()
    }
    /// An unknown brand's points are shown as whole units.
    pub(super) fn of(&self, brand: BrandId) -> u8 {
        self.decimals.get(&brand).copied().unwrap_or(0)
    }
}
