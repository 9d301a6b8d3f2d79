//! How a backend is to be.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// Which backend, with its settings.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Settings {
    /// Answers with what it received.
    #[default]
    Echo,
    /// Runs a program for each turn.
    Command(CommandSettings),
    /// Asks an OpenAI-compatible endpoint for chat completions.
    OpenAi(OpenAiSettings),
    /// Talks to an agent's process by the Agent Client Protocol.
    Acp(AcpSettings),
}

/// A process that speaks the Agent Client Protocol on its stdio, one for each conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AcpSettings {
    /// The program, its folder and its variables. Its output is the protocol's.
    pub program: CommandSettings,
    /// The folder in which the agent works; none is the program's own.
    pub work: PathBuf,
    /// A process nobody has talked to for so long is ended; the next turn starts another, which takes the conversation
    /// up again if it can.
    pub idle: Duration,
    /// Programs that it is offered as tools, by the Model Context Protocol.
    pub tools: Vec<ToolServer>,
}

/// A program whose tools an agent may use.
#[derive(Clone, PartialEq, Eq)]
pub struct ToolServer {
    /// How the agent calls it.
    pub name: String,
    /// The program, by its whole path, and its arguments.
    pub argv: Vec<String>,
    /// Variables added to the agent's.
    pub environment: BTreeMap<String, String>,
}

// Keys are handed to programs in their environment.
impl std::fmt::Debug for ToolServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ToolServer")
            .field("name", &self.name)
            .field("program", &self.argv.first())
            .field("environment", &self.environment.keys())
            .finish_non_exhaustive()
    }
}

/// A program that is run for each turn.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CommandSettings {
    /// The program and its arguments; never handed to a shell. A name without a slash is looked for in PATH, and one that
    /// begins with a dot in `folder`.
    pub argv: Vec<String>,
    /// The folder that it starts in.
    pub folder: PathBuf,
    /// Variables added to the few that it inherits.
    pub environment: BTreeMap<String, String>,
    /// What it writes on stdout.
    pub output: CommandOutput,
}

// Keys are handed to programs in their environment.
impl std::fmt::Debug for CommandSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CommandSettings")
            .field("program", &self.argv.first())
            .field("folder", &self.folder)
            .field("environment", &self.environment.keys())
            .field("output", &self.output)
            .finish_non_exhaustive()
    }
}

/// What a program writes on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CommandOutput {
    /// All of it is the answer.
    #[default]
    Text,
    /// One JSON object a line: `{"type":"reply","text":…}` is a part of the answer, `{"type":"progress","text":…}` tells
    /// what it is doing.
    Lines,
}

/// An OpenAI-compatible endpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenAiSettings {
    /// Such as `http://127.0.0.1:11434/v1`.
    pub base_url: String,
    /// The model's name there.
    pub model: String,
    /// Where the key is, if one is needed.
    pub key: Option<KeySource>,
    /// Most tokens of the conversation that are sent, counted roughly.
    pub history_tokens: usize,
    /// Most tokens of the answer, if it is to be asked for.
    pub max_tokens: Option<u32>,
    /// Temperature, if it is to be asked for.
    pub temperature: Option<f64>,
    /// Pictures are sent.
    pub images: bool,
}

/// Where a key is found. It is read when it is needed, and kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// An environment variable of the gateway.
    Environment(String),
    /// A file that holds nothing else.
    File(PathBuf),
}
