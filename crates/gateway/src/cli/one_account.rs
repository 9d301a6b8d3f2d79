//! The account that a verb changes: the one that is named, or else the only one that there is.

use clap::Args;
use fased::client;
use fased_protocol::control::{ControlError, ControlRequest, ControlResponse, ErrorCode};

use super::runtime::{block_on, paths};
use super::{Failure, Global, ask};

/// Which account.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The channel
    #[arg(long, value_parser = ["whatsapp"], default_value = "whatsapp", hide_possible_values = true)]
    channel: String,
    /// The account; it has to be named where there are several [default: the only one]
    #[arg(long, value_name = "ID")]
    account: Option<String>,
}

impl Options {
    /// The account that is meant.
    pub(super) fn meant(self, global: &Global, verb: &str) -> Result<String, Failure> {
        meant(global, self.account, verb)
    }
}

/// The account that is named, else the only one that the running gateway has.
pub(super) fn meant(global: &Global, named: Option<String>, verb: &str) -> Result<String, Failure> {
    if let Some(named) = named {
        return Ok(named);
    }
    let paths = paths(global)?;
    let answer = block_on(async { Ok(client::ask(&paths, &ControlRequest::ChannelsList).await?) })?;
    let ControlResponse::Accounts { accounts, .. } = answer else {
        return Err(ask::unexpected(&answer));
    };
    only(
        accounts.into_iter().map(|account| account.account).collect(),
        verb,
    )
}

/// Nobody has to guess which of several accounts is changed.
fn only(mut ids: Vec<String>, verb: &str) -> Result<String, Failure> {
    if ids.len() > 1 {
        return Err(Failure::Error(ControlError {
            code: ErrorCode::Usage,
            message: format!(
                "there are several accounts, and none is named: {}",
                ids.join(", ")
            ),
            next: format!("name the one you mean: fased channels {verb} --account ID"),
        }));
    }
    // That there is none is told by the gateway, with what to do about it.
    Ok(ids.pop().unwrap_or_else(|| "default".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_several_accounts_has_to_be_named() {
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        assert_eq!(only(ids(&["work"]), "logout").expect("the only one"), "work");
        assert_eq!(only(ids(&[]), "logout").expect("to be asked about"), "default");
        let Err(Failure::Error(error)) = only(ids(&["default", "work"]), "logout") else {
            panic!("none was named");
        };
        assert_eq!(error.code, ErrorCode::Usage);
        assert!(error.message.ends_with("default, work"), "{}", error.message);
        assert!(
            error.next.contains("fased channels logout --account ID"),
            "{}",
            error.next
        );
    }
}
