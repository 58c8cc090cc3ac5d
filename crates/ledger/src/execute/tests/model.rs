//! The rules of protocol §4 to §6 once more, as plainly as possible and sharing no code with the ledger: whole copies
//! instead of undo, one entry per lot, sums over everything.

use std::collections::{BTreeMap, BTreeSet};

use lojal_types::{
    Address, BrandId, Code, Expiry, Genesis, Issue, Month, Operation, Outcome, Policy, PublicKey, Redeem, Reference,
    Reverse, Role, RotateKey, TimeMs, TransactionId, Transfer, VerifiedTransaction,
};

const HOUR_MS: u64 = 3_600_000;
const AMOUNT_MAX: u64 = 9_007_199_254_740_991;

#[derive(Clone)]
struct ModelIssue {
    to: Address,
    amount: u64,
    expiry: Expiry,
    time: u64,
    reversed: u64,
}

/// Issued, redeemed, expired, reversed; what is outstanding is the sum over the lots.
#[derive(Clone, Copy, Default)]
struct ModelTotals {
    issued: u64,
    redeemed: u64,
    expired: u64,
    reversed: u64,
}

#[derive(Clone)]
pub(super) struct Model {
    month: Month,
    time: u64,
    policies: BTreeMap<BrandId, Policy>,
    operators: BTreeMap<(BrandId, Address), Vec<Role>>,
    /// Who signs for an account: nobody yet, or the key that replaced the first one.
    accounts: BTreeMap<Address, Option<PublicKey>>,
    /// Lots; dead ones stay until their owner's points of that brand move.
    lots: BTreeMap<(Address, BrandId, Expiry), u64>,
    totals: BTreeMap<BrandId, ModelTotals>,
    issues: BTreeMap<(BrandId, Reference), ModelIssue>,
    redeemed: BTreeSet<(BrandId, Reference)>,
    reversed: BTreeSet<(BrandId, Reference)>,
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

impl Model {
    pub(super) fn new(genesis: &Genesis) -> Self {
        let document = genesis.document();
        let mut model = Self {
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
            ids: BTreeSet::new(),
        };
        for brand in document.brands.iter() {
            for operator in brand.operators.iter() {
                let address = Address::of_key(&operator.public_key);
                model.operators.insert((brand.id, address), operator.roles.to_vec());
                model.accounts.insert(address, None);
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
        let replaced = *self.accounts.get(&transaction.sender).ok_or(Code::UnknownAccount)?;
        let signer = verified.public_key();
        let signs = match replaced {
            Some(key) => key == signer,
            None => Address::of_key(&signer) == transaction.sender,
        };
        ensure(signs, Code::WrongKey)?;
        self.ids.insert(verified.id());
        let mut attempt = self.clone();
        for (index, operation) in transaction.operations.iter().enumerate() {
            if let Err(code) = attempt.operate(transaction.sender, signer, operation) {
                return Ok(Outcome::Failed { operation: u8::try_from(index).expect("at most 100"), code });
            }
        }
        *self = attempt;
        Ok(Outcome::Applied)
    }

    fn operate(&mut self, sender: Address, signer: PublicKey, operation: &Operation) -> Result<(), Code> {
        match operation {
            Operation::Issue(issue) => self.issue(sender, issue),
            Operation::Redeem(redeem) => self.redeem(sender, redeem),
            Operation::Transfer(transfer) => self.transfer(sender, transfer),
            Operation::Reverse(reverse) => self.reverse(sender, reverse),
            Operation::RotateKey(rotate) => self.rotate(sender, signer, rotate),
        }
    }

    fn policy(&self, brand: BrandId) -> Result<Policy, Code> {
        self.policies.get(&brand).cloned().ok_or(Code::UnknownBrand)
    }

    fn check_role(&self, brand: BrandId, sender: Address, role: Role) -> Result<(), Code> {
        let roles = self.operators.get(&(brand, sender)).ok_or(Code::NotOperator)?;
        ensure(roles.contains(&role), Code::RoleMissing)
    }

    fn totals_mut(&mut self, brand: BrandId) -> &mut ModelTotals {
        self.totals.get_mut(&brand).expect("every brand")
    }

    fn issue(&mut self, sender: Address, issue: &Issue) -> Result<(), Code> {
        let amount = issue.amount.get();
        check_amount(amount)?;
        let policy = self.policy(issue.brand)?;
        self.check_role(issue.brand, sender, Role::Issue)?;
        let key = (issue.brand, issue.reference.clone());
        ensure(!self.issues.contains_key(&key), Code::DuplicateReference)?;
        ensure(self.totals[&issue.brand].issued + amount <= AMOUNT_MAX, Code::AmountTooLarge)?;
        let expiry = match policy.expiry_months {
            Some(months) => Expiry::Month(Month::new(self.month.get() + u16::from(months))),
            None => Expiry::Never,
        };
        self.totals_mut(issue.brand).issued += amount;
        self.give(issue.to, issue.brand, vec![(expiry, amount)]);
        self.issues.insert(key, ModelIssue { to: issue.to, amount, expiry, time: self.time, reversed: 0 });
        Ok(())
    }

    fn redeem(&mut self, sender: Address, redeem: &Redeem) -> Result<(), Code> {
        let amount = redeem.amount.get();
        check_amount(amount)?;
        self.policy(redeem.brand)?;
        ensure(sender == redeem.from, Code::NotOwner)?;
        if let Some(reference) = &redeem.reference {
            let fresh = self.redeemed.insert((redeem.brand, reference.clone()));
            ensure(fresh, Code::DuplicateReference)?;
        }
        self.take(redeem.from, redeem.brand, amount, None)?;
        self.totals_mut(redeem.brand).redeemed += amount;
        Ok(())
    }

    fn transfer(&mut self, sender: Address, transfer: &Transfer) -> Result<(), Code> {
        let amount = transfer.amount.get();
        check_amount(amount)?;
        let policy = self.policy(transfer.brand)?;
        ensure(sender == transfer.from, Code::NotOwner)?;
        ensure(transfer.from != transfer.to, Code::SameAccount)?;
        ensure(policy.transferable, Code::PolicyForbidsTransfer)?;
        ensure(amount >= policy.transfer_min.get(), Code::TransferTooSmall)?;
        ensure(amount <= policy.transfer_max.get(), Code::TransferTooLarge)?;
        let taken = self.take(transfer.from, transfer.brand, amount, None)?;
        self.give(transfer.to, transfer.brand, taken);
        Ok(())
    }

    fn reverse(&mut self, sender: Address, reverse: &Reverse) -> Result<(), Code> {
        let amount = reverse.amount.get();
        check_amount(amount)?;
        let policy = self.policy(reverse.brand)?;
        self.check_role(reverse.brand, sender, Role::Reverse)?;
        let fresh = self.reversed.insert((reverse.brand, reverse.reference.clone()));
        ensure(fresh, Code::DuplicateReference)?;
        let key = (reverse.brand, reverse.issue_reference.clone());
        let issue = self.issues.get(&key).cloned().ok_or(Code::UnknownReference)?;
        ensure(issue.to == reverse.from, Code::IssueToOther)?;
        let window = policy.reversal_window_ms;
        ensure(window > 0 && self.time <= issue.time + window, Code::ReversalWindowClosed)?;
        ensure(amount <= issue.amount - issue.reversed, Code::ReversalExceedsIssue)?;
        self.take(reverse.from, reverse.brand, amount, Some(issue.expiry))?;
        self.issues.get_mut(&key).expect("just found").reversed += amount;
        self.totals_mut(reverse.brand).reversed += amount;
        Ok(())
    }

    fn rotate(&mut self, sender: Address, signer: PublicKey, rotate: &RotateKey) -> Result<(), Code> {
        ensure(rotate.new_key.is_valid(), Code::InvalidKey)?;
        let current = self.accounts[&sender].unwrap_or(signer);
        ensure(current != rotate.new_key, Code::KeyUnchanged)?;
        self.accounts.insert(sender, Some(rotate.new_key));
        Ok(())
    }

    fn give(&mut self, to: Address, brand: BrandId, lots: Vec<(Expiry, u64)>) {
        self.accounts.entry(to).or_insert(None);
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
        let live = self.balance(from, brand);
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

    /// The live lots of an account, the earliest first.
    pub(super) fn balance(&self, account: Address, brand: BrandId) -> Vec<(Expiry, u64)> {
        let of_account = self.lots.iter().filter(|((a, b, _), _)| (*a, *b) == (account, brand));
        let lots = of_account.map(|((_, _, expiry), amount)| (*expiry, *amount));
        lots.filter(|(expiry, _)| expiry.is_live_in(self.month)).collect()
    }

    /// Issued, outstanding, redeemed, expired, reversed.
    pub(super) fn totals(&self, brand: BrandId) -> [u64; 5] {
        let of_brand = self.lots.iter().filter(|((_, b, expiry), _)| *b == brand && expiry.is_live_in(self.month));
        let outstanding = of_brand.map(|(_, amount)| amount).sum();
        let ModelTotals { issued, redeemed, expired, reversed } = self.totals[&brand];
        [issued, outstanding, redeemed, expired, reversed]
    }

    /// The references, receivers and unreversed rests of a brand's issues.
    pub(super) fn issues(&self, brand: BrandId) -> Vec<(Reference, Address, u64)> {
        let of_brand = self.issues.iter().filter(|((b, _), _)| *b == brand);
        of_brand.map(|((_, key), issue)| (key.clone(), issue.to, issue.amount - issue.reversed)).collect()
    }

    /// The key that replaced an account's first one, for accounts that exist.
    pub(super) fn account(&self, address: Address) -> Option<Option<PublicKey>> {
        self.accounts.get(&address).copied()
    }
}
