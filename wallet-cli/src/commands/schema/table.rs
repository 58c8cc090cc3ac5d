//! The documents of all commands.

use lojal_types::api;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::commands::brand::{Appointed, ShownPolicy};
use crate::commands::{
    balance, carry, claim, contact, dry_run, filtered, govern, history, household, init, invitations, key_file, keys,
    leaders, light, listen, market, points, presentations, profile, proofs, receipt, recovery, reference, referrals,
    request, setup, statement, takes, till, together, tokens, voucher_request, watch, web, webhook,
};

/// The schema of a type.
pub(super) type Of = fn(&mut SchemaGenerator) -> Schema;
/// One form of a command's document: it has the fields of all of these types.
pub(super) type Form = &'static [Of];

/// The document of a command that has sent a transaction.
const SENT: Form = &[of::<api::TransactionStatus>, of::<proofs::Sealed>];
/// The same of a motion of a brand that was put forward instead.
const PUT_FORWARD: Form = &[of::<api::TransactionStatus>, of::<proofs::Sealed>, of::<together::PutForward>];
/// The document of a command that only asks what it would do.
const REHEARSED: Form = &[of::<dry_run::DryRun>];
/// The documents of a command that signs.
const SIGNS: &[Form] = &[SENT, REHEARSED];
/// The documents of an act for a brand.
const ACTS: &[Form] = &[SENT, PUT_FORWARD, REHEARSED];
/// The documents of an act for a brand that gives roles to somebody.
const APPOINTED: &[Form] = &[
    &[of::<api::TransactionStatus>, of::<proofs::Sealed>, of::<Appointed>],
    &[of::<api::TransactionStatus>, of::<proofs::Sealed>, of::<together::PutForward>, of::<Appointed>],
    REHEARSED,
];
/// The documents of the end of a recovery.
const RECOVERED: &[Form] = &[
    SENT,
    PUT_FORWARD,
    &[of::<recovery::Waits>],
    &[of::<recovery::Own>],
    &[of::<recovery::Own>, of::<recovery::TookOver>],
    REHEARSED,
];
/// The documents of a claim.
const CLAIMED: &[Form] =
    &[&[of::<claim::Asked>], &[of::<recovery::Own>], &[of::<recovery::Own>, of::<recovery::TookOver>], SENT, REHEARSED];
/// The documents of a request.
const REQUESTED: &[Form] = &[
    &[of::<request::Requested>],
    &[of::<request::Requested>, of::<request::Paid>, of::<proofs::Sealed>],
    &[of::<voucher_request::Called>],
    &[of::<voucher_request::Called>, of::<voucher_request::Used>, of::<proofs::Sealed>],
];
/// The document of a wallet.
const WALLET: Form = &[of::<init::Wallet>];
/// The document of points that were held.
const HELD: Form = &[of::<api::TransactionStatus>, of::<proofs::Sealed>, of::<till::Held>];
/// The document of a file with a transaction.
const IN_FILE: Form = &[of::<carry::InFile>];
/// The last document of events.
const ENDED: Form = &[of::<watch::Ended>];

/// A list of commands.
#[derive(Serialize, JsonSchema)]
pub(super) struct Listed {
    /// Those of which there is a schema.
    pub(super) commands: Vec<&'static str>,
}

/// A schema of JSON Schema, 2020-12.
#[derive(Serialize, JsonSchema)]
#[serde(transparent)]
pub(super) struct AnySchema(pub(super) Map<String, Value>);

