//! Takes out what a server or an agent repeated of what it was sent, for failures end up in records and logs.

use crate::{Failure, Request};

/// Most bytes of a failure that are looked at. What follows is left out.
const LOOKED_AT: usize = 64 * 1024;
/// Most characters that are kept of it.
const KEPT: usize = 500;
/// So many bytes of a key are taken out where they stand without the rest of it.
const OF_A_KEY: usize = 8;
/// Fewer bytes of a key at the end tell nothing of it.
const OF_A_KEY_AT_THE_END: usize = 3;
/// So many bytes of what was said are taken out where they stand without the rest of it.
const OF_A_TEXT: usize = 24;
/// What is shorter than this may be in any sentence by accident.
const TELLING: usize = 8;
/// Stands where something was.
const GONE: &str = "…";

/// The failure without its key, and without what it was told and asked.
pub(crate) fn without(failure: Failure, key: Option<&str>, request: &Request) -> Failure {
    let clean = |text: String| cleaned(text, key, request);
    match failure {
        Failure::Http { status, body } => Failure::Http {
            status,
            body: clean(body),
        },
        Failure::Network(why) => Failure::Network(clean(why)),
        Failure::CutOff(why) => Failure::CutOff(clean(why)),
        Failure::BadAnswer(why) => Failure::BadAnswer(clean(why)),
        Failure::NotStarted(why) => Failure::NotStarted(clean(why)),
        Failure::Ended { why, stderr } => Failure::Ended {
            why: Box::new(without(*why, key, request)),
            stderr,
        },
        Failure::Cancelled | Failure::TimedOut | Failure::TooLong { .. } | Failure::Exited { .. } => failure,
    }
}

fn cleaned(mut text: String, key: Option<&str>, request: &Request) -> String {
    text.truncate(text.floor_char_boundary(LOOKED_AT));
    if let Some(key) = key {
        text = without_one(&text, key, OF_A_KEY);
        let cut = (OF_A_KEY_AT_THE_END + 1..key.len())
            .rev()
            .filter(|length| key.is_char_boundary(*length))
            .find_map(|length| text.strip_suffix(&key[..length]));
        if let Some(before) = cut {
            text = format!("{before}{GONE}");
        }
    }
    for sent in all_that_was_said(request) {
        text = without_one(&text, &sent, OF_A_TEXT);
    }
    without_pictures(&text).trim().chars().take(KEPT).collect()
}

/// The longest first, so that nothing is left of one that another one is a part of. Lines stand for themselves, too, for
/// servers write their ends in many ways.
fn all_that_was_said(request: &Request) -> Vec<String> {
    let history = request.history.iter().map(|said| said.text.as_str());
    let texts = [
        request.text.as_str(),
        request.system_prompt.as_deref().unwrap_or_default(),
    ];
    let mut all = Vec::new();
    for text in texts.into_iter().chain(history) {
        for part in [text].into_iter().chain(text.lines()).map(str::trim) {
            if part.len() >= TELLING {
                // As it stands in JSON, without the quotation marks around it.
                let json = serde_json::Value::from(part).to_string();
                all.push(json[1..json.len() - 1].to_owned());
                all.push(part.to_owned());
            }
        }
    }
    all.sort_by_key(|part| std::cmp::Reverse(part.len()));
    all.dedup();
    all
}

/// Takes out a secret wherever it stands, or at least its first `least` bytes with as much of it as follows.
fn without_one(text: &str, secret: &str, least: usize) -> String {
    let head = &secret[..secret.ceil_char_boundary(least.min(secret.len()))];
    if head.is_empty() {
        return text.to_owned();
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(head) {
        clean.push_str(&rest[..at]);
        clean.push_str(GONE);
        let same = rest[at..]
            .chars()
            .zip(secret.chars())
            .take_while(|(one, other)| one == other);
        rest = &rest[at + same.map(|(one, _)| one.len_utf8()).sum::<usize>()..];
    }
    clean + rest
}

/// Takes out what pictures are made of.
fn without_pictures(text: &str) -> String {
    const MARK: &str = ";base64,";
    let mut clean = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(MARK) {
        clean.push_str(&rest[..at + MARK.len()]);
        clean.push_str(GONE);
        rest = rest[at + MARK.len()..]
            .trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '='));
    }
    clean + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Role, Said};

    fn request() -> Request {
        let said = |role, text: &str| Said {
            role,
            text: text.to_owned(),
        };
        Request {
            system_prompt: Some("You keep the vault.\nIts number is \"4711\" today.".to_owned()),
            text: "what is the code of the blue door upstairs?".to_owned(),
            history: vec![
                said(Role::User, "what is the code"),
                said(Role::Assistant, "It is under the mat."),
            ],
            ..Request::default()
        }
    }

    #[track_caller]
    fn becomes(body: &str, clean: &str) {
        let failure = Failure::Http {
            status: 401,
            body: body.to_owned(),
        };
        let wanted = Failure::Http {
            status: 401,
            body: clean.to_owned(),
        };
        assert_eq!(without(failure, Some("sk-0123456789abcdef"), &request()), wanted);
    }

    #[test]
    fn all_that_was_sent_is_taken_out() {
        becomes(
            "wrong key sk-0123456789abcdef for: what is the code of the blue door upstairs?",
            "wrong key … for: …",
        );
        becomes("after: It is under the mat.", "after: …");
        becomes(
            "what is the code\n\nwhat is the code of the blue door upstairs?",
            "…\n\n…",
        );
        becomes("Its number is \"4711\" today.", "…");
        becomes(
            r#"{"content":"You keep the vault.\nIts number is \"4711\" today."}"#,
            r#"{"content":"…"}"#,
        );
        becomes(
            "image data:image/png;base64,iVBORw0KGgo= is bad",
            "image data:image/png;base64,… is bad",
        );
        becomes("The model `x` does not exist", "The model `x` does not exist");
    }

    #[test]
    fn pieces_are_taken_out_too() {
        becomes("wrong key sk-01234567... given", "wrong key …... given");
        becomes("wrong key sk-01", "wrong key …");
        becomes("in: what is the code of the blue d...", "in: …...");
    }

    #[test]
    fn what_is_cut_is_cut_afterwards() {
        for before in [480, 490, 499, LOOKED_AT - 10] {
            let failure = Failure::Http {
                status: 401,
                body: "x".repeat(before) + "sk-0123456789abcdef what is the code of the blue door upstairs?",
            };
            let Failure::Http { body, .. } = without(failure, Some("sk-0123456789abcdef"), &request()) else {
                panic!("its kind stays");
            };
            assert!(body.chars().count() <= KEPT);
            assert!(!body.contains("sk-") && !body.contains("what"), "{body}");
        }
    }

    #[test]
    fn a_piece_that_the_bound_leaves_of_a_key_is_taken_out() {
        let question = request().text;
        let sent = LOOKED_AT / question.len() + 1;
        let mut body = question.repeat(sent);
        body.truncate(LOOKED_AT - 6);
        body.push_str("sk-0123456789abcdef");
        let failure = without(Failure::Network(body), Some("sk-0123456789abcdef"), &request());
        assert!(!failure.to_string().contains("sk-0"), "{failure}");
    }
}
