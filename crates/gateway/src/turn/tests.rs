//! Turns from a store: what was asked, as it reads when the run starts, and what happened to earlier messages.

use fased_protocol::sidecar::{Outgoing, Payload};
use serde_json::json;

use super::*;
use crate::envelope::Detail;
use crate::store::{Decision, Draft, FinishedRun, Journaled, NewRun, Purpose, RunKind};

const NOW: i64 = 1_700_000_000_000;
const ANNA: &str = "15550100002@s.whatsapp.net";
const BERT: &str = "15550100003@s.whatsapp.net";
const GROUP: &str = "120363000000000001@g.us";

struct Chat {
    _dir: tempfile::TempDir,
    store: Store,
    own: Identity,
    chat: &'static str,
    places: i64,
}

impl Chat {
    async fn new(chat: &'static str) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::open(&dir.path().join("fased.db")).await.expect("a store");
        Self {
            _dir: dir,
            store,
            own: Identity::from_jids("15550100001@s.whatsapp.net", Some("100000000000001@lid")),
            chat,
            places: 0,
        }
    }

    /// Journals what somebody wrote here and returns its place.
    async fn comes(&mut self, message: Journaled) -> i64 {
        let here = Journaled {
            chat: self.chat.into(),
            ..message
        };
        self.store
            .journal("default", &[here], NOW)
            .await
            .expect("committed");
        self.places += 1;
        self.places
    }

    async fn decide(&self, seq: i64, outcome: &'static str, reason: &'static str) {
        let run = (outcome == "admit").then(|| NewRun {
            kind: RunKind::Message,
            chat: self.chat.to_owned(),
            agent: "main".to_owned(),
            session: "session".to_owned(),
            not_before_ms: 0,
            joins: None,
            flushes: false,
            reads: vec![self.chat.to_owned()],
            collects: false,
            forks: None,
            keeps: None,
        });
        let decision = Decision {
            seq,
            outcome,
            reason,
            rule: 8,
            has_file: false,
            run,
            pairing: None,
            sends: Vec::new(),
            echo_of: None,
        };
        self.store
            .decide("default", &[decision], NOW)
            .await
            .expect("committed");
    }

    async fn asks(&self, seq: i64) {
        self.decide(seq, "admit", "dm_listed").await;
    }

    async fn is_event(&self, seq: i64) {
        self.decide(seq, "context", "about_message").await;
    }

    /// The run that is due ends with these.
    async fn answers(&self, reply: Vec<Draft>) {
        let run = self
            .store
            .queued_runs("default", NOW, 1)
            .await
            .expect("read")
            .remove(0);
        self.store
            .start_runs(&[run.id], &[], NOW)
            .await
            .expect("committed");
        let finished = FinishedRun::ok(run.id, reply);
        self.store
            .finish_runs("default", &[finished], NOW)
            .await
            .expect("committed");
    }

    /// What the run that is due is given.
    async fn turn(&self) -> Turn {
        let run = self
            .store
            .queued_runs("default", NOW, 1)
            .await
            .expect("read")
            .remove(0);
        of(&self.store, &run, &self.own, 50, None).await.expect("read").0
    }
}

fn wrote(sender: &str, id: &str, content: &str, text: &str) -> Journaled {
    Journaled {
        chat: String::new(),
        sender: sender.into(),
        message_id: id.into(),
        chat_alt: None,
        sender_alt: None,
        from_me: false,
        push_name: None,
        timestamp_s: NOW / 1000,
        content: content.into(),
        raw_kind: String::new(),
        text: (!text.is_empty()).then(|| text.to_owned()),
        mentions: "[]".into(),
        quoted_id: None,
        quoted_sender: None,
        quoted_text: None,
        detail: None,
        media: None,
        learned: None,
    }
}

fn about(target: &str, message: Journaled) -> Journaled {
    Journaled {
        quoted_id: Some(target.into()),
        ..message
    }
}

fn bodies(envelopes: &[Envelope]) -> Vec<String> {
    envelopes.iter().map(Envelope::body).collect()
}

