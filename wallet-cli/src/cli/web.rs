//! The pages that gateways serve to browsers.

use clap::Subcommand;

use super::values;

/// `lojal web`.
#[derive(Debug, Subcommand)]
pub enum WebCommand {
    /// Compare the pages that a gateway serves with those that this program carries (exit code 4 if one was changed)
    Verify {
        /// The gateway, or a page of it as the browser shows its address
        #[arg(value_name = "URL", value_parser = values::url)]
        url: String,
    },
}
