//! `fased message`: its verbs, a file each.

use super::{
    Global, Outcome, message_delete, message_edit, message_poll, message_preview, message_react,
    message_send, message_status,
};
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Send a text, files, a place or contacts
    #[command(after_help = message_send::AFTER_HELP)]
    Send(message_send::Options),
    /// React to a message with an emoji, or take the reaction back
    React(message_react::Options),
    /// Ask a question with answers to choose from
    Poll(message_poll::Options),
    /// Give a message of ours another text, within 15 minutes
    Edit(message_edit::Options),
    /// Take a message of ours back for everybody, within 2 days
    Delete(message_delete::Options),
    /// How far a message came
    Status(message_status::Options),
    /// How an answer in Markdown would look, and where it would be cut; needs no gateway
    #[command(override_usage = message_preview::USAGE)]
    Preview(message_preview::Options),
}

pub(super) fn run(global: &Global, verb: Verb) -> Outcome {
    match verb {
        Verb::Send(options) => message_send::run(global, options),
        Verb::React(options) => message_react::run(global, options),
        Verb::Poll(options) => message_poll::run(global, options),
        Verb::Edit(options) => message_edit::run(global, options),
        Verb::Delete(options) => message_delete::run(global, options),
        Verb::Status(options) => message_status::run(global, options),
        Verb::Preview(options) => message_preview::run(global, &options),
    }
}
