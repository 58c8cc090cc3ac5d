//! Questions and answers of the data protocol.

use lojal_consensus::data::{Answer, Question};

/// Bytes of a peer, read as a question and as an answer: each has one encoding, and what is read is no larger than what
/// came.
pub fn data_message(data: &[u8]) {
    if let Ok(question) = Question::decode(data) {
        assert_eq!(question.encode(), data, "two encodings of one question");
    }
    if let Ok(answer) = Answer::decode(data) {
        assert_eq!(answer.encode(), data, "two encodings of one answer");
    }
}
