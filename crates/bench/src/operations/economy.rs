//! Brands that count, give and trade, their operators and their members.

use lojal_types::genesis::{GenesisBrand, GenesisOperator};
use lojal_types::merkle::Tree;
use lojal_types::{
    Address, Bounded, BrandId, ChainId, Day, Expiry, Genesis, Hash, Invitation, Invited, KeyPair, Operation, Role,
    Roles, Salt, TimeMs, Transaction, VerifiedTransaction, verify_all,
};

use super::terms::{INVITED_POINTS_MAX, TO_INVITED};
use crate::accounts::Accounts;
use crate::cluster::{self, HEARTBEAT_MS, OPERATORS};

/// The brands, all of which trade with each other.
const BRANDS: [&str; 3] = ["nordmat", "kaffet", "fjallet"];
/// The number of brands.
pub const BRAND_COUNT: usize = BRANDS.len();
/// The brand that has the list of invitations.
pub const INVITING: usize = 0;
/// The day on which the ledger begins.
const FIRST_DAY: &str = "2027-02-20";
/// The time for which a transaction can happen.
const VALID_MS: u64 = 30 * 60 * 1000;

/// A transaction that isn't signed yet: whose key signs it, a number of its own, and what it does.
pub struct Draft {
    /// The key of its sender.
    pub key: KeyPair,
    /// A number that no other one of the sender has.
    pub nonce: u64,
    /// The operations.
    pub operations: Vec<Operation>,
}

/// Everybody, and what they know.
pub struct Economy {
    /// The document that the ledger begins with.
    pub genesis: Genesis,
    /// The members.
    pub members: Accounts,
    operators: Accounts,
    list: Tree,
}

impl Economy {
    /// With so many members, who all stand on a list of so many lines.
    pub fn new(members: usize, lines: usize) -> Self {
        let genesis = genesis();
        let members = Accounts::members(members);
        let chain = genesis.chain_id();
        let leaves = (0..lines).map(|at| line(&members, at).leaf(&chain)).collect();
        Self { genesis, members, operators: Accounts::operators(OPERATORS), list: Tree::new(leaves) }
    }
    /// The expiry of the points that members have.
    pub fn expiry(&self) -> Expiry {
        let begin = self.genesis.document();
        begin.brands[0].policy.expiry_of_issue_in(begin.time_ms.month())
    }
    /// The ledger's id.
    pub fn chain(&self) -> ChainId {
        self.genesis.chain_id()
    }
    /// The key of an operator of all brands, by any number.
    pub fn operator(&self, number: u64) -> KeyPair {
        self.operators.key((number % OPERATORS as u64) as usize)
    }
    /// The root of the list of invitations.
    pub fn root(&self) -> Hash {
        Hash::new(self.list.root())
    }
    /// The invitation of a member.
    pub fn invitation(&self, member: usize) -> Invitation {
        let Invited { amount, salt, .. } = line(&self.members, member);
        let path = self.list.path(member).expect("every member stands on the list");
        Invitation { root: 0, amount, salt, path: Bounded::new(path).expect("a list of less than 2^24 lines") }
    }
    /// Signs transactions, so that they can happen from a time on, and checks them as a node does.
    pub fn sign(&self, time: TimeMs, drafts: impl Iterator<Item = Draft>) -> Vec<VerifiedTransaction> {
        let chain = self.chain();
        let signed = drafts.map(|Draft { key, nonce, operations }| {
            let transaction = Transaction {
                chain: chain.tag(),
                sender: key.address(),
                valid_until_ms: time.plus_ms(VALID_MS),
                nonce,
                operations: Bounded::new(operations).expect("1 to 100"),
            };
            transaction.sign(&chain, &key)
        });
        let verified = verify_all(signed.collect(), &chain).into_iter();
        verified.map(|one| one.expect("signed rightly")).collect()
    }
}

/// A brand by any number.
pub fn brand(number: usize) -> BrandId {
    BRANDS[number % BRANDS.len()].parse().expect("these are valid ids")
}

/// A line of the list of invitations: first those of the members, and then those of addresses that have no account.
fn line(members: &Accounts, at: usize) -> Invited {
    let number = (at as u64).to_le_bytes();
    let (mut stranger, mut salt) = ([0xaa; 20], [0x55; 16]);
    stranger[..8].copy_from_slice(&number);
    salt[..8].copy_from_slice(&number);
    let account = if at < members.len() { members.address(at) } else { Address::new(stranger) };
    let amount = 1 + at as u64 % INVITED_POINTS_MAX;
    Invited { brand: brand(INVITING), campaign: TO_INVITED, account, amount, salt: Salt::new(salt) }
}

/// The genesis of the other measurements under version 2, with operators who grant, too.
fn genesis() -> Genesis {
    let first: Day = FIRST_DAY.parse().expect("a day");
    let mut document = cluster::genesis(1, HEARTBEAT_MS, first.start()).document().clone();
    document.governance.version = 2;
    let roles = Roles::from([Role::Issue, Role::Capture, Role::Reverse, Role::Admin, Role::Grant]);
    let of = document.brands.first().expect("the genesis has brands").clone();
    let operators = of.operators.iter().map(|one| GenesisOperator { roles: roles.clone(), ..one.clone() });
    let operators = Bounded::new(operators.collect()).expect("as many as before");
    let brands = BRANDS
        .map(|id| GenesisBrand::new(id.parse().expect("these are valid ids"), of.policy.clone(), operators.clone()));
    document.brands = Bounded::from(brands);
    Genesis::new(document).expect("every rule is kept")
}
