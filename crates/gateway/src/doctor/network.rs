//! The way to WhatsApp: its name, its port, and an answer on each open link.

use std::time::Duration;

use fased_protocol::control::HostProbe;
use tokio::net::{TcpStream, lookup_host};

use super::Facts;
use super::finding::Finding;
use crate::clock;

const CHECK: &str = "network";
/// WhatsApp Web.
const HOST: &str = "web.whatsapp.com";
const PORT: u16 = 443;
/// A name that is not resolved within this is not resolved.
const RESOLVE_DEADLINE: Duration = Duration::from_secs(4);
/// The same for a connection.
const CONNECT_DEADLINE: Duration = Duration::from_secs(4);
/// An answer that takes longer is worth a remark, milliseconds.
const SLOW_MS: u64 = 2_000;

/// Tries WhatsApp's host, or the one of `FASED_WHATSAPP_URL`, from this process.
pub async fn whatsapp() -> HostProbe {
    let named = std::env::var("FASED_WHATSAPP_URL")
        .ok()
        .filter(|url| !url.is_empty());
    let (host, port) = named
        .as_deref()
        .and_then(host_of)
        .unwrap_or((HOST.to_owned(), PORT));
    reach(&host, port).await
}

/// Host and port of an address of a web socket or a server.
pub(super) fn host_of(url: &str) -> Option<(String, u16)> {
    let url = reqwest::Url::parse(url).ok()?;
    let port = url.port().or(match url.scheme() {
        "ws" | "http" => Some(80),
        "wss" | "https" => Some(443),
        _ => None,
    })?;
    let host = url.host_str()?.trim_matches(['[', ']']);
    Some((host.to_owned(), port))
}

/// Resolves a name and opens a connection, which is closed at once. Takes eight seconds at most.
pub(super) async fn reach(host: &str, port: u16) -> HostProbe {
    let mut probe = HostProbe {
        host: host.to_owned(),
        port,
        ..HostProbe::default()
    };
    let resolved = tokio::time::timeout(RESOLVE_DEADLINE, lookup_host((host, port))).await;
    let addresses: Vec<_> = match resolved {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(error)) => {
            probe.error = Some(format!("{host} is not resolved: {error}"));
            return probe;
        }
        Err(_elapsed) => {
            probe.error = Some(format!(
                "{host} is not resolved within {} s",
                RESOLVE_DEADLINE.as_secs()
            ));
            return probe;
        }
    };
    probe.addresses = addresses.len();
    let began = clock::monotonic();
    match tokio::time::timeout(CONNECT_DEADLINE, TcpStream::connect(addresses.as_slice())).await {
        Ok(Ok(_connection)) => probe.connected_ms = u64::try_from(began.elapsed().as_millis()).ok(),
        Ok(Err(error)) => probe.error = Some(format!("{host}:{port} takes no connection: {error}")),
        Err(_elapsed) => {
            let seconds = CONNECT_DEADLINE.as_secs();
            probe.error = Some(format!("{host}:{port} takes no connection within {seconds} s"));
        }
    }
    probe
}

/// The way to WhatsApp's host, from the gateway if one runs.
pub(super) fn way_to(facts: &Facts) -> Vec<Finding> {
    let seen = facts.gateway.probe.as_ref().map(|probe| &probe.host);
    seen.or(facts.host.as_ref()).map(way).into_iter().collect()
}

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings = way_to(facts);
    for link in facts.gateway.probe.iter().flat_map(|probe| &probe.links) {
        let account = &link.account;
        findings.push(match (link.round_trip_ms, &link.error) {
            (Some(ms), _) if ms > SLOW_MS => {
                let what = format!("WhatsApp answers {account} after {ms} ms");
                Finding::warning(CHECK, what, "the network is slow, or the machine is busy")
                    .next("look at both: ping -c 20 web.whatsapp.com; top")
            }
            (Some(ms), _) => Finding::ok(CHECK, format!("WhatsApp answers {account} after {ms} ms")),
            (None, error) => {
                let cause = error.clone().unwrap_or_default();
                Finding::problem(
                    CHECK,
                    format!("WhatsApp does not answer on the link of {account}"),
                    cause,
                )
                .next("it is replaced within a minute; watch it with: fased channels status")
            }
        });
    }
    findings
}

fn way(host: &HostProbe) -> Finding {
    let name = &host.host;
    match (&host.error, host.connected_ms) {
        (None, Some(ms)) => Finding::ok(CHECK, format!("{name}:{} is reached in {ms} ms", host.port)),
        (error, _) => {
            let cause = error.clone().unwrap_or_default();
            let (what, next) = if host.addresses == 0 {
                (
                    "WhatsApp's name is not resolved",
                    format!("look at the DNS of this machine: getent hosts {name}"),
                )
            } else {
                (
                    "WhatsApp is not reached",
                    format!(
                        "look at the firewall and the network: nc -vz {name} {}",
                        host.port
                    ),
                )
            };
            Finding::problem(CHECK, what, cause).next(next)
        }
    }
}

#[cfg(test)]
mod tests {
    use fased_protocol::control::{DoctorInfo, LinkProbe};

    use super::super::Level;
    use super::super::fixtures::{facts, running};
    use super::*;

    #[test]
    fn hosts_are_read_from_addresses() {
        assert_eq!(
            host_of("ws://127.0.0.1:9/ws/chat"),
            Some(("127.0.0.1".to_owned(), 9))
        );
        assert_eq!(host_of("wss://chat.test/ws"), Some(("chat.test".to_owned(), 443)));
        assert_eq!(host_of("http://[::1]:11434/v1"), Some(("::1".to_owned(), 11434)));
        assert_eq!(host_of("nonsense"), None);
    }

    #[test]
    fn names_and_ports_fail_apart() {
        let mut facts = facts();
        let probe = |addresses, connected_ms, error: Option<&str>| {
            Some(HostProbe {
                host: "chat.test".to_owned(),
                port: 443,
                addresses,
                connected_ms,
                error: error.map(str::to_owned),
            })
        };
        facts.host = probe(1, Some(12), None);
        assert_eq!(check(&facts)[0].level, Level::Ok);
        facts.host = probe(0, None, Some("no such name"));
        assert!(check(&facts)[0].next.contains("getent"));
        facts.host = probe(2, None, Some("refused"));
        let finding = &check(&facts)[0];
        assert!(finding.level == Level::Problem && finding.next.contains("firewall"));
    }

    #[test]
    fn a_link_without_an_answer_is_a_problem() {
        let mut facts = running();
        let link = |round_trip_ms, error: Option<&str>| LinkProbe {
            account: "default".to_owned(),
            round_trip_ms,
            error: error.map(str::to_owned),
        };
        for (link, level) in [
            (link(Some(40), None), Level::Ok),
            (link(Some(4_000), None), Level::Warning),
            (link(None, Some("silent")), Level::Problem),
        ] {
            let host = HostProbe {
                addresses: 1,
                connected_ms: Some(1),
                ..HostProbe::default()
            };
            facts.gateway.probe = Some(DoctorInfo {
                node: None,
                links: vec![link],
                host,
            });
            assert_eq!(check(&facts)[1].level, level);
        }
    }

    #[tokio::test]
    async fn a_closed_port_is_found_closed_and_an_open_one_open() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let port = listener.local_addr().expect("an address").port();
        assert!(reach("127.0.0.1", port).await.connected_ms.is_some());
        drop(listener);
        let closed = reach("127.0.0.1", port).await;
        assert!(closed.error.is_some() && closed.addresses == 1, "{closed:?}");
    }
}
