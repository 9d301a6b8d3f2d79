//! What is sent of a conversation.

use std::borrow::Cow;

use serde::Serialize;

use crate::{OpenAiSettings, Request, Role, Said, pictures};

/// What each message costs besides its words.
const TOKENS_A_MESSAGE: usize = 4;

/// One message.
#[derive(Serialize)]
pub(super) struct Message<'a> {
    role: &'static str,
    content: Content<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Content<'a> {
    Text(Cow<'a, str>),
    Parts(Vec<Part<'a>>),
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Part<'a> {
    Text { text: Cow<'a, str> },
    ImageUrl { image_url: Url },
}

#[derive(Serialize)]
struct Url {
    url: String,
}

/// The messages of a request: the system prompt, what was said before as far as the budget reaches, and the question.
pub(super) async fn of<'a>(settings: &OpenAiSettings, request: &'a Request) -> Vec<Message<'a>> {
    let mut text = Cow::from(&request.text);
    let mut parts = Vec::new();
    if settings.images {
        let shown = pictures::show(&request.images).await;
        parts = shown
            .pictures
            .into_iter()
            .map(|picture| format!("data:{};base64,{}", picture.mime, picture.base64))
            .collect();
        for note in shown.left_out {
            text = format!("{text}\n\n({note})").trim_start().to_owned().into();
        }
    }
    let mut before = within(settings.history_tokens, &request.history, &text);
    // Some servers insist that roles take turns. Who asked twice gets one answer to both.
    if before.last().is_some_and(|last| last.role == Role::User)
        && let Some(last) = before.pop()
    {
        text = format!("{}\n\n{text}", last.text).into();
    }
    let system = request
        .system_prompt
        .as_deref()
        .filter(|prompt| !prompt.trim().is_empty());
    let mut messages: Vec<Message<'_>> = system
        .map(|prompt| Message {
            role: "system",
            content: Content::Text(prompt.into()),
        })
        .into_iter()
        .collect();
    messages.extend(before.into_iter().map(|said| {
        let role = match said.role {
            Role::User => "user",
            Role::Assistant => "assistant",
        };
        Message {
            role,
            content: Content::Text(said.text),
        }
    }));
    let content = if parts.is_empty() {
        Content::Text(text)
    } else {
        let text = (!text.trim().is_empty()).then_some(Part::Text { text });
        let pictures = parts.into_iter().map(|url| Part::ImageUrl {
            image_url: Url { url },
        });
        Content::Parts(text.into_iter().chain(pictures).collect())
    };
    messages.push(Message {
        role: "user",
        content,
    });
    messages
}

/// What one side said before.
struct Before<'a> {
    role: Role,
    text: Cow<'a, str>,
}

/// The newest of what was said that fits into the budget beside the question. It begins with somebody's question, so that
/// no answer stands without one, and what one side said in a row is one message.
fn within<'a>(budget: usize, history: &'a [Said], question: &str) -> Vec<Before<'a>> {
    let mut left = budget.saturating_sub(tokens(question));
    let fitting = history
        .iter()
        .rev()
        .take_while(|said| match left.checked_sub(tokens(&said.text)) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        })
        .count();
    let mut kept: Vec<Before<'a>> = Vec::new();
    let newest = &history[history.len() - fitting..];
    for said in newest.iter().skip_while(|said| said.role == Role::Assistant) {
        match kept.last_mut() {
            Some(last) if last.role == said.role => {
                last.text = format!("{}\n\n{}", last.text, said.text).into()
            }
            Some(_) | None => kept.push(Before {
                role: said.role,
                text: (&said.text).into(),
            }),
        }
    }
    kept
}

/// Tokens of a text, roughly: one for four ASCII characters, one for two of another alphabet, and one for each of Chinese,
/// Japanese or Korean writing and each emoji.
fn tokens(text: &str) -> usize {
    let quarters: usize = text
        .chars()
        .map(|character| match u32::from(character) {
            ..0x80 => 1,
            0x80..0x1100 => 2,
            0x1100.. => 4,
        })
        .sum();
    TOKENS_A_MESSAGE + quarters.div_ceil(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(role: Role, text: &str) -> Said {
        Said {
            role,
            text: text.to_owned(),
        }
    }

    /// Each of them costs 6 tokens.
    fn history() -> Vec<Said> {
        ["q1 q1 q1", "a1 a1 a1", "q2 q2 q2", "a2 a2 a2"]
            .iter()
            .zip([Role::User, Role::Assistant, Role::User, Role::Assistant])
            .map(|(text, role)| said(role, text))
            .collect()
    }

    fn kept(budget: usize) -> Vec<String> {
        within(budget, &history(), "q3 q3 q3")
            .into_iter()
            .map(|said| said.text[..2].to_owned())
            .collect()
    }

    #[test]
    fn the_newest_are_kept_and_begin_with_a_question() {
        assert_eq!(kept(0), [""; 0]);
        assert_eq!(kept(6 + 11), [""; 0]);
        assert_eq!(kept(6 + 12), ["q2", "a2"]);
        assert_eq!(
            kept(6 + 18),
            ["q2", "a2"],
            "the answer without its question is left out"
        );
        assert_eq!(kept(6 + 24), ["q1", "a1", "q2", "a2"]);
    }

    #[test]
    fn roles_take_turns() {
        let history = [
            said(Role::User, "one"),
            said(Role::User, "two"),
            said(Role::Assistant, "three"),
            said(Role::Assistant, "four"),
        ];
        let texts: Vec<_> = within(1000, &history, "five")
            .into_iter()
            .map(|said| said.text)
            .collect();
        assert_eq!(texts, ["one\n\ntwo", "three\n\nfour"]);
    }

    #[test]
    fn writing_that_needs_more_tokens_counts_for_more() {
        assert_eq!(tokens(""), 4);
        assert_eq!(tokens("twelve chars"), 4 + 3);
        assert_eq!(tokens("привет"), 4 + 3);
        assert_eq!(tokens("你好"), 4 + 2);
    }
}
