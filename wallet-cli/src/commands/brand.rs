//! Commands of a brand's admins: its policy and its operators.

use lojal_types::{
    Address, AddressText, Bounded, BrandId, Operation, Policy, RemoveOperator, Roles, SetOperator, SetPendingDays,
    SetPolicy, api,
};
use lojal_wallet::amount;
use lojal_wallet::time::format_duration;
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use super::decimals::decimals_of;
use super::transact::{Session, points_text};
use super::words::roles_text;
use crate::ask;
use crate::cli::{Consent, OperatorCommand, PolicyArgs, PolicyCommand, Sending, SetOperatorArgs};
use crate::error::CommandError;
use crate::output::{Report, grouped};

/// An operator whose roles were set.
#[derive(Serialize, JsonSchema)]
pub(super) struct Appointed {
    /// Its account.
    operator: AddressText,
}

/// A brand's policy, and the days that its new points wait.
#[derive(Serialize, JsonSchema)]
pub(super) struct ShownPolicy {
    #[serde(flatten)]
    policy: Policy,
    /// The days for which new points wait.
    pending_days: u8,
}

/// `lojal policy`.
pub(super) fn policy(context: &Context, command: PolicyCommand) -> Result<Report, CommandError> {
    match command {
        PolicyCommand::Show { brand } => {
            let brand = known_brand(context, brand)?;
            let wait = SetPendingDays { brand: brand.id, days: brand.pending_days };
            let text = format!("{}\n{}", policy_text(&brand.policy, brand.decimals), wait_in_words(&wait));
            let shown = ShownPolicy { policy: brand.policy, pending_days: brand.pending_days };
            Ok(Report::done(&shown, text))
        }
        PolicyCommand::Set { brand, changes, consent, sending } => {
            set_policy(context, brand, &changes, consent, &sending)
        }
        PolicyCommand::Pending { brand, days, consent, sending } => {
            let session = Session::open(context)?;
            let set = SetPendingDays { brand: session.brand(brand)?.id, days };
            let done = wait_in_words(&set);
            ask::consent(&done, consent, &sending)?;
            session.transact_for(brand, Operation::SetPendingDays(set), &done, &sending)
        }
    }
}

/// All of the new policy is shown before it is signed, since what stays comes from a gateway.
fn set_policy(
    context: &Context,
    brand: BrandId,
    changes: &PolicyArgs,
    consent: Consent,
    sending: &Sending,
) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let brand = session.brand(brand)?;
    let policy = changed(&brand, changes)?;
    policy.check()?;
    let text = policy_text(&policy, brand.decimals);
    ask::consent(&format!("the policy of {} becomes\n{text}", brand.id), consent, sending)?;
    let operation = Operation::SetPolicy(SetPolicy { brand: brand.id, policy });
    session.transact_for(brand.id, operation, &format!("changed the policy of {}", brand.id), sending)
}

fn changed(brand: &api::Brand, changes: &PolicyArgs) -> Result<Policy, CommandError> {
    let old = &brand.policy;
    let points = |text: &String| amount::parse(text, brand.decimals);
    let daily_max = match &changes.transfer_daily_max {
        None => old.transfer_daily_max,
        Some(max) => max.0.as_ref().map(points).transpose()?,
    };
    let issue_max = match &changes.issue_max {
        None => old.issue_max,
        Some(max) => max.0.as_ref().map(points).transpose()?,
    };
    Ok(Policy {
        expiry_months: changes.expiry_months.as_ref().map_or(old.expiry_months, |months| months.0),
        issue_max,
        transferable: changes.transferable.unwrap_or(old.transferable),
        transfer_min: changes.transfer_min.as_ref().map(points).transpose()?.unwrap_or(old.transfer_min),
        transfer_max: changes.transfer_max.as_ref().map(points).transpose()?.unwrap_or(old.transfer_max),
        transfer_daily_max: daily_max,
        opening_min: changes.opening_min.as_ref().map(points).transpose()?.unwrap_or(old.opening_min),
        convertible: changes.convertible.unwrap_or(old.convertible),
        poolable: changes.poolable.unwrap_or(old.poolable),
        tradeable: changes.tradeable.unwrap_or(old.tradeable),
        reversal_window_ms: changes.reversal_window.unwrap_or(old.reversal_window_ms),
    })
}

/// The fields of a policy that change, each with what it was.
pub(super) fn policy_changes(old: &Policy, new: &Policy, brand: &api::Brand) -> String {
    let both = policy_rows(old, brand.decimals).into_iter().zip(policy_rows(new, brand.decimals));
    let changes = both.filter(|((_, before), (_, after))| before != after);
    let rows: Vec<Vec<String>> =
        changes.map(|((name, before), (_, after))| vec![name.to_owned(), before, "→".to_owned(), after]).collect();
    match rows.len() {
        0 => format!("the policy of {} stays as it is", brand.id),
        _ => format!("the policy of {} changes:\n{}", brand.id, lojal_print::table(&rows, &[])),
    }
}

