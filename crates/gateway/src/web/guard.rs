//! Who may ask. A web page somewhere can make its reader's browser ask this listener, under a name of its own that leads
//! here; such a request tells of itself by its `Host` and its `Origin`, and gets nothing.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, StatusCode, Uri, header};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::config::HttpSettings;

/// What is asked of a request.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    bind: IpAddr,
    hosts: BTreeSet<String>,
    /// Only its digest is kept and compared, so that the time this takes tells nothing of it.
    token: Option<[u8; 32]>,
    /// Monitoring was switched on without a token, on this machine alone.
    anybody: bool,
    /// The start named an address for the page, so it is there, whoever comes there.
    page_anywhere: bool,
}

/// Why a request gets nothing: a status, and a sentence.
pub(super) type Refusal = (StatusCode, &'static str);

impl Guard {
    pub(super) fn new(settings: &HttpSettings, token: Option<&str>, page_anywhere: bool) -> Self {
        Self {
            bind: settings.address.ip(),
            hosts: settings.hosts.clone(),
            token: token.map(|token| Sha256::digest(token.as_bytes()).into()),
            anybody: settings.enabled
                && token.is_none()
                && settings.address.ip().to_canonical().is_loopback(),
            page_anywhere,
        }
    }

    /// Whether the page is at the address that a request came to. That others may come there for monitoring lets nobody
    /// change anything.
    pub(super) fn has_page(&self, local: Option<SocketAddr>) -> bool {
        self.page_anywhere || local.is_some_and(|local| local.ip().to_canonical().is_loopback())
    }

    /// Whether a request may be looked at. `local` is the address that it came to.
    pub(super) fn judge(
        &self,
        uri: &Uri,
        headers: &HeaderMap,
        local: Option<SocketAddr>,
    ) -> Result<(), Refusal> {
        let host =
            authority(uri, headers).ok_or((StatusCode::MISDIRECTED_REQUEST, "there is no one Host"))?;
        if !self.is_ours(host_of(&host), local) {
            let said = "this is not a name of this gateway; add it to gateway.http.hosts if it is";
            return Err((StatusCode::MISDIRECTED_REQUEST, said));
        }
        if headers.get_all(header::ORIGIN).iter().any(|origin| {
            let origin = origin.to_str().unwrap_or_default().to_ascii_lowercase();
            origin != format!("http://{host}") && origin != format!("https://{host}")
        }) {
            return Err((StatusCode::FORBIDDEN, "no other page may ask this gateway"));
        }
        Ok(())
    }

    /// Whether monitoring tells everything to everybody who may ask.
    pub(super) fn is_open(&self) -> bool {
        self.anybody
    }

    /// The token that came with the request.
    pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
        headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim())
    }

    /// Whether there is a token.
    pub(super) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Whether this is the token.
    pub(super) fn is_token(&self, given: &str) -> bool {
        let given: [u8; 32] = Sha256::digest(given.as_bytes()).into();
        self.token.is_some_and(|token| token.ct_eq(&given).into())
    }

    fn is_ours(&self, host: &str, local: Option<SocketAddr>) -> bool {
        if let Ok(address) = host.parse::<IpAddr>() {
            let address = address.to_canonical();
            return address.is_loopback()
                || address == self.bind.to_canonical()
                || local.is_some_and(|local| local.ip().to_canonical() == address)
                || self.hosts.contains(host);
        }
        let name = host.strip_suffix('.').unwrap_or(host);
        name == "localhost" || self.hosts.contains(name)
    }
}

/// Whether the request does not say which page it is from. Browsers do so with whatever is no GET; who is no browser has the
/// control socket.
pub(super) fn is_anonymous(headers: &HeaderMap) -> bool {
    !headers.contains_key(header::ORIGIN)
}

/// Whether a browser says that the request comes from elsewhere than this page. One that says nothing is not judged by that.
pub(super) fn is_cross_site(headers: &HeaderMap) -> bool {
    headers
        .get_all("sec-fetch-site")
        .iter()
        .any(|site| !matches!(site.as_bytes(), b"same-origin" | b"none"))
}

/// Whom the request means, in small letters: one name or address, with or without a port.
fn authority(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next()?.to_str().ok()?;
    if hosts.next().is_some() {
        return None;
    }
    // A request may name it in its first line, too; then it has to be the same.
    if uri
        .authority()
        .is_some_and(|named| !named.as_str().eq_ignore_ascii_case(host))
    {
        return None;
    }
    Some(host.trim().to_ascii_lowercase())
}

/// Without its port and the brackets of an IPv6 address.
fn host_of(authority: &str) -> &str {
    if let Some(rest) = authority.strip_prefix('[') {
        return rest.split_once(']').map_or("", |(address, _port)| address);
    }
    match authority.rsplit_once(':') {
        Some((host, port)) if is_port(port) => host,
        Some(_) | None => authority,
    }
}

