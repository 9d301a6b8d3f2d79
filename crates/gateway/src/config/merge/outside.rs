//! The HTTP listener and alerts, from what is written.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use super::folder;
use crate::config::file::{Alerts, File};
use crate::config::outside::PORT;
use crate::config::{AlertSettings, AlertTarget, HttpSettings, Secret};

/// Times that are not written.
const EVERY_SECONDS: u32 = 60;

/// The listener. `config` is where the file is.
pub(in crate::config) fn http(file: &File, config: &Path) -> Result<HttpSettings, String> {
    let http = &file.gateway.http;
    let bind = match http.bind.as_deref() {
        None => IpAddr::V4(Ipv4Addr::LOCALHOST),
        Some(text) => bind(text).ok_or("gateway.http.bind is no address")?,
    };
    Ok(HttpSettings {
        enabled: http.enabled.unwrap_or(false),
        address: SocketAddr::new(bind, http.port.unwrap_or(PORT)),
        hosts: http
            .hosts
            .iter()
            .map(|host| host.trim().to_ascii_lowercase())
            .collect(),
        token: secret([&http.token, &http.token_env, &http.token_file], config),
    })
}

/// An address to listen on, as it may be written.
pub(in crate::config) fn bind(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("localhost") {
        return Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    text.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Who is told; nobody unless there is a webhook or a command.
pub(in crate::config) fn alerts(file: &File, config: &Path) -> Option<AlertSettings> {
    let Alerts {
        webhook,
        command,
        on,
        min_interval_seconds,
    } = &file.alerts;
    let target = match (webhook, command) {
        (Some(webhook), _) => AlertTarget::Webhook {
            url: webhook.url.trim().to_owned(),
            headers: webhook.headers.clone(),
            secret: secret(
                [&webhook.secret, &webhook.secret_env, &webhook.secret_file],
                config,
            ),
        },
        (None, Some(argv)) => {
            let mut argv = argv.clone();
            if let Some(program) = argv.first_mut() {
                *program = super::program(program, config);
            }
            AlertTarget::Command {
                argv,
                folder: folder(".", config),
            }
        }
        (None, None) => return None,
    };
    Some(AlertSettings {
        target,
        on: on.as_ref().map(|kinds| kinds.iter().cloned().collect()),
        every: Duration::from_secs(min_interval_seconds.unwrap_or(EVERY_SECONDS).into()),
    })
}

/// The one of them that is written: itself, its variable or its file.
fn secret([written, variable, path]: [&Option<String>; 3], config: &Path) -> Option<Secret> {
    let own = written.clone().map(Secret::Written);
    let variable = || variable.clone().map(Secret::Environment);
    let path = || path.as_ref().map(|path| Secret::File(folder(path, config)));
    own.or_else(variable).or_else(path)
}
