//! The decisions of the operators of the tests' gateways.

use std::path::Path;
use std::sync::Arc;

use lojal_http::tls::Tls;
use lojal_types::Versions;
use lojal_web::Pages;

use crate::access::{Access, Auditors};
use crate::limits::STREAMS_DEFAULT;
use crate::push::registry::PushSettings;
use crate::push::vapid::VapidKey;
use crate::rates::Rate;

/// The decisions of a gateway's operator.
pub(crate) struct Settings {
    pub(crate) access: Access,
    pub(crate) origins: &'static [&'static str],
    pub(crate) rate: Option<Rate>,
    pub(crate) streams: usize,
    pub(crate) allow_private: bool,
    /// True if browsers are pushed to.
    pub(crate) pushes: bool,
    pub(crate) tls: Option<Arc<Tls>>,
    pub(crate) web: &'static [Pages],
    pub(crate) versions: Versions,
    /// The version of the protocol with which the network begins.
    pub(crate) begins_with: u32,
}

impl Settings {
    /// An open ledger.
    pub(crate) fn open() -> Self {
        Self {
            access: Access { auditors: Auditors::Everybody, ..Access::default() },
            origins: &[],
            rate: None,
            streams: STREAMS_DEFAULT,
            allow_private: true,
            pushes: true,
            tls: None,
            web: &Pages::ALL,
            versions: Versions::known(),
            begins_with: 2,
        }
    }
}

/// Those of pushes, with a key of their own.
pub(crate) fn push_settings(directory: &Path, allow_private: bool) -> PushSettings {
    let key = VapidKey::open(directory).expect("the disk works");
    PushSettings { directory: directory.to_owned(), contact: "mailto:ops@example.org".into(), key, allow_private }
}
