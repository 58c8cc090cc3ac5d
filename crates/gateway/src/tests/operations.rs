//! Operations as the tests write them.

use std::sync::OnceLock;

use lojal_types::{
    AcceptPartnership, Address, AnsweredRequest, Award, Bounded, BrandId, Campaign, CampaignId, ChainId, Claim,
    Convert, Day, Grant, Guardian, Guardians, Hash, Invite, Issue, Join, MemberLimit, MemberLimits, MemberRole, Money,
    Operation, PartnershipTerms, Payment, PerMember, Period, Points, ProposePartnership, Redeem, Reference, Refund,
    Request, RequestKind, Role, Roles, Salt, SetCampaign, SetGuardians, SetOperator, SetTrack, Settle, Stamp,
    StartRecovery, TakeBack, TakenBackOf, TakenBy, TimeMs, Track, TrackId, TrackKind, TrackLevel, Transfer, UseVoucher,
    VoucherId, VoucherRequest,
};

use super::node::{TILL, address, key};

pub(crate) fn brand(id: &str) -> BrandId {
    id.parse().expect("valid")
}

pub(crate) fn reference(text: &str) -> Reference {
    Reference::new(text.as_bytes().to_vec()).expect("a short text")
}

/// The day of every reference: the one on which it was first asked for, since a test may last beyond midnight.
pub(crate) fn today() -> Day {
    static TODAY: OnceLock<Day> = OnceLock::new();
    *TODAY.get_or_init(|| lojal_consensus::clock::now().day())
}

pub(crate) fn issue(id: &str, to: u8, amount: u64, receipt: &str) -> Operation {
    let (brand, to, amount) = (brand(id), address(to), Points::new(amount));
    Operation::Issue(Issue { brand, to, amount, reference: reference(receipt), dated: today(), expiry: None })
}

/// A till's request for points that lasts as long as any; its name makes it unlike others.
pub(crate) fn request(id: &str, amount: u64, name: &str, kind: RequestKind) -> Request {
    let mut salt = [0; 16];
    salt[..name.len()].copy_from_slice(name.as_bytes());
    let until_ms = TimeMs::new(lojal_types::limits::TIME_MS_MAX).expect("in range");
    let (brand, amount, salt) = (brand(id), Points::new(amount), Salt::new(salt));
    Request { brand, amount, kind, dated: today(), until_ms, household: None, salt }
}

pub(crate) fn hold(chain: &ChainId, id: &str, from: u8, amount: u64, name: &str, expires_ms: TimeMs) -> Operation {
    request(id, amount, name, RequestKind::Hold { expires_ms }).answer(chain, address(from))
}

pub(crate) fn redeem(id: &str, from: Address, amount: u64) -> Operation {
    Operation::Redeem(Redeem { brand: brand(id), from, amount: Points::new(amount), request: None })
}

pub(crate) fn deposit(id: &str, from: u8, household: Address, amount: u64) -> Operation {
    let (brand, from, amount) = (brand(id), address(from), Points::new(amount));
    Operation::Transfer(Transfer { brand, from, to: household, amount })
}

pub(crate) fn terms(rate_num: u32, rate_den: u32, price_micro: u64) -> PartnershipTerms {
    let ends_ms = TimeMs::new(lojal_types::limits::TIME_MS_MAX).expect("in range");
    let (daily_max, owed_max) = (Points::new(10_000), Money::new(lojal_types::limits::MONEY_MAX));
    PartnershipTerms { rate_num, rate_den, price_micro, daily_max, owed_max, ends_ms }
}

pub(crate) fn propose(from: &str, to: &str, terms: &PartnershipTerms) -> Operation {
    let (from, to, terms) = (brand(from), brand(to), terms.clone());
    Operation::ProposePartnership(ProposePartnership { from, to, terms })
}

pub(crate) fn accept(from: &str, to: &str, terms: &PartnershipTerms) -> Operation {
    let (from, to, terms) = (brand(from), brand(to), terms.clone());
    Operation::AcceptPartnership(AcceptPartnership { from, to, terms })
}

pub(crate) fn convert(account: u8, from: &str, to: &str, (burned, received): (u64, u64)) -> Operation {
    let (account, from, to) = (address(account), brand(from), brand(to));
    let (burned, received) = (Points::new(burned), Points::new(received));
    Operation::Convert(Convert { account, from, to, burned, received })
}

/// A rolling track of a year with levels from 100 and 300 units on.
pub(crate) fn levels() -> Track {
    let level = |at_least: u64| TrackLevel { at_least, months: 12 };
    Track {
        kind: TrackKind::Rolling { months: 12, closes_ms: None },
        stamp_max: 1_000,
        levels: Bounded::from([level(100), level(300)]),
        soft: false,
        take_back_days: 30,
        about: Hash::new([7; 32]),
    }
}

pub(crate) fn set_track(id: &str, track: u16, terms: Track) -> Operation {
    Operation::SetTrack(SetTrack { brand: brand(id), track: TrackId::new(track), terms })
}

pub(crate) fn stamp(id: &str, to: u8, (amount, place): (u64, Option<u8>), track: u16, receipt: &str) -> Operation {
    let (brand, track, to, reference) = (brand(id), TrackId::new(track), address(to), reference(receipt));
    Operation::Stamp(Stamp { brand, track, to, amount, place, reference, dated: today() })
}

