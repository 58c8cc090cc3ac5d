//! Buying on the market: of one offer that is named, or of the cheapest that have so many points together.

use std::collections::BTreeMap;

use lojal_types::api::{self, RestingOffer};
use lojal_types::{
    AddressText, BrandId, Code, Expiry, Lot, NetworkKind, OfferId, Operation, Operations, Points, Take, limits, pay_for,
};
use lojal_wallet::amount;
use lojal_wallet::gateways::Gateways;
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use super::transact::{Session, Source, Wish, points_text};
use crate::ask;
use crate::cli::TakeArgs;
use crate::error::{CommandError, MarketError};
use crate::output::Report;

/// Most offers that are taken at once, here and in the browser: more than anybody reads before signing.
const OFFERS_MAX: usize = 20;
/// Decimals of the price of one point beyond those of the points that pay.
const PRICE_DECIMALS: u8 = 4;

/// Points that were bought.
#[derive(Serialize, JsonSchema)]
pub(super) struct Bought {
    /// The parts of offers that they are of, the cheapest first.
    bought: Vec<BoughtPart>,
    /// All of them.
    amount: Points,
    /// The points that are paid for them at most.
    pay: Points,
}

/// A part of an offer, or all of it.
#[derive(Serialize, JsonSchema)]
struct BoughtPart {
    /// The offer.
    offer: OfferId,
    /// The account whose offer it is.
    owner: AddressText,
    /// The points that are bought of it.
    amount: Points,
    /// The expiry that they have.
    expiry: Expiry,
    /// The points that are paid for them at most.
    pay: Points,
}

/// A part of an offer, or all of it, that is to be bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part<'a> {
    offer: &'a RestingOffer,
    amount: Points,
    pay: Points,
}

/// The two brands and what is bought.
struct Purchase<'a> {
    brand: &'a api::Brand,
    wanted: &'a api::Brand,
    parts: &'a [Part<'a>],
}

/// `lojal take`. The payment is computed from the offers as they are shown, and what is signed says that it costs no
/// more. All of it is one transaction, so all of it is bought or nothing is.
pub(super) fn take(context: &Context, args: &TakeArgs) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let source = session.source(&args.source)?;
    let (brand, wanted) = (session.brand(args.brand)?, session.brand(args.wants)?);
    let amount = amount::parse(&args.amount, brand.decimals)?;
    let most = args.max_pay.as_ref().map(|text| amount::parse(text, wanted.decimals)).transpose()?;
    let market = of_pair(&session.gateways, (brand.id, wanted.id))?;
    let lots = lots(&session, &source, &wanted)?;
    let parts = match args.offer {
        Some(offer) => one(&market.offers, offer, amount, source.text)?,
        None => cheapest(&market, (amount, args.lives_through), &lots, source.text)
            .map_err(|short| short.in_words(&brand, &wanted))?,
    };
    let purchase = Purchase { brand: &brand, wanted: &wanted, parts: &parts };
    if let Some(most) = most.filter(|most| purchase.pay() > *most) {
        let (costs, most) = (points_text(purchase.pay(), &wanted), points_text(most, &wanted));
        return Err(MarketError::TooDear { costs, most }.into());
    }
    ask::consent(&purchase.asked(&source), args.consent, &args.sending)?;
    let takes = parts.iter().map(|part| purchase.take_of(part, &source, session.home.network()));
    let takes = Operations::new(takes.collect::<Result<Vec<_>, _>>()?).expect("1 to 20 are allowed");
    let done = format!("got {}", purchase.told(&source));
    let report = session.fulfil(Wish::of_several(takes, &done), &args.sending)?;
    Ok(report.with(&purchase.document()))
}

/// The offers of one brand's points for another's.
pub(super) fn of_pair(gateways: &Gateways, (sell, buy): (BrandId, BrandId)) -> Result<api::Market, CommandError> {
    Ok(gateways.ask(|gateway| Ok(gateway.client()?.market(&sell, &buy)?))?)
}

/// The time for which points are good, in words.
pub(super) fn lives(expiry: Expiry) -> String {
    match expiry {
        Expiry::Month(month) => format!("(good until the end of {month})"),
        Expiry::Never => "(good for ever)".to_owned(),
    }
}

/// The points that the account can pay with.
fn lots(session: &Session<'_>, source: &Source, wanted: &api::Brand) -> Result<Vec<Lot>, CommandError> {
    let balances = session.account(source.text)?.balances;
    Ok(balances.into_iter().find(|one| one.brand == wanted.id).map(|one| one.lots).unwrap_or_default())
}

