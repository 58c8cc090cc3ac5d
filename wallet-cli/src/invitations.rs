//! Lists of invitations: a brand makes one of a table of accounts and sums, puts its root into a campaign, and gives
//! each account its line.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use lojal_types::limits::INVITATION_PATH_MAX;
use lojal_types::merkle::Tree;
use lojal_types::{
    AddressText, Bounded, BrandId, CampaignId, ChainId, Hash, Invitation, Invited, NetworkKind, Points, Salt,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::amount;
use crate::random::{RandomError, random_bytes};
use crate::saved::write_new_by;

/// Most lines of a list.
const LINES_MAX: usize = 1_000_000;

/// A reason that a table makes no list, or that a file has no invitation for an account.
#[derive(Debug, Error)]
pub enum InvitationsError {
    /// A line can't be used.
    #[error("line {line}: {reason}")]
    Line {
        /// The line, from 1 on.
        line: u64,
        /// The reason.
        reason: String,
    },
    /// The table has no lines.
    #[error(
        "there is nobody on the list: it is a table (CSV) with the columns address and amount, and a line for each"
    )]
    Empty,
    /// The table is too long.
    #[error("more than {LINES_MAX} lines: make several lists")]
    TooLong,
    /// The file has none for this account.
    #[error("there is no invitation for {0} at this campaign in the file: ask the brand for yours")]
    NotThere(AddressText),
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// A line as its account gets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The network.
    pub chain_id: ChainId,
    /// The brand.
    pub brand: BrandId,
    /// The campaign.
    pub campaign: CampaignId,
    /// The account.
    pub account: AddressText,
    /// The invitation that it shows.
    pub invitation: Invitation,
    /// The end of the link that opens it in a gateway's wallet.
    pub link: String,
}

impl Line {
    /// The line of an account, with its link: the place of the claim, and the invitation's bytes in hex.
    fn new(chain_id: ChainId, invited: &Invited, account: AddressText, invitation: Invitation) -> Self {
        let Invited { brand, campaign, .. } = *invited;
        let bytes = hex::encode(borsh::to_vec(&invitation).expect("writing to memory can't fail"));
        let link = format!("/wallet/#/claim/{brand}/{campaign}/invited-{bytes}");
        Self { chain_id, brand, campaign, account, invitation, link }
    }
}

/// A list of a campaign's invitations.
pub struct List {
    chain: ChainId,
    lines: Vec<(AddressText, Invited)>,
    tree: Tree,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    address: AddressText,
    #[serde(default)]
    amount: String,
}

/// The network that a list is for, and the decimals of the brand's points.
#[derive(Clone, Copy, Debug)]
pub struct Of {
    /// The network.
    pub chain: ChainId,
    /// Its kind.
    pub network: NetworkKind,
    /// The brand.
    pub brand: BrandId,
    /// The decimals of its points.
    pub decimals: u8,
    /// The campaign.
    pub campaign: CampaignId,
}

impl List {
    /// Makes a list of a table (CSV) with the columns `address` and `amount`; `fits` says what is wrong with an amount.
    ///
    /// # Errors
    /// When a line can't be used, an account has two, or there are none or too many.
    pub fn of_table(
        text: &str,
        of: &Of,
        fits: impl Fn(Points) -> Result<(), String>,
    ) -> Result<Self, InvitationsError> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let (mut known, mut lines) = (BTreeSet::new(), Vec::new());
        let headers = reader.headers().map_err(|error| table_error(&error, 1))?.clone();
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record).map_err(|error| table_error(&error, 1))? {
            let line = record.position().map_or(0, csv::Position::line);
            let wrong = |reason: String| InvitationsError::Line { line, reason };
            let row: Row = record.deserialize(Some(&headers)).map_err(|error| table_error(&error, line))?;
            let account = row.address.to_canonical(of.network).map_err(|error| wrong(error.to_string()))?;
            let amount = match row.amount.as_str() {
                // What costs nothing, or gives something else than points.
                "" | "0" => Points::ZERO,
                text => amount::parse(text, of.decimals).map_err(|error| wrong(error.to_string()))?,
            };
            fits(amount).map_err(wrong)?;
            if !known.insert(account) {
                return Err(wrong(format!("{} is on the list already", row.address)));
            }
            if lines.len() == LINES_MAX {
                return Err(InvitationsError::TooLong);
            }
            let (salt, amount) = (Salt::new(*random_bytes()?), amount.get());
            let invited = Invited { brand: of.brand, campaign: of.campaign, account, amount, salt };
            lines.push((row.address, invited));
        }
        if lines.is_empty() {
            return Err(InvitationsError::Empty);
        }
        let tree = Tree::new(lines.iter().map(|(_, line)| line.leaf(&of.chain)).collect());
        Ok(Self { chain: of.chain, lines, tree })
    }

    /// The root, which goes into the campaign's terms.
    pub fn root(&self) -> Hash {
        Hash::new(self.tree.root())
    }

    /// The number of lines.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// True of no list that there is.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Writes the invitations to a new file, a line of JSON each; the root has this place in the terms.
    ///
    /// # Errors
    /// When it can't be written, or is there already.
    pub fn write(&self, path: &Path, root: u8) -> io::Result<()> {
        write_new_by(path, |file| {
            for (at, (account, invited)) in self.lines.iter().enumerate() {
                let Invited { amount, salt, .. } = *invited;
                let path = self.tree.path(at).unwrap_or_default();
                let path = Bounded::<_, 0, INVITATION_PATH_MAX>::new(path).map_err(io::Error::other)?;
                let invitation = Invitation { root, amount, salt, path };
                let line = Line::new(self.chain, invited, *account, invitation);
                serde_json::to_writer(&mut *file, &line)?;
                file.write_all(b"\n")?;
            }
            Ok(())
        })
    }
}

