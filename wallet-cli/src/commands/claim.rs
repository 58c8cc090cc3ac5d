//! Points that a brand has kept for a customer: their account becomes this wallet's.

use std::thread;
use std::time::Duration;

use lojal_client::Client;
use lojal_types::{AddressText, PublicKey};
use lojal_wallet::gateways::{GatewaysError, is_not_permitted};
use lojal_wallet::uri::{ClaimOffer, Referral, UriError};
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use super::recovery::take_over;
use super::transact::Session;
use super::{campaigns, referrals};
use crate::ask;
use crate::cli::{ClaimArgs, values};
use crate::error::CommandError;
use crate::output::Report;

/// Looks at the ledger, whose gateways need not be the brand's, and the pause between two.
const LOOKS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(500);

/// An account that this wallet has asked for and hasn't got yet.
#[derive(Serialize, JsonSchema)]
pub(super) struct Asked {
    /// The account.
    account: AddressText,
    /// The key that it gets, which is this wallet's.
    public_key: PublicKey,
}

/// `lojal claim`: of a campaign if one is named, or a member shows one.
pub(super) fn claim(context: &Context, args: ClaimArgs) -> Result<Report, CommandError> {
    let Some(campaign) = args.campaign else {
        let text = ask::scanned(&args.offer)?;
        return match Referral::from_uri(&text) {
            Ok(referral) => referrals::claim(context, &referral, args),
            Err(_) if values::brand(&text).is_ok() => Err(CommandError::Usage(
                "name the campaign by its number, too: lojal claim kaffet 3; lojal campaign list kaffet shows them",
            )),
            // What else it is the reader of claims tells.
            Err(_) => claim_account(context, &text, &args),
        };
    };
    match args.offer.parse() {
        Ok(brand) => campaigns::claim(context, (brand, campaign), args),
        Err(_) => Err(CommandError::Usage("a campaign is named by its brand and its number: lojal claim kaffet 3")),
    }
}

/// The key that is shown to the brand is no secret, and the account is this wallet's once the ledger
/// says so.
fn claim_account(context: &Context, text: &str, args: &ClaimArgs) -> Result<Report, CommandError> {
    if args.sending.dry_run {
        return Err(CommandError::Usage("--dry-run is for claims of a campaign; lojal claim asks before it goes on"));
    }
    let mut session = Session::open(context)?;
    let offer = ClaimOffer::from_uri(text)?;
    let account = offer.account.to_text(session.home.network());
    let public_key = session.home.public_key();
    let is_own = account == session.home.address_text() || has_key(&session, account)?;
    match offer.check(session.chain_tag(), session.now()?) {
        // Whose it is already need not ask for it in time.
        Ok(()) | Err(UriError::Expired { .. }) if is_own => return take_over(&mut session, account),
        checked => checked?,
    }
    is_unused(&session)?;
    let connector = Client::new(&offer.url).map_err(GatewaysError::Client)?;
    if connector.is_exposed() {
        return Err(CommandError::refused(
            "not_encrypted",
            "the brand's address is asked without encryption, so that others on the way could take the account: ask \
             the brand for a code with https://",
        ));
    }
    let what = format!(
        "make this the wallet of {account}, with the points that {} has kept for you there\n{} is told this wallet's \
         public key, and gives up its own",
        offer.brand,
        connector.url()
    );
    ask::consent_to_sign(&what, args.consent)?;
    let claimed = connector.claim(&hex::encode(offer.code), public_key).map_err(GatewaysError::Client)?;
    for _ in 0..LOOKS {
        if has_key(&session, account)? {
            return take_over(&mut session, account);
        }
        thread::sleep(PAUSE);
    }
    let text = format!(
        "{} hands {account} over ({}): run this again in a moment, and this becomes its wallet",
        offer.brand,
        lojal_text::outside(&claimed.state)
    );
    Ok(Report { is_open: true, ..Report::done(&Asked { account, public_key }, text) })
}

/// Tells whether the ledger says that an account has this wallet's key.
fn has_key(session: &Session<'_>, account: AddressText) -> Result<bool, CommandError> {
    match session.recovery(account) {
        Ok(found) => Ok(found.rotated_key == Some(session.home.public_key())),
        // Only those may ask whose key it is.
        Err(error) if is_not_permitted(&error) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Makes sure that nothing is lost when this becomes the wallet of another account.
fn is_unused(session: &Session<'_>) -> Result<(), CommandError> {
    if !session.account(session.home.address_text())?.exists {
        return Ok(());
    }
    Err(CommandError::refused(
        "account_exists",
        "this wallet has an account already, and a wallet has one: make another one for these points, with lojal \
         --home DIR init, and send them from there if their brand lets you",
    ))
}
