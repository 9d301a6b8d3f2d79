//! Every golden line parses, and re-encodes to itself.

use std::path::PathBuf;

use crate::line;
use crate::sidecar::{FromSidecar, ToSidecar};

fn lines(file: &str) -> Vec<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/wire")
        .join(file);
    let text = std::fs::read_to_string(&path).expect("golden file");
    text.lines().map(str::to_owned).collect()
}

#[test]
fn frames_from_the_sidecar_round_trip() {
    let lines = lines("from-sidecar.jsonl");
    assert!(lines.len() >= 20, "only {} golden frames", lines.len());
    for golden in lines {
        let frame: FromSidecar = line::decode(&golden).unwrap_or_else(|bad| panic!("{bad}: {golden}"));
        assert_eq!(line::encode(&frame).expect("short").trim_end(), golden);
    }
}

#[test]
fn frames_to_the_sidecar_round_trip() {
    let lines = lines("to-sidecar.jsonl");
    assert!(lines.len() >= 6, "only {} golden frames", lines.len());
    for golden in lines {
        let frame: ToSidecar = line::decode(&golden).unwrap_or_else(|bad| panic!("{bad}: {golden}"));
        assert_eq!(line::encode(&frame).expect("short").trim_end(), golden);
    }
}
