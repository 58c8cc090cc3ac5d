//! Errors as tills see them: problem documents (RFC 9457), as gateways give them.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lojal_types::{Code, TimeMs, api};
use lojal_wallet::clock;

use crate::limits::RETRY_AFTER_S;

/// The media type of problem documents.
const CONTENT_TYPE: &str = "application/problem+json";

/// A reason of the connector's own to refuse; the ledger's are [`Code`]s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    MalformedRequest,
    MalformedJson,
    InvalidAddress,
    InvalidParameter,
    KeyMissing,
    KeyInvalid,
    NotPermitted,
    UnknownRoute,
    UnknownPayment,
    UnknownVoucherUse,
    UnknownCustomer,
    UnknownClaim,
    MethodNotAllowed,
    RequestTimeout,
    DifferentRequest,
    NotHeld,
    ClaimedByOther,
    BodyTooLarge,
    UnsupportedMediaType,
    DailyMaxReached,
    Internal,
    Busy,
    NoGateway,
    QueueFull,
    StillQueued,
    ClockWrong,
    OperatorRefused,
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: [Self; 27] = [
        Self::MalformedRequest,
        Self::MalformedJson,
        Self::InvalidAddress,
        Self::InvalidParameter,
        Self::KeyMissing,
        Self::KeyInvalid,
        Self::NotPermitted,
        Self::UnknownRoute,
        Self::UnknownPayment,
        Self::UnknownVoucherUse,
        Self::UnknownCustomer,
        Self::UnknownClaim,
        Self::MethodNotAllowed,
        Self::RequestTimeout,
        Self::DifferentRequest,
        Self::NotHeld,
        Self::ClaimedByOther,
        Self::BodyTooLarge,
        Self::UnsupportedMediaType,
        Self::DailyMaxReached,
        Self::Internal,
        Self::Busy,
        Self::NoGateway,
        Self::QueueFull,
        Self::StillQueued,
        Self::ClockWrong,
        Self::OperatorRefused,
    ];

    /// The meaning, for whoever looks a code up.
    pub(crate) const fn meaning(self) -> &'static str {
        match self {
            Self::MalformedRequest => "the request can't be read; the detail says what and where",
            Self::MalformedJson => "the body is no JSON of what is expected; the detail has the line and column",
            Self::InvalidAddress => "the address can't be read, or is one of another kind of network",
            Self::InvalidParameter => "a value of the path, the query or the body can't be; the detail says which",
            Self::KeyMissing => "send an API key of this connector: Authorization: Bearer ljk1_…",
            Self::KeyInvalid => "this connector has no such API key, or it was revoked",
            Self::NotPermitted => "the API key has no role for this",
            Self::UnknownRoute => "there is nothing at this path",
            Self::UnknownPayment => "this connector knows no payment with this id",
            Self::UnknownVoucherUse => "neither this connector nor the ledger knows a use of a voucher with this id",
            Self::UnknownCustomer => "this connector keeps nothing for this customer",
            Self::UnknownClaim => "this code is over, or was never one; the brand's site gives another one",
            Self::MethodNotAllowed => "this route doesn't take the method; the Allow header says what it takes",
            Self::RequestTimeout => "the request took too long to arrive",
            Self::DifferentRequest => "the reference was used before, with a request that asks for something else",
            Self::NotHeld => "no points are held for this payment",
            Self::ClaimedByOther => "another wallet has claimed this account, or is about to have it",
            Self::BodyTooLarge => "the body is larger than this route takes",
            Self::UnsupportedMediaType => "the body is no application/json, or is encoded",
            Self::DailyMaxReached => "the API key has reached what it may do in a day (UTC)",
            Self::Internal => "a fault of this connector, which its log names",
            Self::Busy => "too much at once; try again in a moment",
            Self::NoGateway => "no gateway of the network answers; try again in a moment",
            Self::QueueFull => "too much waits for a gateway already",
            Self::StillQueued => "the purchase isn't on the ledger yet; try again when its reward is done",
            Self::ClockWrong => "this machine's clock and the ledger's time differ too much; set the clock",
            Self::OperatorRefused => "the ledger doesn't take the key or the account that this connector acts with",
        }
    }
    /// HTTP status and stable name.
    pub(crate) const fn row(self) -> (StatusCode, &'static str) {
        match self {
            Self::MalformedRequest => (StatusCode::BAD_REQUEST, "malformed_request"),
            Self::MalformedJson => (StatusCode::BAD_REQUEST, "malformed_json"),
            Self::InvalidAddress => (StatusCode::BAD_REQUEST, "invalid_address"),
            Self::InvalidParameter => (StatusCode::BAD_REQUEST, "invalid_parameter"),
            Self::KeyMissing => (StatusCode::UNAUTHORIZED, "key_missing"),
            Self::KeyInvalid => (StatusCode::UNAUTHORIZED, "key_invalid"),
            Self::NotPermitted => (StatusCode::FORBIDDEN, "not_permitted"),
            Self::UnknownRoute => (StatusCode::NOT_FOUND, "unknown_route"),
            Self::UnknownPayment => (StatusCode::NOT_FOUND, "unknown_payment"),
            Self::UnknownVoucherUse => (StatusCode::NOT_FOUND, "unknown_voucher_use"),
            Self::UnknownCustomer => (StatusCode::NOT_FOUND, "unknown_customer"),
            Self::UnknownClaim => (StatusCode::NOT_FOUND, "unknown_claim"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
            Self::RequestTimeout => (StatusCode::REQUEST_TIMEOUT, "request_timeout"),
            Self::DifferentRequest => (StatusCode::CONFLICT, "different_request"),
            Self::NotHeld => (StatusCode::CONFLICT, "not_held"),
            Self::ClaimedByOther => (StatusCode::CONFLICT, "claimed_by_other"),
            Self::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large"),
            Self::UnsupportedMediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type"),
            Self::DailyMaxReached => (StatusCode::TOO_MANY_REQUESTS, "daily_max_reached"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal_error"),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            Self::NoGateway => (StatusCode::SERVICE_UNAVAILABLE, "no_gateway"),
            Self::QueueFull => (StatusCode::SERVICE_UNAVAILABLE, "queue_full"),
            Self::StillQueued => (StatusCode::SERVICE_UNAVAILABLE, "still_queued"),
            Self::ClockWrong => (StatusCode::SERVICE_UNAVAILABLE, "clock_wrong"),
            Self::OperatorRefused => (StatusCode::SERVICE_UNAVAILABLE, "operator_refused"),
        }
    }
}

/// Tells whether the same request can be answered otherwise later.
pub(crate) fn is_retryable(status: StatusCode) -> bool {
    let passing = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
    passing.contains(&status) || status.is_server_error()
}

/// The remedy for what no till can mend.
pub(crate) const OPERATOR_REMEDY: &str = "see with `lojal` that the wallet of this connector has the key of one of the \
                                        brand's operators, and start the connector again";

/// Tells whether a refusal is of the key or the account that the connector acts with, whatever a till has asked for.
pub(crate) fn is_of_operator(code: &str) -> bool {
    let codes = [Code::WrongKey, Code::AccountFrozen];
    code == Kind::NotPermitted.row().1 || codes.iter().any(|one| one.name() == code)
}

/// The seconds until a time, by this machine's clock; at least those that every till is told to wait.
fn seconds_until(time: TimeMs) -> u64 {
    let left = clock::local_time().map_or(0, |local| time.since_ms(local));
    left.div_ceil(1_000).max(u64::from(RETRY_AFTER_S))
}

/// A request that is answered with a problem document.
#[derive(Debug)]
pub(crate) struct Failure {
    problem: Box<api::Problem>,
    headers: HeaderMap,
}

impl Failure {
    /// One of the connector's own, with what happened and what to do next.
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        let (status, code) = kind.row();
        Self::of(api::Problem {
            kind: format!("/problems/{code}"),
            title: code.replace('_', " "),
            status: status.as_u16(),
            detail: detail.into(),
            code: code.to_owned(),
            number: None,
            retryable: is_retryable(status),
            retry_at_ms: None,
            first_height: None,
        })
    }
    /// One that a gateway or the ledger has given.
    pub(crate) fn of(problem: api::Problem) -> Self {
        let mut headers = HeaderMap::new();
        if problem.status == StatusCode::UNAUTHORIZED.as_u16() {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        Self { problem: Box::new(problem), headers }
    }
    /// A reference that nothing is known of.
    pub(crate) fn unknown_reference() -> Self {
        let detail =
            "neither this connector nor the ledger knows a use of the reference: nothing has happened under it";
        Self::of_code(Code::UnknownReference, StatusCode::NOT_FOUND, detail)
    }
    /// A reason of the ledger that this connector has seen beforehand, with what to do next.
    pub(crate) fn of_code(code: Code, status: StatusCode, detail: impl Into<String>) -> Self {
        Self::of(api::Problem {
            kind: format!("/problems/{}", code.name()),
            title: code.name().replace('_', " "),
            status: status.as_u16(),
            detail: detail.into(),
            code: code.name().to_owned(),
            number: Some(code.number()),
            retryable: false,
            retry_at_ms: None,
            first_height: None,
        })
    }
    /// The same, with the time from which on it can be asked for again.
    pub(crate) fn until(mut self, time_ms: TimeMs) -> Self {
        self.problem.retry_at_ms = Some(time_ms);
        self
    }
    /// A fault of this machine, which the log names; the till isn't told more.
    pub(crate) fn internal() -> Self {
        Self::new(Kind::Internal, "this connector can't answer because of a fault of its own: look at its log")
    }
    /// The document.
    pub(crate) fn problem(&self) -> &api::Problem {
        &self.problem
    }
}

impl IntoResponse for Failure {
    fn into_response(mut self) -> Response {
        let status = StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.problem).expect("a problem is strings and numbers");
        if self.problem.retryable {
            let seconds = self.problem.retry_at_ms.map_or(u64::from(RETRY_AFTER_S), seconds_until);
            self.headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        self.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
        (status, self.headers, body).into_response()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_unique_and_none_is_the_ledgers() {
        let names: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.row().1).collect();
        assert_eq!(names.len(), Kind::ALL.len());
        assert!(names.iter().all(|name| name.parse::<Code>().is_err()));
    }

    #[test]
    fn a_till_is_told_whether_to_try_again_and_when() {
        for kind in Kind::ALL {
            let (status, code) = kind.row();
            let failure = Failure::new(kind, "a detail");
            let expected = status.is_server_error() || matches!(status.as_u16(), 408 | 429);
            assert_eq!((failure.problem().retryable, failure.problem().code.as_str()), (expected, code));
            let response = failure.into_response();
            assert_eq!(response.headers()[header::CONTENT_TYPE], CONTENT_TYPE);
            assert_eq!(response.headers().contains_key(header::RETRY_AFTER), expected, "{code}");
        }
    }
}
