//! How a backend is to be.

use std::collections::BTreeMap;
use std::path::PathBuf;

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
