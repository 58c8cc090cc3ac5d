//! Seeds of sequences of transactions, in the order in which the target `execute` takes its choices.

use super::{Seeds, named, random};

/// The signers: the byte that chooses the sender.
const ANNA: u8 = 0;
const BO: u8 = 1;
const CLEO: u8 = 2;
const DORA: u8 = 3;
const TILL: u8 = 160;
const ISSUER: u8 = 200;
/// The governor of the validator that decides alone, and of the other one.
const FIRST: u8 = 205;
const SECOND: u8 = 208;

/// The time between blocks: the byte that chooses it.
const A_SECOND: u8 = 0;
const AN_HOUR: u8 = 3;
const A_MONTH: u8 = 6;

/// Choices of one operation: its kind, and what it takes.
type Choices = &'static [u8];
/// A block of one transaction of one operation: how much later, the sender, the operation.
type Step = (u8, u8, Choices);

const ACCEPT: Choices = &[12, 0, 1];
const CONVERT: Choices = &[14, 0, 1, 0, 0, 10];
const RECOVER_CLEO: Choices = &[22, CLEO, 7];

/// Short stories, which together apply every kind of operation.
const STORIES: [(&str, &[Step]); 21] = [
    ("guardians", &[(A_SECOND, ANNA, &[21, 1, 1, BO, 1])]),
    ("issue-and-reverse", &[(A_SECOND, TILL, &[0, 0, ANNA, 20, 25]), (A_SECOND, TILL, &[7, 0, ANNA, 25, 26, 5, 1, 0])]),
    ("transfer-and-redeem", &[(A_SECOND, ANNA, &[5, 0, 0, BO, 20]), (A_MONTH, BO, &[3, 0, 0, 0, 10])]),
    ("hold", &[(A_SECOND, ANNA, &[8, 0, 0, 4, 20, 5]), (A_SECOND, TILL, &[10, 0, ANNA, 5])]),
    ("capture", &[(A_SECOND, TILL, &[9, 0, CLEO, 1, 7, 20])]),
    ("release-by-the-till", &[(A_SECOND, TILL, &[10, 0, CLEO, 1])]),
    (
        "partnership",
        &[
            (A_SECOND, TILL, ACCEPT),
            (A_SECOND, ANNA, CONVERT),
            (A_SECOND, TILL, &[16, 0, 1, 5, 9]),
            (A_SECOND, TILL, &[13, 0, 1]),
            (A_SECOND, ANNA, CONVERT),
        ],
    ),
    ("proposal", &[(A_SECOND, TILL, &[11, 1, 0, 0, 2, 2, 100, 100, 2])]),
    (
        "brand",
        &[
            (A_SECOND, TILL, &[17, 0, 0, 26, 1, 100, 0, 0, 0, 0]),
            (A_SECOND, TILL, &[19, 0, ISSUER]),
            (A_SECOND, TILL, &[18, 0, 0, 0, 13, 0]),
        ],
    ),
    ("frozen", &[(A_SECOND, ANNA, &[25, 1]), (A_SECOND, ANNA, &[5, 0, 0, BO, 20]), (A_SECOND, ANNA, &[25, 0])]),
    (
        "recovery",
        &[
            (AN_HOUR, ANNA, RECOVER_CLEO),
            (A_SECOND, TILL, RECOVER_CLEO),
            (AN_HOUR, ANNA, &[24, 160, CLEO]),
            (A_SECOND, CLEO, &[20, 8]),
        ],
    ),
    ("recovery-cancelled", &[(AN_HOUR, ANNA, RECOVER_CLEO), (A_SECOND, CLEO, &[23]), (A_SECOND, CLEO, &[20, 8])]),
    (
        "agreement",
        &[
            (AN_HOUR, CLEO, &[25, 1]),
            (A_SECOND, CLEO, &[25, 0]),
            (A_SECOND, ANNA, &[25, 2, 160, CLEO]),
            (A_SECOND, TILL, &[25, 2, 160, CLEO]),
        ],
    ),
    (
        "household",
        &[
            (A_SECOND, ANNA, &[27, 0, DORA, 1, 0, 0]),
            (A_SECOND, DORA, &[28, 0]),
            (A_SECOND, ANNA, &[30, 0, DORA, 0, 0, 0]),
            (A_SECOND, DORA, &[31, 0, BO]),
            (A_SECOND, ANNA, &[29, 0]),
            (A_SECOND, DORA, &[26]),
        ],
    ),
    (
        "motion",
        &[
            (A_SECOND, SECOND, &[32, 0, 4, 0]),
            (A_SECOND, FIRST, &[34, 0, 0]),
            (A_SECOND, TILL, &[0, 0, ANNA, 20, 25]),
            (A_SECOND, FIRST, &[32, 0, 5, 0]),
            (A_SECOND, TILL, &[0, 0, ANNA, 20, 25]),
        ],
    ),
    (
        "motion-withdrawn",
        &[
            (A_SECOND, SECOND, &[32, 0, 6, 0, 7, 0, 0]),
            (A_SECOND, SECOND, &[35, 0, 0]),
            (A_SECOND, SECOND, &[32, 0, 4, 0]),
            (A_MONTH, SECOND, &[35, 1, 0]),
        ],
    ),
    (
        "brand-motion",
        &[
            (A_SECOND, TILL, &[18, 0, 3, 0, 13, 0]),
            (A_SECOND, TILL, &[39, 0, 2, 0]),
            (A_SECOND, TILL, &[36, 1, 4, 0, 0, 26, 1, 100, 0, 0, 0, 0, 0]),
            (A_SECOND, TILL, &[38, 0, 0]),
        ],
    ),
    (
        "brand-motion-that-waits",
        &[(A_SECOND, TILL, &[39, 0, 1, 2]), (A_SECOND, TILL, &[36, 0, 0, 1, 0]), (AN_HOUR, TILL, &[37, 0, 0, 0])],
    ),
    (
        "brand-that-leaves",
        &[
            (A_SECOND, TILL, &[40, 0, 1, 1]),
            (A_SECOND, TILL, &[0, 0, ANNA, 20, 25]),
            (A_MONTH, ANNA, &[3, 0, 0, 0, 10]),
            (A_MONTH, ANNA, &[3, 0, 0, 0, 10]),
            (A_MONTH, ANNA, &[3, 0, 0, 0, 10]),
            (A_MONTH, ANNA, &[3, 0, 0, 0, 10]),
        ],
    ),
    (
        "market",
        &[
            (A_SECOND, ANNA, &[52, 0, 1, 1, 0, 1, 0, 1, 20, 4]),
            (A_SECOND, BO, &[53, 0, 1, 1, ANNA, 0, 1, 5]),
            (AN_HOUR, ANNA, &[54, 0, 1, 1, 0]),
        ],
    ),
    ("brand-that-joins", &[(A_SECOND, FIRST, &[32, 0, 3, 1, 5, 0, 1, 100, 0, 0, 0, 0, 0])]),
];

/// A block's choices: its time, one transaction, its sender, one operation, how long it is valid, a new nonce, the
/// right key; and which byte of the block somebody changes.
fn block((later, sender, operation): &Step) -> Vec<u8> {
    [&[*later, 0, *sender, 0], *operation, &[8, 1, 0, 40, 0, 0, 0, 1]].concat()
}

pub(super) fn execute() -> Seeds {
    let mut seeds: Seeds = (0..24).map(|number| (format!("random-{number}"), random(number, 300))).collect();
    for (name, steps) in STORIES {
        seeds.insert(name.to_owned(), steps.iter().flat_map(block).collect());
    }
    seeds.extend(named([("nothing", b""), ("every-bit", &[0xff; 300]), ("zeroes", &[0; 64])]));
    seeds
}
