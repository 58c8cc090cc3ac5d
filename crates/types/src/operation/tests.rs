use std::collections::BTreeSet;

use super::*;
use crate::address::{AddressText, NetworkKind};
use crate::api::EVENT_TYPES;
use crate::bounded::Bounded;
use crate::campaign::{Award, Campaign, CampaignId, Invitation, Sponsor, TakenBy};
use crate::day::Day;
use crate::governance::{Action, MotionId, SignOfLife, SuspendBrand};
use crate::guardian::Guardians;
use crate::household::{MemberLimit, MemberRole};
use crate::ids::{Hash, OfferId, PublicKey, Salt, Signature, VoucherId};
use crate::merkle::Step;
use crate::money::Money;
use crate::operator::Role;
use crate::partnership::PartnershipTerms;
use crate::points::Points;
use crate::reference::Reference;
use crate::request::AnsweredRequest;
use crate::time::{Expiry, TimeMs};
use crate::track::{Track, TrackId, TrackKind, TrackLevel};

fn address(byte: u8) -> Address {
    Address::new([byte; 20])
}

fn brand(id: &str) -> crate::brand::BrandId {
    id.parse().expect("valid")
}

fn reference(byte: u8) -> Reference {
    Reference::new(vec![byte; 32]).expect("32 bytes")
}

fn request() -> AnsweredRequest {
    let (salt, dated) = (Salt::new([6; 16]), day());
    AnsweredRequest { reference: reference(3), dated, until_ms: time(4), for_household: false, salt }
}

fn day() -> Day {
    Day::new(20_800).expect("in range")
}

fn time(ms: u64) -> TimeMs {
    TimeMs::new(ms).expect("in range")
}

fn policy() -> crate::brand::Policy {
    crate::brand::Policy {
        expiry_months: Some(24),
        transfer_max: Points::new(1000),
        transfer_daily_max: Some(Points::new(5000)),
        reversal_window_ms: 1,
        ..crate::brand::Policy::open()
    }
}

/// An operation with the number of its kind and how many accounts it names.
type Numbered = (u8, usize, Operation);

/// One operation of every kind.
fn every_kind() -> Vec<Numbered> {
    let points = [of_points(), of_holds(), of_programme(), of_market()];
    let groups = [between_brands(), of_brands(), of_keys(), of_households(), of_governors()];
    points.into_iter().chain(groups).flatten().collect()
}

fn of_governors() -> Vec<Numbered> {
    let suspend = Action::SuspendBrand(SuspendBrand { brand: brand("nordmat") });
    let (motion, digest, signature) = (MotionId::new(7), Hash::new([8; 32]), Signature::new([9; 64]));
    let signs = Bounded::from([SignOfLife { index: 0, time_ms: time(5), signature }]);
    vec![
        (48, 0, Operation::Propose(Propose { actions: Bounded::from([suspend]) })),
        (49, 0, Operation::Approve(Approve { motion, digest })),
        (50, 0, Operation::Withdraw(Withdraw { motion })),
        (51, 0, Operation::Activate(Activate { motion, signs })),
        (52, 0, Operation::SetEndpoint(SetEndpoint { endpoint: None })),
    ]
}

fn of_programme() -> Vec<Numbered> {
    let (brand, track, dated, to) = (brand("nordmat"), TrackId::new(3), day(), address(1));
    let (of_reference, reference) = (reference(1), reference(2));
    let stamp = Stamp { brand, track, to, amount: 7, place: Some(1), reference: of_reference.clone(), dated };
    let take_back = TakeBack {
        brand,
        from: to,
        of: TakenBackOf::Stamp,
        of_reference,
        of_dated: dated,
        amount: 7,
        reference,
        dated,
    };
    let campaign = CampaignId::new(4);
    let accept = AcceptSponsorship { brand, campaign, terms: Hash::new([8; 32]) };
    let grant = Grant { brand, campaign, to, amount: 7, reference: self::reference(3), dated };
    let (account, price_max, referrer) = (to, Points::new(9), Some(address(2)));
    let step = Step { is_left: true, other: Hash::new([3; 32]) };
    let invitation = Invitation { root: 1, amount: 7, salt: Salt::new([4; 16]), path: Bounded::from([step]) };
    let claim = Claim { brand, campaign, account, quantity: 1, price_max, referrer, invitation: Some(invitation) };
    let voucher = VoucherId::new([6; 16]);
    let (of_reference, amount, own) = (self::reference(4), Points::new(9), self::reference(5));
    let (of, reference, of_dated) = (Payment::Claim, own, dated);
    let refund = Refund { brand, to, of, of_reference, of_dated, amount, reference, dated };
    vec![
        (64, 0, Operation::SetTrack(SetTrack { brand, track, terms: track_terms() })),
        (65, 1, Operation::Stamp(stamp)),
        (66, 1, Operation::TakeBack(take_back)),
        (67, 0, Operation::SetCampaign(SetCampaign { brand, campaign, terms: campaign_terms() })),
        (68, 0, Operation::AcceptSponsorship(accept)),
        (69, 1, Operation::Grant(grant)),
        (70, 2, Operation::Claim(claim)),
        (71, 1, Operation::UseVoucher(UseVoucher { brand, account, voucher, quantity: 2, request: request() })),
        (72, 1, Operation::Refund(refund)),
        (73, 0, Operation::SetConsent(SetConsent { brand, consents: 9 })),
        (74, 0, Operation::SetPendingDays(SetPendingDays { brand, days: 14 })),
    ]
}

