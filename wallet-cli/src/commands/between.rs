//! Between brands: partnerships, conversions, and what they owe each other.

use lojal_types::{
    AcceptPartnership, BrandId, Convert, EndPartnership, Genesis, Money, Operation, PartnershipTerms, Points,
    ProposePartnership, Settle, api,
};
use lojal_wallet::amount;
use lojal_wallet::cycle::{Exchange, gaining_round};
use lojal_wallet::terms::{format_money, format_price, parse_price, rate_in_points, rate_in_units};
use lojal_wallet::time::utc;

use super::context::Context;
use super::decimals::Decimals;
use super::points::one_reference;
use super::transact::{Session, points_text};
use crate::ask;
use crate::cli::{Consent, ConvertArgs, PartnerCommand, ProposeArgs, Sending, SettleArgs, TermsArgs};
use crate::error::CommandError;
use crate::output::{Report, grouped};

/// `lojal partner`.
pub(super) fn partner(context: &Context, command: PartnerCommand) -> Result<Report, CommandError> {
    match command {
        PartnerCommand::List => list(context),
        PartnerCommand::Propose(args) => propose(context, &args),
        PartnerCommand::Accept { from, to, consent, sending } => accept(context, (from, to), consent, &sending),
        PartnerCommand::End { from, to, sending } => {
            let operation = Operation::EndPartnership(EndPartnership { from, to });
            Session::open(context)?.transact(operation, &format!("ended what {from} and {to} had agreed on"), &sending)
        }
    }
}

fn list(context: &Context) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let gateways = context.gateways(home.as_ref())?;
    let progress = context.progress();
    let told = |count: usize| progress.tell(format!("read {count} partnerships"));
    let partnerships =
        gateways.ask(|gateway| Ok(gateway.client()?.partnerships_telling(&mut |count| told(count))?))?;
    drop(progress);
    let decimals = Decimals::ask(&gateways, home.as_ref())?;
    let unit = money_unit(home.as_ref().map(|home| home.genesis()));
    let head = ["FROM", "INTO", "STATE", "CONVERTED TODAY", "TERMS"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for one in &partnerships.partnerships {
        let of = (decimals.of(one.from), decimals.of(one.to));
        if let Some(terms) = &one.terms {
            let today = grouped(one.converted_today, of.0);
            let words = terms_in_words((one.from, one.to), terms, of, &unit);
            rows.push(vec![one.from.to_string(), one.to.to_string(), "agreed on".to_owned(), today, words]);
        }
        if let Some(proposal) = &one.proposal {
            let words = terms_in_words((one.from, one.to), &proposal.terms, of, &unit);
            let state = format!("put forward by {}", proposal.by);
            rows.push(vec![one.from.to_string(), one.to.to_string(), state, String::new(), words]);
        }
    }
    let text = match rows.len() {
        1 => "no brands have agreed on anything yet".to_owned(),
        _ => lojal_print::table(&rows, &[3]),
    };
    Ok(Report::done(&partnerships, text))
}

fn propose(context: &Context, args: &ProposeArgs) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let (from, to) = (session.brand(args.from)?, session.brand(args.to)?);
    let terms = terms(&args.terms, &from, &to)?;
    let decimals = (from.decimals, to.decimals);
    let words = terms_in_words((from.id, to.id), &terms, decimals, &money_unit(Some(session.home.genesis())));
    let warning = cycle_warning(&session, (from.id, to.id), &terms)?;
    ask::consent_in_spite_of(warning.as_deref(), &format!("put forward: {words}"), args.consent, &args.sending)?;
    let operation = Operation::ProposePartnership(ProposePartnership { from: from.id, to: to.id, terms });
    let brand = session.acting_brand(&from, &to)?;
    session.transact_for(brand, operation, &format!("put forward: {words}"), &args.sending)
}

