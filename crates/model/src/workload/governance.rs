//! Random motions, and what governors do with them.

use lojal_types::genesis::{GenesisBrand, GenesisOperator};
use lojal_types::{
    Action, Activate, AddValidator, AllowFollower, Approve, Bounded, BrandId, CancelVersion, DisallowFollower,
    Endpoint, Hash, Height, KeyPair, MotionId, MotionStatus, Name, NodeProof, Operation, Parameters, Propose,
    PublicKey, Readiness, RegisterBrand, ReinstateBrand, RemoveValidator, Roles, ScheduleVersion, SetBrandAdmins,
    SetEndpoint, SetKeys, SetParameters, SetPower, SetSettings, Settings, SignOfLife, SuspendBrand, Withdraw,
};

use super::Workload;
use crate::model::Motion;
use crate::world::{
    ACTORS, GOVERNORS, GROCER, HOUR_MS, MINUTE_MS, OFFICES, RESORT, SECOND_MS, TILL, node_keys, validator,
};

/// Validators that there can be, by their number, and numbers of keys that they can change to.
const NODES: u64 = 12;
const KEYS: u64 = 40;
/// Brands that can join.
const JOINING: u64 = 5;

impl Workload {
    /// An actor who speaks for a validator.
    pub(super) fn governor(&mut self) -> Option<usize> {
        let speaks = |actor: &usize| self.model.seat_of(self.address(*actor)).is_some();
        let governors: Vec<usize> = (GOVERNORS..ACTORS).filter(speaks).collect();
        self.random.pick(&governors)
    }

    pub(super) fn put_forward(&mut self, sender: usize) -> Option<Operation> {
        let count = if self.random.once_in(4) { self.random.within(2..4) } else { 1 };
        let actions: Vec<Action> = (0..count).filter_map(|_| self.action()).collect();
        let own = self.model.seat_of(self.address(sender));
        let open = self.model.open_motions().filter(|(_, motion)| Some(&motion.by) == own.as_ref()).count();
        let possible = own.is_some() && open < 8;
        if actions.is_empty() || !(possible || self.twist()) {
            return None;
        }
        Some(Operation::Propose(Propose { actions: Bounded::new(actions).expect("one to three") }))
    }

    pub(super) fn approve(&mut self, sender: usize) -> Option<Operation> {
        let own = self.model.seat_of(self.address(sender));
        let approved = |motion: &Motion| own.as_ref().is_some_and(|own| motion.approvals.contains(own));
        let (twist, wrong) = (self.twist(), self.twist());
        let motions = self.model.known_motions();
        let wanted = motions.filter(|(_, motion)| twist || (motion.decided.is_none() && !approved(motion)));
        let wanted: Vec<(MotionId, Hash)> = wanted.map(|(id, motion)| (id, motion.digest)).collect();
        let (motion, digest) = self.random.pick(&wanted)?;
        let digest = if wrong { Hash::new([7; 32]) } else { digest };
        let motion = if wrong && self.random.once_in(2) { MotionId::new(1 << 40) } else { motion };
        (own.is_some() || twist).then_some(Operation::Approve(Approve { motion, digest }))
    }

    pub(super) fn withdraw(&mut self, sender: usize) -> Option<Operation> {
        let own = self.model.seat_of(self.address(sender));
        let twist = self.random.once_in(3);
        let motions = self.model.known_motions();
        let own = motions.filter(|(_, one)| twist || (one.decided.is_none() && Some(&one.by) == own.as_ref()));
        let own: Vec<MotionId> = own.map(|(id, _)| id).collect();
        let motion = self.random.pick(&own)?;
        Some(Operation::Withdraw(Withdraw { motion }))
    }

    pub(super) fn set_endpoint(&mut self, sender: usize) -> Option<Operation> {
        self.model.seat_of(self.address(sender))?;
        let endpoint = self.endpoint();
        Some(Operation::SetEndpoint(SetEndpoint { endpoint }))
    }

    fn endpoint(&mut self) -> Option<Endpoint> {
        let text = if self.twist() { "nowhere" } else { "/dns/node.example.org/tcp/7900" };
        self.random.once_in(2).then(|| Endpoint::new(text.to_owned()).expect("short"))
    }

