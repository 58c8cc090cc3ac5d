//! Files with the actions of a motion: where in them a mistake is.

use serde::de::DeserializeOwned;
use toml::{Table, Value};

/// The list of a file's actions.
const ACTIONS: &str = "actions";
/// The field that says which action it is.
const TYPE: &str = "type";

/// The mistake of a file that couldn't be read, with the number and the type of the action and the field that it is in.
pub(super) fn mistake<A: DeserializeOwned>(text: &str, error: &toml::de::Error) -> String {
    // A text that isn't TOML is told with its line.
    let Ok(document) = text.parse::<Table>() else { return error.to_string() };
    let actions = document.get(ACTIONS).and_then(Value::as_array).into_iter().flatten();
    let wrong = (1..).zip(actions).find_map(|(number, action)| Some((number, action, reason::<A>(action)?)));
    let Some((number, action, reason)) = wrong else { return error.message().to_owned() };
    let kind = action.get(TYPE).and_then(Value::as_str).map(|kind| format!(" ({kind:?})")).unwrap_or_default();
    let field = field::<A>(action, &reason).map(|field| format!(", field {field}")).unwrap_or_default();
    format!("action {number}{kind}{field}: {reason}")
}

/// The reason that an action can't be read.
fn reason<A: DeserializeOwned>(action: &Value) -> Option<String> {
    action.clone().try_into::<A>().err().map(|error| error.message().to_owned())
}

/// The field that a reason is about. Fields are read one after the other, so it is the first with which the reason is
/// there; one that is left out, or that stands for nothing, the reason names itself.
fn field<A: DeserializeOwned>(action: &Value, reason: &str) -> Option<String> {
    let mut fields = Vec::new();
    add_fields(&mut fields, "", action);
    let has_reason = |count: usize| {
        let mut left = count;
        let part = first_fields(action, "", &mut left);
        part.and_then(|part| self::reason::<A>(&part)).as_deref() == Some(reason)
    };
    let first = (0..=fields.len()).find(|count| has_reason(*count))?;
    let is_named = reason.starts_with("missing field") || reason.starts_with("unknown field");
    first.checked_sub(1).filter(|_| !is_named).map(|index| fields[index].clone())
}

/// Adds the ways to all values but the type.
fn add_fields(fields: &mut Vec<String>, way: &str, value: &Value) {
    match value {
        Value::Table(table) => table.iter().for_each(|(name, value)| add_fields(fields, &below(way, name), value)),
        Value::Array(list) => (1..).zip(list).for_each(|(number, one)| {
            add_fields(fields, &below(way, &i32::to_string(&number)), one);
        }),
        _ if way == TYPE => {}
        _ => fields.push(way.to_owned()),
    }
}

/// An action with its type and the first of its other values, as many as are left; none where none are.
fn first_fields(value: &Value, way: &str, left: &mut usize) -> Option<Value> {
    match value {
        Value::Table(table) => {
            let mut part = Table::new();
            for (name, value) in table {
                if let Some(value) = first_fields(value, &below(way, name), left) {
                    part.insert(name.clone(), value);
                }
            }
            (way.is_empty() || !part.is_empty()).then_some(Value::Table(part))
        }
        Value::Array(list) => {
            let part: Vec<Value> = list.iter().filter_map(|one| first_fields(one, &below(way, "1"), left)).collect();
            (!part.is_empty()).then_some(Value::Array(part))
        }
        value if way == TYPE => Some(value.clone()),
        value => {
            *left = left.checked_sub(1)?;
            Some(value.clone())
        }
    }
}

fn below(way: &str, name: &str) -> String {
    if way.is_empty() { name.to_owned() } else { format!("{way}.{name}") }
}

#[cfg(test)]
mod tests {
    use lojal_types::governance::actions_from_toml;
    use lojal_types::{Action, Actions};

    use super::*;

    fn told(text: &str) -> String {
        let read: Result<Actions, toml::de::Error> = actions_from_toml(text);
        mistake::<Action>(text, &read.expect_err("wrong"))
    }

    #[test]
    fn a_mistake_is_told_with_its_action_and_its_field() {
        let good = "[[actions]]\ntype = \"suspend_brand\"\nbrand = \"kaffet\"\n";
        let power = |line: &str| told(&format!("{good}[[actions]]\ntype = \"set_power\"\nname = \"nordmat\"\n{line}"));
        let text = power("power = \"3\"");
        assert!(text.starts_with("action 2 (\"set_power\"), field power: invalid type: string \"3\""), "{text}");
        let text = power("");
        assert!(text.starts_with("action 2 (\"set_power\"): missing field `power`"), "{text}");
        let text = power("power = 3\nweight = 3");
        assert!(text.starts_with("action 2 (\"set_power\"): unknown field `weight`"), "{text}");
        let text = told("[[actions]]\ntype = \"set_colour\"\nbrand = \"kaffet\"");
        assert!(text.starts_with("action 1 (\"set_colour\"): unknown variant"), "{text}");
        let text = told("[[actions]]\ntype = \"suspend_brand\"\nbrand = \"Kaffet AB\"");
        assert!(text.starts_with("action 1 (\"suspend_brand\"), field brand: "), "{text}");
        let text = told("[[actions]]\ntype = \"set_settings\"\n[actions.settings]\nmotion_lapse_ms = true");
        assert!(text.starts_with("action 1 (\"set_settings\"), field settings.motion_lapse_ms: "), "{text}");
    }

    #[test]
    fn what_is_no_toml_is_told_with_its_line() {
        assert!(told("[[actions]]\ntype = ").contains("line 2"));
    }
}
