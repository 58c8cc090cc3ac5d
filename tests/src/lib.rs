//! End-to-end tests with real processes, golden vectors, tidiness.
