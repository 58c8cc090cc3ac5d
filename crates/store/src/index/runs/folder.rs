//! The place where files are written, and the pace.

use std::path::Path;

use crate::disk::Disk;
use crate::pace::Pace;

pub(super) struct Folder<'a> {
    pub(super) disk: &'a Disk,
    pub(super) directory: &'a Path,
    pub(super) pace: &'a Pace,
}
