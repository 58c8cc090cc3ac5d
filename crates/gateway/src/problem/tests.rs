use std::collections::BTreeSet;

use super::*;

#[test]
fn every_ledger_code_is_a_client_error_or_asks_to_try_again_and_carries_its_number() {
    for code in Code::all() {
        let status = status_of(code);
        assert!(status.is_client_error() || code == Code::MempoolFull, "{code}");
        let failure = Failure::of_code(code);
        let asks_to_retry = failure.headers.contains_key(header::RETRY_AFTER);
        assert_eq!(asks_to_retry, matches!(code, Code::QuotaExceeded | Code::MempoolFull), "{code}");
        let problem = failure.into_problem();
        assert_eq!((problem.number, problem.code.as_str()), (Some(code.number()), code.name()));
        assert_eq!((problem.status, problem.detail.as_str()), (status.as_u16(), code.explanation()));
        assert_eq!(problem.kind, format!("/problems/{code}"));
    }
}

#[test]
fn the_statuses_that_clients_rely_on_are_pinned() {
    let pinned = [
        (Code::Malformed, 400),
        (Code::TransactionTooLarge, 413),
        (Code::WrongChain, 422),
        (Code::BadSignature, 403),
        (Code::TransactionExpired, 422),
        (Code::WindowTooLong, 422),
        (Code::DuplicateTransaction, 409),
        (Code::UnknownAccount, 422),
        (Code::WrongKey, 403),
        (Code::QuotaExceeded, 429),
        (Code::MempoolFull, 503),
        (Code::InsufficientPoints, 422),
        (Code::NotOwner, 403),
        (Code::DuplicateReference, 409),
    ];
    for (code, status) in pinned {
        assert_eq!(status_of(code).as_u16(), status, "{code}");
    }
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
