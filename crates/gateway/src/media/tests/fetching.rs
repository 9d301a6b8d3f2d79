//! Files from elsewhere: whom the fetching process asks.

use std::io::Write as _;
use std::net::TcpListener;

use fased_protocol::sidecar::MediaKind;

use super::super::MediaProblem;
use super::super::outgoing::{Asked, Rules, Source, acquire};
use super::world;

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

/// Answers paths, one request a connection.
fn serve(answers: Vec<(&'static str, String, &'static str)>) -> String {
    use std::io::Read as _;
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let at = listener.local_addr().expect("an address").to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut asked = [0; 2048];
            let read = stream.read(&mut asked).unwrap_or(0);
            let asked = String::from_utf8_lossy(&asked[..read]).into_owned();
            let found = answers
                .iter()
                .find(|(path, _, _)| asked.starts_with(&format!("GET {path} ")));
            let (_, head, body) = found.expect("a known path");
            let answer = format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n{body}");
            stream.write_all(answer.as_bytes()).unwrap_or_default();
        }
    });
    at
}
