//! The description of what a route does for one method.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use lojal_http::schemas::{self, Schema};
use lojal_types::{AddressText, BrandId, Code, Reference, TransactionId};
use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::problem::{Kind, status_of};

/// The problems that any request can have.
const EVERYWHERE: [Kind; 9] = [
    Kind::MalformedRequest,
    Kind::InvalidParameter,
    Kind::RequestTimeout,
    Kind::HeadTooLarge,
    Kind::TooManyConnections,
    Kind::RateLimited,
    Kind::Internal,
    Kind::Busy,
    Kind::VersionNotSupported,
];
/// Those of whoever asks for what not everybody may read.
const OF_READERS: [Kind; 4] = [Kind::TokenMissing, Kind::TokenInvalid, Kind::TokenExpired, Kind::NotPermitted];
/// Those of answers that are read from blocks.
const OF_BLOCKS: [Kind; 2] = [Kind::BlockUnavailable, Kind::Pruned];
/// Those of bodies.
const OF_BODIES: [Kind; 3] = [Kind::MalformedJson, Kind::BodyTooLarge, Kind::UnsupportedMediaType];

/// A token's part in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// Nobody is asked for one.
    None,
    /// Whoever has the right to read needs one.
    Read,
    /// Likewise, but who knows something that others don't can do without.
    Either,
}

/// The place of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
}

/// A parameter of a request.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) place: Place,
    pub(crate) is_required: bool,
    pub(crate) schema: Value,
    pub(crate) meaning: &'static str,
}

/// The content of a successful answer.
#[derive(Clone, Copy)]
pub(crate) enum Content {
    /// Nothing.
    None,
    /// JSON of a type, with a tag by which whoever asks again learns that nothing has changed.
    Tagged(Schema),
    /// JSON of a type.
    Json(Schema),
    /// Something else, of this media type.
    Other(&'static str),
}

/// The content of a request.
#[derive(Clone, Copy)]
pub(crate) struct Body {
    pub(crate) schemas: &'static [Schema],
    /// True if canonical bytes are taken as well.
    pub(crate) or_bytes: bool,
}

/// The part of a route that answers one method.
#[derive(Clone)]
pub(crate) struct Operation {
    pub(crate) method: &'static str,
    pub(crate) id: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) token: Token,
    /// The letters of docs/api.md for those who are answered.
    pub(crate) who: &'static str,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    pub(crate) answers: Vec<(u16, Content, &'static str)>,
    /// The codes of problems, by status.
    pub(crate) problems: BTreeMap<u16, Vec<&'static str>>,
}

impl Operation {
    /// Something that everybody may ask.
    pub(crate) fn get(id: &'static str, summary: &'static str) -> Self {
        Self::new("get", id, summary)
    }
    /// Something that is sent.
    pub(crate) fn post(id: &'static str, summary: &'static str) -> Self {
        Self::new("post", id, summary)
    }
    /// Something that is removed.
    pub(crate) fn delete(id: &'static str, summary: &'static str) -> Self {
        Self::new("delete", id, summary)
    }
    fn new(method: &'static str, id: &'static str, summary: &'static str) -> Self {
        let (parameters, answers, problems) = (Vec::new(), Vec::new(), BTreeMap::new());
        let (token, who, body) = (Token::None, "P", None);
        let own = Self { method, id, summary, token, who, parameters, body, answers, problems };
        own.kinds(&EVERYWHERE)
    }

    /// The same for those who may read it alone.
    pub(crate) fn by(mut self, who: &'static str) -> Self {
        (self.token, self.who) = (Token::Read, who);
        self.kinds(&OF_READERS)
    }
    /// The same for those who may read it, and for whoever knows what it is about.
    pub(crate) fn by_or_knowing(self, who: &'static str) -> Self {
        Self { token: Token::Either, ..self.by(who) }
    }
    /// The same for whoever knows what it is about.
    pub(crate) fn knowing(self) -> Self {
        Self { who: "id", ..self }
    }
    /// The same for admins of the brand with a token made for it.
    pub(crate) fn by_admins(self) -> Self {
        self.by("F").kinds(&[Kind::TokenNotFresh])
    }

    /// The same for the account itself with a token made for it.
    pub(crate) fn by_owner(self) -> Self {
        self.by("O").address().kinds(&[Kind::TokenNotFresh, Kind::PushOff])
    }

