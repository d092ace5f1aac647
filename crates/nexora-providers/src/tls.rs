//! TLS without asking the machine: ring for the cryptography, Mozilla's roots for the trust.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

use crate::wire::WireError;

/// HTTP/2 where the server speaks it, else HTTP/1.1.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// The roots are built in, so that a machine without a certificate store can run the studio, and
/// nothing is installed process-wide, so that no other crate's choice can get in the way.
pub(crate) fn client_config() -> Result<ClientConfig, WireError> {
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let mut config = ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .map_err(|wrong| WireError::new(wrong.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(config)
}
