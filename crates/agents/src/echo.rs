//! The built-in backend: answers with what it received, so that a link can be tried at once.

use std::future::Future;
use std::pin::Pin;

use crate::{Backend, Done, Event, Events, Failure, Request};

/// Answers with what it received.
#[derive(Debug, Default)]
pub struct Echo;

impl Backend for Echo {
    fn answer<'a>(
        &'a self,
        request: &'a Request,
        events: &'a Events,
    ) -> Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>> {
        Box::pin(async move {
            events.tell(Event::Text(request.text.clone())).await;
            Ok(Done::default())
        })
    }
}
