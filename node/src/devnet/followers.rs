//! The network's followers, which its governors let in as they let in anybody's.

use std::collections::BTreeSet;

use lojal_client::Client;
use lojal_types::limits::MOTION_ACTIONS_MAX;
use lojal_types::{Action, AllowFollower, Name};

use super::error::DevnetError;
use super::governors::Governors;
use super::layout::Layout;
use crate::config::{ConfigError, NodeDir};

/// Has the governors let in the followers that aren't on the ledger yet. Each is answered for by a validator, in turn.
///
/// # Errors
/// When a key or a wallet can't be read, or the governors' motion isn't enacted.
pub fn let_in(layout: &Layout) -> Result<(), DevnetError> {
    let client = Client::new(&layout.url(0))?;
    let known: BTreeSet<Name> = client.validators()?.followers.into_iter().map(|one| one.name).collect();
    let missing = (0..layout.followers).filter(|number| {
        let name = layout.follower_name(*number);
        known.iter().all(|one| one.as_str() != name)
    });
    let actions = missing.map(|number| allow(layout, number)).collect::<Result<Vec<_>, _>>()?;
    if actions.is_empty() {
        return Ok(());
    }
    let governors = Governors::of(layout)?;
    actions.chunks(MOTION_ACTIONS_MAX).try_for_each(|some| governors.decide(&client, some))
}

fn allow(layout: &Layout, number: u16) -> Result<Action, ConfigError> {
    Ok(Action::AllowFollower(AllowFollower {
        name: layout.follower_name(number).parse().expect("a valid name"),
        network_key: NodeDir::new(layout.follower(number)).network_key()?.public_key(),
        sponsor: layout.name(number % layout.count).clone(),
        endpoint: Some(layout.endpoint(layout.count + number)),
    }))
}