pub(super) fn policy_text(policy: &Policy, decimals: u8) -> String {
    lojal_print::table(&policy_rows(policy, decimals).map(|(name, value)| vec![name.to_owned(), value]), &[])
}

/// The wait of what a brand issues from now on, in words.
pub(super) fn wait_in_words(set: &SetPendingDays) -> String {
    match set.days {
        0 => format!("what {} issues from now on can be spent at once", set.brand),
        1 => format!("what {} issues from now on is pending until the next day (UTC)", set.brand),
        days => format!(
            "what {} issues from now on is pending for {days} days: it can be reversed, and not spent, until then",
            set.brand
        ),
    }
}

fn policy_rows(policy: &Policy, decimals: u8) -> [(&'static str, String); 10] {
    let points = |points| grouped(points, decimals);
    let yes_no = |is_allowed| if is_allowed { "yes" } else { "no" }.to_owned();
    let reversal = if policy.reversal_window_ms == 0 {
        "never".to_owned()
    } else {
        format!("for {} after the issue, as it was when that was made", format_duration(policy.reversal_window_ms))
    };
    [
        (
            "new points live",
            policy.expiry_months.map_or_else(|| "for ever".to_owned(), |months| format!("{months} months")),
        ),
        ("one issue", policy.issue_max.map_or_else(|| "no cap".to_owned(), |max| format!("at most {}", points(max)))),
        ("transferable", yes_no(policy.transferable)),
        ("one transfer", format!("{} to {}", points(policy.transfer_min), points(policy.transfer_max))),
        (
            "transfers a day",
            policy.transfer_daily_max.map_or_else(|| "no cap".to_owned(), |max| format!("at most {}", points(max))),
        ),
        ("a new account", format!("at least {}", points(policy.opening_min))),
        ("convertible", yes_no(policy.convertible)),
        ("poolable", yes_no(policy.poolable)),
        ("tradeable", yes_no(policy.tradeable)),
        ("reversible", reversal),
    ]
}

/// `lojal operator`.
pub(super) fn operator(context: &Context, command: OperatorCommand) -> Result<Report, CommandError> {
    match command {
        OperatorCommand::List { brand } => list_operators(context, brand),
        OperatorCommand::Set(args) => set_operator(context, args),
        OperatorCommand::Remove { brand, operator, sending } => remove_operator(context, brand, operator, &sending),
    }
}

fn list_operators(context: &Context, brand: BrandId) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let gateways = context.gateways(home.as_ref())?;
    let operators = gateways.ask(|gateway| Ok(gateway.client()?.operators(&brand)?))?;
    let decimals = known_brand(context, brand)?.decimals;
    let mut rows = vec![["OPERATOR", "ROLES", "ISSUES A DAY"].map(str::to_owned).to_vec()];
    for operator in &operators.operators {
        let points = |points| grouped(points, decimals);
        let cap = match operator.issue_daily_max {
            None => "no cap".to_owned(),
            Some(max) => format!("{} of {}", points(operator.issued_today), points(max)),
        };
        rows.push(vec![operator.address.to_string(), roles_text(&operator.roles), cap]);
    }
    let text = if rows.len() == 1 { format!("{brand} has no operators") } else { lojal_print::table(&rows, &[]) };
    Ok(Report::done(&operators, text))
}

/// Roles can be typed in any order, each once or more.
fn set_operator(context: &Context, args: SetOperatorArgs) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let brand = session.brand(args.brand)?;
    let mut roles = args.roles;
    roles.sort_unstable();
    roles.dedup();
    let roles: Roles = Bounded::new(roles).expect("one to four kinds of roles");
    let issue_daily_max = args.issue_daily_max.as_ref().map(|text| amount::parse(text, brand.decimals)).transpose()?;
    let operator = Address::of_key(&args.public_key).to_text(session.home.network());
    let cap = issue_daily_max.map(|max| format!(", at most {} a day", points_text(max, &brand))).unwrap_or_default();
    let done = format!("{operator} acts for {}: {}{cap}", brand.id, roles_text(&roles));
    let set = SetOperator { brand: brand.id, public_key: args.public_key, roles, issue_daily_max };
    let report = session.transact_for(brand.id, Operation::SetOperator(set), &done, &args.sending)?;
    Ok(report.with(&Appointed { operator }))
}

fn remove_operator(
    context: &Context,
    brand: BrandId,
    operator: AddressText,
    sending: &Sending,
) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let remove = RemoveOperator { brand, operator: operator.to_canonical(session.home.network())? };
    let done = format!("{operator} doesn't act for {brand} any more");
    session.transact_for(brand, Operation::RemoveOperator(remove), &done, sending)
}

fn known_brand(context: &Context, brand: BrandId) -> Result<api::Brand, CommandError> {
    let home = context.home_or_gateway()?;
    let brand = context.gateways(home.as_ref())?.ask(|gateway| Ok(gateway.client()?.brand(&brand)?))?;
    decimals_of(&brand, home.as_ref().map(|home| home.genesis()))?;
    Ok(brand)
}
