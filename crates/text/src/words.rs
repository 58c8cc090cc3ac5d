//! Words that stand for numbers, since people remember and say them.

use bip0039::language::English;

/// Two words for two numbers below 2048: those that have them on the English list of BIP-39, from 0 on.
pub fn words(numbers: [u16; 2]) -> String {
    let word = |number: u16| English::words().get(usize::from(number)).copied().unwrap_or_default();
    numbers.map(word).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_word_of_the_list_stand_for_the_first_and_the_last_number() {
        assert_eq!(words([0, 2047]), "abandon zoo");
    }
}
