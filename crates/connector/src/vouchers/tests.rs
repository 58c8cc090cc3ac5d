use lojal_types::Points;

use super::*;
use crate::testing::{brand, member};

const CAMPAIGN: CampaignId = CampaignId::new(5);

fn code<T: std::fmt::Debug>(refused: Result<T, Failure>) -> String {
    refused.expect_err("refused").problem().code.clone()
}

#[test]
fn as_many_uses_can_be_asked_for_as_a_voucher_can_have() {
    for right in [1, CAMPAIGN_UNITS_MAX] {
        assert_eq!(uses(right.into()).expect("a number of uses"), right);
    }
    for wrong in [0, u64::from(CAMPAIGN_UNITS_MAX) + 1, u64::MAX] {
        assert_eq!(code(uses(wrong)), "invalid_parameter", "{wrong}");
    }
}

#[test]
fn a_household_is_no_member() {
    let (member, household) = (Address::new([2; 20]), Address::new([3; 20]));
    assert!(household.is_household() && !member.is_household());
    assert!(is_household(household).is_ok());
    assert_eq!(code(is_household(member)), "invalid_parameter");
}

#[test]
fn a_campaign_that_is_asked_for_gives_vouchers() {
    let amount = Points::new(5);
    assert!(gives_vouchers(Some(&Award::Voucher { valid_days: 30 }), brand(), CAMPAIGN).is_ok());
    for other in [Award::Points { amount, up_to: amount, months: None }, Award::Cause { to: None }] {
        let refused = gives_vouchers(Some(&other), brand(), CAMPAIGN).expect_err("no voucher");
        assert_eq!(refused.problem().code, "invalid_parameter");
        assert!(refused.problem().detail.contains("lojal campaign list kaffet"), "it says what to do");
    }
    let unknown = gives_vouchers(None, brand(), CAMPAIGN).expect_err("no campaign");
    assert_eq!((unknown.problem().code.as_str(), unknown.problem().status), ("unknown_campaign", 404));
}

#[test]
fn a_household_that_is_asked_has_as_many_uses_of_one_voucher_of_the_campaign() {
    let voucher = |campaign, left| Voucher {
        brand: brand(),
        voucher: VoucherId::new([7; 16]),
        campaign,
        left,
        until: Day::default(),
    };
    let wanted = |quantity| Wanted { campaign: CAMPAIGN, quantity, household: Some(member(3)), use_within_s: 600 };
    let has = [voucher(CAMPAIGN, 2), voucher(CAMPAIGN, 3), voucher(CampaignId::new(6), 9)];
    assert!(has_uses(&has, brand(), wanted(3)).is_ok());
    assert_eq!(code(has_uses(&has, brand(), wanted(4))), "voucher_exceeded");
    assert_eq!(code(has_uses(&has[2..], brand(), wanted(1))), "unknown_voucher");
    assert_eq!(code(has_uses(&has, "nordmat".parse().expect("valid"), wanted(1))), "unknown_voucher");
}
