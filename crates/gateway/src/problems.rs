//! `GET /problems/{code}`: the page to which the type of a problem leads.

use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use lojal_types::Code;

use crate::problem::{Failure, Kind, is_retryable, status_of};

/// The beginning of the path of every page.
const PATH: &str = "/problems/";

/// The meaning of a code, of the ledger or of the gateway.
pub(crate) async fn page(uri: Uri) -> Result<Response, Failure> {
    // As it is written: a code has one text.
    let name = uri.path().trim_start_matches(PATH);
    let of_gateway = || Kind::ALL.into_iter().find(|kind| kind.row().1 == name);
    let text = match (name.parse::<Code>(), of_gateway()) {
        (Ok(code), _) => text(code.name(), Some(code.number()), status_of(code), code.explanation()),
        (Err(_), Some(kind)) => text(kind.row().1, None, kind.row().0, kind.meaning()),
        (Err(_), None) => {
            return Err(Failure::new(Kind::UnknownRoute, "there is no such code; docs/codes.md lists all"));
        }
    };
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}

fn text(name: &str, number: Option<u16>, status: StatusCode, meaning: &str) -> String {
    let number = number.map(|number| format!(" ({number})")).unwrap_or_default();
    let again = if is_retryable(status) { "can help" } else { "doesn't help" };
    format!("{name}{number}\n\n{meaning}\n\nHTTP status {}; the same request again {again}.\n", status.as_u16())
}
