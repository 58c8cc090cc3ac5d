//! Tokens that say who reads, and texts that are none.

use lojal_types::limits::AUDIENCE_BYTES_MAX;
use lojal_types::{AddressText, Audience, ChainId, PublicKey, ReadToken, Signature, SignedReadToken, TimeMs};
use serde::{Deserialize, Serialize};

use super::golden::{canonical_hex, check};
use super::samples::{NETWORK, START_MS, account, address, chain_id, key, named, parse, seed, time};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    chain_id: ChainId,
    seed: String,
    account: AddressText,
    audience: Audience,
    until_ms: TimeMs,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Output {
    public_key: PublicKey,
    signing_bytes: String,
    signature: Signature,
    borsh: String,
    text: String,
}

fn build(input: &Input) -> Output {
    let Input { chain_id, until_ms, .. } = *input;
    let signer = key(&input.seed);
    let (account, audience) = (address(input.account), input.audience.clone());
    let token = ReadToken { account, public_key: signer.public_key(), audience, until_ms };
    let signing_bytes = hex::encode(token.signing_bytes(&chain_id));
    let signed = token.sign(&chain_id, &signer);
    assert!(signed.holds(&chain_id), "it is signed");
    assert_eq!(signed.to_string().parse(), Ok(signed.clone()), "its text is read");
    Output {
        public_key: signer.public_key(),
        signing_bytes,
        signature: signed.signature,
        borsh: canonical_hex(&signed),
        text: signed.to_string(),
    }
}

fn of_a_member() -> Input {
    Input {
        chain_id: chain_id(),
        seed: seed(4),
        account: account(4),
        audience: parse("gateway.example.org"),
        until_ms: time(START_MS + 604_800_000),
    }
}

#[test]
fn read_tokens_have_their_bytes_and_texts() {
    let samples = vec![
        named("a member's", of_a_member()),
        named("a member's with another key than the first", Input { seed: seed(5), ..of_a_member() }),
        named("the same on another network", Input { chain_id: ChainId::new([0x99; 32]), ..of_a_member() }),
        named("for an IPv6 address", Input { audience: parse("2001:db8::7"), ..of_a_member() }),
        named("for the longest host", Input { audience: parse(&"a".repeat(AUDIENCE_BYTES_MAX)), ..of_a_member() }),
    ];
    let about = "Tokens that say who reads: their bytes, lojal/read/v1 | chain id | token, which is signed, and their \
                 texts";
    check("read_tokens.json", about, samples, build);
}

/// A text, and the bytes of the token that it is; null if it is none.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct TextInput {
    text: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct TextOutput {
    borsh: Option<String>,
    /// The account, for a token.
    account: Option<AddressText>,
}

fn read(input: &TextInput) -> TextOutput {
    let token: Option<SignedReadToken> = input.text.parse().ok();
    TextOutput {
        borsh: token.as_ref().map(canonical_hex),
        account: token.map(|token| token.token.account.to_text(NETWORK)),
    }
}

#[test]
fn texts_that_are_no_read_token_are_refused() {
    // Of a length whose last letter has bits that no byte needs.
    let good = build(&Input { audience: parse("localhost"), ..of_a_member() }).text;
    let last = good.as_bytes()[good.len() - 1];
    // Another letter with the same bytes would be a second text.
    let next = char::from(last + 1);
    let changed = format!("{}{next}", &good[..good.len() - 1]);
    let text = |text: String| TextInput { text };
    let samples = vec![
        named("a token", text(good.clone())),
        named("without its beginning", text(good["ljr1_".len()..].to_owned())),
        named("with another beginning", text(good.replacen("ljr1_", "ljr2_", 1))),
        named("with padding", text(format!("{good}="))),
        named("with a blank", text(format!("{good} "))),
        named("without its last letter", text(good[..good.len() - 1].to_owned())),
        named("with a letter more", text(format!("{good}A"))),
        named("with other bits that are no part of a byte", text(changed)),
        named("in base64 that is not for URLs", text(good.replacen('_', "/", 2).replacen('/', "_", 1))),
        named("nothing", text("ljr1_".to_owned())),
    ];
    for (name, input) in samples.iter().skip(1) {
        assert_eq!(read(input), TextOutput { borsh: None, account: None }, "{name}");
    }
    check("read_token_texts.json", "Texts and the bytes of the read tokens that they are, or null", samples, read);
}
