//! Rewards: what campaigns give, as programs of the brand and people at its counters grant it, or as members claim it.

use lojal_types::api::ReferenceKind;
use lojal_types::limits::POINTS_MAX as AMOUNT_MAX;
use lojal_types::{Address, AddressText, CampaignId, Day, Reference};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::desk::{Accepted, Desk, invalid, named, still_queued};
use crate::documents::EntryDocument;
use crate::entry::Entry;
use crate::keys::ApiKey;
use crate::problem::Failure;
use crate::wish::{Gift, Kind, Uncount, Wish};

/// Something that a campaign gives, for a member.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reward {
    member: AddressText,
    /// The brand's number of the campaign.
    campaign: CampaignId,
    /// The points, in the brand's smallest unit, of a campaign that gives points; else the number of units.
    amount: u64,
    reference: String,
    #[serde(default)]
    dated: Option<Day>,
}

/// A mark that goes back.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RewardReturn {
    /// The reference of the reward.
    of: String,
    /// The number of days, if it isn't all that was given.
    #[serde(default)]
    amount: Option<u64>,
    reference: String,
    #[serde(default)]
    dated: Option<Day>,
}

impl Desk {
    /// Gives a member what a campaign gives: now, or when a gateway answers.
    pub(crate) fn reward(&self, key: &ApiKey, reward: &Reward) -> Result<Accepted, Failure> {
        let named = named(&reward.reference)?;
        let (to, amount) = (self.member(reward.member)?, amount(reward.amount)?);
        let gift = Gift { campaign: reward.campaign, amount };
        let dated = self.day(Kind::Grant, &named.1, reward.dated)?;
        self.accept(key, named, Wish::Grant { to, gift }, dated)
    }
    /// Takes back days of a mark, which takes a gateway.
    pub(crate) fn take_mark(&self, key: &ApiKey, back: &RewardReturn) -> Result<Accepted, Failure> {
        let (named, (_, of)) = (named(&back.reference)?, named(&back.of)?);
        let asked = back.amount.map(amount).transpose()?;
        let dated = self.day(Kind::TakeBack, &named.1, back.dated)?;
        let (from, uncount) = match self.first(Kind::TakeBack, &named.1) {
            // As the first time; if the rest differs, it is another request.
            Some(Wish::TakeMark { from, uncount }) => {
                (from, Uncount { amount: asked.unwrap_or(uncount.amount), of, of_dated: uncount.of_dated })
            }
            _ => self.mark(of, asked)?,
        };
        self.accept(key, named, Wish::TakeMark { from, uncount }, dated)
    }
    /// The claim under a reference of the ledger's, whichever wallet has made it.
    pub(crate) fn find_claim(&self, text: &str) -> Result<EntryDocument, Failure> {
        let reference: Reference = text.parse().map_err(|_| {
            let detail = "a claim has a reference of the ledger's, in hex: of a voucher it is the id";
            invalid(detail)
        })?;
        let claimed = self.ledger.ask_reference(|client| self.ledger.claim(client, &reference))?;
        let claimed = claimed.flatten().ok_or_else(Failure::unknown_reference)?;
        Ok(EntryDocument::claimed(&reference, &claimed, &self.ledger))
    }
    /// The days of a mark that go back, and of which account, as the ledger has it.
    fn mark(&self, of: Reference, asked: Option<u64>) -> Result<(Address, Uncount), Failure> {
        let is_queued = self.book().entry(&(Kind::Grant, of.clone())).is_some_and(Entry::is_waiting);
        if is_queued {
            return Err(still_queued());
        }
        let brand = self.ledger.brand();
        let used = self.ledger.ask_reference(|client| client.reference(&brand, (ReferenceKind::Grant, &of), None))?;
        let used = used.ok_or_else(Failure::unknown_reference)?;
        let Some(units) = used.units else {
            return Err(invalid("points were given under this reference: they go back by POST /returns"));
        };
        let (Some(account), Some(of_dated)) = (used.account, used.dated) else { return Err(Failure::internal()) };
        Ok((self.member(account)?, Uncount { amount: asked.unwrap_or(units.amount), of, of_dated }))
    }
}

/// A number of points, units or days that there can be.
fn amount(amount: u64) -> Result<u64, Failure> {
    if (1..=AMOUNT_MAX).contains(&amount) {
        return Ok(amount);
    }
    let detail = format!("the amount of a reward is a whole number of points, units or days, from 1 to {AMOUNT_MAX}");
    Err(invalid(&detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_of_rewards_are_those_that_there_can_be() {
        for right in [1, AMOUNT_MAX] {
            assert_eq!(amount(right).expect("an amount"), right);
        }
        for wrong in [0, AMOUNT_MAX + 1] {
            assert_eq!(amount(wrong).expect_err("none").problem().code, "invalid_parameter");
        }
    }
}
