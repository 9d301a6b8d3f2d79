//! Opens the control page and makes a link to it, or closes it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use fased_protocol::control::{ControlError, ControlResponse, DashboardInfo, ErrorCode, HttpInfo};

use super::{Live, done};
use crate::config::HttpSettings;

/// The gateway listens within this, or does not.
const DEADLINE: Duration = Duration::from_secs(4);

pub(super) async fn answer(live: &Live, off: bool) -> Result<ControlResponse, ControlError> {
    if off {
        live.door.close().await.map_err(kept)?;
        tracing::info!("the control page is closed");
        return Ok(done(
            "the control page is closed, and all its sessions have ended",
        ));
    }
    if live.reload.is_none() {
        return Err(ControlError {
            code: ErrorCode::Refused,
            message: "this gateway is there for one login and has no page".to_owned(),
            next: "when the login is over: fased gateway run, then fased dashboard".to_owned(),
        });
    }
    if live.door.at().is_none()
        && let Some(error) = elsewhere(&live.outside.borrow().http)
    {
        return Err(error);
    }
    live.door.open().await.map_err(kept)?;
    let address = address(live).await?;
    let link = live.door.link();
    tracing::info!("a link to the control page was made");
    tokio::spawn(live.door.see_out_link());
    let here = reached_at(address);
    Ok(ControlResponse::Dashboard(DashboardInfo {
        url: format!("http://{here}/open?t={}", link.code).as_str().into(),
        expires_ms: link.expires_ms,
        address: address.to_string(),
    }))
}

/// Why there is no page on this machine: monitoring listens at an address that only others come to.
fn elsewhere(http: &HttpSettings) -> Option<ControlError> {
    let ip = http.address.ip().to_canonical();
    (http.enabled && !ip.is_loopback() && !ip.is_unspecified()).then(|| ControlError {
        code: ErrorCode::Refused,
        message: format!(
            "the gateway listens on {} for monitoring, and answers for the page on this machine alone",
            http.address
        ),
        next: format!(
            "set gateway.http.bind to 127.0.0.1, or have the page there, too: fased gateway run --page {}",
            http.address
        ),
    })
}

/// Where the gateway listens, once it does.
async fn address(live: &Live) -> Result<SocketAddr, ControlError> {
    let mut http = live.http.subscribe();
    let listening = http.wait_for(|http| http.as_ref().is_some_and(|http| http.address.is_some()));
    let listening = tokio::time::timeout(DEADLINE, listening).await;
    let address = listening
        .ok()
        .and_then(Result::ok)
        .and_then(|http| parsed(http.as_ref()));
    address.ok_or_else(|| {
        let problem = live.http.borrow().as_ref().and_then(|http| http.problem.clone());
        ControlError {
            code: ErrorCode::NotReady,
            message: problem.unwrap_or_else(|| "the gateway does not listen yet".to_owned()),
            next: "see fased config get gateway.http; then try again: fased dashboard".to_owned(),
        }
    })
}

fn parsed(http: Option<&HttpInfo>) -> Option<SocketAddr> {
    http?.address.as_ref()?.parse().ok()
}

/// What a browser on this machine asks for, where the gateway listens everywhere.
fn reached_at(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
    };
    SocketAddr::new(ip, address.port())
}

fn kept(why: String) -> ControlError {
    ControlError {
        code: ErrorCode::Internal,
        message: why,
        next: "see the folder's rights and room: fased doctor".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d1_an_address_for_monitoring_alone_gets_no_page() {
        let refused = |enabled, address: &str| {
            let settings = HttpSettings {
                enabled,
                address: address.parse().expect("an address"),
                ..HttpSettings::default()
            };
            elsewhere(&settings).is_some()
        };
        assert!(refused(true, "192.0.2.7:9464"));
        assert!(
            !refused(false, "192.0.2.7:9464"),
            "the page has loopback to itself"
        );
        for here in ["127.0.0.1:9464", "[::1]:9464", "0.0.0.0:9464", "[::]:9464"] {
            assert!(!refused(true, here), "{here}");
        }
    }

    #[test]
    fn a_link_leads_where_a_browser_can_go() {
        for (address, here) in [
            ("127.0.0.1:9464", "127.0.0.1:9464"),
            ("0.0.0.0:9464", "127.0.0.1:9464"),
            ("[::]:9464", "[::1]:9464"),
            ("192.0.2.7:80", "192.0.2.7:80"),
        ] {
            let address = address.parse().expect("an address");
            assert_eq!(reached_at(address).to_string(), here);
        }
    }
}
