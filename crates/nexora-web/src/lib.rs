//! nexora-web
