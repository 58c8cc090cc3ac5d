//! Files of invitations, read line by line: one of a whole list is longer than what fits into memory.

use std::io::{self, BufRead, Read};

use lojal_text::without_byte_order_mark;
use lojal_types::merkle::root_of_path;
use lojal_types::{AddressText, Hash, Invitation, Invited};

use super::{InvitationsError, Line, Of};

/// Longest line, in bytes: more than that of the longest path.
const LINE_BYTES_MAX: u64 = 16 * 1024;
/// Longest file, in bytes: that of the longest list.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;

const NO_INVITATION: &str = "is no invitation";

/// The invitation of an account among the lines of a file, under one of the roots of the campaign's lists: which of
/// them the brand couldn't know when it made the file. Lines of others need not be whole.
///
/// # Errors
/// When there is none, or the file is none of invitations.
pub fn find(file: impl BufRead, of: &Of, account: AddressText, roots: &[Hash]) -> Result<Invitation, InvitationsError> {
    let (name, mut fault, mut is_of_other_list) = (account.to_string(), None, false);
    let mut lines = FileLines { file, line: 0, bytes: 0 };
    while let Some(text) = lines.next()? {
        let is_own = text.contains(&name);
        match if is_own { serde_json::from_str::<Line>(&text).ok() } else { None } {
            Some(line) if line.is_for(of) && line.account == account => {
                match under(line.invitation, of, account, roots) {
                    Some(invitation) => return Ok(invitation),
                    None => is_of_other_list = true,
                }
            }
            None if is_own || !text.starts_with('{') => fault = fault.or(Some(lines.line)),
            _ => (),
        }
    }
    match fault {
        _ if is_of_other_list => Err(InvitationsError::OtherList(account)),
        Some(line) => Err(InvitationsError::Line { line, fault: NO_INVITATION }),
        None => Err(InvitationsError::NotThere(account)),
    }
}

/// The invitation with the place of the root that it leads to.
fn under(mut invitation: Invitation, of: &Of, account: AddressText, roots: &[Hash]) -> Option<Invitation> {
    let invited = (of.brand, of.campaign, account.to_canonical(of.network).ok()?);
    for place in 0..u8::try_from(roots.len()).ok()? {
        invitation.root = place;
        if invitation.is_for(&of.chain, invited, roots) {
            return Some(invitation);
        }
    }
    None
}

/// The root of the list that a file has the invitations of, and how many those are.
///
/// # Errors
/// When a line is no invitation to this campaign, or of another list than the first.
pub fn root_of(file: impl BufRead, of: &Of) -> Result<(Hash, u64), InvitationsError> {
    let (mut root, mut count) = (None, 0);
    let mut lines = FileLines { file, line: 0, bytes: 0 };
    while let Some(text) = lines.next()? {
        let fault = |fault| InvitationsError::Line { line: lines.line, fault };
        let line: Line = serde_json::from_str(&text).map_err(|_| fault(NO_INVITATION))?;
        let account = line.account.to_canonical(of.network).map_err(|_| fault(NO_INVITATION))?;
        if !line.is_for(of) {
            return Err(fault("is an invitation to another campaign"));
        }
        let Invitation { amount, salt, path, .. } = line.invitation;
        let invited = Invited { brand: of.brand, campaign: of.campaign, account, amount, salt };
        let found = Hash::new(root_of_path(invited.leaf(&of.chain), &path));
        if *root.get_or_insert(found) != found {
            return Err(fault("is of another list than the first"));
        }
        count += 1;
    }
    root.map(|root| (root, count)).ok_or(InvitationsError::Empty)
}

/// The lines of a file that aren't empty.
struct FileLines<F> {
    file: F,
    /// The line that was read last.
    line: u64,
    bytes: u64,
}

impl<F: BufRead> FileLines<F> {
    fn next(&mut self) -> Result<Option<String>, InvitationsError> {
        loop {
            let mut bytes = Vec::new();
            let read = self.file.by_ref().take(LINE_BYTES_MAX + 1).read_until(b'\n', &mut bytes)?;
            if read == 0 {
                return Ok(None);
            }
            self.line += 1;
            self.bytes = self.bytes.saturating_add(bytes.len() as u64);
            if self.bytes > FILE_BYTES_MAX {
                let advice = format!("it is longer than {FILE_BYTES_MAX} bytes: take your own line alone");
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, advice).into());
            }
            if bytes.len() as u64 > LINE_BYTES_MAX {
                return Err(InvitationsError::Line { line: self.line, fault: NO_INVITATION });
            }
            let text = String::from_utf8_lossy(&bytes);
            let text = without_byte_order_mark(&text).trim();
            if !text.is_empty() {
                return Ok(Some(text.to_owned()));
            }
        }
    }
}
