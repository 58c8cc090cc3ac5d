//! Values as people type and paste them, and as this wallet and others print them: in any case where case means
//! nothing, and with whatever surrounds them when they are copied.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use lojal_client::Pin;
use lojal_text::{TypedError, decomposed, typed};
use lojal_types::api::{ReferenceKind, ReferenceKindError};
use lojal_types::{
    AddressText, BrandId, Day, Expiry, Guardian, Month, OfferId, Payment, PublicKey, Reference, TransactionId,
    VoucherId,
};
use lojal_wallet::label::Label;

use super::book;

/// The marks that Latin letters are made with (Unicode, Combining Diacritical Marks).
const MARKS: RangeInclusive<char> = '\u{300}'..='\u{36f}';

/// A household, by its address, or as the only one that this wallet is a member of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pool {
    /// At this address.
    At(AddressText),
    /// The only one.
    Only,
}

/// A profile, or the wallet of those who have none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileOrDefault(pub Option<Label>);

impl Display for ProfileOrDefault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Some(name) => name.fmt(f),
            None => f.write_str(DEFAULT_PROFILE),
        }
    }
}

/// The word for the wallet in the default directory.
const DEFAULT_PROFILE: &str = "default";

/// A profile's name, or the word for none.
pub fn profile_or_default(value: &str) -> Result<ProfileOrDefault, String> {
    if text(value)?.eq_ignore_ascii_case(DEFAULT_PROFILE) {
        return Ok(ProfileOrDefault(None));
    }
    read(value).map(|name| ProfileOrDefault(Some(name)))
}

/// The one form of a text that is typed.
pub fn text(value: &str) -> Result<String, String> {
    typed(value).map_err(|error| error.to_string())
}

/// A brand's id, also as its name is written: in any case, with marks on its letters.
pub fn brand(value: &str) -> Result<BrandId, String> {
    let mut bare = decomposed(&text(value)?);
    bare.retain(|letter| !MARKS.contains(&letter));
    read(&bare.to_lowercase())
}

/// An address, in one piece or broken over lines: its checksum tells whether all of it is there.
pub fn address(value: &str) -> Result<AddressText, String> {
    let address = read(&without_blanks(value)?);
    // A name has no checksum, so what can be an address is none.
    address.or_else(|error: String| book::find(value).ok_or_else(|| with_contacts(value, error)))
}

/// The error of an address, which says that it is no name either where it could have been one.
fn with_contacts(value: &str, error: String) -> String {
    match value.trim().trim_start_matches('@').parse::<Label>() {
        Ok(name) => {
            format!("no contact is called {name} (lojal contact list shows them), and it is no address: {error}")
        }
        Err(_) => error,
    }
}

/// The address of somebody who can sign.
pub fn person(value: &str) -> Result<AddressText, String> {
    let address = address(value)?;
    let reason = "this is the address of a household, which has no key of its own: name one of its members";
    if address.is_household() { Err(reason.to_owned()) } else { Ok(address) }
}

/// The address of a household.
pub fn household(value: &str) -> Result<AddressText, String> {
    let address = address(value)?;
    let reason = "this is the address of a person or a brand's operator: name a household, which `lojal balance` shows";
    // Of a name nobody knows yet whose it is.
    let is_open = book::is_closed() && read::<AddressText>(&without_blanks(value)?).is_err();
    if address.is_household() || is_open { Ok(address) } else { Err(reason.to_owned()) }
}

/// A household: its address, or the word for the only one.
pub fn pool(value: &str) -> Result<Pool, String> {
    let word = text(value)?.to_lowercase();
    if word == "household" { Ok(Pool::Only) } else { household(value).map(Pool::At) }
}

/// A public key.
pub fn public_key(value: &str) -> Result<PublicKey, String> {
    read(&without_blanks(value)?.to_lowercase())
}

/// The day on a receipt.
pub fn day(value: &str) -> Result<Day, String> {
    read(&text(value)?)
}

/// A month, such as 2027-03.
pub fn month(value: &str) -> Result<Month, String> {
    value.parse().map_err(|_| "expected a month like 2027-03".to_owned())
}

/// The end of points: a month, or the word never.
pub fn expiry(value: &str) -> Result<Expiry, String> {
    value.parse().map_err(|_| "expected a month like 2027-03, or never".to_owned())
}

/// The name of an offer.
pub fn offer(value: &str) -> Result<OfferId, String> {
    read(&without_blanks(value)?.to_lowercase())
}

/// The reference of an operation.
pub fn reference(value: &str) -> Result<Reference, String> {
    read(&without_blanks(value)?.to_lowercase())
}

/// A voucher, or the reference of its claim, which are the same bytes.
pub fn voucher(value: &str) -> Result<VoucherId, String> {
    let words = "a voucher is 32 letters and digits, as lojal vouchers lists it";
    without_blanks(value)?.to_lowercase().parse().map_err(|_| words.to_owned())
}

/// A kind of payment that can be refunded.
pub fn payment(value: &str) -> Result<Payment, String> {
    let kinds = [("redeem", Payment::Redeem), ("capture", Payment::Capture), ("claim", Payment::Claim)];
    choice(value, &kinds, "a payment is one of these: redeem, capture, claim")
}

/// A transaction's id.
pub fn transaction_id(value: &str) -> Result<TransactionId, String> {
    read(&without_blanks(value)?.to_lowercase())
}

/// A block that is trusted: its height and its id.
pub fn pin(value: &str) -> Result<Pin, String> {
    read(&without_blanks(value)?.to_lowercase())
}

