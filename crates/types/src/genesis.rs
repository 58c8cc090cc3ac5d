//! The genesis document: what everybody trusts, and all that anybody has to trust (protocol, Bytes; protocol, Limits).

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::address::{Address, NetworkKind};
use crate::allowance::{Allowance, Allowances};
use crate::bounded::Bounded;
use crate::brand::{BrandId, Policy, PolicyError};
use crate::endpoint::Endpoint;
use crate::hash::{hash, tag};
use crate::ids::{ChainId, PublicKey};
use crate::limits::{
    ALLOWANCE_BYTES, ALLOWANCE_OPERATIONS, BLOCK_BYTES_MAX, BLOCK_TRANSACTIONS_MAX, BRANDS_MAX, DECIMALS_MAX,
    HOUSEHOLDS_DAILY, KEEP_MONTHS, KEEP_MONTHS_DEFAULT, OPENINGS_DAILY, OPERATORS_MAX, POINTS_MAX, RECEIPT_DAYS,
    RECEIPT_DAYS_DEFAULT, RECOVERY_DELAY_MS, RECOVERY_DELAY_MS_DEFAULT, SNAPSHOT_INTERVAL_MS,
    SNAPSHOT_INTERVAL_MS_DEFAULT, TRANSACTION_BYTES_MAX, VALIDATORS_MAX,
};
use crate::money::Currency;
use crate::name::{Name, confusable};
use crate::operator::{Roles, in_order};
use crate::points::Points;
use crate::rules::Rules;
use crate::seat::{GenesisSeat, Governance};
use crate::time::TimeMs;
use crate::validator::{Validator, ValidatorSet, ValidatorSetError};

/// A key that acts for a brand.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisOperator {
    /// The key; the operator's account is the address of this key.
    pub public_key: PublicKey,
    /// The roles in which it acts, in the order of [`Role`](crate::operator::Role), each once.
    pub roles: Roles,
    /// Most points that it may issue in a day (UTC); `None`: any number.
    #[serde(default)]
    pub issue_daily_max: Option<Points>,
}

/// A brand as it starts.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisBrand {
    /// Its id.
    pub id: BrandId,
    /// The name by which people know it.
    pub name: Name,
    /// Decimals in which its points are displayed.
    pub decimals: u8,
    /// The rules of what can be done with its points.
    pub policy: Policy,
    /// The keys that act for it.
    #[serde(default)]
    pub operators: Bounded<GenesisOperator, 0, OPERATORS_MAX>,
}

impl GenesisOperator {
    /// An operator with a key and some roles, who may issue any number of points if it may issue.
    pub fn new(public_key: PublicKey, roles: Roles) -> Self {
        Self { public_key, roles, issue_daily_max: None }
    }
}

impl GenesisBrand {
    /// A brand that is called what its id says, with points that have no decimals.
    pub fn new(id: BrandId, policy: Policy, operators: Bounded<GenesisOperator, 0, OPERATORS_MAX>) -> Self {
        let name = id.as_str().parse().expect("letters, digits and hyphens are a name");
        Self { id, name, decimals: 0, policy, operators }
    }
    /// Checks the brand by itself: its decimals, its policy, its operators.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(&self) -> Result<(), GenesisError> {
        check_brand(self)
    }
    /// True if its operators can have their roles under these rules.
    pub(crate) fn is_known_to(&self, rules: &Rules) -> bool {
        self.operators.iter().all(|one| one.roles.are_known_to(rules))
    }
}

/// Network-wide settings.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// The time that an idle network waits before it makes an empty block.
    pub heartbeat_ms: u64,
    /// Largest encoded block, in bytes.
    pub block_bytes_max: u32,
    /// Most transactions in a block.
    pub block_transactions_max: u32,
    /// The time that an owner has to cancel a recovery once enough guardians agree, in milliseconds.
    #[serde(default = "recovery_delay_ms_default")]
    pub recovery_delay_ms: u64,
    /// Most days that the date of a reference lies before the block that uses it.
    #[serde(default = "receipt_days_default")]
    pub receipt_days: u8,
    /// The number of months for which references are remembered after the month of their date.
    #[serde(default = "keep_months_default")]
    pub keep_months: u8,
    /// The length of the windows of block time after whose first blocks the state is cut, in milliseconds.
    #[serde(default = "snapshot_interval_ms_default")]
    pub snapshot_interval_ms: u64,
    /// Most that accounts may use up in a day.
    #[serde(default = "Allowances::standard")]
    pub allowances: Allowances,
}

