//! The files of a node's directory, and whoever holds its key.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lojal_gateway::Tls;
use lojal_signer::{Client, Guard};
use lojal_store::{Disk, StoreError, archive};
use tokio::runtime::Builder;

use super::{Checked, Finding, Report};
use crate::config::NodeDir;

/// The bits of a file's mode that let others than its owner at it.
const OTHERS: u32 = 0o077;
/// The least time that a certificate must be good for, or it is time to renew it.
const CERTIFICATE_LEFT_MIN: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// True if a process has the data now.
pub(super) fn node_runs(dir: &NodeDir) -> bool {
    dir.data().exists() && matches!(lojal_store::lock(&dir.data()), Err(StoreError::Locked(_)))
}

/// The key files: that they can be read, and by nobody else.
pub(super) fn keys(checked: &Checked<'_>, report: &mut Report) {
    let dir = checked.dir;
    report.add(
        "network.key",
        dir.network_key().map(drop).map_err(Finding::told).and_then(|()| private(&dir.path().join("network.key"))),
    );
    if checked.config.signer.is_none() && !checked.follows {
        let read = dir.validator_key().map(drop).map_err(Finding::told);
        report.add("validator.key", read.and_then(|()| private(&dir.validator_key_path())));
        let next = dir.next();
        if next.validator_key_path().exists() {
            let read = next
                .validator_key()
                .map_err(Finding::told)
                .and_then(|key| Guard::look(&Disk::real(), &next.guard(), &key.public_key()).map_err(Finding::told));
            report.add("next/validator.key", read.and_then(|_| private(&next.validator_key_path())));
        }
    }
}

/// The gateway's certificate, if it has one: it can be used, isn't about to end, and its key is nobody else's.
pub(super) fn certificate(checked: &Checked<'_>, now: SystemTime, report: &mut Report) {
    let Some(files) = &checked.config.http.tls else { return };
    let loaded = checked.dir.tls(checked.config).map_err(Finding::told);
    report.add("certificate", loaded.and_then(|tls| lasts(tls.as_ref(), now)));
    report.add("certificate's key", private(&checked.dir.path().join(&files.key)));
}

fn lasts(tls: Option<&Tls>, now: SystemTime) -> Result<String, Finding> {
    let (start, end) = tls.map_or_else(Default::default, |tls| (tls.start(), tls.end()));
    if UNIX_EPOCH + Duration::from_millis(start.get()) > now {
        let remedy = "set the clock if it is late, or use another certificate until then";
        return Err(Finding::new(format!("it isn't good before {}", start.day()), remedy));
    }
    let left = (UNIX_EPOCH + Duration::from_millis(end.get())).duration_since(now).unwrap_or_default();
    if left >= CERTIFICATE_LEFT_MIN {
        return Ok(format!("good until {}", end.day()));
    }
    let remedy = "renew it: put the new files in the place of the old ones, and a running node takes them by itself";
    Err(Finding::new(
        if left.is_zero() { format!("it ended on {}", end.day()) } else { format!("it ends on {}", end.day()) },
        remedy,
    ))
}

fn private(path: &Path) -> Result<String, Finding> {
    let metadata = fs::metadata(path).map_err(|error| Finding::told(format!("{}: {error}", path.display())))?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & OTHERS == 0 {
        return Ok("its owner's alone".to_owned());
    }
    let remedy = format!("chmod 600 {}; if others may have read it, the key is no secret any more", path.display());
    Err(Finding::new(format!("others may read or write it (mode {mode:03o})"), remedy))
}

/// The data, if there is any, is of the network of the genesis document.
pub(super) fn chain(checked: &Checked<'_>) -> Result<String, Finding> {
    let expected = checked.genesis.chain_id();
    let log = checked.dir.data().join("log");
    let Ok(entries) = fs::read_dir(&log) else { return Ok(format!("{expected}; there is no data yet")) };
    let segments = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let Some(first) = segments.filter(|path| path.extension().is_some_and(|it| it == "log")).min() else {
        return Ok(format!("{expected}; there is no data yet"));
    };
    let told = |error: &dyn std::fmt::Display| Finding::told(format!("{}: {error}", first.display()));
    let file = fs::File::open(&first).map_err(|error| told(&error))?;
    let found = archive::Reader::new(file).map_err(|error| told(&error))?.chain_id();
    if found == expected {
        return Ok(format!("{found}, as the data has it"));
    }
    Err(Finding::new(
        format!("the data is of the network {found}, and the genesis document of {expected}"),
        "put the right genesis document here, or move data/ away if the node joins another network",
    ))
}

/// The guard is there and of this machine; or the signer answers.
pub(super) fn guard(checked: &Checked<'_>) -> Result<String, Finding> {
    let Some(me) = checked.me else { return Ok("not looked at without a seat".to_owned()) };
    let chain = checked.genesis.chain_id();
    let Some(socket) = &checked.config.signer else {
        let directory = checked.dir.guard();
        let standing = Guard::examine(&Disk::real(), &directory, &me.public_key, chain).map_err(Finding::told)?;
        return Ok(format!("nothing is signed below height {}", standing.height));
    };
    if checked.runs {
        return Ok("a signer holds the key; lojal_signer_up of the running node says if it answers".to_owned());
    }
    let mut client = Client::new(checked.dir.path().join(socket), chain, me.public_key);
    let asked = Builder::new_current_thread().enable_all().build().map(|runtime| runtime.block_on(client.ask()));
    let standing = asked.map_err(Finding::told)?;
    let standing =
        standing.map_err(|error| Finding::new(error.to_string(), "start lojal-node sign, or see its log"))?;
    Ok(format!("the signer answers; it signs nothing below height {}", standing.height))
}
