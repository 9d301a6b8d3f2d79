//! `/activation`: what is answered in this group.

use anyhow::Result;
use fased_policy::access::Activation;
use fased_policy::ids::ChatId;

use super::{Answer, Asked};
use crate::store::Change;

pub(super) async fn answer(asked: &Asked<'_>, chosen: Option<Activation>) -> Result<Answer> {
    let ChatId::Group(group) = &asked.chat else {
        return Ok(Answer::says(
            "That is for groups: here every message is answered. Type it in the group that you mean.",
        ));
    };
    let Some(chosen) = chosen else {
        let kept = asked.store().activation(asked.account(), group.as_str()).await?;
        let (mode, _) = asked.config.rules.groups.mode(group, kept);
        return Ok(Answer::says(format!(
            "{}. To change it: {}",
            here(mode),
            match mode {
                Activation::Mention => "/activation always",
                Activation::Always => "/activation mention",
            }
        )));
    };
    Ok(Answer {
        text: format!("From now on: {}.", here(chosen)),
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
