//! Talks to an agent's process by the Agent Client Protocol.

use std::future::Future;
use std::pin::Pin;

use crate::{AcpSettings, Backend, Done, Events, Failure, Request};

/// Talks to an agent's process by the Agent Client Protocol.
#[derive(Debug)]
pub struct Acp {
    settings: AcpSettings,
}

impl Acp {
    /// With these settings.
    #[must_use]
    pub fn new(settings: AcpSettings) -> Self {
        Self { settings }
    }
}

impl Backend for Acp {
    fn answer<'a>(
        &'a self,
        _request: &'a Request,
        _events: &'a Events,
    ) -> Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>> {
        Box::pin(async move { Err(Failure::NotStarted(format!("{:?}", self.settings.program))) })
    }
}
