//! Files to send: what is taken, what is refused, and what becomes of it. The processes are the real ones.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use fased_policy::media::Kind;
use fased_protocol::private::Private;
use fased_protocol::sidecar::MediaKind;

mod samples;

use self::samples::{png, serve, wav};
use super::MediaProblem;
use super::outgoing::{Acquired, Asked, Rules, Source, acquire};
use super::workshop::Workshop;

struct World {
    dir: tempfile::TempDir,
    rules: Rules,
}

fn world() -> World {
    let dir = tempfile::tempdir().expect("a folder");
    let state = dir.path().join("state");
    for folder in [
        "media/inbound",
        "media/outbound",
        "workspace",
        "credentials/whatsapp/default",
    ] {
        fs::create_dir_all(state.join(folder)).expect("a folder");
    }
    fs::create_dir(dir.path().join("home")).expect("a folder");
    fs::write(state.join("credentials/whatsapp/default/creds.json"), "keys").expect("written");
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let rules = Rules {
        media_dir: state.join("media"),
        roots: vec![
            state.join("media"),
            state.join("workspace"),
            dir.path().join("home"),
        ],
        closed: vec![
            state.clone(),
            dir.path().join("home/auth"),
            dir.path().join("home/fased.json"),
        ],
        max_bytes: 1_000_000,
        workshop: Workshop::new(home.canonicalize().expect("the project")),
    };
    World { dir, rules }
}

impl World {
    fn home(&self, name: &str) -> PathBuf {
        self.dir.path().join("home").join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.home(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, bytes).expect("written");
        path
    }

    async fn take(&self, path: &Path, asked: Asked) -> Result<Acquired, MediaProblem> {
        let taken = acquire(&self.rules, &Source::Path(path.to_owned()), asked).await;
        taken.map_err(|error| {
            assert!(!error.message.is_empty() && !error.next.is_empty());
            error.problem
        })
    }

    fn content(&self, taken: &Acquired) -> Vec<u8> {
        let path = self.rules.media_dir.join(&taken.file.file);
        assert_eq!(
            fs::metadata(&path).expect("a file").permissions().mode() & 0o777,
            0o600
        );
        fs::read(path).expect("read")
    }

    /// Nothing lies in `outbound/` but what was acquired.
    fn has_left(&self, files: usize) {
        let outbound = self.rules.media_dir.join("outbound");
        assert_eq!(fs::read_dir(outbound).expect("a folder").count(), files);
    }
}

#[tokio::test]
async fn d2_nothing_outside_of_the_allowed_folders_is_opened() {
    let world = world();
    let outside = world.dir.path().join("outside.txt");
    fs::write(&outside, "secret").expect("written");
    let inside = world.write("inside.txt", b"fine");
    symlink(&outside, world.home("link.txt")).expect("a link");
    symlink(world.dir.path(), world.home("up")).expect("a link");
    symlink(&inside, world.home("own.txt")).expect("a link");
    world.write("auth/creds.json", b"keys");
    world.write("fased.json", b"config");
    let state = world.dir.path().join("state");
    for path in [
        outside.clone(),
        world.home("../outside.txt"),
        world.home("link.txt"),
        world.home("up/outside.txt"),
        world.home("up/state/credentials/whatsapp/default/creds.json"),
        state.join("credentials/whatsapp/default/creds.json"),
        state.join("media/../credentials/whatsapp/default/creds.json"),
        world.home("auth/creds.json"),
        world.home("fased.json"),
        PathBuf::from("/etc/passwd"),
        PathBuf::from("/dev/zero"),
        PathBuf::from("/proc/self/environ"),
        PathBuf::from("inside.txt"),
        world.home("inside.txt\0.png"),
        world.dir.path().join("not-there.txt"),
    ] {
        let refused = world.take(&path, Asked::Auto).await;
        assert_eq!(refused, Err(MediaProblem::Refused), "{}", path.display());
    }
    let own = world.take(&world.home("own.txt"), Asked::Auto).await;
    assert_eq!(world.content(&own.expect("a link that stays inside")), b"fine");
    world.has_left(1);
}

