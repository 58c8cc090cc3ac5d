//! The surfaces of one node under load: balances that are proven, streams of events, webhooks. Real processes and
//! sockets; each figure beside its baseline of the same run.

mod asking;
mod frames;
mod proofs;
mod readers;
mod receiver;
mod streams;
mod tokens;
mod webhooks;
mod wire;

use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use crate::accounts::Accounts;
use crate::error::BenchError;
use crate::targets::Target;

/// A surface to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// Balances that are told and proven.
    Proofs,
    /// Many readers of events beside a steady load.
    Readers,
    /// Some readers beside as much as there can be.
    Followed,
    /// Webhooks.
    Webhooks,
}

/// The figures of a surface.
pub struct Figures {
    /// Every aim and what came of it.
    pub aims: Vec<Target>,
    /// The lines that say more.
    pub lines: Vec<String>,
    /// All of them.
    pub all: Value,
}

impl Surface {
    /// The surface of a scenario's name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "proofs" => Some(Self::Proofs),
            "readers" => Some(Self::Readers),
            "followed" => Some(Self::Followed),
            "webhooks" => Some(Self::Webhooks),
            _ => None,
        }
    }
    /// Measures it in a directory, which must not exist, each load for so long.
    pub fn measure(self, dir: &Path, members: &Accounts, duration: Duration) -> Result<Figures, BenchError> {
        Ok(match self {
            Self::Proofs => {
                let found = proofs::measure(dir, members, duration)?;
                figures(proofs::aims(&found), proofs::lines(&found), &found)
            }
            Self::Readers => {
                let found = readers::at_rate(dir, members, duration)?;
                figures(readers::aims(&found), readers::lines(&found), &found)
            }
            Self::Followed => {
                let found = readers::at_full_speed(dir, members, duration)?;
                let mut lines = readers::lines(&found);
                lines.push(readers::share(&found));
                figures(vec![], lines, &found)
            }
            Self::Webhooks => {
                let found = webhooks::measure(dir, members, duration)?;
                figures(webhooks::aims(&found), webhooks::lines(&found), &found)
            }
        })
    }
}

fn figures(aims: Vec<Target>, lines: Vec<String>, all: &impl Serialize) -> Figures {
    Figures { aims, lines, all: serde_json::to_value(all).expect("every result has a JSON form") }
}
