//! The answers about vouchers.

use lojal_types::{Address, BrandId, api};

use crate::key::VouchersKey;
use crate::records::Records;

/// The vouchers of all brands that an account can use.
///
/// # Errors
/// When records that it needs are not known.
pub fn vouchers<R: Records>(records: &R, address: Address) -> Result<api::Vouchers, R::Lack> {
    // An address that the state doesn't know has nothing that would have to be proven.
    let brands = if records.account(address)?.is_some() { records.brand_ids()? } else { Vec::new() };
    vouchers_at(records, address, &brands)
}

/// The vouchers of some brands that an account can use.
///
/// # Errors
/// When records that it needs are not known.
pub fn vouchers_at<R: Records>(records: &R, address: Address, brands: &[BrandId]) -> Result<api::Vouchers, R::Lack> {
    let (tip, mut vouchers) = (records.tip(), Vec::new());
    for brand in brands.iter().copied() {
        let known = records.get(&VouchersKey { account: address, brand })?.unwrap_or_default().vouchers.into_inner();
        let live = known.into_iter().filter(|one| one.is_live_on(tip.time_ms.day()));
        vouchers.extend(live.map(|one| api::Voucher {
            brand,
            voucher: one.voucher,
            campaign: one.campaign,
            left: one.left,
            until: one.until,
        }));
    }
    let address = address.to_text(records.network());
    Ok(api::Vouchers { address, vouchers, only_of: None, height: tip.height, time_ms: tip.time_ms })
}
