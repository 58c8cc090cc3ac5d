//! Lists of invitations: a brand makes one of a table of accounts and sums, puts its root into a campaign, and gives
//! each account its line.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use csv::StringRecord;
use lojal_types::address::AddressError;
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
use crate::table::{Lines, text_and_delimiter};

mod reading;

pub use reading::{find, root_of};

/// Most lines of a list.
const LINES_MAX: usize = 1_000_000;
/// Most faults of a table that are told at once.
const FAULTS_TOLD_MAX: usize = 20;
/// The names of the columns.
const COLUMNS: [&str; 2] = ["address", "amount"];

/// A reason that a table makes no list, or that a file has no invitation for an account.
#[derive(Debug, Error)]
pub enum InvitationsError {
    /// Lines of a table can't be used.
    #[error("{0}nothing was written: put these lines right, and run it again")]
    Table(String),
    /// The table has no lines.
    #[error(
        "there is nobody on the list: it is a table (CSV) with the columns address and amount, and a line for each"
    )]
    Empty,
    /// The table is too long.
    #[error("more than {LINES_MAX} lines: make several lists")]
    TooLong,
    /// A line of a file is none of invitations.
    #[error("line {line} {fault}: take the file as `lojal campaign invite` has written it, not the table")]
    Line {
        /// The line, from 1 on.
        line: u64,
        /// The fault.
        fault: &'static str,
    },
    /// The file has none for this account.
    #[error("there is no invitation for {0} at this campaign in the file: ask the brand for yours")]
    NotThere(AddressText),
    /// The file has one of a list that the campaign doesn't have.
    #[error(
        "the invitation for {0} is of no list that the campaign has: take the file as the brand gave it, or ask the \
         brand whether its list is set"
    )]
    OtherList(AddressText),
    /// The file can't be read.
    #[error("{}", crate::files::reason(.0))]
    Read(#[from] io::Error),
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
}

impl InvitationsError {
    /// True if nothing is wrong with the file, and it has no invitation that holds.
    pub fn is_of_facts(&self) -> bool {
        matches!(self, Self::NotThere(_) | Self::OtherList(_) | Self::Read(_) | Self::Random(_))
    }
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
    /// True if it is for somebody at this campaign.
    fn is_for(&self, of: &Of) -> bool {
        (self.chain_id, self.brand, self.campaign) == (of.chain, of.brand, of.campaign)
    }
}

/// A list of a campaign's invitations.
pub struct List {
    chain: ChainId,
    lines: Vec<(AddressText, Invited)>,
    tree: Tree,
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
    /// Makes a list of a table (CSV) with the columns `address` and `amount`; `fits` says what is wrong with an account
    /// or its amount.
    ///
    /// # Errors
    /// When lines can't be used, an account has two, or there are none or too many.
    pub fn of_table(
        text: &str,
        of: &Of,
        fits: impl Fn(AddressText, Points) -> Result<(), String>,
    ) -> Result<Self, InvitationsError> {
        let (text, delimiter) = text_and_delimiter(text);
        let mut reader =
            csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).from_reader(text.as_bytes());
        let columns = columns(&mut reader).map_err(|fault| InvitationsError::Table(format!("line 1: {fault}\n")))?;
        let (mut known, mut lines, mut faults) = (BTreeSet::new(), Vec::new(), Faults::default());
        let mut counted = Lines::of(text);
        for record in reader.records() {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    faults.add(counted.line_of(error.position()), &table_fault(&error));
                    continue;
                }
            };
            let line = counted.line_of(record.position());
            if lines.len() == LINES_MAX {
                return Err(InvitationsError::TooLong);
            }
            let row = row(&record, columns, of).and_then(|(address, invited)| {
                fits(address, Points::new(invited.amount))?;
                Ok((address, invited))
            });
            match row {
                Ok((address, invited)) if !known.insert(invited.account) => {
                    faults.add(line, &format!("{address} is on the list already"));
                }
                Ok((address, invited)) => {
                    lines.push((address, Invited { salt: Salt::new(*random_bytes()?), ..invited }));
                }
                Err(fault) => faults.add(line, &fault),
            }
        }
        faults.none()?;
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

/// The lines of a table that can't be used.
#[derive(Default)]
struct Faults {
    told: String,
    count: usize,
}

impl Faults {
    fn add(&mut self, line: u64, fault: &str) {
        self.count += 1;
        if self.count <= FAULTS_TOLD_MAX {
            self.told += &format!("line {line}: {fault}\n");
        }
    }
    fn none(self) -> Result<(), InvitationsError> {
        let more = match self.count.saturating_sub(FAULTS_TOLD_MAX) {
            0 => String::new(),
            more => format!("and {more} more\n"),
        };
        if self.count == 0 { Ok(()) } else { Err(InvitationsError::Table(self.told + &more)) }
    }
}

/// The places of the columns.
fn columns(reader: &mut csv::Reader<&[u8]>) -> Result<[usize; 2], String> {
    let head = reader.headers().map_err(|error| table_fault(&error))?;
    let place = |name: &str| head.iter().position(|found| found.eq_ignore_ascii_case(name));
    match COLUMNS.map(place) {
        [Some(address), Some(amount)] if head.len() == COLUMNS.len() => Ok([address, amount]),
        _ => Err(format!("expected a head with the columns {}, and no others", COLUMNS.join(" and "))),
    }
}

