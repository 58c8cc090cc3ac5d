//! Three brands and their members, with something of everything, so that every kind of operation succeeds.

use lojal_ledger::{BlockExecutor, State, Tip};
use lojal_types::genesis::{GenesisBrand, GenesisOperator};
use lojal_types::{
    AcceptPartnership, Action, Address, Agree, Allowances, BlockId, Bounded, BrandAction, BrandId, CancelRecovery,
    Capture, CloseBrand, Convert, CreateHousehold, Day, EndPartnership, Expiry, FinishRecovery, Freeze, Genesis,
    GenesisDocument, Governance, Guardian, Guardians, Invite, Issue, Join, KeyPair, Leave, MemberLimits, MemberRole,
    Money, Offer, OfferId, Operation, Outcome, Parameters, PartnershipTerms, Points, Policy, Propose, ProposeForBrand,
    ProposePartnership, Reference, Release, RemoveMember, RemoveOperator, Request, RequestKind, Reverse, Roles,
    RotateKey, Salt, SetApprovals, SetEndpoint, SetGuardians, SetMember, SetOperator, SetPolicy, Settle, StartRecovery,
    SuspendBrand, Take, TimeMs, Transaction, Transfer, Unfreeze, Validator, VerifiedTransaction, WithdrawOffer,
    offer_id,
};

const START_MS: u64 = 1_800_000_000_000;
const BRANDS: [&str; 3] = ["nordmat", "kaffet", "fjallet"];

/// Operator of every brand.
const TILL: u8 = 1;
/// Operator of the first brand only.
const CASHIER: u8 = 2;
/// Holds points, and is the admin of a household.
const ANNA: u8 = 11;
/// A member of the household.
const BO: u8 = 12;
/// Invited to the household.
const CLEO: u8 = 13;
/// Can't use the account any more; Anna is the guardian.
const DORA: u8 = 14;
/// Being recovered by Anna, but doesn't want to.
const ERIK: u8 = 15;
/// Lost the key, and has waited long enough.
const FRIDA: u8 = 16;
/// Has frozen the account.
const GUSTAV: u8 = 17;

/// Speaks for the only validator, with the key of its node.
const GOVERNOR: u8 = 201;

pub struct Economy {
    pub state: State,
    household: Address,
    /// One of Anna's.
    offer: OfferId,
}

fn key(seed: u8) -> KeyPair {
    KeyPair::from_seed(&[seed; 32])
}

fn address(seed: u8) -> Address {
    key(seed).address()
}

fn brand(at: usize) -> BrandId {
    BRANDS[at].parse().expect("a valid id")
}

fn reference(text: &str) -> Reference {
    Reference::new(text.as_bytes().to_vec()).expect("a short reference")
}

fn time(ms: u64) -> TimeMs {
    TimeMs::new(ms).expect("in range")
}

fn policy() -> Policy {
    Policy {
        expiry_months: Some(24),
        transfer_max: Points::new(1_000_000),
        transfer_daily_max: Some(Points::new(1_000_000)),
        tradeable: true,
        reversal_window_ms: 86_400_000,
        ..Policy::open()
    }
}

fn terms(rate_num: u32) -> PartnershipTerms {
    let (daily_max, owed_max) = (Points::new(1_000_000), Money::new(lojal_types::limits::MONEY_MAX));
    let ends_ms = time(START_MS * 2);
    PartnershipTerms { rate_num, rate_den: 2, price_micro: 1_000_000, daily_max, owed_max, ends_ms }
}

