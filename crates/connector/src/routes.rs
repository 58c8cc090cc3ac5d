//! The table of all routes: what answers at each, and its description.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use axum::{Extension, Router};
use lojal_http::schemas::{Schema, of};
use lojal_types::api::ReferenceKind;
use lojal_types::{AddressText, Reference};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::claims::{ClaimDocument, CustomerDocument};
use crate::desk::{BalanceDocument, Desk, Earn, Return};
use crate::documents::{EntryDocument, StatusDocument};
use crate::handover::{Answer, Offer};
use crate::http::{self, App, claims, vouchers};
use crate::keys::{Keys, Role};
use crate::limits::{BODY_BYTES_MAX, CUSTOMER_CHARS_MAX, NAME_BYTES_MAX, REQUEST_TIMEOUT};
use crate::openapi::{self, Operation, Written};
use crate::payments::{Capture, Pay, PaymentDocument};
use crate::problem::{Failure, Kind};
use crate::problems;
use crate::refunds::Refund;
use crate::rewards::{Reward, RewardReturn};
use crate::stamps::{Stamp, StampReturn};
use crate::vouchers::{AskForUse, UseDocument};

/// A path, what answers there, and the description of that.
struct Route {
    path: &'static str,
    handler: MethodRouter<Arc<App>>,
    operations: [Operation; 1],
}

const ENTRY: Schema = of::<EntryDocument>;
const CUSTOMER: Schema = of::<CustomerDocument>;
const PAYMENT: Schema = of::<PaymentDocument>;
const USE: Schema = of::<UseDocument>;
/// The problems of whoever wants something signed.
const OF_WISHES: [Kind; 4] = [Kind::DifferentRequest, Kind::DailyMaxReached, Kind::QueueFull, Kind::OperatorRefused];

/// The same for what is signed, answered when that is certain, or with what waits.
fn signed(operation: Operation) -> Operation {
    let done = operation.wait().of_ledger().kinds(&OF_WISHES);
    let done = done.json(StatusCode::OK, &[ENTRY], "It is done, which is proven.");
    done.json(StatusCode::ACCEPTED, &[ENTRY], "It is on the connector's disk, and sent until its outcome is certain.")
}

/// The same about a payment.
fn of_payment(operation: Operation) -> Operation {
    operation.path::<Reference>("id", "The payment.").kinds(&[Kind::UnknownPayment])
}

fn about_the_connector() -> Vec<Route> {
    let route = |path, handler, operation| Route { path, handler, operations: [operation] };
    let code = json!({ "type": "string" });
    let status = Operation::get("status", "The connector: whose it is, what waits, how far the ledger is.");
    vec![
        route(
            "/healthz",
            get(http::healthz),
            Operation::get("health", "Says that the process works.").text("It works."),
        ),
        route(
            "/openapi.json",
            get(openapi::serve),
            Operation::get("openapi", "This document.").json(StatusCode::OK, &[of::<Value>], "The document."),
        ),
        route(
            "/problems/{code}",
            get(problems::page),
            Operation::get("problem", "The meaning of a code.")
                .path_of("code", code, "The code.")
                .kinds(&[Kind::UnknownRoute])
                .text("It, in words."),
        ),
        route(
            "/status",
            get(http::status),
            status.by(Role::Read).json(StatusCode::OK, &[of::<StatusDocument>], "The connector."),
        ),
    ]
}

