//! One turn of a conversation.

use std::pin::{Pin, pin};
use std::time::Duration;

use serde_json::json;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::link::{Link, Unanswered, gone};
use super::permission::{self, Asked};
use super::prompt;
use super::start::{Session, Trouble, When, login, sentence};
use super::updates::Updates;
use super::wire::{
    CancelNotification, Error, ErrorCode, Heard, PromptRequest, PromptResponse, RequestPermissionResponse,
    Responder, SessionNotification, StopReason, Wish,
};
use crate::{Done, Events, Failure, Request, secrets};

/// How long an agent may take to end a turn that it is told to end.
const GRACE: Duration = Duration::from_secs(5);

/// A turn under way.
pub(super) struct Turn<'a> {
    link: &'a mut Link,
    session: &'a mut Session,
    request: &'a Request,
    events: &'a Events,
    done: &'a mut oneshot::Sender<Result<Done, Failure>>,
    argv: &'a [String],
    /// Since when the agent knows that it is to end the turn.
    told_to_stop: Option<Instant>,
    /// It asked for something and was not allowed it.
    denied: bool,
}

/// How the agent said that the turn is over.
type Ended = Result<PromptResponse, Error>;

impl<'a> Turn<'a> {
    /// Nobody waits for the answer any more once `done` is closed. The command is the program and its arguments.
    pub(super) fn new(
        (link, session): (&'a mut Link, &'a mut Session),
        request: &'a Request,
        events: &'a Events,
        done: &'a mut oneshot::Sender<Result<Done, Failure>>,
        argv: &'a [String],
    ) -> Self {
        Self {
            link,
            session,
            request,
            events,
            done,
            argv,
            told_to_stop: None,
            denied: false,
        }
    }

    /// Asks, and tells what comes of it. When nobody waits for that any more the agent is told to end the turn, and this
    /// ends when it has.
    pub(super) async fn go(mut self) -> Result<Done, Trouble> {
        let blocks = prompt::of(self.request, self.session.new, self.session.takes_pictures).await;
        let prompt = PromptRequest::new(self.session.id.clone(), blocks);
        let mut ended = pin!(self.link.agent.send_request(prompt).block_task());
        let mut updates = Updates::default();
        let ended = loop {
            let until = self.told_to_stop.map(|at| at + GRACE);
            tokio::select! {
                biased;
                () = self.done.closed(), if until.is_none() => self.tell_to_stop(),
                () = passed(until) => return Err(Trouble::Useless(Failure::Cancelled)),
                heard = self.link.heard.recv() => match heard {
                    Some(Heard::Update(update)) if until.is_none() => self.tell(*update, &mut updates).await,
                    Some(Heard::Update(_)) => {}
                    Some(Heard::Ask(wish)) if until.is_none() => {
                        let over = self.ask(*wish, &mut updates, ended.as_mut()).await?;
                        if let Some(ended) = over {
                            break ended;
                        }
                    }
                    Some(Heard::Ask(wish)) => answer(wish.responder, permission::cancelled()),
                    None => return Err(Trouble::Lost(When::AtWork)),
                },
                ended = &mut ended => break ended,
                () = gone(&mut self.link.process) => return Err(Trouble::Lost(When::AtWork)),
            }
        };
        if self.told_to_stop.is_some() {
            self.session.new = false;
            return match ended.map_err(Unanswered::of) {
                Err(Unanswered::Lost) => Err(Trouble::Lost(When::AtWork)),
                Ok(_) | Err(Unanswered::Refused(_) | Unanswered::Late) => {
                    Err(Trouble::Refused(Failure::Cancelled))
                }
            };
        }
        // What it said while it asked, until it gave that up.
        while let Ok(heard) = self.link.heard.try_recv() {
            match heard {
                Heard::Update(update) => self.tell(*update, &mut updates).await,
                Heard::Ask(wish) => answer(wish.responder, permission::cancelled()),
            }
        }
        self.outcome(ended, &updates)
    }

    /// Tells what an update comes to, if it is of this conversation.
    async fn tell(&self, update: SessionNotification, updates: &mut Updates) {
        if update.session_id == self.session.id {
            for event in updates.read(update.update) {
                self.events.tell(event).await;
            }
        }
    }

