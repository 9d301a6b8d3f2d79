//! What `/help` says.

use super::TABLE;
use super::table::{Entry, Form};

/// The text of `/help`, or about one command. What is for owners only is shown to owners only.
#[must_use]
pub fn help(topic: Option<&Entry>, owner: bool) -> String {
    match topic {
        Some(entry) if owner || !entry.owners_only => about(entry),
        Some(_) | None => overview(owner),
    }
}

fn overview(owner: bool) -> String {
    let mut lines = vec!["Commands:".to_owned()];
    for entry in TABLE.iter().filter(|entry| owner || !entry.owners_only) {
        lines.push(format!("{} – {}", short(entry), entry.about));
    }
    lines.push("More about one: /help task".to_owned());
    lines.join("\n")
}

/// On one line: `/agent list|current|switch`.
fn short(entry: &Entry) -> String {
    let names: Vec<String> = entry.names.iter().map(|name| format!("/{name}")).collect();
    let verbs: Vec<&str> = entry
        .forms
        .iter()
        .map(|form| form.verb)
        .filter(|verb| !verb.is_empty())
        .collect();
    let takes = match (entry.forms, verbs.is_empty()) {
        ([only], true) => only.takes.to_owned(),
        (_, _) => verbs.join("|"),
    };
    format!("{} {takes}", names.join(", ")).trim_end().to_owned()
}

fn about(entry: &Entry) -> String {
    let mut lines = vec![format!("/{} – {}", entry.name(), entry.about)];
    for form in entry.forms {
        lines.push(line(entry, form));
    }
    lines.extend(entry.notes.iter().map(|note| (*note).to_owned()));
    if let [_usual, others @ ..] = entry.names
        && !others.is_empty()
    {
        let others: Vec<String> = others.iter().map(|name| format!("/{name}")).collect();
        lines.push(format!("The same: {}", others.join(", ")));
    }
    lines.join("\n")
}

fn line(entry: &Entry, form: &Form) -> String {
    if form.about.is_empty() {
        form.usage(entry)
    } else {
        format!("{} – {}", form.usage(entry), form.about)
    }
}
