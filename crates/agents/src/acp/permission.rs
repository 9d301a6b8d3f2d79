//! What an agent wants to be allowed, as a question for people, and the choice as an outcome: by what an option means, never
//! by its place or its name.

use super::wire::{
    PermissionOption, PermissionOptionId, PermissionOptionKind, RequestPermissionOutcome,
    RequestPermissionRequest, RequestPermissionResponse, SelectedPermissionOutcome, ToolKind,
};
use super::words::{line, shortened};
use crate::{Choice, ChoiceKind, Question};

/// Longest command that is shown, in characters. What is longer is marked as such.
const MOST_OF_A_COMMAND: usize = 1000;
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

/// What it is about. A command stands there as it will be run, whatever the title says.
fn words(request: &RequestPermissionRequest, known_title: Option<&str>) -> String {
    let call = &request.tool_call.fields;
    let title = call.title.as_deref().or(known_title).unwrap_or_default();
    let title = line(title, MOST_OF_A_COMMAND);
    let mut text = if title.is_empty() {
        without_title(call.kind).to_owned()
    } else {
        title
    };
    let command = call
        .raw_input
        .as_ref()
        .and_then(|input| command(input.get("command")?));
    if let Some(command) = command.map(|command| shortened(command.trim(), MOST_OF_A_COMMAND))
        && !command.is_empty()
        && !text.contains(&command)
    {
        text = format!("{text}\n```\n{command}\n```");
    }
    let files: Vec<String> = call
        .locations
        .iter()
        .flatten()
        .map(|location| line(&location.path.to_string_lossy(), MOST_OF_A_COMMAND))
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
        assert_eq!(text(&same), "Run `make`");
        let list = json!({"toolCallId": "c", "title": "List", "rawInput": {"command": ["ls", "-l"]}});
        assert_eq!(text(&list), "List\n```\nls -l\n```");
        let long = json!({"toolCallId": "c", "title": "x", "rawInput": {"command": "a".repeat(5000)}});
        assert!(text(&long).ends_with("a…\n```"));
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
