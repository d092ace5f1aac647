//! nexora-providers