fn of_market() -> Vec<Numbered> {
    let (brand, wants, from, offer) = (brand("nordmat"), brand("kaffet"), address(1), OfferId::new([7; 16]));
    let (amount, min_take, expiry, wants_until) = (Points::new(70), Points::new(7), Expiry::Never, Expiry::Never);
    let (price_num, price_den, expires_ms) = (3, 2, time(4));
    let resting = Offer { brand, from, amount, expiry, wants, price_num, price_den, wants_until, min_take, expires_ms };
    let take = Take {
        brand,
        owner: address(2),
        offer,
        from,
        amount: min_take,
        wants,
        max_pay: Points::new(11),
        expiry: Expiry::Never,
    };
    vec![
        (80, 1, Operation::Offer(resting)),
        (81, 2, Operation::Take(take)),
        (82, 1, Operation::WithdrawOffer(WithdrawOffer { brand, from, offer })),
    ]
}

fn campaign_terms() -> Campaign {
    Campaign {
        opens_ms: time(4),
        closes_ms: time(5),
        early: None,
        requires: Bounded::default(),
        by: TakenBy::Operator,
        price: Points::ZERO,
        award: Award::Points { amount: Points::new(1), up_to: Points::new(2), months: None },
        referral: None,
        per_member: None,
        stock: None,
        budget: Some(Points::new(3)),
        sponsor: Some(Sponsor { brand: brand("kaffet"), price_micro: 1 }),
        invited: Bounded::default(),
        households: true,
        returnable: false,
        pending_days: 0,
        paused: false,
        about: Hash::new([5; 32]),
    }
}

fn track_terms() -> Track {
    Track {
        kind: TrackKind::Rolling { months: 12, closes_ms: Some(time(4)) },
        stamp_max: 100,
        levels: Bounded::from([TrackLevel { at_least: 50, months: 12 }]),
        soft: true,
        take_back_days: 60,
        about: Hash::new([5; 32]),
    }
}

fn of_points() -> Vec<Numbered> {
    let (brand, amount, from, to) = (brand("nordmat"), Points::new(7), address(1), address(2));
    let (issue_reference, reference, dated) = (reference(1), reference(2), day());
    let issue = Issue { brand, to, amount, reference: issue_reference.clone(), dated, expiry: None };
    let at_least = amount;
    let reverse = Reverse { brand, from, amount, at_least, issue_reference, issue_dated: dated, reference, dated };
    vec![
        (1, 1, Operation::Issue(issue)),
        (2, 1, Operation::Redeem(Redeem { brand, from, amount, request: Some(request()) })),
        (3, 2, Operation::Transfer(Transfer { brand, from, to, amount })),
        (4, 1, Operation::Reverse(reverse)),
    ]
}

fn of_holds() -> Vec<Numbered> {
    let (brand, amount, from) = (brand("nordmat"), Points::new(7), address(1));
    let hold = Hold { brand, from, amount, expires_ms: time(5), request: request() };
    let (hold_reference, hold_dated, dated) = (reference(3), day(), day());
    let release = Release { brand, from, hold_reference: hold_reference.clone(), hold_dated };
    let capture = Capture { brand, from, hold_reference, hold_dated, amount, reference: reference(4), dated };
    vec![(5, 1, Operation::Hold(hold)), (6, 1, Operation::Capture(capture)), (7, 1, Operation::Release(release))]
}

