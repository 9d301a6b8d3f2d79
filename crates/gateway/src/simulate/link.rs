//! Links the gateway's account as its owner would, with a phone of the fake server.

use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use fased::client;
use fased_protocol::control::{ControlRequest, ControlResponse, LoginEvent};
use fased_protocol::sidecar::LoginMethod;
use serde_json::json;

use super::asks::told;
use super::play::{ACCOUNT, OWN_PHONE, Player};

/// A login with a fake phone takes seconds.
const DEADLINE: Duration = Duration::from_secs(60);

impl Player {
    /// Links the account, unless an earlier simulation in this world did; says whether it was new.
    pub(super) async fn link(&mut self) -> Result<bool> {
        self.world
            .api
            .post("/phones", &json!({ "phone": OWN_PHONE }))
            .await?;
        self.name_groups().await?;
        if self.is_linked().await? {
            self.log
                .note("link", format!("{OWN_PHONE} is still linked from the last time"));
            return Ok(false);
        }
        let linked = tokio::time::timeout(DEADLINE, self.scan()).await;
        linked
            .map_err(|_elapsed| anyhow!("the account was not linked within {} s", DEADLINE.as_secs()))??;
        Ok(true)
    }

    /// Both sides have to remember it.
    async fn is_linked(&self) -> Result<bool> {
        let credentials = self.world.paths.default_auth_dir(ACCOUNT).join("creds.json");
        let state = self.world.api.get("/state?inbox=0").await?;
        let devices = state["accounts"][OWN_PHONE]["devices"].as_array();
        Ok(credentials.is_file() && devices.is_some_and(|devices| !devices.is_empty()))
    }

    async fn scan(&mut self) -> Result<()> {
        let login = ControlRequest::ChannelsLogin {
            account: ACCOUNT.to_owned(),
            method: LoginMethod::Qr,
        };
        let mut answers = self
            .until_answered(async |paths| client::open(paths, &login).await)
            .await?;
        loop {
            match answers.next().await.map_err(|error| told(&error))? {
                Some(ControlResponse::Login(LoginEvent::Qr { payload, .. })) => {
                    self.log.note("link", "the phone scans the code");
                    self.world
                        .api
                        .post("/scan", &json!({ "phone": OWN_PHONE, "qr": payload }))
                        .await?;
                }
                Some(ControlResponse::Login(LoginEvent::Linked { phone, .. })) => {
                    self.log.note("link", format!("linked: {phone}"));
                    return Ok(());
                }
                Some(ControlResponse::Login(LoginEvent::Error(error)) | ControlResponse::Error(error)) => {
                    return Err(told(&error));
                }
                Some(_) => {}
                None => bail!(
                    "the gateway ended during the login; {}",
                    self.world.log("gateway.log")
                ),
            }
        }
    }
}