/// Points that operators grant, up to so many in all, from a time on.
pub(crate) fn gifts(opens_ms: TimeMs, budget: u64) -> Campaign {
    Campaign {
        opens_ms,
        closes_ms: opens_ms.plus_ms(lojal_types::limits::CAMPAIGN_MS_MAX / 2),
        early: None,
        requires: Bounded::default(),
        by: TakenBy::Operator,
        price: Points::ZERO,
        award: Award::Points { amount: Points::new(1), up_to: Points::new(budget), months: None },
        referral: None,
        per_member: Some(PerMember { times: 3, per: Period::Year }),
        stock: None,
        budget: Some(Points::new(budget)),
        sponsor: None,
        invited: Bounded::default(),
        households: false,
        returnable: false,
        pending_days: 0,
        paused: false,
        about: Hash::new([8; 32]),
    }
}

pub(crate) fn set_campaign(id: &str, campaign: u32, terms: Campaign) -> Operation {
    Operation::SetCampaign(SetCampaign { brand: brand(id), campaign: CampaignId::new(campaign), terms })
}

/// The till may grant, beside all that it may in version 1.
pub(crate) fn grants_too(id: &str) -> Operation {
    let roles = Roles::from([Role::Issue, Role::Capture, Role::Reverse, Role::Admin, Role::Grant]);
    let (public_key, issue_daily_max) = (key(TILL).public_key(), Some(Points::new(100_000)));
    Operation::SetOperator(SetOperator { brand: brand(id), public_key, roles, issue_daily_max })
}

pub(crate) fn grant(id: &str, campaign: u32, to: u8, amount: u64, receipt: &str) -> Operation {
    let (brand, campaign, to) = (brand(id), CampaignId::new(campaign), address(to));
    Operation::Grant(Grant { brand, campaign, to, amount, reference: reference(receipt), dated: today() })
}

pub(crate) fn take_back(id: &str, from: u8, amount: u64, receipt: &str, own: &str) -> Operation {
    let (of_reference, of_dated) = (reference(receipt), today());
    let (brand, from, reference, dated) = (brand(id), address(from), reference(own), today());
    Operation::TakeBack(TakeBack {
        brand,
        from,
        of: TakenBackOf::Stamp,
        of_reference,
        of_dated,
        amount,
        reference,
        dated,
    })
}

/// A coffee for 40 points that members may return, so many in all, from a time on.
pub(crate) fn coffees(opens_ms: TimeMs, stock: u64) -> Campaign {
    Campaign {
        by: TakenBy::Member,
        price: Points::new(40),
        award: Award::Voucher { valid_days: 30 },
        per_member: None,
        stock: Some(stock),
        budget: None,
        returnable: true,
        ..gifts(opens_ms, 1)
    }
}

pub(crate) fn claim(id: &str, campaign: u32, account: u8, (quantity, price_max): (u16, u64)) -> Operation {
    let (brand, campaign, account) = (brand(id), CampaignId::new(campaign), address(account));
    Operation::Claim(Claim {
        brand,
        campaign,
        account,
        quantity,
        price_max: Points::new(price_max),
        referrer: None,
        invitation: None,
    })
}

/// The answer to a till's request for one use of a voucher.
pub(crate) fn use_voucher(chain: &ChainId, (id, campaign): (&str, u32), account: u8, voucher: VoucherId) -> Operation {
    let Request { brand, dated, until_ms, salt, .. } = request(id, 1, "till 3", RequestKind::Redeem);
    let campaign = CampaignId::new(campaign);
    let asked = VoucherRequest { brand, campaign, quantity: 1, dated, until_ms, household: None, salt };
    let reference = asked.reference(chain);
    let request = AnsweredRequest { reference, dated, until_ms, for_household: false, salt };
    Operation::UseVoucher(UseVoucher { brand, account: address(account), voucher, quantity: 1, request })
}

pub(crate) fn refund(id: &str, to: u8, (of, of_reference): (Payment, &Reference), amount: u64, own: &str) -> Operation {
    let (brand, to, of_reference, of_dated) = (brand(id), address(to), of_reference.clone(), today());
    let (amount, reference, dated) = (Points::new(amount), reference(own), today());
    Operation::Refund(Refund { brand, to, of, of_reference, of_dated, amount, reference, dated })
}

pub(crate) fn settle(creditor: &str, debtor: &str, minor: u64) -> Operation {
    let (creditor, debtor, amount) = (brand(creditor), brand(debtor), Money::new(minor));
    Operation::Settle(Settle { creditor, debtor, amount, reference: reference("payment") })
}

pub(crate) fn set_guardians(guardians: Vec<Guardian>, threshold: u8) -> Operation {
    let guardians = Guardians { guardians: Bounded::new(guardians).expect("at most three"), threshold };
    Operation::SetGuardians(SetGuardians { guardians })
}

pub(crate) fn start_recovery(account: u8, new_key: u8) -> Operation {
    let new_key = key(new_key).public_key();
    Operation::StartRecovery(StartRecovery { account: address(account), new_key })
}

pub(crate) fn limits(limits: &[(&str, u64)]) -> MemberLimits {
    let limit = |(id, max): &(&str, u64)| MemberLimit { brand: brand(id), month_max: Points::new(*max) };
    Bounded::new(limits.iter().map(limit).collect()).expect("a few limits")
}

pub(crate) fn invite(household: Address, member: u8, role: MemberRole, of_month: &[(&str, u64)]) -> Operation {
    Operation::Invite(Invite { household, member: address(member), role, limits: limits(of_month) })
}

pub(crate) fn join(household: Address) -> Operation {
    Operation::Join(Join { household })
}
