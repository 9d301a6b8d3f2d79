//! The HTTP listener: who could reach it, and with what. Alerts: to whom, and which.

use std::path::Path;

use fased_policy::alerting::KINDS;

use super::{down, program, text};
use crate::config::allowed::quoted;
use crate::config::check::Found;
use crate::config::merge;
use crate::config::outside::SHORTEST_TOKEN;
use crate::config::tree::{Node, Shape};
use crate::nearest::nearest;

pub(super) fn check(found: &mut Found<'_>, root: &Node, file: &Path) {
    if let Some(http) = down(root, &["gateway", "http"]) {
        listener(found, http);
    }
    if let Some(alerts) = down(root, &["alerts"]) {
        self::alerts(found, alerts, file);
    }
}

fn wrong(found: &mut Found<'_>, at: &str, message: &str, hint: &str) {
    found.wrong_at(at, at, message.to_owned(), Some(hint.to_owned()));
}

fn is_on(block: &Node, key: &str) -> bool {
    block
        .get(key)
        .is_some_and(|entry| matches!(entry.node.value, Shape::Bool(true)))
}

fn listener(found: &mut Found<'_>, http: &Node) {
    const AT: &str = "gateway.http";
    one_secret(found, AT, http, "token");
    let token = ["token", "tokenEnv", "tokenFile"]
        .iter()
        .any(|key| http.get(key).is_some());
    if let Some(token) = text(http.get("token"))
        && token.trim().chars().count() < SHORTEST_TOKEN
    {
        let message = format!(
            "this token is short enough to be guessed; allowed are {SHORTEST_TOKEN} characters or more"
        );
        wrong(
            found,
            "gateway.http.token",
            &message,
            "make one: openssl rand -hex 24",
        );
    }
    let Some(bind) = text(http.get("bind")) else {
        return;
    };
    let Some(address) = merge::bind(bind) else {
        let at = "gateway.http.bind";
        let message = format!("found {bind:?}; allowed is the address of a network interface");
        wrong(
            found,
            at,
            &message,
            "write \"127.0.0.1\", \"::1\", or \"0.0.0.0\" for all of them",
        );
        return;
    };
    if address.to_canonical().is_loopback() {
        return;
    }
    // Also where it is switched off: switching it on must not be what opens the door.
    if !is_on(http, "exposed") {
        let message =
            format!("{bind:?} can be reached from other machines, and exposed does not say that it may be");
        let hint = "write \"127.0.0.1\"; or exposed: true and a token";
        wrong(found, "gateway.http.bind", &message, hint);
    }
    if !token {
        let message = format!("{bind:?} can be reached from other machines, and there is no token");
        let hint = "add token, tokenEnv or tokenFile";
        found.wrong_at(
            "gateway.http.bind",
            "gateway.http.token",
            message,
            Some(hint.to_owned()),
        );
    }
}

/// A secret is written, or its variable or its file is named; and only one of that.
fn one_secret(found: &mut Found<'_>, path: &str, block: &Node, name: &str) {
    let keys = [name.to_owned(), format!("{name}Env"), format!("{name}File")];
    let mut first: Option<&String> = None;
    for key in &keys {
        let Some(value) = text(block.get(key)) else {
            continue;
        };
        let at = format!("{path}.{key}");
        if value.trim().is_empty() {
            wrong(
                found,
                &at,
                "found an empty text",
                "leave the key out if there is none",
            );
        } else if key == name && value.trim().contains(char::is_whitespace) {
            wrong(found, &at, "there is blank space in it", "write one word");
        }
        match first {
            Some(first) => {
                wrong(
                    found,
                    &at,
                    &format!("{first} says that already"),
                    "keep one of them",
                );
            }
            None => first = Some(key),
        }
    }
}

fn alerts(found: &mut Found<'_>, alerts: &Node, file: &Path) {
    let webhook = alerts.get("webhook");
    match (webhook, alerts.get("command")) {
        (Some(_), Some(_)) => wrong(
            found,
            "alerts.command",
            "alerts.webhook says already who is told",
            "keep one of them",
        ),
        (None, Some(command)) => program::check_words(found, "alerts.command", &command.node, file),
        (Some(_) | None, None) => {}
    }
    if let Some(webhook) = webhook {
        self::webhook(found, &webhook.node);
    }
    if let Some(on) = alerts.get("on")
        && let Shape::List(items) = &on.node.value
    {
        for (index, item) in items.iter().enumerate() {
            let Shape::Text(kind) = &item.value else { continue };
            if !KINDS.contains(&kind.as_str()) {
                let message = format!("found {kind:?}; allowed are {}", quoted(&KINDS));
                let near = nearest(kind, KINDS.iter().copied());
                let hint = near.map(|near| format!("did you mean {near:?}?"));
                found.wrong(item.span.clone(), &format!("alerts.on[{index}]"), message, hint);
            }
        }
    }
}

fn webhook(found: &mut Found<'_>, webhook: &Node) {
    const AT: &str = "alerts.webhook";
    one_secret(found, AT, webhook, "secret");
    // What is written there may hold a secret, so it is not repeated.
    if let Some(url) = text(webhook.get("url")) {
        let url = reqwest::Url::parse(url.trim());
        let fits = url.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if !fits {
            wrong(
                found,
                "alerts.webhook.url",
                "found no address with http:// or https://",
                "write it such as \"https://alerts.example/fased\"",
            );
        }
    }
    if let Some(headers) = webhook.get("headers")
        && let Shape::Object(entries) = &headers.node.value
    {
        for entry in entries {
            let at = format!("{AT}.headers.{}", entry.name);
            let name = reqwest::header::HeaderName::try_from(entry.name.as_str());
            let value = match &entry.node.value {
                Shape::Text(value) => reqwest::header::HeaderValue::from_str(value).is_ok(),
                Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::List(_) | Shape::Object(_) => true,
            };
            if name.is_err() || !value {
                wrong(
                    found,
                    &at,
                    "this cannot be sent as a header",
                    "a name has letters, digits and -, a value no line breaks",
                );
            }
        }
    }
}