/// The part of an offer that is named.
fn one(
    offers: &[RestingOffer],
    named: OfferId,
    amount: Points,
    by: AddressText,
) -> Result<Vec<Part<'_>>, CommandError> {
    let found = offers.iter().find(|one| one.offer == named && one.owner != by);
    let part = found.and_then(|offer| part(offer, amount)).filter(|part| part.amount == amount);
    part.map(|part| vec![part]).ok_or_else(|| {
        CommandError::of_code(
            Code::UnknownOffer,
            "there is no such offer of which so many can be taken: lojal offers shows what there is",
        )
    })
}

/// As many points of an offer as are wanted or left of it; none if that is too few at once.
fn part(offer: &RestingOffer, wanted: Points) -> Option<Part<'_>> {
    let amount = wanted.min(offer.amount);
    let is_enough = !amount.is_zero() && (amount >= offer.min_take || amount == offer.amount);
    let pay = pay_for(amount, offer.price_num, offer.price_den).filter(|_| is_enough)?;
    Some(Part { offer, amount, pay })
}

/// Fewer points than are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Short {
    /// No more than so many are offered like this; perhaps there are more offers.
    Offered(Points, bool),
    /// The points that there are pay for no more than so many.
    Payable(Points),
}

impl Short {
    fn in_words(self, brand: &api::Brand, wanted: &api::Brand) -> MarketError {
        let (sell, buy) = (brand.id, wanted.id);
        match self {
            Self::Offered(there, more) => MarketError::Thin { there: points_text(there, brand), sell, buy, more },
            Self::Payable(there) => MarketError::Unpayable { there: points_text(there, brand), buy },
        }
    }
}

/// The parts of the cheapest offers that give so many points, which live through a month if one is named.
fn cheapest<'a>(
    market: &'a api::Market,
    (wanted, lives_through): (Points, Option<Expiry>),
    lots: &[Lot],
    by: AddressText,
) -> Result<Vec<Part<'a>>, Short> {
    let long_enough = |one: &&RestingOffer| lives_through.is_none_or(|through| one.expiry >= through);
    let offers: Vec<&RestingOffer> = market.offers.iter().filter(long_enough).filter(|one| one.owner != by).collect();
    let parts = plan(&offers, wanted, lots);
    let missing = |parts: &[Part<'_>]| wanted.checked_sub(sum(parts, |part| part.amount));
    if missing(&parts).is_some_and(Points::is_zero) {
        return Ok(parts);
    }
    // Whoever could pay anything would get these.
    let all = [Lot { expiry: Expiry::Never, amount: Points::new(limits::POINTS_MAX) }];
    let there = sum(&plan(&offers, wanted, &all), |part| part.amount);
    Err(if there < wanted {
        Short::Offered(there, market.more)
    } else {
        Short::Payable(sum(&parts, |part| part.amount))
    })
}

/// The offers that are taken to get so many points: from the first on, of each as much as is still wanted, is left of
/// it, and can be paid with the lots. These are the rules of the browser's wallet, too.
fn plan<'a>(offers: &[&'a RestingOffer], wanted: Points, lots: &[Lot]) -> Vec<Part<'a>> {
    let (mut parts, mut lots, mut missing) = (Vec::new(), lots.to_vec(), wanted);
    for offer in offers {
        let payable = most_for(offer, &lots);
        let Some(part) = part(offer, missing.min(payable)).filter(|_| parts.len() < OFFERS_MAX) else { continue };
        pay_from(&mut lots, part.pay, offer.wants_until);
        missing = missing.checked_sub(part.amount).unwrap_or_default();
        parts.push(part);
    }
    parts
}

/// The most points of an offer that lots pay for.
fn most_for(offer: &RestingOffer, lots: &[Lot]) -> Points {
    let living = lots.iter().filter(|lot| lot.expiry >= offer.wants_until);
    let pay = living.fold(0, |sum: u128, lot| sum + u128::from(lot.amount.get()));
    let most = pay.saturating_mul(offer.price_den.into()).checked_div(offer.price_num.into()).unwrap_or(0);
    Points::new(u64::try_from(most).unwrap_or(u64::MAX))
}

