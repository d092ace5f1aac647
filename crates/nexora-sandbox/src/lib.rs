//! nexora-sandbox
