//! `/session`: conversations with the agent of this chat, side by side.

use std::time::Duration;

use anyhow::Result;

use super::list::{listed, short};
use super::{Answer, Asked};
use crate::clock;
use crate::nearest::nearest;
use crate::session::several::Several;
use crate::session::{self, Place};
use crate::span::span;
use crate::store::{Change, SessionRow};

/// What the session without a name is called.
pub(super) const MAIN: &str = "main";
/// Sessions of one chat and agent. When there are so many, one has to be closed first.
const MOST: usize = 50;
/// Longest name, in characters.
const LONGEST: usize = 30;
/// How long a run may take to end that is told to.
const END_WITHIN: Duration = Duration::from_secs(10);

/// Where several agents answer.
pub(super) fn refused(asked: &Asked<'_>, several: &Several) -> Answer {
    Answer::says(format!(
        "The config's broadcast says who answers in this chat: {}. Each has one conversation here, so there are no sessions to choose. To begin all of them anew: /new",
        asked.names_of(several)
    ))
}

pub(super) async fn list(asked: &Asked<'_>) -> Result<Answer> {
    let place = asked.place();
    let rows = session::listed(asked.store(), &place).await?;
    let mut lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let here = if row.key == place.session { " (here)" } else { "" };
            let ago = span(asked.now_ms - row.used_ms);
            format!("• {}{here}, used {ago} ago", named(row.name.as_deref()))
        })
        .collect();
    if !rows.iter().any(|row| row.key == place.session) {
        lines.insert(
            0,
            format!("• {} (here), not used yet", named(place.name.as_deref())),
        );
    }
    let head = format!(
        "*Sessions with {}*\nTo go on in another: /session switch NAME",
        asked.agent_name(&place.agent)
    );
    Ok(Answer::says(listed(&head, &lines, "/session current")))
}

pub(super) fn current(asked: &Asked<'_>) -> Answer {
    let place = asked.place();
    Answer::says(format!(
        "This chat is in session {} with {}. Others: /session list",
        named(place.name.as_deref()),
        asked.agent_name(&place.agent)
    ))
}

pub(super) async fn new(asked: &Asked<'_>, name: Option<&str>) -> Result<Answer> {
    let place = asked.place();
    let rows = session::listed(asked.store(), &place).await?;
    if rows.len() >= MOST {
        return Ok(Answer::says(format!(
            "There are {MOST} sessions already. Close one first: /session switch NAME, then /session close"
        )));
    }
    let name = match name.map(usable) {
        None => free_name(&place, &rows),
        Some(Ok(name)) => name,
        Some(Err(why)) => return Ok(Answer::says(why)),
    };
    if let Some(there) = find(&rows, &name) {
        let there = named(there.name.as_deref());
        return Ok(Answer::says(format!(
            "There is a session {there} already. To go on in it: /session switch {there}"
        )));
    }
    let key = session::sibling(&place, Some(&name));
    Ok(Answer {
        text: format!(
            "Session {name} begins, and this chat is in it. Back: /session switch {}",
            named(place.name.as_deref())
        ),
        changes: vec![
            Change::OpenSession { session: key },
            choice(asked, &place, Some(&name)),
        ],
    })
}

pub(super) async fn switch(asked: &Asked<'_>, wanted: &str) -> Result<Answer> {
    let place = asked.place();
    let rows = session::listed(asked.store(), &place).await?;
    let is_main = wanted.trim().eq_ignore_ascii_case(MAIN);
    let name = match find(&rows, wanted) {
        Some(row) => row.name.clone(),
        None if is_main => None,
        None => {
            let names = rows.iter().filter_map(|row| row.name.as_deref());
            let meant =
                nearest(wanted, names).map_or_else(String::new, |name| format!(" Did you mean {name}?"));
            return Ok(Answer::says(format!(
                "There is no session {}.{meant} All of them: /session list. To begin it: /session new {}",
                short(wanted, LONGEST),
                short(wanted, LONGEST)
            )));
        }
    };
    let shown = named(name.as_deref());
    if name == place.name {
        return Ok(Answer::says(format!("This chat is in session {shown} already.")));
    }
    Ok(Answer {
        text: format!("This chat goes on in session {shown}."),
        changes: vec![choice(asked, &place, name.as_deref())],
    })
}

