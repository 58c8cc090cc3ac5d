//! Requests and responses on the wire: a big-endian `u32` length, then the bytes.

use std::io;

use async_trait::async_trait;
use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use libp2p::StreamProtocol;
use libp2p::request_response::Codec;

use crate::Protocol;

/// Reads and writes the frames of a protocol, which bounds their length.
#[derive(Clone)]
pub(crate) struct ByteCodec(pub(crate) Protocol);

#[async_trait]
impl Codec for ByteCodec {
    type Protocol = StreamProtocol;
    type Request = Vec<u8>;
    type Response = Vec<u8>;

    async fn read_request<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Vec<u8>>
    where
        T: AsyncRead + Unpin + Send,
    {
        read_frame(io, self.0.request_bytes_max()).await
    }

    async fn read_response<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Vec<u8>>
    where
        T: AsyncRead + Unpin + Send,
    {
        read_frame(io, self.0.response_bytes_max()).await
    }

    async fn write_request<T>(&mut self, _: &StreamProtocol, io: &mut T, request: Vec<u8>) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        write_frame(io, &request, self.0.request_bytes_max()).await
    }

    async fn write_response<T>(&mut self, _: &StreamProtocol, io: &mut T, response: Vec<u8>) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        write_frame(io, &response, self.0.response_bytes_max()).await
    }
}

/// Reads one frame. Memory grows with what has arrived, never with what is announced.
///
/// `UnexpectedEof` means that the stream ended before the frame began; every other fault of the
/// peer is `InvalidData`.
async fn read_frame<T: AsyncRead + Unpin>(io: &mut T, bytes_max: usize) -> io::Result<Vec<u8>> {
    let mut prefix = [0; 4];
    io.read_exact(&mut prefix).await?;
    let announced = u32::from_be_bytes(prefix);
    if announced as usize > bytes_max {
        return Err(invalid(format!("{announced} bytes are announced, at most {bytes_max} are allowed")));
    }
    let mut data = Vec::new();
    io.take(u64::from(announced)).read_to_end(&mut data).await?;
    if data.len() < announced as usize {
        let received = data.len();
        return Err(invalid(format!("ended after {received} of {announced} bytes")));
    }
    Ok(data)
}

async fn write_frame<T: AsyncWrite + Unpin>(io: &mut T, data: &[u8], bytes_max: usize) -> io::Result<()> {
    let length = u32::try_from(data.len()).ok().filter(|_| data.len() <= bytes_max);
    let Some(length) = length else {
        let length = data.len();
        return Err(invalid(format!("{length} bytes to send, at most {bytes_max} are allowed")));
    };
    io.write_all(&length.to_be_bytes()).await?;
    io.write_all(data).await
}

fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests;
