//! Which Task somebody means who names it.

use super::State;
use crate::name::one_line;
use crate::near::is_slip;

/// Most Tasks that a question names.
const MOST: usize = 3;

/// Could this be the id of a Task, which is never a word: four letters and digits without vowels?
#[must_use]
pub fn is_like_id(word: &str) -> bool {
    word.len() == 4
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() && !b"aeiouAEIOU".contains(&byte))
}

/// A Task that can be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its state.
    pub state: State,
}

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named<'a> {
    /// The Task with this id.
    One(&'a str),
    /// None, or nobody knows which: ids with names that may be meant, `74h9 (tea)`, three at most.
    None(Vec<String>),
}

/// Finds the Task that has this name, in whatever case. Of several, it is the only one that is not done, if there is
/// one.
#[must_use]
pub fn named<'a>(typed: &str, candidates: &[Candidate<'a>]) -> Named<'a> {
    let typed = plain(typed);
    let all = |is: &dyn Fn(&str) -> bool| -> Vec<&Candidate<'a>> {
        candidates.iter().filter(|task| is(&plain(task.name))).collect()
    };
    let same = all(&|name| name == typed);
    let open: Vec<&&Candidate<'a>> = same.iter().filter(|task| task.state != State::Done).collect();
    match (same.as_slice(), open.as_slice()) {
        ([only], _) => return Named::One(only.id),
        (_, [only]) => return Named::One(only.id),
        (_, _) => {}
    }
    let meant = if same.is_empty() {
        all(&|name| is_slip(&typed, name))
    } else {
        same
    };
    let shown = meant.iter().take(MOST).map(|task| {
        let name = one_line(task.name, super::MAX_NAME_CHARS).unwrap_or_default();
        format!("{} ({name})", task.id)
    });
    Named::None(shown.collect())
}

fn plain(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").to_lowercase()
}
