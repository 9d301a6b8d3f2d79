//! What a process that we start may reach, and who keeps it to that.
//!
//! The kernel does where it can (Landlock): it knows folders, programs and ports. Node's permission model
//! does the same once more for files, and refuses child processes. Hosts are known to neither; the
//! sidecar keeps a list of its own against mistakes (`sidecar/src/network.js`). What a system
//! cannot do is said in [`CageInfo::missing`], and the process starts all the same.

#[cfg_attr(not(target_os = "linux"), path = "cage/no_kernel.rs")]
mod kernel;
mod node;
mod places;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use fased_protocol::control::CageInfo;
use tokio::process::Command;

use crate::manifest::LISTED;

pub(crate) use node::{Node, know, remember_in};

/// Set to `off` it lets every process start without a cage.
const SWITCH: &str = "FASED_CAGE";

/// What may be done with a file or folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Read, also what is below.
    Read,
    /// Read and execute, also what is below.
    Execute,
    /// Read, write, make and remove files, also below.
    Write,
    /// The same, and move files from one folder below to another, which may be made.
    Arrange,
    /// Read and write, but neither make nor remove: a device.
    Device,
}

/// To which TCP ports a process may connect. It may listen on none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Connect {
    /// Everywhere.
    Anywhere,
    /// To these only, on any host.
    Ports(Vec<u16>),
}

/// What a process is to be let do; everything else is refused.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Files and folders of ours; those that are not there are left out.
    places: Vec<(PathBuf, Reach)>,
    /// Those of the system, of which Node's permission model need not know.
    system: Vec<(PathBuf, Reach)>,
    connect: Connect,
}

impl Plan {
    /// What any program needs of the system to start, speak TLS and find hosts by name.
    pub(crate) fn new(connect: Connect) -> Self {
        let mut plan = Self {
            places: Vec::new(),
            system: Vec::new(),
            connect,
        };
        plan.allow_of_system(Reach::Read, places::LIBRARIES);
        plan.allow_of_system(Reach::Read, places::CERTIFICATES);
        plan.allow_of_system(Reach::Read, places::named_certificates());
        plan.allow_of_system(Reach::Read, places::NAMES);
        plan.allow_of_system(Reach::Read, places::resolver_folder());
        plan.allow_of_system(Reach::Read, places::SYSTEM);
        plan.allow_of_system(Reach::Device, places::DEVICES);
        plan
    }

    /// Files and folders of ours.
    pub(crate) fn allow(&mut self, reach: Reach, places: impl IntoIterator<Item = impl Into<PathBuf>>) {
        self.places
            .extend(places.into_iter().map(|place| (place.into(), reach)));
    }

    fn allow_of_system(&mut self, reach: Reach, places: impl IntoIterator<Item = impl Into<PathBuf>>) {
        self.system
            .extend(places.into_iter().map(|place| (place.into(), reach)));
    }

    /// The programs of the system and one more, which may be scripts and start others.
    pub(crate) fn allow_programs(&mut self, program: &Path) {
        self.allow_of_system(Reach::Execute, places::PROGRAMS);
        let real = program.canonicalize().ok();
        let beside = real.as_deref().and_then(Path::parent);
        self.allow_of_system(Reach::Execute, beside);
    }

    /// Those that may be read, or written to, as Node's permission model takes them.
    fn node_places(&self, writes: bool) -> impl Iterator<Item = &PathBuf> {
        self.places.iter().filter_map(move |(place, reach)| match reach {
            Reach::Write | Reach::Arrange => Some(place),
            Reach::Read if !writes => Some(place),
            Reach::Read | Reach::Execute | Reach::Device => None,
        })
    }
}

/// Is the cage switched off?
pub(crate) fn is_off() -> bool {
    std::env::var_os(SWITCH).is_some_and(|word| word == "off")
}

/// Our JavaScript below the program's own folder, with its packages.
pub(crate) fn code(home: &Path) -> [PathBuf; 3] {
    LISTED.map(|name| home.join(name))
}

/// A cage that is ready to be closed around a process.
pub(crate) struct Cage {
    kernel: Option<kernel::Rules>,
    info: CageInfo,
}

impl Cage {
    /// As tight as this system allows.
    pub(crate) fn new(plan: &Plan) -> Self {
        if is_off() {
            return Self::open(format!("it is switched off ({SWITCH}=off)"));
        }
        Self::of_kernel(plan, kernel::abi())
    }

    fn open(why: String) -> Self {
        Self {
            kernel: None,
            info: CageInfo {
                missing: vec![why],
                ..CageInfo::default()
            },
        }
    }

    fn of_kernel(plan: &Plan, abi: Option<u32>) -> Self {
        let (mut info, wanted) = judge(plan, abi);
        let Some(wanted) = wanted else {
            return Self { kernel: None, info };
        };
        match kernel::rules(plan, wanted) {
            Ok(rules) => Self {
                kernel: Some(rules),
                info,
            },
            Err(error) => {
                info = CageInfo {
                    landlock_abi: abi,
                    missing: vec![format!("Landlock could not be set up: {error}")],
                    ..CageInfo::default()
                };
                Self { kernel: None, info }
            }
        }
    }

    /// Closes it around what this command will start; what holds then.
    pub(crate) fn close_around(self, command: &mut Command) -> CageInfo {
        if let Some(rules) = self.kernel {
            kernel::restrict(command, rules);
        }
        self.info
    }
}

/// What a kernel of this ABI enforces of a plan, and which ABI to ask it for, if any.
fn judge(plan: &Plan, abi: Option<u32>) -> (CageInfo, Option<u32>) {
    let mut info = CageInfo {
        landlock_abi: abi,
        ..CageInfo::default()
    };
    let Some(abi) = abi else {
        info.missing.push(kernel::ABSENT.to_owned());
        return (info, None);
    };
    if abi < 2 {
        // It would refuse every move between folders, and a file that came in is moved to its place.
        info.missing.push(
            "the kernel's Landlock is too old to let files be moved between folders (Linux 5.19 or newer)"
                .to_owned(),
        );
        return (info, None);
    }
    info.files = true;
    info.execute = true;
    info.ports = abi >= 4 && plan.connect != Connect::Anywhere;
    let newer = [
        (3, "files elsewhere can be emptied, though not read", "6.2"),
        (4, "TCP connections go to any port", "6.7"),
        (
            6,
            "signals reach other processes of the same user, and abstract sockets too",
            "6.12",
        ),
    ];
    for (needed, open, linux) in newer {
        if abi < needed {
            info.missing
                .push(format!("{open}: the kernel is too old (Linux {linux} or newer)"));
        }
    }
    (info, Some(abi))
}

/// Node's own flags for a plan; without them the reason is added to what is missing.
pub(crate) fn node_flags(plan: &Plan, node: &Node, addons: bool, missing: &mut Vec<String>) -> Vec<OsString> {
    if is_off() {
        return Vec::new();
    }
    match node.permission_flags(plan, addons) {
        Ok(flags) => flags,
        Err(why) => {
            missing.push(why);
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests;
