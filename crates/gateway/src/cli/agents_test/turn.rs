//! What is asked, in the form of a message that came from nowhere, and what is heard.

use fased::config::Agent;
use fased::envelope::{Chat, ChatKind, Envelope, Sender};
use fased_agents::{Event, Failure as NoAnswer, Listener, Question, Request};
use fased_policy::name::one_line;
use fased_protocol::private::Private;
use serde_json::json;

use super::picture::Picture;
use crate::cli::{Failure, Outcome, out};

/// Stands where a chat's or an account's id would.
const NOWHERE: &str = "test";

/// Longest wish that is shown, in characters.
const MOST_WISH: usize = 200;

/// One message, as a program or an endpoint gets it, without anything before it.
pub(super) fn request(id: &str, agent: &Agent, text: &str, pictures: &[Picture], now_s: i64) -> Request {
    let (kind, raw_kind) = match pictures {
        [] => ("text", "conversation"),
        [_, ..] => ("image", "imageMessage"),
    };
    let chat = Chat {
        kind: ChatKind::Dm,
        id: Private(NOWHERE.to_owned()),
    };
    let message = Envelope {
        account: NOWHERE.to_owned(),
        id: NOWHERE.to_owned(),
        chat: chat.clone(),
        sender: Sender {
            phone: None,
            lid: None,
            name: None,
        },
        from_me: false,
        kind: kind.to_owned(),
        text: Some(Private(text.to_owned())),
        media: pictures.iter().map(Picture::as_media).collect(),
        detail: None,
        quoted: None,
        mentions: Vec::new(),
        timestamp: now_s,
        raw_kind: raw_kind.to_owned(),
    };
    Request {
        session: format!("agent:{id}:{NOWHERE}"),
        resume: None,
        system_prompt: agent.system_prompt.clone(),
        text: text.to_owned(),
        envelope: json!({
            "agent": { "id": id, "name": agent.name },
            "session": { "key": format!("agent:{id}:{NOWHERE}"), "name": null, "epoch": 0 },
            "account": NOWHERE,
            "chat": chat,
            "kind": "message",
            "task": null,
            "text": text,
            "messages": [message],
            "context": [],
            "events": [],
            "history": [],
            "media_dir": null,
        }),
        history: Vec::new(),
        images: pictures.iter().map(Picture::as_image).collect(),
    }
}

/// Keeps the parts of an answer, and shows them as they come.
pub(super) struct Heard {
    parts: Vec<String>,
    part_ended: bool,
    shows: bool,
    /// Why it can be shown no longer.
    broken: Option<Failure>,
}

impl Heard {
    pub(super) fn new(shows: bool) -> Self {
        Self {
            parts: Vec::new(),
            part_ended: true,
            shows,
            broken: None,
        }
    }

    /// The parts of the answer, and the one that is not complete.
    pub(super) fn parts(&self) -> &[String] {
        &self.parts
    }

    /// Does nobody read any more?
    pub(super) fn pipe_closed(&self) -> bool {
        matches!(self.broken, Some(Failure::PipeClosed))
    }

    /// Ends the last line.
    pub(super) fn end(&mut self) -> Outcome {
        if let Some(broken) = self.broken.take() {
            return Err(broken);
        }
        match self.parts.last() {
            Some(part) if !part.ends_with('\n') => out::raw("\n"),
            Some(_) | None => Ok(()),
        }
    }

    fn piece(&mut self, text: &str) -> Outcome {
        if self.part_ended {
            self.part_ended = false;
            // An empty line lies between two parts.
            let gap = match self.parts.last() {
                Some(part) if part.ends_with('\n') => "\n",
                Some(_) => "\n\n",
                None => "",
            };
            self.parts.push(String::new());
            self.show(gap)?;
        }
        if let Some(part) = self.parts.last_mut() {
            part.push_str(text);
        }
        self.show(text)
    }

    fn show(&self, text: &str) -> Outcome {
        if !self.shows || text.is_empty() {
            return Ok(());
        }
        if out::is_terminal() {
            return out::raw(&out::clean(&text.replace('\t', "    ")));
        }
        out::raw(text)
    }
}

impl Listener for Heard {
    async fn heard(&mut self, event: Event) -> Result<(), NoAnswer> {
        let shown = match event {
            Event::Text(text) if text.is_empty() => Ok(()),
            Event::Text(text) => self.piece(&text),
            Event::PartEnd => {
                self.part_ended = true;
                Ok(())
            }
            Event::Progress(text) => {
                out::hint(&format!("… {text}"));
                Ok(())
            }
        };
        shown.map_err(|broken| {
            self.broken = Some(broken);
            NoAnswer::Cancelled
        })
    }

    /// There is no owner to be asked, and whoever types this command may not be one: what an agent wants to be allowed is
    /// refused.
    async fn asked(&mut self, question: &Question) -> Option<usize> {
        let wish = one_line(&question.text, MOST_WISH);
        out::hint(&format!(
            "… it asks for permission, and is told no: {}",
            wish.as_deref().unwrap_or("it does not say for what")
        ));
        None
    }
}

#[cfg(test)]
mod tests {
    use fased_agents::{Choice, ChoiceKind};

    use super::*;

    async fn heard(events: Vec<Event>) -> Heard {
        let mut heard = Heard::new(false);
        for event in events {
            heard.heard(event).await.expect("nothing is shown");
        }
        heard
    }

    #[tokio::test]
    async fn parts_are_kept_apart_and_none_is_empty() {
        let text = |text: &str| Event::Text(text.to_owned());
        let heard = heard(vec![
            Event::PartEnd,
            text("a"),
            text(""),
            text("b"),
            Event::PartEnd,
            Event::PartEnd,
            text("c"),
            Event::PartEnd,
        ])
        .await;
        assert_eq!(heard.parts(), ["ab", "c"]);
    }

    #[tokio::test]
    async fn what_it_asks_is_refused() {
        let question = Question {
            text: "rm -r build".to_owned(),
            choices: vec![Choice {
                name: "Allow".to_owned(),
                kind: ChoiceKind::AllowAlways,
            }],
        };
        assert_eq!(Heard::new(false).asked(&question).await, None);
    }

    #[test]
    fn a_program_gets_the_form_of_a_real_message() {
        let request = request("helper", &Agent::default(), "hello", &[], 1_700_000_000);
        let envelope = &request.envelope;
        assert_eq!(envelope["agent"]["id"], "helper");
        assert_eq!(envelope["chat"], json!({ "kind": "dm", "id": "test" }));
        let message: Envelope = serde_json::from_value(envelope["messages"][0].clone()).expect("an envelope");
        assert_eq!(message.body(), "hello");
        assert_eq!(message.timestamp, 1_700_000_000);
    }
}
