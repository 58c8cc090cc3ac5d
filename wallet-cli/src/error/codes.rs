//! The stable names of the faults of what commands use.

use lojal_client::ClientError;
use lojal_wallet::contacts::ContactsError;
use lojal_wallet::gateways::GatewaysError;
use lojal_wallet::home::HomeError;
use lojal_wallet::hook::SecretError;
use lojal_wallet::invitations::InvitationsError;
use lojal_wallet::keystore::KeystoreError;
use lojal_wallet::tokens::TokensError;
use lojal_wallet::uri::UriError;

use super::CommandError;

impl CommandError {
    /// The stable name.
    pub fn code(&self) -> &str {
        match self {
            Self::Home(error) => home_code(error),
            Self::Tokens(error) => tokens_code(error),
            Self::Passphrase(_) => "no_passphrase",
            Self::Random(_) => "no_randomness",
            Self::Words(_) => "wrong_words",
            Self::Input(..) => "file_error",
            Self::NoWords => "no_words",
            Self::OtherWords { .. } => "other_words",
            Self::OldKeyFile { .. } => "old_key_file",
            Self::Uri(error) => uri_code(error),
            Self::NotConfirmed(_) => "not_confirmed",
            Self::Declined => "declined",
            Self::OtherPool(_) => "other_pool",
            Self::UnknownVoucher(_) => "unknown_voucher",
            Self::Refused(refusal) => refusal.code(),
            Self::OtherDay(_) => "other_day",
            Self::UsedBefore => "duplicate_reference",
            Self::UnknownIssue | Self::UnknownStamp => "unknown_reference",
            Self::UnknownTrack { .. } => "unknown_track",
            Self::UnknownCampaign { .. } => "unknown_campaign",
            Self::TrackTerms(_) => "invalid_terms",
            Self::Invitations(_, InvitationsError::NotThere(_)) => "invitation_missing",
            Self::Invitations(_, InvitationsError::OtherList(_)) => "invitation_invalid",
            Self::Invitations(_, InvitationsError::Random(_)) => "no_randomness",
            Self::Invitations(_, InvitationsError::Read(_)) => "file_error",
            Self::Invitations(..) => "invalid_list",
            Self::DayOutOfRange { .. } => "day_out_of_range",
            Self::RequestTooLong { .. } => "request_too_long",
            Self::HouseholdCount(_) => "which_household",
            Self::NoTerms { .. } => "no_terms",
            Self::ConversionTooSmall(..) => "conversion_too_small",
            Self::ConversionBelowMin { .. } => "conversion_below_min",
            Self::TermsText(_) | Self::Terms(_) => "terms_out_of_bounds",
            Self::Policy(_) => "policy_out_of_bounds",
            Self::Motion(_) => "invalid_motion",
            Self::UnknownMotion(_) | Self::UnknownBrandMotion { .. } => "unknown_motion",
            Self::OtherPin(_) => "other_pin",
            Self::Usage(_) | Self::CommandLine(_) => "usage",
            Self::Gateways(error) | Self::NotSent(error) | Self::NotProven(error) => gateways_code(error),
            Self::Node(_, error) => client_code(error),
            Self::Lied(_, error) => gateways_code(error),
            Self::NotProvenYet(_) => "not_proven",
            Self::UnknownTransaction => "unknown_transaction",
            Self::HistoryCut(_) => "pruned",
            Self::Unanswered | Self::NotUsed => "unknown_reference",
            Self::Amount(_) => "invalid_amount",
            Self::Address(_) => "wrong_address",
            Self::Clock(_) => "wrong_clock",
            Self::UnknownProfile(_) => "unknown_profile",
            Self::Contacts(error) => contacts_code(error),
            Self::Secret(error) => secret_code(error),
            Self::Carry(error) => error.code(),
            Self::Market(error) => error.code(),
            Self::NoHomeDirectory => "no_home_directory",
            Self::NoWallet => "no_wallet",
            Self::NoGateway => "no_gateway",
            Self::Decimals { .. } => "wrong_decimals",
            Self::NotPaid | Self::NoneUsed => "request_expired",
            Self::StillOpen(_) => "request_open",
            Self::FalseReceipt(_) => "false_receipt",
            Self::FalsePresentation(_) => "false_presentation",
            Self::NotShown(_) => "not_shown",
            Self::Pages(error) => error.code(),
            Self::Rehearsed { .. } => "dry_run",
            Self::NotDone { code, .. } | Self::WouldNotBeDone { code, .. } => code,
        }
    }
}

fn home_code(error: &HomeError) -> &'static str {
    match error {
        HomeError::Missing(_) => "no_wallet",
        HomeError::Exists(_) => "wallet_exists",
        HomeError::Busy(_) => "wallet_busy",
        HomeError::Key { source, .. } => keystore_code(source),
        HomeError::File { .. } => "file_error",
        HomeError::Content { .. } => "bad_file",
        HomeError::Gateway(_) | HomeError::GatewayCount(_) | HomeError::WitnessCount(_) => "bad_gateway_list",
    }
}

fn tokens_code(error: &TokensError) -> &'static str {
    match error {
        TokensError::Home(error) => home_code(error),
        TokensError::Passphrase(_) => "no_passphrase",
        TokensError::Clock(_) => "wrong_clock",
    }
}

fn keystore_code(error: &KeystoreError) -> &'static str {
    match error {
        KeystoreError::WrongPassphrase => "wrong_passphrase",
        KeystoreError::Random(_) => "no_randomness",
        KeystoreError::TooManyRotations => "too_many_rotations",
        KeystoreError::Form(_) | KeystoreError::Version(_) | KeystoreError::Parameter(_) => "bad_key_file",
    }
}

fn uri_code(error: &UriError) -> &'static str {
    match error {
        UriError::Scheme => "not_lojal",
        UriError::Damaged(_) => "damaged",
        UriError::Kind { .. } => "wrong_kind",
        UriError::Version(_) => "unknown_version",
        UriError::Network { .. } => "wrong_network",
        UriError::Expired { .. } => "expired",
    }
}

fn gateways_code(error: &GatewaysError) -> &str {
    match error {
        GatewaysError::Client(error) => client_code(error),
        GatewaysError::All(_) => "gateway_unreachable",
        GatewaysError::Token(error) => tokens_code(error.reason()),
        GatewaysError::WrongNetwork { .. } => "wrong_network",
    }
}

fn client_code(error: &ClientError) -> &str {
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

fn contacts_code(error: &ContactsError) -> &'static str {
    match error {
        ContactsError::Home(error) => home_code(error),
        ContactsError::Taken { .. } => "contact_exists",
        ContactsError::Similar { .. } => "similar_contact",
        ContactsError::Full => "too_many_contacts",
        ContactsError::Unknown(_) => "unknown_contact",
    }
}

fn secret_code(error: &SecretError) -> &'static str {
    match error {
        SecretError::Home(error) => home_code(error),
        SecretError::Random(_) => "no_randomness",
    }
}