fn between_brands() -> Vec<Numbered> {
    let (from, to, account) = (brand("nordmat"), brand("kaffet"), address(1));
    let terms = PartnershipTerms {
        rate_num: 2,
        rate_den: 3,
        price_micro: 1_500_000,
        daily_max: Points::new(100),
        owed_max: crate::money::Money::new(100),
        ends_ms: time(1_800_000_000_000),
    };
    let convert = Convert { account, from, to, burned: Points::new(7), received: Points::new(4) };
    let settle = Settle { creditor: to, debtor: from, amount: Money::new(12), reference: reference(5) };
    vec![
        (16, 0, Operation::ProposePartnership(ProposePartnership { from, to, terms: terms.clone() })),
        (17, 0, Operation::AcceptPartnership(AcceptPartnership { from, to, terms })),
        (18, 0, Operation::EndPartnership(EndPartnership { from, to })),
        (19, 1, Operation::Convert(convert)),
        (20, 0, Operation::Settle(settle)),
    ]
}

fn of_brands() -> Vec<Numbered> {
    let (brand, public_key, motion) = (brand("nordmat"), PublicKey::new([9; 32]), MotionId::new(7));
    let roles = Bounded::new(vec![Role::Issue, Role::Admin]).expect("two");
    let operator = SetOperator { brand, public_key, roles, issue_daily_max: Some(Points::new(7)) };
    vec![
        (24, 0, Operation::SetPolicy(SetPolicy { brand, policy: policy() })),
        (25, 0, Operation::SetOperator(operator)),
        (26, 1, Operation::RemoveOperator(RemoveOperator { brand, operator: address(2) })),
        (27, 3, Operation::ProposeForBrand(ProposeForBrand { brand, actions: of_motion() })),
        (28, 0, Operation::ApproveForBrand(ApproveForBrand { brand, motion, digest: Hash::new([8; 32]) })),
        (29, 0, Operation::StopForBrand(StopForBrand { brand, motion })),
        (30, 0, Operation::SetApprovals(SetApprovals { brand, needed: 2, delay_ms: 3 })),
        (31, 0, Operation::CloseBrand(CloseBrand { brand, closes_ms: Some(time(5)) })),
    ]
}

/// Eight actions of a brand's motion, three of which are about an account.
fn of_motion() -> BrandActions {
    let all = [between_brands(), of_keys()].concat().into_iter().map(|(.., operation)| operation);
    let operator = RemoveOperator { brand: brand("nordmat"), operator: address(2) };
    let approvals = SetApprovals { brand: brand("nordmat"), needed: 2, delay_ms: 3 };
    let own = [Operation::RemoveOperator(operator), Operation::SetApprovals(approvals)];
    let agrees = |one: &Operation| matches!(one, Operation::Agree(_));
    let actions = all.filter(|one| !agrees(one)).chain(own).filter_map(BrandAction::of).collect();
    Bounded::new(actions).expect("four between brands, two of a guardian, two of their own")
}

#[test]
fn an_action_of_a_brand_has_the_bytes_of_its_operation() {
    for (_, _, operation) in every_kind() {
        let Some(action) = BrandAction::of(operation.clone()) else { continue };
        assert_eq!(borsh::to_vec(&action).ok(), borsh::to_vec(&operation).ok());
        assert_eq!(action.into_operation(), operation);
    }
    assert!(BrandAction::of(Operation::<Address>::Freeze(Freeze {})).is_none());
}

fn of_keys() -> Vec<Numbered> {
    let (account, new_key) = (address(1), PublicKey::new([9; 32]));
    let guardians = vec![Guardian::Account(account), Guardian::Brand(brand("kaffet"))];
    let guardians = Guardians { guardians: Bounded::new(guardians).expect("two"), threshold: 2 };
    vec![
        (32, 0, Operation::RotateKey(RotateKey { new_key })),
        (33, 1, Operation::SetGuardians(SetGuardians { guardians })),
        (34, 1, Operation::StartRecovery(StartRecovery { account, new_key })),
        (35, 0, Operation::CancelRecovery(CancelRecovery {})),
        (36, 1, Operation::FinishRecovery(FinishRecovery { account })),
        (37, 0, Operation::Freeze(Freeze {})),
        (38, 0, Operation::Unfreeze(Unfreeze {})),
        (39, 1, Operation::Agree(Agree { account, digest: Hash::new([6; 32]) })),
    ]
}

