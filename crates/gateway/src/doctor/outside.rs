//! Who is told outside of WhatsApp, and the listener for monitoring.

use super::Facts;
use super::finding::Finding;
use crate::span::{span, times};

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let Some(info) = &facts.gateway.info else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    if let Some(alerts) = &info.alerts {
        findings.push(match &alerts.problem {
            Some(problem) if alerts.failures > 0 => {
                let since = alerts.failing_since_ms.map_or_else(String::new, |since| {
                    format!(" for {}", span(facts.now_ms - since))
                });
                let failed = times(alerts.failures);
                let what = format!(
                    "alerts do not get out{since}: the {} failed {failed}",
                    alerts.target
                );
                Finding::warning("alerts", what, problem)
                    .next("correct alerts in the config (fased config get alerts); what waits is told then")
            }
            Some(_) | None => Finding::ok("alerts", format!("told by {}", alerts.target)),
        });
    }
    if let Some(http) = &info.http {
        findings.push(match (&http.address, &http.problem) {
            (Some(address), _) => Finding::ok("http", format!("listens on {address}")),
            (None, problem) => {
                let cause = problem
                    .clone()
                    .unwrap_or_else(|| "it is about to begin".to_owned());
                Finding::warning("http", "the HTTP listener does not listen", cause)
                    .next("fased config get gateway.http; it is tried again by itself")
            }
        });
    }
    findings
}

#[cfg(test)]
mod tests {
    use fased_protocol::control::{AlertsInfo, HttpInfo};

    use super::super::Level;
    use super::super::fixtures::running;
    use super::*;

    #[test]
    fn what_does_not_get_out_and_who_does_not_listen_are_told() {
        let mut facts = running();
        assert!(check(&facts).is_empty(), "both are switched off");
        if let Some(info) = &mut facts.gateway.info {
            info.alerts = Some(AlertsInfo {
                target: "webhook".to_owned(),
                failures: 3,
                problem: Some("it answered 500".to_owned()),
                ..AlertsInfo::default()
            });
            info.http = Some(HttpInfo {
                address: None,
                problem: Some("the port is taken".to_owned()),
            });
        }
        let found = check(&facts);
        assert!(found[0].line().contains("3 times: it answered 500"), "{found:?}");
        assert!(found[1].line().contains("the port is taken"), "{found:?}");
        if let Some(info) = &mut facts.gateway.info {
            info.alerts = Some(AlertsInfo::default());
            info.http = Some(HttpInfo {
                address: Some("127.0.0.1:9000".to_owned()),
                problem: None,
            });
        }
        assert!(check(&facts).iter().all(|finding| finding.level == Level::Ok));
    }
}
