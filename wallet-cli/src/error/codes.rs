//! The stable names of the faults of what commands use.

use lojal_client::ClientError;
use lojal_wallet::gateways::GatewaysError;
use lojal_wallet::home::HomeError;
use lojal_wallet::keystore::KeystoreError;
use lojal_wallet::tokens::TokensError;
use lojal_wallet::uri::UriError;

pub(super) fn home_code(error: &HomeError) -> &'static str {
    match error {
        HomeError::Missing(_) => "no_wallet",
        HomeError::Exists(_) => "wallet_exists",
        HomeError::Busy(_) => "wallet_busy",
        HomeError::Key { source, .. } => keystore_code(source),
        HomeError::File { .. } => "file_error",
        HomeError::Content { .. } => "bad_file",
        HomeError::Gateway(_) | HomeError::GatewayCount(_) => "bad_gateway_list",
    }
}

pub(super) fn tokens_code(error: &TokensError) -> &'static str {
    match error {
        TokensError::Home(error) => home_code(error),
        TokensError::Passphrase(_) => "no_passphrase",
        TokensError::Clock(_) => "wrong_clock",
    }
}

pub(super) fn keystore_code(error: &KeystoreError) -> &'static str {
    match error {
        KeystoreError::WrongPassphrase => "wrong_passphrase",
        KeystoreError::Random(_) => "no_randomness",
        KeystoreError::TooManyRotations => "too_many_rotations",
        KeystoreError::Form(_) | KeystoreError::Version(_) | KeystoreError::Parameter(_) => "bad_key_file",
    }
}

pub(super) fn uri_code(error: &UriError) -> &'static str {
    match error {
        UriError::Scheme => "not_lojal",
        UriError::Damaged(_) => "damaged",
        UriError::Kind { .. } => "wrong_kind",
        UriError::Version(_) => "unknown_version",
        UriError::Network { .. } => "wrong_network",
        UriError::Expired { .. } => "expired",
    }
}

pub(super) fn gateways_code(error: &GatewaysError) -> &str {
    match error {
        GatewaysError::Client(error) => client_code(error),
        GatewaysError::All(_) => "gateway_unreachable",
        GatewaysError::Token(error) => tokens_code(error.reason()),
        GatewaysError::WrongNetwork { .. } => "wrong_network",
    }
}

pub(super) fn client_code(error: &ClientError) -> &str {
    match error {
        ClientError::Problem(problem) => &problem.code,
        ClientError::InvalidUrl { .. } => "invalid_url",
        ClientError::Authorities { .. } => "authorities_unusable",
        ClientError::WrongPath { .. } => "unknown_route",
        ClientError::Unreachable { .. } => "gateway_unreachable",
        ClientError::Interrupted { .. } => "gateway_interrupted",
        ClientError::Unexpected { .. } => "gateway_unexpected",
        ClientError::Untrue { .. } | ClientError::Split { .. } => "gateway_untrue",
        ClientError::NotPinned { .. } => "other_pin",
        ClientError::TooManyChanges { .. } => "too_many_changes",
        ClientError::Behind { .. } => "gateway_behind",
    }
}
