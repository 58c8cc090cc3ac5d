//! Blocks without the chain around them.

use lojal_ledger::{Stop, Tip, View};
use lojal_types::{BlockId, Code, TimeMs};

/// The answer to a transaction for which all pages are in memory.
pub(super) fn answer<T>(answer: Result<T, Stop>) -> Result<T, Code> {
    answer.map_err(|stop| match stop {
        Stop::Failed(code) => code,
        Stop::Missing(missing) => panic!("{missing}"),
    })
}

/// The block after a version, at some time.
pub(super) fn tip_after(view: &View, time_ms: TimeMs) -> Tip {
    let height = view.tip().height.next();
    let mut id = [0; 32];
    id[..8].copy_from_slice(&height.get().to_be_bytes());
    Tip { height, block: BlockId::new(id), time_ms }
}
