//! One try to tell an alert.

use std::time::Duration;

use fased_agents::{Command, CommandSettings, Event, Failure, Limits, Request};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{StatusCode, Url};
use sha2::Sha256;
use tokio_util::sync::CancellationToken;

use super::Message;
use crate::config::AlertTarget;

/// Longest wait for a webhook's answer.
const WEBHOOK_DEADLINE: Duration = Duration::from_secs(15);
/// Longest run of a program.
const COMMAND_DEADLINE: Duration = Duration::from_secs(30);
/// Most that a program may say, bytes.
const OUTPUT_BYTES: usize = 64 * 1024;
/// Most of a refusal that is kept, bytes.
const REFUSAL_BYTES: usize = 300;

/// Tells it once. What came back, in a few words.
///
/// # Errors
/// Why it was not taken: a status other than 2xx (a redirect, too), an exit status other than 0, a missed deadline.
pub async fn deliver(target: &AlertTarget, message: &Message) -> Result<String, Failure> {
    match target {
        AlertTarget::Webhook { url, headers, secret } => {
            let secret = secret.as_ref().map(crate::config::Secret::read).transpose();
            let secret = secret.map_err(Failure::NotStarted)?;
            let posted = async {
                let body =
                    serde_json::to_vec(message).map_err(|error| Failure::NotStarted(error.to_string()))?;
                let url = Url::parse(url)
                    .map_err(|_| Failure::NotStarted("alerts.webhook.url is no address".to_owned()))?;
                let mut asked = fased_agents::http_client(&url)?
                    .post(url)
                    .header("Content-Type", "application/json")
                    .header("Idempotency-Key", &message.id);
                for (name, value) in headers {
                    asked = asked.header(name, value);
                }
                if let Some(secret) = secret {
                    asked = asked.header("X-Fased-Signature", signature(&secret, &body)?);
                }
                answered(asked.body(body).send().await).await
            };
            tokio::time::timeout(WEBHOOK_DEADLINE, posted)
                .await
                .unwrap_or(Err(Failure::TimedOut))
        }
        AlertTarget::Command { argv, folder } => {
            let program = Command::new(CommandSettings {
                argv: argv.clone(),
                folder: folder.clone(),
                ..CommandSettings::default()
            });
            let request = Request {
                envelope: serde_json::to_value(message)
                    .map_err(|error| Failure::NotStarted(error.to_string()))?,
                ..Request::default()
            };
            let limits = Limits {
                deadline: COMMAND_DEADLINE,
                output_bytes: OUTPUT_BYTES,
            };
            let mut unheard = |_said: Event| async { Ok(()) };
            let cancel = CancellationToken::new();
            let done = fased_agents::run(&program, &request, limits, &cancel, &mut unheard).await?;
            Ok(done.detail.unwrap_or_default())
        }
    }
}

async fn answered(response: reqwest::Result<reqwest::Response>) -> Result<String, Failure> {
    let mut response = response.map_err(|error| broken(&error))?;
    let status = response.status();
    if status.is_success() {
        return Ok(status.to_string());
    }
    let mut body = Vec::new();
    // A redirect is not followed, and what it says is no use.
    while !status.is_redirection() && body.len() < REFUSAL_BYTES {
        match response.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) | Err(_) => break,
        }
    }
    body.truncate(REFUSAL_BYTES);
    let body = String::from_utf8_lossy(&body);
    let body = if status.is_redirection() {
        "it leads elsewhere, which is not followed".to_owned()
    } else {
        body.chars().filter(|c| !c.is_control()).collect()
    };
    Err(Failure::Http {
        status: StatusCode::as_u16(&status),
        body,
    })
}

/// The address may hold a secret, so it is left out.
fn broken(error: &reqwest::Error) -> Failure {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    Failure::Network(if error.is_timeout() {
        "it could not be reached in time".to_owned()
    } else {
        cause.to_string()
    })
}

/// `sha256=` and the HMAC-SHA256 of the body in hex.
fn signature(secret: &str, body: &[u8]) -> Result<String, Failure> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .map_err(|error| Failure::NotStarted(error.to_string()))?;
    mac.update(body);
    let digest: String = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(format!("sha256={digest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_standard() {
        // RFC 4231, test case 2.
        assert_eq!(
            signature("Jefe", b"what do ya want for nothing?").unwrap(),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
