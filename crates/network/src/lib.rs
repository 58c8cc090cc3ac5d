//! The permissioned libp2p swarm.
