//! What a command can fail with: a stable code, a message that says what to do, an exit code.

use lojal_client::ClientError;
use lojal_types::address::AddressError;
use lojal_types::{BrandId, Height, TransactionId};
use lojal_wallet::amount::AmountError;
use lojal_wallet::gateways::GatewaysError;
use lojal_wallet::home::HomeError;
use lojal_wallet::keystore::KeystoreError;
use lojal_wallet::passphrase::PassphraseError;
use thiserror::Error;

/// Nothing was done, and this is why.
#[derive(Debug, Error)]
pub enum CommandError {
    /// The wallet's home.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The passphrase.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    /// Making a key or a random number.
    #[error(transparent)]
    Keystore(#[from] KeystoreError),
    /// The gateways.
    #[error(transparent)]
    Gateways(#[from] GatewaysError),
    /// Nothing was sent, because of the gateways.
    #[error("nothing was sent: {0}")]
    NotSent(GatewaysError),
    /// An amount that is none.
    #[error(transparent)]
    Amount(#[from] AmountError),
    /// An address of another kind of network.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// This machine's clock.
    #[error("this machine's clock is wrong: set it, transactions need the time")]
    Clock,
    /// No home directory.
    #[error("it is unknown where your home directory is: name the wallet's directory with --home")]
    NoHomeDirectory,
    /// Neither a wallet nor an account.
    #[error("name an account, or make a wallet with `lojal init`")]
    NoWallet,
    /// A wallet without a gateway.
    #[error("name at least one gateway with --gateway URL")]
    NoGateway,
    /// A gateway that would change the meaning of amounts.
    #[error(
        "the gateway says that {brand} points have {found} decimals, which is not what this wallet's genesis document says: use another gateway"
    )]
    Decimals {
        /// The brand.
        brand: BrandId,
        /// What the gateway says.
        found: u8,
    },
    /// A transaction that didn't happen, and won't.
    #[error("not done: {message} ({code})\ntransaction {id}{}", height.map(|height| format!(", final in block {height}")).unwrap_or_default())]
    NotDone {
        /// The stable name of the reason.
        code: String,
        /// The reason.
        message: String,
        /// The transaction.
        id: TransactionId,
        /// The block that says so, if there is one.
        height: Option<Height>,
    },
}

impl CommandError {
    /// The stable name.
    pub fn code(&self) -> &str {
        match self {
            Self::Home(error) => match error {
                HomeError::Missing(_) => "no_wallet",
                HomeError::Exists(_) => "wallet_exists",
                HomeError::Key { source, .. } => keystore_code(source),
                HomeError::File { .. } => "file_error",
                HomeError::Content { .. } => "bad_file",
                HomeError::Gateway(_) | HomeError::GatewayCount(_) => "bad_gateway_list",
            },
            Self::Passphrase(_) => "no_passphrase",
            Self::Keystore(error) => keystore_code(error),
            Self::Gateways(error) | Self::NotSent(error) => gateways_code(error),
            Self::Amount(_) => "invalid_amount",
            Self::Address(_) => "wrong_address",
            Self::Clock => "wrong_clock",
            Self::NoHomeDirectory => "no_home_directory",
            Self::NoWallet => "no_wallet",
            Self::NoGateway => "no_gateway",
            Self::Decimals { .. } => "wrong_decimals",
            Self::NotDone { code, .. } => code,
        }
    }
    /// 2 for what was typed wrongly, 1 for everything else.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Amount(_) | Self::Address(_) | Self::NoGateway | Self::NoWallet => 2,
            _ => 1,
        }
    }
    /// The one document that `--json` prints.
    pub fn to_json(&self) -> serde_json::Value {
        let mut json = serde_json::json!({ "error": { "code": self.code(), "message": self.to_string() } });
        if let Self::NotDone { message, id, height, .. } = self {
            json["error"]["message"] = message.as_str().into();
            json["error"]["transaction"] = id.to_string().into();
            json["error"]["height"] = height.map(Height::get).into();
        }
        json
    }
}

fn keystore_code(error: &KeystoreError) -> &'static str {
    match error {
        KeystoreError::WrongPassphrase => "wrong_passphrase",
        KeystoreError::Random(_) => "no_randomness",
        KeystoreError::Form(_) | KeystoreError::Version(_) | KeystoreError::Parameter(_) => "bad_key_file",
    }
}

fn gateways_code(error: &GatewaysError) -> &str {
    match error {
        GatewaysError::Client(ClientError::Problem(problem)) => &problem.code,
        GatewaysError::Client(ClientError::InvalidUrl { .. }) => "invalid_url",
        GatewaysError::Client(ClientError::Unreachable { .. }) | GatewaysError::All(_) => "gateway_unreachable",
        GatewaysError::Client(ClientError::Interrupted { .. }) => "gateway_interrupted",
        GatewaysError::Client(ClientError::Unexpected { .. }) => "gateway_unexpected",
        GatewaysError::WrongNetwork { .. } => "wrong_network",
    }
}
