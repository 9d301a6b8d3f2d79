//! `/activation`: what is answered in this group.

use anyhow::Result;
use fased_policy::access::Activation;
use fased_policy::command::Activating;
use fased_policy::ids::ChatId;

use super::{Answer, Asked};
use crate::store::Change;

pub(super) async fn answer(asked: &Asked<'_>, wish: Activating) -> Result<Answer> {
    let ChatId::Group(group) = &asked.chat else {
        return Ok(Answer::says(
            "That is for groups; here every message is answered. Type it in the group that you mean.",
        ));
    };
    let groups = &asked.config.rules.groups;
    let chosen = match wish {
        Activating::Show => {
            let kept = asked.store().activation(asked.account(), group.as_str()).await?;
            let (mode, _) = groups.mode(group, kept);
            return Ok(Answer::says(format!(
                "Now {}. To change it: /activation {}",
                here(mode),
                match mode {
                    Activation::Mention => "always",
                    Activation::Always => "mention",
                }
            )));
        }
        Activating::Set(chosen) => Some(chosen),
        Activating::Default => None,
    };
    let by = match chosen {
        Some(_) => "From now on",
        None => "As the config says,",
    };
    Ok(Answer {
        text: format!("{by} {}.", here(groups.mode(group, chosen).0)),
        changes: vec![Change::Activation {
            group: group.clone(),
            chosen,
        }],
    })
}

/// What is answered in this group, in words.
pub(super) fn here(mode: Activation) -> &'static str {
    match mode {
        Activation::Mention => "only messages that mention this account are answered here",
        Activation::Always => "every message is answered here",
    }
}
