//! Commands of those who run the network.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use lojal_types::{BrandId, Endpoint, MotionId};

use super::shared::{Consent, Sending};
use super::values;

/// `lojal govern`.
#[derive(Debug, Subcommand)]
pub enum GovernCommand {
    /// List the validators, what is in force, and the motions
    List,
    /// Show a motion: what it changes, and who approves it
    Show {
        /// The number of the motion
        motion: MotionId,
    },
    /// Put a motion forward, as the governor of a validator, and approve it by that
    Propose(ProposeMotionArgs),
    /// Approve a motion, as the governor of a validator
    Approve {
        /// The number of the motion
        motion: MotionId,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        sending: Sending,
    },
    /// Take a motion back, as the governor of the validator that has put it forward
    Withdraw {
        /// The number of the motion
        motion: MotionId,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        sending: Sending,
    },
    /// Hand in the signs of life that an approved motion waits for, as a governor
    Activate {
        /// The number of the motion
        motion: MotionId,
        #[command(flatten)]
        signs: Signs,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        sending: Sending,
    },
    /// Say where the node of the own validator is reached, as its governor
    Endpoint {
        /// The address, such as /dns/node.example.org/tcp/7900; left out, it isn't said any more
        #[arg(value_parser = endpoint)]
        endpoint: Option<Endpoint>,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        sending: Sending,
    },
}

/// The signs of life for `lojal govern activate`.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct Signs {
    /// The gateway of a node that gives its sign of life; can be repeated
    #[arg(long, value_name = "URL", value_parser = values::url)]
    pub node: Vec<String>,
    /// A JSON list of signs of life: objects with index, time_ms and signature, as nodes give them
    #[arg(long, value_name = "FILE")]
    pub signs: Option<PathBuf>,
}

/// `lojal govern propose`.
#[derive(Debug, Args)]
pub struct ProposeMotionArgs {
    /// A TOML file of the actions: tables of a list `actions`, each with a type and its fields
    #[arg(long, value_name = "FILE")]
    pub actions: Option<PathBuf>,
    /// Suspend a brand; can be repeated
    #[arg(long, value_name = "BRAND", value_parser = values::brand)]
    pub suspend: Vec<BrandId>,
    /// Reinstate a brand that is suspended; can be repeated
    #[arg(long, value_name = "BRAND", value_parser = values::brand)]
    pub reinstate: Vec<BrandId>,
    #[command(flatten)]
    pub consent: Consent,
    #[command(flatten)]
    pub sending: Sending,
}

fn endpoint(value: &str) -> Result<Endpoint, String> {
    let endpoint = Endpoint::new(values::text(value)?).map_err(|error| error.to_string())?;
    let reason = "write /ip4/ADDRESS/tcp/PORT, or the same with ip6 or dns";
    if endpoint.is_valid() { Ok(endpoint) } else { Err(reason.to_owned()) }
}
