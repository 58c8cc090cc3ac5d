//! The rules of protocol §4 to §6 once more, as plainly as possible and sharing no code with the ledger: whole copies
//! instead of undo, one entry per lot, sums over everything.

mod between;
mod brands;
mod holds;
mod households;
mod keys;
mod points;

use std::collections::{BTreeMap, BTreeSet};

use lojal_types::{
    Address, BrandId, ChainId, Code, Expiry, Genesis, Guardians, MemberRights, MemberRole, Month, Operation, Outcome,
    PartnershipTerms, Policy, PublicKey, Recovery, Reference, Role, TimeMs, TransactionId, VerifiedTransaction,
};

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;
const AMOUNT_MAX: u64 = 9_007_199_254_740_991;

#[derive(Clone)]
struct ModelIssue {
    to: Address,
    amount: u64,
    expiry: Expiry,
    time: u64,
    reversed: u64,
}

/// What is outstanding and held are the sums over lots and holds.
#[derive(Clone, Copy, Default)]
struct ModelTotals {
    issued: u64,
    redeemed: u64,
    converted_out: u64,
    expired: u64,
    reversed: u64,
}

#[derive(Clone, Default)]
pub(super) struct ModelAccount {
    /// The key that replaced the first one.
    pub(super) key: Option<PublicKey>,
    pub(super) frozen: bool,
    pub(super) guardians: Guardians,
    pub(super) recovery: Option<Recovery>,
}

#[derive(Clone)]
pub(super) struct ModelHold {
    pub(super) brand: BrandId,
    pub(super) from: Address,
    pub(super) reference: Reference,
    pub(super) expires: u64,
    pub(super) lots: Vec<(Expiry, u64)>,
    /// The member and month that it was counted for.
    counted: Option<(Address, Month)>,
    /// Captured, released, or returned after its expiry.
    pub(super) over: bool,
    /// Captured or released.
    closed: bool,
}

#[derive(Clone, Default)]
pub(super) struct ModelHousehold {
    pub(super) members: BTreeMap<Address, MemberRights>,
    pub(super) invited: BTreeMap<Address, MemberRights>,
}

#[derive(Clone, Default)]
pub(super) struct ModelPartnership {
    pub(super) terms: Option<PartnershipTerms>,
    pub(super) proposal: Option<(BrandId, PartnershipTerms)>,
}

/// Who acts where.
#[derive(Clone, Copy)]
struct Act {
    sender: Address,
    signer: PublicKey,
    transaction: TransactionId,
    index: u8,
}

#[derive(Clone)]
pub(super) struct Model {
    chain: ChainId,
    recovery_delay: u64,
    month: Month,
    time: u64,
    policies: BTreeMap<BrandId, Policy>,
    /// Roles and daily limits.
    pub(super) operators: BTreeMap<(BrandId, Address), (Vec<Role>, Option<u64>)>,
    pub(super) accounts: BTreeMap<Address, ModelAccount>,
    /// Lots; dead ones stay until their owner's points of that brand move.
    lots: BTreeMap<(Address, BrandId, Expiry), u64>,
    totals: BTreeMap<BrandId, ModelTotals>,
    issues: BTreeMap<(BrandId, Reference), ModelIssue>,
    redeemed: BTreeSet<(BrandId, Reference)>,
    reversed: BTreeSet<(BrandId, Reference)>,
    /// All holds ever.
    pub(super) holds: Vec<ModelHold>,
    captured: BTreeSet<(BrandId, Reference)>,
    /// What operators with a limit issued, by day.
    issued_on: BTreeMap<(u64, BrandId, Address), u64>,
    /// What members transferred of brands with a cap, by day.
    transferred_on: BTreeMap<(u64, Address, BrandId), u64>,
    converted_on: BTreeMap<(u64, BrandId, BrandId), u64>,
    /// What members spent of limited brands from pools, by month.
    pub(super) spent_in: BTreeMap<(Month, Address, Address, BrandId), u64>,
    pub(super) partnerships: BTreeMap<(BrandId, BrandId), ModelPartnership>,
    /// What debtors owe creditors: everything ever burned times its price, and everything settled, in millionths.
    pub(super) incurred: BTreeMap<(BrandId, BrandId), u128>,
    pub(super) settled: BTreeMap<(BrandId, BrandId), u128>,
    settlements: BTreeSet<(BrandId, Reference)>,
    /// Also dissolved ones, without members.
    pub(super) households: BTreeMap<Address, ModelHousehold>,
    /// Every id ever.
    ids: BTreeSet<TransactionId>,
}

