//! Checks that what campaigns have given is what their issues say, and stays within their bounds.
//!
//! "What a campaign has given is what the issues are that name it, and what has come back is what of them was
//! reversed." (protocol, Campaigns)

use std::collections::{BTreeMap, BTreeSet};

use lojal_types::{BrandId, CampaignId, GrossPoints};

use super::{ConservationError, read};
use crate::key::{CampaignKey, CampaignListKey, IssuedKey};
use crate::overlay::Written;
use crate::record::{CampaignRecord, Issued, ListedCampaign};
use crate::state::View;

/// Points that were given and points that were reversed, as differences.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Given {
    points: i128,
    reversed: i128,
}

impl Given {
    fn add(&mut self, issued: &Issued, sign: i128) {
        self.points += sign * i128::from(issued.amount.get());
        self.reversed += sign * i128::from(issued.reversed.get());
    }
    fn add_record(&mut self, record: &CampaignRecord, sign: i128) {
        // Sums of all points that a brand's operators can give are far below 2^127.
        let of = |sum: GrossPoints| i128::try_from(sum.get()).unwrap_or(i128::MAX);
        self.points += sign * of(record.points);
        self.reversed += sign * of(record.reversed);
    }
}

type ByCampaign = BTreeMap<(BrandId, CampaignId), Given>;

/// Checks what one block has written.
pub(super) fn check_block(written: &[Written<'_>]) -> Result<(), ConservationError> {
    let (mut of_records, mut by_issues) = (ByCampaign::new(), ByCampaign::new());
    for Written { key, before, after, .. } in written {
        let key = key.as_bytes();
        for (value, sign) in [(*before, -1), (after.as_deref(), 1)] {
            let Some(value) = value else { continue };
            if let Some((key, record)) = read::<CampaignKey>(key, value) {
                of_records.entry((key.brand, key.campaign)).or_default().add_record(&record, sign);
                if sign > 0 {
                    in_bounds(&key, &record)?;
                } else if after.is_none() {
                    // It is over, and has gone with what it counted.
                    of_records.entry((key.brand, key.campaign)).or_default().add_record(&record, 1);
                }
            }
            if let Some((key, issued)) = read::<IssuedKey>(key, value)
                && let Some(campaign) = issued.campaign()
            {
                by_issues.entry((key.brand, campaign)).or_default().add(&issued, sign);
            }
        }
    }
    let campaigns: BTreeSet<_> = of_records.keys().chain(by_issues.keys()).copied().collect();
    for of in campaigns {
        let at = |sums: &ByCampaign| sums.get(&of).copied().unwrap_or_default();
        if at(&of_records) != at(&by_issues) {
            return Err(differs(of, at(&of_records), at(&by_issues)));
        }
    }
    Ok(())
}

fn differs((brand, campaign): (BrandId, CampaignId), counted: Given, by_issues: Given) -> ConservationError {
    ConservationError::Campaign {
        brand,
        campaign,
        counted: counted.points - counted.reversed,
        issued: by_issues.points - by_issues.reversed,
    }
}

/// "At most `stock` units in all (`sold_out`), and at most `budget` points (`budget_spent`)." (protocol, Campaigns)
fn in_bounds(key: &CampaignKey, record: &CampaignRecord) -> Result<(), ConservationError> {
    let stock = record.terms.stock.is_none_or(|stock| record.times.saturating_sub(record.returned) <= stock);
    let budget = record.terms.budget.is_none_or(|budget| record.spent() <= GrossPoints::from(budget));
    let returned = record.returned <= record.times && record.refunded <= record.paid;
    if stock && budget && returned && record.reversed <= record.points {
        return Ok(());
    }
    Err(ConservationError::CampaignBounds { brand: key.brand, campaign: key.campaign })
}

/// Checks a whole state.
pub(super) fn check(view: &View) -> Result<(), ConservationError> {
    let (mut listed, mut there, mut counted) = (BTreeSet::new(), BTreeSet::new(), ByCampaign::new());
    for entry in view.tree().iter() {
        let (key, value) = entry?;
        if let Some((CampaignListKey(brand), list)) = read::<CampaignListKey>(key, value) {
            let known = list.campaigns.iter().filter(|one| one.campaign <= list.last);
            listed.extend(known.map(|one| (brand, *one)));
        }
        if let Some((key, record)) = read::<CampaignKey>(key, value) {
            in_bounds(&key, &record)?;
            there.insert((key.brand, ListedCampaign { campaign: key.campaign, over_ms: record.terms.over_ms() }));
            counted.entry((key.brand, key.campaign)).or_default().add_record(&record, 1);
        }
    }
    if let Some((brand, _)) = listed.symmetric_difference(&there).next() {
        return Err(ConservationError::Campaigns(*brand));
    }
    let mut by_issues = ByCampaign::new();
    for (_, shelf) in view.shelves().iter() {
        for entry in shelf.iter() {
            let (key, value) = entry?;
            if let Some((IssuedKey { brand, .. }, issued)) = read::<IssuedKey>(key, value)
                && let Some(campaign) = issued.campaign()
            {
                by_issues.entry((brand, campaign)).or_default().add(&issued, 1);
            }
        }
    }
    // What was given on a shelf that is dropped since is counted still, so that there can be more.
    for (of, by_issues) in by_issues {
        let Some(counted) = counted.get(&of).copied() else { continue };
        if counted.points < by_issues.points || counted.reversed < by_issues.reversed {
            return Err(differs(of, counted, by_issues));
        }
    }
    Ok(())
}
