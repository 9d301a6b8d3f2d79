//! The short-lived Node process that asks foreign servers for files and makes pictures smaller.
//!
//! It is not the sidecar: it knows no keys and no account, gets one task, and ends with it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use fased_policy::media::essence;
use serde::{Deserialize, Serialize};

use super::OUTBOUND;
use super::error::{MediaError, MediaProblem};
use super::outgoing::{Raw, Rules};
use super::scratch::Scratch;
use super::sniff::{HEAD_BYTES, sniff};
use crate::cage::{self, Connect, Node, Plan, Reach};
use crate::manifest;
use crate::process::{self, Failure, Job};

/// How long a server may take for the whole file; the process ends itself, and is ended a little later.
const FETCH_SECONDS: u64 = 60;
/// How long a picture may take.
const PICTURE_SECONDS: u64 = 60;
/// Between the end of a task's time and the end of its process.
const GRACE: Duration = Duration::from_secs(5);
/// Heap bound: what it handles lies outside of the heap, block by block.
const NODE_FLAGS: [&str; 1] = ["--max-old-space-size=96"];
/// An answer is a line with a thumbnail at most.
const ANSWER_BYTES: u64 = 256 * 1024;

/// Where the program of the short-lived process is.
#[derive(Debug, Clone)]
pub struct Workshop {
    home: PathBuf,
    node: PathBuf,
    /// Servers that may be asked although their address is refused otherwise, as `host:port`. Tests only.
    open: Vec<String>,
}

#[derive(Serialize)]
#[serde(tag = "task", rename_all = "snake_case")]
enum Task<'a> {
    Fetch {
        url: &'a str,
        file: String,
        max_bytes: u64,
        seconds: u64,
        open: &'a [String],
    },
    Picture(PictureTask),
}

/// What is to become of a picture.
#[derive(Debug, Serialize)]
pub(super) struct PictureTask {
    /// Where it is.
    pub(super) from: String,
    /// Where to put it, if it has to change.
    pub(super) to: String,
    /// `image` or `sticker`.
    pub(super) shape: &'static str,
    /// It must not have more.
    pub(super) max_bytes: u64,
}

