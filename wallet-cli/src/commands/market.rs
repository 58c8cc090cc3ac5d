//! The market: points for points of other brands.

use lojal_types::{BrandId, Code, Expiry, Lot, Offer, OfferId, Operation, Operations, Points, WithdrawOffer, api};
use lojal_types::{offer_id, pay_for};
use lojal_wallet::amount;
use lojal_wallet::time::{hold_end, utc};
use schemars::JsonSchema;
use serde::Serialize;

use super::bounds;
use super::context::Context;
use super::decimals::Decimals;
use super::proofs::{Proofs, Sealed};
use super::repeat::Repeat;
use super::takes::{self, lives, of_pair};
use super::transact::{Session, Source, points_text, report};
use crate::ask;
use crate::cli::{MarketCommand, OfferArgs, OffersArgs, WithdrawArgs};
use crate::error::CommandError;
use crate::output::{Report, paragraph};

/// Points that were offered.
#[derive(Serialize, JsonSchema)]
pub(super) struct Offered {
    /// The name of the offer.
    offer: OfferId,
}

pub(super) fn market(context: &Context, command: MarketCommand) -> Result<Report, CommandError> {
    match command {
        MarketCommand::Offer(args) => offer(context, &args),
        MarketCommand::Offers(args) => offers(context, &args),
        MarketCommand::Take(args) => takes::take(context, &args),
        MarketCommand::Withdraw(args) => withdraw(context, &args),
    }
}

/// `lojal offer`. The price of all is the price of each, as a ratio of whole numbers.
fn offer(context: &Context, args: &OfferArgs) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let source = session.source(&args.source)?;
    let (brand, wanted) = (session.brand(args.brand)?, session.brand(args.wants)?);
    let (amount, price) = (amount::parse(&args.amount, brand.decimals)?, amount::parse(&args.price, wanted.decimals)?);
    let (price_num, price_den) = ratio(price, amount).ok_or(CommandError::Usage(TOO_FINE))?;
    let least = args.at_least.as_ref().map(|text| amount::parse(text, brand.decimals)).transpose()?;
    let min_take = least.unwrap_or(Points::new(1));
    let expiry = match args.ending {
        Some(expiry) => expiry,
        None => ending(&session, &source, brand.id, amount)?,
    };
    let wants_until = args.paid_until.unwrap_or(Expiry::Month(session.ledger_time().month()));
    let expires_ms = session.now()?.plus_ms(args.duration_ms).min(session.latest_end_of_hold());
    let (id, from, wants) = (brand.id, source.address, wanted.id);
    let offer =
        Offer { brand: id, from, amount, expiry, wants, price_num, price_den, wants_until, min_take, expires_ms };
    let shown = |points: Points| points_text(points, &brand);
    if let Some(fault) = bounds::of_offer(&offer, &brand.policy, session.ledger_time(), shown) {
        return Err(CommandError::of_code(Code::OfferOutOfBounds, fault));
    }
    let (given, got) = (points_text(amount, &brand), points_text(price, &wanted));
    let until = utc(hold_end(expires_ms));
    let what = format!(
        "offer {given} {} for {got}{}, until {until} UTC; payments live {}",
        lives(expiry),
        source.words(),
        at_least(wants_until)
    );
    ask::consent(&what, args.consent, &args.sending)?;
    let done = format!("offered {given} for {got}{}, until {until} UTC", source.words());
    let operation = Operation::Offer(offer);
    let operations = Operations::from([operation]);
    session.rehearse(&args.sending, None, &operations, (&done, &|_| None))?;
    let (id, fate) = session.sign_and_send(None, operations, &args.sending)?;
    let offer = offer_id(&session.home.chain_id(), &id, 0);
    let report = report(id, fate, &done, Repeat::Twice)?.with(&Offered { offer });
    Ok(report.with_line(&format!("take back what isn't sold with: lojal withdraw {offer}")))
}

const TOO_FINE: &str = "this price can't be said as a ratio of two numbers below 2^32: round the amounts";

/// The price of an amount, in the smallest numbers that say it.
fn ratio(price: Points, amount: Points) -> Option<(u32, u32)> {
    let (mut one, mut other) = (price.get(), amount.get());
    while other > 0 {
        (one, other) = (other, one % other);
    }
    let of = |points: Points| u32::try_from(points.get().checked_div(one)?).ok();
    of(price).zip(of(amount))
}

