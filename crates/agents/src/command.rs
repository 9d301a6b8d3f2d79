//! Runs a program for each turn.

use std::future::Future;
use std::pin::Pin;

use crate::{Backend, CommandSettings, Done, Events, Failure, Request};

/// Runs a program for each turn.
#[derive(Debug)]
pub struct Command {
    settings: CommandSettings,
}

impl Command {
    /// With these settings.
    #[must_use]
    pub fn new(settings: CommandSettings) -> Self {
        Self { settings }
    }
}

impl Backend for Command {
    fn answer<'a>(
        &'a self,
        _request: &'a Request,
        _events: &'a Events,
    ) -> Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>> {
        Box::pin(async move {
            let _ = &self.settings;
            Err(Failure::NotStarted("this backend is not built in yet".to_owned()))
        })
    }
}
