//! The routes of governance.

use lojal_types::{MotionId, api};

use crate::{Client, ClientError};

impl Client {
    /// `GET /v1/governance`: what is decided about the network as a whole, and the motions.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn governance(&self) -> Result<api::Governance, ClientError> {
        self.get_json("/v1/governance", &[])
    }
    /// `GET /v1/governance/{id}`: a motion.
    ///
    /// # Errors
    /// [`ClientError::Problem`] with `unknown_motion` if there is none, or none any more, with this number.
    pub fn motion(&self, motion: MotionId) -> Result<api::Motion, ClientError> {
        self.get_json(&format!("/v1/governance/{motion}"), &[])
    }
    /// `GET /v1/node/readiness`: signs of life that the gateway's own node gives for a motion that waits for them.
    ///
    /// # Errors
    /// [`ClientError::Problem`] with `unknown_motion`, or `not_ready` when the node isn't ready for it, or the motion
    /// doesn't wait for this node.
    pub fn readiness(&self, motion: MotionId) -> Result<api::Readiness, ClientError> {
        self.get_json("/v1/node/readiness", &[("motion", &motion.to_string())])
    }
    /// `GET /v1/validators`: the validators that decide the next block, with their seats.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn validators(&self) -> Result<api::Validators, ClientError> {
        self.get_json("/v1/validators", &[])
    }
}
