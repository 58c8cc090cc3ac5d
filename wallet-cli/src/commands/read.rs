//! Looking without touching.

use lojal_text::outside;
use lojal_types::api::TransactionState;
use lojal_types::{GrossPoints, Totals, TransactionId};
use lojal_wallet::gateways::GatewaysError;
use lojal_wallet::receipts;
use lojal_wallet::time::utc;

use super::context::Context;
use super::decimals::{Decimals, decimals_of};
use super::proofs::Proofs;
use super::show::{Reader, transaction_text};
use super::unsent::Taken;
use crate::error::CommandError;
use crate::output::{Report, grouped, paragraph};

/// `lojal status`.
pub(super) fn status(context: &Context) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let (url, status) =
        context.gateways(home.as_ref())?.ask(|gateway| Ok((gateway.url().to_owned(), gateway.status()?)))?;
    let validator = status.validator.map_or_else(|| "none".to_owned(), |address| address.to_string());
    let rows = [
        ("gateway", url),
        ("chain id", status.chain_id.to_string()),
        ("block", status.height.to_string()),
        ("time", format!("{} UTC", utc(status.time_ms))),
        ("state root", status.state_root.to_string()),
        ("validator", validator),
        ("peers", status.peers.to_string()),
        ("waiting", status.mempool.to_string()),
        ("version", status.version.clone()),
    ];
    let rows = rows.map(|(name, value)| vec![name.to_owned(), value]);
    Ok(Report::done(&status, lojal_print::table(&rows, &[])))
}

/// `lojal brands`.
pub(super) fn brands(context: &Context) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let brands = context.gateways(home.as_ref())?.ask(|gateway| Ok(gateway.client()?.brands()?))?;
    let totals_head = ["ISSUED", "OUTSTANDING", "HELD", "REDEEMED", "CONVERTED", "EXPIRED", "REVERSED"];
    let mut rows = vec![["BRAND", "NAME", "POINTS LIVE", "TRANSFERS"].map(str::to_owned).to_vec()];
    rows[0].extend(totals_head.map(str::to_owned));
    for brand in &brands.brands {
        let decimals = decimals_of(brand, home.as_ref().map(|home| home.genesis()))?;
        let points = |points| grouped(points, decimals);
        let policy = &brand.policy;
        let life = policy.expiry_months.map_or_else(|| "for ever".to_owned(), |months| format!("{months} months"));
        let transfers = if policy.transferable {
            format!("{} to {}", points(policy.transfer_min), points(policy.transfer_max))
        } else {
            "no".to_owned()
        };
        let totals = brand.totals;
        let totals = [
            totals.issued,
            totals.outstanding.into(),
            totals.held.into(),
            totals.redeemed,
            totals.converted_out,
            totals.expired,
            totals.reversed,
        ];
        let totals = totals.map(|total: GrossPoints| grouped(total, decimals));
        let mut row = vec![brand.id.to_string(), outside(&brand.name), life, transfers];
        row.extend(totals);
        rows.push(row);
    }
    let mut text = lojal_print::table(&rows, &[4, 5, 6, 7, 8, 9, 10]);
    for brand in &brands.brands {
        let Totals { pending, donated, refunded, .. } = brand.totals;
        let others = [("pending", pending.into()), ("donated", donated), ("refunded", refunded)];
        let there = others.into_iter().filter(|(_, points): &(_, GrossPoints)| points.get() > 0);
        let decimals = decimals_of(brand, home.as_ref().map(|home| home.genesis()))?;
        let there: Vec<String> = there.map(|(name, points)| format!("{} {name}", grouped(points, decimals))).collect();
        if !there.is_empty() {
            text += &format!("\n{}", paragraph(format!("{}: {}", brand.id, there.join(", "))));
        }
        if let Some(closes) = brand.closes_ms {
            text += &format!("\n{}", paragraph(format!("{} leaves, or has left, at {} UTC", brand.id, utc(closes))));
        }
    }
    Ok(Report::done(&brands, text))
}

/// `lojal tx`.
pub(super) fn transaction(context: &Context, id: TransactionId) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let gateways = context.gateways(home.as_ref())?;
    let proofs = Proofs::of(context, home.as_ref(), &gateways)?;
    let (status, seal) = proofs.transaction(&gateways, &id).map_err(|error| match error {
        CommandError::Gateways(GatewaysError::Client(error)) if error.is_problem("unknown_transaction") => {
            CommandError::UnknownTransaction
        }
        error => error,
    })?;
    let decimals = Decimals::ask(&gateways, home.as_ref())?;
    let receipts = home.as_ref().map(receipts::known).transpose()?.unwrap_or_default();
    let reader = Reader { viewpoint: None, decimals: &decimals, receipts: &receipts, taken: &Taken::new() };
    let is_open = status.state == TransactionState::Pending;
    let report = Report { is_open, ..Report::done(&status, transaction_text(&status, &reader)) };
    Ok(proofs.report(report, seal.as_ref()))
}
