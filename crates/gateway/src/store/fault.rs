//! Why something could not be written, when that is a matter of the disk and what is allowed there, and what to do.

use std::io;

use fased_policy::lifecycle::Status;

/// SQLite could not make the file that the users of a store share room enough.
const NO_SHARED_MEMORY: u32 = 4874;

/// What keeps something from being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No room is left.
    Full,
    /// The quota is used up.
    Quota,
    /// The file or its file system is read-only.
    ReadOnly,
    /// It is not allowed.
    Denied,
    /// Another program holds the store.
    Locked,
    /// A file of it cannot be opened.
    NotOpened,
    /// The disk fails, or is full and says so in other words.
    Failing,
    /// The store's file is damaged, or is none.
    Damaged,
}

impl Fault {
    /// What the sidecar's words for a failed write say of it.
    #[must_use]
    pub fn of_words(said: &str) -> Self {
        let known = [
            ("ENOSPC", Self::Full),
            ("EDQUOT", Self::Quota),
            ("EROFS", Self::ReadOnly),
            ("EACCES", Self::Denied),
            ("EPERM", Self::Denied),
        ];
        let named = known.into_iter().find(|(code, _)| said.contains(code));
        named.map_or(Self::Failing, |(_, fault)| fault)
    }

    /// Half a sentence for people.
    #[must_use]
    pub fn why(self) -> &'static str {
        match self {
            Self::Full => "the disk is full",
            Self::Quota => "the disk quota is used up",
            Self::ReadOnly => "it is read-only",
            Self::Denied => "access to it is denied",
            Self::Locked => "another program keeps it locked",
            Self::NotOpened => "a file of it cannot be opened",
            Self::Failing => "the disk fails or is full",
            Self::Damaged => "its file is damaged",
        }
    }

    /// What that means for an account, in a sentence.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Full | Self::Quota | Self::ReadOnly | Self::Denied | Self::NotOpened | Self::Failing => {
                Status::StorageFailed.sentence()
            }
            Self::Locked => {
                "Another program keeps the store locked, so no message is taken in; WhatsApp keeps them."
            }
            Self::Damaged => "The store is damaged, so no message is taken in; WhatsApp keeps them.",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Full | Self::Quota => "free space on the disk of the state dir (df -h)",
            Self::ReadOnly => "make the disk of the state dir writable",
            Self::Denied | Self::NotOpened => {
                "see who owns the files of the state dir, and that the gateway's user may write them (ls -l)"
            }
            Self::Locked => "end the other program that has the store open (fuser -v on its file names it)",
            Self::Failing => "see whether the disk is full (df -h) or fails (dmesg)",
            Self::Damaged => "fased doctor",
        }
    }

    /// The same for an account, with what follows.
    #[must_use]
    pub fn next_action(self) -> String {
        match self {
            Self::Damaged => "see the way out: fased doctor; it does not heal by itself".to_owned(),
            Self::Full
            | Self::Quota
            | Self::ReadOnly
            | Self::Denied
            | Self::Locked
            | Self::NotOpened
            | Self::Failing => format!("{}; it goes on by itself", self.remedy()),
        }
    }
}

/// Why something could not be written, when that is a matter of the disk and what is allowed there.
#[must_use]
pub fn is_storage_fault(error: &anyhow::Error) -> Option<Fault> {
    error.chain().find_map(|cause| {
        if let Some(error) = cause.downcast_ref::<sqlx::Error>() {
            return of_sqlite(error);
        }
        of_io(cause.downcast_ref::<io::Error>()?)
    })
}

fn of_sqlite(error: &sqlx::Error) -> Option<Fault> {
    if let sqlx::Error::Io(error) = error {
        return of_io(error);
    }
    let code: u32 = error.as_database_error()?.code()?.parse().ok()?;
    of_code(code)
}

fn of_code(code: u32) -> Option<Fault> {
    if code == NO_SHARED_MEMORY {
        return Some(Fault::Full);
    }
    // The low byte is the kind of error, the rest its particulars.
    match code & 0xff {
        3 | 23 => Some(Fault::Denied),
        5 | 6 => Some(Fault::Locked),
        8 => Some(Fault::ReadOnly),
        10 => Some(Fault::Failing),
        11 | 26 => Some(Fault::Damaged),
        13 => Some(Fault::Full),
        14 => Some(Fault::NotOpened),
        _ => None,
    }
}

/// Kinds of errors that are matters of the disk.
const KINDS: [(io::ErrorKind, Fault); 4] = [
    (io::ErrorKind::StorageFull, Fault::Full),
    (io::ErrorKind::QuotaExceeded, Fault::Quota),
    (io::ErrorKind::ReadOnlyFilesystem, Fault::ReadOnly),
    (io::ErrorKind::PermissionDenied, Fault::Denied),
];

fn of_io(error: &io::Error) -> Option<Fault> {
    if error.raw_os_error() == Some(nix::libc::EIO) {
        return Some(Fault::Failing);
    }
    let known = KINDS.iter().find(|(kind, _)| *kind == error.kind());
    known.map(|(_, fault)| *fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_of_sqlite_has_advice_of_its_own_kind() {
        for (code, word) in [
            (13, "free space"),
            (5, "other program"),
            (261, "other program"),
            (8, "writable"),
            (3, "owns"),
            (11, "fased doctor"),
            (267, "fased doctor"),
            (26, "fased doctor"),
        ] {
            let fault = of_code(code).expect("a fault of the disk");
            assert!(
                fault.next_action().contains(word),
                "{code}: {}",
                fault.next_action()
            );
            assert_eq!(
                fault == Fault::Full,
                fault.remedy().contains("free space"),
                "{code}"
            );
        }
        assert_eq!(of_code(19), None, "a constraint");
        assert!(Fault::Damaged.sentence().contains("store is damaged"));
        assert!(!Fault::Damaged.next_action().contains("goes on by itself"));
    }

    #[test]
    fn only_faults_of_the_disk_count() {
        let denied = anyhow::Error::new(io::Error::from(io::ErrorKind::PermissionDenied)).context("a file");
        assert_eq!(is_storage_fault(&denied), Some(Fault::Denied));
        let full = anyhow::Error::new(io::Error::from_raw_os_error(nix::libc::ENOSPC));
        assert_eq!(is_storage_fault(&full), Some(Fault::Full));
        assert_eq!(is_storage_fault(&anyhow::anyhow!("no such row")), None);
        assert_eq!(
            is_storage_fault(&anyhow::Error::new(sqlx::Error::RowNotFound)),
            None
        );
    }
}
