//! Encryption to the server, with the meanings that PostgreSQL's own programs give `sslmode`.
//!
//! `require` encrypts and checks nobody (unless a root certificate is named); `verify-full`
//! checks the server's certificate and name. Hosted databases often have a certificate of their
//! own, so a check needs their root: `sslrootcert=FILE`.
//! <https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION>

use std::path::PathBuf;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::StoreError;

/// What the address asks of the connection's encryption.
pub(super) struct Wish {
    check: bool,
    root: Option<PathBuf>,
}

/// Takes out of the address what the driver does not know, leaving `sslmode=require` in place of
/// the stricter words.
pub(super) fn take_parameters(url: &str) -> Result<(String, Wish), StoreError> {
    let unreadable =
        |why| StoreError::Refused(format!("the address of the database cannot be read: {why}"));
    let mut url = url::Url::parse(url).map_err(unreadable)?;
    let mut wish = Wish {
        check: false,
        root: None,
    };
    let mut kept = Vec::new();
    for (name, value) in url.query_pairs() {
        match (&*name, &*value) {
            ("sslrootcert", file) => wish.root = Some(file.into()),
            ("sslmode", "verify-full" | "verify-ca") => {
                wish.check = true;
                kept.push(("sslmode".to_owned(), "require".to_owned()));
            }
            _ => kept.push((name.into_owned(), value.into_owned())),
        }
    }
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
    Ok((url.into(), wish))
}

/// What makes the encrypted connections.
pub(super) fn connector(wish: &Wish) -> Result<MakeRustlsConnect, StoreError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|why| StoreError::Refused(why.to_string()))?;
    if wish.check || wish.root.is_some() {
        let checked = builder.with_root_certificates(roots(wish)?);
        return Ok(MakeRustlsConnect::new(checked.with_no_client_auth()));
    }
    let unchecked = builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody::new(&provider)));
    Ok(MakeRustlsConnect::new(unchecked.with_no_client_auth()))
}

fn roots(wish: &Wish) -> Result<RootCertStore, StoreError> {
    let mut roots = RootCertStore::empty();
    let Some(file) = &wish.root else {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        return Ok(roots);
    };
    let wrong = |why: String| StoreError::Refused(format!("sslrootcert {}: {why}", file.display()));
    for certificate in CertificateDer::pem_file_iter(file).map_err(|why| wrong(why.to_string()))? {
        let certificate = certificate.map_err(|why| wrong(why.to_string()))?;
        roots
            .add(certificate)
            .map_err(|why| wrong(why.to_string()))?;
    }
    Ok(roots)
}

/// Accepts any certificate: the connection is private, but nobody says with whom.
#[derive(Debug)]
struct Anybody {
    algorithms: WebPkiSupportedAlgorithms,
}

impl Anybody {
    const fn new(provider: &CryptoProvider) -> Self {
        Self {
            algorithms: provider.signature_verification_algorithms,
        }
    }
}

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