/// Accepts the terms that were shown: if the other brand changes them meanwhile, nothing is accepted.
fn accept(
    context: &Context,
    (from, to): (BrandId, BrandId),
    consent: Consent,
    sending: &Sending,
) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let proposal = partnership(&session, from, to)?.and_then(|one| one.proposal);
    let proposal = proposal.ok_or(CommandError::NoTerms { from, to, purpose: "accept" })?;
    let decimals = (session.brand(from)?.decimals, session.brand(to)?.decimals);
    let unit = money_unit(Some(session.home.genesis()));
    let words = terms_in_words((from, to), &proposal.terms, decimals, &unit);
    let warning = cycle_warning(&session, (from, to), &proposal.terms)?;
    let what = format!("accept what {} put forward: {words}", proposal.by);
    ask::consent_in_spite_of(warning.as_deref(), &what, consent, sending)?;
    let operation = Operation::AcceptPartnership(AcceptPartnership { from, to, terms: proposal.terms });
    let brand = if proposal.by == from { to } else { from };
    session.transact_for(brand, operation, &format!("accepted: {words}"), sending)
}

/// A sentence that warns of a way round through the brands that makes points out of nothing, if there is one.
fn cycle_warning(
    session: &Session<'_>,
    (from, to): (BrandId, BrandId),
    terms: &PartnershipTerms,
) -> Result<Option<String>, CommandError> {
    let all = session.gateways.ask(|gateway| Ok(gateway.client()?.partnerships()?))?.partnerships;
    let now = session.ledger_time();
    let in_force = all.iter().filter(|one| (one.from, one.to) != (from, to));
    let in_force = in_force.filter_map(|one| Some((one.from, one.to, one.terms.as_ref()?)));
    let rates: Vec<Exchange> = in_force
        .filter(|(_, _, terms)| now < terms.ends_ms)
        .map(|(from, to, terms)| Exchange { from, to, num: terms.rate_num, den: terms.rate_den })
        .collect();
    let new = Exchange { from, to, num: terms.rate_num, den: terms.rate_den };
    let Some(round) = gaining_round(&rates, new) else { return Ok(None) };
    let way = round.iter().map(BrandId::to_string).collect::<Vec<_>>().join(" → ");
    Ok(Some(format!("WARNING: converting round {way} gives more points than it takes: members can multiply them")))
}

/// `lojal convert`. What is signed is what was shown: exactly so many points go and come, or none, whatever happens to
/// the terms meanwhile.
pub(super) fn convert(context: &Context, args: &ConvertArgs) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let source = session.source(&args.source)?;
    let (give, get) = (session.brand(args.give)?, session.brand(args.get)?);
    let amount = amount::parse(&args.amount, give.decimals)?;
    let terms = partnership(&session, give.id, get.id)?.and_then(|one| one.terms);
    let no_terms = CommandError::NoTerms { from: give.id, to: get.id, purpose: "convert by" };
    let terms = terms.filter(|terms| session.ledger_time() < terms.ends_ms).ok_or(no_terms)?;
    terms.check()?;
    let (burned, received) = terms
        .conversion_of(amount)
        .ok_or_else(|| CommandError::ConversionTooSmall(points_text(amount, &give), get.id))?;
    let least = args.min.as_ref().map(|text| amount::parse(text, get.decimals)).transpose()?;
    if let Some(least) = least.filter(|least| received < *least) {
        let (gives, least) = (points_text(received, &get), points_text(least, &get));
        return Err(CommandError::ConversionBelowMin { gives, least });
    }
    let rate = rate_text((give.id, get.id), &terms, (give.decimals, get.decimals));
    let exchange = format!("{} into {}{}", points_text(burned, &give), points_text(received, &get), source.words());
    ask::consent(&format!("convert {exchange} ({rate})"), args.consent, &args.sending)?;
    let convert = Convert { account: source.address, from: give.id, to: get.id, burned, received };
    session.transact(Operation::Convert(convert), &format!("converted {exchange}"), &args.sending)
}

