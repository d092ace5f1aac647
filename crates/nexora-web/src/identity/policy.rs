//! What the pages may load on which Clerk's own form is mounted. Nowhere else is anything of
//! somebody else's, or inline, allowed.

use axum::http::HeaderValue;
use nexora_providers::clerk::Instance;

/// Where Clerk's bot check lives.
const CHALLENGES: &str = "https://challenges.cloudflare.com";
/// Clerk's protection against abuse.
const PROTECT: &str = "https://*.protect.clerk.com";

/// The policy of a page with Clerk's form, after Clerk's manual for strict policies.
pub(crate) fn door_policy(instance: &Instance) -> Option<HeaderValue> {
    let clerk = instance.frontend_url().origin().ascii_serialization();
    let parts = [
        "default-src 'none'".to_owned(),
        format!("script-src 'self' {clerk} {CHALLENGES} {PROTECT}"),
        // The components write their style sheets into the page.
        "style-src 'self' 'unsafe-inline'".to_owned(),
        "img-src 'self' data: https://img.clerk.com".to_owned(),
        "font-src 'self'".to_owned(),
        format!("connect-src 'self' {clerk} {PROTECT}:*"),
        "worker-src 'self' blob:".to_owned(),
        format!("frame-src {CHALLENGES} {PROTECT}"),
        format!("form-action 'self' {clerk}"),
        "base-uri 'none'".to_owned(),
        "frame-ancestors 'none'".to_owned(),
        "manifest-src 'self'".to_owned(),
    ];
    HeaderValue::try_from(parts.join("; ")).ok()
}
