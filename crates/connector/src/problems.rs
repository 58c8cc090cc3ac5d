//! `GET /problems/{code}`: the page to which the type of a problem leads.

use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use lojal_types::Code;

use crate::problem::{Failure, Kind, is_retryable};

/// The beginning of the path of every page.
const PATH: &str = "/problems/";

/// The meaning of a code, of the ledger or of the connector.
pub(crate) async fn page(uri: Uri) -> Result<Response, Failure> {
    let name = uri.path().trim_start_matches(PATH);
    let own = || Kind::ALL.into_iter().find(|kind| kind.row().1 == name);
    let text = match (name.parse::<Code>(), own()) {
        (Ok(code), _) => format!("{name} ({})\n\n{}\n", code.number(), code.explanation()),
        (Err(_), Some(kind)) => text(kind.row(), kind.meaning()),
        (Err(_), None) => {
            let detail = "there is no such code; docs/codes.md has the ledger's, docs/connect.md the connector's";
            return Err(Failure::new(Kind::UnknownRoute, detail));
        }
    };
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}

fn text((status, name): (StatusCode, &str), meaning: &str) -> String {
    let again = if is_retryable(status) { "can help" } else { "doesn't help" };
    format!("{name}\n\n{meaning}\n\nHTTP status {}; the same request again {again}.\n", status.as_u16())
}
