//! What is asked, as JSON.

use serde::Serialize;

use super::messages::Message;
use crate::{Failure, OpenAiSettings};

/// In which words a server is asked. They begin with what most understand, and change when a server refuses one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    /// Counts of tokens are asked for.
    pub(super) usage: bool,
    /// The newer name of the limit of an answer.
    pub(super) completion_tokens: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            usage: true,
            completion_tokens: false,
        }
    }
}

impl Dialect {
    /// What to try after a request was refused as wrong, if there is something.
    pub(super) fn after_refusal(self, said: &str) -> Option<Self> {
        if !self.completion_tokens && said.contains("max_completion_tokens") {
            return Some(Self {
                completion_tokens: true,
                ..self
            });
        }
        self.usage.then_some(Self { usage: false, ..self })
    }
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: &'a [Message<'a>],
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

/// The body of a request.
pub(super) fn of(
    settings: &OpenAiSettings,
    messages: &[Message<'_>],
    dialect: Dialect,
) -> Result<Vec<u8>, Failure> {
    let most = |named: bool| settings.max_tokens.filter(|_| named);
    let body = Body {
        model: &settings.model,
        messages,
        stream: true,
        stream_options: dialect.usage.then_some(StreamOptions { include_usage: true }),
        max_tokens: most(!dialect.completion_tokens),
        max_completion_tokens: most(dialect.completion_tokens),
        temperature: settings.temperature,
    };
    serde_json::to_vec(&body)
        .map_err(|error| Failure::NotStarted(format!("the question is no JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_words_are_replaced_one_after_the_other() {
        let first = Dialect::default();
        let second = first
            .after_refusal("Use 'max_completion_tokens' instead.")
            .unwrap();
        assert!(second.completion_tokens && second.usage);
        let third = second.after_refusal("unknown field stream_options").unwrap();
        assert!(third.completion_tokens && !third.usage);
        assert_eq!(third.after_refusal("max_completion_tokens"), None);
    }
}
