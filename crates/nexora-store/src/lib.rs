//! nexora-store