/// `lojal netting`.
pub(super) fn netting(context: &Context) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let gateways = context.gateways(home.as_ref())?;
    let progress = context.progress();
    let told = |count: usize| progress.tell(format!("read {count} pairs of brands"));
    let netting = gateways.ask(|gateway| Ok(gateway.client()?.netting_telling(&mut |count| told(count))?))?;
    drop(progress);
    let head = ["BRAND", "OTHER", "OWES IT", "IS OWED BY IT", "NET", "WHO PAYS"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for pair in &netting.pairs {
        let debtor = pair.net_debtor.map_or_else(|| "nobody".to_owned(), |brand| brand.to_string());
        let sums = [pair.first_owes, pair.second_owes, pair.net].map(format_money);
        let mut row = vec![pair.first.to_string(), pair.second.to_string()];
        row.extend(sums);
        row.push(debtor);
        rows.push(row);
    }
    let unit =
        netting.currency.map_or_else(|| "minor units".to_owned(), |currency| format!("minor units of {currency}"));
    let text = match netting.pairs.is_empty() {
        true => format!("no brand owes another anything, after block {}", netting.height),
        false => format!("{}\nin {unit}, after block {}", lojal_print::table(&rows, &[2, 3, 4]), netting.height),
    };
    Ok(Report::done(&netting, text))
}

/// `lojal settle`.
pub(super) fn settle(context: &Context, args: SettleArgs) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let SettleArgs { amount, creditor, debtor, reference, sending } = args;
    let reference = one_reference(&session, reference.receipt, reference.reference);
    // A sum is whole minor units, typed and shown as points without decimals are.
    let amount = amount::parse(&amount, 0)?;
    let settle = Settle { creditor, debtor, amount: Money::new(amount.get()), reference };
    let unit = money_unit(Some(session.home.genesis()));
    let sum = grouped(amount, 0);
    let done = format!("confirmed that {debtor} paid {creditor} {sum} {unit}");
    session.transact_for(creditor, Operation::Settle(settle), &done, &sending)
}

fn partnership(session: &Session<'_>, from: BrandId, to: BrandId) -> Result<Option<api::Partnership>, CommandError> {
    let all = session.gateways.ask(|gateway| Ok(gateway.client()?.partnerships()?))?.partnerships;
    Ok(all.into_iter().find(|one| one.from == from && one.to == to))
}

fn terms(args: &TermsArgs, from: &api::Brand, to: &api::Brand) -> Result<PartnershipTerms, CommandError> {
    let (rate_num, rate_den) = rate_in_units(args.rate.come, args.rate.go, (from.decimals, to.decimals))?;
    let terms = PartnershipTerms {
        rate_num,
        rate_den,
        price_micro: parse_price(&args.price, from.decimals)?,
        daily_max: amount::parse(&args.daily_max, from.decimals)?,
        owed_max: Money::new(amount::parse(&args.owed_max, 0)?.get()),
        ends_ms: args.until,
    };
    terms.check()?;
    Ok(terms)
}

pub(super) fn terms_in_words(
    (from, to): (BrandId, BrandId),
    terms: &PartnershipTerms,
    decimals: (u8, u8),
    unit: &str,
) -> String {
    let rate = rate_text((from, to), terms, decimals);
    let price = format_price(terms.price_micro, decimals.0);
    let daily_max = grouped(terms.daily_max, decimals.0);
    let owed_max = grouped(Points::new(terms.owed_max.get()), 0);
    let end = utc(terms.ends_ms);
    format!(
        "{rate}, {from} owes {to} {price} {unit} for each {from} and at most {owed_max} in all, at most {daily_max} \
         {from} a day, until {end} UTC"
    )
}

fn rate_text((from, to): (BrandId, BrandId), terms: &PartnershipTerms, decimals: (u8, u8)) -> String {
    let (come, go) = rate_in_points(terms, decimals);
    format!("{come} {to} for {go} {from}")
}

/// The unit of money.
pub(super) fn money_unit(genesis: Option<&Genesis>) -> String {
    match genesis.and_then(|genesis| genesis.document().settlement_currency) {
        Some(currency) => format!("minor units of {currency}"),
        None => "minor units".to_owned(),
    }
}
