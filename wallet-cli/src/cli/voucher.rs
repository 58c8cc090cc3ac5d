//! Commands about vouchers, and about points that are given back.

use clap::{Args, Subcommand};
use lojal_types::{AddressText, BrandId, Day, Payment, Reference, VoucherId};

use super::shared::{Consent, ReceiptArgs, Sending};
use super::values::{self, Pool};

/// The commands of vouchers and refunds.
#[derive(Debug, Subcommand)]
pub enum VoucherCommand {
    /// List the vouchers that an account can use, and until when
    Vouchers {
        /// The account [default: this wallet's]
        #[arg(value_parser = values::address)]
        address: Option<AddressText>,
        /// Only those of this brand
        #[arg(long, value_name = "BRAND", value_parser = values::brand)]
        brand: Option<BrandId>,
    },
    /// Use a voucher at a till: answer its request, or without one name the brand and the voucher
    ///
    /// lojal use kaffet 5f0c9d… --uses 2
    Use(UseArgs),
    /// Give points back that were paid, as an operator of the brand
    ///
    /// lojal refund redeem REFERENCE ADDRESS 12.50 kaffet --receipt "till 7, return 4711"
    Refund(RefundArgs),
    /// Return a voucher that you haven't used, for the points that it cost
    Return(ReturnArgs),
}

/// `lojal use`.
#[derive(Debug, Args)]
pub struct UseArgs {
    /// The text that the till shows, lojal:use1…; - reads it from stdin; or the brand of the voucher
    pub request: String,
    /// The voucher, as lojal vouchers lists it [default: the one of the till's campaign that ends first]
    #[arg(value_parser = values::voucher)]
    pub voucher: Option<VoucherId>,
    /// The number of uses, where no till says it [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub uses: Option<u16>,
    #[command(flatten)]
    pub owner: OwnerArgs,
    #[command(flatten)]
    pub consent: Consent,
    #[command(flatten)]
    pub sending: Sending,
}

/// The account that has a voucher, if it isn't the own one.
#[derive(Clone, Debug, Args)]
pub struct OwnerArgs {
    /// A voucher of a household: its address, or the word household if there is only one
    #[arg(long = "from", value_name = "HOUSEHOLD", value_parser = values::pool)]
    pub household: Option<Pool>,
}

/// `lojal refund`.
#[derive(Debug, Args)]
pub struct RefundArgs {
    /// The kind of the payment: redeem, capture or claim
    #[arg(value_parser = values::payment)]
    pub of: Payment,
    /// The reference of the payment, as hex
    #[arg(value_parser = values::reference)]
    pub of_reference: Reference,
    /// The account that paid, and gets the points back
    #[arg(value_parser = values::address)]
    pub to: AddressText,
    /// The amount, such as 12.50
    #[arg(allow_negative_numbers = true)]
    pub amount: String,
    /// The brand of the points, such as kaffet
    #[arg(value_parser = values::brand)]
    pub brand: BrandId,
    /// The day of the payment's reference, such as 2027-03-14 [default: as the ledger knows it]
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    pub of_dated: Option<Day>,
    /// The reference of the refund.
    #[command(flatten)]
    pub reference: ReceiptArgs,
    /// The day on the receipt, such as 2027-03-14 [default: the one that it was first sent with, or today (UTC)]
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    pub dated: Option<Day>,
    #[command(flatten)]
    pub consent: Consent,
    #[command(flatten)]
    pub sending: Sending,
}

/// `lojal return`.
#[derive(Debug, Args)]
pub struct ReturnArgs {
    /// The voucher, as lojal vouchers lists it, or the reference of its claim: both are the same
    #[arg(value_parser = values::voucher)]
    pub voucher: VoucherId,
    /// The number of uses to return [default: all that are left]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub uses: Option<u16>,
    #[command(flatten)]
    pub owner: OwnerArgs,
    #[command(flatten)]
    pub consent: Consent,
    #[command(flatten)]
    pub sending: Sending,
}
