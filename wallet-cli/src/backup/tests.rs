use super::*;

/// The entropy of the first vector of 24 words of BIP-39's reference implementation, and two more, with their words.
const VECTORS: [(&str, &str); 3] = [
    (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
         abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art",
    ),
    (
        "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f",
        "legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth useful legal \
         winner thank year wave sausage worth title",
    ),
    (
        "68a79eaca2324873eacc50cb9c6eca8cc68ea5d936f98787c60c7ebc74e6ce7c",
        "hamster diagram private dutch cause delay private meat slide toddler razor book happy fancy gospel tennis \
         maple dilemma loan word shrug inflict delay length",
    ),
];

fn words(index: usize) -> &'static str {
    VECTORS[index].1
}

#[test]
fn the_vectors_of_bip_39_hold_both_ways() {
    for (entropy, words) in VECTORS {
        let backup = Backup::from_words(words).expect("valid");
        assert_eq!(hex::encode(backup.entropy()), entropy);
        assert_eq!(backup.words().as_str(), words);
    }
}

#[test]
fn seeds_are_those_of_bip_39() {
    // The vectors use the passphrase TREZOR; the seed of the empty one, which the wallet uses, was computed with
    // Python's hashlib.pbkdf2_hmac.
    let mnemonic = Backup::from_words(words(0)).expect("valid").mnemonic();
    let expected = "bda85446c68413707090a52022edd26a1c9462295029f2e60cd7c4f2bbd30971\
                    70af7a4d73245cafa9c3cca8d561a7c3de6f5d4a10be8ed2a5e608d68f92fcc8";
    assert_eq!(hex::encode(mnemonic.to_seed("TREZOR")), expected);
    let expected = "408b285c123836004f4b8842c89324c1f01382450c0d439af345ba7fc49acf70\
                    5489c6fc77dbd4e3dc1dd8cc6bc9f043db8ada1e243c4a0eafb290d399480840";
    assert_eq!(hex::encode(mnemonic.to_seed("")), expected);
}

#[test]
fn every_rotation_has_its_own_key_on_the_documented_path() {
    let backup = Backup::from_words(words(0)).expect("valid");
    let seed = backup.mnemonic().to_seed("");
    for rotation in [0, 1, 7] {
        let node = [44, 7777, 0, rotation].iter().fold(Node::master(&seed), |node, index| node.child(*index));
        assert_eq!(backup.key(rotation).seed(), node.secret());
    }
    assert_ne!(backup.key(0).public_key(), backup.key(1).public_key());
    assert_ne!(backup.key(0).public_key(), Backup::from_words(words(1)).expect("valid").key(0).public_key());
}

#[test]
fn the_rotation_of_a_key_is_found_up_to_the_limit_and_not_beyond() {
    let backup = Backup::from_words(words(2)).expect("valid");
    for (rotation, found) in
        [(0, Some(0)), (3, Some(3)), (ROTATIONS_MAX, Some(ROTATIONS_MAX)), (ROTATIONS_MAX + 1, None)]
    {
        assert_eq!(backup.rotation_of(backup.key(rotation).public_key()), found);
    }
}

#[test]
fn case_and_space_do_not_matter() {
    let untidy = format!("  {}\r\n", words(2).to_uppercase().replace(' ', "\n\t "));
    assert_eq!(Backup::from_words(&untidy).expect("valid").words().as_str(), words(2));
}

#[test]
fn a_wrong_word_is_named_and_otherwise_the_checksum_is() {
    let with = |index: usize, word: &str| {
        let mut all: Vec<&str> = words(2).split(' ').collect();
        all[index] = word;
        Backup::from_words(&all.join(" ")).err()
    };
    assert_eq!(with(4, "causes"), Some(WordsError::Unknown { position: 5, word: "causes".into() }));
    assert_eq!(with(0, "blå"), Some(WordsError::Unknown { position: 1, word: "blå".into() }));
    assert_eq!(with(4, "delay"), Some(WordsError::Checksum));
    assert_eq!(with(23, ""), Some(WordsError::Count(23)));
    assert_eq!(Backup::from_words(&format!("{} art", words(0))).err(), Some(WordsError::Count(25)));
    assert_eq!(Backup::from_words("").err(), Some(WordsError::Count(0)));
    assert_eq!(Backup::from_words("\u{feff}\r\n").err(), Some(WordsError::Count(0)));
    let twelve = "legal winner thank year wave sausage worth useful legal winner thank yellow";
    assert_eq!(Backup::from_words(twelve).err(), Some(WordsError::Count(12)));
}

#[test]
fn two_backups_differ_and_neither_is_shown() {
    let (first, second) = (Backup::random().expect("random bytes"), Backup::random().expect("random bytes"));
    assert_ne!(first.words(), second.words());
    assert_eq!(format!("{first:?}"), "Backup(…)");
}

#[test]
fn words_are_read_as_they_were_shown_and_by_their_first_four_letters() {
    let expected = Backup::from_words(words(2)).expect("valid");
    let numbered =
        |end: &str| words(2).split(' ').zip(1..).map(|(word, n)| format!("{n:>2}{end} {word}\n")).collect::<String>();
    let short: Vec<&str> = words(2).split(' ').map(|word| &word[..word.len().min(4)]).collect();
    for text in [numbered(""), numbered("."), numbered(")"), short.join(" "), short.join("\r\n").to_uppercase()] {
        assert_eq!(Backup::from_words(&text).expect(&text).entropy(), expected.entropy());
        assert_eq!(count_words(&text), WORDS);
    }
    let read = |text: &str| Backup::from_words(text).expect_err("refused");
    assert_eq!(read(&numbered("").replace(" 7 private\n", "")), WordsError::Number { found: 8, expected: 7 });
    assert_eq!(read("hamster dia"), WordsError::Unknown { position: 2, word: "dia".to_owned() });
    assert_eq!(read("hamster diagrams"), WordsError::Unknown { position: 2, word: "diagrams".to_owned() });
}

#[test]
fn four_letters_tell_all_words_apart_and_a_word_that_begins_another_is_itself() {
    for word in English::words() {
        let start = &word[..word.len().min(4)];
        assert_eq!(known(word), Some(*word));
        assert_eq!(known(start), Some(*word), "{start}");
    }
}
