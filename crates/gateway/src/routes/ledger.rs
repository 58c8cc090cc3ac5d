//! Routes that read what the ledger has.

use axum::http::StatusCode;
use axum::routing::get;
use lojal_types::api::{self, ReferenceKind};
use lojal_types::{AddressText, BrandId, Code, Day, Height, OPERATION_NAMES, TimeMs, TrackId, TransactionId};
use serde_json::json;

use super::Route;
use super::network::at;
use crate::limits::{EXPIRING_MONTHS_MAX, EXPORT_BLOCKS_MAX, HISTORY_LIMIT_MAX, LEADERS_MAX};
use crate::openapi::operation::Operation;
use crate::problem::Kind;
use crate::{
    accounts, blocks, brand_motions, brands, events, history, households, inclusion, leaders, lists, partnerships,
    payments, programme, proofs, references, reversals, statistics, transactions, vouchers,
};

pub(super) fn all() -> Vec<Route> {
    let of_brands = [of_brands(), of_lists(), of_programme()].into_iter().flatten();
    of_brands.chain([of_references(), of_accounts(), of_transactions()].into_iter().flatten()).collect()
}

fn of_brands() -> Vec<Route> {
    vec![
        Route::new(
            "/v1/brands",
            get(brands::all),
            [Operation::get("brands", "All brands, by id.").json::<api::Brands>(StatusCode::OK, "The brands.")],
        ),
        Route::new(
            "/v1/brands/{id}",
            get(brands::one),
            [Operation::get("brand", "A brand, its policy and the sums of its points.")
                .brand()
                .not_found(Code::UnknownBrand)
                .json::<api::Brand>(StatusCode::OK, "The brand.")],
        ),
        Route::new(
            "/v1/brands/{id}/operators",
            get(brands::operators),
            [Operation::get("operators", "The operators of a brand.")
                .by("B X")
                .brand()
                .not_found(Code::UnknownBrand)
                .json::<api::Operators>(StatusCode::OK, "The operators, by address.")],
        ),
        Route::new(
            "/v1/brands/{id}/motions",
            get(brand_motions::all),
            [Operation::get("brand_motions", "The motions of a brand's admins that are undecided.")
                .by("B X")
                .brand()
                .not_found(Code::UnknownBrand)
                .json::<api::BrandMotions>(StatusCode::OK, "The motions, by number.")],
        ),
        Route::new(
            "/v1/partnerships",
            get(partnerships::all),
            [Operation::get("partnerships", "Partnerships and proposals, by the brands' ids.")
                .query::<BrandId>("from", "The brand whose points are burned.")
                .query::<BrandId>("to", "The brand that issues points for them.")
                .by_pages()
                .large::<api::Partnerships>("A page.")],
        ),
        Route::new(
            "/v1/netting",
            get(partnerships::netting),
            [Operation::get("netting", "What all brands, or one and all others, owe each other.")
                .query::<Height>("height", "The last block; any other is refused.")
                .query::<BrandId>("brand", "The brand.")
                .by_pages()
                .large::<api::Netting>("A page of the statement.")],
        ),
    ]
}

fn of_programme() -> Vec<Route> {
    let stamp = Operation::get("stamp", "A stamp, and what can still be taken back of it.").by("A B X").brand();
    vec![
        Route::new(
            "/v1/brands/{id}/tracks",
            get(programme::tracks),
            [Operation::get("tracks", "The tracks of a brand that aren't over, and whether they can be stamped.")
                .brand()
                .not_found(Code::UnknownBrand)
                .json::<api::Tracks>(StatusCode::OK, "The tracks, by number.")],
        ),
        Route::new(
            "/v1/brands/{id}/tracks/{track}/leaders",
            get(leaders::leaders),
            [Operation::get("leaders", "The ranks on a track of those who let its brand list them.")
                .by_or_knowing("P A B X")
                .brand()
                .path::<TrackId>("track", "The track.")
                .limit(LEADERS_MAX, "Most ranks in the answer; 10 unless it is said.")
                .query::<AddressText>("account", "The account whose rank is wanted too, by whoever may read it.")
                .kinds(&[Kind::InvalidAddress])
                .not_found(Code::UnknownBrand)
                .not_found(Code::UnknownTrack)
                .json::<api::Leaders>(StatusCode::OK, "The ranks.")],
        ),
        Route::new(
            "/v1/brands/{id}/campaigns",
            get(programme::campaigns),
            [Operation::get("campaigns", "The campaigns of a brand that aren't over, and what is left of them.")
                .brand()
                .not_found(Code::UnknownBrand)
                .json::<api::Campaigns>(StatusCode::OK, "The campaigns, by number.")],
        ),
        Route::new(
            "/v1/brands/{id}/campaigns/proof",
            get(proofs::campaigns),
            [Operation::get("campaigns_proof", "The campaigns of a brand, so that nobody has to be believed.")
                .brand()
                .not_found(Code::UnknownBrand)
                .kinds(&[Kind::UnknownBlock])
                .of_blocks()
                .json::<api::ProvenState>(StatusCode::OK, "The proofs.")],
        ),
        Route::new(
            "/v1/brands/{id}/stamps/{reference}",
            get(programme::stamp),
            [dated(stamp.reference()).json::<api::Stamped>(StatusCode::OK, "The stamp.")],
        ),
        Route::new(
            "/v1/accounts/{address}/standing",
            get(programme::standing),
            [Operation::get("standing", "What brands have counted of an account, and the levels that it has reached.")
                .by("A B X")
                .address()
                .json::<api::Standings>(StatusCode::OK, "Its standing at each brand that has stamped it.")],
        ),
        Route::new(
            "/v1/accounts/{address}/vouchers",
            get(vouchers::of_account),
            [Operation::get("vouchers", "The vouchers that an account can use, and until when.")
                .by("A B X")
                .address()
                .json::<api::Vouchers>(StatusCode::OK, "The vouchers, by brand and id.")],
        ),
    ]
}

