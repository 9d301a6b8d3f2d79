//! What may be asked of the gateway over HTTP, and who is told outside of WhatsApp.

use super::{Block, Kind, block, foreign, key};

pub(super) const GATEWAY: Block = Block {
    keys: &[key(
        "http",
        Kind::Block(HTTP),
        "A listener for monitoring: /metrics, /healthz and /livez. The control page is there, too, once fased dashboard has opened it.",
    )],
    foreign: foreign::GATEWAY,
};

const HTTP: Block = block(&[
    key("enabled", Kind::Bool, "Whether it listens.").default("false"),
    key(
        "bind",
        Kind::Text,
        "The address to listen on. Any but one of this machine alone also needs exposed and a token.",
    )
    .default("\"127.0.0.1\""),
    key(
        "port",
        Kind::Int { min: 0, max: 65_535 },
        "The port to listen on; 0 is any that is free, which fased status then tells.",
    )
    .default("9464"),
    key(
        "exposed",
        Kind::Bool,
        "Whether it may be reached from other machines.",
    )
    .default("false"),
    key(
        "hosts",
        Kind::Texts,
        "Names by which it is asked, besides localhost and its address; requests for others are refused.",
    )
    .default("[]"),
    key(
        "token",
        Kind::Text,
        "The secret that has to come with a request, as in: Authorization: Bearer …; 16 characters or more. /livez, and whether all is well, are told without. It also logs in to the control page. Default: none is needed for monitoring, and the page is entered by a link.",
    )
    .secret(),
    key(
        "tokenEnv",
        Kind::Text,
        "The gateway's environment variable that holds the token.",
    )
    .example("\"FASED_HTTP_TOKEN\""),
    key(
        "tokenFile",
        Kind::Text,
        "A file that holds the token and nothing else; ~/ is the home folder, a relative path starts at the config file's folder.",
    )
    .example("\"~/.fased/http.token\""),
]);

pub(super) const ALERTS: Block = block(&[
    key(
        "webhook",
        Kind::Block(WEBHOOK),
        "An address that gets each alert as JSON by POST.",
    ),
    key(
        "command",
        Kind::Argv,
        "A program and its arguments, no shell, that gets each alert as JSON on stdin, instead of a webhook. It has 30 s, and a program with a / is taken like a folder of the config.",
    )
    .example("[\"./tell-me.sh\"]"),
    key(
        "on",
        Kind::Texts,
        "Which kinds are told, as fased alerts test --help lists them. Default: all of them.",
    )
    .example("[\"state\", \"recovered\"]"),
    key(
        "minIntervalSeconds",
        Kind::Int { min: 0, max: 86_400 },
        "Of one account, alerts of one kind are told no more often than this, in seconds; what comes meanwhile is told together.",
    )
    .default("60"),
]);

/// `alerts.webhook`.
const WEBHOOK: Block = block(&[
    key(
        "url",
        Kind::Text,
        "The address, with http:// or https://. Redirects are not followed. Required.",
    )
    .required()
    .secret()
    .example("\"https://alerts.example/fased\""),
    key(
        "headers",
        Kind::Variables,
        "Headers to send with it. Default: none.",
    )
    .example("{ Title: \"Fased\" }")
    .secret(),
    key(
        "secret",
        Kind::Text,
        "With it each alert is signed: X-Fased-Signature: sha256=…, the HMAC-SHA256 of the body in hex. Default: not signed.",
    )
    .secret(),
    key(
        "secretEnv",
        Kind::Text,
        "The gateway's environment variable that holds the secret.",
    )
    .example("\"FASED_ALERT_SECRET\""),
    key(
        "secretFile",
        Kind::Text,
        "A file that holds the secret and nothing else, found like tokenFile.",
    )
    .example("\"~/.fased/alert.secret\""),
]);
