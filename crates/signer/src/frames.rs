//! The messages between a node and its signer: a length of four bytes, little-endian, and the canonical bytes.

use std::io::{Error, ErrorKind, Result};

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::{ChainId, Height, PublicKey, Readiness, Signature};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::guard::Standing;
use crate::limits::FRAME_BYTES_MAX;
use crate::memory::Answer;
use crate::statement::Statement;

/// The version of these messages.
pub(crate) const PROTOCOL: u16 = 1;

/// A node's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Request {
    /// The first one.
    Hello {
        /// The version of the messages.
        protocol: u16,
        /// The network of the node.
        chain: ChainId,
    },
    /// Asks how things stand.
    Ask,
    /// An engine begins to ask for signatures, which may not know what an earlier one has signed.
    Enter,
    /// Asks for a signature.
    Sign(Statement),
    /// The validator is past every height at which it can have signed, which are below this one.
    Settle(Height),
    /// Asks for a sign of life.
    Live(Readiness),
}

/// The signer's answer.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Reply {
    /// To [`Request::Hello`].
    Welcome {
        /// The key.
        key: PublicKey,
        /// The standing of its guard.
        standing: Standing,
    },
    /// To [`Request::Ask`], [`Request::Enter`] and [`Request::Settle`].
    Standing(Standing),
    /// To [`Request::Sign`].
    Answer(Answer),
    /// Another node is being served.
    Busy,
    /// The signer is for another network.
    OtherChain(ChainId),
    /// The signer knows another version of the messages.
    OtherProtocol(u16),
    /// The request is not one that can be answered.
    Refused,
    /// The guard can't be kept; the signer ends.
    Fault,
    /// To [`Request::Live`].
    Alive(Signature),
}

/// Reads one message; `None` when the other side has closed the connection between two of them.
pub(crate) async fn receive<T: BorshDeserialize>(stream: &mut (impl AsyncRead + Unpin)) -> Result<Option<T>> {
    let mut length = [0; 4];
    match stream.read_exact(&mut length).await {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    };
    let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if length > FRAME_BYTES_MAX {
        return Err(Error::new(ErrorKind::InvalidData, "a message is too long"));
    }
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).await?;
    borsh::from_slice(&bytes).map(Some)
}

/// Writes one message.
pub(crate) async fn send<T: BorshSerialize>(stream: &mut (impl AsyncWrite + Unpin), message: &T) -> Result<()> {
    let bytes = borsh::to_vec(message)?;
    let length = u32::try_from(bytes.len()).map_err(Error::other)?;
    stream.write_all(&[&length.to_le_bytes()[..], &bytes].concat()).await?;
    stream.flush().await
}