fn genesis() -> Genesis {
    let operator = |seed: u8| GenesisOperator {
        issue_daily_max: Some(Points::new(1_000_000)),
        ..GenesisOperator::new(key(seed).public_key(), Roles::all())
    };
    let brand = |at: usize| {
        let tills = if at == 0 { vec![operator(TILL), operator(CASHIER)] } else { vec![operator(TILL)] };
        GenesisBrand::new(brand(at), policy(), Bounded::new(tills).expect("few operators"))
    };
    let validator = Validator {
        name: "one".parse().expect("a valid name"),
        public_key: key(200).public_key(),
        network_key: key(201).public_key(),
        power: 1,
    };
    let document = GenesisDocument {
        governance: Governance { version: 2, ..Governance::of([&validator], |validator| validator.network_key) },
        settlement_currency: Some("SEK".parse().expect("a valid currency")),
        parameters: Parameters { recovery_delay_ms: 2_000, allowances: Allowances::open(), ..Parameters::standard() },
        validators: Bounded::new(vec![validator]).expect("one validator"),
        brands: Bounded::new((0..3).map(brand).collect()).expect("three brands"),
        ..GenesisDocument::empty("test".parse().expect("a valid name"), time(START_MS))
    };
    Genesis::new(document).expect("the document keeps the rules")
}

fn issue(at: usize, to: u8, amount: u64, receipt: &str) -> Operation {
    let (brand, to, amount, reference) = (brand(at), address(to), Points::new(amount), reference(receipt));
    Operation::Issue(Issue { brand, to, amount, reference, dated: today(), expiry: None })
}

/// The day of every reference.
fn today() -> Day {
    time(START_MS).day()
}

/// A till's request for ten points, by its name.
fn request(name: &str, kind: RequestKind) -> Request {
    let (amount, mut salt) = (Points::new(10), [0; 16]);
    salt[..name.len()].copy_from_slice(name.as_bytes());
    let (until_ms, salt) = (time(START_MS + 3_600_000), Salt::new(salt));
    Request { brand: brand(0), amount, kind, dated: today(), until_ms, household: None, salt }
}

fn to_hold(name: &str) -> Request {
    request(name, RequestKind::Hold { expires_ms: time(START_MS + 3_600_000) })
}

fn convert() -> Operation {
    // One for two, by the terms of the first two brands.
    let (account, burned, received) = (address(ANNA), Points::new(100), Points::new(50));
    Operation::Convert(Convert { account, from: brand(0), to: brand(1), burned, received })
}

fn propose(from: usize, to: usize) -> Operation {
    Operation::ProposePartnership(ProposePartnership { from: brand(from), to: brand(to), terms: terms(1) })
}

fn accept(from: usize, to: usize) -> Operation {
    Operation::AcceptPartnership(AcceptPartnership { from: brand(from), to: brand(to), terms: terms(1) })
}

fn set_guardians() -> Operation {
    let guardians = Bounded::new(vec![Guardian::Account(address(ANNA))]).expect("one guardian");
    Operation::SetGuardians(SetGuardians { guardians: Guardians { guardians, threshold: 1 } })
}

fn start_recovery(account: u8) -> Operation {
    let new_key = key(account + 100).public_key();
    Operation::StartRecovery(StartRecovery { account: address(account), new_key })
}

fn invite(household: Address, member: u8) -> Operation {
    let (role, limits) = (MemberRole::Adult, MemberLimits::default());
    Operation::Invite(Invite { household, member: address(member), role, limits })
}

impl Economy {
    pub fn new() -> Self {
        let state = State::genesis(&genesis());
        let mut economy = Self { state, household: address(ANNA), offer: OfferId::new([0; 16]) };
        let members = [ANNA, BO, CLEO, DORA, ERIK, FRIDA, GUSTAV];
        for at in 0..3 {
            let issues = members.iter().map(|member| issue(at, *member, 10_000, &format!("{at} {member}")));
            economy.run(TILL, issues.collect());
        }
        economy.run(TILL, vec![propose(0, 1), accept(0, 1), propose(1, 0)]);
        let (chain, anna) = (economy.state.view().chain_id(), address(ANNA));
        economy.run(
            ANNA,
            vec![to_hold("to capture").answer(&chain, anna), to_hold("to release").answer(&chain, anna), convert()],
        );
        for member in [DORA, ERIK, FRIDA] {
            economy.run(member, vec![set_guardians()]);
        }
        economy.run(GUSTAV, vec![Operation::Freeze(Freeze {})]);
        economy.run(ANNA, vec![start_recovery(ERIK), start_recovery(FRIDA)]);
        let creation = economy.run(ANNA, vec![Operation::CreateHousehold(CreateHousehold {})]);
        economy.household = Address::of_household(&economy.state.view().chain_id(), &creation.id(), 0);
        economy.run(ANNA, vec![invite(economy.household, BO), invite(economy.household, CLEO)]);
        economy.run(BO, vec![Operation::Join(Join { household: economy.household })]);
        let guardians = Guardians::default();
        economy.run(DORA, vec![Operation::SetGuardians(SetGuardians { guardians })]);
        let resting = economy.run(ANNA, vec![economy.offer()]);
        economy.offer = offer_id(&chain, &resting.id(), 0);
        economy
    }

