//! Errors as clients see them: problem documents (RFC 9457).

use std::time::SystemTime;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lojal_store::StoreError;
use lojal_types::{Code, Height, Points, TimeMs, TransactionId, api};

use crate::limits::RETRY_AFTER_S;

/// The media type of problem documents.
const CONTENT_TYPE: &str = "application/problem+json";

/// A reason of the gateway's own to refuse; the ledger's are [`Code`]s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    MalformedRequest,
    MalformedJson,
    InvalidAddress,
    InvalidParameter,
    InvalidCursor,
    TokenMissing,
    TokenInvalid,
    TokenExpired,
    TokenNotFresh,
    NotPermitted,
    UnknownRoute,
    UnknownTransaction,
    UnknownBlock,
    UnknownValidators,
    UnknownWebhook,
    TooManyWebhooks,
    PushOff,
    UnknownPush,
    TooManyPushes,
    MethodNotAllowed,
    RequestTimeout,
    BodyTooLarge,
    HeadTooLarge,
    TooManyConnections,
    RateLimited,
    UnsupportedMediaType,
    Internal,
    Busy,
    TooManyWaiting,
    NotReady,
    NotValidator,
    BlockUnavailable,
    Pruned,
    VersionNotSupported,
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: [Self; 34] = [
        Self::MalformedRequest,
        Self::MalformedJson,
        Self::InvalidAddress,
        Self::InvalidParameter,
        Self::InvalidCursor,
        Self::TokenMissing,
        Self::TokenInvalid,
        Self::TokenExpired,
        Self::TokenNotFresh,
        Self::NotPermitted,
        Self::UnknownRoute,
        Self::UnknownTransaction,
        Self::UnknownBlock,
        Self::UnknownValidators,
        Self::UnknownWebhook,
        Self::TooManyWebhooks,
        Self::PushOff,
        Self::UnknownPush,
        Self::TooManyPushes,
        Self::MethodNotAllowed,
        Self::RequestTimeout,
        Self::BodyTooLarge,
        Self::HeadTooLarge,
        Self::TooManyConnections,
        Self::RateLimited,
        Self::UnsupportedMediaType,
        Self::Internal,
        Self::Busy,
        Self::TooManyWaiting,
        Self::NotReady,
        Self::NotValidator,
        Self::BlockUnavailable,
        Self::Pruned,
        Self::VersionNotSupported,
    ];

    /// The meaning, for whoever looks a code up.
    pub(crate) const fn meaning(self) -> &'static str {
        match self {
            Self::MalformedRequest => "the request can't be read; the detail says what and where",
            Self::MalformedJson => "the body is no JSON of what is expected; the detail has the line and column",
            Self::InvalidAddress => "the address can't be read, or is one of another kind of network",
            Self::InvalidParameter => "a parameter can't be read, or isn't one of this route",
            Self::InvalidCursor => "the cursor is none that this route gave out",
            Self::TokenMissing => "this is shown to those who may read it: send a read token",
            Self::TokenInvalid => "the read token can't be read, is for another host, or isn't signed by its key",
            Self::TokenExpired => "the read token is over: make another",
            Self::TokenNotFresh => "this changes something: send a read token that ends within 5 minutes",
            Self::NotPermitted => "the account of the read token may not read this, or has another key now",
            Self::UnknownRoute => "there is nothing at this path",
            Self::UnknownTransaction => {
                "this node knows no transaction with this id, neither waiting nor on the ledger"
            }
            Self::UnknownBlock => "there is no block of this height yet",
            Self::UnknownValidators => "this node knows no set of validators with this hash",
            Self::UnknownWebhook => "the brand has no webhook with this id at this gateway",
            Self::TooManyWebhooks => "the brand or the gateway has as many webhooks as it can",
            Self::PushOff => "this gateway sends no pushes; its operator decides, and another gateway may",
            Self::UnknownPush => "the account has no subscription of pushes with this id at this gateway",
            Self::TooManyPushes => "the account or the gateway has as many subscriptions of pushes as it can",
            Self::MethodNotAllowed => "this route doesn't take the method; the Allow header says what it takes",
            Self::RequestTimeout => "the request took too long to arrive",
            Self::BodyTooLarge => "the body is larger than this route takes",
            Self::HeadTooLarge => "the head of the request is too large",
            Self::TooManyConnections => "too many connections from one address, or requests that a proxy passes on",
            Self::RateLimited => "too many requests in a short time; try again when Retry-After says",
            Self::UnsupportedMediaType => "the body is of a type, charset or encoding that isn't taken",
            Self::Internal => "a fault of this node; try another gateway",
            Self::Busy => "too much at once, or the answer took too long; try again in a moment",
            Self::TooManyWaiting => "too many clients wait for final blocks; submit without waiting and ask later",
            Self::NotReady => "this node hasn't caught up with its peers",
            Self::NotValidator => "this node has no part on the network, or none any more, and takes no transactions",
            Self::BlockUnavailable => "the disk has lost the block, which is being fetched from another validator",
            Self::Pruned => "this node has blocks from a later one on; ask a gateway that has all of them",
            Self::VersionNotSupported => "without TLS this gateway speaks HTTP/1.1 and no other version",
        }
    }
    /// HTTP status and stable name.
    pub(crate) const fn row(self) -> (StatusCode, &'static str) {
        match self {
            Self::MalformedRequest => (StatusCode::BAD_REQUEST, "malformed_request"),
            Self::MalformedJson => (StatusCode::BAD_REQUEST, "malformed_json"),
            Self::InvalidAddress => (StatusCode::BAD_REQUEST, "invalid_address"),
            Self::InvalidParameter => (StatusCode::BAD_REQUEST, "invalid_parameter"),
            Self::InvalidCursor => (StatusCode::BAD_REQUEST, "invalid_cursor"),
            Self::TokenMissing => (StatusCode::UNAUTHORIZED, "token_missing"),
            Self::TokenInvalid => (StatusCode::UNAUTHORIZED, "token_invalid"),
            Self::TokenExpired => (StatusCode::UNAUTHORIZED, "token_expired"),
            Self::TokenNotFresh => (StatusCode::UNAUTHORIZED, "token_not_fresh"),
            Self::NotPermitted => (StatusCode::FORBIDDEN, "not_permitted"),
            Self::UnknownRoute => (StatusCode::NOT_FOUND, "unknown_route"),
            Self::UnknownTransaction => (StatusCode::NOT_FOUND, "unknown_transaction"),
            Self::UnknownBlock => (StatusCode::NOT_FOUND, "unknown_block"),
            Self::UnknownValidators => (StatusCode::NOT_FOUND, "unknown_validators"),
            Self::UnknownWebhook => (StatusCode::NOT_FOUND, "unknown_webhook"),
            Self::TooManyWebhooks => (StatusCode::CONFLICT, "too_many_webhooks"),
            Self::PushOff => (StatusCode::NOT_FOUND, "push_off"),
            Self::UnknownPush => (StatusCode::NOT_FOUND, "unknown_push"),
            Self::TooManyPushes => (StatusCode::CONFLICT, "too_many_pushes"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
            Self::RequestTimeout => (StatusCode::REQUEST_TIMEOUT, "request_timeout"),
            Self::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large"),
            Self::HeadTooLarge => (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "head_too_large"),
            Self::TooManyConnections => (StatusCode::TOO_MANY_REQUESTS, "too_many_connections"),
            Self::RateLimited => (StatusCode::TOO_MANY_REQUESTS, "rate_limited"),
            Self::UnsupportedMediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal_error"),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            Self::TooManyWaiting => (StatusCode::SERVICE_UNAVAILABLE, "too_many_waiting"),
            Self::NotReady => (StatusCode::SERVICE_UNAVAILABLE, "not_ready"),
            Self::NotValidator => (StatusCode::SERVICE_UNAVAILABLE, "not_validator"),
            Self::BlockUnavailable => (StatusCode::SERVICE_UNAVAILABLE, "block_unavailable"),
            Self::Pruned => (StatusCode::GONE, "pruned"),
            Self::VersionNotSupported => (StatusCode::HTTP_VERSION_NOT_SUPPORTED, "version_not_supported"),
        }
    }
}