fn ensure(holds: bool, code: Code) -> Result<(), Code> {
    if holds { Ok(()) } else { Err(code) }
}

fn check_amount(amount: u64) -> Result<(), Code> {
    ensure(amount > 0, Code::AmountZero)?;
    ensure(amount <= AMOUNT_MAX, Code::AmountTooLarge)
}

/// Counts on top of what was counted before, up to a maximum.
fn count<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K, amount: u64, max: u64, beyond: Code) -> Result<(), Code> {
    let sum = counts.get(&key).copied().unwrap_or(0) + amount;
    ensure(sum <= max, beyond)?;
    counts.insert(key, sum);
    Ok(())
}

impl Model {
    pub(super) fn new(genesis: &Genesis) -> Self {
        let document = genesis.document();
        let mut model = Self {
            chain: genesis.chain_id(),
            recovery_delay: document.parameters.recovery_delay_ms,
            month: document.time_ms.month(),
            time: document.time_ms.get(),
            policies: document.brands.iter().map(|brand| (brand.id, brand.policy.clone())).collect(),
            operators: BTreeMap::new(),
            accounts: BTreeMap::new(),
            lots: BTreeMap::new(),
            totals: document.brands.iter().map(|brand| (brand.id, ModelTotals::default())).collect(),
            issues: BTreeMap::new(),
            redeemed: BTreeSet::new(),
            reversed: BTreeSet::new(),
            holds: Vec::new(),
            captured: BTreeSet::new(),
            issued_on: BTreeMap::new(),
            transferred_on: BTreeMap::new(),
            converted_on: BTreeMap::new(),
            spent_in: BTreeMap::new(),
            partnerships: BTreeMap::new(),
            incurred: BTreeMap::new(),
            settled: BTreeMap::new(),
            settlements: BTreeSet::new(),
            households: BTreeMap::new(),
            ids: BTreeSet::new(),
        };
        for brand in document.brands.iter() {
            for operator in brand.operators.iter() {
                let address = Address::of_key(&operator.public_key);
                let max = operator.issue_daily_max.map(|max| max.get());
                model.operators.insert((brand.id, address), (operator.roles.to_vec(), max));
                model.accounts.insert(address, ModelAccount::default());
            }
        }
        model
    }

    /// Begins a block: what died since the last one becomes breakage.
    pub(super) fn begin(&mut self, time: TimeMs) {
        let (from, to) = (self.month, time.month());
        for ((_, brand, expiry), amount) in &self.lots {
            if expiry.is_live_in(from) && !expiry.is_live_in(to) {
                self.totals.get_mut(brand).expect("every brand").expired += amount;
            }
        }
        (self.month, self.time) = (to, time.get());
    }

    pub(super) fn push(&mut self, verified: &VerifiedTransaction) -> Result<Outcome, Code> {
        let transaction = verified.transaction();
        let until = transaction.valid_until_ms.get();
        ensure(until > self.time, Code::TransactionExpired)?;
        ensure(until <= self.time + HOUR_MS, Code::WindowTooLong)?;
        ensure(!self.ids.contains(&verified.id()), Code::DuplicateTransaction)?;
        ensure(self.accounts.contains_key(&transaction.sender), Code::UnknownAccount)?;
        let signer = verified.public_key();
        ensure(self.signs_for(&signer, transaction.sender), Code::WrongKey)?;
        self.ids.insert(verified.id());
        let mut attempt = self.clone();
        for (index, operation) in transaction.operations.iter().enumerate() {
            let index = u8::try_from(index).expect("at most 100");
            let act = Act { sender: transaction.sender, signer, transaction: verified.id(), index };
            if let Err(code) = attempt.operate(act, operation) {
                return Ok(Outcome::Failed { operation: index, code });
            }
        }
        *self = attempt;
        Ok(Outcome::Applied)
    }