/// The invitation of an account among the lines of a file.
///
/// # Errors
/// When there is none, or the file is none of invitations.
pub fn find(text: &str, of: &Of, account: AddressText) -> Result<Invitation, InvitationsError> {
    for (place, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
        let line: Line = serde_json::from_str(text)
            .map_err(|error| InvitationsError::Line { line: place, reason: error.to_string() })?;
        if line.chain_id == of.chain && (line.brand, line.campaign, line.account) == (of.brand, of.campaign, account) {
            return Ok(line.invitation);
        }
    }
    Err(InvitationsError::NotThere(account))
}

fn table_error(error: &csv::Error, line: u64) -> InvitationsError {
    let line = error.position().map_or(line, csv::Position::line);
    let reason = match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => err.to_string(),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} fields, and the first line has {expected_len}")
        }
        _ => error.to_string(),
    };
    InvitationsError::Line { line, reason }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lojal_types::Address;

    fn of() -> Of {
        let (chain, brand) = (ChainId::new([3; 32]), "nordmat".parse().expect("valid"));
        Of { chain, network: NetworkKind::Test, brand, decimals: 2, campaign: CampaignId::new(4) }
    }

    fn account(byte: u8) -> AddressText {
        Address::new([byte; 20]).to_text(NetworkKind::Test)
    }

    #[test]
    fn each_account_finds_its_invitation_in_what_was_made_of_a_table() {
        let table = format!("address,amount\n{},12.50\n{} , 3\n{},\n", account(2), account(4), account(6));
        let list = List::of_table(&table, &of(), |_| Ok(())).expect("a list");
        let dir = tempfile::tempdir().expect("a temporary directory");
        let path = dir.path().join("invitations.jsonl");
        list.write(&path, 1).expect("a new file");
        assert_eq!(list.write(&path, 1).expect_err("it is there").kind(), io::ErrorKind::AlreadyExists);
        let text = std::fs::read_to_string(&path).expect("written");
        let roots = [Hash::new([0; 32]), list.root()];
        for (byte, amount) in [(2, 1_250), (4, 300), (6, 0)] {
            let found = find(&text, &of(), account(byte)).expect("there");
            let of = of();
            assert_eq!(found.amount, amount);
            assert!(found.is_for(&of.chain, (of.brand, of.campaign, Address::new([byte; 20])), &roots));
        }
        let missing = find(&text, &of(), account(8)).expect_err("not on the list").to_string();
        assert!(missing.contains("no invitation for"), "{missing}");
        let other = Of { campaign: CampaignId::new(5), ..of() };
        assert!(find(&text, &other, account(2)).is_err());
    }

    #[test]
    fn a_table_with_a_mistake_says_in_which_line() {
        let known = account(2);
        for (table, expected) in [
            ("address,amount\n".to_owned(), "nobody is on the list"),
            (format!("address,amount\n{known},1\n{known},2\n"), "line 3"),
            (format!("address,amount\n{known},0.001\n"), "line 2"),
            ("address,amount\nme,1\n".to_owned(), "line 2"),
            (format!("address,amount\n{known}\n"), "line 2: 1 fields"),
            (format!("who,amount\n{known},1\n"), "line 2"),
            (format!("address,amount\n{known},70\n"), "line 2: too much"),
        ] {
            let fits = |amount: Points| if amount.get() > 6_900 { Err("too much".to_owned()) } else { Ok(()) };
            let error = List::of_table(&table, &of(), fits).err().expect("a mistake").to_string();
            let expected = if expected.starts_with("nobody") { "nobody on the list" } else { expected };
            assert!(error.contains(expected), "{table}: {error}");
        }
    }
}
