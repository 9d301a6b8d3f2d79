//! Asks an OpenAI-compatible endpoint.

use std::future::Future;
use std::pin::Pin;

use crate::{Backend, Done, Events, Failure, OpenAiSettings, Request};

/// Asks an OpenAI-compatible endpoint.
#[derive(Debug)]
pub struct OpenAi {
    settings: OpenAiSettings,
}

impl OpenAi {
    /// With these settings.
    #[must_use]
    pub fn new(settings: OpenAiSettings) -> Self {
        Self { settings }
    }
}

impl Backend for OpenAi {
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
