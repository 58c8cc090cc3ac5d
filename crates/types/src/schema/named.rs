//! The schemas of types that have a text or a bound of their own.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::text;
use crate::address::AddressText;
use crate::api::EventPlace;
use crate::bounded::Bounded;
use crate::brand::BrandId;
use crate::code::Code;
use crate::day::Day;
use crate::endpoint::Endpoint;
use crate::hex_bytes::HexBytes;
use crate::limits::{ENDPOINT_BYTES_MAX, NAME_BYTES_MAX, POINTS_MAX, TIME_MS_MAX};
use crate::money::Currency;
use crate::name::Name;
use crate::points::Points;
use crate::reference::Reference;
use crate::time::{Expiry, Month, TimeMs};
use crate::totals::GrossPoints;

impl JsonSchema for AddressText {
    fn schema_name() -> Cow<'static, str> {
        "Address".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let example = "tloj1qyqszqgpqyqszqgpqyqszqgpqyqszqgpq66esds";
        text("^t?loj1[02-9ac-hj-np-z]{38}$", example, "An account, bech32m; `tloj1` in test networks.")
    }
}

impl JsonSchema for BrandId {
    fn schema_name() -> Cow<'static, str> {
        "BrandId".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        text("^[a-z][a-z0-9-]{1,14}$", "nordmat", "A brand.")
    }
}

impl JsonSchema for Reference {
    fn schema_name() -> Cow<'static, str> {
        "Reference".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        text("^([0-9a-f]{2}){1,32}$", "7265636569707431", "A brand's own mark on an operation: 1 to 32 bytes, in hex.")
    }
}

impl JsonSchema for HexBytes {
    fn schema_name() -> Cow<'static, str> {
        "HexBytes".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        text("^([0-9a-f]{2})*$", "0aff", "Bytes, in lower-case hex.")
    }
}

impl JsonSchema for Day {
    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        text("^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", "2027-03-14", "A day (UTC).")
    }
}

impl JsonSchema for Month {
    fn schema_name() -> Cow<'static, str> {
        "Month".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        text("^[0-9]{4}-(0[1-9]|1[0-2])$", "2027-03", "A calendar month (UTC).")
    }
}

impl JsonSchema for Expiry {
    fn schema_name() -> Cow<'static, str> {
        "Expiry".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let description = "The month after which points are gone, or `never`.";
        text("^([0-9]{4}-(0[1-9]|1[0-2])|never)$", "2027-03", description)
    }
}

impl JsonSchema for Currency {
    fn schema_name() -> Cow<'static, str> {
        "Currency".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        text("^[A-Z]{3}$", "SEK", "A currency (ISO 4217).")
    }
}

impl JsonSchema for GrossPoints {
    fn schema_name() -> Cow<'static, str> {
        "GrossPoints".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        text("^(0|[1-9][0-9]{0,38})$", "1234500", "A sum over all of a brand's time, which a number can't hold.")
    }
}

impl JsonSchema for EventPlace {
    fn schema_name() -> Cow<'static, str> {
        "EventPlace".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let pattern = "^(0|[1-9][0-9]{0,19})(-(0|[1-9][0-9]{0,9})-(0|[1-9][0-9]{0,9}))?$";
        text(pattern, "812-3-0", "The place of an event: block, transaction, operation; or the end of a block.")
    }
}

impl JsonSchema for Code {
    fn schema_name() -> Cow<'static, str> {
        "Code".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = Self::all().map(Self::name).collect();
        json_schema!({ "type": "string", "enum": names, "description": "A reason of the ledger (docs/codes.md)." })
    }
}

impl JsonSchema for Name {
    fn schema_name() -> Cow<'static, str> {
        "Name".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let description = "A name for people, at most 64 bytes of UTF-8 (protocol, Names).";
        json_schema!({
            "type": "string", "minLength": 1, "maxLength": NAME_BYTES_MAX, "examples": ["Nordmat"],
            "description": description,
        })
    }
}

impl JsonSchema for Endpoint {
    fn schema_name() -> Cow<'static, str> {
        "Endpoint".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string", "minLength": 1, "maxLength": ENDPOINT_BYTES_MAX,
            "examples": ["/dns/node.example.org/tcp/7900"], "description": "The address of a node.",
        })
    }
}

impl JsonSchema for Points {
    fn schema_name() -> Cow<'static, str> {
        "Points".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let description = "Points, in the brand's smallest unit.";
        json_schema!({ "type": "integer", "minimum": 0, "maximum": POINTS_MAX, "description": description })
    }
}

impl JsonSchema for TimeMs {
    fn schema_name() -> Cow<'static, str> {
        "TimeMs".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let description = "A time in Unix milliseconds.";
        json_schema!({ "type": "integer", "minimum": 0, "maximum": TIME_MS_MAX, "description": description })
    }
}

impl<T: JsonSchema, const MIN: usize, const MAX: usize> JsonSchema for Bounded<T, MIN, MAX> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("ListOf{}From{MIN}To{MAX}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let items = generator.subschema_for::<T>();
        json_schema!({ "type": "array", "items": items, "minItems": MIN, "maxItems": MAX })
    }
}
