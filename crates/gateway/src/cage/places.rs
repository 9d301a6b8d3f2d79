//! Where systems keep what every program needs. What is not there is stepped over.

use std::path::{Path, PathBuf};

/// Shared libraries. They are read and mapped, never executed.
pub(super) const LIBRARIES: [&str; 11] = [
    "/lib",
    "/lib32",
    "/lib64",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/local/lib",
    "/nix/store",
    "/gnu/store",
    "/etc/ld.so.cache",
    "/etc/ld.so.preload",
];

/// Authorities and TLS settings; not `/etc/ssl` as a whole, which has private keys.
pub(super) const CERTIFICATES: [&str; 13] = [
    "/etc/ssl/certs",
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/openssl.cnf",
    "/etc/ca-certificates",
    "/etc/crypto-policies",
    "/etc/pki/ca-trust",
    "/etc/pki/tls/cert.pem",
    "/etc/pki/tls/certs",
    "/etc/pki/tls/openssl.cnf",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
    "/usr/share/pki",
];

/// How names become addresses.
pub(super) const NAMES: [&str; 7] = [
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/nsswitch.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/protocols",
];

/// Time zones, what distributions take out of Node, and what the machine has.
pub(super) const SYSTEM: [&str; 9] = [
    "/etc/localtime",
    "/etc/timezone",
    "/usr/share/zoneinfo",
    "/usr/share/nodejs",
    "/usr/share/icu",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/sys/vm/overcommit_memory",
    "/sys/devices/system/cpu",
];

/// Devices that hold nothing.
pub(super) const DEVICES: [&str; 4] = ["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"];

/// Where programs are, for those that may start others.
pub(super) const PROGRAMS: [&str; 9] = [
    "/bin",
    "/lib",
    "/lib64",
    "/usr",
    "/opt",
    "/snap",
    "/nix/store",
    "/gnu/store",
    "/home/linuxbrew/.linuxbrew",
];

/// Certificates that the environment names.
pub(super) fn named_certificates() -> Vec<PathBuf> {
    let file = std::env::var_os("SSL_CERT_FILE").map(PathBuf::from);
    let dirs = std::env::var_os("SSL_CERT_DIR");
    let dirs = dirs.iter().flat_map(std::env::split_paths);
    file.into_iter().chain(dirs).collect()
}

/// The folder of a resolver that puts a new file in the place of the old one, as systemd's does: a rule
/// for the file itself would end with it. One that lies in `/etc` is known again at the next start.
pub(super) fn resolver_folder() -> Option<PathBuf> {
    let file = Path::new("/etc/resolv.conf").canonicalize().ok()?;
    file.starts_with("/run")
        .then(|| file.parent().map(Path::to_owned))?
}
