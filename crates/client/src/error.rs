//! The errors between a client and a gateway.

use std::io::ErrorKind;
use std::path::PathBuf;

use lojal_text::outside;
use lojal_types::api::Problem;
use lojal_types::{BlockId, Height};
use thiserror::Error;

use crate::{FOLLOWED_MAX, Seal};

/// A reason there is no answer, or not the one that was hoped for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ClientError {
    /// The address can't be a gateway's.
    #[error("{url} is no address of a gateway: {reason}; write it like https://gateway.example.org")]
    InvalidUrl {
        /// The address.
        url: String,
        /// The flaw of the URL.
        reason: &'static str,
    },
    /// The file with the authorities that are believed can't be used.
    #[error("SSL_CERT_FILE names {}, which can't be used ({reason}): name a file of certificates in PEM, or unset it",
        .path.display())]
    Authorities {
        /// The file.
        path: PathBuf,
        /// Its fault.
        reason: String,
    },
    /// There is no connection. The request was certainly not sent.
    #[error("the gateway {url} can't be reached ({reason}): check the address and the network, or use another gateway")]
    Unreachable {
        /// The gateway.
        url: String,
        /// The error, in words.
        reason: String,
    },
    /// The connection broke, or the time was up, before the answer was complete. The gateway may have the request.
    #[error("no complete answer from the gateway {url} ({reason}): ask again, or use another gateway")]
    Interrupted {
        /// The gateway.
        url: String,
        /// The error, in words.
        reason: String,
    },
    /// The gateway understood, and says no.
    #[error("{} ({})", outside(&.0.detail), outside(&.0.code))]
    Problem(Box<Problem>),
    /// The gateway has nothing at the path of its address.
    #[error("the gateway has nothing at the path in {url}: leave the path out of its address")]
    WrongPath {
        /// The gateway's address.
        url: String,
    },
    /// The answer is not one of a gateway.
    #[error("{url} doesn't answer as a gateway does (HTTP status {status}: {reason}): check the address")]
    Unexpected {
        /// The gateway that answered.
        url: String,
        /// The HTTP status.
        status: u16,
        /// The flaw of the answer.
        reason: String,
    },
    /// The answer is true, and older than what is known already.
    #[error("{url} is behind ({reason}): ask again in a moment, or use another gateway")]
    Behind {
        /// The gateway that answered.
        url: String,
        /// The block that it shows, and the one that is known.
        reason: String,
    },
    /// The answer contradicts itself.
    #[error("{url} says what can't be true ({reason}): don't rely on it, and use another gateway")]
    Untrue {
        /// The gateway that answered.
        url: String,
        /// The contradiction.
        reason: String,
    },
    /// Another block than the one that is trusted, and as final: whoever signed both is proven to have lied.
    #[error(
        "{url} shows block {} of height {}, where another one is final already: more than a third of the voting power \
         has signed both; don't rely on it, and use another gateway",
        .seal.block,
        .seal.height
    )]
    Split {
        /// The gateway that answered.
        url: String,
        /// The other block.
        seal: Box<Seal>,
    },
    /// Another block than the one that a pin names, and nothing that speaks against it.
    #[error(
        "the pin isn't the block that {url} has at height {height}, which is {found}: check the pin with whoever gave \
         it to you, or ask another gateway"
    )]
    NotPinned {
        /// The gateway that answered.
        url: String,
        /// The height of the pin.
        height: Height,
        /// The block that the gateway has there.
        found: BlockId,
    },
    /// More changes of the validators than are followed.
    #[error(
        "{url} shows more than {FOLLOWED_MAX} changes of the validators after block {from}: start from a later block \
         that you trust, as a pin"
    )]
    TooManyChanges {
        /// The gateway that answered.
        url: String,
        /// The block from which on they were followed.
        from: Height,
    },
}

impl ClientError {
    /// True if this is the problem with that code.
    pub fn is_problem(&self, code: &str) -> bool {
        matches!(self, Self::Problem(problem) if problem.code == code)
    }
    pub(crate) fn of_transport(url: &str, error: &ureq::Error) -> Self {
        let (url, reason) = (url.to_owned(), error.to_string());
        if is_before_sending(error) { Self::Unreachable { url, reason } } else { Self::Interrupted { url, reason } }
    }
}

/// True if the request can't have left this machine. An error that can also come later counts as later; so does "host
/// unreachable", which a broken connection reports too.
fn is_before_sending(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::HostNotFound
        | ureq::Error::ConnectionFailed
        | ureq::Error::ConnectProxyFailed(_)
        | ureq::Error::InvalidProxyUrl
        | ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => true,
        ureq::Error::Io(error) => matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::AddrNotAvailable),
        _ => false,
    }
}
