//! nexora-engine
