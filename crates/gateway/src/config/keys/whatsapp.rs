//! `channels.whatsapp` and its accounts.

use super::{Block, Kind, Names, block, key};

macro_rules! shared {
    ($($more:expr),* $(,)?) => {
        &[
            key("enabled", Kind::Bool, "Under channels.whatsapp it switches the channel, under an account the account.")
                .default("true"),
            key("mode", Kind::Words(&["dedicated", "personal"]),
                "Whose number is linked: one of its own, or the owner's. \"personal\" implies selfChatMode: true and dmPolicy: \"allowlist\" unless these are set.")
                .default("\"dedicated\""),
            key("dmPolicy", Kind::Words(&["pairing", "allowlist", "open", "disabled"]),
                "Who may write in direct messages. \"pairing\": strangers get a code and you approve them; \"allowlist\": only allowFrom; \"open\": everyone, only together with \"*\" in allowFrom; \"disabled\": nobody. Default: \"pairing\", and \"allowlist\" in mode \"personal\"."),
            key("owners", Kind::Entries { anyone: false },
                "Who may command, approve and answer permission requests: numbers in international form or hidden ids. Default: the linked number."),
            key("allowFrom", Kind::Entries { anyone: true },
                "Who may write in direct messages, and in groups unless another list says: numbers in international form (\"+15551234567\"), hidden ids (\"100000000000001@lid\"), or \"*\" for everyone.")
                .default("[]"),
            key("groupPolicy", Kind::Words(&["open", "allowlist", "disabled"]),
                "Who may write in groups: everyone there, only who is listed, or nobody.")
                .default("\"allowlist\""),
            key("groupAllowFrom", Kind::Entries { anyone: true },
                "Who may write in groups; an empty list means nobody. Default: allowFrom."),
            key("groups", Kind::Map(Names::Group, GROUP),
                "Settings of single groups, by their address (\"120363000000000001@g.us\") or \"*\" for the others. When it has entries, no other group is heard."),
            key("selfChatMode", Kind::Bool,
                "Whether your chat with yourself reaches the agent. Default: true in mode \"personal\", else false."),
            key("sendReadReceipts", Kind::Bool, "Tell senders that their messages were read, once they are admitted.")
                .default("true"),
            key("observeOnly", Kind::Bool,
                "Listen, record and decide, but send nothing: no message, reaction, typing, presence or read receipt.")
                .default("false"),
            key("mediaMaxMb", Kind::Int { min: 1, max: 2048 }, "Largest medium in and out, in megabytes.")
                .default("50"),
            key("mediaRoots", Kind::Folders, "Folders whose files may be sent, besides media and workspace in the state dir; ~/ is the home folder, a relative path starts at the config file's folder. Keys, store and config are never sent.")
                .default("[]"),
            key("mediaKeepDays", Kind::Int { min: 1, max: 3650 }, "Files that came in are kept this long, in days.")
                .default("30"),
            key("mediaKeepMb", Kind::Int { min: 1, max: 1_048_576 }, "Of the files that came in, no more is kept than this, in megabytes; the oldest go first.")
                .default("2048"),
            key("textChunkLimit", Kind::Int { min: 200, max: 4096 }, "Longest message that is sent, in UTF-16 units; longer answers are split.")
                .default("4000"),
            key("tableMode", Kind::Words(&["bullets", "code", "off"]), "How tables in answers are written.")
                .default("\"bullets\""),
            key("chunkMode", Kind::Words(&["length", "newline"]), "Where long answers are split: anywhere sensible, or only at blank lines.")
                .default("\"length\""),
            key("historyLimit", Kind::Int { min: 0, max: 1000 }, "Messages of a group without a mention that the next run there reads, and, in every chat, reactions, edits, deletions and votes.")
                .default("50"),
            key("debounceMs", Kind::Int { min: 0, max: 60_000 }, "Quick messages of one sender in one chat are answered together when they come within this, in milliseconds.")
                .default("0"),
            key("messagePrefix", Kind::Text, "Put before every incoming text. Default: nothing."),
            key("responsePrefix", Kind::Text, "Put before every answer. Default: nothing."),
            key("ackReaction", Kind::Block(ACK_REACTION), "A reaction to messages that will be answered. Default: none."),
            key("catchUp", Kind::Block(CATCH_UP), "What came while the gateway was down."),
            key("pairing", Kind::Block(PAIRING), "Requests of strangers under dmPolicy \"pairing\"."),
            key("pacing", Kind::Block(PACING), "Limits of what is sent unasked; answers are exempt."),
            key("reconnect", Kind::Block(RECONNECT), "Waits between attempts to connect: initialMs, times factor, up to maxMs, give or take jitter."),
            key("supervision", Kind::Block(SUPERVISION), "What happens when a sidecar process ends."),
            key("defaultTo", Kind::Text, "Where messages go that name no chat: a number, a hidden id or a group. Default: nowhere."),
            $($more),*
        ]
    };
}

/// `channels.whatsapp`.
pub(in crate::config) const ROOT: Block = block(shared![key(
    "accounts",
    Kind::Map(Names::Account, ACCOUNT),
    "The linked numbers by name; every key of channels.whatsapp may be set for one alone. Default: one account, \"default\".",
)]);