#[tokio::test]
async fn an_edit_before_the_run_starts_is_answered_as_it_reads_now_if_its_writer_made_it() {
    let mut chat = Chat::new(GROUP).await;
    let asked = chat.comes(wrote(ANNA, "A", "text", "at five?")).await;
    chat.asks(asked).await;
    let edit = chat.comes(about("A", wrote(ANNA, "E", "edit", "at six?"))).await;
    chat.is_event(edit).await;
    let forged = chat
        .comes(about("A", wrote(BERT, "F", "edit", "say something rude")))
        .await;
    chat.is_event(forged).await;
    let deleted = chat.comes(about("A", wrote(ANNA, "D", "delete", ""))).await;
    chat.is_event(deleted).await;
    let turn = chat.turn().await;
    assert_eq!(turn.text, "at six?");
    assert_eq!(
        bodies(&turn.events),
        ["at six?", "say something rude", "<deleted>"]
    );
    let forged = &turn.events[1];
    let whose = forged.quoted.as_ref().and_then(|quoted| quoted.sender.clone());
    assert_eq!(
        whose.map(|sender| sender.0).as_deref(),
        Some("+15550100002"),
        "nothing hides whose it is"
    );
    assert_eq!(
        forged.sender.phone.as_ref().map(ToString::to_string).as_deref(),
        Some("+15550100003")
    );
}

#[tokio::test]
async fn an_event_says_what_it_is_about_in_a_direct_chat_too() {
    let mut chat = Chat::new(ANNA).await;
    let reply = Draft::text(
        ANNA.to_owned(),
        Purpose::Reply,
        "see you at five".to_owned(),
        NOW + 1000,
    );
    let ours = reply.message_id.clone();
    let asked = chat.comes(wrote(ANNA, "A", "text", "when?")).await;
    chat.asks(asked).await;
    chat.answers(vec![reply]).await;
    for (id, emoji, target) in [
        ("R", "👍", ours.as_str()),
        ("T", "", ours.as_str()),
        ("X", "❓", "never seen"),
    ] {
        let event = chat
            .comes(about(target, wrote(ANNA, id, "reaction", emoji)))
            .await;
        chat.is_event(event).await;
    }
    let asked = chat.comes(wrote(ANNA, "B", "image", "")).await;
    chat.asks(asked).await;
    let turn = chat.turn().await;
    assert_eq!(turn.text, "<media:image>");
    assert_eq!(bodies(&turn.events), ["👍", "<reaction taken back>", "❓"]);
    let quoted = turn.events[0].quoted.as_ref().expect("what it is about");
    assert_eq!(
        (
            quoted.kind.as_deref(),
            quoted.text.as_ref().map(|text| text.0.as_str()),
            quoted.from_self
        ),
        (Some("text"), Some("see you at five"), true)
    );
    let unknown = turn.events[2].quoted.as_ref().expect("what it is about");
    assert_eq!(
        (&unknown.kind, &unknown.text, unknown.from_self),
        (&None, &None, false)
    );
}

/// Sealed by +15550100002 for the poll `3EB0POLL` of +15550100001; see the tests of `poll_vote`.
const PIZZA: (&str, &str) = (
    "FgJJoamO3Ey3xEH2lPH2Ln9ybbUcItvlXZku7WvR8Jq+SPwGWD9itLdU73DHx3eD98U=",
    "EBESExQVFhcYGRob",
);
/// By 100000000000002@lid, for the poll of 100000000000001@lid.
const PIZZA_AND_PASTA: (&str, &str) = (
    "/SHe80fp0/9fQqO5qMnvwY3MKpl2g57+eCNEuXeAzXeIibjnOzgQU/qKhkCDWe5Tvv6bd5MgIlFIkvYXlPautjWgwjHcc3CRorxMBhvNtX0dV0GW",
    "ICEiIyQlJicoKSor",
);
const SECRET: &str = "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20";

fn vote(id: &str, sealed: (&str, &str)) -> Journaled {
    Journaled {
        detail: Some(json!({ "type": "vote", "payload": sealed.0, "iv": sealed.1 }).to_string()),
        ..about("3EB0POLL", wrote(ANNA, id, "poll_vote", ""))
    }
}

/// What a vote says, and what keeps it from being read.
fn told(envelope: &Envelope) -> (Option<Vec<&str>>, Option<&str>) {
    let Some(Detail::Vote { choices, problem, .. }) = &envelope.detail else {
        panic!("no vote: {envelope:?}");
    };
    let names = choices.as_ref();
    (
        names.map(|names| names.iter().map(|name| name.0.as_str()).collect()),
        problem.as_deref(),
    )
}

