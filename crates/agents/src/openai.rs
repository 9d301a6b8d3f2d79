//! Asks an OpenAI-compatible endpoint for chat completions, streamed.
//!
//! Servers differ: what they need not agree on is asked for once and done without if it is refused, and an answer that is
//! not streamed is understood. A try that failed before the first word of an answer is repeated if that may help; one
//! that failed later never is, since what was heard cannot be taken back.

mod address;
mod answer;
mod body;
mod client;
mod key;
mod lines;
mod messages;
mod refusal;
mod retry;
mod stream;
mod think;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, OnceLock, PoisonError};

use reqwest::header;

use self::address::Address;
pub use self::address::{BadBaseUrl, check_base_url};
use self::answer::Answer;
use self::body::Dialect;
pub use self::client::http_client;
use self::key::Key;
use self::retry::{Again, Tries, Trouble};
use crate::{Backend, Done, Events, Failure, OpenAiSettings, Request, secrets};

/// Asks an OpenAI-compatible endpoint.
#[derive(Debug)]
pub struct OpenAi {
    settings: OpenAiSettings,
    /// Made when it is first needed: it reads the system's certificates, and may fail.
    client: OnceLock<reqwest::Client>,
    /// What the server was found to understand.
    dialect: Mutex<Dialect>,
}

impl OpenAi {
    /// With these settings.
    #[must_use]
    pub fn new(settings: OpenAiSettings) -> Self {
        Self {
            settings,
            client: OnceLock::new(),
            dialect: Mutex::default(),
        }
    }

    async fn turn(&self, request: &Request, events: &Events) -> Result<Done, Failure> {
        let address = Address::parse(&self.settings.base_url, self.settings.key.is_some())
            .map_err(|wrong| Failure::NotStarted(format!("its base URL {wrong}; {}", wrong.next())))?;
        let key = key::read(self.settings.key.as_ref()).await?;
        let client = self.client(&address)?;
        let mut dialect = *self.dialect.lock().unwrap_or_else(PoisonError::into_inner);
        let mut tries = Tries::default();
        let ask = async |dialect| {
            let body = self.body(request, dialect).await?;
            let asked = client
                .post(address.url())
                .header(header::CONTENT_TYPE, "application/json")
                .header(header::ACCEPT, "text/event-stream, application/json")
                .body(body);
            Ok(match &key {
                Some(key) => asked.header(header::AUTHORIZATION, key.header()?),
                None => asked,
            })
        };
        let mut asking = ask(dialect).await?;
        loop {
            // All tries share one body, for it may hold large pictures.
            let asked = asking
                .try_clone()
                .ok_or_else(|| Failure::NotStarted("the question cannot be asked twice".to_owned()))?;
            let trouble = match attempt(asked, dialect, events).await {
                Ok(done) => {
                    *self.dialect.lock().unwrap_or_else(PoisonError::into_inner) = dialect;
                    return Ok(done);
                }
                Err(trouble) => trouble,
            };
            match trouble.again {
                Again::InOtherWords(other) => {
                    dialect = other;
                    asking = ask(dialect).await?;
                }
                Again::Later { asked } if tries.are_left() => tries.wait(asked, &trouble.failure).await,
                Again::Later { .. } | Again::Never => {
                    return Err(secrets::without(
                        trouble.failure,
                        key.as_ref().map(Key::text),
                        request,
                    ));
                }
            }
        }
    }

    /// Pictures are read anew for each, so that none of them is held twice.
    async fn body(&self, request: &Request, dialect: Dialect) -> Result<Vec<u8>, Failure> {
        let messages = messages::of(&self.settings, request).await;
        body::of(&self.settings, &messages, dialect)
    }

    fn client(&self, address: &Address) -> Result<reqwest::Client, Failure> {
        if let Some(client) = self.client.get() {
            return Ok(client.clone());
        }
        let client = client::make(address)?;
        Ok(self.client.get_or_init(|| client).clone())
    }
}

impl Backend for OpenAi {
    fn answer<'a>(
        &'a self,
        request: &'a Request,
        events: &'a Events,
    ) -> Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>> {
        Box::pin(self.turn(request, events))
    }
}

/// Asks once.
async fn attempt(asked: reqwest::RequestBuilder, dialect: Dialect, events: &Events) -> Result<Done, Trouble> {
    let response = asked.send().await.map_err(Trouble::of_sending)?;
    if !response.status().is_success() {
        return Err(refusal::read(response, dialect).await);
    }
    let mut answer = Answer::new(events);
    stream::read(response, &mut answer)
        .await
        .and_then(|()| answer.done())
        .map_err(|failure| Trouble::of_answering(failure, answer.has_begun()))
}
