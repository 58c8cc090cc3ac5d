//! The address book, and the settings of the wallet.

use lojal_text::{TypedError, typed};
use lojal_wallet::contacts::{self, Contacts};
use lojal_wallet::home::Settings;
use serde_json::json;

use super::context::Context;
use crate::cli::{ConfigCommand, ContactCommand, Setting};
use crate::error::CommandError;
use crate::output::Report;

/// `lojal contact`.
pub(super) fn contact(context: &Context, command: ContactCommand) -> Result<Report, CommandError> {
    let home = context.home()?;
    match command {
        ContactCommand::Add { name, address, replace } => {
            address.to_canonical(home.network())?;
            let before = contacts::add(&home, name.clone(), address, replace)?;
            let was = before.map(|before| format!(", and no longer {before}")).unwrap_or_default();
            let json = json!({ "name": name, "address": address, "before": before });
            Ok(Report::done(&json, format!("{name} is {address}{was}")))
        }
        ContactCommand::List => Ok(list(&contacts::known(home.dir())?)),
        ContactCommand::Remove { name } => {
            let address = contacts::remove(&home, name.clone())?;
            let json = json!({ "name": name, "address": address });
            Ok(Report::done(&json, format!("{name}, who was {address}, is no contact any more")))
        }
    }
}

fn list(contacts: &Contacts) -> Report {
    let json = contacts.iter().map(|(name, address)| json!({ "name": name, "address": address }));
    let json = json!({ "contacts": json.collect::<Vec<_>>() });
    let mut rows = vec![["NAME", "ADDRESS"].map(str::to_owned).to_vec()];
    rows.extend(contacts.iter().map(|(name, address)| vec![name.to_string(), address.to_string()]));
    let text = match contacts.is_empty() {
        true => "no contacts yet: lojal contact add NAME ADDRESS".to_owned(),
        false => lojal_print::table(&rows, &[]),
    };
    Report::done(&json, text)
}

/// `lojal config`.
pub(super) fn config(context: &Context, command: ConfigCommand) -> Result<Report, CommandError> {
    let mut home = context.home()?;
    let (setting, what) = match command {
        ConfigCommand::Get { setting } => (setting, ""),
        ConfigCommand::Set { setting, value } => {
            let settings = changed(home.settings(), setting, &value)?;
            home.set(settings)?;
            (Some(setting), "from now on: ")
        }
    };
    let settings = home.settings();
    let shown = [(Setting::Gateways, "gateways"), (Setting::Witnesses, "witnesses"), (Setting::Trust, "trust")];
    let text = match setting {
        Some(setting) => format!("{what}{}", value(settings, setting)),
        None => {
            let rows = shown.map(|(setting, name)| vec![name.to_owned(), value(settings, setting)]);
            lojal_print::table(&rows, &[])
        }
    };
    let json = json!({
        "gateways": settings.gateways,
        "witnesses": settings.witnesses,
        "trust": settings.trust,
    });
    Ok(Report::done(&json, text))
}

fn value(settings: &Settings, setting: Setting) -> String {
    match setting {
        Setting::Gateways => settings.gateways.join(","),
        Setting::Witnesses => settings.witnesses.join(","),
        Setting::Trust => if settings.trust { "yes" } else { "no" }.to_owned(),
    }
}

/// Addresses with commas between them, at least one: an unset variable of a script must not turn anything off.
fn urls(value: &str) -> Result<Vec<String>, CommandError> {
    let named = value.split(',').filter(|url| typed(url) != Err(TypedError::Empty));
    let urls: Vec<String> = named.map(|url| url.trim().to_owned()).collect();
    if urls.is_empty() {
        return Err(CommandError::Usage("there is no address: give one at least; `none` stands for no witnesses"));
    }
    Ok(urls)
}

fn changed(settings: &Settings, setting: Setting, value: &str) -> Result<Settings, CommandError> {
    let settings = settings.clone();
    match setting {
        Setting::Gateways => Ok(Settings { gateways: urls(value)?, ..settings }),
        Setting::Witnesses if value.trim().eq_ignore_ascii_case("none") => {
            Ok(Settings { witnesses: Vec::new(), ..settings })
        }
        Setting::Witnesses => Ok(Settings { witnesses: urls(value)?, ..settings }),
        Setting::Trust => match value.trim().to_lowercase().as_str() {
            "yes" | "true" => Ok(Settings { trust: true, ..settings }),
            "no" | "false" => Ok(Settings { trust: false, ..settings }),
            _ => Err(CommandError::Usage("trust is yes or no: yes believes gateways without proofs")),
        },
    }
}
