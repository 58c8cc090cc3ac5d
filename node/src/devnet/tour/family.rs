//! The household and its pool.

use lojal_types::{
    Address, Bounded, BrandId, Code, CreateHousehold, Invite, Join, MemberLimit, MemberLimits, MemberRole, Operation,
    Points, Transfer,
};

use super::cast::{Actor, Cast};
use super::error::TourError;
use super::stage::Stage;
use super::words;

/// The limit of what Kim may spend of the pool's Kaffet points in a month.
pub const KIM_KAFFET_MAX: u64 = 3_00;
const KIM_NORDMAT_MAX: u64 = 300;

/// Answers with the household's address.
pub fn play(stage: &mut Stage, cast: &Cast) -> Result<Address, TourError> {
    stage.chapter("A household");
    let household = create(stage, cast)?;
    invite(stage, cast, household)?;
    join(stage, &cast.bo, household)?;
    join(stage, &cast.kim, household)?;
    show_members(stage, cast, household)?;
    anna_fills_the_pool(stage, cast, household)?;
    coffee_is_not_for_passing_on(stage, cast)?;
    bo_fills_the_pool(stage, cast, household)?;
    Ok(household)
}

fn create(stage: &mut Stage, cast: &Cast) -> Result<Address, TourError> {
    let create = Operation::CreateHousehold(CreateHousehold {});
    let transaction = stage.act(&cast.anna, "Anna creates a household; she is its first admin.", vec![create])?;
    let household = Address::of_household(&stage.genesis().chain_id(), &transaction, 0);
    lojal_print::line(format!("    its address is {}", household.to_text(stage.genesis().network())));
    Ok(household)
}

fn invite(stage: &mut Stage, cast: &Cast, household: Address) -> Result<(), TourError> {
    let limit = |brand, month_max| MemberLimit { brand, month_max: Points::new(month_max) };
    let limits = vec![limit(cast.kaffet.id, KIM_KAFFET_MAX), limit(cast.nordmat.id, KIM_NORDMAT_MAX)];
    let invite =
        |member: &Actor, role, limits| Operation::Invite(Invite { household, member: member.address, role, limits });
    let invitations = vec![
        invite(&cast.bo, MemberRole::Adult, MemberLimits::default()),
        invite(&cast.kim, MemberRole::Child, Bounded::new(limits).expect("two")),
    ];
    let does = "Anna invites Bo as an adult, and Kim as a child with limits.";
    stage.act(&cast.anna, does, invitations).map(drop)
}

fn join(stage: &mut Stage, member: &Actor, household: Address) -> Result<(), TourError> {
    let does = format!("{} accepts and joins.", member.name);
    stage.act(member, &does, vec![Operation::Join(Join { household })]).map(drop)
}

/// Tells who is a member and compares it with who must be.
fn show_members(stage: &Stage, cast: &Cast, household: Address) -> Result<(), TourError> {
    let network = stage.genesis().network();
    let text = household.to_text(network);
    let found = stage.read("asking for the household", |client| client.household(&text))?;
    let family = [&cast.anna, &cast.bo, &cast.kim];
    let mut told = Vec::new();
    for person in family {
        let address = person.address.to_text(network);
        let member = found.members.iter().find(|member| member.address == address);
        told.extend(
            member.map(|member| format!("{} ({})", person.name, words::rights(stage.genesis(), &member.rights))),
        );
    }
    lojal_print::line(format!("    members: {}", told.join("; ")));
    stage.same("the number of members", family.len().to_string(), told.len().to_string())
}

fn deposit(brand: BrandId, from: &Actor, household: Address, points: u64) -> Operation {
    Operation::Transfer(Transfer { brand, from: from.address, to: household, amount: Points::new(points) })
}

fn anna_fills_the_pool(stage: &mut Stage, cast: &Cast, household: Address) -> Result<(), TourError> {
    let (nordmat, fjallen) = (cast.nordmat.id, cast.fjallen.id);
    let (some, more) = (stage.points(nordmat, 3_000), stage.points(fjallen, 500));
    let deposits = vec![deposit(nordmat, &cast.anna, household, 3_000), deposit(fjallen, &cast.anna, household, 500)];
    stage.act(&cast.anna, &format!("Anna puts {some} and {more} into the pool."), deposits)?;
    stage.holds("Anna", cast.anna.address, &[(nordmat, 1_200), (fjallen, 100)])?;
    stage.holds("pool", household, &[(nordmat, 3_000), (fjallen, 500)])
}

fn coffee_is_not_for_passing_on(stage: &mut Stage, cast: &Cast) -> Result<(), TourError> {
    let tries = "Bo wants to send Anna a coffee. Kaffet's points stay with whoever earned them …";
    let transfer = deposit(cast.kaffet.id, &cast.bo, cast.anna.address, 1_00);
    stage.refused(&cast.bo, tries, transfer, Code::PolicyForbidsTransfer)
}

fn bo_fills_the_pool(stage: &mut Stage, cast: &Cast, household: Address) -> Result<(), TourError> {
    let (nordmat, fjallen, kaffet) = (cast.nordmat.id, cast.fjallen.id, cast.kaffet.id);
    let (some, more) = (stage.points(nordmat, 1_500), stage.points(kaffet, 10_00));
    let deposits = vec![deposit(nordmat, &cast.bo, household, 1_500), deposit(kaffet, &cast.bo, household, 10_00)];
    stage.act(&cast.bo, &format!("… or go into their household's pool: Bo puts {some} and {more} there."), deposits)?;
    stage.holds("Bo", cast.bo.address, &[(nordmat, 300), (kaffet, 2_00)])?;
    stage.holds("pool", household, &[(nordmat, 4_500), (fjallen, 500), (kaffet, 10_00)])
}