    /// The signs of life that a motion needs, mostly all and good ones.
    pub(super) fn activate(&mut self, sender: usize) -> Option<Operation> {
        let twist = self.twist();
        if !twist && self.model.seat_of(self.address(sender)).is_none() {
            return None;
        }
        let waits = |motion: &Motion| matches!(motion.status, MotionStatus::Approved { .. });
        let motions = self.model.open_motions().filter(|(_, motion)| twist || waits(motion));
        let motions: Vec<(MotionId, Motion)> = motions.map(|(id, motion)| (id, motion.clone())).collect();
        let (id, motion) = self.random.pick(&motions)?;
        let mut signs = Vec::new();
        for (index, key) in self.model.awaited(&motion) {
            if self.random.once_in(4) && !signs.is_empty() {
                continue;
            }
            let age_ms = if self.slip() { 10 * MINUTE_MS + 1 } else { self.random.within(0..10 * SECOND_MS) };
            let time_ms = lojal_types::TimeMs::new(self.time.get().saturating_sub(age_ms)).expect("in range");
            let pair = if self.slip() { node_keys(99).into_iter().next() } else { pair_of(&key) };
            let readiness = Readiness { motion: id, digest: motion.digest, index, time_ms };
            let signature = pair?.sign(&readiness.signing_bytes(&self.chain));
            signs.push(SignOfLife { index, time_ms, signature });
        }
        if signs.is_empty() {
            let signature = node_keys(99)[0].sign(b"nothing");
            signs.push(SignOfLife { index: 0, time_ms: self.time, signature });
        }
        Some(Operation::Activate(Activate { motion: id, signs: Bounded::new(signs).expect("one per action") }))
    }

    fn action(&mut self) -> Option<Action> {
        if self.nodes && self.random.once_in(2) {
            return self.action_on_nodes();
        }
        if !self.nodes && self.twist() {
            let name = "nobody".parse().expect("a valid name");
            return Some(Action::DisallowFollower(DisallowFollower { name }));
        }
        let suspended: Vec<BrandId> =
            self.model.tables.brands.iter().filter(|(_, brand)| brand.suspended).map(|(id, _)| *id).collect();
        match self.random.within(0..9) {
            8 => self.versions(),
            0 | 1 => Some(Action::SetParameters(SetParameters { parameters: self.parameters() })),
            2 => {
                let motion_lapse_ms =
                    if self.twist() { HOUR_MS - 1 } else { self.random.within(HOUR_MS..48 * HOUR_MS) };
                Some(Action::SetSettings(SetSettings { settings: Settings { motion_lapse_ms } }))
            }
            3 => self.joining(),
            4 | 5 if !suspended.is_empty() => {
                let brand = self.random.pick(&suspended)?;
                Some(Action::ReinstateBrand(ReinstateBrand { brand }))
            }
            4 => {
                let brand = if self.twist() { self.brand() } else { self.brands[RESORT] };
                Some(Action::SuspendBrand(SuspendBrand { brand }))
            }
            5 if self.twist() => Some(Action::ReinstateBrand(ReinstateBrand { brand: self.brand() })),
            _ => self.admins(),
        }
    }

    /// Decides whether to do something wrong in what is done seldom.
    fn slip(&mut self) -> bool {
        self.random.once_in(6)
    }

    /// Those in force, but for one.
    fn parameters(&mut self) -> Parameters {
        let now = self.model.tables.parameters.get(&()).cloned().expect("set at genesis");
        if self.twist() {
            return Parameters { heartbeat_ms: 99, ..now };
        }
        match self.random.within(0..4) {
            3 => Parameters { snapshot_interval_ms: self.random.within(SECOND_MS..9 * SECOND_MS), ..now },
            0 => Parameters { recovery_delay_ms: self.random.within(SECOND_MS..9 * SECOND_MS), ..now },
            1 => Parameters { receipt_days: self.random.pick(&[35, 62, 5, 1]).expect("four"), ..now },
            _ => Parameters { keep_months: self.random.pick(&[13, 3, 36]).expect("three"), ..now },
        }
    }

    fn joining(&mut self) -> Option<Action> {
        let id: BrandId = format!("extra-{}", self.random.within(0..JOINING)).parse().expect("a valid id");
        let policy = self.first_policy(self.brands[GROCER]);
        let operator = GenesisOperator::new(self.keys[TILL][0].public_key(), Roles::all());
        let mut brand = GenesisBrand::new(id, policy, Bounded::from([operator]));
        if self.model.tables.brands.contains(&id) && !self.twist() {
            return None;
        }
        match self.random.within(0..3) {
            0 if self.twist() => brand.decimals = 9,
            1 if self.twist() => brand.policy.expiry_months = Some(99),
            2 if self.twist() => brand.name = "Kaffet".parse().expect("a valid name"),
            _ => {}
        }
        Some(Action::RegisterBrand(RegisterBrand { brand }))
    }

    /// Those with whom a brand began, so that life goes on.
    fn admins(&mut self) -> Option<Action> {
        let place = self.random.index(self.brands.len());
        let mut admins: Vec<PublicKey> =
            [TILL, OFFICES + place].into_iter().map(|actor| self.keys[actor][0].public_key()).collect();
        admins.sort_unstable();
        if self.twist() {
            admins.reverse();
        }
        if self.twist() {
            admins[0] = PublicKey::new([2; 32]);
        }
        let admins = Bounded::new(admins).expect("two");
        let needed = if self.twist() { 3 } else { 1 };
        Some(Action::SetBrandAdmins(SetBrandAdmins { brand: self.brands[place], admins, needed }))
    }