    pub(super) fn signs_for(&self, key: &PublicKey, address: Address) -> bool {
        match self.accounts.get(&address).and_then(|account| account.key) {
            Some(current) => current == *key,
            None => Address::of_key(key) == address,
        }
    }

    fn operate(&mut self, act: Act, operation: &Operation) -> Result<(), Code> {
        let sender = act.sender;
        match operation {
            Operation::CancelRecovery(_) => return self.cancel_recovery(sender),
            Operation::Freeze(_) => return self.set_frozen(sender, true),
            Operation::Unfreeze(_) => return self.set_frozen(sender, false),
            _ => {}
        }
        let account = &self.accounts[&sender];
        ensure(account.recovery.is_none(), Code::AccountInRecovery)?;
        ensure(!account.frozen, Code::AccountFrozen)?;
        match operation {
            Operation::Issue(issue) => self.issue(sender, issue),
            Operation::Redeem(redeem) => self.redeem(sender, redeem),
            Operation::Transfer(transfer) => self.transfer(sender, transfer),
            Operation::Reverse(reverse) => self.reverse(sender, reverse),
            Operation::Hold(hold) => self.hold(sender, hold),
            Operation::Capture(capture) => self.capture(sender, capture),
            Operation::Release(release) => self.release(sender, release),
            Operation::ProposePartnership(one) => self.propose(sender, one),
            Operation::AcceptPartnership(one) => self.accept(sender, one),
            Operation::EndPartnership(one) => self.end(sender, one),
            Operation::Convert(convert) => self.convert(sender, convert),
            Operation::Settle(settle) => self.settle(sender, settle),
            Operation::SetPolicy(set) => self.set_policy(sender, set),
            Operation::SetOperator(set) => self.set_operator(sender, set),
            Operation::RemoveOperator(remove) => self.remove_operator(sender, remove),
            Operation::RotateKey(rotate) => self.rotate(act, rotate),
            Operation::SetGuardians(set) => self.set_guardians(sender, set),
            Operation::StartRecovery(start) => self.start_recovery(sender, start),
            Operation::FinishRecovery(finish) => self.finish_recovery(sender, finish),
            Operation::CreateHousehold(_) => self.create_household(act),
            Operation::Invite(invite) => self.invite(sender, invite),
            Operation::Join(join) => self.join(sender, join.household),
            Operation::Leave(leave) => self.leave(sender, leave.household),
            Operation::SetMember(set) => self.set_member(sender, set),
            Operation::RemoveMember(remove) => self.remove_member(sender, remove),
            Operation::CancelRecovery(_) | Operation::Freeze(_) | Operation::Unfreeze(_) => Ok(()),
        }
    }

    /// Whether the sender may take points, and for which limit it counts.
    fn spend(
        &mut self,
        sender: Address,
        from: Address,
        brand: BrandId,
        amount: u64,
        leaves: bool,
    ) -> Result<Option<(Address, Month)>, Code> {
        if sender == from {
            return Ok(None);
        }
        let member = self.households.get(&from).and_then(|household| household.members.get(&sender));
        let rights = member.cloned().ok_or(Code::NotOwner)?;
        ensure(!(leaves && rights.role == MemberRole::Child), Code::ChildMayNot)?;
        self.return_expired(from, brand);
        let listed = rights.limits.iter().find(|limit| limit.brand == brand).map(|limit| limit.month_max.get());
        let max = match rights.role {
            MemberRole::Admin => return Ok(None),
            MemberRole::Adult if listed.is_none() => return Ok(None),
            MemberRole::Adult | MemberRole::Child => listed.unwrap_or(0),
        };
        count(&mut self.spent_in, (self.month, from, sender, brand), amount, max, Code::MemberLimitReached)?;
        Ok(Some((sender, self.month)))
    }

    fn policy(&self, brand: BrandId) -> Result<Policy, Code> {
        self.policies.get(&brand).cloned().ok_or(Code::UnknownBrand)
    }

