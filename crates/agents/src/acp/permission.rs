//! What an agent wants to be allowed, as a question for people, and the choice as an outcome: by what an option means, never
//! by its place or its name.

use super::wire::{
    PermissionOption, PermissionOptionId, PermissionOptionKind, RequestPermissionOutcome,
    RequestPermissionRequest, RequestPermissionResponse, SelectedPermissionOutcome, ToolCallContent,
    ToolCallUpdateFields, ToolKind,
};
use super::words::{line, shortened};
use crate::{Choice, ChoiceKind, Question};

/// Longest command that is shown, in characters. What is longer is marked as such.
const MOST_OF_A_COMMAND: usize = 1000;
/// Of what a tool is given, and of a change, so many characters are shown where there is no command.
const MOST_OF_AN_INPUT: usize = 600;
/// Stands before and after what is shown as it is.
const FENCE: &str = "```";
/// Longest name of a choice, in characters.
const MOST_OF_A_NAME: usize = 100;
/// Most files that are named.
const MOST_FILES: usize = 5;
/// Most choices. People answer with a number, and no agent is known to offer more than six.
const MOST_CHOICES: usize = 20;

/// A question, and what stands behind its choices.
pub(super) struct Asked {
    pub(super) question: Question,
    /// In the order of the choices.
    options: Vec<(PermissionOptionId, ChoiceKind)>,
}

impl Asked {
    /// In words. The title is what was told of the tool's work before, if the request tells none.
    pub(super) fn of(request: &RequestPermissionRequest, known_title: Option<&str>) -> Self {
        let known = |option: &PermissionOption| Some((option.option_id.clone(), kind(option.kind)?));
        let offered = || request.options.iter().take(MOST_CHOICES);
        let choices = offered()
            .filter_map(|option| {
                Some(Choice {
                    name: line(&option.name, MOST_OF_A_NAME),
                    kind: kind(option.kind)?,
                })
            })
            .collect();
        Self {
            question: Question {
                text: words(request, known_title),
                choices,
            },
            options: offered().filter_map(known).collect(),
        }
    }

    /// Whether this choice is a yes.
    pub(super) fn allows(&self, chosen: Option<usize>) -> bool {
        match chosen.and_then(|place| self.options.get(place)) {
            Some((_, ChoiceKind::AllowOnce | ChoiceKind::AllowAlways)) => true,
            Some((_, ChoiceKind::RejectOnce | ChoiceKind::RejectAlways)) | None => false,
        }
    }

    /// The answer to the agent: what was chosen; without a choice the mildest no, or else that nobody chose.
    pub(super) fn outcome(&self, chosen: Option<usize>) -> RequestPermissionResponse {
        let of_kind = |wanted| self.options.iter().find(|(_, kind)| *kind == wanted);
        let option = match chosen {
            Some(place) => self.options.get(place),
            None => of_kind(ChoiceKind::RejectOnce),
        };
        RequestPermissionResponse::new(match option {
            Some((id, _)) => RequestPermissionOutcome::Selected(SelectedPermissionOutcome::new(id.clone())),
            None => RequestPermissionOutcome::Cancelled,
        })
    }
}

/// The turn is over, or about to be.
pub(super) fn cancelled() -> RequestPermissionResponse {
    RequestPermissionResponse::new(RequestPermissionOutcome::Cancelled)
}

/// None of a kind that is not known: nobody can tell what choosing it would allow.
fn kind(kind: PermissionOptionKind) -> Option<ChoiceKind> {
    match kind {
        PermissionOptionKind::AllowOnce => Some(ChoiceKind::AllowOnce),
        PermissionOptionKind::AllowAlways => Some(ChoiceKind::AllowAlways),
        PermissionOptionKind::RejectOnce => Some(ChoiceKind::RejectOnce),
        PermissionOptionKind::RejectAlways => Some(ChoiceKind::RejectAlways),
        _ => None,
    }
}

/// What it is about. A command stands there as it will be run, whatever the title says, and without one what the tool is
/// given: nobody allows what only a title tells.
fn words(request: &RequestPermissionRequest, known_title: Option<&str>) -> String {
    let call = &request.tool_call.fields;
    let title = call.title.as_deref().or(known_title).unwrap_or_default();
    let title = harmless(&line(title, MOST_OF_A_COMMAND));
    let mut text = if title.is_empty() {
        without_title(call.kind).to_owned()
    } else {
        title
    };
    if let Some(shown) = shown(call) {
        text = format!("{text}\n{FENCE}\n{}\n{FENCE}", harmless(&shown));
    }
    let files: Vec<String> = call
        .locations
        .iter()
        .flatten()
        .map(|location| harmless(&line(&location.path.to_string_lossy(), MOST_OF_A_COMMAND)))
        .filter(|path| !text.contains(path.as_str()))
        .collect();
    for path in files.iter().take(MOST_FILES) {
        text = format!("{text}\n{path}");
    }
    match files.len().saturating_sub(MOST_FILES) {
        0 => text,
        more => format!("{text}\n(and {more} more)"),
    }
}