    /// An action on nodes.
    fn action_on_nodes(&mut self) -> Option<Action> {
        let names: Vec<Name> = self.model.tables.validators.iter().map(|(name, _)| name.clone()).collect();
        let some = self.random.pick(&names)?;
        let some = if self.slip() { "nobody".parse().expect("a valid name") } else { some };
        match self.random.within(0..10) {
            0 | 1 => self.addition(),
            2 if names.len() > 1 || self.slip() => Some(Action::RemoveValidator(RemoveValidator { name: some })),
            3 | 4 => {
                let number = self.number(KEYS);
                let [public_key, network_key] = node_keys(number).map(|pair| pair.public_key());
                let proof = self.proof(&some, number);
                Some(Action::SetKeys(SetKeys { name: some, public_key, network_key, proof }))
            }
            5 | 6 => {
                let power = if self.slip() { 0 } else { self.random.within(1..6) };
                Some(Action::SetPower(SetPower { name: some, power }))
            }
            7 | 8 => self.follower(),
            _ => self.versions(),
        }
    }

    /// A node begins to follow, or follows no more.
    fn follower(&mut self) -> Option<Action> {
        let names: Vec<Name> = self.model.tables.validators.iter().map(|(name, _)| name.clone()).collect();
        let some = self.random.pick(&names)?;
        let some = if self.slip() { "nobody".parse().expect("a valid name") } else { some };
        if self.random.once_in(2) {
            let followers: Vec<Name> = self.model.tables.followers.iter().map(|(name, _)| name.clone()).collect();
            let name = self.random.pick(&followers).unwrap_or(some);
            return Some(Action::DisallowFollower(DisallowFollower { name }));
        }
        let number = self.number(3);
        let own = node_keys(100 + number)[1].public_key();
        // Seldom that of a validator.
        let known = self.model.tables.validators.get(&some).map(|validator| validator.network_key);
        let network_key = known.filter(|_| self.slip()).unwrap_or(own);
        let name = format!("follower {number}").parse().expect("a valid name");
        let endpoint = self.endpoint();
        Some(Action::AllowFollower(AllowFollower { name, network_key, sponsor: some, endpoint }))
    }

    fn addition(&mut self) -> Option<Action> {
        let number = self.number(NODES);
        let power = self.random.within(1..4);
        let validator = validator(number, power);
        if self.model.tables.validators.contains(&validator.name) && !self.slip() {
            return None;
        }
        let governor = self.keys[GOVERNORS + usize::from(number)][0].public_key();
        let (proof, endpoint) = (self.proof(&validator.name, number), self.endpoint());
        Some(Action::AddValidator(AddValidator { validator, governor, proof, endpoint }))
    }

    fn versions(&mut self) -> Option<Action> {
        let (version, scheduled) = self.model.version();
        if scheduled.is_some() || self.slip() {
            return Some(Action::CancelVersion(CancelVersion {}));
        }
        let version = if self.slip() { version } else { version + 1 };
        let ahead = if self.slip() { 50 } else { 101 + self.random.within(0..20) };
        Some(Action::ScheduleVersion(ScheduleVersion { version, height: Height::new(self.model.height + ahead) }))
    }

    fn number(&mut self, below: u64) -> u8 {
        u8::try_from(self.random.within(0..below)).expect("few")
    }

    /// By the keys with a number, and seldom by others.
    fn proof(&mut self, name: &Name, number: u8) -> NodeProof {
        let [public_key, network_key] = node_keys(number).map(|pair| pair.public_key());
        let bytes = NodeProof::signing_bytes(&self.chain, name, &public_key, &network_key);
        let [validator, network] = if self.slip() { node_keys(98) } else { node_keys(number) };
        NodeProof { by_validator: validator.sign(&bytes), by_network: network.sign(&bytes) }
    }

    /// The actor and the motion of somebody whose approval a motion waits for.
    pub(super) fn ballot(&mut self) -> Option<(usize, Vec<Operation>)> {
        let sender = self.governor()?;
        let activate = self.random.once_in(3).then(|| self.activate(sender)).flatten();
        let operation = activate.or_else(|| self.approve(sender))?;
        Some((sender, vec![operation]))
    }
}

fn pair_of(key: &PublicKey) -> Option<KeyPair> {
    let numbers = 0..u8::try_from(KEYS).expect("few");
    let mut pairs = numbers.map(|number| node_keys(number).into_iter().next().expect("two"));
    pairs.find(|pair| pair.public_key() == *key)
}
