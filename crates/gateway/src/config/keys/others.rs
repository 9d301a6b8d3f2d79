//! The file, and its sections other than `channels`.

use super::{Block, Kind, agents, block, foreign, key, outside, whatsapp};

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
        key("agents", Kind::Block(agents::AGENTS), "Who answers."),
        key(
            "bindings",
            Kind::List(agents::BINDING),
            "Which chats and accounts go to which agent. A chat of its own wins over the agentId of a group, that over an account, and that over the channel; whoever is named nowhere gets the default agent. Default: none.",
        ),
        key(
            "broadcast",
            Kind::ByChat(agents::BROADCAST),
            "Chats that several agents answer: by the address of a group, a person's number or a hidden id, the ids of 1 to 8 agents. Each has a conversation of its own there. Nothing that is chosen elsewhere counts in such a chat, neither a binding nor the agentId of a group nor /agent switch. Default: none.",
        ),
        key("session", Kind::Block(agents::SESSION), "Conversations."),
        key("commands", Kind::Block(agents::COMMANDS), "Chat commands."),
        key("gateway", Kind::Block(outside::GATEWAY), "The gateway process."),
        key("store", Kind::Block(STORE), "Where everything is recorded.").idle(),
        key(
            "logging",
            Kind::Block(LOGGING),
            "The log. What is changed here counts from the next start of the gateway on.",
        ),
        key(
            "tasks",
            Kind::Block(agents::TASKS),
            "Work that is done by a schedule.",
        ),
        key(
            "alerts",
            Kind::Block(outside::ALERTS),
            "Who is told outside of WhatsApp when something breaks. Default: nobody.",
        ),
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
    keys: &[
        key("groupChat", Kind::Block(GROUP_CHAT), "What holds for groups."),
        key(
            "queue",
            Kind::Block(QUEUE),
            "Messages that come while an answer in their conversation is being made.",
        ),
        key(
            "failureText",
            Kind::Text,
            "What a chat is told, once, when no answer could be made; nothing if it is empty.",
        )
        .default("\"Sorry, that did not work. Please try again later.\""),
    ],
    foreign: foreign::MESSAGES,
};

const QUEUE: Block = Block {
    keys: &[key(
        "mode",
        Kind::Words(&["collect", "followup", "interrupt"]),
        "\"collect\": they wait and are answered together; \"followup\": they wait and are answered one after another; \"interrupt\": the work is stopped, and what it was to answer is answered together with them; once it was stopped 5 times, or a minute after the first time, they wait as with \"collect\".",
    )
    .default("\"collect\"")],
    foreign: foreign::QUEUE,
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

const STORE: Block = block(&[key(
    "url",
    Kind::Text,
    "The database. Default: fased.db in the state dir.",
)
.idle()]);

const LOGGING: Block = Block {
    keys: &[
        key(
            "level",
            Kind::Words(&["error", "warn", "info", "debug", "trace", "silent", "fatal"]),
            "How much is logged. FASED_LOG and -v win over it.",
        )
        .default("\"info\""),
        key(
            "toFile",
            Kind::Words(&["auto", "always", "never"]),
            "Whether the log is also written to files in the folder logs of the state dir, which `fased logs` shows; \"auto\": where no terminal shows it, as with a service.",
        )
        .default("\"auto\""),
        key(
            "maxMb",
            Kind::Int { min: 1, max: 1_000 },
            "How large a file of the log becomes before the next one is begun, in megabytes.",
        )
        .default("10"),
        key(
            "keep",
            Kind::Int { min: 1, max: 100 },
            "How many files of the log there are at most; the oldest goes first.",
        )
        .default("5"),
    ],
    foreign: foreign::LOGGING,
};
