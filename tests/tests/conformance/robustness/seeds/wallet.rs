//! Seeds of what a wallet reads.

use lojal_tests::targets::{chain, good_key_file};
use lojal_types::{Address, BrandId, ChainTag, Points, Reference, Request, RequestKind, Salt, TimeMs};
use lojal_wallet::backup::Backup;
use lojal_wallet::uri::{HoldTicket, PaymentRequest};

use super::{Seeds, named, random};

/// A moment in 2027.
fn time() -> TimeMs {
    TimeMs::new(1_800_000_300_000).expect("in range")
}

fn request(kind: RequestKind, household: Option<Address>) -> PaymentRequest {
    let (amount, salt) = (Points::new(1250), Salt::new([7; 16]));
    let request = Request { brand: brand(), amount, kind, dated: time().day(), until_ms: time(), household, salt };
    PaymentRequest { chain: ChainTag::new([1, 2, 3, 4]), request }
}

fn brand() -> BrandId {
    "kaffet".parse().expect("a valid id")
}

pub(super) fn payment_text() -> Seeds {
    let pay = request(RequestKind::Redeem, None);
    let hold = request(RequestKind::Hold { expires_ms: time() }, Some(Address::new([9; 20])));
    let ticket = HoldTicket {
        chain: ChainTag::new([1, 2, 3, 4]),
        brand: brand(),
        from: Address::new([9; 20]),
        hold_reference: Reference::new(vec![7]).expect("one byte"),
        hold_dated: time().day(),
        amount: Points::new(u64::MAX),
        expires_ms: time(),
    };
    let spaced: String = pay.to_uri().chars().flat_map(|letter| [letter, '\n']).collect();
    let bytes = |value: &PaymentRequest| borsh::to_vec(value).expect("in memory");
    let mut seeds = named([
        ("request", pay.to_uri().as_bytes()),
        ("request-to-hold", hold.to_uri().as_bytes()),
        ("ticket", ticket.to_uri().as_bytes()),
        ("small-letters", hold.to_uri().to_lowercase().as_bytes()),
        ("mixed-letters", pay.to_uri().replace("LOJAL", "lojal").as_bytes()),
        ("mixed-letters-inside", pay.to_uri().replace('Q', "q").as_bytes()),
        ("spaces-everywhere", spaced.as_bytes()),
        ("a-letter-of-two-bytes", "lojal\u{e9}:pay1".as_bytes()),
        ("wide-spaces", "\u{3000}LOJAL:\u{2003}PAY1\u{a0}".as_bytes()),
        ("scheme-only", b"lojal:"),
        ("too-long", &[b'q'; 1025]),
        ("request-bytes", &bytes(&pay)),
        ("request-to-hold-bytes", &bytes(&hold)),
        // Right checksums, and the last letter before them says something else, or there is one more.
        (
            "padding-that-is-not-zero",
            b"lojal:pay1qyqsyqcyqcqqqqrtv9nxvet5ugzqqqqqqqqqqqrp2yqqpc8rvq\
              v2xqgqqqqqwpc8qurswpc8qurswpc8qurs0srd2lt",
        ),
        (
            "a-letter-of-padding-more",
            b"lojal:pay1qyqsyqcyqcqqqqrtv9nxvet5ugzqqqqqqqqqqqrp2yqqpc8rvq\
              v2xqgqqqqqwpc8qurswpc8qurswpc8qurswqhq0l5d",
        ),
    ]);
    seeds.insert("ticket-bytes".to_owned(), borsh::to_vec(&ticket).expect("in memory"));
    seeds
}

pub(super) fn backup_words() -> Seeds {
    let words = Backup::from_entropy([0; 32]).words().to_string();
    let others = Backup::from_entropy([0x7f; 32]).words().to_string();
    named([
        ("words", words.as_bytes()),
        ("other-words", others.as_bytes()),
        ("capitals", words.to_uppercase().as_bytes()),
        ("lines", words.replace(' ', "\r\n\t").as_bytes()),
        ("a-word-less", words.rsplit_once(' ').map_or("", |(rest, _)| rest).as_bytes()),
        ("a-word-more", format!("{words} abandon").as_bytes()),
        ("another-last-word", words.replace("art", "zoo").as_bytes()),
        ("a-kelvin-sign", others.replace('k', "\u{212a}").as_bytes()),
        ("a-letter-that-grows", words.replace('i', "\u{130}").as_bytes()),
        ("many-words", "zoo ".repeat(400).as_bytes()),
        ("entropy", &[0xff; 32]),
        ("no-utf-8", &[0x80; 33]),
        ("nothing", b""),
    ])
}