/// Digits that are a port, or none at all.
fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && (text.is_empty() || text.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "a-token-of-some-length";

    fn guard(bind: &str, hosts: &[&str], token: Option<&str>) -> Guard {
        let settings = HttpSettings {
            address: SocketAddr::new(bind.parse().unwrap(), 9464),
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            ..HttpSettings::default()
        };
        Guard::new(&settings, token, false)
    }

    fn headers(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name.clone(), value.parse().unwrap());
        }
        headers
    }

    fn status(guard: &Guard, pairs: &[(header::HeaderName, &str)]) -> Option<u16> {
        let local = Some("192.0.2.7:9464".parse().unwrap());
        let judged = guard.judge(&Uri::from_static("/metrics"), &headers(pairs), local);
        judged.err().map(|(status, _)| status.as_u16())
    }

    #[test]
    fn only_its_own_names_are_answered() {
        let guard = guard("127.0.0.1", &["gateway.example"], None);
        for host in [
            "localhost",
            "LOCALHOST:9464",
            "localhost.",
            "127.0.0.1:9464",
            "127.8.8.8",
            "[::1]:9464",
            "[::1]",
            "gateway.example:80",
            "192.0.2.7:9464",
        ] {
            assert_eq!(status(&guard, &[(header::HOST, host)]), None, "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "evil.example:9464",
            "192.0.2.8",
            "0x7f000001",
            "",
            "[::1",
            "[evil.example]",
            "localhost:80:evil",
            "127.0.0.1:94641",
            "localhost@evil.example",
        ] {
            assert_eq!(status(&guard, &[(header::HOST, host)]), Some(421), "{host}");
        }
        assert_eq!(status(&guard, &[]), Some(421));
        let twice = [(header::HOST, "localhost"), (header::HOST, "localhost")];
        assert_eq!(status(&guard, &twice), Some(421));
        let whole = Uri::from_static("http://evil.example/metrics");
        let judged = guard.judge(&whole, &headers(&[(header::HOST, "localhost")]), None);
        assert!(judged.is_err(), "the first line names somebody else");
    }

    #[test]
    fn d1_the_page_is_not_where_others_come_for_monitoring() {
        let exposed = HttpSettings {
            enabled: true,
            address: "0.0.0.0:9464".parse().unwrap(),
            ..HttpSettings::default()
        };
        let came_to = |local: &str, page_anywhere| {
            let local = local.parse().unwrap();
            Guard::new(&exposed, Some(TOKEN), page_anywhere).has_page(Some(local))
        };
        for (local, here) in [
            ("127.0.0.1:9464", true),
            ("[::1]:9464", true),
            ("[::ffff:127.0.0.1]:9464", true),
            ("192.0.2.7:9464", false),
            ("[2001:db8::7]:9464", false),
        ] {
            assert_eq!(came_to(local, false), here, "{local}");
            assert!(came_to(local, true), "{local} with --page");
        }
        assert!(!Guard::new(&exposed, Some(TOKEN), false).has_page(None));
    }

    #[test]
    fn no_other_page_may_ask() {
        let guard = guard("127.0.0.1", &[], None);
        let from = |origin| {
            let pairs = [(header::HOST, "localhost:9464"), (header::ORIGIN, origin)];
            status(&guard, &pairs)
        };
        assert_eq!(from("http://localhost:9464"), None);
        assert_eq!(from("https://localhost:9464"), None, "a proxy may do the rest");
        for origin in [
            "null",
            "http://evil.example",
            "http://localhost",
            "http://127.0.0.1:9464",
            "",
        ] {
            assert_eq!(from(origin), Some(403), "{origin}");
        }
    }

    #[test]
    fn d1_browsers_say_where_a_request_is_from() {
        let from = |name: &str, value: &str| {
            HeaderMap::from_iter([(
                name.parse::<header::HeaderName>().unwrap(),
                value.parse().unwrap(),
            )])
        };
        assert!(is_anonymous(&HeaderMap::new()));
        assert!(!is_anonymous(&from("origin", "http://localhost")));
        for (site, crosses) in [
            ("same-origin", false),
            ("none", false),
            ("same-site", true),
            ("cross-site", true),
            ("", true),
        ] {
            assert_eq!(is_cross_site(&from("sec-fetch-site", site)), crosses, "{site}");
        }
        assert!(!is_cross_site(&HeaderMap::new()));
    }

    #[test]
    fn the_token_is_asked_for_where_there_is_one() {
        let settings = |enabled, bind: &str| HttpSettings {
            enabled,
            address: SocketAddr::new(bind.parse().unwrap(), 9464),
            ..HttpSettings::default()
        };
        let is_open = |settings, token| Guard::new(&settings, token, false).is_open();
        assert!(is_open(settings(true, "127.0.0.1"), None));
        assert!(!is_open(settings(true, "127.0.0.1"), Some(TOKEN)));
        assert!(!is_open(settings(false, "127.0.0.1"), None), "the page alone");
        assert!(!is_open(settings(true, "0.0.0.0"), None), "others come there");
        let with = |value: &str| {
            let headers = headers(&[(header::AUTHORIZATION, value)]);
            let closed = guard("127.0.0.1", &[], Some(TOKEN));
            Guard::bearer(&headers).is_some_and(|given| closed.is_token(given))
        };
        assert!(with(&format!("Bearer {TOKEN}")));
        assert!(with(&format!("bearer  {TOKEN}")));
        for wrong in [
            "",
            TOKEN,
            "Bearer",
            "Bearer ",
            "Basic YTpi",
            "Bearer a-token-of-some-lengtH",
            "Bearer a-token",
        ] {
            assert!(!with(wrong), "{wrong}");
        }
        assert!(
            !guard("127.0.0.1", &[], None).is_token(""),
            "where there is none, none is right"
        );
        assert!(!format!("{:?}", guard("127.0.0.1", &[], Some(TOKEN))).contains(TOKEN));
    }
}
