//! Warnings that others can provoke, of which each subject gets one line a minute.

use std::collections::BTreeMap;

use tokio::time::Instant;

use crate::limits::{WARNING_INTERVAL, WARNINGS_MAX};

/// The number of times that each thing has happened since its last line in the log. The subject is whoever provokes it.
#[derive(Debug)]
pub struct Warnings<S>(BTreeMap<(S, &'static str), Warning>);

#[derive(Debug)]
struct Warning {
    logged: Instant,
    /// The number of times that it has happened since without a line.
    untold: u64,
}

impl<S> Default for Warnings<S> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<S: Ord> Warnings<S> {
    /// Counts what happened now. When a line is due, answers with the number of times that it stands for, this one
    /// included: the first time, and then after [`WARNING_INTERVAL`] at the earliest. With more than [`WARNINGS_MAX`]
    /// kinds and subjects at once no further one gets a line.
    pub fn count(&mut self, subject: S, what: &'static str) -> Option<u64> {
        let now = Instant::now();
        let key = (subject, what);
        if let Some(warning) = self.0.get_mut(&key) {
            warning.untold = warning.untold.saturating_add(1);
            let is_due = now.duration_since(warning.logged) >= WARNING_INTERVAL;
            return is_due.then(|| {
                warning.logged = now;
                std::mem::take(&mut warning.untold)
            });
        }
        if self.0.len() >= WARNINGS_MAX {
            self.0.retain(|_, warning| now.duration_since(warning.logged) < WARNING_INTERVAL);
        }
        if self.0.len() >= WARNINGS_MAX {
            return None;
        }
        self.0.insert(key, Warning { logged: now, untold: 0 });
        Some(1)
    }
}

#[cfg(test)]
mod tests;
