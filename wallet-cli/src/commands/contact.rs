//! The address book, and the settings of the wallet.

use lojal_text::{TypedError, typed};
use lojal_types::AddressText;
use lojal_wallet::contacts::{self, Contacts};
use lojal_wallet::home::Settings;
use lojal_wallet::label::Label;
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use crate::cli::{ConfigCommand, ContactCommand, Setting};
use crate::error::CommandError;
use crate::output::Report;

/// A contact.
#[derive(Serialize, JsonSchema)]
pub(super) struct Contact {
    /// The name.
    name: String,
    /// The address that it stands for, or stood for until now.
    address: AddressText,
}

/// The address that a new contact's name had before.
#[derive(Serialize, JsonSchema)]
pub(super) struct Before {
    /// Null if it had none.
    before: Option<AddressText>,
}

/// The address book.
#[derive(Serialize, JsonSchema)]
pub(super) struct Listed {
    /// All of it, by name.
    contacts: Vec<Contact>,
}

/// The settings of a wallet.
#[derive(Serialize, JsonSchema)]
pub(super) struct Shown {
    /// The gateways, the preferred one first.
    gateways: Vec<String>,
    /// Gateways of others, which are asked whether they have the same blocks.
    witnesses: Vec<String>,
    /// True if gateways are believed without proofs.
    trust: bool,
}

/// `lojal contact`.
pub(super) fn contact(context: &Context, command: ContactCommand) -> Result<Report, CommandError> {
    let home = context.home()?;
    match command {
        ContactCommand::Add { name, address, replace } => {
            address.to_canonical(home.network())?;
            let before = contacts::add(&home, name.clone(), address, replace)?;
            let was = before.map(|before| format!(", and no longer {before}")).unwrap_or_default();
            let contact = Contact { name: name.to_string(), address };
            Ok(Report::done(&contact, format!("{name} is {address}{was}")).with(&Before { before }))
        }
        ContactCommand::List => Ok(list(&contacts::known(home.dir())?)),
        ContactCommand::Remove { name } => {
            let address = contacts::remove(&home, name.clone())?;
            let contact = Contact { name: name.to_string(), address };
            Ok(Report::done(&contact, format!("{name}, who was {address}, is no contact any more")))
        }
    }
}

fn list(contacts: &Contacts) -> Report {
    let contact = |(name, address): (&Label, &AddressText)| Contact { name: name.to_string(), address: *address };
    let listed = Listed { contacts: contacts.iter().map(contact).collect() };
    let mut rows = vec![["NAME", "ADDRESS"].map(str::to_owned).to_vec()];
    rows.extend(contacts.iter().map(|(name, address)| vec![name.to_string(), address.to_string()]));
    let text = match contacts.is_empty() {
        true => "no contacts yet: lojal contact add NAME ADDRESS".to_owned(),
        false => lojal_print::table(&rows, &[]),
    };
    Report::done(&listed, text)
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
    let Settings { gateways, witnesses, trust } = settings.clone();
    Ok(Report::done(&Shown { gateways, witnesses, trust }, text))
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
