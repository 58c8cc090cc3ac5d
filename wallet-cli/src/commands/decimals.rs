//! The number of decimals that the points of each brand have.

use std::collections::BTreeMap;

use lojal_types::limits::DECIMALS_MAX;
use lojal_types::{BrandId, Genesis, Points, api};
use lojal_wallet::amount::format_grouped;
use lojal_wallet::gateways::Gateways;
use lojal_wallet::home::Home;

use crate::error::CommandError;

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

/// The decimals of every brand.
pub(super) struct Decimals(BTreeMap<BrandId, u8>);

impl Decimals {
    /// Asks a gateway for all brands.
    pub(super) fn ask(gateways: &Gateways, home: Option<&Home>) -> Result<Self, CommandError> {
        let brands = gateways.ask(|gateway| Ok(gateway.client()?.brands()?))?.brands;
        let genesis = home.map(Home::genesis);
        let decimals = brands.iter().map(|brand| Ok((brand.id, decimals_of(brand, genesis)?)));
        decimals.collect::<Result<_, CommandError>>().map(Self)
    }
    /// Those that a genesis document gives its brands.
    pub(super) fn of_genesis(genesis: &Genesis) -> Self {
        Self(genesis.document().brands.iter().map(|brand| (brand.id, brand.decimals)).collect())
    }
    /// Points with their brand, as people read them.
    pub(super) fn in_words(&self, points: Points, brand: BrandId) -> String {
        format!("{} {brand}", format_grouped(points, self.of(brand)))
    }
    /// An unknown brand's points are shown as whole units.
    pub(super) fn of(&self, brand: BrandId) -> u8 {
        self.0.get(&brand).copied().unwrap_or(0)
    }
}