    /// A transaction with the sender's first key.
    pub fn sign(&self, sender: u8, operations: Vec<Operation>) -> VerifiedTransaction {
        let view = self.state.view();
        let (chain, tip) = (view.chain_id(), view.tip());
        let transaction = Transaction {
            chain: chain.tag(),
            sender: address(sender),
            valid_until_ms: tip.time_ms.plus_ms(60_000),
            nonce: tip.height.get(),
            operations: Bounded::new(operations).expect("1 to 100"),
        };
        transaction.sign(&chain, &key(sender)).verify(&chain).expect("just signed for this chain")
    }

    /// A block of one transaction, which must succeed.
    fn run(&mut self, sender: u8, operations: Vec<Operation>) -> VerifiedTransaction {
        let transaction = self.sign(sender, operations);
        let tip = self.state.view().tip();
        let (height, time_ms) = (tip.height.next(), tip.time_ms.plus_ms(1_000));
        let mut executor = BlockExecutor::new(&self.state, time_ms);
        let receipt = executor.push(&transaction).expect("it can be in a block");
        assert_eq!(receipt.outcome, Outcome::Applied);
        let execution = executor.finish().expect("points are conserved");
        let mut id = [0; 32];
        id[..8].copy_from_slice(&height.get().to_le_bytes());
        self.state.apply(execution, Tip { height, block: BlockId::new(id), time_ms });
        transaction
    }

    /// One operation of every kind that succeeds on the state, and who sends it.
    pub fn operations(&self) -> Vec<(u8, Operation)> {
        let (household, amount) = (self.household, Points::new(5));
        let (anna, bo) = (address(ANNA), address(BO));
        let chain = self.state.view().chain_id();
        let hold_reference = to_hold("to release").reference(&chain);
        let released = Release { brand: brand(0), from: anna, hold_reference, hold_dated: today() };
        vec![
            (TILL, issue(0, BO, 5, "new")),
            (ANNA, request("new", RequestKind::Redeem).answer(&chain, anna)),
            (ANNA, Operation::Transfer(Transfer { brand: brand(0), from: anna, to: bo, amount })),
            (TILL, self.reverse()),
            (ANNA, to_hold("new").answer(&chain, anna)),
            (TILL, self.capture()),
            (TILL, Operation::Release(released)),
            (TILL, propose(0, 2)),
            (TILL, accept(1, 0)),
            (TILL, Operation::EndPartnership(EndPartnership { from: brand(0), to: brand(1) })),
            (ANNA, convert()),
            (TILL, self.settle()),
            (TILL, Operation::SetPolicy(SetPolicy { brand: brand(0), policy: policy() })),
            (TILL, self.set_operator()),
            (TILL, Operation::RemoveOperator(RemoveOperator { brand: brand(0), operator: address(CASHIER) })),
            (TILL, Operation::SetApprovals(SetApprovals { brand: brand(0), needed: 2, delay_ms: 0 })),
            (TILL, self.motion_of_brand()),
            (TILL, self.close_brand()),
            (ANNA, Operation::RotateKey(RotateKey { new_key: key(111).public_key() })),
            (BO, set_guardians()),
            (ANNA, start_recovery(DORA)),
            (ERIK, Operation::CancelRecovery(CancelRecovery {})),
            (ANNA, Operation::FinishRecovery(FinishRecovery { account: address(FRIDA) })),
            (BO, Operation::Freeze(Freeze {})),
            (GUSTAV, Operation::Unfreeze(Unfreeze {})),
            (ANNA, self.agree()),
            (CLEO, Operation::CreateHousehold(CreateHousehold {})),
            (ANNA, invite(household, DORA)),
            (CLEO, Operation::Join(Join { household })),
            (BO, Operation::Leave(Leave { household })),
            (ANNA, self.set_member()),
            (ANNA, Operation::RemoveMember(RemoveMember { household, member: bo })),
            (GOVERNOR, self.motion()),
            (GOVERNOR, Operation::SetEndpoint(SetEndpoint { endpoint: None })),
            (ANNA, self.offer()),
            (BO, self.take()),
            (ANNA, Operation::WithdrawOffer(WithdrawOffer { brand: brand(0), from: anna, offer: self.offer })),
        ]
    }