/// A guardian: a brand by its id, with or without the word that it is shown with, or an account by its address.
pub fn guardian(value: &str) -> Result<Guardian<AddressText>, String> {
    let word = text(value)?.to_lowercase();
    if let Some(named) = word.strip_prefix("brand ") {
        return brand(named).map(Guardian::Brand);
    }
    if word == "brand" {
        return Err("write the brand's id, or both words in quotes: \"brand kaffet\"".to_owned());
    }
    // A name of a contact can be a brand's as well, and what is meant has to be said.
    let was_closed = book::is_closed();
    let is_contact = !word.starts_with('@') && book::find(&word).is_some() && !was_closed;
    match brand(&word) {
        Ok(brand) if is_contact => {
            Err(format!("{brand} is a contact, and can be a brand: write @{brand} or \"brand {brand}\", in quotes"))
        }
        Ok(brand) => Ok(Guardian::Brand(brand)),
        Err(_) => person(value).map(Guardian::Account),
    }
}

/// A gateway's address. Nothing is none: whoever names a variable that is unset means to name something.
pub fn url(value: &str) -> Result<String, String> {
    typed(value).map_err(|error| match error {
        TypedError::Empty => "an address is missing: give one, such as https://lojal.example.org, or leave the option \
                              out; a variable in your script may be unset"
            .to_owned(),
        error => error.to_string(),
    })
}

/// A number of 16 bytes, in hex.
pub fn nonce(value: &str) -> Result<[u8; 16], String> {
    let bytes = hex::decode(value).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| "a number of a shop has 32 hex digits".to_owned())
}

/// A kind of use of a reference.
pub fn reference_kind(value: &str) -> Result<ReferenceKind, String> {
    let kinds = ReferenceKind::ALL.map(|kind| (kind.name(), kind));
    choice(value, &kinds, &ReferenceKindError.to_string())
}

/// One of a few words.
pub fn choice<T: Copy>(value: &str, choices: &[(&str, T)], otherwise: &str) -> Result<T, String> {
    let word = text(value)?.to_lowercase();
    let found = choices.iter().find(|(name, _)| *name == word);
    found.map(|(_, choice)| *choice).ok_or_else(|| otherwise.to_owned())
}

fn without_blanks(value: &str) -> Result<String, String> {
    Ok(text(value)?.replace(' ', ""))
}

fn read<T: FromStr<Err: Display>>(value: &str) -> Result<T, String> {
    value.parse().map_err(|error: T::Err| error.to_string())
}

#[cfg(test)]
mod tests {
    use lojal_types::{Address, Height, NetworkKind};

    use super::*;

    #[test]
    fn what_surrounds_a_value_when_it_is_copied_is_no_part_of_it() {
        let address_text = Address::new([2; 20]).to_text(NetworkKind::Test);
        let (id, key) = ("0a".repeat(32), PublicKey::new([0x0a; 32]));
        for wrap in ["{}", " {}\r\n", "\u{200b}{}\u{feff}", "\u{2068}{}\u{2069}", "\u{a0}{}\t"] {
            let wrapped = |value: &str| wrap.replace("{}", value);
            let shown = address_text.to_string();
            assert_eq!(address(&wrapped(&shown)), Ok(address_text));
            assert_eq!(address(&wrapped(&shown.to_uppercase())), Ok(address_text));
            assert_eq!(address(&wrapped(&format!("{}\n  {}", &shown[..20], &shown[20..]))), Ok(address_text));
            assert_eq!(pool(&wrapped("Household")), Ok(Pool::Only));
            assert_eq!(public_key(&wrapped(&id.to_uppercase())), Ok(key));
            assert_eq!(transaction_id(&wrapped(&id)).map(|id| *id.as_bytes()), Ok([0x0a; 32]));
            let block = lojal_types::BlockId::new([0x0a; 32]);
            assert_eq!(pin(&wrapped(&format!("812:{id}"))), Ok(Pin { height: Height::new(812), block }));
            assert_eq!(reference(&wrapped("0AFF")).map(|one| one.to_string()), Ok("0aff".to_owned()));
            for name in ["nordmat", "Nordmat", "NORDMAT"] {
                assert_eq!(brand(&wrapped(name)).map(|brand| brand.to_string()), Ok("nordmat".to_owned()));
            }
            for name in ["Fjällen", "FJA\u{308}LLEN", "fjallen"] {
                assert_eq!(brand(&wrapped(name)).map(|brand| brand.to_string()), Ok("fjallen".to_owned()));
            }
            let kaffet = Guardian::Brand("kaffet".parse().expect("valid"));
            assert_eq!(guardian(&wrapped("brand kaffet")), Ok(kaffet));
            assert_eq!(guardian(&wrapped("Kaffet")), Ok(kaffet));
            assert_eq!(guardian(&wrapped(&shown)), Ok(Guardian::Account(address_text)));
        }
    }

    #[test]
    fn what_stands_inside_and_is_not_seen_is_refused_with_its_number() {
        assert!(brand("nord\u{200b}mat").expect_err("refused").contains("U+200B"));
        assert!(address("tloj1\u{202e}qqq").expect_err("refused").contains("U+202E"));
        for guess in ["Fjällen AB", "Smørrebrød", "fjаllen", "\u{308}"] {
            assert!(brand(guess).is_err(), "nothing else is guessed: {guess}");
        }
        assert!(brand(" ").expect_err("refused").contains("nothing"));
        for wrong in ["812", "812:0a", "x:0a", ":", "-1:0a"] {
            assert!(pin(wrong).is_err(), "{wrong}");
        }
    }
}
