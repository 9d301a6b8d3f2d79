//! Asks the fake WhatsApp server: JSON over HTTP on loopback, one connection a question.
//!
//! HTTP/1.0, because its answers end with the connection; no library is needed for that.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The server is on this machine and answers at once, but a burst has to be encrypted.
const DEADLINE: Duration = Duration::from_secs(30);

/// Where the fake server's API is.
#[derive(Debug, Clone)]
pub(super) struct Api {
    /// `127.0.0.1:PORT`.
    host: String,
}

impl Api {
    pub(super) fn new(url: &str) -> Result<Self> {
        let host = url
            .strip_prefix("http://")
            .ok_or_else(|| anyhow!("{url} is no http address"))?;
        Ok(Self {
            host: host.trim_end_matches('/').to_owned(),
        })
    }

    pub(super) async fn get(&self, path: &str) -> Result<Value> {
        self.ask("GET", path, "").await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.ask("POST", path, &body.to_string()).await
    }

    async fn ask(&self, method: &str, path: &str, body: &str) -> Result<Value> {
        let asked = tokio::time::timeout(DEADLINE, self.exchange(method, path, body));
        let answer = asked
            .await
            .map_err(|_elapsed| anyhow!("no answer within {} s", DEADLINE.as_secs()))
            .and_then(|answer| answer)
            .with_context(|| format!("the fake WhatsApp server: {method} {path}"))?;
        let (head, json) = answer
            .split_once("\r\n\r\n")
            .context("an answer without a head")?;
        let value: Value = serde_json::from_str(json)
            .with_context(|| format!("the fake WhatsApp server answered no JSON to {method} {path}"))?;
        if head.split(' ').nth(1) != Some("200") {
            let error = &value["error"];
            let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
            bail!(
                "the fake WhatsApp server refused {method} {path}: {} ({})",
                text("message"),
                text("next")
            );
        }
        Ok(value)
    }

    async fn exchange(&self, method: &str, path: &str, body: &str) -> Result<String> {
        let mut stream = TcpStream::connect(&self.host)
            .await
            .context("it does not listen any more")?;
        let request = format!(
            "{method} {path} HTTP/1.0\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }
}