    /// Ten of the first brand's points, which live 24 months, for as many of the second one's.
    fn offer(&self) -> Operation {
        let expiry = Expiry::Month(time(START_MS).month().plus(24));
        Operation::Offer(Offer {
            brand: brand(0),
            from: address(ANNA),
            amount: Points::new(10),
            expiry,
            wants: brand(1),
            price_num: 1,
            price_den: 1,
            wants_until: expiry,
            min_take: Points::new(1),
            expires_ms: time(START_MS + 3_600_000),
        })
    }

    fn take(&self) -> Operation {
        let (brand, wants, amount) = (brand(0), brand(1), Points::new(5));
        let (owner, from) = (address(ANNA), address(BO));
        let expiry = Expiry::Month(time(START_MS).month().plus(24));
        Operation::Take(Take { brand, owner, offer: self.offer, from, amount, wants, max_pay: amount, expiry })
    }

    /// Decided at once by the only validator.
    fn motion(&self) -> Operation {
        let suspend = Action::SuspendBrand(SuspendBrand { brand: brand(2) });
        Operation::Propose(Propose { actions: Bounded::from([suspend]) })
    }

    fn close_brand(&self) -> Operation {
        let closes_ms = time(START_MS + 100 * 86_400_000).to_whole_minute();
        Operation::CloseBrand(CloseBrand { brand: brand(0), closes_ms })
    }

    /// Decided at once by the only admin that the brand asks for.
    fn motion_of_brand(&self) -> Operation {
        let action = BrandAction::SetPolicy(SetPolicy { brand: brand(0), policy: Policy::open() });
        Operation::ProposeForBrand(ProposeForBrand { brand: brand(0), actions: Bounded::from([action]) })
    }

    fn agree(&self) -> Operation {
        let (view, account) = (self.state.view(), address(DORA));
        let waiting =
            view.account(account).expect("in memory").expect("there").safeguards.waiting.expect("Dora has just asked");
        Operation::Agree(Agree { account, digest: waiting.digest(&view.chain_id(), &account) })
    }

    fn reverse(&self) -> Operation {
        let issue_reference = reference(&format!("0 {BO}"));
        let (from, amount, reference) = (address(BO), Points::new(5), reference("new"));
        let (brand, at_least) = (brand(0), amount);
        let (issue_dated, dated) = (today(), today());
        Operation::Reverse(Reverse { brand, from, amount, at_least, issue_reference, issue_dated, reference, dated })
    }

    fn capture(&self) -> Operation {
        let (brand, from, amount) = (brand(0), address(ANNA), Points::new(5));
        let (hold_reference, reference) = (reference("to capture"), reference("new"));
        let (hold_dated, dated) = (today(), today());
        Operation::Capture(Capture { brand, from, hold_reference, hold_dated, amount, reference, dated })
    }

    fn settle(&self) -> Operation {
        let amount = Money::new(1);
        Operation::Settle(Settle { creditor: brand(1), debtor: brand(0), amount, reference: reference("new") })
    }

    fn set_operator(&self) -> Operation {
        let roles = Roles::all();
        let public_key = key(ANNA).public_key();
        Operation::SetOperator(SetOperator { brand: brand(0), public_key, roles, issue_daily_max: None })
    }

    fn set_member(&self) -> Operation {
        let (household, member) = (self.household, address(BO));
        let (role, limits) = (MemberRole::Child, MemberLimits::default());
        Operation::SetMember(SetMember { household, member, role, limits })
    }
}
