//! What there is to know of the Node that runs our JavaScript: asked once for each program, by starting it.
//!
//! The kernel has to be told which file is executed and what that one is linked with, and `node` may be a script
//! that starts another program. Which flags there are differs from version to version.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, anyhow};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

mod memory;

use super::{Connect, Plan, Reach};
use crate::process::{self, Failure, Job};
pub(crate) use memory::remember_in;

const DEADLINE: Duration = Duration::from_secs(20);
const ANSWER_BYTES: u64 = 256 * 1024;
/// Network interfaces are left out of the report because some of them take long to name.
const QUESTION: &str = "process.report.excludeNetwork = true; \
    process.stdout.write(JSON.stringify({ version: process.version, program: process.execPath, \
    objects: process.report.getReport().sharedObjects, flags: [...process.allowedNodeEnvironmentFlags] }))";

/// What it can do with its permission model in force. To flush files is what we cannot do without, and some versions
/// refuse that as well; this one can be neither read nor flushed, which is another error.
const TRIAL: &str = "require('fs/promises').open('/dev/null', 'r').then(file => file.sync()).catch(error => { \
    if (error.code === 'ERR_ACCESS_DENIED') { console.error(error.message); process.exitCode = 1; } })";

/// A Node program.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub(crate) struct Node {
    /// As it writes it, with a `v`.
    version: String,
    /// The file that is executed in the end: a script on the way to it would need a shell. Without a cage, what was
    /// named.
    pub(crate) program: PathBuf,
    /// What it is linked with, the loader among it.
    objects: Vec<PathBuf>,
    flags: Vec<String>,
    /// Why its permission model is of no use to us, if it is not.
    #[serde(default)]
    unfit: Option<String>,
    /// That was no answer of its own: it is asked again the next time.
    #[serde(skip)]
    unsure: bool,
}

/// Why there is no answer of use.
enum NoAnswer {
    /// It said no.
    Refused(anyhow::Error),
    /// It could not be asked, or did not get to its answer.
    Unasked(anyhow::Error),
}

impl From<NoAnswer> for anyhow::Error {
    fn from(no_answer: NoAnswer) -> Self {
        match no_answer {
            NoAnswer::Refused(error) | NoAnswer::Unasked(error) => error,
        }
    }
}

/// Tells one build of a program from another in its place.
type Build = Option<(SystemTime, u64)>;
type Known = HashMap<PathBuf, (Build, Arc<Node>)>;

fn build(program: &Path) -> Build {
    let found = program.metadata().ok()?;
    Some((found.modified().ok()?, found.len()))
}

/// Asks a Node what it is, or remembers it. Another program in its place is asked again.
///
/// # Errors
/// When it cannot be started, or is no Node.
pub(crate) async fn know(node: &Path) -> Result<Arc<Node>> {
    if super::is_off() {
        return Ok(Arc::new(Node::unasked(node)));
    }
    static KNOWN: OnceLock<Mutex<Known>> = OnceLock::new();
    let mut known = KNOWN.get_or_init(Mutex::default).lock().await;
    if let Some((then, it)) = known.get(node)
        && then.is_some()
        && *then == build(&it.program)
    {
        return Ok(Arc::clone(it));
    }
    let it = match memory::recall(node) {
        Some(it) => it,
        None => {
            let it = ask(node).await.with_context(|| {
                format!(
                    "cannot start {} (Node 20.17 or newer; set FASED_NODE to its path)",
                    node.display()
                )
            })?;
            if !it.unsure {
                memory::keep(node, &it);
            }
            it
        }
    };
    tracing::debug!(version = it.version, program = %it.program.display(), "this is our Node");
    let it = Arc::new(it);
    if !it.unsure {
        known.insert(node.to_owned(), (build(&it.program), Arc::clone(&it)));
    }
    Ok(it)
}

async fn ask(node: &Path) -> Result<Node> {
    let said = run(node, vec!["--eval".into(), QUESTION.into()]).await?;
    let mut it: Node = serde_json::from_slice(&said).context("it does not answer like Node")?;
    if let Ok(mut args) = it.model_flags(true, true) {
        args.push("--allow-fs-read=/dev/null".into());
        args.extend(["--eval".into(), TRIAL.into()]);
        if let Err(no_answer) = run(node, args).await {
            it.unsure = matches!(no_answer, NoAnswer::Unasked(_));
            let error = anyhow::Error::from(no_answer);
            it.unfit = Some(format!(
                "the permission model of Node {} cannot be used: {error:#}",
                it.version
            ));
        }
    }
    Ok(it)
}

