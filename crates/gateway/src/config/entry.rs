//! What people write where a number or a group belongs, and what they meant.

use fased_policy::ids::{GroupId, Phone};

use super::keys::Block;
use crate::nearest::nearest;

/// What is wrong with an entry of an allow list, and what to write.
pub(super) fn problem(text: &str) -> (String, String) {
    let message = format!(
        "found {text:?}; allowed is a number in international form (7 to 15 digits, no leading 0), a hidden id such as \"100000000000001@lid\", or \"*\""
    );
    let hint = hint(text.trim());
    (message, hint)
}

/// What to write instead, where a person belongs.
pub(super) fn hint(text: &str) -> String {
    let text = text.strip_prefix("whatsapp:").unwrap_or(text).trim();
    if text.is_empty() {
        return "write a number such as \"+15551234567\", or take the entry out".to_owned();
    }
    if GroupId::parse(text).is_ok() {
        return "this is a group; groups go into `groups`, by their address".to_owned();
    }
    if let Some(phone) = Phone::from_jid(text) {
        return format!("write the number: \"{phone}\"");
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let other = text
        .chars()
        .any(|c| !c.is_ascii_digit() && !matches!(c, '+' | ' ' | '-' | '.' | '(' | ')' | '/'));
    if other {
        return "names are not known; write the number, such as \"+15551234567\"".to_owned();
    }
    if let Some(international) = digits.strip_prefix("00") {
        return format!("write + instead of 00: \"+{international}\"");
    }
    if let Some(national) = digits.strip_prefix('0') {
        return format!(
            "a leading 0 belongs to the national form; write + and the country code instead of it, such as \"+49{national}\" for Germany"
        );
    }
    if digits.len() < 7 {
        return "the number is too short; write + and the country code before it".to_owned();
    }
    if digits.len() > 15 {
        return "the number is too long: no number has more than 15 digits".to_owned();
    }
    format!("write only digits after the +: \"+{digits}\"")
}

/// What is wrong with a key of `groups`, and what to write.
pub(crate) fn group_problem(name: &str) -> (String, String) {
    let message = format!(
        "found {name:?}; allowed is the address of a group, such as \"120363000000000001@g.us\", or \"*\" for all others"
    );
    let bare = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let hint = if bare && GroupId::parse(&format!("{name}@g.us")).is_ok() {
        format!("write \"{name}@g.us\"")
    } else {
        "names of groups can change and are not unique, so they are not known here. The addresses of groups that were seen are shown by: fased groups list".to_owned()
    };
    (message, hint)
}

/// What is wrong with a key of `broadcast`, which takes these keys besides chats, and what to write.
pub(super) fn chat_problem(name: &str, block: &Block) -> (String, String) {
    let keys: Vec<&str> = block.keys.iter().map(|key| key.name).collect();
    let message = format!(
        "found {name:?}; allowed is the address of a group, such as \"120363000000000001@g.us\", a number in international form, such as \"+15551234567\", a hidden id, such as \"100000000000001@lid\", or {}",
        keys.join(", ")
    );
    let near = nearest(name, keys).map(|key| format!("did you mean {key}?"));
    let as_group = format!("{name}@g.us");
    let is_long = name.bytes().filter(u8::is_ascii_digit).count() > 15;
    let group = (is_long && GroupId::parse(&as_group).is_ok()).then(|| format!("write \"{as_group}\""));
    let all = matches!(name.trim(), "*" | "groups" | "group")
        .then(|| "there is no wildcard; name each chat".to_owned());
    let hint = all.or(near).or(group).unwrap_or_else(|| hint(name.trim()));
    (message, hint)
}