    /// Asks whether it may. The end of the turn, if that comes before the answer.
    async fn ask(
        &mut self,
        Wish { request, responder }: Wish,
        updates: &mut Updates,
        ended: Pin<&mut impl Future<Output = Ended>>,
    ) -> Result<Option<Ended>, Trouble> {
        let asked = Asked::of(&request, updates.title(&request.tool_call.tool_call_id));
        if asked.question.choices.is_empty() {
            answer(responder, permission::cancelled());
            return Ok(None);
        }
        if let Some(end) = updates.part_end() {
            self.events.tell(end).await;
        }
        let taken_back = responder.cancellation();
        let question = asked.question.clone();
        let mut over = None;
        let outcome = tokio::select! {
            biased;
            () = self.done.closed() => {
                self.tell_to_stop();
                permission::cancelled()
            }
            () = taken_back.cancelled() => permission::cancelled(),
            ended = ended => {
                over = Some(ended);
                permission::cancelled()
            }
            () = gone(&mut self.link.process) => return Err(Trouble::Lost(When::AtWork)),
            chosen = self.events.ask(question) => {
                self.denied |= !asked.allows(chosen);
                asked.outcome(chosen)
            }
        };
        answer(responder, outcome);
        Ok(over)
    }

    fn tell_to_stop(&mut self) {
        self.told_to_stop = Some(Instant::now());
        let cancel = CancelNotification::new(self.session.id.clone());
        if self.link.agent.send_notification(cancel).is_err() {
            tracing::debug!("an agent is gone that was to end a turn");
        }
    }

    fn outcome(&mut self, ended: Ended, updates: &Updates) -> Result<Done, Trouble> {
        let response = match ended.map_err(Unanswered::of) {
            Ok(response) => response,
            Err(Unanswered::Lost | Unanswered::Late) => return Err(Trouble::Lost(When::AtWork)),
            Err(Unanswered::Refused(error)) => return Err(self.refused(&error, updates)),
        };
        self.session.new = false;
        let nothing = |why: &str| Err(Trouble::Refused(Failure::BadAnswer(why.to_owned())));
        let (stop, cut_short) = match response.stop_reason {
            StopReason::EndTurn => ("end_turn", None),
            StopReason::MaxTokens => ("max_tokens", Some("its tokens were used up")),
            StopReason::MaxTurnRequests => (
                "max_turn_requests",
                Some("it has asked its model as often as it may for one answer"),
            ),
            StopReason::Refusal if !updates.said() => return nothing("it refuses to answer"),
            StopReason::Refusal => ("refusal", Some("it refused to go on")),
            // Some end the turn when they are not allowed what they ask for.
            StopReason::Cancelled if self.denied => ("cancelled", Some("it was not allowed to go on")),
            StopReason::Cancelled => {
                let why = "it says that it was told to stop, which nobody did";
                return Err(Trouble::Refused(Failure::CutOff(why.to_owned())));
            }
            _ => ("unknown", None),
        };
        // One that works may have nothing to say, but not if it could not say it.
        if let Some(why) = cut_short
            && !updates.said()
            && !self.denied
        {
            return nothing(why);
        }
        let Session { name, version, .. } = &*self.session;
        let mut detail = json!({"agent": name, "version": version, "stop": stop});
        if let Some(cut) = cut_short {
            detail["cut_short"] = json!(cut);
        }
        Ok(Done {
            detail: Some(detail.to_string()),
            cut_short: cut_short.map(str::to_owned),
            session: self.session.lasts.then(|| self.session.id.to_string()),
        })
    }

    fn refused(&self, error: &Error, updates: &Updates) -> Trouble {
        if error.code == ErrorCode::AUTH_REQUIRED {
            return Trouble::Useless(login(self.argv, &[], error));
        }
        let why = format!("it said: {}", sentence(error));
        let failure = if updates.said() {
            Failure::CutOff(why)
        } else {
            Failure::BadAnswer(why)
        };
        let failure = secrets::without(failure, None, self.request);
        if error.code == ErrorCode::RESOURCE_NOT_FOUND {
            // It has forgotten the conversation, so the next turn begins another.
            return Trouble::Useless(failure);
        }
        Trouble::Refused(failure)
    }
}

async fn passed(until: Option<Instant>) {
    match until {
        Some(until) => tokio::time::sleep_until(until).await,
        None => std::future::pending().await,
    }
}

fn answer(responder: Responder, outcome: RequestPermissionResponse) {
    if responder.respond(outcome).is_err() {
        tracing::debug!("an agent is gone that had asked for permission");
    }
}