fn for_tills() -> Vec<Route> {
    let route = |path, handler, operation| Route { path, handler, operations: [operation] };
    let earn = Operation::post("earn", "Rewards a purchase.").by(Role::Earn).body::<Earn>();
    let back = Operation::post("take_back", "Takes back what was given for a purchase that is returned.");
    let back = back.by(Role::Return).body::<Return>().kinds(&[Kind::StillQueued]);
    let refund = Operation::post("refund", "Gives points back that were paid, with the lives that they had.");
    let refund = refund.by(Role::Return).body::<Refund>().kinds(&[Kind::StillQueued]);
    let stamp = Operation::post("stamp", "Counts units of a track, or a place, for a member.");
    let stamp = stamp.by(Role::Earn).body::<Stamp>();
    let unstamp = Operation::post("take_back_stamp", "Takes back what was counted for a purchase that is returned.");
    let unstamp = unstamp.by(Role::Return).body::<StampReturn>().kinds(&[Kind::StillQueued]);
    let reward = Operation::post("reward", "Gives a member what a campaign gives.").by(Role::Grant).body::<Reward>();
    let unmark = Operation::post("take_back_mark", "Takes back days of a mark that a campaign has given.");
    let unmark = unmark.by(Role::Return).body::<RewardReturn>().kinds(&[Kind::StillQueued]);
    let ask = Operation::post("ask_for_payment", "Asks for a payment: a text and a QR code for the member's wallet.");
    let ask = ask.by(Role::Pay).body::<Pay>().of_ledger().kinds(&[Kind::InvalidAddress, Kind::DifferentRequest]);
    let look = Operation::get("payment", "A payment, and what became of it.").by(Role::Pay).wait().of_ledger();
    let capture = Operation::post("capture", "Takes points that are held, once.").by(Role::Capture).body::<Capture>();
    let release = Operation::post("release", "Lets go of points that are held.").by(Role::Capture);
    vec![
        route("/earn", post(http::earn), signed(earn.kinds(&[Kind::InvalidAddress]))),
        route("/returns", post(http::give_back), signed(back)),
        route("/refunds", post(http::refund), signed(refund)),
        route("/stamp", post(http::stamp), signed(stamp.kinds(&[Kind::InvalidAddress]))),
        route("/stamp/returns", post(http::take_back), signed(unstamp)),
        route("/rewards", post(http::reward), signed(reward.kinds(&[Kind::InvalidAddress]))),
        route("/rewards/returns", post(http::take_mark), signed(unmark)),
        route(
            "/payments",
            post(http::ask_for),
            ask.json(StatusCode::CREATED, &[PAYMENT], "It can be shown.").json(
                StatusCode::OK,
                &[PAYMENT],
                "It was asked for before.",
            ),
        ),
        route("/payments/{id}", get(http::look), of_payment(look).json(StatusCode::OK, &[PAYMENT], "The payment.")),
        route("/payments/{id}/capture", post(http::capture), signed(of_payment(capture).kinds(&[Kind::NotHeld]))),
        route("/payments/{id}/release", post(http::release), signed(of_payment(release).kinds(&[Kind::NotHeld]))),
    ]
}

fn about_vouchers() -> Vec<Route> {
    let route = |path, handler, operation| Route { path, handler, operations: [operation] };
    let ask =
        Operation::post("ask_for_use", "Asks for uses of a voucher: a text and a QR code for the member's wallet.");
    let ask = ask.by(Role::Pay).body::<AskForUse>().of_ledger().kinds(&[Kind::InvalidAddress, Kind::DifferentRequest]);
    let look = Operation::get("voucher_use", "Uses of a voucher that were asked for, and what became of that.");
    let look = look.by(Role::Pay).path::<Reference>("id", "The request.").wait().of_ledger();
    vec![
        route(
            "/vouchers/use",
            post(vouchers::ask),
            ask.json(StatusCode::CREATED, &[USE], "It can be shown.").json(
                StatusCode::OK,
                &[USE],
                "It was asked for before.",
            ),
        ),
        route(
            "/vouchers/use/{id}",
            get(vouchers::look),
            look.kinds(&[Kind::UnknownVoucherUse]).json(StatusCode::OK, &[USE], "The uses."),
        ),
    ]
}

fn for_readers() -> Vec<Route> {
    let route = |path, handler, operation| Route { path, handler, operations: [operation] };
    let balance = Operation::get("balance", "A member's points of the brand, as a gateway says.").by(Role::Read);
    let used = Operation::get("reference", "The use of a till's reference, also of one that the connector has lost.");
    let kinds = json!({ "type": "string", "enum": ReferenceKind::ALL.map(ReferenceKind::name) });
    let name = json!({ "type": "string", "minLength": 1, "maxLength": NAME_BYTES_MAX });
    vec![
        route(
            "/members/{address}/balance",
            get(http::balance),
            balance.path::<AddressText>("address", "The member.").of_ledger().kinds(&[Kind::InvalidAddress]).json(
                StatusCode::OK,
                &[of::<BalanceDocument>],
                "The points.",
            ),
        ),
        route(
            "/references/{kind}/{reference}",
            get(http::reference),
            used.by(Role::Read)
                .path_of("kind", kinds, "The kind, as the ledger calls it.")
                .path_of("reference", name, "The till's own text; of a claim the ledger's reference.")
                .of_ledger()
                .kinds(&[Kind::UnknownPayment, Kind::UnknownVoucherUse])
                .json(StatusCode::OK, &[ENTRY, PAYMENT, USE], "What became of it."),
        ),
    ]
}

