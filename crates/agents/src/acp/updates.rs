//! What an agent tells while it works, as events.

use std::collections::VecDeque;

use super::wire::{
    ContentBlock, ContentChunk, EmbeddedResourceResource, MessageId, Plan, PlanEntryStatus, SessionUpdate,
    ToolCallId,
};
use super::words::line;
use crate::Event;

/// Longest progress, in characters.
const MOST: usize = 200;
/// Titles of a tool's work that are kept, the newest: an update or a question need not repeat them.
const TITLES: usize = 64;

/// Reads the updates of one turn.
#[derive(Default)]
pub(super) struct Updates {
    /// Something was said that a part's end has not followed.
    open: bool,
    /// Something was said at all.
    said: bool,
    /// The message that is being said, if the agent tells them apart.
    message: Option<MessageId>,
    titles: VecDeque<(ToolCallId, String)>,
    /// The last progress.
    progress: String,
}

impl Updates {
    /// What an update comes to. Thoughts come to nothing, and so does what is for editors.
    pub(super) fn read(&mut self, update: SessionUpdate) -> Vec<Event> {
        match update {
            SessionUpdate::AgentMessageChunk(chunk) => self.chunk(chunk),
            SessionUpdate::ToolCall(call) => {
                let mut events: Vec<Event> = self.part_end().into_iter().collect();
                events.extend(self.titled(&call.tool_call_id, &call.title));
                events
            }
            SessionUpdate::ToolCallUpdate(update) => {
                let title = update.fields.title.unwrap_or_default();
                self.titled(&update.tool_call_id, &title).into_iter().collect()
            }
            SessionUpdate::Plan(plan) => self.plan(&plan).into_iter().collect(),
            SessionUpdate::UserMessageChunk(_)
            | SessionUpdate::AgentThoughtChunk(_)
            | SessionUpdate::AvailableCommandsUpdate(_)
            | SessionUpdate::CurrentModeUpdate(_)
            | SessionUpdate::ConfigOptionUpdate(_)
            | SessionUpdate::SessionInfoUpdate(_)
            | SessionUpdate::UsageUpdate(_)
            | SessionUpdate::Notice(_)
            | SessionUpdate::CompactionUpdate(_)
            | SessionUpdate::CompactionSummaryChunk(_)
            | _ => Vec::new(),
        }
    }

    /// What was told of this work, if anything was.
    pub(super) fn title(&self, id: &ToolCallId) -> Option<&str> {
        let (_, title) = self.titles.iter().find(|(known, _)| known == id)?;
        Some(title)
    }

    /// Something was said.
    pub(super) fn said(&self) -> bool {
        self.said
    }

    /// The end of what was said so far, if anything was: what comes next is something else.
    pub(super) fn part_end(&mut self) -> Option<Event> {
        std::mem::take(&mut self.open).then_some(Event::PartEnd)
    }

    fn chunk(&mut self, chunk: ContentChunk) -> Vec<Event> {
        let text = words(chunk.content);
        if text.is_empty() {
            return Vec::new();
        }
        let mut events = Vec::new();
        if chunk.message_id.is_some() && chunk.message_id != self.message {
            events.extend(self.part_end());
        }
        if chunk.message_id.is_some() {
            self.message = chunk.message_id;
        }
        // Blank lines before and between parts are none.
        self.open |= !text.trim().is_empty();
        self.said |= self.open;
        events.push(Event::Text(text));
        events
    }

    fn titled(&mut self, id: &ToolCallId, title: &str) -> Option<Event> {
        let title = line(title, MOST);
        if title.is_empty() || self.title(id) == Some(&title) {
            return None;
        }
        self.titles.retain(|(known, _)| known != id);
        if self.titles.len() == TITLES {
            self.titles.pop_front();
        }
        self.titles.push_back((id.clone(), title.clone()));
        self.progressed(title)
    }

    fn plan(&mut self, plan: &Plan) -> Option<Event> {
        let current = plan
            .entries
            .iter()
            .find(|entry| entry.status == PlanEntryStatus::InProgress)?;
        self.progressed(line(&current.content, MOST))
    }

    fn progressed(&mut self, words: String) -> Option<Event> {
        if words.is_empty() || words == self.progress {
            return None;
        }
        self.progress.clone_from(&words);
        Some(Event::Progress(words))
    }
}