/// Tells whether the same request can be answered otherwise later, or by another gateway, without anything else having
/// changed.
pub(crate) fn is_retryable(status: StatusCode) -> bool {
    let passing = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
    passing.contains(&status) || (status.is_server_error() && status != StatusCode::HTTP_VERSION_NOT_SUPPORTED)
}

/// The HTTP status of each of the ledger's reasons.
pub(crate) fn status_of(code: Code) -> StatusCode {
    match code {
        Code::Malformed => StatusCode::BAD_REQUEST,
        Code::TransactionTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::QuotaExceeded | Code::AllowanceSpent => StatusCode::TOO_MANY_REQUESTS,
        Code::MempoolFull => StatusCode::SERVICE_UNAVAILABLE,
        // Whoever signed has no authority to do this, or has lost it.
        Code::BadSignature
        | Code::WrongKey
        | Code::NotOwner
        | Code::NotOperator
        | Code::RoleMissing
        | Code::AccountFrozen
        | Code::AccountInRecovery
        | Code::AccountStopped
        | Code::NotGuardian
        | Code::GuardianBarred
        | Code::NotMember
        | Code::NotHouseholdAdmin
        | Code::NotInvited
        | Code::NotGovernor
        | Code::NotProposer
        | Code::ChildMayNot => StatusCode::FORBIDDEN,
        // It has been done already.
        Code::DuplicateTransaction
        | Code::DuplicateReference
        | Code::HoldClosed
        | Code::KeyUnchanged
        | Code::AlreadyFrozen
        | Code::NotFrozen
        | Code::AlreadyAgreed
        | Code::RecoveryDecided
        | Code::ChangeWaits
        | Code::RecoveryStands
        | Code::AlreadyMember
        | Code::MotionClosed
        | Code::AlreadyApproved
        | Code::ValidatorExists
        | Code::FollowerExists
        | Code::BrandExists
        | Code::AlreadyInvited => StatusCode::CONFLICT,
        // Well-formed and authorized, but not possible now.
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// A request that is answered with a problem document.
#[derive(Debug)]
pub(crate) struct Failure {
    problem: Box<api::Problem>,
    headers: HeaderMap,
}

impl Failure {
    /// One of the gateway's own, with what happened and what to do next.
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        let (status, name) = kind.row();
        Self::with(status, name, None, detail.into())
    }
    /// A reason of the ledger.
    pub(crate) fn of_code(code: Code) -> Self {
        Self::of_code_as(code, status_of(code))
    }
    /// A reason of the ledger in words that fit better here.
    pub(crate) fn of_code_in_words(code: Code, detail: &str) -> Self {
        Self::with(status_of(code), code.name(), Some(code.number()), detail.to_owned())
    }
    /// A reason of the ledger with another HTTP status than it has for submissions.
    pub(crate) fn of_code_as(code: Code, status: StatusCode) -> Self {
        Self::with(status, code.name(), Some(code.number()), code.explanation().to_owned())
    }
    /// A reversal that would take more than there is, with what there is.
    pub(crate) fn too_little_left(code: Code, left: Points) -> Self {
        let detail = format!("{}; {left} of the brand's smallest units can be taken back now", code.explanation());
        Self::with(status_of(code), code.name(), Some(code.number()), detail)
    }
    /// A transaction beyond what its sender may send in a day, with the end of the day by the ledger's time.
    pub(crate) fn allowance_spent(ledger_time: TimeMs) -> Self {
        let (code, tomorrow) = (Code::AllowanceSpent, ledger_time.day().plus(1));
        let (ends, detail) = (tomorrow.start(), format!("{}, at {tomorrow}T00:00:00Z", code.explanation()));
        let mut failure = Self::with(status_of(code), code.name(), Some(code.number()), detail);
        failure.problem.retry_at_ms = Some(ends);
        let seconds = ends.since_ms(ledger_time).div_ceil(1000);
        failure.headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(u64::from(RETRY_AFTER_S))));
        failure
    }
    /// A transaction that is known already; its outcome can be read where the `Location` header points.
    pub(crate) fn duplicate(id: &TransactionId) -> Self {
        let mut failure = Self::of_code(Code::DuplicateTransaction);
        let location = format!("/v1/transactions/{id}").parse().expect("hex is valid in a header");
        failure.headers.insert(header::LOCATION, location);
        failure
    }
    /// A block that the chain has and this node has not: its blocks begin at another height.
    pub(crate) fn pruned(height: Height, first: Height) -> Self {
        let detail = format!(
            "this node has no block {height}: its blocks begin at height {first}; ask a gateway that has earlier ones"
        );
        let mut failure = Self::new(Kind::Pruned, detail);
        failure.problem.first_height = Some(first);
        failure
    }
    /// The words about what happened.
    pub(crate) fn detail(&self) -> &str {
        &self.problem.detail
    }
    /// The height at which this node's blocks begin, if it lacks the one that was asked for.
    pub(crate) fn first_height(&self) -> Option<Height> {
        self.problem.first_height
    }
    /// A fault of this node, which the log names; the client isn't told more.
    pub(crate) fn internal() -> Self {
        Self::new(Kind::Internal, "this node can't answer because of a fault of its own; try another gateway")
    }
    /// A body in an encoding that no route takes.
    pub(crate) fn encoded() -> Self {
        let detail = "send the body as it is, without a Content-Encoding";
        let mut failure = Self::new(Kind::UnsupportedMediaType, detail);
        // The ones that would do (RFC 9110, section 15.5.16).
        failure.headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        failure
    }
    /// The same, to be tried again after so many seconds.
    pub(crate) fn after_s(mut self, seconds: u64) -> Self {
        self.headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        self
    }
    /// The same with more headers.
    pub(crate) fn with_headers(mut self, headers: HeaderMap) -> Self {
        self.headers.extend(headers);
        self
    }
    /// The status.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.problem.status).expect("made from a status")
    }
    /// The document as a whole response of HTTP/1.1 that ends its connection, for a connection that no handler answers.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        let status = self.status();
        let reason = status.canonical_reason().unwrap_or_default();
        let body = self.body();
        let mut head = format!("HTTP/1.1 {} {reason}\r\ncontent-type: {CONTENT_TYPE}\r\n", status.as_u16());
        for (name, value) in &self.headers {
            head.extend([name.as_str(), ": ", value.to_str().unwrap_or_default(), "\r\n"]);
        }
        let date = httpdate::fmt_http_date(SystemTime::now());
        head.push_str(&format!("connection: close\r\ncontent-length: {}\r\ndate: {date}\r\n\r\n", body.len()));
        [head.into_bytes(), body].concat()
    }
    /// The document alone.
    pub(crate) fn into_problem(self) -> api::Problem {
        *self.problem
    }

    fn body(&self) -> Vec<u8> {
        serde_json::to_vec(&self.problem).expect("a problem is strings and numbers")
    }

    fn with(status: StatusCode, code: &str, number: Option<u16>, detail: String) -> Self {
        let mut headers = HeaderMap::new();
        if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        let problem = api::Problem {
            kind: format!("/problems/{code}"),
            title: code.replace('_', " "),
            status: status.as_u16(),
            detail,
            code: code.to_owned(),
            number,
            retryable: is_retryable(status),
            retry_at_ms: None,
            first_height: None,
        };
        Self { problem: Box::new(problem), headers }
    }
}

/// The store's own faults are for the log, not for clients. A block that has rotted is in the log already, and clients
/// could ask for it again and again.
impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if let StoreError::Damaged { height, .. } = error {
            let detail = format!(
                "this node can't read its block {height} at the moment, and fetches it from another validator; try \
                 again, or another gateway"
            );
            return Self::new(Kind::BlockUnavailable, detail);
        }
        tracing::error!(%error, "the store can't answer a request");
        Self::internal()
    }
}

impl IntoResponse for Failure {
    fn into_response(mut self) -> Response {
        let (status, body) = (self.status(), self.body());
        self.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
        (status, self.headers, body).into_response()
    }
}

#[cfg(test)]
mod tests;
