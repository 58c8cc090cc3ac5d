//! Seeds of guards, and of what is said to signers.

use lojal_signer::{ProposalContent, Request, Statement};
use lojal_tests::targets::{GUARD_CHAIN, guard_key, guard_of, guarded_vote};
use lojal_types::{BlockId, ChainId, Height, VoteContent, VoteKind};

use super::{Seeds, named};

fn precommit(height: u64, round: u32) -> Statement {
    let (kind, height, validator) = (VoteKind::Precommit, Height::new(height), guard_key().address());
    Statement::Vote(VoteContent { kind, height, round, block: Some(BlockId::new([9; 32])), validator })
}

fn proposal(height: u64, round: Option<u32>) -> Statement {
    let (height, block, validator) = (Height::new(height), BlockId::new([9; 32]), guard_key().address());
    Statement::Proposal(ProposalContent { height, round, block, valid_round: None, validator })
}

pub(super) fn guard_file() -> Seeds {
    let all = [proposal(4, Some(0)), guarded_vote(4, 0), precommit(4, 0), guarded_vote(4, 1)];
    let whole = guard_of(&all);
    let mut seeds = named([("nothing", b""), ("zeros", &[0; 64]), ("announced-length", &[0xff; 16])]);
    seeds.insert("new".to_owned(), guard_of(&[]));
    seeds.insert("torn".to_owned(), whole[..whole.len() - 5].to_vec());
    seeds.insert("twice".to_owned(), [&whole[..], &whole].concat());
    seeds.insert("a-later-height".to_owned(), guard_of(&[precommit(4, 7), guarded_vote(u64::MAX, u32::MAX)]));
    seeds.insert(
        "strayed".to_owned(),
        guard_of(&[precommit(4, 0), guarded_vote(4, 0), precommit(4, 0), {
            // Another vote in the place of one that was signed.
            let Statement::Vote(vote) = precommit(4, 0) else { panic!("a vote") };
            Statement::Vote(VoteContent { block: None, ..vote })
        }]),
    );
    seeds.insert("whole".to_owned(), whole);
    seeds
}

pub(super) fn signer_message() -> Seeds {
    let hello = Request::Hello { protocol: 1, chain: GUARD_CHAIN };
    let other_chain = Request::Hello { protocol: 1, chain: ChainId::new([2; 32]) };
    let sayings: [(&str, Vec<Request>); 9] = [
        ("hello", vec![hello]),
        ("without-hello", vec![Request::Sign(guarded_vote(1, 0))]),
        ("another-network", vec![other_chain]),
        ("another-version", vec![Request::Hello { protocol: 2, chain: GUARD_CHAIN }]),
        ("votes", vec![hello, Request::Enter, Request::Sign(guarded_vote(1, 0)), Request::Sign(guarded_vote(1, 0))]),
        ("back", vec![hello, Request::Sign(precommit(9, 0)), Request::Sign(precommit(8, 0)), Request::Ask]),
        ("settled", vec![hello, Request::Settle(Height::new(7)), Request::Sign(guarded_vote(6, 0))]),
        ("outside-of-rounds", vec![hello, Request::Sign(proposal(3, None)), Request::Sign(proposal(3, Some(1)))]),
        ("twice-hello", vec![hello, hello, Request::Ask]),
    ];
    let framed = |request: &Request| {
        let bytes = borsh::to_vec(request).expect("in memory");
        let length = u32::try_from(bytes.len()).expect("short");
        [&length.to_le_bytes()[..], &bytes].concat()
    };
    let said = |requests: Vec<Request>| requests.iter().flat_map(framed).collect::<Vec<u8>>();
    let mut seeds: Seeds = sayings.into_iter().map(|(name, requests)| (name.to_owned(), said(requests))).collect();
    // One message without its length, which is read as that.
    seeds.insert("a-message".to_owned(), borsh::to_vec(&Request::Sign(precommit(1, 2))).expect("in memory"));
    seeds.extend(named([("too-long", &[1, 16, 0, 0, 0]), ("cut-off", &[9, 0, 0, 0, 1, 2]), ("empty", &[0; 4])]));
    seeds
}
