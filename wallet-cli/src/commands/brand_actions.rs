//! The actions of brands' motions in words: the changes that each of them makes.

use lojal_types::{
    Address, AddressText, BrandAction, CloseBrand, NetworkKind, PartnershipTerms, Points, SetApprovals, api,
};
use lojal_wallet::time::{format_duration, utc};

use super::between::terms_in_words;
use super::brand::{policy_changes, policy_text, wait_in_words};
use super::campaign_words::campaign_in_words;
use super::decimals::Decimals;
use super::programme::track_in_words;
use super::words::roles_text;
use crate::output::grouped;

/// The state in force, as far as it is known, against which the motions of a brand are read.
pub(super) struct BrandReader<'a> {
    pub(super) network: NetworkKind,
    pub(super) brands: &'a [api::Brand],
    pub(super) campaigns: &'a [api::Campaigns],
    pub(super) decimals: &'a Decimals,
    /// The unit of money.
    pub(super) unit: &'a str,
}

impl BrandReader<'_> {
    /// The actions in words, one paragraph each, numbered.
    pub(super) fn in_words(&self, actions: &[BrandAction<AddressText>]) -> String {
        let words = actions.iter().zip(1..).map(|(action, number)| format!("{number}. {}", self.action(action)));
        words.collect::<Vec<_>>().join("\n")
    }

    fn terms(&self, from: lojal_types::BrandId, to: lojal_types::BrandId, terms: &PartnershipTerms) -> String {
        terms_in_words((from, to), terms, (self.decimals.of(from), self.decimals.of(to)), self.unit)
    }

    fn action(&self, action: &BrandAction<AddressText>) -> String {
        match action {
            BrandAction::SetPolicy(one) => match self.brands.iter().find(|known| known.id == one.brand) {
                Some(brand) => policy_changes(&brand.policy, &one.policy, brand),
                None => {
                    let policy = policy_text(&one.policy, self.decimals.of(one.brand));
                    format!("the policy of {} becomes:\n{policy}", one.brand)
                }
            },
            BrandAction::SetOperator(one) => {
                let operator = Address::of_key(&one.public_key).to_text(self.network);
                let points = |max: Points| grouped(max, self.decimals.of(one.brand));
                let cap = one.issue_daily_max.map(|max| format!(", at most {} {} a day", points(max), one.brand));
                let cap = cap.unwrap_or_default();
                format!("{operator} acts for {}: {}{cap}", one.brand, roles_text(&one.roles))
            }
            BrandAction::RemoveOperator(one) => format!("{} doesn't act for {} any more", one.operator, one.brand),
            BrandAction::SetApprovals(one) => approvals_in_words(one),
            BrandAction::CloseBrand(one) => closing_in_words(one),
            BrandAction::SetPendingDays(one) => wait_in_words(one),
            BrandAction::SetTrack(one) => track_in_words(one),
            BrandAction::SetCampaign(one) => {
                let of_brand = self.campaigns.iter().filter(|of| of.brand == one.brand);
                let known = of_brand.flat_map(|of| &of.campaigns).find(|known| known.campaign == one.campaign);
                campaign_in_words(one, known.map(|known| &known.terms), self.decimals.of(one.brand))
            }
            BrandAction::AcceptSponsorship(one) => format!(
                "the brand pays for the points of campaign {} of {}, on the terms with the digest {}",
                one.campaign, one.brand, one.terms
            ),
            BrandAction::ProposePartnership(one) => {
                format!("terms are put forward: {}", self.terms(one.from, one.to, &one.terms))
            }
            BrandAction::AcceptPartnership(one) => {
                format!("terms are accepted: {}", self.terms(one.from, one.to, &one.terms))
            }
            BrandAction::EndPartnership(one) => format!("what {} and {} have agreed on ends", one.from, one.to),
            BrandAction::Settle(one) => {
                let sum = grouped(Points::new(one.amount.get()), 0);
                format!("{} has paid {} {sum} {}", one.debtor, one.creditor, self.unit)
            }
            BrandAction::StartRecovery(one) => {
                format!("as a guardian, the brand asks that {} gets the key {}", one.account, one.new_key)
            }
            BrandAction::FinishRecovery(one) => {
                format!("as a guardian, the brand completes the recovery of {}", one.account)
            }
            BrandAction::Agree(one) => {
                format!(
                    "as a guardian, the brand agrees to what waits on {} under the digest {}; lojal guardians show {} \
                     tells what that is",
                    one.account, one.digest, one.account
                )
            }
        }
    }
}

/// The time at which a brand leaves, in words.
pub(super) fn closing_in_words(close: &CloseBrand) -> String {
    match close.closes_ms {
        Some(closes) => format!(
            "{} leaves: it gives no more points from now on, and what is left of them at {} UTC expires",
            close.brand,
            utc(closes)
        ),
        None => format!("{} stays after all, and gives points again", close.brand),
    }
}

/// The number of admins that a brand asks for, and its wait, in words.
pub(super) fn approvals_in_words(set: &SetApprovals) -> String {
    let wait = match set.delay_ms {
        0 => "nothing waits".to_owned(),
        delay => format!("what widens waits for {}", format_duration(delay)),
    };
    format!("a motion of {} takes {} of its admins; {wait}", set.brand, set.needed)
}
