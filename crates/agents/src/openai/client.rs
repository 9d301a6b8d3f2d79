//! The HTTP client.

use std::sync::Once;
use std::time::Duration;

use reqwest::redirect::Policy;

use super::address::{Address, is_near};
use super::retry::innermost;
use crate::Failure;

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);

static TLS: Once = Once::new();

/// A client for one address: it waits ten seconds at most for a connection, follows no redirects, and uses no proxy within the
/// own network. How long an answer may take is the caller's business.
///
/// # Errors
/// [`Failure::NotStarted`] where the system has no certificates, unless nothing is to be encrypted.
pub fn http_client(url: &reqwest::Url) -> Result<reqwest::Client, Failure> {
    let near = url.host_str().is_some_and(is_near);
    build(near, url.scheme() == "https")
}

/// Makes one. It reads the system's certificates; where there are none it fails, unless nothing is to be encrypted.
pub(super) fn make(address: &Address) -> Result<reqwest::Client, Failure> {
    build(address.is_near(), address.is_encrypted())
}

fn build(near: bool, encrypted: bool) -> Result<reqwest::Client, Failure> {
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
    if near {
        builder = builder.no_proxy();
    }
    if !encrypted {
        builder = builder.tls_certs_only([]);
    }
    builder
        .build()
        .map_err(|error| Failure::NotStarted(format!("there is no HTTP client: {}", innermost(&error))))
}
