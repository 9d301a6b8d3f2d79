//! Many runs at once: every answer goes where its question came from, whatever is cut off in between.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use fased_agents::{Backend, Done, Event, Events, Failure, Request};

use super::world::{Set, World, settings};
use crate::clock;
use crate::config::QueueMode;

const ACCOUNTS: usize = 3;
const CHATS: usize = 50;
const ROUNDS: usize = 7;

/// Takes a while that nobody can foresee, and then repeats what it was asked.
pub(super) struct Dawdler;

impl Backend for Dawdler {
    fn answer<'a>(
        &'a self,
        request: &'a Request,
        events: &'a Events,
    ) -> Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>> {
        Box::pin(async move {
            clock::pause(Duration::from_secs_f64(clock::chance() * 0.02)).await;
            events.tell(Event::Text(request.text.clone())).await;
            Ok(Done::default())
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c7_a_thousand_runs_of_three_accounts_answer_nobody_else() {
    let mut world = World::new(Set {
        accounts: &["default", "home", "work"],
        queue: QueueMode::Followup,
        ..Set::default()
    })
    .await;
    world.engine.put_backend("main", settings(), Arc::new(Dawdler));
    // The same people write to all three accounts.
    let people: Vec<String> = (0..CHATS).map(|chat| format!("1555011{chat:04}")).collect();
    for round in 0..ROUNDS {
        for account in 0..ACCOUNTS {
            for person in &people {
                world
                    .writes(account, person, &format!("{account}/{person}/{round}"))
                    .await;
            }
        }
        if round % 3 == 2 {
            world.kill().await;
            world.start();
            world.engine.put_backend("main", settings(), Arc::new(Dawdler));
        }
    }
    world.until_decided().await;
    let all = ACCOUNTS * CHATS * ROUNDS;
    world.until_ended(all).await;

    let runs = world.runs().await;
    assert_eq!(runs.len(), all);
    let mut sessions: HashMap<&str, HashSet<(&str, &str)>> = HashMap::new();
    for run in &runs {
        sessions
            .entry(&run.session)
            .or_default()
            .insert((&run.account, &run.chat));
        // One cut off twice in a row is given up by rule; its chat is told.
        let is_ok = run.state == "ok" && run.attempts <= 2;
        assert!(
            is_ok || (run.state == "interrupted" && run.attempts == 2),
            "{run:?}"
        );
    }
    assert_eq!(sessions.len(), ACCOUNTS * CHATS);
    assert!(
        sessions.values().all(|chats| chats.len() == 1),
        "no session is shared"
    );

    let sent = world.sent().await;
    let mut answered = HashSet::new();
    for sent in &sent {
        if sent.purpose == "notice" {
            continue;
        }
        let parts: Vec<&str> = sent.text.split('/').collect();
        let [account, person, _] = parts[..] else {
            panic!("{sent:?}");
        };
        let account: usize = account.parse().expect("a number");
        assert_eq!(sent.account, world.accounts[account].id(), "{sent:?}");
        assert_eq!(sent.chat, format!("{person}@s.whatsapp.net"), "{sent:?}");
        assert!(answered.insert(sent.text.clone()), "twice: {sent:?}");
    }
    let ok = runs.iter().filter(|run| run.state == "ok").count();
    assert_eq!(answered.len(), ok);
    // Each account was ended twice, with so many runs under way at most.
    let given_up = all - ok;
    assert!(given_up <= CHATS, "{given_up} of {all} were given up");
    assert_eq!(sent.len(), all, "each is answered, or told that it is not");
}
