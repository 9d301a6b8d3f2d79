//! What a vote says, with the secret of its poll.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fased_policy::poll_vote::{Poll, Sealed, Unreadable, open};
use fased_protocol::private::Private;
use fased_protocol::sidecar::{Detail as Wire, Outgoing};

use super::Earlier;
use super::detail::{self, Detail};
use crate::known::Known;
use crate::store::{StoredMessage, Target};

/// A poll, from the outbox or the journal.
struct Asked {
    question: Private,
    options: Vec<Private>,
    secret: Option<Vec<u8>>,
}

pub(super) fn read(
    message: &StoredMessage,
    known: &Known,
    earlier: Option<&Earlier>,
    payload: &Private,
    iv: &Private,
) -> Detail {
    let Some((earlier, asked)) = earlier.and_then(|earlier| Some((earlier, asked(&earlier.target)?))) else {
        return unreadable(None, "the poll is not known here");
    };
    let question = Some(detail::question(&asked.question));
    let (Ok(payload), Ok(iv)) = (STANDARD.decode(&payload.0), STANDARD.decode(&iv.0)) else {
        return unreadable(question, &Unreadable::Malformed.to_string());
    };
    let options: Vec<&str> = asked.options.iter().map(|option| option.0.as_str()).collect();
    let poll = Poll {
        id: message.quoted_id.as_deref().unwrap_or_default(),
        creator: &earlier.writer,
        secret: asked.secret.as_deref().unwrap_or_default(),
        options: &options,
    };
    let vote = Sealed {
        voter: &known.sender,
        payload: &payload,
        iv: &iv,
    };
    match open(&poll, &vote) {
        Ok(choice) => {
            let name = |place: &usize| asked.options.get(*place).and_then(detail::option);
            Detail::Vote {
                question,
                choices: Some(choice.chosen.iter().filter_map(name).collect()),
                unknown: choice.unknown,
                problem: None,
            }
        }
        Err(problem) => unreadable(question, &problem.to_string()),
    }
}

fn unreadable(question: Option<Private>, problem: &str) -> Detail {
    Detail::Vote {
        question,
        choices: None,
        unknown: 0,
        problem: Some(problem.to_owned()),
    }
}

/// None if it is no poll.
fn asked(target: &Target) -> Option<Asked> {
    match target {
        Target::Received(message) => match detail::wire(message)? {
            Wire::Poll {
                question,
                options,
                selectable: _,
                secret,
            } => Some(Asked {
                question,
                options,
                secret: secret.and_then(|secret| from_hex(&secret.0)),
            }),
            Wire::Location { .. } | Wire::Contacts { .. } | Wire::Vote { .. } | Wire::Event { .. } => None,
        },
        Target::Sent { secret, payload, .. } => {
            let payload = payload.as_deref()?;
            let Outgoing::Poll {
                question, options, ..
            } = &payload.content
            else {
                return None;
            };
            let secret = if payload.secret.0.is_empty() {
                secret
            } else {
                &payload.secret.0
            };
            Some(Asked {
                question: question.clone(),
                options: options.clone(),
                secret: from_hex(secret),
            })
        }
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
        return None;
    };
    pairs
        .iter()
        .map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?))
        .collect()
}
