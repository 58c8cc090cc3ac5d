//! `lojal webhook`.

use clap::Subcommand;
use lojal_types::BrandId;
use lojal_types::api::EventPlace;

use super::values;

/// The addresses to which a gateway sends what happens to a brand.
///
/// Each is registered at one gateway, the preferred one or that of --gateway, and takes the passphrase.
#[derive(Debug, Subcommand)]
pub enum WebhookCommand {
    /// Register an address; prints the secret that its signatures are checked with, once
    Add {
        /// The brand
        #[arg(value_parser = values::brand)]
        brand: BrandId,
        /// The address, such as `https://shop.example.org/lojal`
        #[arg(value_parser = values::url)]
        url: String,
        /// Only these types, such as points.issued, or groups of them, such as points; with commas between them
        #[arg(long, value_name = "TYPES", value_delimiter = ',', value_parser = values::text)]
        types: Vec<String>,
    },
    /// List the addresses, and how far each has come
    List {
        /// The brand
        #[arg(value_parser = values::brand)]
        brand: BrandId,
    },
    /// Remove an address
    Remove {
        /// The brand
        #[arg(value_parser = values::brand)]
        brand: BrandId,
        /// Its id, as lojal webhook list shows it
        #[arg(value_parser = values::text)]
        id: String,
    },
    /// Show the last attempts to send to an address, and the events that were given up
    Deliveries {
        /// The brand
        #[arg(value_parser = values::brand)]
        brand: BrandId,
        /// Its id, as lojal webhook list shows it
        #[arg(value_parser = values::text)]
        id: String,
    },
    /// Send again what comes after an event, or go on where it was after a stop
    Replay {
        /// The brand
        #[arg(value_parser = values::brand)]
        brand: BrandId,
        /// Its id, as lojal webhook list shows it
        #[arg(value_parser = values::text)]
        id: String,
        /// The event, or the height of a block [default: the last one that was taken]
        #[arg(long, value_name = "ID")]
        after: Option<EventPlace>,
    },
    /// Make another secret, beside which the old one signs for a day
    Secret {
        /// The brand
        #[arg(value_parser = values::brand)]
        brand: BrandId,
        /// Its id, as lojal webhook list shows it
        #[arg(value_parser = values::text)]
        id: String,
    },
}