pub(super) async fn close(asked: &Asked<'_>) -> Result<Answer> {
    let place = asked.place();
    let Some(name) = place.name.clone() else {
        return Ok(Answer::says(format!(
            "Session {MAIN} is always there. To begin it anew: /new"
        )));
    };
    // Their runs would bring it back to life.
    let tasks = asked.store().tasks_of_session(&place.session).await?;
    if !tasks.is_empty() {
        let lines: Vec<String> = tasks
            .iter()
            .map(|(id, name)| {
                let name = name.as_deref().map(|name| format!(" ({})", short(name, 40)));
                format!("• {id}{}", name.unwrap_or_default())
            })
            .collect();
        let head = format!(
            "Tasks belong to session {name}, so it is not closed. Delete them first: /task cancel {}",
            tasks.first().map_or("ID", |(id, _)| id)
        );
        return Ok(Answer::says(listed(&head, &lines, "/task list all")));
    }
    quiet(asked, &place.session).await?;
    Ok(Answer {
        text: format!("Session {name} is closed and forgotten. This chat goes on in session {MAIN}."),
        changes: vec![
            Change::CloseSession {
                session: place.session.clone(),
            },
            choice(asked, &place, None),
        ],
    })
}

fn choice(asked: &Asked<'_>, place: &Place, name: Option<&str>) -> Change {
    Change::Choose(asked.shared.conversations.with_session(place, name))
}

/// Ends what is under way in a session and waits until that is recorded: afterwards nothing brings it back to life.
async fn quiet(asked: &Asked<'_>, session: &str) -> Result<()> {
    let engine = &asked.shared.engine;
    let mut ended = engine.running.ended();
    engine.stop(asked.store(), &[session]).await?;
    let until = clock::monotonic() + END_WITHIN;
    while engine.running.is_running(session) {
        if tokio::time::timeout_at(until, ended.changed()).await.is_err() {
            tracing::warn!(
                account = asked.account(),
                "a session is closed while a run of it goes on"
            );
            break;
        }
    }
    Ok(())
}

pub(super) fn named(name: Option<&str>) -> &str {
    name.unwrap_or(MAIN)
}

fn find<'a>(rows: &'a [SessionRow], name: &str) -> Option<&'a SessionRow> {
    let wanted = name.trim().to_lowercase();
    rows.iter()
        .find(|row| named(row.name.as_deref()).to_lowercase() == wanted)
}

/// The lowest number that no session has for a name.
fn free_name(place: &Place, rows: &[SessionRow]) -> String {
    let taken = |name: &String| place.name.as_ref() == Some(name) || find(rows, name).is_some();
    // The unnamed one is the first.
    let mut numbers = (2..=MOST + 2).map(|number| number.to_string());
    numbers.find(|name| !taken(name)).unwrap_or_default()
}

/// A name that can be part of a session key and typed again.
fn usable(name: &str) -> Result<String, String> {
    let name = name.split_whitespace().collect::<Vec<_>>().join("-");
    let is_fine = |sign: char| sign.is_alphanumeric() || sign == '-' || sign == '_';
    if name.eq_ignore_ascii_case(MAIN) {
        return Err(format!(
            "Session {MAIN} is always there. To go on in it: /session switch {MAIN}"
        ));
    }
    if name.is_empty() || name.chars().count() > LONGEST || !name.chars().all(is_fine) {
        return Err(format!(
            "A session's name has at most {LONGEST} letters, digits, - and _. Example: /session new recipes"
        ));
    }
    Ok(name)
}
