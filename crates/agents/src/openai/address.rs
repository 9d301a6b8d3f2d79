//! Where the endpoint is, and whether a key may go there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::Url;

/// Endings of names that only mean something in one's own network.
const OWN_NAMES: [&str; 6] = [
    ".localhost",
    ".local",
    ".lan",
    ".internal",
    ".home.arpa",
    ".ts.net",
];

/// What is wrong with the base URL of an endpoint. In words it repeats nothing of that but a host, for what people paste may
/// hold a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadBaseUrl {
    /// It is not one of http or https.
    Scheme,
    /// It cannot be read.
    Unreadable(String),
    /// It holds a user or a password.
    Password,
    /// It holds a `?` or a `#` and what follows them.
    Query,
    /// It names what is added by itself.
    Whole,
    /// A key would go there for all to read.
    Unencrypted {
        /// To whom.
        host: String,
    },
}

impl BadBaseUrl {
    /// What to do.
    #[must_use]
    pub fn next(&self) -> &'static str {
        match self {
            Self::Scheme | Self::Unreadable(_) => "write it such as \"http://127.0.0.1:11434/v1\"",
            Self::Password => "leave them out; keys are named by apiKeyEnv or apiKeyFile",
            Self::Query => "leave it out; keys are named by apiKeyEnv or apiKeyFile",
            Self::Whole => "end it before /chat/completions, as in \"http://127.0.0.1:11434/v1\"",
            Self::Unencrypted { .. } => "write https://, or leave the key away",
        }
    }
}

impl std::fmt::Display for BadBaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Scheme => f.write_str("does not begin with http:// or https://"),
            Self::Unreadable(why) => write!(f, "cannot be read: {why}"),
            Self::Password => f.write_str("holds a user or a password, which would show up in logs"),
            Self::Query => f.write_str("holds a ? or a #, and what follows them would show up in logs"),
            Self::Whole => f.write_str("ends with /chat/completions, which is added by itself"),
            Self::Unencrypted { host } => {
                write!(f, "leads to {host} unencrypted, and its key would go there")
            }
        }
    }
}

impl std::error::Error for BadBaseUrl {}

/// Checks the base URL of an endpoint as it is checked again when that is asked. Nothing is looked up.
///
/// # Errors
/// What is wrong with it.
pub fn check_base_url(base_url: &str, with_key: bool) -> Result<(), BadBaseUrl> {
    Address::parse(base_url, with_key).map(|_address| ())
}

/// The address of the endpoint.
#[derive(Debug)]
pub(super) struct Address {
    url: Url,
    /// It is on this machine or in its own network, as far as the address tells.
    near: bool,
}

impl Address {
    /// Reads a base URL, with or without a slash at its end, to which `/chat/completions` is added. A key goes over TLS, or
    /// stays in one's own network.
    pub(super) fn parse(base_url: &str, with_key: bool) -> Result<Self, BadBaseUrl> {
        let base_url = base_url.trim();
        let unreadable = |why: &str| BadBaseUrl::Unreadable(why.to_owned());
        // An `@` first: whatever else is wrong, there may be a password before it.
        if base_url.contains('@') {
            return Err(BadBaseUrl::Password);
        }
        let (scheme, rest) = base_url.split_once("://").ok_or(BadBaseUrl::Scheme)?;
        if !["http", "https"]
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known))
        {
            return Err(BadBaseUrl::Scheme);
        }
        if rest.contains(['?', '#']) {
            return Err(BadBaseUrl::Query);
        }
        if rest.contains(|character: char| character.is_whitespace() || character.is_control()) {
            return Err(unreadable("it holds blank space"));
        }
        if rest.is_empty() || rest.starts_with(['/', '\\']) {
            return Err(unreadable("it names no host"));
        }
        let mut url = Url::parse(base_url).map_err(|error| unreadable(&error.to_string()))?;
        let path = url.path().trim_end_matches('/').to_owned();
        if path.ends_with("/chat/completions") {
            return Err(BadBaseUrl::Whole);
        }
        url.set_path(&format!("{path}/chat/completions"));
        let host = url.host_str().unwrap_or_default().to_owned();
        let near = is_near(&host);
        let address = Self { url, near };
        if with_key && !near && !address.is_encrypted() {
            return Err(BadBaseUrl::Unencrypted { host });
        }
        Ok(address)
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
}

