//! The command line of `lojal-node devnet`.

use std::path::PathBuf;

/// `lojal-node devnet`.
#[derive(Debug, clap::Args)]
pub struct DevnetOptions {
    /// The directory of the network's data; a second start goes on with it. [default: devnet; with --tour a temporary
    /// directory, which is removed]
    #[arg(long)]
    pub dir: Option<PathBuf>,
    /// The port of the first gateway; the others follow, and the nodes' own ports are 100 higher, those of
    /// their metrics 200. [default: 7800;
    /// with --tour free ones]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1024..=65_000))]
    pub port_base: Option<u16>,
    /// The number of validators. [default: 4]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub validators: Option<u16>,
    /// The number of followers, gateways without a vote, which the validators' governors let in. [default: none]
    #[arg(long, value_parser = clap::value_parser!(u16).range(0..=16), conflicts_with = "tour")]
    pub followers: Option<u16>,
    /// A template like genesis/dev.toml, for other brands.
    #[arg(long)]
    pub genesis: Option<PathBuf>,
    /// Start a network of its own, play a family's month on it, and stop.
    #[arg(long, conflicts_with = "genesis")]
    pub tour: bool,
}
