//! Messages of HTTP/1.1 as they come off a connection, read no further than it takes to know where they end.

use crate::error::BenchError;

/// The end of a head.
const HEAD_END: &[u8] = b"\r\n\r\n";
/// Most bytes of a head.
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// A message whose head is there as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// Bytes of the head.
    pub(super) head: usize,
    /// Bytes of what follows it.
    pub(super) content: usize,
}

impl Frame {
    /// Bytes of all of it.
    pub(super) fn bytes(self) -> usize {
        self.head + self.content
    }
}

/// The first message in some bytes; none while its head isn't there.
pub(super) fn first(bytes: &[u8]) -> Result<Option<Frame>, BenchError> {
    let searched = &bytes[..bytes.len().min(HEAD_BYTES_MAX)];
    let Some(end) = searched.windows(HEAD_END.len()).position(|four| four == HEAD_END) else {
        return if bytes.len() < HEAD_BYTES_MAX { Ok(None) } else { Err(unreadable(searched)) };
    };
    let head = &bytes[..end + 2];
    let content = match field(head, "content-length") {
        None => 0,
        Some(text) => text.parse().map_err(|_| unreadable(head))?,
    };
    Ok(Some(Frame { head: end + HEAD_END.len(), content }))
}

/// The status of an answer; 0 of what is none.
pub(super) fn status(head: &[u8]) -> u16 {
    let digits = head.get(9..12).and_then(|digits| str::from_utf8(digits).ok());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// The value of a head's field, which is asked for in small letters.
pub(super) fn field<'a>(head: &'a [u8], name: &str) -> Option<&'a str> {
    let mut lines = head.split(|byte| *byte == b'\n');
    lines.find_map(|line| {
        let (own, rest) = line.split_at_checked(name.len())?;
        let value = rest.strip_prefix(b":").filter(|_| own.eq_ignore_ascii_case(name.as_bytes()))?;
        str::from_utf8(value).ok().map(str::trim)
    })
}

fn unreadable(head: &[u8]) -> BenchError {
    BenchError::unreadable("a message of HTTP/1.1", &String::from_utf8_lossy(head))
}

/// Counts the events of a stream however their lines are cut into pieces.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Events {
    /// The bytes of the mark that were the last ones.
    seen: usize,
}

impl Events {
    /// The beginning of the line that every event has once.
    const MARK: &'static [u8] = b"\ndata: {";

    /// The events of which the mark ends in the next piece.
    pub(super) fn count(&mut self, piece: &[u8]) -> u64 {
        let mut events = 0;
        for byte in piece {
            // The first byte of the mark is nowhere else in it, so that a mark begins anew nowhere but there.
            self.seen = match Self::MARK.get(self.seen) {
                Some(wanted) if wanted == byte => self.seen + 1,
                _ => usize::from(*byte == Self::MARK[0]),
            };
            if self.seen == Self::MARK.len() {
                (self.seen, events) = (0, events + 1);
            }
        }
        events
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\ndate: x\r\n\r\nabcHTTP/1.1 404 Not Found\r\n\r\n";

    #[test]
    fn messages_that_follow_each_other_are_told_apart() {
        let one = first(ANSWER).expect("an answer").expect("all of its head");
        assert_eq!((one.content, status(ANSWER)), (3, 200));
        let rest = &ANSWER[one.bytes()..];
        let two = first(rest).expect("an answer").expect("all of its head");
        assert_eq!((two.bytes(), status(rest)), (rest.len(), 404));
        assert_eq!(field(&ANSWER[..one.head], "date"), Some("x"));
        assert_eq!(field(&ANSWER[..one.head], "dat"), None);
    }

    #[test]
    fn a_head_that_is_not_there_yet_is_waited_for_and_one_that_never_ends_is_not() {
        let whole = first(ANSWER).expect("an answer").expect("all of its head").head;
        for end in 0..whole {
            assert_eq!(first(&ANSWER[..end]).expect("no fault"), None, "{end}");
        }
        assert!(first(&[b'a'; HEAD_BYTES_MAX]).is_err());
        assert!(first(b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n").is_err());
        assert_eq!(status(b"HTTP"), 0);
    }

    #[test]
    fn events_are_counted_wherever_the_pieces_end() {
        let text = b"id: 1-0-0\n\ndata: {\"a\":\"data: {\"}\n\n: block 7\nid: 1\n\nid: 2-0-0\ndata: {}\n\n";
        for size in 1..text.len() {
            let mut events = Events::default();
            assert_eq!(text.chunks(size).map(|piece| events.count(piece)).sum::<u64>(), 2, "{size}");
        }
    }
}