/// What is said, in words. What is no text is named.
fn words(content: ContentBlock) -> String {
    match content {
        ContentBlock::Text(text) => text.text,
        ContentBlock::Image(_) => "(a picture)".to_owned(),
        ContentBlock::Audio(_) => "(a sound)".to_owned(),
        ContentBlock::ResourceLink(link) if link.uri.starts_with("http") => {
            format!("[{}]({})", line(&link.name, MOST), link.uri)
        }
        ContentBlock::ResourceLink(link) => format!("(the file {})", line(&link.name, MOST)),
        ContentBlock::Resource(resource) => {
            let uri = match resource.resource {
                EmbeddedResourceResource::TextResourceContents(text) => text.uri,
                EmbeddedResourceResource::BlobResourceContents(blob) => blob.uri,
                _ => String::new(),
            };
            let name = uri.rsplit('/').next().unwrap_or_default();
            format!("(the file {})", line(name, MOST))
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Events in short.
    fn read(updates: &[Value]) -> Vec<String> {
        let mut reader = Updates::default();
        updates
            .iter()
            .flat_map(|update| reader.read(serde_json::from_value(update.clone()).expect("an update")))
            .map(|event| match event {
                Event::Text(text) => text,
                Event::PartEnd => "|".to_owned(),
                Event::Progress(text) => format!("({text})"),
            })
            .collect()
    }

    fn text(words: &str) -> Value {
        json!({"sessionUpdate": "agent_message_chunk", "content": {"type": "text", "text": words}})
    }

    #[test]
    fn what_is_said_before_a_tools_work_is_a_part() {
        let call = json!({"sessionUpdate": "tool_call", "toolCallId": "c", "title": "Reading\n main.rs"});
        let events = read(&[
            call.clone(),
            text("I "),
            text("look."),
            call.clone(),
            call,
            text("Seen."),
        ]);
        assert_eq!(events, ["(Reading main.rs)", "I ", "look.", "|", "Seen."]);
    }

    #[test]
    fn another_message_is_another_part() {
        let of = |id: &str, words: &str| {
            let mut chunk = text(words);
            chunk["messageId"] = id.into();
            chunk
        };
        let events = read(&[of("a", "one"), of("a", "two"), of("b", "three"), text("four")]);
        assert_eq!(events, ["one", "two", "|", "three", "four"]);
    }

    #[test]
    fn thoughts_and_what_is_for_editors_are_left_out() {
        let thought =
            json!({"sessionUpdate": "agent_thought_chunk", "content": {"type": "text", "text": "hm"}});
        let asked = json!({"sessionUpdate": "user_message_chunk", "content": {"type": "text", "text": "me"}});
        let commands = json!({"sessionUpdate": "available_commands_update", "availableCommands": []});
        assert!(read(&[thought, asked, commands]).is_empty());
    }

    #[test]
    fn progress_is_told_once_a_title_and_once_a_step() {
        let status = json!({"sessionUpdate": "tool_call_update", "toolCallId": "c", "status": "in_progress"});
        let titled = json!({"sessionUpdate": "tool_call_update", "toolCallId": "c", "title": "Reading"});
        let plan = |status: &str| {
            let entry = json!({"content": "Write it", "priority": "high", "status": status});
            json!({"sessionUpdate": "plan", "entries": [entry]})
        };
        let events = read(&[
            status,
            titled.clone(),
            titled,
            plan("pending"),
            plan("in_progress"),
            plan("in_progress"),
        ]);
        assert_eq!(events, ["(Reading)", "(Write it)"]);
    }

    #[test]
    fn what_is_no_text_is_named() {
        let of = |content: Value| json!({"sessionUpdate": "agent_message_chunk", "content": content});
        let events = read(&[
            of(json!({"type": "image", "data": "eA==", "mimeType": "image/png"})),
            of(json!({"type": "resource_link", "name": "page", "uri": "https://example.com/a"})),
            of(json!({"type": "resource", "resource": {"uri": "file:///w/notes.txt", "text": "secret"}})),
        ]);
        assert_eq!(
            events,
            [
                "(a picture)",
                "[page](https://example.com/a)",
                "(the file notes.txt)"
            ]
        );
    }
}
