//! Chat commands: which texts are one. What each does is decided where it is carried out.

#[cfg(test)]
mod tests;

/// The words that are commands after a slash.
pub const COMMANDS: [&str; 11] = [
    "help",
    "status",
    "new",
    "reset",
    "stop",
    "activation",
    "agent",
    "session",
    "pairing",
    "task",
    "tasks",
];

/// Is this text a command: a slash and one of [`COMMANDS`], in any case, then nothing or a space?
#[must_use]
pub fn is_command(text: &str) -> bool {
    let Some(rest) = text.trim_start().strip_prefix('/') else {
        return false;
    };
    let word = rest.split(char::is_whitespace).next().unwrap_or_default();
    COMMANDS.iter().any(|command| command.eq_ignore_ascii_case(word))
}
