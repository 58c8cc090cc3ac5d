//! Commands between brands.

use std::str::FromStr;

use clap::{Args, Subcommand};
use lojal_types::{BrandId, TimeMs};
use lojal_wallet::time;

use super::shared::{Consent, ReceiptArgs, Sending, SourceArgs};
use super::values;

/// `lojal partner`.
#[derive(Debug, Subcommand)]
pub enum PartnerCommand {
    /// List all partnerships and proposals
    List,
    /// Put terms forward, as an admin of one of the two brands
    Propose(ProposeArgs),
    /// Agree to the terms that the other brand put forward, as an admin
    Accept {
        /// The brand whose points are burned
        #[arg(value_parser = values::brand)]
        from: BrandId,
        /// The brand that issues points for them
        #[arg(value_parser = values::brand)]
        to: BrandId,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        sending: Sending,
    },
    /// End a partnership, or take a proposal off the table, as an admin of one of the two brands
    End {
        /// The brand whose points were burned
        #[arg(value_parser = values::brand)]
        from: BrandId,
        /// The brand that issued points for them
        #[arg(value_parser = values::brand)]
        to: BrandId,
        #[command(flatten)]
        sending: Sending,
    },
}

/// `lojal partner propose`.
#[derive(Debug, Args)]
pub struct ProposeArgs {
    /// The brand whose points are burned
    #[arg(value_parser = values::brand)]
    pub from: BrandId,
    /// The brand that issues points for them
    #[arg(value_parser = values::brand)]
    pub to: BrandId,
    #[command(flatten)]
    pub terms: TermsArgs,
    #[command(flatten)]
    pub consent: Consent,
    #[command(flatten)]
    pub sending: Sending,
}

/// The terms of a partnership, in points as people see them.
#[derive(Debug, Args)]
pub struct TermsArgs {
    /// The points that come for the points that go: 2/3 gives 2 for 3
    #[arg(long, value_name = "COME/GO")]
    pub rate: Rate,
    /// The money that FROM owes TO for one point that goes, in minor units of the settlement currency, such as 10 or
    /// 0.25
    #[arg(long, value_name = "MONEY")]
    pub price: String,
    /// The largest amount of FROM's points that can be converted in a day (UTC), by everybody together
    #[arg(long, value_name = "AMOUNT")]
    pub daily_max: String,
    /// The largest debt of FROM to TO, at which conversion stops, in minor units of the settlement currency
    #[arg(long, value_name = "MONEY")]
    pub owed_max: String,
    /// The time from which on nothing can be converted (UTC), such as 2027-12-31
    #[arg(long, value_name = "TIME", value_parser = time::parse_time)]
    pub until: TimeMs,
}

/// Points of one brand for points of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The number that come …
    pub come: u32,
    /// … for this number that go.
    pub go: u32,
}

impl FromStr for Rate {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let text = values::text(text)?.replace(' ', "");
        let number = |text: &str| text.parse().ok().filter(|number| *number > 0);
        let parts = text.split_once('/').and_then(|(come, go)| Some((number(come)?, number(go)?)));
        let (come, go) = parts.ok_or("write two whole numbers of 1 or more, like 2/3")?;
        Ok(Self { come, go })
    }
}

/// `lojal convert`.
#[derive(Debug, Args)]
pub struct ConvertArgs {
    /// The points that go at most, such as 12.50; those that give no whole point stay
    #[arg(allow_negative_numbers = true)]
    pub amount: String,
    /// The brand whose points go
    #[arg(value_name = "FROM", value_parser = values::brand)]
    pub give: BrandId,
    /// The brand whose points come
    #[arg(value_name = "TO", value_parser = values::brand)]
    pub get: BrandId,
    /// The points that must come at least: if the terms give fewer, nothing is signed
    #[arg(long, value_name = "AMOUNT")]
    pub min: Option<String>,
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub consent: Consent,
    #[command(flatten)]
    pub sending: Sending,
}

/// `lojal settle`.
#[derive(Debug, Args)]
pub struct SettleArgs {
    /// The money, in minor units of the settlement currency
    #[arg(value_name = "MONEY", allow_negative_numbers = true)]
    pub amount: String,
    /// The brand that was paid; this wallet is one of its admins
    #[arg(value_parser = values::brand)]
    pub creditor: BrandId,
    /// The brand that paid
    #[arg(value_parser = values::brand)]
    pub debtor: BrandId,
    #[command(flatten)]
    pub reference: ReceiptArgs,
    #[command(flatten)]
    pub sending: Sending,
}
