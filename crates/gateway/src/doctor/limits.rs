//! Open files and memory.

use super::Facts;
use super::disk::size;
use super::finding::Finding;

/// What a sidecar may have unless the config says otherwise.
const MEMORY_BYTES: u64 = 384 << 20;
const CHECK: &str = "limits";
/// Fewer open files than this do not last for many accounts and agents.
const FEWEST_FILES: u64 = 1_024;
/// A gateway that has more in RAM than this has grown.
const GATEWAY_BYTES: u64 = 400 << 20;
/// A sidecar that has more of what it may have than this, in percent, is about to be started anew.
const FULL_PERCENT: u64 = 90;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(most) = facts.gateway.most_files.filter(|most| *most < FEWEST_FILES) {
        let what = format!("only {most} files may be open at once");
        let cause = "each account, agent and client needs some";
        findings.push(
            Finding::warning(CHECK, what, cause)
                .next("ulimit -n 4096 (or LimitNOFILE=4096 in the service), then: fased gateway restart"),
        );
    }
    let gateway = facts.gateway.info.as_ref().and_then(|info| info.rss_bytes);
    if let Some(bytes) = gateway.filter(|bytes| *bytes > GATEWAY_BYTES) {
        let what = format!("the gateway has {} in memory", size(bytes));
        findings
            .push(Finding::warning(CHECK, what, "it should stay far below").next("fased gateway restart"));
    }
    for account in &facts.accounts {
        let id = &account.account;
        let most = facts
            .settings(id)
            .map_or(MEMORY_BYTES, |settings| settings.memory_bytes);
        let near = |bytes: &u64| bytes.saturating_mul(100) > most.saturating_mul(FULL_PERCENT);
        if let Some(bytes) = account.sidecar_rss_bytes.filter(near) {
            let what = format!("the sidecar of {id} has {} in memory", size(bytes));
            let cause = format!(
                "above {} (supervision.memoryMb) the gateway starts it anew",
                size(most)
            );
            let next = "if that happens again and again: fased config set channels.whatsapp.supervision.memoryMb 512";
            findings.push(Finding::warning(CHECK, what, cause).next(next));
        }
    }
    if findings.is_empty() {
        findings.push(Finding::ok(CHECK, "open files and memory"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::super::fixtures::{account, running};
    use super::*;

    #[test]
    fn few_files_and_much_memory_are_told() {
        let mut facts = running();
        assert_eq!(check(&facts)[0].level, Level::Ok);
        facts.gateway.most_files = Some(256);
        let mut heavy = account("default", "ready");
        heavy.sidecar_rss_bytes = Some(900 << 20);
        facts.accounts = vec![heavy];
        let found = check(&facts);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].what.contains("256") && found[1].what.contains("900 MiB"));
    }
}
