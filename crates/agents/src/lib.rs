//! Who answers: backends behind one trait.
//!
//! A backend is given a [`Request`] and makes an answer in parts. It knows no WhatsApp, no policy and no store: where
//! an answer goes, and whether it goes at all, is the caller's business. Only what a backend hands over as [`Event::Text`]
//! ever leaves; what it says on the side, and what went wrong, is in its events and its failure.
#![deny(missing_docs)]

mod acp;
mod backend;
mod command;
mod echo;
mod environment;
mod failure;
mod lossy;
pub mod mcp;
mod openai;
mod pictures;
mod process;
mod request;
mod secrets;
mod settings;
mod stderr;
pub mod warden;

use std::sync::Arc;

pub use acp::Acp;
pub use backend::{Backend, Choice, ChoiceKind, Done, Event, Events, Limits, Listener, Question, run};
pub use command::Command;
pub use echo::Echo;
pub use failure::Failure;
pub use openai::{BadBaseUrl, OpenAi, check_base_url, http_client};
pub use process::settled;
pub use request::{Image, Request, Role, Said};
pub use settings::{
    AcpSettings, CommandOutput, CommandSettings, KeySource, OpenAiSettings, Settings, ToolServer,
};

/// The backend that is described. Nothing is opened, read or started before it is asked; keep it, so that its connections
/// are used again.
#[must_use]
pub fn backend(settings: &Settings) -> Arc<dyn Backend> {
    match settings {
        Settings::Echo => Arc::new(Echo),
        Settings::Command(settings) => Arc::new(Command::new(settings.clone())),
        Settings::OpenAi(settings) => Arc::new(OpenAi::new(settings.clone())),
        Settings::Acp(settings) => Arc::new(Acp::new(settings.clone())),
    }
}
