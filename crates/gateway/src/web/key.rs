//! `page.key`: what the cookies of the control page are signed with. No session is kept anywhere: who has a cookie that
//! this key signed, and that is not too old, is logged in with the secret that goes with it; without the file nobody is.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A session ends after this, milliseconds. Thirty days.
pub(super) const SESSION_MS: i64 = 30 * 86_400_000;
/// What is signed begins with this, so that a signature for anything else is none for a session.
const SESSION: &str = "fased page session\n";
/// The same of the secret that goes with a session. Browsers send a cookie to every port of an address, and so to whoever
/// listens there; this one the page keeps to itself.
const SECRET: &str = "fased page secret\n";

/// The key, and where the page was when it was signed with: browsers keep what they know of a page by its port.
#[derive(Clone)]
pub(super) struct Key {
    bytes: [u8; 32],
    pub(super) port: Option<Port>,
}

/// A port that was taken instead of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Port {
    /// The one of the config.
    pub(super) wished: u16,
    pub(super) taken: u16,
}

impl Key {
    /// Made of these bytes.
    pub(super) fn new(bytes: [u8; 32]) -> Self {
        Self { bytes, port: None }
    }

    /// The key of a file; none where there is none. One that others could read is none either, nor is half of one.
    ///
    /// # Errors
    /// What the system said.
    pub(super) fn read(file: &Path) -> io::Result<Option<Self>> {
        let mut open = match File::open(file) {
            Ok(open) => open,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let about = open.metadata()?;
        if !about.is_file() || about.permissions().mode() & 0o077 != 0 {
            tracing::warn!(
                "{} could be read by others and is not used any more",
                file.display()
            );
            return Ok(None);
        }
        let mut text = String::new();
        (&mut open).take(256).read_to_string(&mut text)?;
        let mut lines = text.lines();
        let bytes = URL_SAFE_NO_PAD.decode(lines.next().unwrap_or_default().trim());
        let bytes = bytes.ok().and_then(|bytes| bytes.try_into().ok());
        let port = lines.next().and_then(|line| {
            let (wished, taken) = line.split_once(' ')?;
            let (wished, taken) = (wished.parse().ok()?, taken.trim().parse().ok()?);
            Some(Port { wished, taken })
        });
        Ok(bytes.map(|bytes| Self { bytes, port }))
    }

    /// Writes it beside, flushed, renamed: there is a whole key or none.
    ///
    /// # Errors
    /// What the system said; then there is none.
    pub(super) fn write(&self, file: &Path) -> io::Result<()> {
        let mut new = file.as_os_str().to_owned();
        new.push(".new");
        let new = Path::new(&new);
        let written = (|| {
            // One of another mode may be left over.
            remove(new)?;
            let mut out = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(new)?;
            writeln!(out, "{}", URL_SAFE_NO_PAD.encode(self.bytes))?;
            if let Some(port) = self.port {
                writeln!(out, "{} {}", port.wished, port.taken)?;
            }
            out.sync_all()?;
            fs::rename(new, file)?;
            File::open(file.parent().unwrap_or(Path::new("/")))?.sync_all()
        })();
        if written.is_err() {
            // The first error is the one to tell.
            fs::remove_file(new).ok();
        }
        written
    }

    /// A session that begins now.
    pub(super) fn session(&self, random: [u8; 16], now_ms: i64) -> String {
        let until = now_ms.saturating_add(SESSION_MS);
        let signed = format!("{until}.{}", URL_SAFE_NO_PAD.encode(random));
        let mac = self.mac(SESSION, &signed).finalize().into_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac))
    }

    /// What goes with a session.
    pub(super) fn secret(&self, session: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.mac(SECRET, session).finalize().into_bytes())
    }

    /// Whether this goes with that session.
    pub(super) fn is_secret(&self, given: &[u8], session: &str) -> bool {
        // Compares in constant time.
        URL_SAFE_NO_PAD
            .decode(given)
            .is_ok_and(|given| self.mac(SECRET, session).verify_slice(&given).is_ok())
    }

    /// Whether this is a session that has not ended.
    pub(super) fn is_session(&self, text: &str, now_ms: i64) -> bool {
        let Some((signed, mac)) = text.rsplit_once('.') else {
            return false;
        };
        let Ok(mac) = URL_SAFE_NO_PAD.decode(mac) else {
            return false;
        };
        // Compares in constant time, and nothing that is not signed is read.
        self.mac(SESSION, signed).verify_slice(&mac).is_ok()
            && signed
                .split_once('.')
                .and_then(|(until, _)| until.parse::<i64>().ok())
                .is_some_and(|until| now_ms < until)
    }

    fn mac(&self, purpose: &str, signed: &str) -> Hmac<Sha256> {
        Hmac::<Sha256>::new_from_slice(&self.bytes)
            .expect("a key may have any length")
            .chain_update(purpose.as_bytes())
            .chain_update(signed.as_bytes())
    }
}

