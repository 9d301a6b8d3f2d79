//! What a playing script asks the gateway and the fake server.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use fased::client;
use fased::paths::Paths;
use fased_protocol::control::{
    AccountInfo, ControlError, ControlRequest, ControlResponse, ErrorCode, Explanation, PendingInfo,
};
use serde_json::Value;

use super::play::{LOOK_EVERY, Player};

/// For a gateway that is just starting again.
pub(super) const COMMAND_DEADLINE: Duration = Duration::from_secs(15);

/// The purpose of what answers a message.
const REPLY: &str = "reply";

/// The purpose of a Task's result.
const TASK: &str = "task";

impl Player {
    /// The accounts, none while no gateway answers.
    pub(super) async fn accounts(&mut self) -> Vec<AccountInfo> {
        let request = ControlRequest::ChannelsStatus { account: None };
        let answer = client::ask(&self.world.paths, &request).await;
        if let Ok(ControlResponse::Accounts { accounts, .. }) = answer {
            accounts
        } else {
            Vec::new()
        }
    }

    /// The request of a sender that waits for approval.
    pub(super) async fn pending(&mut self, sender: &str) -> Option<PendingInfo> {
        let request = ControlRequest::PairingList {
            account: None,
            approved: false,
        };
        let answer = client::ask(&self.world.paths, &request).await;
        let Ok(ControlResponse::Pending { pending }) = answer else {
            return None;
        };
        pending.into_iter().find(|pending| pending.sender == sender)
    }

    /// What the gateway knows of a message; none while no gateway answers, or it has not heard of it.
    pub(super) async fn explained(&self, message_id: &str) -> Option<Explanation> {
        let request = ControlRequest::Explain {
            message_id: message_id.to_owned(),
        };
        let answer = client::ask(&self.world.paths, &request).await;
        let Ok(ControlResponse::Explanation { messages }) = answer else {
            return None;
        };
        messages.into_iter().find(|message| message.direction == "in")
    }

    /// Of these messages, those that the gateway knows to be no replies, such as what a command sent; and which run of a
    /// Task they are the result of, if they are one.
    pub(super) async fn unasked(
        &self,
        message_ids: impl Iterator<Item = &str>,
    ) -> HashMap<String, Option<i64>> {
        let mut unasked = HashMap::new();
        for message_id in message_ids {
            let request = ControlRequest::MessageStatus {
                message_ids: vec![message_id.to_owned()],
            };
            if let Ok(ControlResponse::Outbox { messages }) = client::ask(&self.world.paths, &request).await
                && let Some(message) = messages.iter().find(|message| message.purpose != REPLY)
            {
                let run = message.run.filter(|_| message.purpose == TASK);
                unasked.insert(message_id.to_owned(), run);
            }
        }
        unasked
    }

    /// Messages that contacts got after a place in the record.
    pub(super) async fn answers(&self, after: u64) -> Result<Vec<Value>> {
        let mut answer = self
            .world
            .api
            .get(&format!("/record?after={after}&type=message"))
            .await?;
        Ok(serde_json::from_value(answer["records"].take())?)
    }

    pub(super) async fn server_seq(&self) -> Result<u64> {
        let answer = self.world.api.get("/record?limit=0").await?;
        answer["last_seq"]
            .as_u64()
            .context("the fake server's record has no end")
    }

    /// Asks until a gateway is there to answer.
    pub(super) async fn until_answered<T>(
        &mut self,
        mut ask: impl AsyncFnMut(&Paths) -> Result<T, ControlError>,
    ) -> Result<T> {
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        let asked = tokio::time::timeout(COMMAND_DEADLINE, async {
            loop {
                ticks.tick().await;
                self.world.gateway_lives()?;
                match ask(&self.world.paths).await {
                    Err(error) if error.code == ErrorCode::NoGateway => {}
                    answer => return answer.map_err(|error| told(&error)),
                }
            }
        });
        asked
            .await
            .map_err(|_elapsed| anyhow!("no gateway answers; {}", self.world.log("gateway.log")))?
    }
}

/// As an error of the simulation.
pub(super) fn told(error: &ControlError) -> anyhow::Error {
    anyhow!("{} (next: {})", error.message, error.next)
}
