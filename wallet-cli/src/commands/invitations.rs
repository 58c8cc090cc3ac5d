//! `lojal campaign invite`: a list of invitations, and the root that a campaign's terms have of it.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use lojal_types::limits::INVITATION_LISTS_MAX;
use lojal_types::{AddressText, Award, Campaign, CampaignId, Code, Hash, Invitation, Points, api};
use lojal_wallet::home::Home;
use lojal_wallet::invitations::{InvitationsError, List, Of, find, root_of};
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use super::decimals::Decimals;
use crate::ask;
use crate::cli::{InviteArgs, WhichCampaign};
use crate::error::CommandError;
use crate::output::{Report, grouped};

/// Longest table, in bytes.
const TABLE_BYTES_MAX: u64 = 128 * 1024 * 1024;
/// The name that stands for standard output elsewhere.
const STDOUT: &str = "-";

/// A list of invitations that was made.
#[derive(Serialize, JsonSchema)]
pub(super) struct Made {
    /// The root of the list, for the campaign's terms.
    root: Hash,
    /// Its place among them, from 0 on, if no other list is set before it.
    place: u8,
    /// The number of invitations.
    invitations: u64,
    /// The file that they are in.
    file: String,
}

/// Makes a list of a table, or tells the root of one that was made. Whoever has a line can claim, so the file is the
/// brand's to keep.
pub(super) fn invite(context: &Context, args: InviteArgs) -> Result<Report, CommandError> {
    let home = context.home()?;
    let gateways = context.gateways(Some(&home))?;
    let WhichCampaign { brand, campaign } = args.which;
    if campaign == CampaignId::new(0) {
        return Err(CommandError::Usage("campaigns are numbered from 1 on"));
    }
    let told = gateways.ask(|gateway| Ok(gateway.client()?.campaigns(&brand)?))?;
    let terms = still_to_set(told, args.which)?;
    let before = terms.as_ref().map_or(0, |terms| terms.invited.len());
    let decimals = Decimals::ask(&gateways, Some(&home))?.of(brand);
    let of = of(&home, args.which, decimals);
    let (root, invitations, file) = match (args.root_of, args.table.zip(args.out)) {
        (Some(file), _) => {
            let (root, count) = root_of(open(&file)?, &of).map_err(|error| in_file(&file, error))?;
            (root, count, file)
        }
        (None, made) => {
            let (table, out) = made.expect("the command line demands both or a file that is there");
            let list = make(&of, terms.as_ref(), &table, &out)?;
            (list.root(), u64::try_from(list.len()).unwrap_or(u64::MAX), out)
        }
    };
    let place = u8::try_from(before).unwrap_or(u8::MAX);
    let file = file.display().to_string();
    let after = match before {
        0 => String::new(),
        1 => ", after the root that is there,".to_owned(),
        roots => format!(", after the {roots} roots that are there,"),
    };
    let text = format!(
        "{file} has {invitations} invitations, a line each: give every account its own, and nobody else's\nput {root} \
         into invited of the campaign's terms{after} and run lojal campaign set {brand} {campaign}; another list may \
         be set before it, too"
    );
    Ok(Report::done(&Made { root, place, invitations, file }, text))
}

/// The terms of a campaign that can still get a list; none of one that hasn't begun.
fn still_to_set(told: api::Campaigns, which: WhichCampaign) -> Result<Option<Campaign>, CommandError> {
    let WhichCampaign { brand, campaign } = which;
    let last = told.last;
    let Some(found) = told.campaigns.into_iter().find(|one| one.campaign == campaign) else {
        if campaign > last {
            return Ok(None);
        }
        let text = format!("campaign {campaign} of {brand} is over: the next one has a number above {last}");
        return Err(CommandError::of_code(Code::UnknownCampaign, text));
    };
    if found.state == api::CampaignState::Closed {
        let text =
            format!("campaign {campaign} of {brand} has closed, and stays as it is: begin another one for these");
        return Err(CommandError::of_code(Code::CampaignPromised, text));
    }
    if found.terms.invited.len() >= INVITATION_LISTS_MAX {
        return Err(CommandError::refused(
            "too_many_lists",
            "the campaign has as many lists as there can be: begin another campaign for these",
        ));
    }
    Ok(Some(found.terms))
}

/// Makes a list of a table, and writes its invitations into a new file.
fn make(of: &Of, terms: Option<&Campaign>, table: &Path, out: &Path) -> Result<List, CommandError> {
    if out == Path::new(STDOUT) {
        return Err(CommandError::Usage("--out names a new file: standard output gets the root of the list"));
    }
    let before = terms.map_or(0, |terms| terms.invited.len());
    let place = u8::try_from(before).unwrap_or(u8::MAX);
    let text = ask::file(table, TABLE_BYTES_MAX)?;
    let list = List::of_table(&text, of, |account, sum| fits(terms, (account, sum), of.decimals))
        .map_err(|error| in_file(table, error))?;
    list.write(out, place).map_err(|error| CommandError::Input(out.display().to_string(), error))?;
    Ok(list)
}

/// Tells what is wrong with a line of a campaign that there is.
fn fits(terms: Option<&Campaign>, (account, sum): (AddressText, Points), decimals: u8) -> Result<(), String> {
    let Some(terms) = terms else { return Ok(()) };
    if account.is_household() && !terms.households {
        return Err("households don't take part in this campaign: invite the member".to_owned());
    }
    match terms.award {
        Award::Points { up_to, .. } if sum.is_zero() || sum > up_to => {
            Err(format!("the amount is what the account gets: more than 0, and at most {}", grouped(up_to, decimals)))
        }
        Award::Points { .. } => Ok(()),
        Award::Cause { .. } if sum.is_zero() => {
            Err("the amount is what a donation takes, and that is more than 0".to_owned())
        }
        _ if sum > terms.price => Err(format!(
            "the amount is what a unit costs the account: at most {}, as everybody pays",
            grouped(terms.price, decimals)
        )),
        _ => Ok(()),
    }
}

/// The campaign that lists and invitations are for.
pub(super) fn of(home: &Home, which: WhichCampaign, decimals: u8) -> Of {
    let WhichCampaign { brand, campaign } = which;
    Of { chain: home.chain_id(), network: home.network(), brand, decimals, campaign }
}

/// The invitation of an account in a file that it got, under one of the roots of the campaign.
pub(super) fn of_file(path: &Path, of: &Of, account: AddressText, roots: &[Hash]) -> Result<Invitation, CommandError> {
    find(open(path)?, of, account, roots).map_err(|error| in_file(path, error))
}

fn open(path: &Path) -> Result<BufReader<File>, CommandError> {
    let opened = File::open(path).map(BufReader::new);
    opened.map_err(|error: io::Error| CommandError::Input(path.display().to_string(), error))
}

/// A fault of a file, with its name before it.
fn in_file(path: &Path, error: InvitationsError) -> CommandError {
    CommandError::Invitations(PathBuf::from(path), error)
}
