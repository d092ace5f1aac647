//! nexora-core
