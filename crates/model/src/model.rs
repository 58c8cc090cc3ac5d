//! The protocol's rules once more, as plainly as possible and sharing no code with the ledger: one entry per lot, sums
//! over everything, all that ever happened remembered.

mod activity;
mod allowances;
mod between;
mod brand_motions;
mod brands;
mod campaigns;
mod decrees;
mod given;
mod governance;
mod holds;
mod households;
mod keys;
mod lots;
mod market;
mod pending;
mod points;
mod programme;
mod shelves;
mod show;
mod tables;
mod vouchers;
mod waiting;

use std::collections::{BTreeMap, BTreeSet};

use lojal_types::{
    Address, Allowances, BrandId, ChainId, Code, Day, Expiry, Genesis, Guardians, MemberRights, Month, Name, Operation,
    Outcome, PartnershipTerms, PublicKey, Recovery, Reference, Role, Safeguards, TimeMs, TransactionId,
    VerifiedTransaction,
};

use self::activity::Deed;
use self::allowances::Today;
pub(crate) use self::brand_motions::BrandMotion;
pub(crate) use self::given::Offered;
pub(crate) use self::governance::Motion;
use self::governance::Seat;
pub(crate) use self::market::Resting;
pub(crate) use self::shelves::Shelved;
use self::tables::Tables;
use crate::table::{End, Table};

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;
const AMOUNT_MAX: u64 = 9_007_199_254_740_991;

#[derive(Clone, Debug)]
pub(crate) struct Issued {
    pub(crate) to: Address,
    pub(crate) amount: u64,
    pub(crate) expiry: Expiry,
    pub(crate) dated: Day,
    /// The time from which on nothing of it can be reversed.
    pub(crate) until: u64,
    pub(crate) reversed: u64,
    /// The day on which it matures, if it waited.
    pub(crate) matures: Option<Day>,
}

/// The totals of a brand, but for outstanding, pending and held, which are the sums over lots and holds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sums {
    issued: u128,
    redeemed: u128,
    converted_out: u128,
    expired: u128,
    reversed: u128,
    donated: u128,
    refunded: u128,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    /// The key that replaced the first one.
    pub(crate) key: Option<PublicKey>,
    pub(crate) frozen: bool,
    pub(crate) guardians: Guardians,
    pub(crate) recovery: Option<Recovery>,
    pub(crate) safeguards: Safeguards,
}

/// A hold of which nothing was taken or let go. Once it has ended its lots count as its account's.
#[derive(Clone, Debug)]
pub(crate) struct Hold {
    reference: Reference,
    dated: Day,
    expires: u64,
    pub(crate) lots: Vec<(Expiry, u64)>,
    /// The member and month that it was counted for.
    counted: Option<(Address, Month)>,
}

/// The record that remains of a hold as long as its reference is remembered.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) from: Address,
    pub(crate) dated: Day,
    pub(crate) expires: u64,
    /// Its place in the order of all holds.
    pub(crate) number: u64,
    /// Captured or released.
    closed: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Operator {
    pub(crate) roles: Vec<Role>,
    pub(crate) issue_daily_max: Option<u64>,
}