impl Parameters {
    /// The settings of a network that has no reason for others: the largest blocks, an empty one every 3 s, 72 h to
    /// cancel a recovery, 35 days to use a reference, which is remembered for 13 months, a snapshot an hour, and
    /// allowances that suit people.
    pub fn standard() -> Self {
        Self {
            heartbeat_ms: 3000,
            block_bytes_max: u32::try_from(BLOCK_BYTES_MAX).expect("fits"),
            block_transactions_max: u32::try_from(BLOCK_TRANSACTIONS_MAX).expect("fits"),
            recovery_delay_ms: RECOVERY_DELAY_MS_DEFAULT,
            receipt_days: RECEIPT_DAYS_DEFAULT,
            keep_months: KEEP_MONTHS_DEFAULT,
            snapshot_interval_ms: SNAPSHOT_INTERVAL_MS_DEFAULT,
            allowances: Allowances::standard(),
        }
    }
    /// Checks the parameters against their limits.
    ///
    /// # Errors
    /// The first that is outside its own.
    pub fn check(&self) -> Result<(), GenesisError> {
        check_parameters(self)
    }
}

fn recovery_delay_ms_default() -> u64 {
    RECOVERY_DELAY_MS_DEFAULT
}
fn receipt_days_default() -> u8 {
    RECEIPT_DAYS_DEFAULT
}
fn keep_months_default() -> u8 {
    KEEP_MONTHS_DEFAULT
}
fn snapshot_interval_ms_default() -> u64 {
    SNAPSHOT_INTERVAL_MS_DEFAULT
}

/// A genesis document that nobody has checked yet; the form of the TOML file.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisDocument {
    /// The name by which people know the network.
    pub name: Name,
    /// The kind of network, which decides the prefix that addresses carry.
    pub network: NetworkKind,
    /// The time at which the ledger starts; the first block is later.
    pub time_ms: TimeMs,
    /// The currency in which brands settle what they owe each other.
    #[serde(default)]
    pub settlement_currency: Option<Currency>,
    /// Settings.
    pub parameters: Parameters,
    /// The governance of the network.
    pub governance: Governance,
    /// The first validators.
    #[serde(default)]
    pub validators: Bounded<Validator, 0, VALIDATORS_MAX>,
    /// The first brands.
    #[serde(default)]
    pub brands: Bounded<GenesisBrand, 0, BRANDS_MAX>,
}

/// A genesis document that can't start a network.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GenesisError {
    /// Not TOML, or not the right fields.
    #[error("the genesis document can't be read: {0}")]
    Toml(String),
    /// The validators are no set.
    #[error("validators: {0}")]
    Validators(#[from] ValidatorSetError),
    /// A brand's policy is out of bounds.
    #[error("policy of brand {0}: {1}")]
    Policy(BrandId, PolicyError),
    /// Too many decimals.
    #[error("brand {0}: decimals must be 0 to {DECIMALS_MAX}")]
    Decimals(BrandId),
    /// Two brands with one id.
    #[error("two brands have the id {0}")]
    SharedBrandId(BrandId),
    /// Two brands whose ids or names look alike.
    #[error("the brands {0} and {1} could be taken for each other: give one of them another id or name")]
    ConfusableBrands(BrandId, BrandId),
    /// An operator's key is invalid or stands twice, or its roles are not in order.
    #[error(
        "brand {0}: every operator needs a valid public_key of its own and roles in the order issue, capture, reverse, \
         admin, and grant in version 2"
    )]
    Operator(BrandId),
    /// An operator's daily limit is beyond the limit of an amount.
    #[error("brand {0}: issue_daily_max of an operator must be at most {POINTS_MAX}")]
    IssueDailyMax(BrandId),
    /// A parameter outside its limits.
    #[error("parameter {0}: {1}")]
    Parameter(&'static str, &'static str),
    /// A version that this program doesn't know.
    #[error("governance: this program doesn't know version {0} of the protocol; take a newer one")]
    Version(u32),
    /// A setting of governance outside its limits.
    #[error("governance: motion_lapse_ms must be 3600000 to 7776000000")]
    MotionLapse,
    /// Validators without a seat, or seats without a validator.
    #[error(
        "governance: every validator has one seat, of its name, with a governor's public key that is valid and no \
         other seat's, and an endpoint such as /ip4/192.0.2.7/tcp/7900 or none"
    )]
    Seats,
}

