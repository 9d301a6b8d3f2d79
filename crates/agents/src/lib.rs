//! Who answers: backends behind one trait.
//!
//! A backend is given a [`Request`] and makes [`Part`]s of an answer. It knows no WhatsApp, no policy and no store: where
//! an answer goes, and whether it goes at all, is the caller's business. Only what a backend hands over as a part ever
//! leaves; what it says on the side, and what went wrong, is in its events and its failure.
#![deny(missing_docs)]

mod backend;
mod echo;
mod failure;
mod request;
mod settings;

pub use backend::{Backend, Done, Event, Events, Limits, run};
pub use echo::Echo;
pub use failure::Failure;
pub use request::{Image, Request, Role, Said};
pub use settings::{CommandOutput, CommandSettings, KeySource, OpenAiSettings, Settings};