#[derive(Clone, Debug)]
pub(crate) struct Brand {
    pub(crate) name: Name,
    pub(crate) decimals: u8,
    pub(crate) suspended: bool,
    /// The time at which it leaves, or has left.
    pub(crate) closes: Option<u64>,
    /// The days that what it issues waits.
    pub(crate) pending_days: u8,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Household {
    pub(crate) members: BTreeMap<Address, MemberRights>,
    pub(crate) invited: BTreeMap<Address, MemberRights>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Partnership {
    pub(crate) terms: Option<PartnershipTerms>,
    pub(crate) proposal: Option<(BrandId, PartnershipTerms)>,
}

/// An operation's sender, signer and place.
#[derive(Clone, Copy)]
struct Act {
    sender: Address,
    signer: PublicKey,
    transaction: TransactionId,
    index: u8,
}

/// The whole ledger, naively.
#[derive(Clone, Debug)]
pub struct Model {
    chain: ChainId,
    recovery_delay: u64,
    pub(crate) receipt_days: u8,
    keep_months: u8,
    pub(crate) allowances: Allowances,
    month: Month,
    time: u64,
    pub(crate) height: u64,
    /// The brand whose motion is under way, and whether that widens anything.
    together: Option<(BrandId, bool)>,
    /// The accounts that the motions which the running operation carries out concern.
    done_for: Vec<Address>,
    holds_ever: u64,
    /// Every id ever.
    ids: BTreeSet<TransactionId>,
    /// The transactions of accounts on days, which count even where they fail.
    sent: BTreeMap<(Address, u64), Today>,
    /// Everything that ever concerned each account.
    deeds: BTreeMap<Address, Vec<Deed>>,
    pub(crate) tables: Tables,
}

fn ensure(holds: bool, code: Code) -> Result<(), Code> {
    if holds { Ok(()) } else { Err(code) }
}

fn check_amount(amount: u64) -> Result<(), Code> {
    ensure(amount > 0, Code::AmountZero)?;
    ensure(amount <= AMOUNT_MAX, Code::AmountTooLarge)
}

/// Counts on top of what was counted before, up to a maximum.
fn count<K: Ord + Clone>(counts: &mut Table<K, u64>, key: K, amount: u64, max: u64, beyond: Code) -> Result<(), Code> {
    let sum = counts.get(&key).copied().unwrap_or(0) + amount;
    ensure(sum <= max, beyond).map(|()| counts.set(key, sum))
}

/// The codes answered before a transaction reaches the ledger, or the model: by decoding, by the signature check, by
/// the mempool.
pub const BEFORE_THE_LEDGER: [Code; 6] = [
    Code::Malformed,
    Code::TransactionTooLarge,
    Code::WrongChain,
    Code::BadSignature,
    Code::QuotaExceeded,
    Code::MempoolFull,
];

impl Model {
    /// The ledger before the first block.
    pub fn genesis(genesis: &Genesis) -> Self {
        let document = genesis.document();
        let mut tables = Tables::default();
        tables.parameters.set((), document.parameters.clone());
        tables.settings.set((), document.governance.settings());
        tables.version.set((), (document.governance.version, None));
        for validator in document.validators.iter() {
            tables.validators.set(validator.name.clone(), validator.clone());
        }
        for seat in document.governance.seats.iter() {
            let governor = Address::of_key(&seat.governor);
            tables.seats.set(seat.name.clone(), Seat { governor, endpoint: seat.endpoint.clone(), since: 0 });
            tables.accounts.set(governor, Account::default());
        }
        let mut model = Self {
            chain: genesis.chain_id(),
            recovery_delay: document.parameters.recovery_delay_ms,
            receipt_days: document.parameters.receipt_days,
            keep_months: document.parameters.keep_months,
            allowances: document.parameters.allowances,
            month: document.time_ms.month(),
            time: document.time_ms.get(),
            height: 0,
            together: None,
            done_for: Vec::new(),
            holds_ever: 0,
            ids: BTreeSet::new(),
            sent: BTreeMap::new(),
            deeds: BTreeMap::new(),
            tables,
        };
        document.brands.iter().for_each(|brand| model.add_brand(brand));
        model.tables.end(End::Keep);
        model
    }

    /// The network.
    pub(crate) fn chain(&self) -> ChainId {
        self.chain
    }

    /// A block at a time that is later than the last one's. The answers are in the order of the transactions: what
    /// became of each, or the code for which it can't be in this block at all, and changes nothing.
    pub fn apply_block(&mut self, time: TimeMs, transactions: &[VerifiedTransaction]) -> Vec<Result<Outcome, Code>> {
        self.begin(time);
        transactions.iter().map(|transaction| self.push(transaction)).collect()
    }

    /// Begins a block at a time that is later than the last one's: what died since then becomes breakage.
    pub fn begin(&mut self, time: TimeMs) {
        let was_gone = self.all_gone();
        (self.month, self.time, self.height) = (time.month(), time.get(), self.height + 1);
        self.mature();
        for (brand, gone) in self.all_gone() {
            let newly = gone - was_gone.get(&brand).copied().unwrap_or(0);
            self.change_totals(brand, |totals| totals.expired += u128::from(newly));
        }
        self.let_what_waited_happen();
        self.begin_governance();
        self.tables.end(End::Keep);
    }

    /// The next transaction of the block.
    ///
    /// # Errors
    ///
    /// When it can't be in this block at all; then it changes nothing.
    pub fn push(&mut self, verified: &VerifiedTransaction) -> Result<Outcome, Code> {
        let transaction = verified.transaction();
        let until = transaction.valid_until_ms.get();
        ensure(until > self.time, Code::TransactionExpired)?;
        ensure(until <= self.time + HOUR_MS, Code::WindowTooLong)?;
        ensure(!self.ids.contains(&verified.id()), Code::DuplicateTransaction)?;
        ensure(self.tables.accounts.contains(&transaction.sender), Code::UnknownAccount)?;
        let signer = verified.public_key();
        ensure(self.signs_for(&signer, transaction.sender), Code::WrongKey)?;
        self.count_sent(verified)?;
        self.ids.insert(verified.id());
        let mut concerned = vec![transaction.sender];
        for (index, operation) in (0_u8..).zip(transaction.operations.iter()) {
            let act = Act { sender: transaction.sender, signer, transaction: verified.id(), index };
            concerned.extend(self.concerned(act, operation));
            let rights = self.rights_before(operation);
            self.done_for.clear();
            if let Err(code) = self.operate(act, operation) {
                self.tables.end(End::TakeBack);
                let outcome = Outcome::Failed { operation: index, code };
                self.note(verified.id(), outcome, vec![transaction.sender]);
                return Ok(outcome);
            }
            concerned.extend(self.changed_since(rights));
            concerned.append(&mut self.done_for);
        }
        self.tables.end(End::Keep);
        self.note(verified.id(), Outcome::Applied, concerned);
        Ok(Outcome::Applied)
    }

    fn operate(&mut self, act: Act, operation: &Operation) -> Result<(), Code> {
        match operation {
            Operation::CancelRecovery(_) => return self.cancel_recovery(act.sender),
            Operation::Freeze(_) => return self.freeze(act.sender),
            Operation::Unfreeze(_) => return self.unfreeze(act.sender),
            _ => {}
        }
        self.stopped_by(act.sender).map_or(Ok(()), Err)?;
        self.operate_unstopped(act, operation)
    }

    fn operate_unstopped(&mut self, act: Act, operation: &Operation) -> Result<(), Code> {
        let sender = act.sender;
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
            Operation::ProposeForBrand(propose) => self.propose_for(act, propose),
            Operation::ApproveForBrand(approve) => self.approve_for(act, approve),
            Operation::StopForBrand(stop) => self.stop_for(sender, stop),
            Operation::SetApprovals(set) => self.set_approvals(sender, set),
            Operation::CloseBrand(close) => self.close_brand(sender, close),
            Operation::RotateKey(rotate) => self.rotate(act, rotate),
            Operation::SetGuardians(set) => self.set_guardians(sender, set),
            Operation::StartRecovery(start) => self.start_recovery(sender, start),
            Operation::FinishRecovery(finish) => self.finish_recovery(sender, finish),
            Operation::Agree(agree) => self.agree(sender, agree),
            Operation::CreateHousehold(_) => self.create_household(act),
            Operation::Invite(invite) => self.invite(sender, invite),
            Operation::Join(join) => self.join(sender, join.household),
            Operation::Leave(leave) => self.leave(sender, leave.household),
            Operation::SetMember(set) => self.set_member(sender, set),
            Operation::RemoveMember(remove) => self.remove_member(sender, remove),
            Operation::Propose(motion) => self.put_forward(sender, motion),
            Operation::Approve(approve) => self.approve(sender, approve),
            Operation::Withdraw(withdraw) => self.withdraw(sender, withdraw),
            Operation::Activate(activate) => self.activate(sender, activate),
            Operation::SetEndpoint(set) => self.set_endpoint(sender, set),
            Operation::SetTrack(set) => self.set_track(sender, set),
            Operation::Stamp(stamp) => self.stamp(sender, stamp),
            Operation::TakeBack(take) => self.take_back(sender, take),
            Operation::SetCampaign(set) => self.set_campaign(sender, set),
            Operation::AcceptSponsorship(accept) => self.accept_sponsorship(sender, accept),
            Operation::Grant(grant) => self.grant(act, grant),
            Operation::Claim(claim) => self.claim(act, claim),
            Operation::UseVoucher(one) => self.use_voucher(sender, one),
            Operation::Refund(refund) => self.refund(sender, refund),
            Operation::SetConsent(set) => self.set_consent(sender, set),
            Operation::SetPendingDays(set) => self.set_pending_days(sender, set),
            Operation::Offer(offer) => self.offer(act, offer),
            Operation::Take(take) => self.take_offer(sender, take),
            Operation::WithdrawOffer(withdraw) => self.withdraw_offer(sender, withdraw),
            Operation::CancelRecovery(_) | Operation::Freeze(_) | Operation::Unfreeze(_) => Ok(()),
        }
    }

    fn check_role(&self, brand: BrandId, sender: Address, role: Role) -> Result<(), Code> {
        let operator = self.tables.operators.get(&(brand, sender)).ok_or(Code::NotOperator)?;
        ensure(operator.roles.contains(&role), Code::RoleMissing)
    }

    fn change_totals(&mut self, brand: BrandId, change: impl FnOnce(&mut Sums)) {
        let mut totals = self.tables.totals.get(&brand).copied().unwrap_or_default();
        change(&mut totals);
        self.tables.totals.set(brand, totals);
    }
}
