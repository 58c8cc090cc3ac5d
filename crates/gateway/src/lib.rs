//! The HTTP gateway: REST, metrics, health.