/// A checked genesis document with its chain id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genesis {
    document: GenesisDocument,
    chain_id: ChainId,
    validators: ValidatorSet,
}

impl Genesis {
    /// Checks a document.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn new(document: GenesisDocument) -> Result<Self, GenesisError> {
        let validators = ValidatorSet::new(document.validators.to_vec())?;
        document.parameters.check()?;
        let rules = document.governance.rules().ok_or(GenesisError::Version(document.governance.version))?;
        check_governance(&document.governance, &validators)?;
        let mut ids: Vec<BrandId> = document.brands.iter().map(|brand| brand.id).collect();
        ids.sort_unstable();
        if let Some(pair) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(GenesisError::SharedBrandId(pair[0]));
        }
        check_brand_names(&document.brands)?;
        let known = |brand: &GenesisBrand| brand.check().map(|()| brand.is_known_to(rules));
        document.brands.iter().try_for_each(|one| known(one)?.then_some(()).ok_or(GenesisError::Operator(one.id)))?;
        let bytes = borsh::to_vec(&document).expect("writing to memory can't fail");
        Ok(Self { chain_id: ChainId::new(hash(tag::GENESIS, &[&bytes])), document, validators })
    }
    /// Reads and checks a TOML document.
    ///
    /// # Errors
    /// When it can't be read or breaks a rule.
    pub fn from_toml(text: &str) -> Result<Self, GenesisError> {
        Self::new(GenesisDocument::from_toml(text)?)
    }
    /// The network's id.
    pub fn chain_id(&self) -> ChainId {
        self.chain_id
    }
    /// The document.
    pub fn document(&self) -> &GenesisDocument {
        &self.document
    }
    /// The kind of network, which decides the prefix that addresses carry.
    pub fn network(&self) -> NetworkKind {
        self.document.network
    }
    /// The first validators, in canonical order.
    pub fn validators(&self) -> &ValidatorSet {
        &self.validators
    }
}

impl GenesisDocument {
    /// A test network's document with the standard settings, to be completed: it has no validators, no brands and no
    /// currency yet.
    pub fn empty(name: Name, time_ms: TimeMs) -> Self {
        Self {
            name,
            network: NetworkKind::Test,
            time_ms,
            settlement_currency: None,
            parameters: Parameters::standard(),
            governance: Governance::standard(),
            validators: Bounded::default(),
            brands: Bounded::default(),
        }
    }
    /// Reads a TOML document without checking more than its form.
    ///
    /// # Errors
    /// When it is no TOML or has wrong fields.
    pub fn from_toml(text: &str) -> Result<Self, GenesisError> {
        toml::from_str(text).map_err(|e| GenesisError::Toml(e.to_string()))
    }
    /// The document as TOML.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("every field has a TOML form")
    }
}

/// "Genesis, and later motions (`SetParameters`), set the bytes and transactions of a block at or below the limits
/// here, and the heartbeat (100 ms to 60 s), the recovery delay (1 s to 30 days), `receipt_days` (1 to 62),
/// `keep_months` (3 to 36), `snapshot_interval_ms` (1 s to 24 h)" (protocol, Limits)
fn check_parameters(parameters: &Parameters) -> Result<(), GenesisError> {
    let block_bytes = parameters.block_bytes_max as usize;
    let block_transactions = parameters.block_transactions_max as usize;
    // A block must have room for its header and one transaction of the largest size.
    if !(2 * TRANSACTION_BYTES_MAX..=BLOCK_BYTES_MAX).contains(&block_bytes) {
        return Err(GenesisError::Parameter("block_bytes_max", "must be 32768 to 4194304"));
    }
    if !(1..=BLOCK_TRANSACTIONS_MAX).contains(&block_transactions) {
        return Err(GenesisError::Parameter("block_transactions_max", "must be 1 to 10000"));
    }
    if !(100..=60_000).contains(&parameters.heartbeat_ms) {
        return Err(GenesisError::Parameter("heartbeat_ms", "must be 100 to 60000"));
    }
    if !RECOVERY_DELAY_MS.contains(&parameters.recovery_delay_ms) {
        return Err(GenesisError::Parameter("recovery_delay_ms", "must be 1000 to 2592000000"));
    }
    if !RECEIPT_DAYS.contains(&parameters.receipt_days) {
        return Err(GenesisError::Parameter("receipt_days", "must be 1 to 62"));
    }
    if !KEEP_MONTHS.contains(&parameters.keep_months) {
        return Err(GenesisError::Parameter("keep_months", "must be 3 to 36"));
    }
    if !SNAPSHOT_INTERVAL_MS.contains(&parameters.snapshot_interval_ms) {
        return Err(GenesisError::Parameter("snapshot_interval_ms", "must be 1000 to 86400000"));
    }
    check_allowances(&parameters.allowances)
}