/// The lists of a brand.
fn of_lists() -> Vec<Route> {
    vec![
        Route::new(
            "/v1/brands/{id}/transactions",
            get(history::of_brand),
            [filtered(
                Operation::get("brand_transactions", "The transactions with points of a brand, the newest first.")
                    .by("B X")
                    .brand()
                    .query::<AddressText>("account", "Only those that concern this account.")
                    .kinds(&[Kind::InvalidAddress]),
            )
            .not_found(Code::UnknownBrand)
            .large::<api::BrandTransactions>("A page.")],
        ),
        Route::new(
            "/v1/brands/{id}/accounts",
            get(lists::accounts),
            [Operation::get("brand_accounts", "The accounts that have points of a brand.")
                .by("B X")
                .brand()
                .by_pages()
                .not_found(Code::UnknownBrand)
                .large::<api::BrandAccounts>("A page.")],
        ),
        Route::new(
            "/v1/brands/{id}/expiring",
            get(lists::expiring),
            [Operation::get("brand_expiring", "The points of a brand that expire soon, and whose they are.")
                .by("B X")
                .brand()
                .query_of(
                    "months",
                    json!({ "type": "integer", "minimum": 1, "maximum": EXPIRING_MONTHS_MAX }),
                    "Those that expire with this month (1, unless it is said) or one of so many from it on.",
                )
                .by_pages()
                .not_found(Code::UnknownBrand)
                .large::<api::BrandExpiring>("A page.")],
        ),
        Route::new(
            "/v1/brands/{id}/statistics",
            get(statistics::months),
            [Operation::get("brand_statistics", "A brand's points by month.")
                .by("B X")
                .brand()
                .not_found(Code::UnknownBrand)
                .large::<api::BrandStatistics>("The last months.")],
        ),
    ]
}

/// The same with the day of its reference.
fn dated(operation: Operation) -> Operation {
    operation.query::<Day>("dated", "The day of the reference: only its month is searched.")
}

fn of_references() -> Vec<Route> {
    let kind = json!({ "type": "string", "enum": ReferenceKind::ALL.map(ReferenceKind::name) });
    let issue = Operation::get("issue", "An issue, and what can still be taken back of it.").by("A B X").brand();
    let reversal = Operation::get("reversal", "What a reversal took.").by_or_knowing("B X id").brand().reference();
    let used = Operation::get("used_reference", "What a reference was used for, and what became of that.").by("A B X");
    let used = used.brand().path_of("kind", kind, "The kind of operation.").reference();
    let payment = Operation::get("payment", "What has answered a till's request.").knowing().reference();
    let used_voucher = Operation::get("voucher_use", "The use of a voucher that has answered a till's request.");
    let used_voucher = used_voucher.knowing().reference();
    vec![
        Route::new(
            "/v1/brands/{id}/issues/{reference}",
            get(reversals::issue),
            [dated(issue.reference()).json::<api::Issue>(StatusCode::OK, "The issue.")],
        ),
        Route::new(
            "/v1/brands/{id}/reversals/{reference}",
            get(reversals::reversal),
            [dated(reversal)
                .query::<TransactionId>("transaction", "The reversal's transaction, for whoever knows it.")
                .json::<api::Reversal>(StatusCode::OK, "The reversal.")],
        ),
        Route::new(
            "/v1/brands/{id}/references/{kind}/{reference}",
            get(references::one),
            [dated(used).of_blocks().json::<api::UsedReference>(StatusCode::OK, "Its use.")],
        ),
        Route::new(
            "/v1/payments/{reference}",
            get(payments::one),
            [dated(payment)
                .kinds(&[Kind::UnknownTransaction])
                .of_blocks()
                .json::<api::Payment>(StatusCode::OK, "The payment, or the hold.")],
        ),
        Route::new(
            "/v1/uses/{reference}",
            get(vouchers::used),
            [dated(used_voucher)
                .kinds(&[Kind::UnknownTransaction])
                .of_blocks()
                .json::<api::VoucherUse>(StatusCode::OK, "The use.")],
        ),
    ]
}