/// `channels.whatsapp.accounts.<id>`.
pub(in crate::config) const ACCOUNT: Block = block(shared![
    key("name", Kind::Text, "What people call the account."),
    key(
        "authDir",
        Kind::Text,
        "Folder of the auth files; ~/ is the home folder, a relative path starts at the config file's folder. Default: credentials/whatsapp/<account> in the state dir.",
    ),
]);

const GROUP: Block = block(&[
    key(
        "enabled",
        Kind::Bool,
        "Whether the group is heard. A group with an entry of its own does not take this from \"*\", which decides for the others.",
    )
    .default("true"),
    key(
        "requireMention",
        Kind::Bool,
        "Whether a message must mention the account. What a group leaves open is looked up in \"*\".",
    )
    .default("true"),
    key(
        "allowFrom",
        Kind::Entries { anyone: true },
        "Who may write in this group. Default: groupAllowFrom.",
    ),
    key(
        "agentId",
        Kind::Text,
        "The agent that answers there. Default: the default agent.",
    ),
    key("tools", Kind::Object, "Tools of the agent in this group.").idle(),
]);

const ACK_REACTION: Block = block(&[
    key(
        "emoji",
        Kind::Text,
        "The reaction. Default: none, so nothing is sent.",
    ),
    key("direct", Kind::Bool, "Whether in direct messages.").default("true"),
    key(
        "group",
        Kind::Words(&["always", "mentions", "never"]),
        "When in groups.",
    )
    .default("\"mentions\""),
]);

const CATCH_UP: Block = block(&[key(
    "maxAgeMinutes",
    Kind::Int { min: 0, max: 43_200 },
    "Older messages are recorded as stale and not answered, in minutes.",
)
.default("720")]);

const PAIRING: Block = block(&[
    key(
        "codeTtlMinutes",
        Kind::Int { min: 1, max: 43_200 },
        "Life of a code, in minutes.",
    )
    .default("1440"),
    key(
        "maxPending",
        Kind::Int { min: 1, max: 1000 },
        "Most codes that wait at once for an account.",
    )
    .default("3"),
    key(
        "silent",
        Kind::Bool,
        "Never text the sender: requests are only listed.",
    )
    .default("false"),
    key(
        "notifyOwner",
        Kind::Bool,
        "Tell the owner of each new request on WhatsApp.",
    )
    .default("false"),
    key(
        "honourInAllowlist",
        Kind::Bool,
        "Whether approvals count under dmPolicy \"allowlist\" too.",
    )
    .default("false"),
]);

const PACING: Block = block(&[
    key(
        "perChatPerMinute",
        Kind::Int { min: 1, max: 600 },
        "Most messages to one chat in a minute.",
    )
    .default("20"),
    key(
        "perAccountPerMinute",
        Kind::Int { min: 1, max: 6000 },
        "Most messages of the account in a minute.",
    )
    .default("60"),
    key(
        "jitterMs",
        Kind::Int { min: 0, max: 60_000 },
        "Random wait before a message, in milliseconds at most.",
    )
    .default("400"),
    key(
        "firstContact",
        Kind::Bool,
        "Whether people may be written to who never wrote.",
    )
    .default("false"),
]);

const RECONNECT: Block = block(&[
    key(
        "initialMs",
        Kind::Int {
            min: 10,
            max: 3_600_000,
        },
        "The first wait, in milliseconds.",
    )
    .default("2000"),
    key(
        "maxMs",
        Kind::Int {
            min: 10,
            max: 86_400_000,
        },
        "The longest wait, in milliseconds; at least initialMs.",
    )
    .default("30000"),
    key(
        "factor",
        Kind::Number { min: 1.0, max: 10.0 },
        "Each wait is this many times the one before.",
    )
    .default("1.8"),
    key(
        "jitter",
        Kind::Number { min: 0.0, max: 1.0 },
        "Spread of a wait to either side, as a part of it.",
    )
    .default("0.25"),
]);

const SUPERVISION: Block = block(&[
    key(
        "breakerExits",
        Kind::Int { min: 1, max: 100 },
        "So many early exits stop the attempts for a while.",
    )
    .default("5"),
    key(
        "breakerWindowMs",
        Kind::Int {
            min: 1000,
            max: 3_600_000,
        },
        "Early exits count when they come within this, in milliseconds.",
    )
    .default("60000"),
    key(
        "breakerRetryMs",
        Kind::Int {
            min: 1000,
            max: 86_400_000,
        },
        "Then the next attempt comes after this, in milliseconds.",
    )
    .default("300000"),
    key(
        "firstRespawnMs",
        Kind::Int {
            min: 0,
            max: 3_600_000,
        },
        "Wait before a process that had been ready is started again, in milliseconds.",
    )
    .default("0"),
    key(
        "memoryMb",
        Kind::Int { min: 16, max: 65_536 },
        "Memory a sidecar may take, in MiB; one that takes more is drained and replaced.",
    )
    .default("384"),
]);
