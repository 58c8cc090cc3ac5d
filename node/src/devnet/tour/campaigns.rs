//! The gifts of brands beside points for purchases: a full card, a friend, a surprise, and guests for whom another
//! brand pays; and a member's gift.

use lojal_types::{AcceptSponsorship, Address, CampaignId, Claim, Code, Grant, Operation, Points, Stamp, TrackId};

use super::cast::{Actor, Brand, Cast};
use super::error::TourError;
use super::stage::{Stage, reference, today};
use crate::config::random_key;
use crate::devnet::programme::{FIRST, Programme};

/// The coffee bar's campaigns: a full card, and surprises.
const CARD: CampaignId = CampaignId::new(1);
const SURPRISE: CampaignId = CampaignId::new(2);
/// The grocer's campaign for friends, and its track of purchases.
const FRIENDS: CampaignId = CampaignId::new(2);
const PURCHASES: TrackId = TrackId::new(2);
/// The grocer's meals for who needs one, and the price of one.
const MEALS: CampaignId = CampaignId::new(5);
const MEAL: u64 = 50;
/// The ski resort's campaign for the guests of the hotel.
const GUESTS: CampaignId = CampaignId::new(3);
/// The points that Anna gets for a full card, and as a guest.
const CUP: u64 = 1_00;
const NIGHTS: u64 = 300;

/// The newcomer of the chapter, and what Anna gets of the coffee bar and of the ski resort.
pub struct Gifts {
    /// The friend, who has points of the grocer.
    pub eva: Actor,
    /// The points of the coffee bar and of the ski resort.
    pub annas: (u64, u64),
}

pub fn play(stage: &mut Stage, cast: &Cast, household: Address) -> Result<Gifts, TourError> {
    stage.chapter("What the brands give");
    let does = "Kaffet begins its programme: a card that ten stamps fill, small surprises, a badge, and a day for all.";
    begins(stage, &cast.kaffet, does)?;
    a_full_card_is_a_cup(stage, cast)?;
    let eva = a_friend_is_brought_along(stage, cast)?;
    a_surprise_has_a_budget(stage, cast)?;
    the_family_gives_a_meal(stage, cast, household)?;
    the_hotel_pays_for_its_guests(stage, cast)?;
    Ok(Gifts { eva, annas: (CUP, NIGHTS) })
}

fn begins(stage: &mut Stage, brand: &Brand, does: &str) -> Result<(), TourError> {
    let programme = Programme::of(brand.id.as_str(), lojal_consensus::clock::now());
    stage.act(&brand.operator, does, programme.operations(brand.id)).map(drop)
}

fn a_full_card_is_a_cup(stage: &mut Stage, cast: &Cast) -> Result<(), TourError> {
    let (brand, anna) = (&cast.kaffet, &cast.anna);
    let cups = |amount, receipt| stamp(brand, FIRST, anna.address, amount, receipt);
    stage.act(&brand.operator, "Anna drinks seven cups, and Kaffet stamps her card.", vec![cups(7, "cups 1")])?;
    let claim = || claim(brand, CARD, anna, None);
    stage.refused(anna, "She asks for the free cup too early.", claim(), Code::ProgressMissing)?;
    stage.act(&brand.operator, "Three more fill the card,", vec![cups(3, "cups 2")])?;
    stage.act(anna, "and she claims a cup: the ten stamps are used up.", vec![claim()])?;
    stage.refused(anna, "One card is one cup, so a second claim finds it empty.", claim(), Code::ProgressMissing)
}

/// A friend whom the brand has known since an earlier day is what it takes, and nobody on a tour has been known that
/// long.
fn a_friend_is_brought_along(stage: &mut Stage, cast: &Cast) -> Result<Actor, TourError> {
    let (brand, anna) = (&cast.nordmat, &cast.anna);
    let does = "Nordmat begins its programme: a challenge, 250 points for both when a friend comes along, and prizes.";
    begins(stage, brand, does)?;
    let key = random_key();
    let eva = Actor { name: "Eva", address: key.address(), gateway: cast.bo.gateway, key };
    let bought = |to, receipt| stamp(brand, PURCHASES, to, 1, receipt);
    let does = "Anna, and for the first time her friend Eva, buy something; Nordmat counts both purchases.";
    let purchases = vec![bought(anna.address, "friends 1"), bought(eva.address, "friends 2")];
    stage.act(&brand.operator, does, purchases)?;
    let named = |referrer| claim(brand, FRIENDS, &eva, referrer);
    let tries = "Kim names Anna as who has brought Kim along: a family can't pay itself.";
    stage.refused(&cast.kim, tries, claim(brand, FRIENDS, &cast.kim, Some(anna.address)), Code::ReferrerRelated)?;
    let tries = "Eva names Anna: both are paid if Nordmat has known Anna since an earlier day, which it hasn't yet.";
    stage.refused(&eva, tries, named(Some(anna.address)), Code::ReferrerNotOlder)?;
    stage.act(&eva, "So Eva claims the points of a new member for herself.", vec![named(None)])?;
    stage.holds("Eva", eva.address, &[(brand.id, 250)])?;
    Ok(eva)
}

