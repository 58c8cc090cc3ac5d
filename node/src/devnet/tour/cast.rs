//! The cast of the tour, with keys and a gateway each.

use lojal_types::{Address, BrandId, KeyPair, PublicKey};
use lojal_wallet::home::HomeError;

use crate::config::random_key;
use crate::devnet::layout::Layout;

/// Somebody who signs: a person, or a brand's operator.
pub struct Actor {
    /// The name in the narration.
    pub name: &'static str,
    /// Their account.
    pub address: Address,
    /// The index of the network's gateway that they use.
    pub gateway: usize,
    /// The key that signs for the account.
    pub key: KeyPair,
}

/// A brand and whoever acts for it: till, web shop and back office in one.
pub struct Brand {
    /// Its id.
    pub id: BrandId,
    /// Its operator, with all roles.
    pub operator: Actor,
}

/// Everybody on the tour.
pub struct Cast {
    /// The grocer.
    pub nordmat: Brand,
    /// The ski resort.
    pub fjallen: Brand,
    /// The hotel chain.
    pub havshotell: Brand,
    /// The coffee chain.
    pub kaffet: Brand,
    /// A parent.
    pub anna: Actor,
    /// The other parent.
    pub bo: Actor,
    /// Their child, twelve years old.
    pub kim: Actor,
}

impl Actor {
    fn new(name: &'static str, gateway: usize, key: KeyPair) -> Self {
        Self { name, address: key.address(), gateway, key }
    }
    /// The same account with a new key to sign with, on a new phone.
    pub fn with_new_phone(&self, key: KeyPair) -> Self {
        Self { name: self.name, address: self.address, gateway: self.gateway, key }
    }
    /// The key's public half.
    pub fn public_key(&self) -> PublicKey {
        self.key.public_key()
    }
}

impl Cast {
    /// The brands' operators and the parents use the wallets of the network; the child has a wallet of its own.
    ///
    /// # Errors
    /// When a wallet can't be read.
    pub fn of(layout: &Layout) -> Result<Self, HomeError> {
        let unlock = |wallet: &str| layout.key(wallet);
        // Everybody has a gateway: a brand that of its own validator, people any.
        let gateway = |number: usize| number % usize::from(layout.count);
        let brand = |id: &str, name, number| -> Result<Brand, HomeError> {
            let operator = Actor::new(name, gateway(number), unlock(id)?);
            Ok(Brand { id: id.parse().expect("a valid brand id"), operator })
        };
        Ok(Self {
            nordmat: brand("nordmat", "Nordmat", 0)?,
            fjallen: brand("fjallen", "Fjällen", 1)?,
            havshotell: brand("havshotell", "Havshotell", 2)?,
            kaffet: brand("kaffet", "Kaffet", 3)?,
            anna: Actor::new("Anna", gateway(1), unlock("member-1")?),
            bo: Actor::new("Bo", gateway(2), unlock("member-2")?),
            kim: Actor::new("Kim", gateway(3), random_key()),
        })
    }
}