/// Takes a payment off the earliest lots among those that live long enough, as the ledger does.
fn pay_from(lots: &mut [Lot], pay: Points, until: Expiry) {
    let mut left = pay;
    for lot in lots.iter_mut().filter(|lot| lot.expiry >= until) {
        let used = left.min(lot.amount);
        lot.amount = lot.amount.checked_sub(used).unwrap_or_default();
        left = left.checked_sub(used).unwrap_or_default();
    }
}

fn sum(parts: &[Part<'_>], of: impl Fn(&Part<'_>) -> Points) -> Points {
    let add = |sum: Points, part| sum.checked_add(of(part)).unwrap_or(Points::new(u64::MAX));
    parts.iter().fold(Points::ZERO, add)
}

impl Purchase<'_> {
    /// The operation that buys a part.
    fn take_of(&self, part: &Part<'_>, source: &Source, network: NetworkKind) -> Result<Operation, CommandError> {
        let owner = part.offer.owner.to_canonical(network)?;
        Ok(Operation::Take(Take {
            brand: self.brand.id,
            owner,
            offer: part.offer.offer,
            from: source.address,
            amount: part.amount,
            wants: self.wanted.id,
            max_pay: part.pay,
            expiry: part.offer.expiry,
        }))
    }
    fn amount(&self) -> Points {
        sum(self.parts, |part| part.amount)
    }
    fn pay(&self) -> Points {
        sum(self.parts, |part| part.pay)
    }
    /// The points of each expiry, and their price.
    fn by_expiry(&self) -> BTreeMap<Expiry, Vec<Part<'_>>> {
        let mut all = BTreeMap::<Expiry, Vec<Part<'_>>>::new();
        for part in self.parts {
            all.entry(part.offer.expiry).or_default().push(*part);
        }
        all
    }
    fn of(&self, parts: &[Part<'_>], life: &str) -> String {
        let got = points_text(sum(parts, |part| part.amount), self.brand);
        format!("{got}{life} for {}", points_text(sum(parts, |part| part.pay), self.wanted))
    }
    /// The purchase in one line.
    fn told(&self, source: &Source) -> String {
        let life = match self.by_expiry().into_keys().collect::<Vec<_>>()[..] {
            [only] => format!(" {}", lives(only)),
            _ => String::new(),
        };
        let many = if self.parts.len() > 1 { format!(", of {} offers", self.parts.len()) } else { String::new() };
        format!("{}{}{many}", self.of(self.parts, &life), source.words())
    }
    /// The purchase as it is shown before it is signed: what is bought of each expiry, and the worst price.
    fn asked(&self, source: &Source) -> String {
        let mut text = format!("get {}", self.told(source));
        if let Some(worst) = self.worst_price() {
            let at_most = if self.parts.len() > 1 { "at most " } else { "" };
            text += &format!(", {at_most}{worst} {} for each {}", self.wanted.id, self.brand.id);
        }
        let by_expiry = self.by_expiry();
        for (expiry, parts) in by_expiry.iter().filter(|_| by_expiry.len() > 1) {
            text += &format!("\n  {}", self.of(parts, &format!(" {}", lives(*expiry))));
        }
        text
    }
    /// The price of one point, as people count them, of the dearest part, rounded up.
    fn worst_price(&self) -> Option<String> {
        let decimals = self.wanted.decimals.saturating_add(PRICE_DECIMALS);
        let one = 10_u128.pow(self.brand.decimals.into()) * 10_u128.pow(PRICE_DECIMALS.into());
        let price = |part: &Part<'_>| {
            let num = u128::from(part.offer.price_num) * one;
            (part.offer.price_den > 0).then(|| num.div_ceil(part.offer.price_den.into()))
        };
        let worst = self.parts.iter().filter_map(price).max()?;
        let text = amount::format(Points::new(u64::try_from(worst).ok()?), decimals);
        // No more decimals than it needs.
        let least = text.len() - usize::from(PRICE_DECIMALS);
        let zeros = text[least..].len() - text[least..].trim_end_matches('0').len();
        Some(text[..text.len() - zeros].trim_end_matches('.').to_owned())
    }
    fn document(&self) -> Bought {
        let part = |part: &Part<'_>| BoughtPart {
            offer: part.offer.offer,
            owner: part.offer.owner,
            amount: part.amount,
            expiry: part.offer.expiry,
            pay: part.pay,
        };
        Bought { bought: self.parts.iter().map(part).collect(), amount: self.amount(), pay: self.pay() }
    }
}

#[cfg(test)]
mod tests;