/// What became of a picture.
#[derive(Debug, Deserialize)]
pub(super) struct Picture {
    /// It lies in the new place; else the old one is good as it is.
    pub(super) changed: bool,
    pub(super) mime: String,
    pub(super) width: u32,
    pub(super) height: u32,
    /// A small JPEG, base64.
    pub(super) thumbnail: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Fetched {
    bytes: u64,
    mime: Option<String>,
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer<T> {
    Ok(T),
    Error { code: String, message: String },
}

impl Workshop {
    /// With the program's own files below `home`.
    #[must_use]
    pub fn new(home: PathBuf) -> Self {
        let node = std::env::var_os("FASED_NODE").unwrap_or_else(|| "node".into());
        Self {
            home,
            node: node.into(),
            open: Vec::new(),
        }
    }

    #[cfg(test)]
    pub(super) fn with_open(self, open: Vec<String>) -> Self {
        Self { open, ..self }
    }

    /// Foreign servers are asked, at any port, and foreign pictures read: no keys, and no files but those on
    /// their way out.
    fn plan(&self, rules: &Rules, node: &Node) -> Plan {
        let mut plan = Plan::new(Connect::Anywhere);
        node.allow_in(&mut plan);
        plan.allow(Reach::Read, cage::code(&self.home));
        plan.allow(Reach::Write, [rules.media_dir.join(OUTBOUND)]);
        plan
    }

    async fn ask<T: for<'de> Deserialize<'de>>(
        &self,
        rules: &Rules,
        task: &Task<'_>,
        seconds: u64,
    ) -> Result<T, MediaError> {
        let stdin = serde_json::to_vec(task).map_err(|error| MediaError::failed(error.to_string()))?;
        let main = self.home.join("sidecar/media/main.js");
        let missing = |program: &Path| {
            MediaError::new(
                MediaProblem::ConverterMissing,
                format!("cannot start {}", program.display()),
                "install Node 20.17 or newer, or set FASED_NODE to its path",
            )
        };
        manifest::need_intact(&self.home).await.map_err(|error| {
            tracing::warn!("{error:#}");
            MediaError::new(
                MediaProblem::ConverterMissing,
                format!("{error:#}"),
                manifest::NEXT,
            )
        })?;
        let node = cage::know(&self.node).await.map_err(|error| {
            tracing::warn!("{error:#}");
            missing(&self.node)
        })?;
        let plan = self.plan(rules, &node);
        // What they would keep it from is told for sidecars; sharp is an addon.
        let permissions = cage::node_flags(&plan, &node, true, &mut Vec::new());
        let job = Job {
            program: node.program.clone(),
            args: NODE_FLAGS
                .iter()
                .map(Into::into)
                .chain(permissions)
                .chain([main.into_os_string()])
                .collect(),
            plan: Some(plan),
            folder: rules.media_dir.clone(),
            stdin,
            stdout_bytes: ANSWER_BYTES,
            deadline: Duration::from_secs(seconds) + GRACE,
        };
        let ended = process::run(job).await.map_err(|failure| match failure {
            Failure::Missing(program) => missing(&program),
            Failure::TimedOut => late(seconds),
            Failure::Io(error) => MediaError::failed(format!("the media process failed: {error}")),
        })?;
        match serde_json::from_slice(&ended.stdout) {
            Ok(Answer::Ok(done)) => Ok(done),
            Ok(Answer::Error { code, message }) => Err(told(&code, message, seconds)),
            Err(_) => {
                tracing::warn!(status = %ended.status, stderr = ended.stderr, "the media process gave no answer");
                Err(MediaError::failed("the media process ended without an answer"))
            }
        }
    }
}

fn late(seconds: u64) -> MediaError {
    let message = format!("the file did not come within {seconds} s");
    MediaError::new(
        MediaProblem::TimedOut,
        message,
        "try again, or fetch it yourself and send the file",
    )
}

/// An error that the process tells.
fn told(code: &str, message: String, seconds: u64) -> MediaError {
    let (problem, next) = match code {
        "refused" => (
            MediaProblem::Refused,
            "use an address on the public internet, or fetch the file yourself and send that",
        ),
        "not_found" => (MediaProblem::NotFound, "see whether the address is right"),
        "unusable" => (
            MediaProblem::Unusable,
            "send it as a document, or convert it first",
        ),
        "too_large" => (
            MediaProblem::TooLarge,
            "send a smaller one, or raise channels.whatsapp.mediaMaxMb",
        ),
        "timed_out" => return late(seconds),
        _other => (MediaProblem::Failed, "try again; the gateway's log may say more"),
    };
    MediaError::new(problem, message, next)
}

/// Asks a server for a file.
pub(super) async fn fetch(rules: &Rules, url: &str, max_bytes: u64) -> Result<Raw, MediaError> {
    let scratch = Scratch::new(&rules.media_dir, "part");
    let task = Task::Fetch {
        url,
        file: scratch.path().display().to_string(),
        max_bytes,
        seconds: FETCH_SECONDS,
        open: &rules.workshop.open,
    };
    let fetched: Fetched = rules.workshop.ask(rules, &task, FETCH_SECONDS).await?;
    let head = head(&scratch).await?;
    Ok(Raw {
        scratch,
        bytes: fetched.bytes,
        sniffed: sniff(&head),
        claimed: fetched.mime.map(|mime| essence(&mime)),
        name: fetched.name,
        what: "what the address holds".to_owned(),
    })
}

async fn head(scratch: &Scratch) -> Result<Vec<u8>, MediaError> {
    use tokio::io::AsyncReadExt;
    let unread =
        |error: std::io::Error| MediaError::failed(format!("what was fetched cannot be read: {error}"));
    let file = tokio::fs::File::open(scratch.path()).await.map_err(unread)?;
    let mut head = Vec::with_capacity(HEAD_BYTES);
    file.take(HEAD_BYTES as u64)
        .read_to_end(&mut head)
        .await
        .map_err(unread)?;
    Ok(head)
}

/// Makes a picture fit, and a small one of it.
pub(super) async fn picture(rules: &Rules, task: PictureTask) -> Result<Picture, MediaError> {
    rules
        .workshop
        .ask(rules, &Task::Picture(task), PICTURE_SECONDS)
        .await
}