fn for_customers() -> Vec<Route> {
    let route = |path, handler, operation| Route { path, handler, operations: [operation] };
    let number = json!({ "type": "string", "minLength": 1, "maxLength": CUSTOMER_CHARS_MAX });
    let code = json!({ "type": "string", "pattern": "^[0-9a-f]{32}$" });
    let customer = Operation::get("customer", "A customer of the brand, and whose their account is.").by(Role::Read);
    let offer = Operation::post("offer", "Makes a code with which a customer's wallet claims the account.");
    let offer =
        offer.by(Role::Claim).body::<Offer>().kinds(&[Kind::UnknownCustomer, Kind::QueueFull, Kind::ClockWrong]);
    let claim = Operation::post("claim", "Gives an account the key of the wallet that answers a code.").wait();
    let claim = claim.path_of("code", code, "The code.").body::<Answer>().of_ledger();
    let customer = customer.path_of("customer", number, "The brand's own number.").wait();
    vec![
        route(
            "/customers/{customer}",
            get(claims::customer),
            customer.kinds(&[Kind::UnknownCustomer]).json(StatusCode::OK, &[CUSTOMER], "The customer."),
        ),
        route(
            "/claims",
            post(claims::offer),
            offer.json(StatusCode::CREATED, &[CUSTOMER], "The code can be shown.").json(
                StatusCode::OK,
                &[CUSTOMER],
                "The account is a wallet's, or about to be.",
            ),
        ),
        route(
            "/claims/{code}",
            post(claims::claim),
            claim
                .kinds(&[Kind::UnknownClaim, Kind::ClaimedByOther])
                .json(StatusCode::OK, &[of::<ClaimDocument>], "The account has the key, which is proven.")
                .json(StatusCode::ACCEPTED, &[of::<ClaimDocument>], "It is going to have it."),
        ),
    ]
}

fn all() -> Vec<Route> {
    let all = [about_the_connector(), for_tills(), about_vouchers(), for_readers(), for_customers()];
    all.into_iter().flatten().collect()
}

/// The description of all of them.
fn document(routes: &[Route]) -> Value {
    openapi::document(&routes.iter().map(|route| (route.path, route.operations.as_slice())).collect())
}

/// The routes over a desk, for those who have keys.
pub(crate) fn router(desk: Arc<Desk>, keys: Keys) -> Router {
    let routes = all();
    let json = serde_json::to_vec(&document(&routes)).expect("a document is plain JSON");
    let router = routes.into_iter().fold(Router::new(), |router, route| router.route(route.path, route.handler));
    router
        .fallback(unknown_route)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(Extension(Written(json.into())))
        .layer(axum::middleware::from_fn(in_time))
        .with_state(Arc::new(App::new(desk, keys)))
}

/// Bounds a request in time.
async fn in_time(request: Request, next: axum::middleware::Next) -> Response {
    timeout(REQUEST_TIMEOUT, next.run(request)).await.unwrap_or_else(|_| {
        Failure::new(Kind::Busy, "the answer took too long: ask again, nothing happens twice").into_response()
    })
}
async fn unknown_route() -> Failure {
    Failure::new(Kind::UnknownRoute, "nothing is here; docs/connect.md lists every route")
}
async fn method_not_allowed(method: Method) -> Failure {
    let detail = format!("this route doesn't take {method}; the Allow header says what it takes");
    Failure::new(Kind::MethodNotAllowed, detail)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    use super::*;

    fn file(path: &str) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(path)
    }

    #[test]
    fn the_copy_of_the_document_is_in_step() {
        let (document, path) = (document(&all()), file("connect-openapi.json"));
        if std::env::var_os("LOJAL_WRITE_OPENAPI").is_some_and(|value| value == "1") {
            let text = serde_json::to_string_pretty(&document).expect("plain JSON") + "\n";
            std::fs::write(&path, text).expect("the repository can be written");
        }
        let copy = std::fs::read_to_string(path).expect("a file of the repository");
        let is_same = serde_json::from_str::<Value>(&copy).expect("JSON") == document;
        assert!(is_same, "write it with LOJAL_WRITE_OPENAPI=1 cargo test -p lojal-connector copy_of_the_document");
    }

    #[test]
    fn the_document_and_the_manual_have_the_same_routes() {
        let manual = std::fs::read_to_string(file("connect.md")).expect("the manual");
        let spans = manual.split('`').skip(1).step_by(2);
        let asked = spans.filter_map(|span| span.strip_prefix("GET ").or_else(|| span.strip_prefix("POST ")));
        let told: BTreeSet<&str> = asked.filter_map(|path| path.split('?').next()).collect();
        let told: BTreeSet<&str> = told.into_iter().filter(|path| !path.ends_with('…')).collect();
        let known: BTreeSet<&str> = all().iter().map(|route| route.path).collect();
        assert_eq!(told, known, "left is what docs/connect.md names, right is what there is");
    }

    #[test]
    fn names_of_operations_are_unique() {
        let document = document(&all());
        let items = document["paths"].as_object().expect("paths").values();
        let operations: Vec<&Value> = items.flat_map(|item| item.as_object().expect("an item").values()).collect();
        let ids: BTreeSet<&str> = operations.iter().filter_map(|one| one["operationId"].as_str()).collect();
        assert_eq!(ids.len(), operations.len());
    }
}
