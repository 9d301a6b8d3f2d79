//! Where a run may answer, and the ids that its messages travel under.

use fased_policy::ids::GroupId;
use fased_policy::name::neutralised;
use fased_protocol::sidecar::Quote;

use crate::clock;
use crate::config::AccountConfig;
use crate::outbound::{REPLY_TTL_MS, id_from, spoken};
use crate::store::{CutOff, Draft, Purpose, QueuedRun, RunKind};

/// Where a run may answer. Ids follow from it, so an answer that is committed once more is the same messages.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    account: String,
    run: i64,
    created_ms: i64,
    chat: String,
    kind: RunKind,
    /// Its agent, where others answer the same.
    speaker: Option<String>,
}

/// Which message of a run it is.
#[derive(Debug, Clone, Copy)]
enum Part {
    Answer(usize),
    Failure,
}

impl Token {
    /// Of a run that is to start.
    pub(crate) fn of(account: &str, run: &QueuedRun) -> Self {
        Self {
            account: account.to_owned(),
            run: run.id,
            created_ms: run.created_ms,
            chat: run.chat.clone(),
            kind: run.kind,
            speaker: run.is_one_of_several.then(|| run.agent.clone()),
        }
    }

    /// Of a run that the end of the gateway cut off.
    pub(crate) fn of_cut_off(account: &str, run: &CutOff) -> Self {
        Self {
            account: account.to_owned(),
            run: run.id,
            created_ms: run.created_ms,
            chat: run.chat.clone(),
            kind: run.kind,
            speaker: run.speaker.clone(),
        }
    }

    /// Who says it, as it stands before an answer where several agents answer; none elsewhere.
    pub(crate) fn speaker(&self, config: &AccountConfig) -> Option<String> {
        let id = self.speaker.as_deref()?;
        let agent = config.agents.list.get(id);
        let name = agent.and_then(|agent| agent.name.as_deref());
        // The mark around it may not be in it.
        let name = name.and_then(|name| neutralised(&name.replace('*', "")));
        Some(format!("*{}:*", name.as_deref().unwrap_or(id)))
    }

    /// A message of the answer, by its place in it.
    pub(crate) fn answer(&self, part: usize, text: String, quote: Option<Quote>) -> Draft {
        let purpose = match self.kind {
            RunKind::Message | RunKind::Command | RunKind::Broadcast => Purpose::Reply,
            RunKind::Task => Purpose::Task,
        };
        self.draft(purpose, Part::Answer(part), text, quote)
    }

    /// What the chat is told when there is no answer. Of a Task nobody there asked for that just now, so it is paced as
    /// the result would be.
    pub(crate) fn failure(&self, text: String) -> Draft {
        let purpose = match self.kind {
            RunKind::Message | RunKind::Command | RunKind::Broadcast => Purpose::Notice,
            RunKind::Task => Purpose::Task,
        };
        self.draft(purpose, Part::Failure, text, None)
    }

    /// What is being done. It is old news soon, and a second one is another message.
    pub(crate) fn progress(&self, text: String, ttl_ms: i64) -> Draft {
        Draft::text(
            self.chat.clone(),
            Purpose::Progress,
            text,
            clock::now_ms() + ttl_ms,
        )
    }

    /// The chat.
    pub(crate) fn chat(&self) -> &str {
        &self.chat
    }

    /// What has to be asked, or that it is asked no longer. It is no part of the answer, and old soon as well; of a Task it
    /// may go to somebody who never wrote.
    pub(crate) fn question(&self, text: String, ttl_ms: i64) -> Draft {
        let mut draft = self.progress(text, ttl_ms);
        draft.first_contact = self.is_first_contact();
        draft
    }

    fn is_first_contact(&self) -> bool {
        self.kind == RunKind::Task && GroupId::parse(&self.chat).is_err()
    }

    fn draft(&self, purpose: Purpose, part: Part, text: String, quote: Option<Quote>) -> Draft {
        let mut draft = spoken(&self.chat, purpose, text, quote, clock::now_ms() + REPLY_TTL_MS);
        draft.message_id = self.message_id(part);
        // Counts while nobody has written there: a Task may be made for somebody who never did.
        draft.first_contact = self.is_first_contact();
        draft
    }

    fn message_id(&self, part: Part) -> String {
        let Self {
            account,
            run,
            created_ms,
            ..
        } = self;
        let part = match part {
            Part::Answer(number) => number.to_string(),
            Part::Failure => "failure".to_owned(),
        };
        id_from(&format!("{account}/{run}/{created_ms}/{part}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_from_the_run_and_look_like_those_that_are_drawn() {
        let token = |run, created_ms| Token {
            account: "default".to_owned(),
            run,
            created_ms,
            chat: "15550100002@s.whatsapp.net".to_owned(),
            kind: RunKind::Message,
            speaker: None,
        };
        let id = |run, created_ms, part| {
            token(run, created_ms)
                .answer(part, "hi".to_owned(), None)
                .message_id
        };
        assert_eq!(id(1, 7, 0), id(1, 7, 0));
        let failure = token(1, 7).failure("no".to_owned()).message_id;
        let all = [id(1, 7, 0), id(1, 7, 1), id(2, 7, 0), id(1, 8, 0), failure];
        let different: std::collections::HashSet<&String> = all.iter().collect();
        assert_eq!(different.len(), all.len());
        let drawn = crate::outbound::mint_id();
        assert!(
            all.iter()
                .all(|id| id.len() == drawn.len() && id.starts_with("3EB0"))
        );
        assert!(all.iter().all(|id| {
            id.bytes()
                .all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        }));
    }
}
