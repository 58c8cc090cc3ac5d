//! Names for wallets.

use std::env;

use lojal_types::AddressText;
use lojal_wallet::contacts::ContactsError;
use lojal_wallet::home::{Home, HomeError};
use lojal_wallet::label::Label;
use lojal_wallet::profiles::{PROFILES_MAX, Profiles};
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use crate::cli::{ProfileCommand, ProfileOrDefault};
use crate::error::CommandError;
use crate::output::Report;
use crate::place;

/// A profile that was made or forgotten.
#[derive(Serialize, JsonSchema)]
pub(super) struct Named {
    /// The name.
    name: String,
    /// The directory of its wallet.
    home: String,
}

/// The profile that is used where none is named.
#[derive(Serialize, JsonSchema)]
pub(super) struct Used {
    /// The name; `default` is the wallet in `~/.lojal`.
    used: String,
    /// The directory of its wallet.
    home: String,
}

/// All profiles.
#[derive(Serialize, JsonSchema)]
pub(super) struct Listed {
    /// The default one first.
    profiles: Vec<Profile>,
}

/// One profile.
#[derive(Serialize, JsonSchema)]
struct Profile {
    /// The name.
    name: String,
    /// True if it is used where none is named.
    used: bool,
    /// The account of its wallet; null if there is none yet.
    address: Option<AddressText>,
    /// The directory of its wallet.
    home: String,
}

/// `lojal profile`.
pub(super) fn profile(context: &Context, command: ProfileCommand) -> Result<Report, CommandError> {
    let path = place::profiles_file()?;
    let profiles = Profiles::read(&path)?;
    match command {
        ProfileCommand::Add { name } => {
            let (profiles, report) = add(context, profiles, name)?;
            profiles.write(&path).map(|()| report).map_err(CommandError::from)
        }
        ProfileCommand::Use { name } => {
            let home = match &name.0 {
                Some(used) => profiles.home(used).ok_or_else(|| CommandError::UnknownProfile(used.clone()))?.to_owned(),
                None => place::default_home()?,
            };
            Profiles { used: name.0.clone(), ..profiles }.write(&path)?;
            let used = Used { used: name.to_string(), home: home.display().to_string() };
            let text = format!("commands use the wallet in {} from now on", used.home);
            Ok(Report::done(&used, text))
        }
        ProfileCommand::List => list(&profiles),
        ProfileCommand::Remove { name } => remove(profiles, &name).and_then(|(profiles, report)| {
            profiles.write(&path)?;
            Ok(report)
        }),
    }
}

fn add(context: &Context, mut profiles: Profiles, name: Label) -> Result<(Profiles, Report), CommandError> {
    let home = context.options.home.clone().map_or_else(|| place::home_of(&name), Ok)?;
    // Commands run in other directories than this one.
    let home = match env::current_dir() {
        Ok(here) => here.join(home),
        Err(error) => return Err(CommandError::Input("the directory that you are in".to_owned(), error)),
    };
    if profiles.home(&name).is_some_and(|known| known != home) {
        return Err(CommandError::refused(
            "profile_exists",
            "there is a profile of this name: choose another name, or forget that one with lojal profile remove",
        ));
    }
    if let Some(known) = profiles.homes.keys().find(|known| known.is_imitated_by(&name)) {
        return Err(ContactsError::Similar { name, known: known.clone() }.into());
    }
    profiles.homes.insert(name.clone(), home.clone());
    if profiles.homes.len() > PROFILES_MAX {
        return Err(CommandError::refused(
            "too_many_profiles",
            "there are 100 profiles: forget some with lojal profile remove",
        ));
    }
    let next = match Home::is_in(&home) {
        true => format!("lojal --profile {name} balance, or lojal profile use {name} for all commands"),
        false => format!("there is no wallet yet: lojal --profile {name} init --genesis FILE --gateway URL"),
    };
    let shown = home.display().to_string();
    let text = format!("{name} is the wallet in {shown}\n{next}");
    Ok((profiles, Report::done(&Named { name: name.to_string(), home: shown }, text)))
}

fn remove(mut profiles: Profiles, name: &Label) -> Result<(Profiles, Report), CommandError> {
    let home = profiles.homes.remove(name).ok_or_else(|| CommandError::UnknownProfile(name.clone()))?;
    profiles.used.take_if(|used| used == name);
    let shown = home.display().to_string();
    let text = format!("forgot the profile {name}; its wallet is still in {shown}");
    Ok((profiles, Report::done(&Named { name: name.to_string(), home: shown }, text)))
}

fn list(profiles: &Profiles) -> Result<Report, CommandError> {
    let mut rows = vec![["NAME", "IN USE", "ADDRESS", "WALLET"].map(str::to_owned).to_vec()];
    let mut listed = Vec::with_capacity(profiles.homes.len() + 1);
    let default = (ProfileOrDefault(None), place::default_home()?);
    let named = profiles.homes.iter().map(|(name, home)| (ProfileOrDefault(Some(name.clone())), home.clone()));
    for (name, home) in std::iter::once(default).chain(named) {
        let address = match Home::open(&home) {
            Ok(home) => Some(home.address_text()),
            Err(HomeError::Missing(_)) => None,
            Err(error) => {
                lojal_print::note(error);
                None
            }
        };
        let is_used = name.0 == profiles.used;
        let shown = home.display().to_string();
        listed.push(Profile { name: name.to_string(), used: is_used, address, home: shown.clone() });
        let address = address.map_or_else(|| "no wallet yet".to_owned(), |address| address.to_string());
        let used = if is_used { "yes" } else { "no" };
        rows.push(vec![name.to_string(), used.to_owned(), address, shown]);
    }
    Ok(Report::done(&Listed { profiles: listed }, lojal_print::table(&rows, &[])))
}
