//! Where the endpoint is, and whether a key may go there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::Url;

use crate::Failure;

/// Endings of names that only mean something in one's own network.
const OWN_NAMES: [&str; 6] = [
    ".localhost",
    ".local",
    ".lan",
    ".internal",
    ".home.arpa",
    ".ts.net",
];

/// The address of the endpoint.
#[derive(Debug)]
pub(super) struct Address {
    url: Url,
    /// It is on this machine or in its own network, as far as the address tells.
    near: bool,
}

impl Address {
    /// Reads a base URL, with or without a slash at its end; `/chat/completions` is added unless it is there.
    pub(super) fn parse(base_url: &str) -> Result<Self, Failure> {
        let no = |why: &str| Failure::NotStarted(format!("its base URL {why}"));
        let mut url = Url::parse(base_url.trim()).map_err(|error| no(&format!("is none: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(no("does not begin with http:// or https://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(no("holds a user or a password, which would show up in logs"));
        }
        url.set_fragment(None);
        let path = url.path().trim_end_matches('/').to_owned();
        if path.ends_with("/chat/completions") {
            url.set_path(&path);
        } else {
            url.set_path(&format!("{path}/chat/completions"));
        }
        let near = url.host_str().is_some_and(is_near);
        Ok(Self { url, near })
    }

    /// Where to ask.
    pub(super) fn url(&self) -> Url {
        self.url.clone()
    }

    pub(super) fn is_near(&self) -> bool {
        self.near
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// A key goes over TLS, or stays in one's own network.
    pub(super) fn may_have_a_key(&self) -> Result<(), Failure> {
        if self.is_encrypted() || self.near {
            return Ok(());
        }
        let host = self.url.host_str().unwrap_or_default();
        Err(Failure::NotStarted(format!(
            "its key would go to {host} unencrypted; use https:// or leave the key away"
        )))
    }
}

/// Whether a host, as a URL has it, is this machine or in its own network.
fn is_near(host: &str) -> bool {
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    match literal.parse() {
        Ok(IpAddr::V4(address)) => is_near_v4(address),
        Ok(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
            Some(address) => is_near_v4(address),
            None => is_near_v6(address),
        },
        // A name without a dot is one that only the own network knows, such as a neighbour in the same compose file.
        Err(_) => !host.contains('.') || OWN_NAMES.iter().any(|ending| host.ends_with(ending)),
    }
}

fn is_near_v4(address: Ipv4Addr) -> bool {
    // 100.64.0.0/10 is what VPNs of meshes give out.
    let [first, second, ..] = address.octets();
    address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || (first == 100 && second & 0xC0 == 64)
}

fn is_near_v6(address: Ipv6Addr) -> bool {
    address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_added_once() {
        let cases = [
            (
                "http://127.0.0.1:11434/v1",
                "http://127.0.0.1:11434/v1/chat/completions",
            ),
            (
                " http://127.0.0.1:11434/v1/ ",
                "http://127.0.0.1:11434/v1/chat/completions",
            ),
            ("https://llm.example", "https://llm.example/chat/completions"),
            (
                "https://llm.example/v1/chat/completions/",
                "https://llm.example/v1/chat/completions",
            ),
            (
                "https://llm.example/x?version=2",
                "https://llm.example/x/chat/completions?version=2",
            ),
        ];
        for (base, url) in cases {
            assert_eq!(Address::parse(base).unwrap().url().as_str(), url);
        }
    }

    #[test]
    fn what_is_no_address_is_refused_and_not_repeated() {
        for base in [
            "",
            "llm.example/v1",
            "ftp://llm.example",
            "https://user:secret@llm.example",
        ] {
            let failure = Address::parse(base).unwrap_err().to_string();
            assert!(!failure.contains("secret"), "{failure}");
        }
    }

    #[test]
    fn a_key_goes_over_tls_or_stays_near() {
        let may = [
            "https://llm.example",
            "http://localhost:1",
            "http://127.0.0.1",
            "http://[::1]:1",
            "http://10.1.2.3",
            "http://192.168.1.20",
            "http://172.16.0.1",
            "http://100.101.1.1",
            "http://[fd00::1]",
            "http://ollama:11434",
            "http://box.local",
            "http://host.docker.internal",
            "http://[::ffff:10.0.0.1]",
        ];
        for base in may {
            assert_eq!(Address::parse(base).unwrap().may_have_a_key(), Ok(()), "{base}");
        }
        let may_not = [
            "http://llm.example",
            "http://8.8.8.8",
            "http://172.32.0.1",
            "http://100.128.0.1",
            "http://[2001:db8::1]",
            "http://127.0.0.1.llm.example",
            "http://[::ffff:8.8.8.8]",
        ];
        for base in may_not {
            assert!(Address::parse(base).unwrap().may_have_a_key().is_err(), "{base}");
        }
    }
}
