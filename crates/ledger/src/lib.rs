//! The state transition: state, operations, state tree, conservation.
