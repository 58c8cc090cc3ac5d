//! The actions of motions once more that aren't about validators.

use std::collections::BTreeSet;

use lojal_types::genesis::GenesisBrand;
use lojal_types::{Action, Address, Approvals, BrandId, Code, Name, Parameters, Role, SetBrandAdmins};

use super::governance::{Follower, check_endpoint, lapse_holds};
use super::{AMOUNT_MAX, Brand, HOUR_MS, Model, Operator, Sums, ensure};

impl Model {
    /// Does what one action asks for.
    pub(super) fn decree(&mut self, action: &Action) -> Result<(), Code> {
        match action {
            Action::AllowFollower(allow) => {
                ensure(self.tables.validators.contains(&allow.sponsor), Code::UnknownValidator)?;
                ensure(allow.network_key.is_valid(), Code::InvalidKey)?;
                check_endpoint(allow.endpoint.as_ref())?;
                let validators = self.tables.validators.iter().map(|(name, one)| (name, one.network_key));
                let followers = self.tables.followers.iter().map(|(name, one)| (name, one.network_key));
                let others: Vec<(&Name, _)> = validators.chain(followers).collect();
                let alike = |name: &Name| looks_like(name.as_str(), allow.name.as_str());
                let is_new = !others.iter().any(|(name, key)| alike(name) || *key == allow.network_key);
                ensure(is_new, Code::FollowerExists)?;
                let (network_key, sponsor) = (allow.network_key, allow.sponsor.clone());
                let follower = Follower { network_key, sponsor, endpoint: allow.endpoint.clone() };
                self.tables.followers.set(allow.name.clone(), follower);
                ensure(self.tables.followers.iter().count() <= 64, Code::TooManyFollowers)
            }
            Action::DisallowFollower(one) => {
                self.tables.followers.remove(&one.name).map(drop).ok_or(Code::UnknownFollower)
            }
            Action::SetParameters(set) => {
                ensure(parameters_hold(&set.parameters), Code::ParameterOutOfBounds)?;
                self.tables.parameters.set((), set.parameters.clone());
                Ok(())
            }
            Action::SetSettings(set) => {
                ensure(lapse_holds(set.settings.motion_lapse_ms), Code::ParameterOutOfBounds)?;
                self.tables.settings.set((), set.settings);
                Ok(())
            }
            Action::ScheduleVersion(one) => {
                let (version, _) = self.version();
                ensure(one.version == version + 1, Code::VersionNotNext)?;
                ensure(one.height.get() >= self.height + 100, Code::VersionTooSoon)?;
                self.tables.version.set((), (version, Some((one.version, one.height.get()))));
                Ok(())
            }
            Action::CancelVersion(_) => {
                let (version, scheduled) = self.version();
                ensure(scheduled.is_some(), Code::VersionNotNext)?;
                self.tables.version.set((), (version, None));
                Ok(())
            }
            Action::RegisterBrand(register) => self.register_brand(&register.brand),
            Action::SuspendBrand(suspend) => self.suspend(suspend.brand, true),
            Action::ReinstateBrand(reinstate) => self.suspend(reinstate.brand, false),
            Action::SetBrandAdmins(set) => self.set_admins(set),
            _ => Ok(()),
        }
    }

    /// Tells that a brand isn't suspended.
    pub(super) fn in_force(&self, brand: BrandId) -> Result<(), Code> {
        self.check_open(brand)?;
        let suspended = self.tables.brands.get(&brand).is_some_and(|brand| brand.suspended);
        ensure(!suspended, Code::BrandSuspended)
    }

    fn suspend(&mut self, id: BrandId, suspended: bool) -> Result<(), Code> {
        let brand = self.tables.brands.get(&id).cloned().ok_or(Code::UnknownBrand)?;
        ensure(!suspended || self.check_open(id).is_ok(), Code::BrandClosed)?;
        let code = if suspended { Code::BrandSuspended } else { Code::BrandNotSuspended };
        ensure(brand.suspended != suspended, code)?;
        self.tables.brands.set(id, Brand { suspended, ..brand });
        Ok(())
    }

    fn register_brand(&mut self, brand: &GenesisBrand) -> Result<(), Code> {
        self.check_policy(&brand.policy)?;
        let operators: Vec<Address> = brand.operators.iter().map(|one| Address::of_key(&one.public_key)).collect();
        let distinct = operators.iter().collect::<BTreeSet<_>>().len() == operators.len();
        let each = brand.operators.iter().all(|one| {
            let in_order = one.roles.windows(2).all(|pair| pair[0] < pair[1]);
            one.public_key.is_valid() && in_order && one.issue_daily_max.is_none_or(|max| max.get() <= AMOUNT_MAX)
        });
        ensure(brand.decimals <= 4 && distinct && each, Code::ParameterOutOfBounds)?;
        let mut texts = self.tables.brands.iter().flat_map(|(id, one)| [id.to_string(), one.name.to_string()]);
        let own = [brand.id.to_string(), brand.name.to_string()];
        let taken = texts.any(|text| own.iter().any(|own| looks_like(&text, own)));
        ensure(!taken, Code::BrandExists)?;
        self.add_brand(brand);
        ensure(self.tables.brands.iter().count() <= 256, Code::TooManyBrands)
    }