/// "what one account has for a day of bytes (16 KiB to 1 TiB), operations (100 to 2^32 − 1), accounts to open (1 to
/// 10,000) and households to create (1 to 100)." (protocol, Limits)
fn check_allowances(allowances: &Allowances) -> Result<(), GenesisError> {
    let beyond = |Allowance { bytes, operations }: Allowance| {
        !ALLOWANCE_BYTES.contains(&bytes) || !ALLOWANCE_OPERATIONS.contains(&operations)
    };
    const OF_TRANSACTIONS: &str = "bytes must be 16384 to 1099511627776, operations 100 to 4294967295";
    if beyond(allowances.member) {
        return Err(GenesisError::Parameter("allowances.member", OF_TRANSACTIONS));
    }
    if beyond(allowances.operator) {
        return Err(GenesisError::Parameter("allowances.operator", OF_TRANSACTIONS));
    }
    if !OPENINGS_DAILY.contains(&allowances.openings) {
        return Err(GenesisError::Parameter("allowances.openings", "must be 1 to 10000"));
    }
    if !HOUSEHOLDS_DAILY.contains(&allowances.households) {
        return Err(GenesisError::Parameter("allowances.households", "must be 1 to 100"));
    }
    Ok(())
}

/// "Genesis gives each validator one, with an account that speaks for it, its governor, who has no other seat."
/// (protocol, Governance)
fn check_governance(governance: &Governance, validators: &ValidatorSet) -> Result<(), GenesisError> {
    if !governance.settings().are_in_bounds() {
        return Err(GenesisError::MotionLapse);
    }
    let mut names: Vec<&Name> = governance.seats.iter().map(|seat| &seat.name).collect();
    let mut governors: Vec<Address> = governance.seats.iter().map(|seat| Address::of_key(&seat.governor)).collect();
    let mut of_validators: Vec<&Name> = validators.validators().iter().map(|validator| &validator.name).collect();
    names.sort_unstable();
    governors.sort_unstable();
    of_validators.sort_unstable();
    let distinct = governors.windows(2).all(|pair| pair[0] != pair[1]);
    let valid = |seat: &GenesisSeat| seat.governor.is_valid() && seat.endpoint.as_ref().is_none_or(Endpoint::is_valid);
    let holds = names == of_validators && distinct && governance.seats.iter().all(valid);
    if holds { Ok(()) } else { Err(GenesisError::Seats) }
}

/// "No brand's id or name could be taken for another brand's id or name." (protocol, Names)
fn check_brand_names(brands: &[GenesisBrand]) -> Result<(), GenesisError> {
    let texts = brands.iter().flat_map(|brand| [(brand.id, brand.id.as_str()), (brand.id, brand.name.as_str())]);
    confusable(texts).map_or(Ok(()), |(one, other)| Err(GenesisError::ConfusableBrands(one, other)))
}

fn check_brand(brand: &GenesisBrand) -> Result<(), GenesisError> {
    brand.policy.check().map_err(|e| GenesisError::Policy(brand.id, e))?;
    if brand.decimals > DECIMALS_MAX {
        return Err(GenesisError::Decimals(brand.id));
    }
    let mut operators: Vec<Address> = brand.operators.iter().map(|one| Address::of_key(&one.public_key)).collect();
    operators.sort_unstable();
    let are_distinct = operators.windows(2).all(|pair| pair[0] != pair[1]);
    if !(are_distinct && brand.operators.iter().all(|one| one.public_key.is_valid() && in_order(&one.roles))) {
        return Err(GenesisError::Operator(brand.id));
    }
    if brand.operators.iter().any(|one| one.issue_daily_max.is_some_and(|max| max.get() > POINTS_MAX)) {
        return Err(GenesisError::IssueDailyMax(brand.id));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
