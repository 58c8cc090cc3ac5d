//! Tracks, stamps and standings.

use std::time::Duration;

use borsh::BorshDeserialize;
use lojal_ledger::tree::Proof;
use lojal_ledger::{ProvenRecords, Tip, answers};
use lojal_types::api::{
    CampaignState, Campaigns, Foretold, ProvenState, Simulation, Stamped, Standing, Standings, TrackStanding,
    TrackState, Tracks,
};
use lojal_types::{
    AddressText, Bounded, CampaignId, Code, Header, NetworkKind, Operation, Points, SetConsent, Track, TrackId,
    TrackKind, UnsignedTransaction,
};

use super::http::BYTES;
use super::node::{ANNA, BO, HOUR_MS, Node, TILL, address};
use super::operations::{
    brand, gifts, grant, grants_too, issue, levels, reference, set_campaign, set_track, stamp, take_back, today,
};
use crate::access::{Access, Auditors};
use crate::app::Timeouts;

fn text(seed: u8) -> AddressText {
    address(seed).to_text(NetworkKind::Test)
}

fn path_of(seed: u8) -> String {
    format!("/v1/accounts/{}/standing", text(seed))
}

fn guarded() -> Access {
    Access { auditors: Auditors::default(), hosts: vec![] }
}

/// The part of Anna's standing at nordmat that is on one track.
async fn counted(node: &Node, track: u16) -> TrackStanding {
    let standings: Standings = node.get(&path_of(ANNA)).await.json();
    let [standing] = <[_; 1]>::try_from(standings.standings).expect("one brand has stamped");
    assert_eq!((standing.brand, standing.since), (brand("nordmat"), Some(node.now().day())));
    standing.tracks.into_iter().find(|one| one.track == TrackId::new(track)).expect("something counts on it")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tracks_of_a_brand_are_shown_to_everybody_with_their_state() {
    let node = Node::start_guarded(guarded()).await;
    let none: Tracks = node.get("/v1/brands/nordmat/tracks").await.json();
    assert_eq!((none.brand, none.tracks, none.last), (brand("nordmat"), Vec::new(), TrackId::new(0)));
    let (opens_ms, closes_ms) = (node.now().plus_ms(48 * HOUR_MS), node.now().plus_ms(96 * HOUR_MS));
    let soon = Track { kind: TrackKind::Window { opens_ms, closes_ms }, levels: Bounded::default(), ..levels() };
    node.apply(TILL, vec![set_track("nordmat", 3, levels()), set_track("nordmat", 5, soon.clone())]);
    let tracks: Tracks = node.get("/v1/brands/nordmat/tracks").await.json();
    let shown: Vec<_> = tracks.tracks.iter().map(|one| (one.track.get(), one.state, one.over_ms.is_some())).collect();
    assert_eq!(shown, [(3, TrackState::Open, false), (5, TrackState::Announced, true)]);
    assert_eq!((&tracks.tracks[0].terms, &tracks.tracks[1].terms), (&levels(), &soon));
    assert_eq!((tracks.last, tracks.height), (TrackId::new(5), node.store().tip().height));
    node.commit_at(closes_ms, Vec::new());
    let tracks: Tracks = node.get("/v1/brands/nordmat/tracks").await.json();
    assert_eq!(tracks.tracks[1].state, TrackState::Closed);
    assert_eq!(node.get("/v1/brands/unknown/tracks").await.refusal(), (404, "unknown_brand".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standing_says_what_counts_which_level_that_is_and_what_is_missing() {
    let node = Node::start().await;
    node.apply(TILL, vec![set_track("nordmat", 1, levels()), stamp("nordmat", ANNA, (40, None), 1, "first")]);
    let first = counted(&node, 1).await;
    assert_eq!((first.units, first.level, first.lasts, &first.terms), (40, 0, None, &levels()));
    assert_eq!(first.next.map(|next| (next.level, next.at_least, next.missing)), Some((1, 100, 60)));
    node.apply(TILL, vec![stamp("nordmat", ANNA, (150, None), 1, "second")]);
    let second = counted(&node, 1).await;
    assert_eq!((second.units, second.level), (190, 1));
    assert_eq!(second.next.map(|next| (next.level, next.missing)), Some((2, 110)));
    let lasts = second.lasts.expect("a level");
    // It is held for a year, and what has reached it counts as long: any stamp in the last month keeps it.
    assert_eq!(lasts.until_ms, node.now().month().plus(13).start());
    assert_eq!((lasts.keeps, lasts.then), (Some(1), 0));
    node.apply(TILL, vec![take_back("nordmat", ANNA, 150, "second", "return")]);
    let third = counted(&node, 1).await;
    assert_eq!((third.units, third.level, third.lasts), (40, 0, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn places_are_told_by_their_numbers_and_what_a_member_allows_as_it_is() {
    let node = Node::start().await;
    let (opens_ms, closes_ms) = (node.now(), node.now().plus_ms(96 * HOUR_MS));
    let kind = TrackKind::Places { opens_ms, closes_ms, count: 8 };
    let places = Track { kind, stamp_max: 1, levels: Bounded::default(), ..levels() };
    let at = |place: u8, receipt: &str| stamp("nordmat", ANNA, (1, Some(place)), 1, receipt);
    node.apply(TILL, vec![issue("nordmat", ANNA, 100, "points"), set_track("nordmat", 1, places)]);
    node.apply(TILL, vec![at(7, "a"), at(0, "b"), at(7, "c")]);
    let counted = counted(&node, 1).await;
    assert_eq!((counted.units, counted.places, counted.next), (2, vec![0, 7], None));
    let seen = async |receipt: &str| {
        let path = format!("/v1/brands/nordmat/stamps/{}", reference(receipt));
        node.get(&path).await.json::<Stamped>()
    };
    assert_eq!((seen("a").await.place, seen("c").await.place), (Some(7), None), "a place counts once");
    node.apply(ANNA, vec![Operation::SetConsent(SetConsent { brand: brand("nordmat"), consents: 9 })]);
    let standings: Standings = node.get(&path_of(ANNA)).await.json();
    assert_eq!(standings.standings[0].consents, 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_campaigns_of_a_brand_are_shown_to_everybody_with_what_is_left_of_them() {
    let node = Node::start_guarded(guarded()).await;
    let none: Campaigns = node.get("/v1/brands/nordmat/campaigns").await.json();
    assert_eq!((none.brand, none.campaigns, none.last), (brand("nordmat"), Vec::new(), CampaignId::new(0)));
    let terms = gifts(node.now(), 500);
    let begun = vec![grants_too("nordmat"), set_campaign("nordmat", 4, terms.clone())];
    node.apply(TILL, begun);
    node.apply(TILL, vec![grant("nordmat", 4, ANNA, 120, "surprise")]);
    let campaigns: Campaigns = node.get("/v1/brands/nordmat/campaigns").await.json();
    assert_eq!((campaigns.last, campaigns.height), (CampaignId::new(4), node.store().tip().height));
    let [one] = <[_; 1]>::try_from(campaigns.campaigns).expect("one campaign");
    assert_eq!((one.campaign, one.state, one.accepted), (CampaignId::new(4), CampaignState::Open, None));
    assert_eq!(one.digest, terms.digest(&node.chain(), brand("nordmat"), one.campaign));
    assert_eq!((one.times, one.points.get(), one.budget_left), (1, 120, Some(Points::new(380))));
    assert_eq!((one.terms, one.stock_left), (terms, None));
    let own = node.get_as(&node.token(ANNA), &path_of(ANNA)).await.json::<Standings>();
    let taken = own.standings[0].taken[0];
    assert_eq!((taken.campaign, taken.times, taken.as_referrer), (CampaignId::new(4), 1, false));
    assert_eq!(node.get("/v1/brands/unknown/campaigns").await.refusal(), (404, "unknown_brand".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standing_is_read_as_balances_are() {
    let node = Node::start_guarded(guarded()).await;
    node.apply(TILL, vec![set_track("nordmat", 1, levels()), stamp("nordmat", ANNA, (40, None), 1, "first")]);
    let ask = async |seed: u8, path: String| node.get_as(&node.token(seed), &path).await;
    let own: Standings = ask(ANNA, path_of(ANNA)).await.json();
    assert_eq!((own.standings.len(), own.only_of), (1, None));
    let of_brand: Standings = ask(TILL, path_of(ANNA)).await.json();
    assert_eq!((of_brand.standings, of_brand.only_of.map(|brands| brands.len())), (own.standings, Some(2)));
    assert_eq!(ask(BO, path_of(ANNA)).await.refusal(), (403, "not_permitted".into()));
    assert_eq!(node.get(&path_of(ANNA)).await.refusal(), (401, "token_missing".into()));
    let stamp = |receipt: &str| format!("/v1/brands/nordmat/stamps/{}", reference(receipt));
    for seed in [ANNA, TILL] {
        assert_eq!(ask(seed, stamp("first")).await.json::<Stamped>().to, text(ANNA));
    }
    for (seed, receipt) in [(BO, "first"), (BO, "never was"), (ANNA, "never was")] {
        assert_eq!(ask(seed, stamp(receipt)).await.refusal(), (403, "not_permitted".into()));
    }
    assert_eq!(ask(TILL, stamp("never was")).await.refusal(), (404, "unknown_reference".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stamp_shows_what_can_be_taken_back() {
    let node = Node::start().await;
    node.apply(TILL, vec![set_track("nordmat", 1, levels()), stamp("nordmat", ANNA, (40, None), 1, "first")]);
    let path = format!("/v1/brands/nordmat/stamps/{}", reference("first"));
    let seen = async || node.get(&path).await.json::<Stamped>();
    let first = seen().await;
    assert_eq!((first.dated, first.track, first.amount, first.place), (today(), TrackId::new(1), 40, None));
    assert_eq!((first.taken_back, first.left), (0, 40));
    assert!(first.until_ms > node.now().plus_ms(29 * 24 * HOUR_MS));
    node.apply(TILL, vec![take_back("nordmat", ANNA, 15, "first", "return")]);
    assert_eq!((seen().await.taken_back, seen().await.left), (15, 25));
    let other_day = node.get(&format!("{path}?dated={}", today().plus(40))).await;
    assert_eq!(other_day.refusal(), (404, "unknown_reference".into()));
    node.commit_at(first.until_ms, Vec::new());
    assert_eq!((seen().await.taken_back, seen().await.left), (15, 0), "it is too late");
}

/// The records that an answer proves.
pub(super) async fn proven_by(node: &Node, path: &str) -> ProvenRecords {
    let proof: ProvenState = node.get(path).await.json();
    let header = Header::try_from_slice(&proof.header.0).expect("a header");
    let tip = Tip { height: header.height, block: header.id(), time_ms: header.time_ms };
    let mut records = ProvenRecords::new(NetworkKind::Test, tip, header.state_root);
    for one in proof.proofs {
        records.add(&one.key.0, &Proof::try_from_slice(&one.proof.0).expect("a proof")).expect("of this state");
    }
    records
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_waits_a_moment_for_the_first_block() {
    let path = format!("/v1/accounts/{}/proof", text(ANNA));
    let hasty = Timeouts { first_block: Duration::from_millis(1), ..Timeouts::default() };
    let node = Node::start_with(hasty).await;
    for nothing in [path.as_str(), "/v1/brands/nordmat/campaigns/proof"] {
        assert_eq!(node.get(nothing).await.refusal(), (404, "unknown_block".into()));
    }
    let patient = Timeouts { first_block: Duration::from_secs(60), ..Timeouts::default() };
    let node = Node::start_with(patient).await;
    let (answer, _) = tokio::join!(node.get(&path), async { node.issue(ANNA, 120) });
    assert!(!answer.json::<ProvenState>().proofs.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_campaigns_of_a_brand_are_proven_to_everybody() {
    let node = Node::start_guarded(guarded()).await;
    let terms = gifts(node.now(), 500);
    node.apply(TILL, vec![grants_too("nordmat"), set_campaign("nordmat", 4, terms)]);
    node.apply(TILL, vec![grant("nordmat", 4, ANNA, 120, "surprise")]);
    for id in ["nordmat", "kaffet"] {
        let records = proven_by(&node, &format!("/v1/brands/{id}/campaigns/proof")).await;
        let proven = answers::campaigns(&records, &node.chain(), brand(id)).expect("all of it is proven");
        let said: Campaigns = node.get(&format!("/v1/brands/{id}/campaigns")).await.json();
        assert_eq!(proven, said);
        assert_eq!(said.campaigns.is_empty(), id == "kaffet");
    }
    let unknown = node.get("/v1/brands/unknown/campaigns/proof").await;
    assert_eq!(unknown.refusal(), (404, "unknown_brand".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proof_of_an_account_proves_where_it_stands() {
    let node = Node::start().await;
    node.apply(TILL, vec![set_track("nordmat", 1, levels()), stamp("nordmat", ANNA, (140, None), 1, "first")]);
    node.apply(TILL, vec![grants_too("nordmat"), set_campaign("nordmat", 1, gifts(node.now(), 500))]);
    node.apply(TILL, vec![grant("nordmat", 1, ANNA, 120, "surprise")]);
    for seed in [ANNA, BO] {
        let records = proven_by(&node, &format!("/v1/accounts/{}/proof", text(seed))).await;
        let proven = answers::standings(&records, address(seed)).expect("all of it is proven");
        let said: Standings = node.get(&path_of(seed)).await.json();
        assert_eq!(proven, said);
        assert_eq!(said.standings.is_empty(), seed == BO);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulation_tells_the_level_that_a_stamp_would_reach() {
    let node = Node::start().await;
    node.apply(TILL, vec![set_track("nordmat", 1, levels()), stamp("nordmat", ANNA, (40, None), 1, "first")]);
    let ask = async |operation: Operation| {
        let signed = node.sign(TILL, vec![operation]);
        let unsigned = UnsignedTransaction { transaction: signed.transaction, public_key: signed.public_key };
        node.post("/v1/simulate", BYTES, unsigned.encode()).await.json::<Simulation>()
    };
    let told = ask(stamp("nordmat", ANNA, (60, None), 1, "second")).await;
    let [effect] = told.standings.as_slice() else { panic!("one account: {told:?}") };
    assert_eq!(effect.address, text(ANNA));
    let level = |standing: &Option<Standing>| standing.as_ref().map(|one| one.tracks[0].level);
    assert_eq!((level(&effect.before), level(&effect.after)), (Some(0), Some(1)));
    let refused = ask(stamp("nordmat", ANNA, (1_001, None), 1, "third")).await;
    let code = Code::StampTooLarge;
    assert_eq!(refused.outcome, Foretold::Failed { operation: 0, code });
    assert!(refused.standings.is_empty());
}
