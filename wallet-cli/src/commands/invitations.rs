//! `lojal campaign invite`: a list of invitations, and the root that a campaign's terms have of it.

use std::path::Path;

use lojal_types::limits::INVITATION_LISTS_MAX;
use lojal_types::{AddressText, Award, Campaign, Hash, Invitation, Points};
use lojal_wallet::invitations::{List, Of, find};
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use super::decimals::Decimals;
use crate::ask;
use crate::cli::WhichCampaign;
use crate::error::CommandError;
use crate::output::{Report, grouped};

/// Longest table, in bytes.
const TABLE_BYTES_MAX: u64 = 128 * 1024 * 1024;
/// Longest file with somebody's invitation, in bytes.
const INVITATION_BYTES_MAX: u64 = 1024 * 1024;

/// A list of invitations that was made.
#[derive(Serialize, JsonSchema)]
pub(super) struct Made {
    /// The root of the list, for the campaign's terms.
    root: Hash,
    /// Its place among them, from 0 on.
    place: u8,
    /// The number of invitations.
    invitations: u64,
    /// The file that they are in.
    file: String,
}

/// Makes a list of a table. Whoever has a line can claim, so the file is the brand's to keep.
pub(super) fn invite(
    context: &Context,
    which: WhichCampaign,
    table: &Path,
    out: &Path,
) -> Result<Report, CommandError> {
    let home = context.home()?;
    let gateways = context.gateways(Some(&home))?;
    let WhichCampaign { brand, campaign } = which;
    let told = gateways.ask(|gateway| Ok(gateway.client()?.campaigns(&brand)?))?;
    let found = told.campaigns.into_iter().find(|one| one.campaign == campaign);
    let terms = found.map(|found| found.terms);
    let before = terms.as_ref().map_or(0, |terms| terms.invited.len());
    let place = u8::try_from(before).ok().filter(|_| before < INVITATION_LISTS_MAX);
    let place = place.ok_or(CommandError::Usage(
        "the campaign has as many lists as there can be: begin another campaign for these",
    ))?;
    let decimals = Decimals::ask(&gateways, Some(&home))?.of(brand);
    let of = Of { chain: home.chain_id(), network: home.network(), brand, decimals, campaign };
    let text = ask::file(table, TABLE_BYTES_MAX)?;
    let list = List::of_table(&text, &of, |sum| fits(terms.as_ref(), sum, decimals))?;
    let file = out.display().to_string();
    list.write(out, place).map_err(|error| CommandError::Input(file.clone(), error))?;
    let (root, count) = (list.root(), list.len());
    let text = format!(
        "wrote {count} invitations to {file}, a line each: give every account its own, and nobody else's\nput {root} \
         into invited of the campaign's terms, as number {} of the list, and run lojal campaign set {brand} {campaign}",
        u16::from(place) + 1
    );
    let invitations = u64::try_from(count).unwrap_or(u64::MAX);
    Ok(Report::done(&Made { root, place, invitations, file }, text))
}

/// Tells what is wrong with a sum of a campaign that there is.
fn fits(terms: Option<&Campaign>, sum: Points, decimals: u8) -> Result<(), String> {
    match terms.map(|terms| terms.award) {
        Some(Award::Points { up_to, .. }) if sum.is_zero() || sum > up_to => {
            Err(format!("the amount is what the account gets: more than 0, and at most {}", grouped(up_to, decimals)))
        }
        Some(Award::Cause { .. }) if sum.is_zero() => {
            Err("the amount is what a donation takes, and that is more than 0".to_owned())
        }
        _ => Ok(()),
    }
}

/// The invitation of an account in a file that it got.
pub(super) fn of_file(path: &Path, of: &Of, account: AddressText) -> Result<Invitation, CommandError> {
    Ok(find(&ask::file(path, INVITATION_BYTES_MAX)?, of, account)?)
}
