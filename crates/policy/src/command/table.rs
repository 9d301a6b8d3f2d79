//! All chat commands with their forms: what is read, and what `/help` shows.

/// A command.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which.
    pub(super) word: Word,
    /// Its names after the slash; the first is the usual one.
    pub names: &'static [&'static str],
    /// What it is for, in a few words.
    pub about: &'static str,
    /// Its forms.
    pub forms: &'static [Form],
    /// What else there is to know, a line each.
    pub notes: &'static [&'static str],
    /// Is it for owners only?
    pub owners_only: bool,
}

/// One form of a command.
#[derive(Debug, PartialEq, Eq)]
pub struct Form {
    /// The word that asks for it; empty where the command stands alone.
    pub verb: &'static str,
    /// Other words for it.
    pub(super) also: &'static [&'static str],
    /// What follows.
    pub takes: &'static str,
    /// What it does.
    pub about: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Help,
    Status,
    New,
    Stop,
    Activation,
    Agent,
    Session,
    Pairing,
    Task,
    Tasks,
}

/// All commands, in the order of `/help`.
pub static TABLE: [Entry; 10] = [
    everyone(
        Word::Help,
        &["help"],
        "this list, or more about one command",
        &[form("", "[command]", "")],
    ),
    everyone(
        Word::Status,
        &["status"],
        "how things are here",
        &[form("", "", "")],
    ),
    everyone(
        Word::New,
        &["new", "reset"],
        "forget this conversation and begin anew",
        &[form("", "", "")],
    ),
    everyone(
        Word::Stop,
        &["stop"],
        "end the answer under way, drop what waits",
        &[form("", "", "")],
    ),
    everyone(
        Word::Activation,
        &["activation"],
        "when I answer in this group",
        &[
            form("", "", "show it"),
            form("mention", "", "when I am mentioned"),
            also("always", &["all"], "", "to every message"),
            form("default", "", "as the config says"),
        ],
    ),
    everyone(
        Word::Agent,
        &["agent"],
        "who answers here",
        &[
            form("list", "", "all agents"),
            form("current", "", "who answers here"),
            also("switch", &["use"], "<name>", "let another answer"),
        ],
    ),
    everyone(
        Word::Session,
        &["session"],
        "conversations kept apart",
        &[
            form("list", "", "those of this chat"),
            form("current", "", "the one in use"),
            form("new", "[name]", "begin one"),
            also("switch", &["use"], "<name>", "go on with one"),
            form("close", "", "leave this one"),
        ],
    ),
    Entry {
        owners_only: true,
        ..everyone(
            Word::Pairing,
            &["pairing"],
            "who may write to me",
            &[
                form("list", "", "who waits"),
                form("approve", "<code>", "let in"),
                form("deny", "<code>", "refuse"),
            ],
        )
    },
    Entry {
        notes: &[
            "When: every 30m, daily at 9:00, every mon and thu at 18:00, at 18:30, tomorrow at 9, in 20m, cron 0 9 * * 1-5 --",
            "How often: every 30m x5, every 10m until ok",
            "For <id> a name does, too",
            "Without a time it starts now, and so does what begins with now:",
        ],
        ..everyone(
            Word::Task,
            &["task"],
            "work at set times",
            &[
                also("new", &["add", "create"], "every 2h [name:] <what>", "make one"),
                also("list", &["ls"], "[all]", "those of this chat"),
                form("show", "<id>", "one of them"),
                form("run", "<id>", "start it now"),
                form("runs", "<id> [n]", "its last runs"),
                form("last", "<id>", "its last result"),
                form("pause", "<id>", "hold it"),
                form("resume", "<id>", "let it go on"),
                form("edit", "<id> name|prompt|schedule <new>", "change it"),
                also("cancel", &["delete", "remove"], "<id>", "delete it"),
                form("cancel-run", "<run>", "end a run"),
            ],
        )
    },
    everyone(
        Word::Tasks,
        &["tasks"],
        "the same as /task list",
        &[form("", "[all]", "")],
    ),
];

const fn everyone(
    word: Word,
    names: &'static [&'static str],
    about: &'static str,
    forms: &'static [Form],
) -> Entry {
    Entry {
        word,
        names,
        about,
        forms,
        notes: &[],
        owners_only: false,
    }
}

const fn form(verb: &'static str, takes: &'static str, about: &'static str) -> Form {
    also(verb, &[], takes, about)
}

const fn also(
    verb: &'static str,
    also: &'static [&'static str],
    takes: &'static str,
    about: &'static str,
) -> Form {
    Form {
        verb,
        also,
        takes,
        about,
    }
}

impl Entry {
    /// Its usual name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.names.first().copied().unwrap_or_default()
    }
}

impl Form {
    /// As it is typed: `/task show <id>`.
    #[must_use]
    pub fn usage(&self, entry: &Entry) -> String {
        let mut usage = format!("/{}", entry.name());
        for part in [self.verb, self.takes] {
            if !part.is_empty() {
                usage.push(' ');
                usage.push_str(part);
            }
        }
        usage
    }
}
