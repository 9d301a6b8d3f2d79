//! What the original product has and Fased does not, so that an existing config can be brought along.

/// Sections of the file.
pub(in crate::config) const SECTIONS: &[&str] = &[
    "accessGroups",
    "acp",
    "approvals",
    "audio",
    "auth",
    "browser",
    "canvasHost",
    "cli",
    "cron",
    "diagnostics",
    "discovery",
    "env",
    "hooks",
    "identity",
    "mcp",
    "media",
    "memory",
    "meta",
    "models",
    "nodeHost",
    "plugins",
    "proxy",
    "secrets",
    "skills",
    "surfaces",
    "talk",
    "tools",
    "ui",
    "update",
    "wallets",
    "web",
    "wizard",
];

/// Channels other than WhatsApp, and what stands beside them.
pub(in crate::config) const CHANNELS: &[&str] = &[
    "bluebubbles",
    "defaults",
    "discord",
    "feishu",
    "googlechat",
    "imessage",
    "irc",
    "line",
    "matrix",
    "mattermost",
    "modelByChannel",
    "msteams",
    "nextcloud-talk",
    "nostr",
    "qqbot",
    "signal",
    "slack",
    "synology-chat",
    "telegram",
    "tlon",
    "twitch",
    "webchat",
    "zalo",
    "zalouser",
];

pub(super) const AGENTS: &[&str] = &["defaults"];

pub(super) const AGENT: &[&str] = &[
    "agentDir",
    "blockStreamingDefault",
    "groupChat",
    "heartbeat",
    "humanDelay",
    "identity",
    "memorySearch",
    "model",
    "params",
    "reasoningDefault",
    "runtime",
    "sandbox",
    "skills",
    "subagents",
    "thinkingDefault",
    "workspace",
];

/// Of one agent's tools.
pub(super) const TOOLS: &[&str] = &[
    "allow",
    "alsoAllow",
    "byProvider",
    "deny",
    "elevated",
    "exec",
    "fs",
    "loopDetection",
    "message",
    "profile",
    "sandbox",
];

pub(super) const MESSAGES: &[&str] = &[
    "ackReaction",
    "ackReactionScope",
    "inbound",
    "messagePrefix",
    "removeAckAfterReply",
    "responsePrefix",
    "statusReactions",
    "suppressToolErrors",
    "tts",
    "usageTemplate",
];

pub(super) const QUEUE: &[&str] = &["byChannel", "cap", "debounceMs", "debounceMsByChannel", "drop"];

/// Of one binding.
pub(super) const BINDING: &[&str] = &["acp", "comment", "type"];

/// Of what a binding matches.
pub(super) const MATCH: &[&str] = &["guildId", "roles", "teamId"];

pub(super) const GROUP_CHAT: &[&str] = &["historyLimit", "visibleReplies"];

pub(super) const SESSION: &[&str] = &[
    "agentToAgent",
    "identityLinks",
    "idleMinutes",
    "mainKey",
    "maintenance",
    "parentForkMaxTokens",
    "reset",
    "resetByChannel",
    "resetByType",
    "resetTriggers",
    "scope",
    "sendPolicy",
    "store",
    "threadBindings",
    "typingIntervalSeconds",
    "typingMode",
];

pub(super) const COMMANDS: &[&str] = &[
    "bash",
    "bashForegroundMs",
    "config",
    "debug",
    "mcp",
    "native",
    "nativeSkills",
    "ownerAllowFrom",
    "ownerDisplay",
    "plugins",
    "restart",
    "text",
    "useAccessGroups",
];

pub(super) const GATEWAY: &[&str] = &[
    "allowRealIpFallback",
    "auth",
    "bind",
    "channelHealthCheckMinutes",
    "controlUi",
    "customBindHost",
    "mode",
    "nodes",
    "port",
    "push",
    "reload",
    "remote",
    "tailscale",
    "tls",
    "tools",
    "trustedProxies",
];

pub(super) const LOGGING: &[&str] = &[
    "consoleLevel",
    "consoleStyle",
    "file",
    "redactPatterns",
    "redactSensitive",
];
