//! The arguments of `pairing approve` and `pairing deny`: a code or a sender.

use clap::Args;
use fased_protocol::control::PairingWho;

use super::{Failure, usage};

/// Which request.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The code that the sender was given; the channel's name may go before it
    #[arg(value_name = "[whatsapp] CODE", num_args = 0..=2)]
    words: Vec<String>,
    /// The sender's number or hidden id instead of a code
    #[arg(long, value_name = "NUMBER|LID")]
    sender: Option<String>,
    /// Only among the requests to this account
    #[arg(long, value_name = "ID")]
    account: Option<String>,
}

impl Options {
    /// Account and request, or why the words name none.
    pub(super) fn into_who(self) -> Result<(Option<String>, PairingWho), Failure> {
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        let code = match words.as_slice() {
            [] | ["whatsapp"] => None,
            ["whatsapp", code] | [code] => Some((*code).to_owned()),
            [channel, ..] => {
                return Err(usage(format!("there is no channel `{channel}`, only `whatsapp`")).into());
            }
        };
        match (code, self.sender) {
            (Some(code), None) => Ok((self.account, PairingWho::Code(code))),
            (None, Some(sender)) => Ok((self.account, PairingWho::Sender(sender))),
            (Some(_), Some(_)) => Err(usage("name a code or a --sender, not both".to_owned()).into()),
            (None, None) => Err(usage(
                "name a code or a --sender; who waits is shown by: fased pairing list".to_owned(),
            )
            .into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(words: &[&str], sender: Option<&str>) -> Result<PairingWho, Failure> {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        Options {
            words,
            sender: sender.map(str::to_owned),
            account: None,
        }
        .into_who()
        .map(|(_, who)| who)
    }

    #[test]
    fn the_channel_may_be_named_or_left_out() {
        let code = PairingWho::Code("abcd2345".to_owned());
        assert_eq!(who(&["abcd2345"], None).expect("code"), code);
        assert_eq!(who(&["whatsapp", "abcd2345"], None).expect("code"), code);
        let sender = PairingWho::Sender("+15550100002".to_owned());
        assert_eq!(who(&[], Some("+15550100002")).expect("sender"), sender);
        assert_eq!(who(&["whatsapp"], Some("+15550100002")).expect("sender"), sender);
    }

    #[test]
    fn one_of_code_and_sender_has_to_be_named() {
        assert!(who(&[], None).is_err());
        assert!(who(&["whatsapp"], None).is_err());
        assert!(who(&["telegram", "abcd2345"], None).is_err());
        assert!(who(&["abcd2345"], Some("+15550100002")).is_err());
    }
}