fn of_households() -> Vec<Numbered> {
    let (household, member, role) = (address(3), address(4), MemberRole::Child);
    let limits = vec![MemberLimit { brand: brand("kaffet"), month_max: Points::new(7) }];
    let limits = Bounded::new(limits).expect("one");
    vec![
        (40, 0, Operation::CreateHousehold(CreateHousehold {})),
        (41, 2, Operation::Invite(Invite { household, member, role, limits: limits.clone() })),
        (42, 1, Operation::Join(Join { household })),
        (43, 1, Operation::Leave(Leave { household })),
        (44, 2, Operation::SetMember(SetMember { household, member, role, limits })),
        (45, 2, Operation::RemoveMember(RemoveMember { household, member })),
    ]
}

#[test]
fn every_kind_has_its_own_number_as_its_first_byte_and_survives_its_bytes() {
    for (number, _, operation) in every_kind() {
        let bytes = borsh::to_vec(&operation).expect("in memory");
        assert_eq!(bytes[0], number, "{}", operation.name());
        assert_eq!(borsh::from_slice::<Operation>(&bytes).ok(), Some(operation));
    }
    let numbers: BTreeSet<u8> = every_kind().iter().map(|(number, ..)| *number).collect();
    assert_eq!(numbers.len(), every_kind().len());
    for number in (0..=u8::MAX).filter(|number| !numbers.contains(number)) {
        assert!(borsh::from_slice::<Operation>(&[number]).is_err(), "{number} is nothing");
    }
}

#[test]
fn every_kind_survives_its_json_under_its_name() {
    for (_, _, operation) in every_kind() {
        let Ok(text) =
            operation.clone().try_map(|address| Ok::<_, std::convert::Infallible>(address.to_text(NetworkKind::Test)));
        let json = serde_json::to_string(&text).expect("serializable");
        assert!(json.starts_with(&format!("{{\"type\":\"{}\"", operation.name())), "{json}");
        let parsed: Operation<AddressText> = serde_json::from_str(&json).expect("what was written");
        assert_eq!(parsed.try_map(|text| text.to_canonical(NetworkKind::Test)), Ok(operation.clone()));
        let misspelt = json.replacen("\"type\":", "\"unknown\":1,\"type\":", 1);
        assert!(serde_json::from_str::<Operation<AddressText>>(&misspelt).is_err(), "{misspelt}");
    }
}

#[test]
fn the_names_are_those_of_all_kinds() {
    let mut every: Vec<(u8, &str)> = every_kind().iter().map(|(number, _, one)| (*number, one.name())).collect();
    every.sort_unstable();
    every.dedup();
    assert_eq!(every.iter().map(|(_, name)| *name).collect::<Vec<_>>(), OPERATION_NAMES);
}

#[test]
fn every_kind_names_its_accounts() {
    for (_, accounts, operation) in every_kind() {
        assert_eq!(operation.accounts().count(), accounts, "{}", operation.name());
    }
}

#[test]
fn points_and_holds_name_their_brand_and_what_is_between_brands_both() {
    for (number, _, operation) in every_kind() {
        let expected = match number {
            1..=7 | 24..=31 | 64..=66 | 68..=74 | 82 => vec![brand("nordmat")],
            // A campaign names its sponsor too.
            16..=19 | 67 | 80 | 81 => vec![brand("nordmat"), brand("kaffet")],
            20 => vec![brand("kaffet"), brand("nordmat")],
            _ => Vec::new(),
        };
        assert_eq!(operation.brands().collect::<Vec<_>>(), expected, "{}", operation.name());
    }
}

#[test]
fn what_the_owner_of_points_gives_away_or_sets_aside_is_spent_and_nothing_else() {
    for (number, _, operation) in every_kind() {
        let spent = (&address(1), brand("nordmat"), Points::new(7));
        let claimed = (&address(1), brand("nordmat"), Points::new(9));
        let expected = match number {
            2 | 3 | 5 | 19 => Some(spent),
            70 => Some(claimed),
            80 => Some((&address(1), brand("nordmat"), Points::new(70))),
            81 => Some((&address(1), brand("kaffet"), Points::new(11))),
            _ => None,
        };
        assert_eq!(operation.spends(), expected, "{}", operation.name());
    }
}

#[test]
fn whatever_an_operation_is_told_as_can_be_subscribed_to() {
    for (_, _, operation) in every_kind() {
        assert!(EVENT_TYPES.contains(&operation.event_type()), "{}", operation.name());
    }
}
