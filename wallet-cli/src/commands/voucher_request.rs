//! A till's request for a voucher, and the use that has answered it.

use lojal_text::outside;
use lojal_types::{AddressText, Award, BrandId, CampaignId, Code, Day, Reference, TimeMs, VoucherRequest, api};
use lojal_wallet::gateways::{Gateway, is_not_permitted};
use lojal_wallet::time::utc;
use lojal_wallet::uri::VoucherCall;
use schemars::JsonSchema;
use serde::Serialize;

use super::campaigns::find;
use super::context::Context;
use super::proofs::Proofs;
use super::request::{random_salt, times, wait};
use super::transact::Session;
use super::vouchers::in_words;
use crate::cli::{RequestArgs, WhichCampaign, values};
use crate::error::CommandError;
use crate::output::{self, Report};

/// A request for a voucher as a till makes it.
#[derive(Serialize, JsonSchema)]
pub(super) struct Called {
    /// The brand of the campaign.
    brand: BrandId,
    /// The campaign whose voucher is to be used.
    campaign: CampaignId,
    /// The number of uses.
    uses: u16,
    /// The reference under which it is answered.
    reference: Reference,
    /// Its day.
    dated: Day,
    /// The time from which on it can't be answered any more.
    expires_ms: TimeMs,
    /// The household whose voucher is to be used; null if anybody's may.
    household: Option<AddressText>,
    /// The text that the member scans.
    request: String,
}

/// The answer that a till has waited for.
#[derive(Serialize, JsonSchema)]
pub(super) struct Used {
    /// The use of the voucher.
    used: api::VoucherUse,
}

/// `lojal request --voucher`: signs nothing, and needs no passphrase.
pub(super) fn request(context: &Context, args: &RequestArgs) -> Result<Report, CommandError> {
    let session = &Session::open(context)?;
    let (brand, campaign) = (values::brand(&args.amount).map_err(CommandError::CommandLine)?, args.voucher);
    let campaign = campaign.expect("the command line demands a brand or a campaign");
    let name = session.brand(brand)?.name;
    let household = args.household.map(|text| text.to_canonical(session.home.network())).transpose()?;
    let ((dated, until_ms), salt, quantity) = (times(session, args)?, random_salt()?, args.uses);
    let request = VoucherRequest { brand, campaign, quantity, dated, until_ms, household, salt };
    can_be_answered(session, &request, args.household)?;
    let reference = request.reference(&session.home.chain_id());
    let (uses, name) = (in_words(quantity), outside(&name));
    let until = utc(until_ms);
    let text = format!(
        "ask for {uses} of a voucher of campaign {campaign} of {name}, until {until} UTC, reference {reference}"
    );
    let uri = VoucherCall { chain: session.chain_tag(), request }.to_uri();
    let called = Called {
        brand,
        campaign,
        uses: quantity,
        reference: reference.clone(),
        dated,
        expires_ms: until_ms,
        household: args.household,
        request: uri.clone(),
    };
    let report = Report::done(&called, text).with_scan(&uri);
    if !args.wait {
        return Ok(report);
    }
    output::show(&report, session.context.options.json);
    let proofs = Proofs::of(session.context, Some(&session.home), &session.gateways)?;
    let answer = |gateway: &Gateway| proofs.voucher_use_at(gateway, &reference, Some(dated));
    let (used, seal) = wait(&session.gateways, &reference, until_ms, answer)?.ok_or(CommandError::NoneUsed)?;
    let text = format!(
        "{} used {} of voucher {} · transaction {}",
        used.account,
        in_words(used.quantity),
        used.voucher,
        used.transaction.id
    );
    let done = Report { json: report.json, ..Report::done(&used, text) };
    Ok(proofs.report(done.with(&Used { used }), seal.as_ref()))
}

/// Keeps what nobody can answer from being shown, as far as a gateway tells.
fn can_be_answered(
    session: &Session<'_>,
    request: &VoucherRequest,
    household: Option<AddressText>,
) -> Result<(), CommandError> {
    let VoucherRequest { brand, campaign, quantity, .. } = *request;
    let terms = find(&session.gateways, WhichCampaign { brand, campaign })?.terms;
    if !matches!(terms.award, Award::Voucher { .. }) {
        let text = format!(
            "campaign {campaign} of {brand} gives no vouchers: lojal campaign list {brand} shows which of them do"
        );
        return Err(CommandError::refused("no_vouchers", text));
    }
    let Some(household) = household else { return Ok(()) };
    match session.gateways.ask(|gateway| Ok(gateway.client()?.vouchers(&household)?)) {
        Ok(known) => {
            let fits = |one: &api::Voucher| (one.brand, one.campaign) == (brand, campaign) && one.left >= quantity;
            if known.vouchers.iter().any(fits) { Ok(()) } else { Err(none_of(household, request)) }
        }
        // A till that is no operator isn't told what a household has.
        Err(error) if is_not_permitted(&error) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn none_of(household: AddressText, request: &VoucherRequest) -> CommandError {
    let VoucherRequest { campaign, quantity, .. } = *request;
    let text = format!(
        "the household {household} has no voucher of campaign {campaign} with {} left: look at the address, or leave \
         --household out, and any member can answer",
        in_words(quantity)
    );
    CommandError::of_code(Code::UnknownVoucher, text)
}
