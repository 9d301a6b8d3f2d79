//! Who answers: agents, what goes to which of them, conversations, chat commands and Tasks.

use super::{Block, Key, Kind, block, foreign, key};

pub(super) const AGENTS: Block = Block {
    keys: &[
        key(
            "list",
            Kind::List(AGENT),
            "All agents. Default: one, \"main\", which answers with what it received.",
        ),
        key(
            "maxConcurrent",
            Kind::Int { min: 1, max: 1000 },
            "Most answers that are made at once, over all accounts; what comes then waits.",
        )
        .default("64"),
    ],
    foreign: foreign::AGENTS,
};

const AGENT: Block = Block {
    keys: &[
        key(
            "id",
            Kind::Text,
            "Its name in keys and commands: a-z, 0-9, _ and -, at most 32. Required.",
        )
        .required()
        .example("\"helper\""),
        key("name", Kind::Text, "What people call it. Default: its id."),
        key(
            "default",
            Kind::Bool,
            "Answers wherever no other agent is named; at most one. Default: the first.",
        )
        .default("false"),
        key(
            "backend",
            Kind::Words(&["echo", "command", "openai", "acp"]),
            "What answers. \"echo\": it answers with what it received, to try a link; \"command\": a program is run for each turn; \"openai\": an endpoint for chat completions is asked, such as Ollama, vLLM, llama.cpp or a hosted one; \"acp\": a program is talked to that speaks the Agent Client Protocol, such as a coding agent.",
        )
        .default("\"echo\""),
        key(
            "command",
            Kind::Block(COMMAND),
            "The program of backend \"command\".",
        ),
        key(
            "openai",
            Kind::Block(OPENAI),
            "The endpoint of backend \"openai\".",
        ),
        key("acp", Kind::Block(ACP), "The program of backend \"acp\"."),
        key("tools", Kind::Block(TOOLS), "What an agent of backend \"acp\" is offered besides its own tools."),
        key(
            "systemPrompt",
            Kind::Text,
            "What it is told before every conversation. Default: nothing.",
        ),
        key(
            "mentionPatterns",
            Kind::Patterns,
            "Regular expressions that count as a mention of this agent. Default: messages.groupChat.mentionPatterns.",
        ),
        key(
            "replyTimeoutSeconds",
            Kind::Int { min: 1, max: 86_400 },
            "Longest time that an answer may take, in seconds.",
        )
        .default("600"),
        key(
            "maxOutputKb",
            Kind::Int { min: 1, max: 16_384 },
            "Longest answer, in kilobytes; a longer one is given up.",
        )
        .default("256"),
        key(
            "stream",
            Kind::Bool,
            "Whether the parts of an answer are sent as soon as they are complete, not all at its end.",
        )
        .default("false"),
    ],
    foreign: foreign::AGENT,
};

/// `agents.list[].command`.
const COMMAND: Block = block(&[
    key(
        "argv",
        Kind::Argv,
        "The program and its arguments, no shell. A program with a / is taken like a folder of the config (~/ is the home folder, a relative path starts at the config file's folder), one without is looked for in PATH. It gets the message as JSON on stdin and answers on stdout. Required.",
    )
    .required()
    .example("[\"python3\", \"answer.py\"]"),
    key(
        "cwd",
        Kind::Text,
        "The folder that it starts in; ~/ is the home folder. Default: the config file's folder.",
    )
    .example("\"~/bots\""),
    key(
        "env",
        Kind::Variables,
        "Environment variables for it, besides the few that it inherits. Secrets are better kept in a file that the program reads. Default: none.",
    )
    .example("{ BOT_LANGUAGE: \"en\" }")
    .secret(),
    key(
        "output",
        Kind::Words(&["text", "ndjson"]),
        "What it writes on stdout. \"text\": all of it is the answer, in Markdown; \"ndjson\": one JSON object a line, {\"type\":\"reply\",\"text\":\"…\"} for each part of the answer and {\"type\":\"progress\",\"text\":\"…\"} for what it is doing.",
    )
    .default("\"text\""),
]);

/// `agents.list[].acp`.
const ACP: Block = block(&[
    key(
        "argv",
        Kind::Argv,
        "The program and its arguments, no shell, found like that of command.argv. It speaks the Agent Client Protocol on its stdin and stdout. There is one process for each conversation. Required.",
    )
    .required()
    .example("[\"my-agent\", \"--acp\"]"),
    key(
        "cwd",
        Kind::Text,
        "The folder that it starts in; ~/ is the home folder. Default: the config file's folder.",
    )
    .example("\"~/bots\""),
    key(
        "env",
        Kind::Variables,
        "Environment variables for it, besides the few that it inherits. Secrets are better kept in a file that the program reads. Default: none.",
    )
    .example("{ AGENT_MODEL: \"small\" }")
    .secret(),
    key(
        "work",
        Kind::Text,
        "The folder that it works in, as it is told; ~/ is the home folder. This keeps it nowhere: what it may reach is what the gateway's user may. Default: that of cwd.",
    )
    .example("\"~/project\""),
    key(
        "idleMinutes",
        Kind::Int { min: 1, max: 1440 },
        "A process that nobody has talked to for so long is ended, in minutes; the next message starts another, which takes the conversation up again if it can.",
    )
    .default("30"),
]);

/// `agents.list[].tools`.
const TOOLS: Block = Block {
    keys: &[key(
        "whatsapp",
        Kind::Bool,
        "Whether it is offered to send and read messages through this gateway, as fased mcp does it.",
    )
    .default("false")],
    foreign: foreign::TOOLS,
};