#[tokio::test]
async fn d2_only_regular_files_are_opened_and_none_makes_us_wait() {
    let world = world();
    let pipe = world.home("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
    let socket = world.home("socket");
    let _listening = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
    for path in [pipe, socket, world.home("")] {
        let refused = world.take(&path, Asked::Auto).await;
        assert_eq!(refused, Err(MediaProblem::Unusable), "{}", path.display());
    }
    let missing = world.take(&world.home("missing"), Asked::Auto).await;
    assert_eq!(missing, Err(MediaProblem::NotFound));
    let empty = world.write("empty", b"");
    assert_eq!(world.take(&empty, Asked::Auto).await, Err(MediaProblem::Unusable));
    world.has_left(0);
}

#[tokio::test]
async fn d2_names_are_generated_and_long_ones_do_no_harm() {
    let world = world();
    for name in [
        format!("{}.txt", "é".repeat(120)),
        "-rf ;$(id)\n.txt".to_owned(),
        "a b's \"c\".txt".to_owned(),
    ] {
        let path = world.write(&name, b"words");
        let taken = world.take(&path, Asked::Auto).await.expect("taken");
        let stored = taken.file.file.strip_prefix("outbound/").expect("in outbound/");
        let stem = stored.strip_suffix(".txt").expect("an ending");
        assert!(
            stem.len() == 32 && stem.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{stored}"
        );
        let told = taken.file.file_name.expect("a document has a name").0;
        assert!(
            told.ends_with(".txt") && told.len() <= 200 && !told.contains('\n'),
            "{told}"
        );
    }
}

#[tokio::test]
async fn a_file_over_the_cap_is_refused_and_a_picture_is_made_smaller() {
    let world = world();
    let large = world.write("large.bin", &vec![1; 1_000_001]);
    assert_eq!(world.take(&large, Asked::Auto).await, Err(MediaProblem::TooLarge));
    let exact = world.write("exact.bin", &vec![1; 1_000_000]);
    let taken = world.take(&exact, Asked::Auto).await.expect("taken");
    assert_eq!((taken.bytes, taken.file.kind), (1_000_000, MediaKind::Document));
    let picture = world.write("noise.png", &png(1200, 900, true));
    assert!(fs::metadata(&picture).expect("a file").len() > 1_000_000);
    let taken = world.take(&picture, Asked::Auto).await.expect("made smaller");
    assert!(taken.bytes <= 1_000_000);
    assert_eq!(
        (taken.file.kind, taken.file.mime.as_str()),
        (MediaKind::Image, "image/jpeg")
    );
    world.has_left(2);
}

#[tokio::test]
async fn a_picture_goes_as_it_is_with_its_size_and_a_small_one() {
    let world = world();
    let bytes = png(200, 100, false);
    // The name claims something else; the first bytes count.
    let path = world.write("picture.pdf", &bytes);
    let taken = world.take(&path, Asked::Auto).await.expect("taken");
    assert_eq!(world.content(&taken), bytes);
    assert_eq!(
        (taken.file.mime.as_str(), taken.file.file_name),
        ("image/png", None)
    );
    assert_eq!(
        (taken.file.look.width, taken.file.look.height),
        (Some(200), Some(100))
    );
    assert!(taken.file.look.thumbnail.is_some());
    let document = world.take(&path, Asked::As(Kind::Document)).await.expect("taken");
    assert_eq!(document.file.kind, MediaKind::Document);
    assert_eq!(document.file.file_name, Some(Private("picture.pdf".to_owned())));
    let sticker = world.take(&path, Asked::As(Kind::Sticker)).await.expect("taken");
    assert_eq!(
        (sticker.file.kind, sticker.file.mime.as_str()),
        (MediaKind::Sticker, "image/webp")
    );
    let voice = world.take(&path, Asked::As(Kind::Voice)).await;
    assert_eq!(voice, Err(MediaProblem::Unusable));
    // One that cannot be read is still a file.
    let broken = world.write("broken.png", &bytes[..60]);
    let taken = world.take(&broken, Asked::Auto).await.expect("taken");
    assert_eq!(taken.file.kind, MediaKind::Document);
    assert_eq!(
        world.take(&broken, Asked::As(Kind::Image)).await,
        Err(MediaProblem::Unusable)
    );
}

#[tokio::test]
async fn sound_becomes_a_voice_note_and_a_voice_note_stays_one() {
    let world = world();
    let wav = world.write("tone.wav", &wav(2));
    let sound = world.take(&wav, Asked::Auto).await.expect("taken");
    assert_eq!(
        (sound.file.kind, sound.file.mime.as_str()),
        (MediaKind::Audio, "audio/wav")
    );
    assert_eq!(sound.file.look.seconds, Some(2));
    let voice = world
        .take(&wav, Asked::As(Kind::Voice))
        .await
        .expect("converted; this needs ffmpeg");
    assert_eq!(
        (voice.file.kind, voice.file.mime.as_str()),
        (MediaKind::Voice, "audio/ogg; codecs=opus")
    );
    assert!(voice.file.look.waveform.is_some());
    let bytes = world.content(&voice);
    let opus = world.write("note.ogg", &bytes);
    let again = world.take(&opus, Asked::Auto).await.expect("taken");
    assert_eq!(again.file.kind, MediaKind::Voice);
    assert_eq!(world.content(&again), bytes, "not converted again");
    assert!(
        matches!(again.file.look.seconds, Some(2 | 3)),
        "{:?}",
        again.file.look.seconds
    );
    let text = world.write("words.mp3", b"#EXTM3U\nhttp://127.0.0.1/\n");
    assert_eq!(
        world.take(&text, Asked::As(Kind::Voice)).await,
        Err(MediaProblem::Unusable)
    );
}

#[tokio::test]
async fn a_gif_becomes_a_film() {
    let world = world();
    let gif = b"GIF89a\x02\0\x02\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\0\0\0\0\0,\0\0\0\0\x02\0\x02\0\0\x02\x03\x44\x02\x05\0;";
    let path = world.write("moving.gif", gif);
    let taken = world.take(&path, Asked::Auto).await.expect("taken");
    assert_eq!(
        (taken.file.kind, taken.file.mime.as_str()),
        (MediaKind::Gif, "video/mp4")
    );
    assert_eq!(
        (taken.file.look.width, taken.file.look.height),
        (Some(2), Some(2))
    );
    assert!(taken.file.look.thumbnail.is_some());
}

#[tokio::test]
async fn d3_the_real_process_asks_only_whom_it_may_and_no_redirect_leads_elsewhere() {
    let world = world();
    let inner = TcpListener::bind("127.0.0.1:0").expect("a port");
    let inner_at = inner.local_addr().expect("an address");
    inner.set_nonblocking(true).expect("a listener");
    let server = serve(vec![
        (
            "/ok",
            "200 OK\r\ncontent-type: text/plain\r\ncontent-length: 5".to_owned(),
            "hello",
        ),
        (
            "/in",
            format!("302 Found\r\nlocation: http://{inner_at}/\r\ncontent-length: 0"),
            "",
        ),
        (
            "/meta",
            "302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0".to_owned(),
            "",
        ),
        (
            "/file",
            "302 Found\r\nlocation: file:///etc/passwd\r\ncontent-length: 0".to_owned(),
            "",
        ),
    ]);
    let closed = &world.rules;
    let open = Rules {
        workshop: closed.workshop.clone().with_open(vec![server.clone()]),
        ..closed.clone()
    };
    let ask = |url: String| Source::parse(&url);
    for (rules, url) in [
        (closed, format!("http://{server}/ok")),
        (closed, format!("http://localhost:{}/", inner_at.port())),
        (closed, "http://169.254.169.254/latest/meta-data/".to_owned()),
        (closed, "http://[::1]/".to_owned()),
        (&open, format!("http://{server}/in")),
        (&open, format!("http://{server}/meta")),
        (&open, format!("http://{server}/file")),
        (&open, format!("http://{inner_at}/")),
    ] {
        let refused = acquire(rules, &ask(url.clone()), Asked::Auto).await;
        assert_eq!(
            refused.map_err(|error| error.problem),
            Err(MediaProblem::Refused),
            "{url}"
        );
    }
    assert!(inner.accept().is_err(), "nobody was asked who must not be");
    world.has_left(0);
    let taken = acquire(&open, &ask(format!("http://{server}/ok")), Asked::Auto)
        .await
        .expect("fetched");
    assert_eq!(world.content(&taken), b"hello");
    assert_eq!(
        (taken.file.kind, taken.file.mime.as_str()),
        (MediaKind::Document, "text/plain")
    );
    world.has_left(1);
}
