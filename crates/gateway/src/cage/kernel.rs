//! Landlock: the kernel's own cage, which a process can tighten but never open again.
//!
//! The rules are made here, in the gateway; the child only puts them in force, between fork and exec,
//! where it may neither allocate nor lock. What is executed later inherits them.

use std::io;
use std::sync::OnceLock;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, LandlockStatus, NetPort, PathBeneath, PathFd, Ruleset,
    RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetError, Scope, make_bitflags,
};
use nix::errno::Errno;
use tokio::process::Command;

use super::{Connect, Plan, Reach};

/// Why there is nothing to enforce.
pub(super) const ABSENT: &str = "the kernel has no Landlock (Linux 5.19 or newer, with \"landlock\" among its security modules), or a container's \
     filter of system calls refuses it (Docker 23 or newer does not)";

/// The newest version whose rights were tried. Newer kernels keep to it as well.
const TRIED: u32 = 7;

/// Rules that the kernel holds, not yet in force for anybody.
pub(super) type Rules = RulesetCreated;

/// The version that this kernel has; none without Landlock. Asked once.
pub(super) fn abi() -> Option<u32> {
    static KNOWN: OnceLock<Option<u32>> = OnceLock::new();
    *KNOWN.get_or_init(|| {
        // The library tells it of a thread that it has restricted, so one is given away for that.
        let asked = std::thread::spawn(|| -> Result<LandlockStatus, RulesetError> {
            let ruleset = Ruleset::default().handle_access(AccessFs::MakeBlock)?;
            Ok(ruleset.create()?.restrict_self()?.landlock)
        });
        match asked.join() {
            Ok(Ok(LandlockStatus::Available {
                effective_abi,
                kernel_abi,
            })) => Some(
                kernel_abi
                    .and_then(|abi| u32::try_from(abi).ok())
                    .unwrap_or(effective_abi as u32),
            ),
            Ok(Ok(LandlockStatus::NotEnabled | LandlockStatus::NotImplemented)) | Err(_) => None,
            Ok(Err(error)) => {
                tracing::warn!("Landlock cannot be used: {error}");
                None
            }
        }
    })
}

/// Gives the kernel the rules of a plan, as far as this version knows them.
pub(super) fn rules(plan: &Plan, abi: u32) -> Result<Rules, RulesetError> {
    let abi = ABI::from(i32::try_from(abi.min(TRIED)).unwrap_or_default());
    let mut ruleset = Ruleset::default().handle_access(AccessFs::from_all(abi))?;
    let net = AccessNet::from_all(abi);
    if !net.is_empty() {
        ruleset = match plan.connect {
            Connect::Anywhere => ruleset.handle_access(AccessNet::BindTcp)?,
            Connect::Ports(_) => ruleset.handle_access(net)?,
        };
    }
    let scopes = Scope::from_all(abi);
    if !scopes.is_empty() {
        ruleset = ruleset.scope(scopes)?;
    }
    let mut rules = ruleset.create()?;
    for (place, reach) in plan.system.iter().chain(&plan.places) {
        let Ok(fd) = PathFd::new(place) else {
            continue;
        };
        let access = if place.is_dir() {
            access(*reach)
        } else {
            access(*reach) & AccessFs::from_file(abi)
        };
        rules = rules.add_rule(PathBeneath::new(fd, access & AccessFs::from_all(abi)))?;
    }
    if let Connect::Ports(ports) = &plan.connect
        && !net.is_empty()
    {
        for port in ports {
            rules = rules.add_rule(NetPort::new(*port, AccessNet::ConnectTcp))?;
        }
    }
    Ok(rules)
}

fn access(reach: Reach) -> BitFlags<AccessFs> {
    let read = make_bitflags!(AccessFs::{ReadFile | ReadDir});
    let write = make_bitflags!(AccessFs::{WriteFile | Truncate | MakeReg | RemoveFile});
    match reach {
        Reach::Read => read,
        Reach::Execute => read | AccessFs::Execute,
        Reach::Write => read | write,
        Reach::Arrange => read | write | AccessFs::MakeDir | AccessFs::Refer,
        Reach::Device => make_bitflags!(AccessFs::{ReadFile | WriteFile}),
    }
}

/// Puts rules in force for what a command starts, before it is executed. They end all setuid, too.
#[allow(
    unsafe_code,
    reason = "pre_exec is unsafe; the closure makes two system calls, which are async-signal-safe"
)]
pub(super) fn restrict(command: &mut Command, rules: Rules) {
    let mut rules = Some(rules);
    // SAFETY: `restrict_self` makes the calls prctl and landlock_restrict_self and closes the rules' file.
    // Neither it nor this closure allocates or locks, not even where it fails.
    unsafe {
        command.pre_exec(move || match rules.take().map(Rules::restrict_self) {
            Some(Err(_)) => Err(io::Error::from(Errno::EPERM)),
            Some(Ok(_)) | None => Ok(()),
        });
    }
}