/// The same with what is wanted of a list of transactions, by pages.
fn filtered(operation: Operation) -> Operation {
    let kinds = json!({ "enum": OPERATION_NAMES.as_slice() });
    operation
        .query_of("kind", kinds, "Only those with an operation of this kind.")
        .query::<TimeMs>("since_ms", "Only those of blocks that are no earlier.")
        .limit(HISTORY_LIMIT_MAX, "Most transactions on the page; 20 unless it is said.")
        .by_pages()
        .of_blocks()
}

fn of_accounts() -> Vec<Route> {
    vec![
        Route::new(
            "/v1/accounts/{address}",
            get(accounts::account),
            [Operation::get("account", "What an account has, and who may use it.")
                .by("A B X")
                .address()
                .json::<api::Account>(StatusCode::OK, "The account, also one that the ledger doesn't know.")],
        ),
        Route::new(
            "/v1/accounts/{address}/transactions",
            get(history::history),
            [filtered(
                Operation::get("history", "What concerns an account, the newest first.")
                    .by("A B X")
                    .address()
                    .query::<BrandId>("brand", "Only transactions with points of this brand."),
            )
            .large::<api::History>("A page.")],
        ),
        Route::new(
            "/v1/accounts/{address}/recovery",
            get(accounts::recovery),
            [Operation::get("recovery", "The keys and guardians of an account.")
                .by("A G X")
                .address()
                .json::<api::AccountRecovery>(StatusCode::OK, "They.")],
        ),
        Route::new(
            "/v1/accounts/{address}/proof",
            get(proofs::account),
            [Operation::get(
                "account_proof",
                "What an account has, and where it stands, so that nobody has to be believed.",
            )
            .by("A X")
            .address()
            .kinds(&[Kind::UnknownBlock])
            .of_blocks()
            .json::<api::ProvenState>(StatusCode::OK, "The proofs.")],
        ),
        Route::new(
            "/v1/households/{address}",
            get(households::one),
            [Operation::get("household", "The members of a household, and who is invited.")
                .by("A X")
                .address()
                .not_found(Code::UnknownHousehold)
                .json::<api::Household>(StatusCode::OK, "The household.")],
        ),
    ]
}

fn of_transactions() -> Vec<Route> {
    let types = json!({ "type": "string", "pattern": "^[a-z._]+(-[a-z._]+)*$", "examples": ["points-hold.captured"] });
    let events = Operation::get("events", "What happens to an account or a brand, as it happens; say which.")
        .by("A B G X")
        .query::<AddressText>("account", "The account.")
        .query::<BrandId>("brand", "The brand.")
        .query_of("types", types, "Types of events and groups of them, with `-` between them.")
        .query::<api::EventPlace>("after", "The event after which to begin; else what comes from now on.")
        .header::<api::EventPlace>("Last-Event-ID", "The same, of a reader that comes back.")
        .kinds(&[Kind::InvalidAddress, Kind::NotReady])
        .not_found(Code::UnknownBrand);
    let block = Operation::get("block", "A block with its certificate and transactions.").by("X");
    let export = Operation::get("export", "Blocks as records of the block log; what an auditor reads.").by("X");
    vec![
        Route::new(
            "/v1/transactions/{id}",
            get(transactions::one),
            [Operation::get("transaction", "A transaction and what became of it.")
                .knowing()
                .transaction()
                .json::<api::TransactionStatus>(StatusCode::OK, "The transaction.")],
        ),
        Route::new(
            "/v1/transactions/{id}/proof",
            get(inclusion::proof),
            [Operation::get("transaction_proof", "What shows that a transaction is on the ledger.")
                .knowing()
                .transaction()
                .json::<api::ProvenTransaction>(StatusCode::OK, "The proof.")],
        ),
        Route::new(
            "/v1/events",
            get(events::events),
            [events.other("text/event-stream", "Messages, each with an event as JSON (CloudEvents 1.0) in `data`.")],
        ),
        Route::new(
            "/v1/blocks/{height}",
            get(blocks::one),
            [block
                .path_of("height", at(), "The block.")
                .kinds(&[Kind::UnknownBlock])
                .of_blocks()
                .large::<api::Block>("The block.")],
        ),
        Route::new(
            "/v1/export",
            get(blocks::export),
            [export
                .query_of("from", json!({ "type": "integer", "minimum": 1 }), "The first block.")
                .required()
                .limit(EXPORT_BLOCKS_MAX, "Most blocks in the answer.")
                .of_blocks()
                .other("application/octet-stream", "The records.")],
        ),
    ]
}
