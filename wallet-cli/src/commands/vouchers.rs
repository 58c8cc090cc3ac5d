//! The vouchers of an account: what there is, and its use at a till.

use lojal_text::outside;
use lojal_types::{
    AddressText, AnsweredRequest, BrandId, CampaignId, Code, Operation, TimeMs, UseVoucher, VoucherId, VoucherRequest,
    api,
};
use lojal_wallet::uri::{SCHEME, VoucherCall};

use super::context::Context;
use super::proofs::{Proofs, Sealed};
use super::request::random_salt;
use super::standing::there_is;
use super::transact::{Session, Source, Wish, Words};
use crate::ask;
use crate::cli::{OwnerArgs, SourceArgs, UseArgs, values};
use crate::error::CommandError;
use crate::output::{Report, paragraph};

/// The time in which a request that a wallet makes itself can be answered, in milliseconds.
const OWN_REQUEST_MS: u64 = 600_000;

/// `lojal vouchers`.
pub(super) fn vouchers(
    context: &Context,
    address: Option<AddressText>,
    brand: Option<BrandId>,
) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let address = Context::account(home.as_ref(), address)?;
    let gateways = context.gateways(home.as_ref())?;
    let proofs = Proofs::of(context, home.as_ref(), &gateways)?;
    let (mut vouchers, seal) = proofs.vouchers(&gateways, &address)?;
    vouchers.vouchers.retain(|one| brand.is_none_or(|brand| one.brand == brand));
    let mut rows = vec![["BRAND", "VOUCHER", "USES", "UNTIL", "CAMPAIGN"].map(str::to_owned).to_vec()];
    rows.extend(vouchers.vouchers.iter().map(|one| {
        let (left, campaign) = (one.left.to_string(), one.campaign.to_string());
        vec![one.brand.to_string(), one.voucher.to_string(), left, one.until.to_string(), campaign]
    }));
    if let (1, Some(brand)) = (rows.len(), brand) {
        there_is(&gateways, brand)?;
    }
    let table = match (rows.len(), brand) {
        (1, Some(brand)) => paragraph(format!("{address} has no vouchers of {brand}")),
        (1, None) => paragraph(format!("{address} has no vouchers")),
        _ => lojal_print::table(&rows, &[2, 4]),
    };
    let text = format!("{table}\n{}", paragraph(proofs.told(seal.as_ref())));
    Ok(Report::done(&vouchers, text).with(&Sealed::of(seal.as_ref())))
}

/// `lojal use`. Once the request has expired the transaction can't happen any more, so the till knows where it stands.
pub(super) fn use_voucher(context: &Context, args: &UseArgs) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let asked = asked(&session, args)?;
    let request = &asked.request;
    let (owner, voucher) = (&asked.owner, asked.voucher);
    let brand = session.brand(request.brand)?;
    let (uses, name) = (in_words(request.quantity), outside(&brand.name));
    let what = format!(
        "use {uses} of voucher {} of {name} (campaign {}){}; it has {} left, until {}",
        voucher.voucher,
        voucher.campaign,
        of(owner),
        voucher.left,
        voucher.until
    );
    ask::consent(&what, args.consent, &args.sending)?;
    let reference = request.reference(&session.home.chain_id());
    let done = format!("used {uses} of voucher {} of {name}{}, reference {reference}", voucher.voucher, of(owner));
    let answer = AnsweredRequest {
        reference,
        dated: request.dated,
        until_ms: request.until_ms,
        for_household: request.household.is_some(),
        salt: request.salt,
    };
    let operation = Operation::UseVoucher(UseVoucher {
        brand: request.brand,
        account: owner.address,
        voucher: voucher.voucher,
        quantity: request.quantity,
        request: answer,
    });
    let words = |code: &str| answered_already(&session, request, code);
    let wish = Wish::new(operation, &done).before(Some(request.until_ms)).in_words(&words);
    session.fulfil(if asked.is_own { wish.with_random_reference() } else { wish }, &args.sending)
}

/// The refusal of a second answer to a request, with the first one if a gateway knows it.
fn answered_already(session: &Session<'_>, request: &VoucherRequest, code: &str) -> Option<Words> {
    if code != Code::DuplicateReference.name() {
        return None;
    }
    let reference = request.reference(&session.home.chain_id());
    let first = session.gateways.ask(|gateway| Ok(gateway.client()?.voucher_use(&reference, Some(request.dated))?));
    let how = match first {
        Ok(first) => {
            let is_own = first.account == session.home.address_text();
            let whose = if is_own { "your".to_owned() } else { format!("{}'s", first.account) };
            let (voucher, id) = (first.voucher, first.transaction.id);
            format!(": {whose} voucher {voucher} was used for it already with transaction {id}")
        }
        Err(_) => " already".to_owned(),
    };
    let text = format!("this request has been answered{how}; for another use ask the till for a new one");
    Some(Words { text, is_final: true })
}

/// The request that is answered, and the voucher for it.
struct Asked {
    request: VoucherRequest,
    owner: Source,
    voucher: api::Voucher,
    /// True if no till made the request.
    is_own: bool,
}

fn asked(session: &Session<'_>, args: &UseArgs) -> Result<Asked, CommandError> {
    let is_text = args.request == "-" || args.request.trim_start().to_lowercase().starts_with(SCHEME);
    if is_text { by_request(session, args) } else { by_name(session, args) }
}

