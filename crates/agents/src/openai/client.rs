//! The HTTP client.

use std::sync::Once;
use std::time::Duration;

use reqwest::redirect::Policy;

use super::address::Address;
use super::retry::innermost;
use crate::Failure;

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);

static TLS: Once = Once::new();

/// Makes one. It reads the system's certificates; where there are none it fails, unless nothing is to be encrypted.
pub(super) fn make(address: &Address) -> Result<reqwest::Client, Failure> {
    TLS.call_once(|| {
        if rustls::crypto::ring::default_provider()
            .install_default()
            .is_err()
        {
            tracing::debug!("TLS was set up by somebody else");
        }
    });
    let mut builder = reqwest::Client::builder()
        .connect_timeout(CONNECT)
        // How long an answer may take is the caller's business: a model that is only being loaded says nothing for minutes.
        // A key, and what people wrote, go where the config says and nowhere else.
        .redirect(Policy::none())
        .user_agent(concat!("fased/", env!("CARGO_PKG_VERSION")));
    if address.is_near() {
        builder = builder.no_proxy();
    }
    if !address.is_encrypted() {
        builder = builder.tls_certs_only([]);
    }
    builder
        .build()
        .map_err(|error| Failure::NotStarted(format!("there is no HTTP client: {}", innermost(&error))))
}
