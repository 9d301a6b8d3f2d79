//! What a backend is asked.

use std::path::PathBuf;

use serde_json::Value;

/// A turn of a conversation, or the work of a Task.
#[derive(Clone, Default)]
pub struct Request {
    /// What the agent is told before every conversation.
    pub system_prompt: Option<String>,
    /// What is asked, in words.
    pub text: String,
    /// All that is known of it, for programs: agent, session, messages, context, events.
    pub envelope: Value,
    /// What was said before, oldest first.
    pub history: Vec<Said>,
    /// Pictures that came with it.
    pub images: Vec<Image>,
    /// The conversation, for backends that keep conversations of their own: equal words mean the same one.
    pub session: String,
    /// What the backend called this conversation at the end of an earlier turn, maybe in another life of the gateway.
    pub resume: Option<String>,
}

/// Something that was said before.
#[derive(Clone, PartialEq, Eq)]
pub struct Said {
    /// By whom.
    pub role: Role,
    /// What.
    pub text: String,
}

/// Who said something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Somebody who talks with the agent.
    User,
    /// The agent.
    Assistant,
}

/// A picture.
#[derive(Clone, PartialEq, Eq)]
pub struct Image {
    /// Its MIME type.
    pub mime: String,
    /// Where it is.
    pub path: PathBuf,
}

// What people said is not for logs.
impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request")
            .field("text", &self.text.len())
            .field("history", &self.history.len())
            .field("images", &self.images.len())
            .finish_non_exhaustive()
    }
}