/// A till's request, and the voucher of its campaign: the one that is named, or the one that ends first.
fn by_request(session: &Session<'_>, args: &UseArgs) -> Result<Asked, CommandError> {
    if args.uses.is_some() {
        return Err(CommandError::Usage("the till's request says how many uses it is for: leave --uses out"));
    }
    let scanned = VoucherCall::from_uri(&ask::scanned(&args.request)?)?;
    scanned.check(session.chain_tag(), session.ledger_time())?;
    let request = scanned.request;
    let owner = match request.household {
        None => owner(session, &args.owner)?,
        Some(household) => {
            let asked = session.source_at(household.to_text(session.home.network()), household);
            if args.owner.household.is_some() && owner(session, &args.owner)?.address != household {
                return Err(CommandError::OtherPool(asked.text));
            }
            asked
        }
    };
    let voucher = fitting(of_account(session, &owner)?, &request, args.voucher)?;
    Ok(Asked { request, owner, voucher, is_own: false })
}

/// The voucher for a till's request: the one that is named, or of those that fit the one that ends first.
fn fitting(
    all: Vec<api::Voucher>,
    request: &VoucherRequest,
    named: Option<VoucherId>,
) -> Result<api::Voucher, CommandError> {
    let VoucherRequest { brand, campaign, quantity, .. } = *request;
    let is_of_it = |one: &api::Voucher| (one.brand, one.campaign) == (brand, campaign);
    let Some(id) = named else {
        let fits = |one: &api::Voucher| is_of_it(one) && one.left >= quantity;
        let first = all.into_iter().filter(fits).min_by_key(|one| (one.until, one.voucher));
        return first.ok_or_else(|| none_with(request));
    };
    let one = all.into_iter().find(|one| one.voucher == id).ok_or(CommandError::UnknownVoucher(id))?;
    if !is_of_it(&one) {
        let text = format!(
            "voucher {id} is of campaign {} of {}, and the till asks for one of campaign {campaign} of {brand}: leave \
             it out, and one that fits is taken",
            one.campaign, one.brand
        );
        return Err(CommandError::of_code(Code::UnknownVoucher, text));
    }
    if one.left < quantity {
        let (left, uses) = (in_words(one.left), in_words(quantity));
        let text = format!("voucher {id} has {left} left, and the till asks for {uses}: leave it out, or take another");
        return Err(CommandError::of_code(Code::VoucherExceeded, text));
    }
    Ok(one)
}

/// The refusal where no voucher has the uses that a till asks for.
fn none_with(request: &VoucherRequest) -> CommandError {
    let VoucherRequest { brand, campaign, quantity, .. } = *request;
    let text = format!(
        "the till asks for {} of a voucher of campaign {campaign} of {brand}, and there is none with as many: lojal \
         vouchers shows those that there are, and --from takes one of a household",
        in_words(quantity)
    );
    CommandError::of_code(Code::UnknownVoucher, text)
}

/// A voucher that is named, and a request that the wallet makes itself.
fn by_name(session: &Session<'_>, args: &UseArgs) -> Result<Asked, CommandError> {
    let brand = values::brand(&args.request).map_err(CommandError::CommandLine)?;
    let Some(id) = args.voucher else {
        return Err(CommandError::Usage("name the voucher, too, as lojal vouchers lists it, or the till's request"));
    };
    let owner = owner(session, &args.owner)?;
    let voucher = found(session, &owner, id)?;
    if voucher.brand != brand {
        return Err(CommandError::UnknownVoucher(id));
    }
    let (campaign, quantity) = (voucher.campaign, args.uses.unwrap_or(1));
    let request = own_request(session, (brand, campaign), quantity)?;
    Ok(Asked { request, owner, voucher, is_own: true })
}

fn own_request(
    session: &Session<'_>,
    (brand, campaign): (BrandId, CampaignId),
    quantity: u16,
) -> Result<VoucherRequest, CommandError> {
    let until_ms: TimeMs = session.now()?.plus_ms(OWN_REQUEST_MS);
    let (dated, salt) = (session.today()?, random_salt()?);
    Ok(VoucherRequest { brand, campaign, quantity, dated, until_ms, household: None, salt })
}

/// The account that has the voucher.
pub(super) fn owner(session: &Session<'_>, args: &OwnerArgs) -> Result<Source, CommandError> {
    session.source(&SourceArgs { household: args.household })
}

/// The account, to be added to a sentence; nothing for the wallet's own.
pub(super) fn of(owner: &Source) -> String {
    if owner.is_pool() { format!(" of the household {}", owner.text) } else { String::new() }
}

/// The vouchers that an account can use, as a gateway tells: what isn't so the ledger refuses.
fn of_account(session: &Session<'_>, owner: &Source) -> Result<Vec<api::Voucher>, CommandError> {
    let told = session.gateways.ask(|gateway| Ok(gateway.client()?.vouchers(&owner.text)?));
    Ok(told.map_err(|error| owner.refused(error.into()))?.vouchers)
}

/// A voucher of an account.
pub(super) fn found(session: &Session<'_>, owner: &Source, id: VoucherId) -> Result<api::Voucher, CommandError> {
    let found = of_account(session, owner)?.into_iter().find(|one| one.voucher == id);
    found.ok_or(CommandError::UnknownVoucher(id))
}

/// A number of uses.
pub(super) fn in_words(uses: u16) -> String {
    if uses == 1 { "1 use".to_owned() } else { format!("{uses} uses") }
}