/// Whether a host, as a URL has it, is this machine or in its own network.
pub(super) fn is_near(host: &str) -> bool {
    // The dot at the end of a whole name means nothing here.
    let host = host.strip_suffix('.').unwrap_or(host);
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    match literal.parse() {
        Ok(IpAddr::V4(address)) => is_near_v4(address),
        Ok(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
            Some(address) => is_near_v4(address),
            None => is_near_v6(address),
        },
        // A name without a dot is one that only the own network knows, such as a neighbour in the same compose file.
        Err(_) => {
            (!host.is_empty() && !host.contains('.')) || OWN_NAMES.iter().any(|ending| host.ends_with(ending))
        }
    }
}

fn is_near_v4(address: Ipv4Addr) -> bool {
    // 100.64.0.0/10 is what VPNs of meshes give out.
    let [first, second, ..] = address.octets();
    address.is_loopback()
        || address.is_unspecified()
        || address.is_private()
        || address.is_link_local()
        || (first == 100 && second & 0xC0 == 64)
}

fn is_near_v6(address: Ipv6Addr) -> bool {
    address.is_loopback()
        || address.is_unspecified()
        || address.is_unique_local()
        || address.is_unicast_link_local()
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
                "HTTPS://llm.example/v1",
                "https://llm.example/v1/chat/completions",
            ),
        ];
        for (base, url) in cases {
            assert_eq!(Address::parse(base, true).unwrap().url().as_str(), url);
        }
    }

    #[test]
    fn what_is_no_address_is_refused_and_not_repeated() {
        let unreadable = |why: &str| BadBaseUrl::Unreadable(why.to_owned());
        for (base, wrong) in [
            ("", BadBaseUrl::Scheme),
            ("secret.example/v1", BadBaseUrl::Scheme),
            ("ftp://secret.example", BadBaseUrl::Scheme),
            ("http:/secret.example/v1", BadBaseUrl::Scheme),
            ("http://", unreadable("it names no host")),
            ("http:///v1/secret", unreadable("it names no host")),
            ("http://x/ secret", unreadable("it holds blank space")),
            ("http://[::1/secret", unreadable("invalid IPv6 address")),
            ("http://secret.example:99999", unreadable("invalid port number")),
            ("https://user:secret@llm.example", BadBaseUrl::Password),
            ("user:secret@llm.example/v1", BadBaseUrl::Password),
            ("https:/user:secret@llm.example", BadBaseUrl::Password),
            ("https://llm.example/v1?key=secret", BadBaseUrl::Query),
            ("https://llm.example/v1#secret", BadBaseUrl::Query),
            ("https://secret.example/v1/chat/completions/", BadBaseUrl::Whole),
        ] {
            let failure = Address::parse(base, false).unwrap_err();
            assert_eq!(failure, wrong, "{base}");
            assert!(
                !format!("{failure} {}", failure.next()).contains("secret"),
                "{failure}"
            );
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
            "http://0.0.0.0:11434",
            "http://[::]:11434",
            "http://localhost.:1",
            "http://box.local.",
        ];
        for base in may {
            assert_eq!(check_base_url(base, true), Ok(()), "{base}");
        }
        let may_not = [
            "http://llm.example",
            "http://8.8.8.8",
            "http://172.32.0.1",
            "http://100.128.0.1",
            "http://[2001:db8::1]",
            "http://127.0.0.1.llm.example",
            "http://llm.example.",
            "http://[::ffff:8.8.8.8]",
        ];
        for base in may_not {
            assert_eq!(check_base_url(base, false), Ok(()), "{base}");
            let refused = check_base_url(base, true);
            assert!(matches!(refused, Err(BadBaseUrl::Unencrypted { .. })), "{base}");
        }
    }
}
