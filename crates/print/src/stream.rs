//! A stream that is written to, and what has become of it.

use std::io::{ErrorKind, Write};

use crate::OutputLost;

/// A stream, as far as it is known.
#[derive(Debug)]
pub(crate) struct Stream {
    state: State,
    has_passing_line: bool,
}

#[derive(Debug)]
enum State {
    /// It takes what is written.
    Open,
    /// Its reader has enough.
    Unwanted,
    /// Something was wanted and could not be written.
    Lost(OutputLost),
}

impl Stream {
    pub(crate) const fn new() -> Self {
        Self { state: State::Open, has_passing_line: false }
    }
    /// Tells whether the last line is one that the next one replaces.
    pub(crate) fn has_passing_line(&self) -> bool {
        self.has_passing_line
    }
    /// Tells whether it takes what is written, as far as that is known.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state, State::Open)
    }
    /// Gives the first loss, if there was one.
    pub(crate) fn result(&self) -> Result<(), OutputLost> {
        match &self.state {
            State::Open | State::Unwanted => Ok(()),
            State::Lost(lost) => Err(lost.clone()),
        }
    }
    /// Gives the stream up, unless it is known that it takes nothing more.
    ///
    /// # Errors
    /// The loss, the first time that there is one.
    pub(crate) fn lose(&mut self, lost: OutputLost) -> Result<(), OutputLost> {
        if !matches!(self.state, State::Open) {
            return Ok(());
        }
        self.state = State::Lost(lost);
        self.result()
    }
    /// Writes to the stream, unless it is known that it takes nothing more.
    ///
    /// # Errors
    /// The loss, the first time that there is one.
    pub(crate) fn write(&mut self, to: &mut impl Write, text: &str, passes: bool) -> Result<(), OutputLost> {
        if !matches!(self.state, State::Open) {
            return Ok(());
        }
        self.has_passing_line = passes;
        match to.write_all(text.as_bytes()).and_then(|()| to.flush()) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::BrokenPipe => self.state = State::Unwanted,
            Err(error) => self.state = State::Lost(OutputLost(error.to_string())),
        }
        self.result()
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    /// Takes so many writes, and then fails in one way.
    struct Failing(usize, ErrorKind);
    impl Write for Failing {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(self.1.into());
            }
            self.0 -= 1;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_who_has_enough_is_no_loss() {
        let (mut stream, mut to) = (Stream::new(), Failing(1, ErrorKind::BrokenPipe));
        for _ in 0..3 {
            assert_eq!(stream.write(&mut to, "x", false), Ok(()));
        }
        assert_eq!((stream.result(), stream.is_open()), (Ok(()), false));
    }

    #[test]
    fn any_other_failure_is_a_loss_that_is_told_once_and_remembered() {
        for kind in [ErrorKind::StorageFull, ErrorKind::PermissionDenied, ErrorKind::WriteZero] {
            let (mut stream, mut to) = (Stream::new(), Failing(1, kind));
            assert_eq!(stream.write(&mut to, "x", false), Ok(()));
            let lost = stream.write(&mut to, "y", false).expect_err("lost");
            assert_eq!(stream.write(&mut to, "z", false), Ok(()));
            assert_eq!(stream.result(), Err(lost));
        }
    }

    #[test]
    fn a_stream_that_is_given_up_takes_nothing_more() {
        let (mut stream, mut to) = (Stream::new(), Vec::new());
        let lost = stream.lose(OutputLost("nobody".into())).expect_err("lost");
        assert_eq!(stream.lose(OutputLost("again".into())), Ok(()), "it is told once");
        assert_eq!(stream.write(&mut to, "x", false), Ok(()));
        assert_eq!((to.as_slice(), stream.result()), (&b""[..], Err(lost)));
    }

    #[test]
    fn only_the_line_right_before_is_replaced() {
        let (mut stream, mut to) = (Stream::new(), Vec::new());
        stream.write(&mut to, "height 1", true).expect("memory takes all");
        assert!(stream.has_passing_line());
        stream.write(&mut to, "done\n", false).expect("memory takes all");
        assert!(!stream.has_passing_line());
    }
}
