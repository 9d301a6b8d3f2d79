//! A picture that comes with what is asked.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use fased::envelope::{Media, MediaState};
use fased_agents::Image;
use fased_protocol::sidecar::MediaKind;

/// So many bytes tell what a file is.
const HEAD_BYTES: u64 = 8192;

/// A picture on disk.
#[derive(Debug)]
pub(super) struct Picture {
    path: PathBuf,
    mime: &'static str,
    bytes: u64,
}

impl Picture {
    /// Looks at a file; why it is no picture.
    pub(super) fn at(file: &Path) -> Result<Self, String> {
        let shown = file.display();
        let cannot = |error: std::io::Error| format!("cannot read {shown}: {error}");
        let path = std::path::absolute(file).map_err(cannot)?;
        // Opening a pipe could wait for ever.
        let about = std::fs::metadata(&path).map_err(cannot)?;
        if !about.is_file() {
            return Err(format!("{shown} is no file"));
        }
        let bytes = about.len();
        let opened = File::open(&path).map_err(cannot)?;
        let mut head = Vec::new();
        opened.take(HEAD_BYTES).read_to_end(&mut head).map_err(cannot)?;
        let mime = infer::get(&head).map(|found| found.mime_type());
        match mime.filter(|mime| mime.starts_with("image/")) {
            Some(mime) => Ok(Self { path, mime, bytes }),
            None => Err(format!("{shown} is no picture")),
        }
    }

    /// For a program, which finds it in the envelope.
    pub(super) fn as_media(&self) -> Media {
        Media {
            kind: MediaKind::Image,
            mime: Some(self.mime.to_owned()),
            file_name: None,
            bytes: self.bytes,
            width: None,
            height: None,
            seconds: None,
            state: MediaState::Ready {
                file: self.path.display().to_string(),
                sha256: None,
            },
        }
    }

    /// For an endpoint.
    pub(super) fn as_image(&self) -> Image {
        Image {
            mime: self.mime.to_owned(),
            path: self.path.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_known_by_its_first_bytes() {
        let dir = tempfile::tempdir().expect("a folder");
        let (picture, text) = (dir.path().join("a.bin"), dir.path().join("b.png"));
        std::fs::write(&picture, b"\x89PNG\r\n\x1a\n....").expect("write");
        std::fs::write(&text, "no picture").expect("write");
        let found = Picture::at(&picture).expect("a picture");
        assert_eq!((found.mime, found.bytes), ("image/png", 12));
        assert_eq!(found.as_image().path, picture);
        assert!(Picture::at(&text).is_err_and(|problem| problem.contains("is no picture")));
        assert!(Picture::at(dir.path()).is_err_and(|problem| problem.contains("is no file")));
        let pipe = dir.path().join("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
        assert!(Picture::at(&pipe).is_err_and(|problem| problem.contains("is no file")));
    }
}
