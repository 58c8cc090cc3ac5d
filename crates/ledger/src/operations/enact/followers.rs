//! Followers that go.

use lojal_types::{Bounded, Code, Name};

use super::super::Context;
use crate::key::FollowersKey;
use crate::record::{Follower, Followers};
use crate::stop::Stop;
use crate::tree::Missing;

/// `DisallowFollower`.
pub(super) fn disallow(context: &mut Context<'_, '_>, name: &Name) -> Result<(), Stop> {
    if keep_followers(context, |follower| follower.name != *name)? { Ok(()) } else { Err(Code::UnknownFollower.into()) }
}

/// "Its seat goes with it, and with the seat the followers that it sponsors" (protocol, Governance)
pub(super) fn without_sponsor(context: &mut Context<'_, '_>, sponsor: &Name) -> Result<(), Missing> {
    keep_followers(context, |follower| follower.sponsor != *sponsor).map(drop)
}

/// Lets some followers go; answers with true if there were any.
fn keep_followers(context: &mut Context<'_, '_>, keeps: impl Fn(&Follower) -> bool) -> Result<bool, Missing> {
    let Some(record) = context.overlay.get(&FollowersKey)? else { return Ok(false) };
    let kept: Vec<Follower> = record.followers.iter().filter(|follower| keeps(follower)).cloned().collect();
    let fewer = kept.len() < record.followers.len();
    if kept.is_empty() {
        context.overlay.remove(&FollowersKey)?;
    } else if fewer {
        let followers = Bounded::new(kept).expect("fewer than before");
        context.overlay.put(&FollowersKey, &Followers { followers })?;
    }
    Ok(fewer)
}
