//! The file, and its sections other than `channels`.

use super::{Block, Kind, block, foreign, key, whatsapp};

/// The whole file.
pub(in crate::config) const FILE: Block = Block {
    keys: &[
        key(
            "channels",
            Kind::Block(CHANNELS),
            "Where messages come from and go to.",
        ),
        key(
            "messages",
            Kind::Block(MESSAGES),
            "What holds for the messages of all channels.",
        ),
        key("agents", Kind::Block(AGENTS), "Who answers."),
        key(
            "bindings",
            Kind::Array,
            "Which chats and accounts go to which agent.",
        )
        .idle(),
        key("broadcast", Kind::Object, "Chats that several agents answer.").idle(),
        key("session", Kind::Block(SESSION), "Conversations.").idle(),
        key("commands", Kind::Block(COMMANDS), "Chat commands.").idle(),
        key("gateway", Kind::Block(GATEWAY), "The gateway process.").idle(),
        key("store", Kind::Block(STORE), "Where everything is recorded.").idle(),
        key("logging", Kind::Block(LOGGING), "The log.").idle(),
        key("tasks", Kind::Object, "Scheduled work.").idle(),
        key("alerts", Kind::Object, "Who is told when something breaks.").idle(),
        key(
            "$schema",
            Kind::Text,
            "Where an editor finds the JSON Schema of this file; Fased does not read it.",
        ),
    ],
    foreign: foreign::SECTIONS,
};

const CHANNELS: Block = Block {
    keys: &[key("whatsapp", Kind::Block(whatsapp::ROOT), "WhatsApp.")],
    foreign: foreign::CHANNELS,
};

const MESSAGES: Block = Block {
    keys: &[key(
        "groupChat",
        Kind::Block(GROUP_CHAT),
        "What holds for groups.",
    )],
    foreign: foreign::MESSAGES,
};

const GROUP_CHAT: Block = Block {
    keys: &[key(
        "mentionPatterns",
        Kind::Patterns,
        "Regular expressions that count as a mention, without regard to case; an agent's own list replaces this one.",
    )
    .default("[]")],
    foreign: foreign::GROUP_CHAT,
};

const AGENTS: Block = Block {
    keys: &[key(
        "list",
        Kind::List(AGENT),
        "All agents. Default: one, \"main\", which answers with what it received.",
    )],
    foreign: foreign::AGENTS,
};

const AGENT: Block = Block {
    keys: &[
        key(
            "id",
            Kind::Text,
            "Its name in keys and commands: a-z, 0-9, _ and -, at most 32. Required.",
        ),
        key("name", Kind::Text, "What people call it.").idle(),
        key(
            "default",
            Kind::Bool,
            "Answers wherever no other agent is named; at most one. Default: the first.",
        )
        .default("false"),
        key(
            "backend",
            Kind::WordOrObject(&["echo", "command", "openai", "acp"]),
            "What answers.",
        )
        .default("\"echo\"")
        .idle(),
        key(
            "systemPrompt",
            Kind::Text,
            "What it is told before every conversation.",
        )
        .idle(),
        key(
            "mentionPatterns",
            Kind::Patterns,
            "Regular expressions that count as a mention of this agent. Default: messages.groupChat.mentionPatterns.",
        ),
        key(
            "replyTimeoutSeconds",
            Kind::Int { min: 1, max: 86_400 },
            "Longest run, in seconds.",
        )
        .default("600")
        .idle(),
    ],
    foreign: foreign::AGENT,
};

const SESSION: Block = Block {
    keys: &[key(
        "dmScope",
        Kind::Text,
        "\"main\" lets the owner's own direct messages share one conversation.",
    )
    .idle()],
    foreign: foreign::SESSION,
};

const COMMANDS: Block = Block {
    keys: &[key(
        "allowFrom",
        Kind::Entries { anyone: true },
        "Who besides owners may use chat commands; never for approvals.",
    )
    .idle()],
    foreign: foreign::COMMANDS,
};

const GATEWAY: Block = Block {
    keys: &[key("http", Kind::Block(HTTP), "The control page.").idle()],
    foreign: foreign::GATEWAY,
};

const HTTP: Block = block(&[
    key("bind", Kind::Text, "Address to listen on.").idle(),
    key("port", Kind::Int { min: 0, max: 65_535 }, "Port to listen on.").idle(),
    key("token", Kind::Text, "The secret that the page asks for.")
        .idle()
        .secret(),
]);

const STORE: Block = block(&[key(
    "url",
    Kind::Text,
    "The database. Default: fased.db in the state dir.",
)
.idle()]);

const LOGGING: Block = Block {
    keys: &[key(
        "level",
        Kind::Words(&["error", "warn", "info", "debug", "trace", "silent", "fatal"]),
        "How much is logged.",
    )
    .idle()],
    foreign: foreign::LOGGING,
};