/// The commands, each with the forms of its documents.
pub(super) const COMMANDS: [(&str, &[Form]); 130] = [
    ("init", &[WALLET, &[of::<init::Wallet>, of::<init::WordsFile>], &[of::<init::Wallet>, of::<init::Words>]]),
    ("restore", &[&[of::<init::Wallet>, of::<init::Restored>]]),
    ("key new", &[&[of::<init::NewWords>]]),
    ("key export", &[&[of::<key_file::Exported>]]),
    ("key import", &[WALLET]),
    ("address", &[WALLET]),
    ("token", &[&[of::<tokens::Token>]]),
    ("lock", &[&[of::<tokens::Locked>]]),
    ("status", &[&[of::<api::Status>]]),
    ("light", &[&[of::<light::Shown>]]),
    ("brands", &[&[of::<api::Brands>]]),
    ("balance", &[&[of::<api::Account>, of::<balance::Whole>, of::<proofs::Sealed>]]),
    (
        "history",
        &[
            &[of::<api::History>, of::<history::WithoutTransaction>],
            &[of::<api::History>, of::<filtered::LookedThrough>, of::<proofs::Sealed>],
        ],
    ),
    ("statement", &[&[of::<statement::Statement>, of::<proofs::Sealed>]]),
    ("watch", &[&[of::<api::Event>], ENDED]),
    ("listen", &[&[of::<listen::Sent>], ENDED, &[of::<listen::Secret>]]),
    ("send", SIGNS),
    ("redeem", SIGNS),
    ("request", REQUESTED),
    ("payment", &[&[of::<api::Payment>, of::<proofs::Sealed>]]),
    ("reference", &[&[of::<api::UsedReference>, of::<reference::Asked>]]),
    ("claim", CLAIMED),
    ("pay", &[SENT, HELD, REHEARSED]),
    ("hold", &[HELD, REHEARSED]),
    ("capture", SIGNS),
    ("release", SIGNS),
    ("convert", SIGNS),
    ("offer", &[&[of::<api::TransactionStatus>, of::<proofs::Sealed>, of::<market::Offered>], REHEARSED]),
    ("offers", &[&[of::<api::Offers>, of::<proofs::Sealed>], &[of::<api::Market>]]),
    ("take", &[&[of::<api::TransactionStatus>, of::<proofs::Sealed>, of::<takes::Bought>], REHEARSED]),
    ("withdraw", SIGNS),
    ("issue", SIGNS),
    ("reverse", &[&[of::<api::TransactionStatus>, of::<proofs::Sealed>, of::<points::Taken>], REHEARSED]),
    ("tx", &[SENT]),
    ("tx build", &[&[of::<carry::InFile>, of::<carry::Checked>]]),
    ("tx sign", &[IN_FILE]),
    ("tx decode", &[&[of::<carry::Decoded>]]),
    ("tx submit", &[SENT]),
    ("receipt save", &[&[of::<receipt::Saved>]]),
    ("receipt verify", &[&[of::<receipt::Proves>]]),
    ("household create", &[&[of::<api::TransactionStatus>, of::<proofs::Sealed>, of::<household::Created>], REHEARSED]),
    ("household show", &[&[of::<household::Shown>]]),
    ("household invite", SIGNS),
    ("household join", SIGNS),
    ("household leave", SIGNS),
    ("household set", SIGNS),
    ("household remove", SIGNS),
    ("rotate-key", &[SENT, &[of::<keys::Rotated>], REHEARSED]),
    ("freeze", SIGNS),
    ("unfreeze", SIGNS),
    ("guardians show", &[&[of::<keys::Guarded>]]),
    ("guardians set", SIGNS),
    ("guardians agree", ACTS),
    ("recover start", &[&[of::<recovery::Started>]]),
    ("recover approve", ACTS),
    ("recover status", &[&[of::<recovery::Stands>]]),
    ("recover finish", RECOVERED),
    ("recover cancel", SIGNS),
    ("policy show", &[&[of::<ShownPolicy>]]),
    ("policy set", ACTS),
    ("policy pending", ACTS),
    ("operator list", &[&[of::<api::Operators>]]),
    ("operator set", APPOINTED),
    ("operator remove", ACTS),
    ("webhook add", &[&[of::<api::WebhookSecret>]]),
    ("webhook secret", &[&[of::<api::WebhookSecret>]]),
    ("webhook list", &[&[of::<api::Webhooks>]]),
    ("webhook remove", &[&[of::<webhook::Removed>]]),
    ("webhook deliveries", &[&[of::<api::Deliveries>]]),
    ("webhook replay", &[&[of::<api::Webhook>]]),
    ("partner list", &[&[of::<api::Partnerships>]]),
    ("partner propose", ACTS),
    ("partner accept", ACTS),
    ("partner end", ACTS),
    ("standing", &[&[of::<api::Standings>, of::<proofs::Sealed>]]),
    ("leaders", &[&[of::<api::Leaders>, of::<leaders::Counted>, of::<proofs::Sealed>]]),
    ("show", &[&[of::<presentations::Made>, of::<presentations::Shown>]]),
    ("presentation verify", &[&[of::<presentations::Shown>]]),
    ("refer", &[&[of::<referrals::Refers>]]),
    ("vouchers", &[&[of::<api::Vouchers>, of::<proofs::Sealed>]]),
    ("use", SIGNS),
    ("refund", SIGNS),
    ("return", SIGNS),
    ("consent", SIGNS),
    ("track list", &[&[of::<api::Tracks>]]),
    ("track show", &[&[of::<api::BrandTrack>]]),
    ("track set", ACTS),
    ("campaign list", &[&[of::<api::Campaigns>]]),
    ("campaign show", &[&[of::<api::BrandCampaign>]]),
    ("campaign set", ACTS),
    ("campaign pause", SIGNS),
    ("campaign resume", ACTS),
    ("campaign accept", ACTS),
    ("campaign invite", &[&[of::<invitations::Made>]]),
    ("grant", SIGNS),
    ("stamp", SIGNS),
    ("takeback", SIGNS),
    ("brand approvals", ACTS),
    ("brand close", ACTS),
    ("brand transactions", &[&[of::<api::BrandTransactions>]]),
    ("brand accounts", &[&[of::<api::BrandAccounts>]]),
    ("brand expiring", &[&[of::<api::BrandExpiring>]]),
    ("brand statistics", &[&[of::<api::BrandStatistics>]]),
    ("brand motion list", &[&[of::<api::BrandMotions>]]),
    ("brand motion show", &[&[of::<api::BrandMotion>]]),
    ("brand motion propose", &[PUT_FORWARD, REHEARSED]),
    ("brand motion approve", SIGNS),
    ("brand motion stop", SIGNS),
    ("govern list", &[&[of::<govern::Listed>]]),
    ("govern show", &[&[of::<api::Motion>]]),
    ("govern propose", &[&[of::<api::TransactionStatus>, of::<proofs::Sealed>, of::<govern::Proposed>], REHEARSED]),
    ("govern approve", SIGNS),
    ("govern withdraw", SIGNS),
    ("govern activate", SIGNS),
    ("govern endpoint", SIGNS),
    ("web verify", &[&[of::<web::Verified>]]),
    ("netting", &[&[of::<api::Netting>]]),
    ("settle", ACTS),
    ("profile add", &[&[of::<profile::Named>]]),
    ("profile use", &[&[of::<profile::Used>]]),
    ("profile list", &[&[of::<profile::Listed>]]),
    ("profile remove", &[&[of::<profile::Named>]]),
    ("contact add", &[&[of::<contact::Contact>, of::<contact::Before>]]),
    ("contact list", &[&[of::<contact::Listed>]]),
    ("contact remove", &[&[of::<contact::Contact>]]),
    ("config get", &[&[of::<contact::Shown>]]),
    ("config set", &[&[of::<contact::Shown>]]),
    ("completions", &[&[of::<setup::Completions>]]),
    ("man", &[&[of::<setup::Manual>]]),
    ("schema", &[&[of::<Listed>], &[of::<AnySchema>]]),
];

/// The schema of a type, as a reference where it has a name.
pub(super) fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}
