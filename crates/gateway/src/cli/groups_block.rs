//! `fased groups block`: switches a group off.

use fased::edits;
use fased_protocol::control::ControlRequest;

use super::groups_change::{self, Place};
use super::{Global, Outcome};

pub(super) const AFTER_HELP: &str = "\
The group gets an entry in the config, at channels.whatsapp.groups, with enabled: false. Its other settings stay, for
when it is let in again: fased groups allow GROUP";

pub(super) fn run(global: &Global, place: &Place) -> Outcome {
    let request = ControlRequest::GroupsBlock {
        account: place.account.clone(),
        group: place.group.clone(),
    };
    groups_change::run(global, &request, |paths, turn, seen| {
        edits::block(paths, turn, seen, place.account.as_deref(), &place.group)
    })
}
