//! Motions in words: the changes that each of their actions makes.

use lojal_text::outside;
use lojal_types::genesis::GenesisBrand;
use lojal_types::{Action, Address, MotionStatus, NetworkKind, Parameters, PublicKey, api};
use lojal_wallet::time::{format_duration, utc};

use super::brand::policy_text;
use super::words::roles_text;

/// The network and what is in force there, against which motions are read, where a gateway tells it.
pub(super) struct Reader<'a> {
    pub(super) network: NetworkKind,
    pub(super) parameters: Option<&'a Parameters>,
}

/// The actions in words, one paragraph each, numbered.
pub(super) fn in_words(actions: &[Action], reader: &Reader<'_>) -> String {
    let words =
        actions.iter().zip(1..).map(|(action, number)| format!("{number}. {}", action_in_words(action, reader)));
    words.collect::<Vec<_>>().join("\n")
}

fn action_in_words(action: &Action, reader: &Reader<'_>) -> String {
    let account = |key: &PublicKey| Address::of_key(key).to_text(reader.network);
    match action {
        Action::AddValidator(one) => format!(
            "{} becomes a validator with power {}; {} speaks for it{}; its key is {}, its node's {}",
            outside(&one.validator.name),
            one.validator.power,
            account(&one.governor),
            one.endpoint.as_ref().map(|endpoint| format!(", at {}", outside(endpoint))).unwrap_or_default(),
            one.validator.public_key,
            one.validator.network_key,
        ),
        Action::RemoveValidator(one) => format!("{} is no validator any more", outside(&one.name)),
        Action::SetKeys(one) => format!(
            "the validator {} gets the key {}, and its node {}",
            outside(&one.name),
            one.public_key,
            one.network_key
        ),
        Action::SetPower(one) => format!("the vote of {} gets the power {}", outside(&one.name), one.power),
        Action::AllowFollower(one) => {
            let (name, sponsor) = (outside(&one.name), outside(&one.sponsor));
            format!("the node {name} with the key {} may follow the network; {sponsor} answers for it", one.network_key)
        }
        Action::DisallowFollower(one) => format!("the node {} may follow the network no more", outside(&one.name)),
        Action::SetParameters(one) => parameters_in_words(reader.parameters, &one.parameters),
        Action::SetSettings(one) => {
            format!("motions lapse after {}", format_duration(one.settings.motion_lapse_ms))
        }
        Action::ScheduleVersion(one) => {
            format!("version {} of the protocol begins with block {}", one.version, one.height)
        }
        Action::CancelVersion(_) => "the version that was scheduled doesn't come".to_owned(),
        Action::RegisterBrand(one) => brand_in_words(&one.brand, reader.network),
        Action::SuspendBrand(one) => {
            format!(
                "{} is suspended: it issues no points and changes nothing; what members have can be spent",
                one.brand
            )
        }
        Action::ReinstateBrand(one) => format!("{} is suspended no more", one.brand),
        Action::SetBrandAdmins(one) => {
            let admins: Vec<String> = one.admins.iter().map(|key| account(key).to_string()).collect();
            let (admins, needed) = (admins.join(", "), one.needed);
            format!("the admins of {} are these and no others, {needed} of whom decide: {admins}", one.brand)
        }
    }
}

/// The parameters that become others, each with what it was; all of them where that is unknown.
fn parameters_in_words(old: Option<&Parameters>, new: &Parameters) -> String {
    let table = |parameters: &Parameters| {
        let Parameters {
            heartbeat_ms,
            block_bytes_max,
            block_transactions_max,
            recovery_delay_ms,
            receipt_days,
            keep_months,
            snapshot_interval_ms,
            allowances,
        } = parameters;
        [
            ("an empty block comes after", format_duration(*heartbeat_ms)),
            ("bytes of a block at most", block_bytes_max.to_string()),
            ("transactions of a block at most", block_transactions_max.to_string()),
            ("to cancel a recovery an owner has", format_duration(*recovery_delay_ms)),
            ("days for which a reference can be used", receipt_days.to_string()),
            ("months for which references are remembered", keep_months.to_string()),
            ("a snapshot of the state comes after", format_duration(*snapshot_interval_ms)),
            ("bytes that a member sends a day at most", allowances.member.bytes.to_string()),
            ("operations that a member sends a day at most", allowances.member.operations.to_string()),
            ("bytes that an operator sends a day at most", allowances.operator.bytes.to_string()),
            ("operations that an operator sends a day at most", allowances.operator.operations.to_string()),
            ("accounts that a member opens a day at most", allowances.openings.to_string()),
            ("households that an account creates a day at most", allowances.households.to_string()),
        ]
    };
    let Some(old) = old else {
        let rows = table(new).map(|(what, value)| vec![what.to_owned(), value]);
        return format!("the parameters are these from the next block on:\n{}", lojal_print::table(&rows, &[]));
    };
    let both = table(old).into_iter().zip(table(new));
    let changes = both.filter(|((_, before), (_, after))| before != after);
    let rows: Vec<Vec<String>> = changes
        .map(|((what, before), (_, after))| vec![what.to_owned(), after, format!("instead of {before}")])
        .collect();
    if rows.is_empty() {
        return "the parameters stay as they are now".to_owned();
    }
    format!("the parameters become others from the next block on:\n{}", lojal_print::table(&rows, &[]))
}

fn brand_in_words(brand: &GenesisBrand, network: NetworkKind) -> String {
    let mut text = format!(
        "the brand {} joins, called {}; decimals of its points: {}\n{}",
        brand.id,
        outside(&brand.name),
        brand.decimals,
        policy_text(&brand.policy, brand.decimals)
    );
    for one in brand.operators.iter() {
        let account = Address::of_key(&one.public_key).to_text(network);
        text += &format!("\n{account} acts for it: {}", roles_text(&one.roles));
    }
    if brand.operators.is_empty() {
        text += "\nnobody acts for it: `set_brand_admins` gives it admins";
    }
    text
}

/// A motion's stage in a few words.
pub(super) fn stage(motion: &api::Motion) -> String {
    match motion.stage {
        MotionStatus::Open => format!("open until {} UTC", utc(motion.lapses_ms)),
        MotionStatus::Approved { height } => format!("approved in block {height}, waits for signs of life"),
        MotionStatus::Enacted { height } => format!("enacted in block {height}"),
        MotionStatus::Lapsed => "lapsed".to_owned(),
        MotionStatus::Withdrawn => "withdrawn".to_owned(),
        MotionStatus::Failed { code } => format!("failed, nothing happened: {code}"),
    }
}

/// The power behind a motion.
pub(super) fn support(motion: &api::Motion) -> String {
    format!("{} of {}, more than two thirds decide", motion.approving_power, motion.total_power)
}
