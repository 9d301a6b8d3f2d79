//! `fased groups allow`: lets a group in, and says who is heard there then.

use clap::Args;
use fased::edits;
use fased_protocol::control::ControlRequest;

use super::groups_change::{self, Place};
use super::{Global, Outcome};

pub(super) const AFTER_HELP: &str = "\
Examples:
  fased groups allow 120363000000000001@g.us
  fased groups allow 120363000000000001@g.us --always
The group gets an entry in the config, at channels.whatsapp.groups, and what switched it off is taken out of that. Who is
heard there, groupPolicy and groupAllowFrom say; the answer names them. Groups that were heard before stay heard.";

/// Which group, and what is answered there.
#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    place: Place,
    /// Answer only what mentions the account
    #[arg(long, conflicts_with = "always")]
    mention: bool,
    /// Answer every message of those who are heard
    #[arg(long)]
    always: bool,
}

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    let Options {
        place,
        mention,
        always,
    } = options;
    let require_mention = (mention || always).then_some(mention);
    let request = ControlRequest::GroupsAllow {
        account: place.account.clone(),
        group: place.group.clone(),
        require_mention,
    };
    groups_change::run(global, &request, |paths, turn, seen| {
        let Place { group, account } = &place;
        edits::allow(paths, turn, seen, account.as_deref(), group, require_mention)
    })
}