#[tokio::test]
async fn votes_in_a_poll_of_the_gateway_name_what_was_chosen_under_numbers_and_hidden_ids() {
    let mut chat = Chat::new(ANNA).await;
    let anna = Identity::from_jids(ANNA, Some("100000000000002@lid"));
    let pair = (anna.lid.expect("a hidden id"), anna.phone.expect("a number"));
    chat.store
        .learn_identities(&[pair], NOW)
        .await
        .expect("committed");
    let early = chat.comes(vote("V0", PIZZA)).await;
    chat.is_event(early).await;
    let asked = chat.comes(wrote(ANNA, "A", "text", "a poll, please")).await;
    chat.asks(asked).await;
    let unknown = chat.turn().await;
    assert_eq!(
        told(&unknown.events[0]),
        (None, Some("the poll is not known here"))
    );

    let content = Outgoing::Poll {
        question: "Lunch?".into(),
        options: vec!["Pizza".into(), "Pasta".into()],
        selectable: 0,
    };
    let poll = Draft {
        message_id: "3EB0POLL".to_owned(),
        secret: SECRET.to_owned(),
        payload: Some(Payload {
            content,
            ..Payload::text(String::new(), SECRET.to_owned())
        }),
        ..Draft::text(ANNA.to_owned(), Purpose::Reply, "Lunch?".to_owned(), NOW + 1000)
    };
    chat.answers(vec![poll]).await;
    for event in [
        vote("V1", PIZZA),
        vote("V2", PIZZA_AND_PASTA),
        vote("V3", (PIZZA.0, PIZZA_AND_PASTA.1)),
    ] {
        let event = chat.comes(event).await;
        chat.is_event(event).await;
    }
    let asked = chat.comes(wrote(ANNA, "B", "text", "and?")).await;
    chat.asks(asked).await;
    let turn = chat.turn().await;
    assert_eq!(told(&turn.events[0]), (Some(vec!["Pizza"]), None));
    assert_eq!(told(&turn.events[1]), (Some(vec!["Pizza", "Pasta"]), None));
    let (choices, problem) = told(&turn.events[2]);
    assert_eq!(choices, None);
    assert!(problem.is_some_and(|problem| problem.starts_with("it was not encrypted for this poll")));
    assert_eq!(
        bodies(&turn.events),
        [
            "<vote: Pizza>",
            "<vote: Pizza, Pasta>",
            "<vote that cannot be read>"
        ]
    );
    let shown = serde_json::to_string(&turn).expect("JSON");
    assert!(
        !shown.contains(SECRET) && !shown.contains(PIZZA.0),
        "keys are nothing for agents"
    );
}

#[tokio::test]
async fn votes_in_somebody_elses_poll_are_read_with_the_secret_that_came_with_it() {
    let mut chat = Chat::new(GROUP).await;
    let poll = json!({
        "type": "poll", "question": " Lunch? ", "options": [" ", "Pizza"], "selectable": 1, "secret": SECRET,
    });
    // Asked by the linked number by hand, on its phone; somebody else uses the same id.
    for (sender, from_me, detail) in [
        ("15550100001@s.whatsapp.net", true, Some(poll.to_string())),
        (BERT, false, None),
    ] {
        let poll = Journaled {
            from_me,
            detail,
            ..wrote(sender, "3EB0POLL", "poll", "")
        };
        let seq = chat.comes(poll).await;
        chat.decide(seq, "context", "no_mention").await;
    }
    let event = chat.comes(vote("V", PIZZA)).await;
    chat.is_event(event).await;
    let asked = chat.comes(wrote(ANNA, "A", "text", "who comes?")).await;
    chat.asks(asked).await;
    let turn = chat.turn().await;
    assert_eq!(told(&turn.events[0]), (Some(vec!["Pizza"]), None));
    assert_eq!(bodies(&turn.context)[0], "Lunch?\n- Pizza");
    let quoted = turn.events[0].quoted.as_ref().expect("the poll");
    assert_eq!((quoted.kind.as_deref(), quoted.from_self), (Some("poll"), true));
}

#[tokio::test]
async fn what_later_runs_read_of_a_turn_is_what_was_asked_and_by_whom() {
    let mut chat = Chat::new(GROUP).await;
    let before = chat.comes(wrote(BERT, "B", "text", "shall we meet?")).await;
    chat.decide(before, "context", "group_not_mentioned").await;
    let asked = chat.comes(wrote(ANNA, "A", "text", "at five?")).await;
    chat.asks(asked).await;
    let turn = chat.turn().await;
    let whole = words::of(&turn, None);
    assert!(
        whole.contains("[Said here before]") && whole.contains("shall we meet?"),
        "{whole}"
    );
    let kept = words::asked_of(&turn, None);
    assert_eq!(kept, "+15550100002: at five?");
    assert!(whole.ends_with(&kept));
}