/// The expiry of the first lot that has enough.
fn ending(session: &Session<'_>, source: &Source, brand: BrandId, amount: Points) -> Result<Expiry, CommandError> {
    let balances = session.account(source.text).map_err(|error| source.refused(error))?.balances;
    let lots = balances.into_iter().find(|one| one.brand == brand).map(|one| one.lots).unwrap_or_default();
    let enough = lots.iter().find(|lot: &&Lot| lot.amount >= amount).map(|lot| lot.expiry);
    enough.ok_or_else(|| CommandError::refused("insufficient_points", 
        "no points with one end are as many: an offer is of points that end together, and lojal balance shows them; \
         offer less, or several times",
    ))
}

fn at_least(expiry: Expiry) -> String {
    match expiry {
        Expiry::Month(month) => format!("until the end of {month} or longer"),
        Expiry::Never => "for ever".to_owned(),
    }
}

/// `lojal offers`.
fn offers(context: &Context, args: &OffersArgs) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let gateways = context.gateways(home.as_ref())?;
    let decimals = Decimals::ask(&gateways, home.as_ref())?;
    if let Some(pair) = args.sell.zip(args.buy) {
        let market = of_pair(&gateways, pair)?;
        let more = if market.more { "\nthere are more" } else { "" };
        let text = match market.offers.is_empty() {
            true => format!("nobody offers {} for {}{more}", pair.0, pair.1),
            false => table(&market.offers, &decimals, true) + more,
        };
        return Ok(Report::done(&market, text));
    }
    let address = Context::account(home.as_ref(), args.address)?;
    let proofs = Proofs::of(context, home.as_ref(), &gateways)?;
    let (offers, seal) = proofs.offers(&gateways, &address)?;
    let text = match offers.offers.is_empty() {
        true => format!("{address} offers nothing"),
        false => table(&offers.offers, &decimals, false),
    };
    let told = paragraph(proofs.told(seal.as_ref()));
    Ok(Report::done(&offers, format!("{text}\n{told}")).with(&Sealed::of(seal.as_ref())))
}

fn table(offers: &[api::RestingOffer], decimals: &Decimals, with_owner: bool) -> String {
    let mut head = vec!["OFFER", "POINTS", "GOOD UNTIL", "PRICE OF ALL", "AT LEAST", "UNTIL (UTC)"];
    if with_owner {
        head.push("OWNER");
    }
    let mut rows = vec![head.into_iter().map(str::to_owned).collect::<Vec<_>>()];
    for one in offers {
        let price = pay_for(one.amount, one.price_num, one.price_den).unwrap_or(Points::ZERO);
        let least = one.min_take.min(one.amount);
        let mut row = vec![
            one.offer.to_string(),
            decimals.in_words(one.amount, one.brand),
            one.expiry.to_string(),
            decimals.in_words(price, one.wants),
            decimals.in_words(least, one.brand),
            utc(one.ends_ms),
        ];
        if with_owner {
            row.push(one.owner.to_string());
        }
        rows.push(row);
    }
    lojal_print::table(&rows, &[])
}

/// `lojal withdraw`.
fn withdraw(context: &Context, args: &WithdrawArgs) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let source = session.source(&args.source)?;
    let told = session.gateways.ask(|gateway| Ok(gateway.client()?.offers(&source.text)?));
    let offers = told.map_err(|error| source.refused(error.into()))?.offers;
    let found = offers.into_iter().find(|one| one.offer == args.offer);
    let found = found.ok_or_else(|| {
        CommandError::refused(
            "unknown_offer",
            "this account has no such offer (any more): it was taken, or has ended, and its points are back",
        )
    })?;
    let brand = session.brand(found.brand)?;
    let done = format!("took back {} of an offer{}", points_text(found.amount, &brand), source.words());
    let withdraw = WithdrawOffer { brand: brand.id, from: source.address, offer: args.offer };
    session.transact(Operation::WithdrawOffer(withdraw), &done, &args.sending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_of_all_is_a_ratio_in_its_smallest_numbers_or_none() {
        let ratio = |price, amount| ratio(Points::new(price), Points::new(amount));
        assert_eq!(ratio(2_500, 10_000), Some((1, 4)));
        assert_eq!(ratio(7, 3), Some((7, 3)));
        assert_eq!(ratio(1 << 40, 1 << 41), Some((1, 2)));
        assert_eq!(ratio((1 << 40) + 1, 1 << 41), None);
        assert_eq!(ratio(0, 0), None);
    }
}
