//! What is asked, as JSON.

use serde_json::{Value, json};

use crate::OpenAiSettings;

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

/// The body of a request.
pub(super) fn of(settings: &OpenAiSettings, messages: &[Value], dialect: Dialect) -> String {
    let mut body = json!({"model": settings.model, "messages": messages, "stream": true});
    if dialect.usage {
        body["stream_options"] = json!({"include_usage": true});
    }
    if let Some(most) = settings.max_tokens {
        let name = if dialect.completion_tokens {
            "max_completion_tokens"
        } else {
            "max_tokens"
        };
        body[name] = json!(most);
    }
    if let Some(temperature) = settings.temperature {
        body["temperature"] = json!(temperature);
    }
    body.to_string()
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