async fn run(node: &Path, args: Vec<OsString>) -> Result<Vec<u8>, NoAnswer> {
    let job = Job {
        program: node.to_owned(),
        args,
        folder: PathBuf::from("/"),
        stdin: Vec::new(),
        stdout_bytes: ANSWER_BYTES,
        deadline: DEADLINE,
        plan: None,
    };
    let ended = process::run(job).await.map_err(|failure| {
        NoAnswer::Unasked(match failure {
            Failure::Missing(_) => anyhow!("there is no such program"),
            Failure::TimedOut => anyhow!("it said nothing for {} s", DEADLINE.as_secs()),
            Failure::Io(error) => anyhow!(error),
        })
    })?;
    if ended.status.success() {
        return Ok(ended.stdout);
    }
    let said = ended.stderr.lines().last().unwrap_or("nothing");
    let error = anyhow!("it ended with {}, and said: {said}", ended.status);
    // Who was killed has not answered.
    Err(match ended.status.code() {
        Some(_) => NoAnswer::Refused(error),
        None => NoAnswer::Unasked(error),
    })
}

impl Node {
    /// One of which nothing needs to be known, since it gets no cage.
    fn unasked(program: &Path) -> Self {
        Self {
            version: String::new(),
            program: program.to_owned(),
            objects: Vec::new(),
            flags: Vec::new(),
            unfit: None,
            unsure: false,
        }
    }

    fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|known| known == flag)
    }

    /// Lets a process be this Node, and read what comes with it.
    ///
    /// The kernel asks for the right to execute at every start of a program, also at its own. So a caged Node may
    /// start itself again, in the same cage, and its libraries, which are no programs.
    pub(crate) fn allow_in(&self, plan: &mut Plan) {
        plan.allow_of_system(Reach::Execute, [&self.program]);
        let objects = self.objects.iter().filter(|object| object.is_absolute());
        plan.allow_of_system(Reach::Execute, objects.clone());
        let folders = objects.filter_map(|object| object.parent());
        plan.allow_of_system(Reach::Read, folders.filter(|folder| folder.parent().is_some()));
    }

    /// The flags that put its permission model in force, with nothing allowed yet but this.
    fn model_flags(&self, addons: bool, network: bool) -> Result<Vec<OsString>, String> {
        let mut flags: Vec<OsString> = if self.has("--permission") {
            vec!["--permission".into()]
        } else if self.has("--experimental-permission") {
            let quiet = self.has("--disable-warning");
            let quiet = quiet.then(|| "--disable-warning=ExperimentalWarning".into());
            std::iter::once("--experimental-permission".into())
                .chain(quiet)
                .collect()
        } else {
            return Err(format!("Node {} has no permission model", self.version));
        };
        // Older ones do not ask for leave to use the network.
        for (flag, wanted) in [("--allow-addons", addons), ("--allow-net", network)] {
            if wanted && self.has(flag) {
                flags.push(flag.into());
            }
        }
        Ok(flags)
    }

    /// The flags that put its permission model in force for our own folders of a plan.
    pub(super) fn permission_flags(&self, plan: &Plan, addons: bool) -> Result<Vec<OsString>, String> {
        if let Some(why) = &self.unfit {
            return Err(why.clone());
        }
        let mut flags = self.model_flags(addons, plan.connect != Connect::Ports(Vec::new()))?;
        for (flag, writes) in [("--allow-fs-read=", false), ("--allow-fs-write=", true)] {
            for place in plan.node_places(writes).flat_map(spellings) {
                if place.to_string_lossy().contains([',', '*']) {
                    return Err(format!(
                        "Node's permission model takes no path with a comma or an asterisk in it, and {} has one",
                        place.display()
                    ));
                }
                let mut flag = OsString::from(flag);
                flag.push(place);
                flags.push(flag);
            }
        }
        Ok(flags)
    }
}

/// A place that is there, as it is named, and where it really is.
fn spellings(place: &PathBuf) -> impl Iterator<Item = PathBuf> + use<> {
    let real = place.canonicalize().ok();
    let named = real.is_some().then(|| place.clone());
    let real = real.filter(|real| real != place);
    named.into_iter().chain(real)
}
