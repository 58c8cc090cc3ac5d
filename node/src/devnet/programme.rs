//! The programmes of the template's brands, which their operators begin as any do.

mod campaigns;
mod invitations;
mod market;
mod tracks;

use lojal_client::Client;
use lojal_types::api::TransactionState;
use lojal_types::{
    AcceptSponsorship, BrandId, Campaign, CampaignId, KeyPair, Operation, Outcome, Rules, SetCampaign, SetTrack,
    TimeMs, Track, TrackId,
};

use super::error::DevnetError;
use super::layout::Layout;
use super::signing::sign;

pub use self::tracks::slopes;

/// The number of a brand's first track.
pub const FIRST: TrackId = TrackId::new(1);
/// The brands of the template.
const BRANDS: [&str; 4] = ["kaffet", "fjallen", "havshotell", "nordmat"];

/// All that a brand counts and gives beside points for purchases, numbered from 1 on.
pub struct Programme {
    tracks: Vec<Track>,
    campaigns: Vec<Campaign>,
}

impl Programme {
    /// The programme of a brand of the template, as it begins at a time.
    pub fn of(brand: &str, time: TimeMs) -> Self {
        match brand {
            "kaffet" => campaigns::coffee_bar(time),
            "fjallen" => campaigns::ski_resort(time),
            "havshotell" => campaigns::hotel(time),
            _ => campaigns::grocer(time),
        }
    }

    /// The operations that begin it, which go into one transaction.
    pub fn operations(self, brand: BrandId) -> Vec<Operation> {
        let tracks = self.tracks.into_iter().zip(1..).map(|(terms, number)| {
            let track = TrackId::new(number);
            Operation::SetTrack(SetTrack { brand, track, terms })
        });
        let campaigns = self.campaigns.into_iter().zip(1..).map(|(terms, number)| {
            let campaign = CampaignId::new(number);
            Operation::SetCampaign(SetCampaign { brand, campaign, terms })
        });
        tracks.chain(campaigns).collect()
    }
}

/// Begins the programmes of the brands that have none, on networks whose version has them, has sponsors accept, and
/// opens the market once the programmes of all have begun.
///
/// # Errors
/// When a wallet can't be read, or a programme doesn't begin.
pub fn begin(layout: &Layout) -> Result<(), DevnetError> {
    let client = Client::new(&layout.url(0))?;
    if !Rules::at(client.governance()?.version).is_some_and(|rules| rules.programme) {
        return Ok(());
    }
    let brands: Vec<BrandId> = BRANDS.iter().map(|id| id.parse().expect("a valid brand id")).collect();
    let there = |brand: &BrandId| layout.genesis.document().brands.iter().any(|one| one.id == *brand);
    let mut begun = 0;
    for brand in brands.iter().copied().filter(there) {
        let has_track = client.tracks(&brand)?.last >= FIRST;
        if has_track || client.campaigns(&brand)?.last.get() > 0 {
            continue;
        }
        let mut programme = Programme::of(brand.as_str(), lojal_consensus::clock::now());
        invitations::invite(layout, brand, &mut programme.campaigns)?;
        act(layout, &client, brand, programme.operations(brand))?;
        begun += 1;
    }
    brands.iter().filter(|brand| there(brand)).try_for_each(|brand| accept(layout, &client, *brand))?;
    if begun == BRANDS.len() { market::open(layout, &client) } else { Ok(()) }
}

/// Has the sponsors of a brand's campaigns accept the terms with which they have begun.
fn accept(layout: &Layout, client: &Client, brand: BrandId) -> Result<(), DevnetError> {
    let programme = Programme::of(brand.as_str(), TimeMs::default());
    for one in client.campaigns(&brand)?.campaigns {
        let (Some(sponsor), Some(false)) = (one.terms.sponsor, one.accepted) else { continue };
        let (opens_ms, closes_ms) = (one.terms.opens_ms, one.terms.closes_ms);
        let begun = |terms: &Campaign| Campaign { opens_ms, closes_ms, ..terms.clone() } == one.terms;
        if programme.campaigns.iter().any(begun) {
            let accept = AcceptSponsorship { brand, campaign: one.campaign, terms: one.digest };
            act(layout, client, sponsor.brand, vec![Operation::AcceptSponsorship(accept)])?;
        }
    }
    Ok(())
}

/// Has a brand's operator act, in one transaction.
fn act(layout: &Layout, client: &Client, brand: BrandId, operations: Vec<Operation>) -> Result<(), DevnetError> {
    sent(layout, client, (brand, &layout.key(brand.as_str())?), operations)
}

/// Has an account act for the programme of a brand, in one transaction.
fn sent(
    layout: &Layout,
    client: &Client,
    (brand, key): (BrandId, &KeyPair),
    operations: Vec<Operation>,
) -> Result<(), DevnetError> {
    let signed = sign(&layout.genesis.chain_id(), (key.address(), key), operations);
    match client.submit(&signed, true)?.state {
        TransactionState::Committed { receipt: Outcome::Applied, .. } => Ok(()),
        other => Err(DevnetError::NoProgramme { brand, reason: format!("it is {other:?}") }),
    }
}
