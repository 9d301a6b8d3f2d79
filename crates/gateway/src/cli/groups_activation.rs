//! `fased groups activation`: chooses what is answered in a group.

use clap::{Args, ValueEnum};
use fased::client::ANSWER_DEADLINE;
use fased_protocol::control::{ActivationChoice, ControlRequest};

use super::{Global, Outcome, ask};

/// Which group, and what.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The group's address, as `fased groups list` shows it
    #[arg(value_name = "GROUP")]
    group: String,
    /// What is answered there
    #[arg(value_enum)]
    activation: Choice,
    /// The account; needed where more than one knows the group
    #[arg(long, value_name = "ID")]
    account: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Choice {
    /// Only what mentions the account
    Mention,
    /// Every message
    Always,
    /// What the config says
    Default,
}

pub(super) fn run(global: &Global, options: Options) -> Outcome {
    let Options {
        group,
        activation,
        account,
    } = options;
    let activation = match activation {
        Choice::Mention => ActivationChoice::Mention,
        Choice::Always => ActivationChoice::Always,
        Choice::Default => ActivationChoice::Default,
    };
    ask::act(
        global,
        &ControlRequest::GroupsActivation {
            account,
            group,
            activation,
        },
        ANSWER_DEADLINE,
    )
}
