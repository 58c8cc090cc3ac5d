use futures::executor::block_on;
use futures::io::Cursor;

use super::*;
use crate::limits::{REQUEST_BYTES_MAX, RESPONSE_BYTES_MAX};

const PROTOCOL: StreamProtocol = StreamProtocol::new("/test/1");

fn read(bytes: &[u8]) -> io::Result<Vec<u8>> {
    block_on(ByteCodec(Protocol::Blocks).read_request(&PROTOCOL, &mut Cursor::new(bytes)))
}

fn write(data: Vec<u8>) -> io::Result<Vec<u8>> {
    let mut io = Cursor::new(Vec::new());
    block_on(ByteCodec(Protocol::Blocks).write_request(&PROTOCOL, &mut io, data))?;
    Ok(io.into_inner())
}

#[test]
fn a_frame_is_a_big_endian_length_and_the_bytes() -> io::Result<()> {
    assert_eq!(write(vec![7, 8, 9])?, [0, 0, 0, 3, 7, 8, 9]);
    assert_eq!(read(&[0, 0, 0, 3, 7, 8, 9])?, [7, 8, 9]);
    assert_eq!(read(&[0, 0, 0, 0])?, []);
    Ok(())
}

#[test]
fn the_longest_request_passes_and_one_byte_more_does_not() -> io::Result<()> {
    let longest = vec![1; REQUEST_BYTES_MAX];
    assert_eq!(read(&write(longest.clone())?)?, longest);

    let too_long = write(vec![1; REQUEST_BYTES_MAX + 1]).map_err(|error| error.kind());
    assert_eq!(too_long, Err(io::ErrorKind::InvalidData));
    let announced = u32::try_from(REQUEST_BYTES_MAX + 1).expect("the limit fits");
    let too_long = read(&announced.to_be_bytes()).map_err(|error| error.kind());
    assert_eq!(too_long, Err(io::ErrorKind::InvalidData));
    Ok(())
}

#[test]
fn a_response_may_be_longer_than_a_request() -> io::Result<()> {
    let response = vec![1; REQUEST_BYTES_MAX + 1];
    let mut io = Cursor::new(Vec::new());
    block_on(ByteCodec(Protocol::Blocks).write_response(&PROTOCOL, &mut io, response.clone()))?;
    io.set_position(0);
    let read = block_on(ByteCodec(Protocol::Blocks).read_response(&PROTOCOL, &mut io))?;
    assert_eq!(read, response);

    let announced = u32::try_from(RESPONSE_BYTES_MAX + 1).expect("the limit fits");
    let mut io = Cursor::new(announced.to_be_bytes());
    let too_long = block_on(ByteCodec(Protocol::Blocks).read_response(&PROTOCOL, &mut io));
    assert_eq!(too_long.map_err(|error| error.kind()), Err(io::ErrorKind::InvalidData));
    Ok(())
}

#[test]
fn a_stream_that_ends_at_once_differs_from_one_that_ends_early() {
    let kind = |bytes: &[u8]| read(bytes).map_err(|error| error.kind());
    assert_eq!(kind(&[]), Err(io::ErrorKind::UnexpectedEof));
    assert_eq!(kind(&[0, 0, 0, 3, 7]), Err(io::ErrorKind::InvalidData));
}