/// No words of an agent end the fence around them, or begin one.
fn harmless(text: &str) -> String {
    text.replace(FENCE, "'''")
}

/// What will be done, in full as far as there is room for it.
fn shown(call: &ToolCallUpdateFields) -> Option<String> {
    let input = call.raw_input.as_ref();
    let command = input.and_then(|input| command(input.get("command")?));
    let command = command.map(|command| shortened(command.trim(), MOST_OF_A_COMMAND));
    if let Some(command) = command.filter(|command| !command.is_empty()) {
        return Some(command);
    }
    let all = input.and_then(given).or_else(|| changed(call))?;
    Some(shortened(&all, MOST_OF_AN_INPUT))
}

/// What a tool is given, one line for each key.
fn given(input: &serde_json::Value) -> Option<String> {
    let Some(keys) = input.as_object() else {
        return (!input.is_null()).then(|| input.to_string());
    };
    // None of them takes the room of the others.
    let most = MOST_OF_AN_INPUT
        .checked_div(keys.len())?
        .saturating_sub(2)
        .max(40);
    let lines: Vec<String> = keys
        .iter()
        .map(|(key, value)| shortened(&format!("{key}: {value}"), most))
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// The first change of a file that it tells of.
fn changed(call: &ToolCallUpdateFields) -> Option<String> {
    let diff = call.content.iter().flatten().find_map(|content| match content {
        ToolCallContent::Diff(diff) => Some(diff),
        ToolCallContent::Content(_) | ToolCallContent::Terminal(_) | _ => None,
    })?;
    Some(format!("{}\n{}", diff.path.display(), diff.new_text.trim_end()))
}

/// A command as agents write it: one text, or a program and its arguments.
fn command(input: &serde_json::Value) -> Option<String> {
    if let Some(text) = input.as_str() {
        return Some(text.to_owned());
    }
    let words: Option<Vec<&str>> = input.as_array()?.iter().map(|word| word.as_str()).collect();
    Some(words?.join(" "))
}

fn without_title(kind: Option<ToolKind>) -> &'static str {
    match kind {
        Some(ToolKind::Read) => "Read a file",
        Some(ToolKind::Edit) => "Change a file",
        Some(ToolKind::Delete) => "Delete a file",
        Some(ToolKind::Move) => "Move a file",
        Some(ToolKind::Search) => "Search",
        Some(ToolKind::Execute) => "Run a command",
        Some(ToolKind::Think) => "Think",
        Some(ToolKind::Fetch) => "Fetch something from the network",
        Some(ToolKind::SwitchMode) => "Go on in another mode",
        Some(ToolKind::Other | _) | None => "Use a tool",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn asked(call: &Value, options: &Value) -> Asked {
        let request = json!({"sessionId": "s", "toolCall": call, "options": options});
        Asked::of(
            &serde_json::from_value(request).expect("a request"),
            Some("Known before"),
        )
    }

    fn odd() -> Asked {
        let options = json!([
            {"optionId": "1", "name": "Never", "kind": "reject_always"},
            {"optionId": "2", "name": "Always", "kind": "allow_always"},
            {"optionId": "3", "name": "Not now", "kind": "reject_once"},
            {"optionId": "4", "name": "Go ahead", "kind": "allow_once"},
        ]);
        asked(&json!({"toolCallId": "c", "title": "Open the door"}), &options)
    }

    fn selected(response: &RequestPermissionResponse) -> Option<String> {
        match &response.outcome {
            RequestPermissionOutcome::Selected(selected) => Some(selected.option_id.to_string()),
            RequestPermissionOutcome::Cancelled | _ => None,
        }
    }

    #[test]
    fn choices_mean_what_their_kind_says() {
        let asked = odd();
        let kinds: Vec<_> = asked.question.choices.iter().map(|choice| choice.kind).collect();
        assert_eq!(
            kinds,
            [
                ChoiceKind::RejectAlways,
                ChoiceKind::AllowAlways,
                ChoiceKind::RejectOnce,
                ChoiceKind::AllowOnce
            ]
        );
        assert_eq!(selected(&asked.outcome(Some(3))).as_deref(), Some("4"));
        assert_eq!(selected(&asked.outcome(Some(0))).as_deref(), Some("1"));
        let allowed: Vec<bool> = (0..5).map(|place| asked.allows(Some(place))).collect();
        assert_eq!(allowed, [false, true, false, true, false]);
        assert!(!asked.allows(None));
    }

    #[test]
    fn no_answer_is_the_mildest_no_and_never_a_yes() {
        assert_eq!(selected(&odd().outcome(None)).as_deref(), Some("3"));
        let yes = json!([{"optionId": "y", "name": "Yes", "kind": "allow_once"}]);
        let asked = asked(&json!({"toolCallId": "c"}), &yes);
        assert_eq!(selected(&asked.outcome(None)), None);
        assert_eq!(selected(&asked.outcome(Some(7))), None);
        assert_eq!(selected(&cancelled()), None);
    }

    #[test]
    fn a_command_is_shown_as_it_will_be_run() {
        let none = json!([]);
        let text = |call: &Value| asked(call, &none).question.text;
        let tidy = json!({"toolCallId": "c", "title": "Tidy up", "rawInput": {"command": "rm -rf build"}});
        assert_eq!(text(&tidy), "Tidy up\n```\nrm -rf build\n```");
        let same = json!({"toolCallId": "c", "title": "Run `make`", "rawInput": {"command": "make"}});
        assert_eq!(text(&same), "Run `make`\n```\nmake\n```");
        let hidden = json!({"toolCallId": "c", "title": "ls; then rm -rf home is not run",
            "rawInput": {"command": "rm -rf home"}});
        assert!(text(&hidden).ends_with("\n```\nrm -rf home\n```"));
        let list = json!({"toolCallId": "c", "title": "List", "rawInput": {"command": ["ls", "-l"]}});
        assert_eq!(text(&list), "List\n```\nls -l\n```");
        let long = json!({"toolCallId": "c", "title": "x", "rawInput": {"command": "a".repeat(5000)}});
        assert!(text(&long).ends_with("a…\n```"));
        let fence =
            json!({"toolCallId": "c", "title": "```", "rawInput": {"command": "cat <<x\n```\n1. Yes\nx"}});
        assert_eq!(text(&fence), "'''\n```\ncat <<x\n'''\n1. Yes\nx\n```");
    }

    #[test]
    fn without_a_command_it_shows_what_the_tool_is_given() {
        let text = |call: &Value| asked(call, &json!([])).question.text;
        let fetch = json!({"toolCallId": "c", "title": "Look it up",
            "rawInput": {"body": "a\nb", "url": "https://x.example"}});
        assert_eq!(
            text(&fetch),
            "Look it up\n```\nbody: \"a\\nb\"\nurl: \"https://x.example\"\n```"
        );
        let long =
            json!({"toolCallId": "c", "title": "x", "rawInput": {"body": "a".repeat(5000), "path": "/w/a"}});
        assert!(text(&long).chars().count() < MOST_OF_AN_INPUT + 20);
        assert!(text(&long).ends_with("a…\npath: \"/w/a\"\n```"));
        let empty = json!({"toolCallId": "c", "title": "x", "rawInput": {}, "content": [
            {"type": "diff", "path": "/w/a", "oldText": "1", "newText": "2\n3\n"}]});
        assert_eq!(text(&empty), "x\n```\n/w/a\n2\n3\n```");
    }

    #[test]
    fn without_a_title_it_says_what_it_knows() {
        let none = json!([]);
        assert_eq!(
            asked(&json!({"toolCallId": "c"}), &none).question.text,
            "Known before"
        );
        let request =
            json!({"sessionId": "s", "toolCall": {"toolCallId": "c", "kind": "delete"}, "options": []});
        let request = serde_json::from_value(request).expect("a request");
        assert_eq!(Asked::of(&request, None).question.text, "Delete a file");
    }

    #[test]
    fn files_are_named_and_so_is_that_there_are_more() {
        let locations: Vec<Value> = (1..=7)
            .map(|number| json!({"path": format!("/w/{number}")}))
            .collect();
        let call = json!({"toolCallId": "c", "title": "Edit /w/1", "locations": locations});
        assert_eq!(
            asked(&call, &json!([])).question.text,
            "Edit /w/1\n/w/2\n/w/3\n/w/4\n/w/5\n/w/6\n(and 1 more)"
        );
    }
}