    /// A brand as a genesis document or a motion describes it.
    pub(super) fn add_brand(&mut self, brand: &GenesisBrand) {
        self.tables.policies.set(brand.id, brand.policy.clone());
        self.tables.totals.set(brand.id, Sums::default());
        let (name, decimals) = (brand.name.clone(), brand.decimals);
        self.tables.brands.set(brand.id, Brand { name, decimals, suspended: false, closes: None, pending_days: 0 });
        for one in brand.operators.iter() {
            let issue_daily_max = one.issue_daily_max.map(|max| max.get());
            let operator = Operator { roles: one.roles.to_vec(), issue_daily_max };
            self.put_operator(brand.id, Address::of_key(&one.public_key), operator);
        }
    }

    fn put_operator(&mut self, brand: BrandId, address: Address, operator: Operator) {
        self.tables.operators.set((brand, address), operator);
        if !self.tables.accounts.contains(&address) {
            self.tables.accounts.set(address, Default::default());
        }
    }

    fn set_admins(&mut self, set: &SetBrandAdmins) -> Result<(), Code> {
        self.policy(set.brand)?;
        ensure(set.admins.iter().all(|key| key.is_valid()), Code::InvalidKey)?;
        let sorted: BTreeSet<_> = set.admins.iter().copied().collect();
        ensure(sorted.into_iter().eq(set.admins.iter().copied()), Code::ParameterOutOfBounds)?;
        let admins: BTreeSet<Address> = set.admins.iter().map(Address::of_key).collect();
        let all: Vec<((BrandId, Address), Operator)> =
            self.tables.operators.iter().map(|(key, one)| (*key, one.clone())).collect();
        for ((brand, address), mut one) in all.into_iter().filter(|((brand, _), _)| *brand == set.brand) {
            one.roles.retain(|role| *role != Role::Admin);
            if one.roles.is_empty() && !admins.contains(&address) {
                self.tables.operators.remove(&(brand, address));
                self.tables.issued_on.remove(&(brand, address, self.time / (24 * HOUR_MS)));
            } else {
                self.tables.operators.set((brand, address), one);
            }
        }
        for address in admins {
            let before = self.tables.operators.get(&(set.brand, address)).cloned();
            let mut operator = before.unwrap_or(Operator { roles: Vec::new(), issue_daily_max: None });
            operator.roles.push(Role::Admin);
            operator.roles.sort_unstable();
            self.put_operator(set.brand, address, operator);
        }
        let count = self.tables.operators.iter().filter(|((brand, _), _)| *brand == set.brand).count();
        ensure(count <= 64, Code::TooManyOperators)?;
        let delay_ms = self.approvals(set.brand).delay_ms;
        self.put_approvals(set.brand, Approvals { needed: set.needed, delay_ms })
    }

    /// Takes over the parameters that were decided in earlier blocks.
    pub(super) fn take_parameters(&mut self) {
        let parameters = self.tables.parameters.get(&()).expect("set at genesis");
        self.recovery_delay = parameters.recovery_delay_ms;
        self.receipt_days = parameters.receipt_days;
        self.keep_months = parameters.keep_months;
        self.allowances = parameters.allowances;
    }
}

fn looks_like(one: &str, other: &str) -> bool {
    one == other || lojal_types::name::confusable([(0, one), (1, other)].into_iter()).is_some()
}

fn parameters_hold(parameters: &Parameters) -> bool {
    let Parameters {
        heartbeat_ms,
        block_bytes_max,
        block_transactions_max,
        recovery_delay_ms,
        receipt_days,
        keep_months,
        snapshot_interval_ms,
        allowances,
    } = parameters;
    let each = [allowances.member, allowances.operator]
        .into_iter()
        .all(|one| (16 * 1024..=1 << 40).contains(&one.bytes) && one.operations >= 100);
    (100..=60_000).contains(heartbeat_ms)
        && (32_768..=4_194_304).contains(block_bytes_max)
        && (1..=10_000).contains(block_transactions_max)
        && (1_000..=30 * 24 * HOUR_MS).contains(recovery_delay_ms)
        && (1..=62).contains(receipt_days)
        && (3..=36).contains(keep_months)
        && (1_000..=24 * HOUR_MS).contains(snapshot_interval_ms)
        && each
        && (1..=10_000).contains(&allowances.openings)
        && (1..=100).contains(&allowances.households)
}