    fn parameter(mut self, name: &'static str, place: Place, schema: Value, meaning: &'static str) -> Self {
        let is_required = place == Place::Path;
        self.parameters.push(Parameter { name, place, is_required, schema, meaning });
        self
    }
    /// The same with a part of its path.
    pub(crate) fn path<T: JsonSchema>(self, name: &'static str, meaning: &'static str) -> Self {
        self.parameter(name, Place::Path, schemas::plain::<T>(), meaning)
    }
    /// The same with the words that a part of its path can be.
    pub(crate) fn path_of(self, name: &'static str, schema: Value, meaning: &'static str) -> Self {
        self.parameter(name, Place::Path, schema, meaning)
    }
    /// The same about a brand.
    pub(crate) fn brand(self) -> Self {
        self.path::<BrandId>("id", "The brand.")
    }
    /// The same about an account.
    pub(crate) fn address(self) -> Self {
        self.path::<AddressText>("address", "The account, of this network.").kinds(&[Kind::InvalidAddress])
    }
    /// The same about a reference.
    pub(crate) fn reference(self) -> Self {
        self.path::<Reference>("reference", "The reference.").not_found(Code::UnknownReference)
    }
    /// The same about a transaction.
    pub(crate) fn transaction(self) -> Self {
        self.path::<TransactionId>("id", "The transaction.").kinds(&[Kind::UnknownTransaction]).of_blocks()
    }
    /// The same with a field of its query.
    pub(crate) fn query<T: JsonSchema>(self, name: &'static str, meaning: &'static str) -> Self {
        self.parameter(name, Place::Query, schemas::plain::<T>(), meaning)
    }
    /// The same with a field of its query that is of another form.
    pub(crate) fn query_of(self, name: &'static str, schema: Value, meaning: &'static str) -> Self {
        self.parameter(name, Place::Query, schema, meaning)
    }
    /// The same, where the last parameter has to be there.
    pub(crate) fn required(mut self) -> Self {
        self.parameters.iter_mut().last().expect("it has a parameter").is_required = true;
        self
    }
    /// The same with the number of items that are wanted.
    pub(crate) fn limit(self, most: u32, meaning: &'static str) -> Self {
        let schema = json!({ "type": "integer", "minimum": 1, "maximum": most });
        self.query_of("limit", schema, meaning)
    }
    /// The same by pages.
    pub(crate) fn by_pages(self) -> Self {
        let cursor = json!({ "type": "string", "maxLength": 64 });
        self.query_of("cursor", cursor, "`next_cursor` of the page before.").kinds(&[Kind::InvalidCursor])
    }
    /// The same with a header.
    pub(crate) fn header<T: JsonSchema>(self, name: &'static str, meaning: &'static str) -> Self {
        self.parameter(name, Place::Header, schemas::plain::<T>(), meaning)
    }
    /// The same with a body of these types.
    pub(crate) fn body(mut self, schemas: &'static [Schema], or_bytes: bool) -> Self {
        self.body = Some(Body { schemas, or_bytes });
        self.kinds(&OF_BODIES)
    }

    fn answer(mut self, status: StatusCode, content: Content, meaning: &'static str) -> Self {
        self.answers.push((status.as_u16(), content, meaning));
        self
    }
    /// The same, answered with a value.
    pub(crate) fn json<T: JsonSchema>(self, status: StatusCode, meaning: &'static str) -> Self {
        let is_tagged = self.method == "get";
        let schema = schemas::of::<T>;
        self.answer(status, if is_tagged { Content::Tagged(schema) } else { Content::Json(schema) }, meaning)
    }
    /// The same, answered with a value that can be large.
    pub(crate) fn large<T: JsonSchema>(self, meaning: &'static str) -> Self {
        self.answer(StatusCode::OK, Content::Json(schemas::of::<T>), meaning)
    }
    /// The same, answered with something of a media type.
    pub(crate) fn other(self, media_type: &'static str, meaning: &'static str) -> Self {
        self.answer(StatusCode::OK, Content::Other(media_type), meaning)
    }
    /// The same, answered with nothing.
    pub(crate) fn nothing(self, meaning: &'static str) -> Self {
        self.answer(StatusCode::NO_CONTENT, Content::None, meaning)
    }

    fn problem(mut self, status: StatusCode, code: &'static str) -> Self {
        let codes = self.problems.entry(status.as_u16()).or_default();
        if !codes.contains(&code) {
            codes.push(code);
        }
        self
    }
    /// The same with problems of the gateway's own.
    pub(crate) fn kinds(self, kinds: &[Kind]) -> Self {
        kinds.iter().fold(self, |own, kind| {
            let (status, name) = kind.row();
            own.problem(status, name)
        })
    }
    /// The same, read from blocks.
    pub(crate) fn of_blocks(self) -> Self {
        self.kinds(&OF_BLOCKS)
    }
    /// The same about something that may not be there.
    pub(crate) fn not_found(self, code: Code) -> Self {
        self.problem(StatusCode::NOT_FOUND, code.name())
    }
    /// The codes of the problems that any request can have, by status.
    pub(crate) fn everywhere() -> BTreeMap<u16, Vec<&'static str>> {
        Self::get("", "").problems
    }
    /// The same with reasons of the ledger.
    pub(crate) fn codes(self, codes: impl IntoIterator<Item = Code>) -> Self {
        codes.into_iter().fold(self, |own, code| own.problem(status_of(code), code.name()))
    }
}