/// `agents.list[].openai`.
const OPENAI: Block = block(&[
    key(
        "baseUrl",
        Kind::Text,
        "Where the endpoint is, up to and with /v1. Required.",
    )
    .required()
    .example("\"http://127.0.0.1:11434/v1\""),
    key("model", Kind::Text, "The model's name there. Required.")
        .required()
        .example("\"llama3.2\""),
    key(
        "apiKeyEnv",
        Kind::Text,
        "The gateway's environment variable that holds the key; never the key itself. Default: no key is sent.",
    )
    .example("\"OPENAI_API_KEY\""),
    key(
        "apiKeyFile",
        Kind::Text,
        "A file that holds the key and nothing else; ~/ is the home folder, a relative path starts at the config file's folder. Default: no key is sent.",
    )
    .example("\"~/.fased/openai.key\""),
    key(
        "historyTokens",
        Kind::Int {
            min: 0,
            max: 1_000_000,
        },
        "Most tokens of the conversation so far that are sent with a message, counted roughly.",
    )
    .default("8000"),
    key(
        "maxTokens",
        Kind::Int {
            min: 1,
            max: 1_000_000,
        },
        "Most tokens of an answer. Default: what the endpoint does.",
    )
    .example("1000"),
    key(
        "temperature",
        Kind::Number { min: 0.0, max: 2.0 },
        "How freely words are chosen. Default: what the endpoint does.",
    )
    .example("0.7"),
    key(
        "images",
        Kind::Bool,
        "Whether pictures are sent; for models that see none, write false.",
    )
    .default("true"),
]);

/// `bindings[]`.
pub(super) const BINDING: Block = Block {
    keys: &[
        key("agentId", Kind::Text, "The agent that answers there. Required.")
            .required()
            .example("\"helper\""),
        key(
            "match",
            Kind::Block(MATCH),
            "Where. Without an accountId it is any account, without a peer any chat. Required.",
        )
        .required()
        .example("{ accountId: \"work\" }"),
    ],
    foreign: foreign::BINDING,
};

/// `broadcast`.
pub(super) const BROADCAST: Block = block(&[key(
    "strategy",
    Kind::Words(&["parallel", "sequential"]),
    "\"parallel\": they answer at the same time; \"sequential\": one after another, in the order of the list. One that fails stops none of the others.",
)
.default("\"parallel\"")]);

/// Most agents that answer one message.
pub(in crate::config) const MOST_ANSWERING: usize = 8;

/// `broadcast.<chat>`.
pub(in crate::config) const ANSWERING: Key = key("agents", Kind::Texts, "Who answers there.");

const MATCH: Block = Block {
    keys: &[
        key("channel", Kind::Text, "\"whatsapp\"; there is no other.").default("\"whatsapp\""),
        key(
            "accountId",
            Kind::Text,
            "An account of channels.whatsapp.accounts, or \"*\" for any. Default: any.",
        )
        .example("\"default\""),
        key(
            "peer",
            Kind::Block(PEER),
            "One person or one group. Default: every chat.",
        ),
    ],
    foreign: foreign::MATCH,
};

const PEER: Block = block(&[
    key(
        "kind",
        Kind::Words(&["direct", "group", "dm"]),
        "A person (\"dm\" is the same as \"direct\"), or a group. Required.",
    )
    .required()
    .example("\"direct\""),
    key(
        "id",
        Kind::Text,
        "The person's number in international form or hidden id, or the address of the group. Required.",
    )
    .required()
    .example("\"+15551234567\""),
]);

pub(super) const SESSION: Block = Block {
    keys: &[
        key(
            "dmScope",
            Kind::Words(&[
                "per-account-channel-peer",
                "main",
                "per-channel-peer",
                "per-peer",
            ]),
            "Whose direct messages share a conversation. \"per-account-channel-peer\": every person has one with each account; \"main\": the same, but the owners' own direct messages share one, over all accounts. Two other people never share one, so \"per-channel-peer\" and \"per-peer\" mean the first.",
        )
        .default("\"per-account-channel-peer\""),
        key(
            "retentionDays",
            Kind::Int { min: 1, max: 3650 },
            "What was said in a conversation is kept this long, in days.",
        )
        .default("90"),
    ],
    foreign: foreign::SESSION,
};

pub(super) const COMMANDS: Block = Block {
    keys: &[
        key(
            "allowFrom",
            Kind::Entries { anyone: true },
            "Who besides owners may use chat commands: numbers, hidden ids, or \"*\" for everyone who may write; never for approvals.",
        )
        .default("[]"),
    ],
    foreign: foreign::COMMANDS,
};

pub(super) const TASKS: Block = block(&[
    key(
        "timezone",
        Kind::Text,
        "The time zone of Tasks' times, by its name in the IANA database. Default: the system's.",
    )
    .example("\"Europe/Berlin\""),
    key(
        "catchUpMinutes",
        Kind::Int { min: 0, max: 43_200 },
        "What was due while the gateway was down, or its account sent nothing, is done, once, if it is not longer ago than this, in minutes; else it is recorded as missed or skipped.",
    )
    .default("60"),
    key(
        "keepDays",
        Kind::Int { min: 1, max: 3650 },
        "Records of Tasks' runs are kept this long, in days. A Task that is done for so long is forgotten, too.",
    )
    .default("90"),
    key(
        "keepRuns",
        Kind::Int { min: 1, max: 10_000 },
        "Of each Task, no more records of runs are kept than this; the oldest go first.",
    )
    .default("100"),
]);
