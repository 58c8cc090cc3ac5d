//! The arguments of `lojal listen`.

use clap::Args;

use super::values;
use super::watch::WatchArgs;

/// Webhooks to a program on this machine.
#[derive(Debug, Args)]
pub struct ListenArgs {
    /// The address that takes them, such as `http://127.0.0.1:3000/lojal`: on this machine only
    #[arg(long, value_name = "URL", value_parser = values::url, required_unless_present = "secret")]
    pub forward: Option<String>,
    /// Print the secret that the signatures are checked with, and end
    #[arg(long, conflicts_with = "forward")]
    pub secret: bool,
    /// The events.
    #[command(flatten)]
    pub events: WatchArgs,
}