/// Removes a file that need not be there.
///
/// # Errors
/// What the system said.
pub(super) fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000_000;

    #[test]
    fn d1_a_session_is_signed_and_ends() {
        let key = Key::new([1; 32]);
        let session = key.session([2; 16], NOW);
        assert!(key.is_session(&session, NOW) && key.is_session(&session, NOW + SESSION_MS - 1));
        assert!(!key.is_session(&session, NOW + SESSION_MS), "an old one");
        assert!(!Key::new([3; 32]).is_session(&session, NOW), "one of another key");
        for place in 0..session.len() {
            let mut other = session.clone().into_bytes();
            other[place] = if other[place] == b'1' { b'2' } else { b'1' };
            let other = String::from_utf8(other).expect("text");
            // The last letter of base64 has bits that stand for nothing: that it is refused, too, is the decoder's doing.
            assert!(!key.is_session(&other, NOW), "changed at {place}: {other}");
        }
        let (signed, mac) = session.rsplit_once('.').expect("two parts");
        for wrong in [
            "",
            ".",
            "..",
            signed,
            &format!("{signed}."),
            &format!("9{signed}.{mac}"),
            &format!("{signed}.{}", &mac[..10]),
        ] {
            assert!(!key.is_session(wrong, NOW), "{wrong}");
        }
    }

    #[test]
    fn d1_a_secret_goes_with_one_session_and_is_not_seen_in_it() {
        let key = Key::new([1; 32]);
        let (one, other) = (key.session([2; 16], NOW), key.session([3; 16], NOW));
        let secret = key.secret(&one);
        assert!(key.is_secret(secret.as_bytes(), &one));
        assert!(!key.is_secret(secret.as_bytes(), &other));
        assert!(!Key::new([2; 32]).is_secret(secret.as_bytes(), &one));
        let mac = one.rsplit_once('.').expect("two parts").1;
        for wrong in ["", "1", mac, &one, &secret[1..], &format!("{secret}A")] {
            assert!(!key.is_secret(wrong.as_bytes(), &one), "{wrong}");
        }
        assert!(!one.contains(&secret));
    }

    #[test]
    fn the_port_that_was_taken_is_kept_with_the_key() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("page.key");
        let mut key = Key::new([5; 32]);
        let port = Some(Port {
            wished: 9464,
            taken: 40_001,
        });
        key.port = port;
        key.write(&file).expect("written");
        let read = Key::read(&file).expect("readable").expect("there");
        assert_eq!(read.port, port);
        assert!(read.is_session(&key.session([0; 16], NOW), NOW));
    }

    #[test]
    fn d1_the_key_is_its_owners_and_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("page.key");
        assert!(Key::read(&file).expect("readable").is_none());
        Key::new([5; 32]).write(&file).expect("written");
        let mode = |file: &Path| file.metadata().expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&file), 0o600);
        let read = Key::read(&file).expect("readable").expect("there");
        assert!(read.is_session(&Key::new([5; 32]).session([0; 16], NOW), NOW));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("set");
        assert!(
            Key::read(&file).expect("readable").is_none(),
            "others could read it"
        );
        Key::new([6; 32]).write(&file).expect("written");
        assert_eq!(mode(&file), 0o600, "and a new one is not like it");
        fs::write(&file, "half").expect("written");
        assert!(Key::read(&file).expect("readable").is_none());
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
        remove(&file).expect("removed");
        remove(&file).expect("none is fine");
    }
}
