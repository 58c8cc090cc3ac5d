//! Households.

use lojal_types::{
    Address, AddressText, Bounded, CreateHousehold, Invite, Join, Leave, MemberLimit, MemberRights, MemberRole,
    Operation, Operations, RemoveMember, SetMember, api,
};
use lojal_wallet::amount;
use schemars::JsonSchema;
use serde::Serialize;

use super::balance::{Pool, ShownPool, pool_text};
use super::context::Context;
use super::decimals::Decimals;
use super::repeat::Repeat;
use super::transact::{Session, report};
use super::words::role_text;
use crate::cli::{HouseholdCommand, HouseholdOption, RightsArgs, Sending};
use crate::error::CommandError;
use crate::output::{Report, grouped};

/// A household that was made.
#[derive(Serialize, JsonSchema)]
pub(super) struct Created {
    /// Its address.
    household: AddressText,
}

/// A household with its pool.
#[derive(Serialize, JsonSchema)]
pub(super) struct Shown {
    #[serde(flatten)]
    household: api::Household,
    /// Its address.
    address: AddressText,
    /// Its points.
    pool: ShownPool,
}

/// `lojal household`.
pub(super) fn household(context: &Context, command: HouseholdCommand) -> Result<Report, CommandError> {
    match command {
        HouseholdCommand::Create { sending } => create(context, &sending),
        HouseholdCommand::Show { household } => show(context, &household),
        HouseholdCommand::Invite { member, rights, household, sending } => {
            let session = Session::open(context)?;
            let (household, at) = place(&session, &household)?;
            let rights = self::rights(&session, rights)?;
            let done = format!("invited {member} as {}", role_text(rights.role));
            let hint = format!("they accept with lojal household join {household}");
            let MemberRights { role, limits } = rights;
            let member = member.to_canonical(session.home.network())?;
            let invite = Invite { household: at, member, role, limits };
            Ok(session.transact(Operation::Invite(invite), &done, &sending)?.with_hint(&hint))
        }
        HouseholdCommand::Join { household, sending } => {
            let session = Session::open(context)?;
            let join = Join { household: household.to_canonical(session.home.network())? };
            session.transact(Operation::Join(join), &format!("joined the household {household}"), &sending)
        }
        HouseholdCommand::Leave { household, sending } => {
            let session = Session::open(context)?;
            let (household, at) = place(&session, &household)?;
            let done = format!("left the household {household}");
            session.transact(Operation::Leave(Leave { household: at }), &done, &sending)
        }
        HouseholdCommand::Set { member, rights, household, sending } => {
            let session = Session::open(context)?;
            let (household, at) = place(&session, &household)?;
            let MemberRights { role, limits } = self::rights(&session, rights)?;
            let done = format!("{member} is now {} in the household {household}", role_text(role));
            let member = member.to_canonical(session.home.network())?;
            session.transact(Operation::SetMember(SetMember { household: at, member, role, limits }), &done, &sending)
        }
        HouseholdCommand::Remove { member, household, sending } => {
            let session = Session::open(context)?;
            let (household, at) = place(&session, &household)?;
            let remove = RemoveMember { household: at, member: member.to_canonical(session.home.network())? };
            let done = format!("removed {member} from the household {household}");
            session.transact(Operation::RemoveMember(remove), &done, &sending)
        }
    }
}

/// The household's address is known as soon as the transaction is signed.
fn create(context: &Context, sending: &Sending) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let operations = Operations::from([Operation::CreateHousehold(CreateHousehold {})]);
    session.rehearse(sending, None, &operations, ("made a household", &|_| None))?;
    session.now()?;
    let key = session.unlock()?;
    let window = session.validity(&sending.validity, None)?;
    let (id, fate) = session.submit(operations, &key, window, sending.no_wait)?;
    let address = Address::of_household(&session.home.chain_id(), &id, 0).to_text(session.home.network());
    let report = report(id, fate, &format!("made the household {address}"), Repeat::Twice)?;
    Ok(report
        .with(&Created { household: address })
        .with_hint(&format!("put points into its pool with lojal send {address}")))
}

fn show(context: &Context, household: &HouseholdOption) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let (address, _) = place(&session, household)?;
    let members = session.gateways.ask(|gateway| Ok(gateway.client()?.household(&address)?))?;
    let account = session.account(address)?;
    let decimals = Decimals::ask(&session.gateways, Some(&session.home))?;
    let mut rows = vec![["MEMBER", "ROLE", "THIS MONTH"].map(str::to_owned).to_vec()];
    rows.extend(members.members.iter().map(|member| member_row(member, "", &decimals)));
    rows.extend(members.invited.iter().map(|member| member_row(member, "invited, ", &decimals)));
    let pool = Pool { household: address, balances: account.balances, holds: account.holds, member: None };
    let text = format!("{}\n{}", lojal_print::table(&rows, &[]), pool_text(&pool, &decimals));
    let pool = pool.shown(&decimals);
    Ok(Report::done(&Shown { household: members, address, pool }, text))
}

fn member_row(member: &api::Member, prefix: &str, decimals: &Decimals) -> Vec<String> {
    let role = format!("{prefix}{}", role_text(member.rights.role));
    vec![member.address.to_string(), role, limits_text(member, decimals)]
}

/// The limits of a member, with what is spent of them.
fn limits_text(member: &api::Member, decimals: &Decimals) -> String {
    let limit = |limit: &MemberLimit| {
        let spent = member.spent.iter().find(|spent| spent.brand == limit.brand).map(|spent| spent.points);
        let points = |points| grouped(points, decimals.of(limit.brand));
        format!("{} of {} {}", points(spent.unwrap_or_default()), points(limit.month_max), limit.brand)
    };
    let listed: Vec<String> = member.rights.limits.iter().map(limit).collect();
    match (listed.is_empty(), member.rights.role) {
        (false, _) => listed.join(", "),
        (true, MemberRole::Child) => "nothing".to_owned(),
        (true, MemberRole::Admin | MemberRole::Adult) => "no limits".to_owned(),
    }
}

fn place(session: &Session<'_>, option: &HouseholdOption) -> Result<(AddressText, Address), CommandError> {
    let text = session.pool(option.household)?;
    Ok((text, text.to_canonical(session.home.network())?))
}

/// Limits can be typed in any order, and of 0 for a brand that a member shall not touch.
fn rights(session: &Session<'_>, args: RightsArgs) -> Result<MemberRights, CommandError> {
    let mut limits = Vec::with_capacity(args.limits.len());
    for (brand, text) in args.limits {
        let decimals = session.brand(brand)?.decimals;
        let month_max = match amount::parse(&text, decimals) {
            Err(amount::AmountError::Zero) => lojal_types::Points::ZERO,
            parsed => parsed?,
        };
        limits.push(MemberLimit { brand, month_max });
    }
    limits.sort_unstable_by_key(|limit| limit.brand);
    let limits = Bounded::new(limits).map_err(|_| CommandError::Usage("a member has limits for at most 16 brands"))?;
    let rights = MemberRights { role: args.role, limits };
    if rights.are_valid() {
        return Ok(rights);
    }
    Err(CommandError::Usage("give each brand one limit, and an admin none"))
}
