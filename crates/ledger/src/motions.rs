//! The ends of motions, and the beginning of a scheduled version: what happens to governance by itself.

use lojal_types::limits::MOTIONS_CLOSED_MAX;
use lojal_types::{Bounded, Height, MotionId, MotionStatus, TimeMs};

use crate::key::{MotionKey, ProtocolKey, RegisterKey};
use crate::overlay::Overlay;
use crate::record::{Motion, Protocol, Register};
use crate::tree::Missing;

/// The register of motions.
pub(crate) fn register(overlay: &mut Overlay<'_>) -> Result<Register, Missing> {
    Ok(overlay.get(&RegisterKey)?.expect("written at genesis and never removed"))
}

/// Gives a motion its end: "The last 64 that are decided are remembered." (protocol, Governance)
pub(crate) fn close(
    overlay: &mut Overlay<'_>,
    id: MotionId,
    motion: Motion,
    status: MotionStatus,
) -> Result<(), Missing> {
    let mut register = register(overlay)?;
    let mut open = register.open.into_inner();
    open.retain(|one| one.motion != id);
    let mut closed = register.closed.into_inner();
    if closed.len() == MOTIONS_CLOSED_MAX {
        overlay.remove(&MotionKey(closed.remove(0)))?;
    }
    closed.push(id);
    register.open = Bounded::new(open).expect("fewer than before");
    register.closed = Bounded::new(closed).expect("the oldest has made room");
    overlay.put(&RegisterKey, &register)?;
    overlay.put(&MotionKey(id), &Motion { status, ..motion })
}

/// Ends the motions that nobody decided: "From the first block that isn't earlier than that on it has lapsed"
/// (protocol, Governance).
pub(crate) fn lapse(overlay: &mut Overlay<'_>, time: TimeMs) -> Result<(), Missing> {
    let open = register(overlay)?.open;
    let lapsed = open.iter().filter(|open| open.lapses_ms <= time).map(|open| open.motion);
    let lapsed = Missing::each(lapsed.map(|motion| Ok((motion, overlay.get(&MotionKey(motion))?))))?;
    for (id, motion) in lapsed {
        let motion = motion.expect("every motion in the register has a record");
        close(overlay, id, motion, MotionStatus::Lapsed)?;
    }
    Ok(())
}

/// Begins the version that was scheduled for a height.
pub(crate) fn begin_version(overlay: &mut Overlay<'_>, height: Height) -> Result<(), Missing> {
    let protocol = overlay.get(&ProtocolKey)?.expect("written at genesis and never removed");
    let version = protocol.version_at(height);
    if version != protocol.version {
        overlay.put(&ProtocolKey, &Protocol { version, scheduled: None })?;
    }
    Ok(())
}
