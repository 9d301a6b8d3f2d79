//! An answer as it comes: what of it is for others, and how it ended.

use serde_json::{Value, json};

use super::refusal::error_of;
use super::think::{OnlyAnEnd, Think};
use crate::{Done, Event, Events, Failure};

/// An answer that is being heard.
pub(super) struct Answer<'a> {
    events: &'a Events,
    think: Think,
    /// Something was told to the listener.
    begun: bool,
    /// It was more than blank space.
    said: bool,
    /// Something was thought, and told beside the answer.
    thought: bool,
    finish: Option<String>,
    calls_tools: bool,
    model: Option<String>,
    usage: Option<Value>,
}

impl<'a> Answer<'a> {
    pub(super) fn new(events: &'a Events) -> Self {
        Self {
            events,
            think: Think::default(),
            begun: false,
            said: false,
            thought: false,
            finish: None,
            calls_tools: false,
            model: None,
            usage: None,
        }
    }

    /// Whether the listener heard something, which cannot be taken back.
    pub(super) fn has_begun(&self) -> bool {
        self.begun
    }

    /// Whether the server said that this is the end.
    pub(super) fn is_finished(&self) -> bool {
        self.finish.is_some()
    }

    /// Hears a chunk of a stream, or an answer in one piece.
    pub(super) async fn hear(&mut self, chunk: &Value) -> Result<(), Failure> {
        let choice = chunk.pointer("/choices/0");
        let is_error = choice.is_none() || chunk.get("error").is_some_and(|error| !error.is_null());
        if is_error && let Some((status, sentence)) = error_of(chunk) {
            return Err(match status {
                Some(status @ 400..600) => Failure::Http {
                    status,
                    body: sentence,
                },
                Some(_) | None => Failure::CutOff(format!("its server said: {sentence}")),
            });
        }
        if let Some(model) = chunk.get("model").and_then(Value::as_str) {
            self.model = Some(model.chars().take(100).collect());
        }
        if let Some(usage) = chunk.get("usage").filter(|usage| usage.is_object()) {
            self.usage = Some(counts(usage));
        }
        let Some(choice) = choice else { return Ok(()) };
        // Reasoning comes in fields of its own, of which nobody is told.
        if let Some(said) = choice.get("delta").or_else(|| choice.get("message")) {
            let calls = said
                .get("tool_calls")
                .and_then(Value::as_array)
                .is_some_and(|calls| !calls.is_empty());
            self.calls_tools |= calls || said.get("function_call").is_some_and(Value::is_object);
            self.thought |= ["reasoning_content", "reasoning", "thinking"].iter().any(|name| {
                said.get(name)
                    .and_then(Value::as_str)
                    .is_some_and(|text| !text.trim().is_empty())
            });
            self.say(&content(said.get("content"))).await?;
        }
        if let Some(finish) = choice.get("finish_reason").and_then(Value::as_str) {
            self.finish = Some(finish.chars().take(100).collect());
            if let Some(held) = self.think.end() {
                self.tell(held).await;
            } else if !self.said {
                return Err(Failure::BadAnswer("it only reasoned and said nothing".to_owned()));
            }
        }
        Ok(())
    }

    /// The end of a stream without another word.
    pub(super) async fn close(&mut self) -> Result<(), Failure> {
        match self.think.end() {
            Some(held) => {
                self.tell(held).await;
                Ok(())
            }
            None => Err(Failure::BadAnswer("it only reasoned and said nothing".to_owned())),
        }
    }

    /// How it went, after its end.
    pub(super) fn done(&self) -> Result<Done, Failure> {
        let finish = self.finish.as_deref().unwrap_or("stop");
        let nothing = |why: &str| Err(Failure::BadAnswer(why.to_owned()));
        if finish == "error" {
            return Err(Failure::CutOff("its server ended it with an error".to_owned()));
        }
        if !self.said {
            if self.calls_tools || matches!(finish, "tool_calls" | "function_call") {
                return nothing("it wants to call tools, and there are none");
            }
            if finish == "content_filter" {
                return nothing("its server's content filter took it away");
            }
            if finish == "length" {
                return nothing("its tokens were used up before it said anything");
            }
            if self.thought || self.think.has_thought() {
                return nothing("it only reasoned and said nothing");
            }
            return nothing("it is empty");
        }
        let mut detail = json!({"model": self.model, "finish": finish, "usage": self.usage});
        let cut = match finish {
            "length" => Some("its tokens were used up"),
            "content_filter" => Some("its server's content filter stopped it"),
            _ => None,
        };
        if let Some(cut) = cut {
            detail["cut_short"] = json!(cut);
        }
        Ok(Done {
            detail: Some(detail.to_string()),
            cut_short: cut.map(str::to_owned),
            session: None,
        })
    }

    async fn say(&mut self, text: &str) -> Result<(), Failure> {
        let text = self.think.push(text).map_err(|OnlyAnEnd| {
            Failure::BadAnswer(
                "it reasoned aloud and marked only the end of that; let its server part the two (vLLM: --reasoning-parser)"
                    .to_owned(),
            )
        })?;
        self.tell(text).await;
        Ok(())
    }

    async fn tell(&mut self, text: String) {
        if !text.is_empty() {
            self.begun = true;
            self.said |= !text.trim().is_empty();
            self.events.tell(Event::Text(text)).await;
        }
    }
}

/// The words of a content, which may be a text or a list of parts.
fn content(content: Option<&Value>) -> String {
    match content {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => parts
            .iter()
            .filter(|part| {
                part.get("type")
                    .and_then(Value::as_str)
                    .is_none_or(|kind| kind == "text")
            })
            .filter_map(|part| part.get("text")?.as_str())
            .collect(),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => String::new(),
    }
}

/// The counts that every server means alike.
fn counts(usage: &Value) -> Value {
    ["prompt_tokens", "completion_tokens", "total_tokens"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), usage.get(name)?.as_u64()?.into())))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