    fn check_role(&self, brand: BrandId, sender: Address, role: Role) -> Result<(), Code> {
        let (roles, _) = self.operators.get(&(brand, sender)).ok_or(Code::NotOperator)?;
        ensure(roles.contains(&role), Code::RoleMissing)
    }

    fn totals_mut(&mut self, brand: BrandId) -> &mut ModelTotals {
        self.totals.get_mut(&brand).expect("every brand")
    }

    fn give(&mut self, to: Address, brand: BrandId, lots: Vec<(Expiry, u64)>) -> Result<(), Code> {
        self.accounts.entry(to).or_default();
        let dissolved = self.households.get(&to).is_some_and(|household| household.members.is_empty());
        ensure(!dissolved, Code::HouseholdDissolved)?;
        self.return_expired(to, brand);
        self.put(to, brand, lots);
        Ok(())
    }

    fn put(&mut self, to: Address, brand: BrandId, lots: Vec<(Expiry, u64)>) {
        self.drop_dead(to, brand);
        for (expiry, amount) in lots {
            *self.lots.entry((to, brand, expiry)).or_insert(0) += amount;
        }
    }

    /// The earliest lot first, or the preferred one before all others.
    fn take(
        &mut self,
        from: Address,
        brand: BrandId,
        amount: u64,
        preferred: Option<Expiry>,
    ) -> Result<Vec<(Expiry, u64)>, Code> {
        self.return_expired(from, brand);
        let live = self.recorded_balance(from, brand);
        if live.iter().map(|(_, amount)| amount).sum::<u64>() < amount {
            let with_dead: u64 =
                self.lots.iter().filter(|((a, b, _), _)| (*a, *b) == (from, brand)).map(|(_, amount)| amount).sum();
            return Err(if with_dead >= amount { Code::PointsExpired } else { Code::InsufficientPoints });
        }
        self.drop_dead(from, brand);
        let (mut order, others): (Vec<_>, Vec<_>) =
            live.into_iter().partition(|(expiry, _)| Some(*expiry) == preferred);
        order.extend(others);
        let (mut missing, mut taken) = (amount, Vec::new());
        for (expiry, held) in order {
            let part = held.min(missing);
            missing -= part;
            self.lots.insert((from, brand, expiry), held - part);
            taken.push((expiry, part));
        }
        self.lots.retain(|_, amount| *amount > 0);
        taken.retain(|(_, amount)| *amount > 0);
        Ok(taken)
    }

    fn drop_dead(&mut self, account: Address, brand: BrandId) {
        let month = self.month;
        self.lots.retain(|(a, b, expiry), _| (*a, *b) != (account, brand) || expiry.is_live_in(month));
    }

    fn recorded_balance(&self, account: Address, brand: BrandId) -> Vec<(Expiry, u64)> {
        let of_account = self.lots.iter().filter(|((a, b, _), _)| (*a, *b) == (account, brand));
        let lots = of_account.map(|((_, _, expiry), amount)| (*expiry, *amount));
        lots.filter(|(expiry, _)| expiry.is_live_in(self.month)).collect()
    }

    /// The live lots of an account, the earliest first, with those of expired holds.
    pub(super) fn balance(&self, account: Address, brand: BrandId) -> Vec<(Expiry, u64)> {
        let mut returned = self.clone();
        returned.return_expired(account, brand);
        returned.recorded_balance(account, brand)
    }

    /// Issued, outstanding, held, redeemed, converted out, expired, reversed.
    pub(super) fn totals(&self, brand: BrandId) -> [u64; 7] {
        let of_brand = self.lots.iter().filter(|((_, b, expiry), _)| *b == brand && expiry.is_live_in(self.month));
        let outstanding = of_brand.map(|(_, amount)| amount).sum();
        let holds = self.holds.iter().filter(|hold| hold.brand == brand && !hold.over);
        let held = holds.flat_map(|hold| &hold.lots).map(|(_, amount)| amount).sum();
        let ModelTotals { issued, redeemed, converted_out, expired, reversed } = self.totals[&brand];
        [issued, outstanding, held, redeemed, converted_out, expired, reversed]
    }
}