/// The line of a list that a row makes, still without its salt.
fn row(record: &StringRecord, [address, amount]: [usize; 2], of: &Of) -> Result<(AddressText, Invited), String> {
    let field = |at: usize| record.get(at).unwrap_or_default();
    let text: AddressText = field(address).parse().map_err(|error: AddressError| error.to_string())?;
    let account = text.to_canonical(of.network).map_err(|error| error.to_string())?;
    let amount = match field(amount) {
        // What costs nothing, or gives something else than points.
        "" | "0" => Points::ZERO,
        text => amount::parse(text, of.decimals).map_err(|error| error.to_string())?,
    };
    let (brand, campaign, amount, salt) = (of.brand, of.campaign, amount.get(), Salt::new([0; 16]));
    Ok((text, Invited { brand, campaign, account, amount, salt }))
}

fn table_fault(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} fields, and the first line has {expected_len}")
        }
        _ => error.to_string(),
    }
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
        let list = List::of_table(&table, &of(), |_, _| Ok(())).expect("a list");
        let dir = tempfile::tempdir().expect("a temporary directory");
        let path = dir.path().join("invitations.jsonl");
        list.write(&path, 1).expect("a new file");
        assert_eq!(list.write(&path, 1).expect_err("it is there").kind(), io::ErrorKind::AlreadyExists);
        let text = std::fs::read_to_string(&path).expect("written");
        // The list is set behind two others, and nobody knew that when it was made.
        let roots = [Hash::new([0; 32]), Hash::new([1; 32]), list.root()];
        let find = |text: &str, of: &Of, account| super::find(text.as_bytes(), of, account, &roots);
        for (byte, amount) in [(2, 1_250), (4, 300), (6, 0)] {
            let found = find(&text, &of(), account(byte)).expect("there");
            let of = of();
            assert_eq!((found.root, found.amount), (2, amount));
            assert!(found.is_for(&of.chain, (of.brand, of.campaign, Address::new([byte; 20])), &roots));
        }
        let missing = find(&text, &of(), account(8)).expect_err("not on the list").to_string();
        assert!(missing.contains("no invitation for"), "{missing}");
        let other = Of { campaign: CampaignId::new(5), ..of() };
        assert!(find(&text, &other, account(2)).is_err());
        assert_eq!(root_of(text.as_bytes(), &of()).expect("a list"), (list.root(), 3));
        let early = super::find(text.as_bytes(), &of(), account(2), &roots[..2]).expect_err("it isn't set yet");
        assert!(matches!(early, InvitationsError::OtherList(_)) && early.is_of_facts(), "{early}");
    }

    #[test]
    fn an_invitation_is_found_behind_lines_that_are_none_and_one_that_is_forged() {
        let list =
            List::of_table(&format!("Address;Amount\n{};7\n", account(2)), &of(), |_, _| Ok(())).expect("a list");
        let dir = tempfile::tempdir().expect("a temporary directory");
        let path = dir.path().join("invitations.jsonl");
        list.write(&path, 0).expect("a new file");
        let own = std::fs::read_to_string(&path).expect("written");
        let forged = own.replace("\"amount\":700", "\"amount\":900");
        let roots = [list.root()];
        for before in ["\u{feff}", "\r\n{\"chain", "no line of a list\n", &forged] {
            let before = if before.ends_with("chain") { format!("{before}\n") } else { before.to_owned() };
            let text = format!("{before}{own}");
            let found = find(text.as_bytes(), &of(), account(2), &roots).expect("there");
            assert_eq!(found.amount, 700, "{before}");
        }
        let refused = |text: &str| find(text.as_bytes(), &of(), account(2), &roots).expect_err("none").to_string();
        assert!(refused(&forged).contains("of no list that the campaign has"));
        let table = refused(&format!("address,amount\n{},7\n", account(2)));
        assert!(table.starts_with("line 1 is no invitation: take the file as"), "{table}");
        assert!(refused(&"a".repeat(100_000)).starts_with("line 1 is no invitation"));
        assert!(root_of(format!("{own}{forged}").as_bytes(), &of()).is_err());
    }

    #[test]
    fn a_table_with_mistakes_says_all_of_them_with_their_lines() {
        let known = account(2);
        for (table, expected) in [
            ("address,amount\n".to_owned(), "nobody on the list"),
            (format!("address,amount\n{known},1\n{known},2\n"), "line 3: "),
            (format!("address,amount\n{known},0.001\n"), "line 2: "),
            (format!("address,amount\n\n\r\n\n{known},zzz\nme,1\n"), "line 5: "),
            (format!("address,amount\n\n\n\n{known},zzz\nme,1\n"), "line 6: "),
            (format!("address,amount\n\n{known}\n"), "line 3: 1 fields"),
            (format!("who,amount\n{known},1\n"), "line 1: expected a head with the columns address and amount"),
            (format!("address,amount\n{known},70\n"), "line 2: too much"),
        ] {
            let fits = |_, amount: Points| if amount.get() > 6_900 { Err("too much".to_owned()) } else { Ok(()) };
            let error = List::of_table(&table, &of(), fits).err().expect("a mistake").to_string();
            assert!(error.contains(expected), "{table}: {error}");
        }
        let many = format!("address,amount\n{}", "me,1\n".repeat(25));
        let error = List::of_table(&many, &of(), |_, _| Ok(())).err().expect("mistakes").to_string();
        assert!(error.contains("line 21: ") && error.contains("and 5 more\nnothing was written"), "{error}");
    }
}