fn the_family_gives_a_meal(stage: &mut Stage, cast: &Cast, household: Address) -> Result<(), TourError> {
    let brand = &cast.nordmat;
    let does = format!("Anna gives a meal to who needs one: {} of the pool, a donation.", stage.points(brand.id, MEAL));
    let (account, price_max) = (household, Points::new(MEAL));
    let (brand, campaign, quantity, referrer, invitation) = (brand.id, MEALS, 1, None, None);
    let meal = Claim { brand, campaign, account, quantity, price_max, referrer, invitation };
    stage.act(&cast.anna, &does, vec![Operation::Claim(meal)]).map(drop)
}

fn a_surprise_has_a_budget(stage: &mut Stage, cast: &Cast) -> Result<(), TourError> {
    let (brand, kim) = (&cast.kaffet, cast.kim.address);
    let does = format!("Kaffet surprises Kim with {} out of a budget.", stage.points(brand.id, 2_00));
    stage.act(&brand.operator, &does, vec![grant(brand, SURPRISE, kim, 2_00, "surprise 1")])?;
    let tries = format!("Whoever stands at the counter tries {}: 5.00 is the most.", stage.points(brand.id, 5_01));
    stage.refused(&brand.operator, &tries, grant(brand, SURPRISE, kim, 5_01, "surprise 2"), Code::GrantOutOfRange)?;
    let does = "Another small one is fine,";
    stage.act(&brand.operator, does, vec![grant(brand, SURPRISE, kim, 1_00, "surprise 3")])?;
    let tries = "and a third one in the month is one too many for the same member.";
    stage.refused(&brand.operator, tries, grant(brand, SURPRISE, kim, 1, "surprise 4"), Code::MemberMaxReached)?;
    stage.holds("Kim", kim, &[(brand.id, 4_00)])
}

fn the_hotel_pays_for_its_guests(stage: &mut Stage, cast: &Cast) -> Result<(), TourError> {
    let (resort, hotel) = (&cast.fjallen, &cast.havshotell.operator);
    let gift = || grant(resort, GUESTS, cast.anna.address, NIGHTS, "nights 1");
    let tries = "Havshotell gives its guest Anna points of Fjällen before it has agreed to pay for them.";
    stage.refused(hotel, tries, gift(), Code::SponsorNotAccepted)?;
    let campaigns = stage.read("asking for the campaigns", |client| client.campaigns(&resort.id))?.campaigns;
    let terms = campaigns.iter().find(|one| one.campaign == GUESTS).map(|one| one.digest);
    let terms = terms.ok_or_else(|| TourError::Unready("the campaign for guests isn't there".to_owned()))?;
    let accept = AcceptSponsorship { brand: resort.id, campaign: GUESTS, terms };
    let does = "Havshotell accepts these terms: 0.10 SEK for each point, and 5,000 SEK at the very most.";
    stage.act(hotel, does, vec![Operation::AcceptSponsorship(accept)])?;
    let some = stage.points(resort.id, NIGHTS);
    let does = format!("Havshotell gives Anna {some}, and owes Fjällen 30.00 SEK for that.");
    stage.act(hotel, &does, vec![gift()])?;
    let held = [(cast.nordmat.id, 600), (resort.id, 100 + NIGHTS), (cast.kaffet.id, CUP)];
    stage.holds("Anna", cast.anna.address, &held)
}

fn stamp(brand: &Brand, track: TrackId, to: Address, amount: u64, receipt: &str) -> Operation {
    let (reference, dated) = (reference(receipt), today());
    Operation::Stamp(Stamp { brand: brand.id, track, to, amount, place: None, reference, dated })
}

fn grant(brand: &Brand, campaign: CampaignId, to: Address, amount: u64, receipt: &str) -> Operation {
    Operation::Grant(Grant { brand: brand.id, campaign, to, amount, reference: reference(receipt), dated: today() })
}

fn claim(brand: &Brand, campaign: CampaignId, member: &Actor, referrer: Option<Address>) -> Operation {
    let (account, price_max) = (member.address, Points::ZERO);
    Operation::Claim(Claim { brand: brand.id, campaign, account, quantity: 1, price_max, referrer, invitation: None })
}
