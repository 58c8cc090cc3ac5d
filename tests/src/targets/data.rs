//! Questions and answers of the data protocol, and of that by which transactions are handed in.

use lojal_consensus::data::{Answer, Question};
use lojal_consensus::submissions::{Submission, SubmissionAnswer};

/// Bytes of a peer, read as a question and as an answer: each has one encoding, and what is read is no larger than what
/// came.
pub fn data_message(data: &[u8]) {
    if let Ok(question) = Question::decode(data) {
        assert_eq!(question.encode(), data, "two encodings of one question");
    }
    if let Ok(answer) = Answer::decode(data) {
        assert_eq!(answer.encode(), data, "two encodings of one answer");
    }
    if let Ok(submission) = borsh::from_slice::<Submission>(data) {
        let encoded: Vec<Vec<u8>> = submission.transactions.iter().map(|one| one.encode()).collect();
        assert_eq!(Submission::encode(encoded.iter().map(Vec::as_slice)), data, "two encodings of one submission");
    }
    if let Ok(answer) = borsh::from_slice::<SubmissionAnswer>(data) {
        assert_eq!(borsh::to_vec(&answer).expect("in memory"), data, "two encodings of one answer");
    }
}