/// Changes of a good key file: a name, what is replaced, and by what.
const KEY_FILES: [(&str, &str, &str); 14] = [
    ("version-0", "\"version\": 1", "\"version\": 0"),
    ("largest-version", "\"version\": 1", "\"version\": 4294967295"),
    ("version-2-without-rotation", "\"version\": 1", "\"version\": 2"),
    ("version-2", "\"version\": 1,", "\"version\": 2, \"rotation\": 1000,"),
    ("rotation-beyond", "\"version\": 1,", "\"version\": 2, \"rotation\": 1001,"),
    ("little-memory", "19456", "0"),
    ("all-memory", "19456", "4294967295"),
    ("all-iterations", "\"iterations\": 2", "\"iterations\": 4294967295"),
    ("no-lanes", "\"parallelism\": 1", "\"parallelism\": 0"),
    ("another-cipher", "chacha20-poly1305", "none"),
    ("short-salt", "00112233445566778899aabbccddeeff", "00"),
    ("capital-salt", "aabbccddeeff", "AABBCCDDEEFF"),
    ("address-of-main", "tloj1gl77lfjcrqzqxsldkfxk0t2l45rvjz2z7d7nlg", "loj1gl77lfjcrqzqxsldkfxk0t2l45rvjz2zschhle"),
    ("an-unknown-field", "{", "{\"more\": 1,"),
];

pub(super) fn key_file() -> Seeds {
    let good = good_key_file();
    let mut seeds = named([("good", good.as_bytes()), ("nothing", b""), ("null", b"null")]);
    for (name, from, to) in KEY_FILES {
        let text = good.replacen(from, to, 1);
        assert_ne!(text, good, "{name} changes nothing");
        seeds.insert(name.to_owned(), text.into_bytes());
    }
    seeds.insert("deep".to_owned(), format!("{{\"version\":{}", "[".repeat(5_000)).into_bytes());
    seeds
}

pub(super) fn wallet_home() -> Seeds {
    let good = good_key_file();
    let other =
        good.replace("tloj1gl77lfjcrqzqxsldkfxk0t2l45rvjz2z7d7nlg", "loj1gl77lfjcrqzqxsldkfxk0t2l45rvjz2zschhle");
    let many = format!("\0gateways = [{}]", "\"http://127.0.0.1\",".repeat(17));
    let main = format!("\0\0{}", chain().genesis_toml.replace("\"test\"", "\"main\""));
    let next = format!("\0\0\0{good}");
    named([
        ("good", b""),
        ("all-files", format!("{good}\0gateways = [\"https://a.b:1/c\"]\0{}\0{good}", chain().genesis_toml).as_bytes()),
        ("a-key-of-another-network", other.as_bytes()),
        ("a-genesis-of-another-network", main.as_bytes()),
        ("a-next-key", next.as_bytes()),
        ("a-next-key-of-another-account", format!("\0\0\0{other}").as_bytes()),
        ("no-gateways", b"\0gateways = []"),
        ("17-gateways", many.as_bytes()),
        ("a-gateway-with-a-name", b"\0gateways = [\"http://user@host/\"]"),
        ("a-gateway-in-brackets", b"\0gateways = [\"http://[::1%25eth0]:99999/?#\"]"),
        ("a-gateway-that-is-none", b"\0gateways = [\"javascript:alert(1)\", \"http://\", \"\"]"),
        ("deep-settings", format!("\0gateways = {}", "[".repeat(2_000)).as_bytes()),
        ("not-utf-8", &[0, 0xff, 0xfe]),
        ("no-genesis", b"\0\0#"),
    ])
}

pub(super) fn amounts() -> Seeds {
    let numbers = |decimals: [u8; 2], rate: [u32; 2], number: u64| {
        [&decimals[..], &rate[0].to_le_bytes(), &rate[1].to_le_bytes(), &number.to_le_bytes()].concat()
    };
    let mut seeds = Seeds::new();
    for (name, text) in [
        ("amount", "12.50"),
        ("largest-amount", "90071992547409.91"),
        ("too-large-amount", "99999999999999999999999999"),
        ("zero", "0.00"),
        ("point-only", "."),
        ("plus", "+1"),
        ("digits-of-another-script", "\u{0661}\u{0662}"),
        ("price", "1000000.000001"),
        ("duration", "90s"),
        ("long-duration", "18446744073709551615d"),
        ("zero-duration", "0m"),
        ("time", "2027-03-01T18:30"),
        ("leap-day", "2028-02-29"),
        ("no-leap-day", "2100-02-29"),
        ("last-moment", "6999-12-31T23:59"),
        ("before-1970", "1969-12-31"),
        ("address-of-a-gateway", "https://gateway.example.org:443/a/"),
        ("address-with-slashes", "http://a//////"),
        ("address-of-this-machine", "http://[::1]:7800"),
    ] {
        seeds.insert(name.to_owned(), [&numbers([2, 0], [1, 3], 1_234_567)[..], text.as_bytes()].concat());
    }
    let edges = [0, 1, u32::MAX];
    for (rate, index) in edges.iter().flat_map(|one| edges.map(|other| [*one, other])).zip(0_u64..) {
        seeds.insert(format!("edges-{index}"), numbers([4, 0], rate, u64::MAX - index));
    }
    seeds.insert("decimals-beyond".to_owned(), [&numbers([255, 254], [7, 9], u64::MAX)[..], b"1.5"].concat());
    seeds.insert("random".to_owned(), random(1, 60));
    seeds
}
