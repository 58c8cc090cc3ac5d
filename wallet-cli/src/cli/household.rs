//! Households.

use clap::{Args, Subcommand};
use lojal_types::{AddressText, BrandId, MemberRole};

use super::shared::Sending;
use super::values::{self, Pool};

/// `lojal household`.
#[derive(Debug, Subcommand)]
pub enum HouseholdCommand {
    /// Make a household, with this wallet's account as its first admin
    Create {
        #[command(flatten)]
        sending: Sending,
    },
    /// Show a household's members, invitations and pool
    Show {
        #[command(flatten)]
        household: HouseholdOption,
    },
    /// Invite an account, or change an invitation, as an admin
    Invite {
        /// The account that is invited
        #[arg(value_parser = values::person)]
        member: AddressText,
        #[command(flatten)]
        rights: RightsArgs,
        #[command(flatten)]
        household: HouseholdOption,
        #[command(flatten)]
        sending: Sending,
    },
    /// Accept an invitation
    Join {
        /// The household
        #[arg(value_parser = values::household)]
        household: AddressText,
        #[command(flatten)]
        sending: Sending,
    },
    /// Leave a household; what is in its pool stays there
    Leave {
        #[command(flatten)]
        household: HouseholdOption,
        #[command(flatten)]
        sending: Sending,
    },
    /// Change a member's role and limits, as an admin
    Set {
        /// The member
        #[arg(value_parser = values::person)]
        member: AddressText,
        #[command(flatten)]
        rights: RightsArgs,
        #[command(flatten)]
        household: HouseholdOption,
        #[command(flatten)]
        sending: Sending,
    },
    /// Remove a member, or withdraw an invitation, as an admin
    Remove {
        /// The member, or who is invited
        #[arg(value_parser = values::person)]
        member: AddressText,
        #[command(flatten)]
        household: HouseholdOption,
        #[command(flatten)]
        sending: Sending,
    },
}

/// The household of a command.
#[derive(Clone, Debug, Args)]
pub struct HouseholdOption {
    /// The household's address [default: the only one that this wallet is a member of]
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "household",
        hide_default_value = true,
        value_parser = values::pool
    )]
    pub household: Pool,
}

/// The rights of a member.
#[derive(Clone, Debug, Args)]
pub struct RightsArgs {
    /// admin: everything; adult: spend from the pool; child: redeem points of the brands that have a limit
    #[arg(long, value_name = "admin|adult|child", value_parser = role)]
    pub role: MemberRole,
    /// The largest amount of a brand that the member may spend from the pool in a month, such as kaffet=50.00; can be
    /// repeated
    #[arg(long = "limit", value_name = "BRAND=AMOUNT", value_parser = limit)]
    pub limits: Vec<(BrandId, String)>,
}

fn role(text: &str) -> Result<MemberRole, String> {
    let roles = [("admin", MemberRole::Admin), ("adult", MemberRole::Adult), ("child", MemberRole::Child)];
    values::choice(text, &roles, "a role is admin, adult or child")
}

fn limit(text: &str) -> Result<(BrandId, String), String> {
    let (brand, amount) = text.split_once('=').ok_or("write it like kaffet=50.00")?;
    Ok((values::brand(brand)?, amount.to_owned()))
}
