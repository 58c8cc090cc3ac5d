//! A copy of the source with the patches in it, built.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::PlantError;

/// The patches by name; the first brings the switch that the others ask.
pub const PATCHES: [(&str, &str); 34] = [
    ("switch", include_str!("../../planted/switch.patch")),
    ("commit-not-synced", include_str!("../../planted/commit-not-synced.patch")),
    ("proposals-forgotten", include_str!("../../planted/proposals-forgotten.patch")),
    ("state-root-unchecked", include_str!("../../planted/state-root-unchecked.patch")),
    ("double-execution", include_str!("../../planted/double-execution.patch")),
    ("lot-order", include_str!("../../planted/lot-order.patch")),
    ("dedupe-window", include_str!("../../planted/dedupe-window.patch")),
    ("expired-hold-kept", include_str!("../../planted/expired-hold-kept.patch")),
    ("guard-not-synced", include_str!("../../planted/guard-not-synced.patch")),
    ("missing-is-nothing", include_str!("../../planted/missing-is-nothing.patch")),
    ("silence-ends-while-behind", include_str!("../../planted/silence-ends-while-behind.patch")),
    ("genesis-set-certificates", include_str!("../../planted/genesis-set-certificates.patch")),
    ("removed-approvals-count", include_str!("../../planted/removed-approvals-count.patch")),
    ("threshold-at-least", include_str!("../../planted/threshold-at-least.patch")),
    ("life-not-checked", include_str!("../../planted/life-not-checked.patch")),
    ("removed-heard", include_str!("../../planted/removed-heard.patch")),
    ("old-program-goes-on", include_str!("../../planted/old-program-goes-on.patch")),
    ("recent-ids-left-out", include_str!("../../planted/recent-ids-left-out.patch")),
    ("piece-not-hashed", include_str!("../../planted/piece-not-hashed.patch")),
    ("base-not-synced", include_str!("../../planted/base-not-synced.patch")),
    ("budget-off-by-one", include_str!("../../planted/budget-off-by-one.patch")),
    ("month-by-local-time", include_str!("../../planted/month-by-local-time.patch")),
    ("level-kept", include_str!("../../planted/level-kept.patch")),
    ("frozen-owners-offer-taken", include_str!("../../planted/frozen-owners-offer-taken.patch")),
    ("dead-offer-lives", include_str!("../../planted/dead-offer-lives.patch")),
    ("refunded-twice", include_str!("../../planted/refunded-twice.patch")),
    ("referrer-paid-twice", include_str!("../../planted/referrer-paid-twice.patch")),
    ("voucher-used-twice", include_str!("../../planted/voucher-used-twice.patch")),
    ("anothers-invitation", include_str!("../../planted/anothers-invitation.patch")),
    ("sponsors-debt-forgotten", include_str!("../../planted/sponsors-debt-forgotten.patch")),
    ("shelf-dropped-early", include_str!("../../planted/shelf-dropped-early.patch")),
    ("paused-campaign-gives", include_str!("../../planted/paused-campaign-gives.patch")),
    ("closed-campaign-opens", include_str!("../../planted/closed-campaign-opens.patch")),
    ("waits-a-day-less", include_str!("../../planted/waits-a-day-less.patch")),
];

/// The directories that are not copied.
const LEFT_OUT: [&str; 3] = ["target", ".git", "fuzz"];

/// Copies the source, applies all patches and builds the simulator; returns the program.
pub(super) fn build(source: &Path, scratch: &Path, target: Option<&Path>) -> Result<PathBuf, PlantError> {
    let copy = scratch.join("source");
    copy_tree(source, &copy)?;
    for (name, patch) in PATCHES {
        let path = scratch.join(format!("{name}.patch"));
        std::fs::write(&path, patch).map_err(|error| PlantError::Copy(path.clone(), error))?;
        let mut git = Command::new("git");
        git.arg("apply").arg(&path).current_dir(&copy).env("GIT_CEILING_DIRECTORIES", scratch);
        run("git apply", git)?;
    }
    // A directory that somebody names is one beside their own, not beside the copy.
    let target = target.map_or_else(|| Ok(scratch.join("target")), std::path::absolute);
    let target = target.map_err(|error| PlantError::Copy(copy.clone(), error))?;
    lojal_print::note(format!("building the patched copy in {} ...", target.display()));
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--locked", "--package", "lojal-simulator"]).current_dir(&copy);
    cargo.env("CARGO_TARGET_DIR", &target);
    run("cargo build", cargo)?;
    Ok(target.join("debug").join("lojal-sim"))
}

fn run(name: &'static str, mut command: Command) -> Result<(), PlantError> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| PlantError::Command(name, error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(PlantError::Command(name, String::from_utf8_lossy(&output.stderr).into_owned()))
}

fn copy_tree(from: &Path, to: &Path) -> Result<(), PlantError> {
    let failed = |error| PlantError::Copy(from.to_owned(), error);
    std::fs::create_dir_all(to).map_err(failed)?;
    for entry in std::fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (name, path) = (entry.file_name(), entry.path());
        if LEFT_OUT.iter().any(|left_out| name == *left_out) {
            continue;
        }
        if path.is_dir() {
            copy_tree(&path, &to.join(name))?;
        } else {
            std::fs::copy(&path, to.join(name)).map_err(failed)?;
        }
    }
    Ok(())
}
