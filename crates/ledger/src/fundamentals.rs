//! The records of the network itself that every block and every reader needs: beside each version of the state in
//! memory, wherever their pages are.

use std::sync::Arc;

use lojal_types::{BrandId, Parameters, ValidatorSet};

use crate::key::{BrandListKey, ParametersKey, ProtocolKey, StateKey, ValidatorsKey};
use crate::overlay::Overlay;
use crate::record::Protocol;
use crate::tree::{Missing, StateTree};

const ALWAYS: &str = "written at genesis and never removed";

/// Those of one version of the state.
#[derive(Debug)]
pub(crate) struct Fundamentals {
    pub(crate) parameters: Parameters,
    pub(crate) validators: ValidatorSet,
    pub(crate) protocol: Protocol,
    /// All brands' ids, sorted.
    pub(crate) brand_ids: Vec<BrandId>,
}

impl Fundamentals {
    /// Those of a main tree.
    pub(crate) fn of(tree: &StateTree) -> Result<Arc<Self>, Missing> {
        Self::read(&mut Overlay::new(tree))
    }

    /// Those after what a block has written; `before` itself if it has written none of them.
    pub(crate) fn after(before: &Arc<Self>, overlay: &mut Overlay<'_>) -> Result<Arc<Self>, Missing> {
        let is_changed = overlay.is_written(&ParametersKey)
            || overlay.is_written(&ValidatorsKey)
            || overlay.is_written(&ProtocolKey)
            || overlay.is_written(&BrandListKey);
        if is_changed { Self::read(overlay) } else { Ok(before.clone()) }
    }

    fn read(overlay: &mut Overlay<'_>) -> Result<Arc<Self>, Missing> {
        fn always<K: StateKey>(overlay: &mut Overlay<'_>, key: &K) -> Result<K::Record, Missing> {
            Ok(overlay.get(key)?.expect(ALWAYS))
        }
        Ok(Arc::new(Self {
            parameters: always(overlay, &ParametersKey)?,
            validators: always(overlay, &ValidatorsKey)?,
            protocol: always(overlay, &ProtocolKey)?,
            brand_ids: always(overlay, &BrandListKey)?.ids.into_inner(),
        }))
    }
}
