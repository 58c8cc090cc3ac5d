use std::collections::BTreeSet;

use super::*;

#[test]
fn every_ledger_code_is_a_client_error_or_asks_to_try_again_and_carries_its_number() {
    for code in Code::all() {
        let status = status_of(code);
        assert!(status.is_client_error() || code == Code::MempoolFull, "{code}");
        let failure = Failure::of_code(code);
        let asks_to_retry = failure.headers.contains_key(header::RETRY_AFTER);
        assert_eq!(
            asks_to_retry,
            matches!(code, Code::QuotaExceeded | Code::AllowanceSpent | Code::MempoolFull),
            "{code}"
        );
        let problem = failure.into_problem();
        assert_eq!((problem.number, problem.code.as_str()), (Some(code.number()), code.name()));
        assert_eq!((problem.status, problem.detail.as_str()), (status.as_u16(), code.explanation()));
        assert_eq!(problem.kind, format!("/problems/{code}"));
    }
}

/// Every code with its status: a new one has to be put somewhere.
const STATUSES: [(u16, &str); 7] = [
    (400, "malformed"),
    (413, "transaction_too_large"),
    (429, "quota_exceeded allowance_spent"),
    (503, "mempool_full"),
    (
        403,
        "bad_signature wrong_key not_owner not_operator role_missing account_frozen account_in_recovery \
         not_guardian not_member not_household_admin not_invited child_may_not account_stopped guardian_barred \
         not_governor not_proposer",
    ),
    (
        409,
        "duplicate_transaction duplicate_reference hold_closed key_unchanged already_frozen not_frozen \
         already_agreed recovery_decided already_member change_waits recovery_stands already_invited motion_closed \
         already_approved validator_exists follower_exists brand_exists",
    ),
    (
        422,
        "wrong_chain transaction_expired window_too_long unknown_account amount_zero amount_too_large \
         unknown_brand insufficient_points points_expired same_account policy_forbids_transfer \
         transfer_too_small transfer_too_large unknown_reference issue_to_other reversal_window_closed \
         reversal_exceeds_issue transfer_daily_max_reached policy_forbids_pooling hold_expiry_out_of_range \
         too_many_holds unknown_hold hold_expired hold_not_expired capture_exceeds_hold \
         request_mismatch request_expired reference_in_future reference_too_old \
         invalid_key guardians_out_of_order threshold_out_of_range own_guardian \
         no_recovery recovery_needs_guardians \
         recovery_too_early policy_out_of_bounds roles_out_of_order too_many_operators unknown_operator \
         last_admin issue_daily_max_reached motion_needed motion_waits approvals_out_of_bounds \
         action_of_other_brand brand_closing brand_closed closing_out_of_range \
         same_brand terms_out_of_bounds unknown_partnership \
         unknown_proposal terms_differ partnership_ended policy_forbids_conversion conversion_differs \
         conversion_daily_max_reached obligation_too_large settlement_exceeds_debt \
         unknown_household unknown_member too_many_members too_many_invitations \
         too_many_memberships last_household_admin invalid_limits member_limit_reached \
         at_least_out_of_range issue_too_large unknown_change household_has_no_key \
         openings_spent opening_too_small hold_too_small households_spent \
         unknown_in_version unknown_motion motion_differs too_many_motions unknown_validator validator_set_invalid \
         node_proof_invalid unknown_follower too_many_followers parameter_out_of_bounds version_not_next \
         version_too_soon sign_of_life_invalid sign_of_life_stale nothing_to_activate endpoint_invalid \
         brand_suspended brand_not_suspended too_many_brands issue_expiry_out_of_range \
         refund_exceeds_payment not_refundable refund_window_closed refund_not_whole \
         track_out_of_bounds too_many_tracks track_promised unknown_track track_closed place_out_of_range \
         stamp_too_large award_to_other take_back_window_closed take_back_exceeds no_relation unknown_consent \
         insufficient_progress campaign_out_of_bounds too_many_campaigns campaign_promised unknown_campaign \
         campaign_not_open campaign_paused sponsor_not_accepted sponsor_terms_differ not_granted not_claimed \
         grant_out_of_range progress_missing level_missing mark_missing not_new too_new member_max_reached sold_out \
         budget_spent price_above_max no_referrer_award referrer_not_older referrer_related referrer_max_reached \
         invitation_missing invitation_invalid not_for_households quantity_out_of_range standing_full pending_full \
         too_many_vouchers unknown_voucher voucher_over voucher_exceeded voucher_used not_returnable \
         policy_forbids_trade offer_out_of_bounds too_many_offers unknown_offer offer_over offer_suspended \
         take_too_small take_exceeds_offer above_max_pay",
    ),
];

#[test]
fn the_status_of_every_code_is_pinned() {
    let mut pinned: Vec<(&str, u16)> =
        STATUSES.iter().flat_map(|(status, names)| names.split(' ').map(|name| (name, *status))).collect();
    let mut found: Vec<(&str, u16)> = Code::all().map(|code| (code.name(), status_of(code).as_u16())).collect();
    pinned.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, pinned);
}

#[test]
fn an_allowance_that_is_spent_is_there_again_when_the_day_ends() {
    let noon = TimeMs::new(1_794_744_000_000).expect("in range");
    let failure = Failure::allowance_spent(noon.plus_ms(1));
    assert_eq!(failure.headers[header::RETRY_AFTER], "43200");
    let problem = failure.into_problem();
    assert_eq!((problem.status, problem.code.as_str()), (429, "allowance_spent"));
    assert_eq!(problem.retry_at_ms, Some(noon.plus_ms(12 * 3_600_000)));
    assert!(problem.detail.ends_with("when the day ends (UTC), at 2026-11-16T00:00:00Z"), "{}", problem.detail);
    let last = Failure::allowance_spent(noon.plus_ms(12 * 3_600_000 - 1));
    assert_eq!(last.headers[header::RETRY_AFTER], "1");
}

#[test]
fn no_two_problems_share_a_name() {
    let own = Kind::ALL.map(|kind| kind.row().1);
    let names: BTreeSet<&str> = own.into_iter().chain(Code::all().map(Code::name)).collect();
    assert_eq!(names.len(), own.len() + Code::all().count());
}

#[test]
fn the_document_says_what_the_response_says() {
    let response = Failure::new(Kind::TooManyWaiting, "why").into_response();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    assert_eq!(response.headers()[header::RETRY_AFTER], "1");
    let problem = Failure::new(Kind::TooManyWaiting, "why").into_problem();
    assert_eq!((problem.status, problem.number, problem.title.as_str()), (503, None, "too many waiting"));
}
