//! Lines between a client and the library: passed on as they are, except those that the library would pass over in silence.
//! Whoever wrote one of these learns that it was not read, and does not wait for an answer.

use std::sync::Arc;

use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::{Value, json};
use tokio::io::{
    AsyncBufRead, AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader, DuplexStream,
};
use tokio::sync::Mutex;

/// Of a line that is too long so much of the end is kept, to find its id there.
const TAIL_BYTES: usize = 256;
/// JSON-RPC's word for what cannot be read.
const PARSE_ERROR: i64 = -32700;

/// Where answers go, those of the library and those of this file.
pub(super) type Out<W> = Arc<Mutex<W>>;

/// Passes on what comes in, until it ends; lines have so many bytes at most. Empty ones are dropped.
pub(super) async fn inward<R, W>(input: R, mut library: DuplexStream, out: Out<W>, most: usize)
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut input = BufReader::new(input);
    loop {
        let Ok(Some(line)) = line(&mut input, most).await else {
            return;
        };
        let refused = match &line {
            Line::Whole(text) if text.trim_ascii().is_empty() => continue,
            Line::Whole(text) => {
                let is_json = std::str::from_utf8(text)
                    .is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
                (!is_json).then(|| (Value::Null, "this line is no JSON, and was not read".to_owned()))
            }
            Line::TooLong { head, tail } => {
                let id = id_in(head).or_else(|| id_at_end(tail)).unwrap_or(Value::Null);
                Some((
                    id,
                    format!("a line may have {most} bytes, and this one has more; it was not read"),
                ))
            }
        };
        let passed = match (refused, line) {
            (Some((id, message)), _) => {
                let error = json!({ "jsonrpc": "2.0", "id": id, "error": { "code": PARSE_ERROR, "message": message } });
                write(&out, format!("{error}\n").as_bytes()).await
            }
            (None, Line::Whole(text)) => library.write_all(&text).await,
            (None, Line::TooLong { .. }) => Ok(()),
        };
        if passed.is_err() {
            return;
        }
    }
}

/// Passes on what the library says, a line at a time, until it says no more.
pub(super) async fn outward<W: AsyncWrite + Unpin>(
    library: DuplexStream,
    out: Out<W>,
) -> std::io::Result<()> {
    let mut said = BufReader::new(library);
    let mut line = Vec::new();
    while said.read_until(b'\n', &mut line).await? > 0 {
        write(&out, &line).await?;
        line.clear();
    }
    Ok(())
}

async fn write<W: AsyncWrite + Unpin>(out: &Out<W>, line: &[u8]) -> std::io::Result<()> {
    let mut out = out.lock().await;
    out.write_all(line).await?;
    out.flush().await
}

enum Line {
    /// With its end.
    Whole(Vec<u8>),
    /// What it begins and ends with.
    TooLong { head: Vec<u8>, tail: Vec<u8> },
}

/// The next line; none at the end. A last one without its end is one all the same.
async fn line(input: &mut (impl AsyncBufRead + Unpin), most: usize) -> std::io::Result<Option<Line>> {
    let (mut head, mut tail, mut ended) = (Vec::new(), Vec::new(), false);
    while !ended {
        let read = input.fill_buf().await?;
        if read.is_empty() {
            break;
        }
        let end = read.iter().position(|byte| *byte == b'\n');
        ended = end.is_some();
        let part = end.map_or(read.len(), |end| end + 1);
        let bytes = read.get(..part).unwrap_or_default();
        let fits = bytes.len().min(most.saturating_sub(head.len()));
        let (kept, beyond) = bytes.split_at(fits);
        head.extend_from_slice(kept);
        tail.extend_from_slice(beyond);
        tail.drain(..tail.len().saturating_sub(TAIL_BYTES));
        input.consume(part);
    }
    if head.is_empty() {
        return Ok(None);
    }
    if !tail.is_empty() {
        return Ok(Some(Line::TooLong { head, tail }));
    }
    if !ended {
        head.push(b'\n');
    }
    Ok(Some(Line::Whole(head)))
}

/// The id of a call of which this is the beginning, if it comes that early.
fn id_in(head: &[u8]) -> Option<Value> {
    struct Looking<'a>(&'a mut Option<Value>);
    impl<'de> Visitor<'de> for Looking<'_> {
        type Value = ();

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            while let Some(key) = map.next_key::<String>()? {
                if key == "id" {
                    *self.0 = Some(map.next_value()?);
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            Ok(())
        }
    }
    let mut found = None;
    // It breaks off, sooner or later.
    let _broken = serde_json::Deserializer::from_slice(head).deserialize_map(Looking(&mut found));
    found.filter(is_id)
}

/// The same of one of which this is the end, if it comes that late.
fn id_at_end(tail: &[u8]) -> Option<Value> {
    let text = String::from_utf8_lossy(tail);
    let text = text.trim_end().strip_suffix('}')?;
    let (_, id) = text.rsplit_once(",\"id\":")?;
    serde_json::from_str(id).ok().filter(is_id)
}

fn is_id(value: &Value) -> bool {
    value.is_number() || value.is_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_broken_call_is_found_at_either_end_of_it() {
        for (head, id) in [
            (
                r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"te"#,
                Some(json!(7)),
            ),
            (r#"{"id":"a","x"#, Some(json!("a"))),
            (r#"{"params":{"id":7,"text":"x"#, None),
            (r#"{"id":{"a":1},"x"#, None),
            ("[1,2", None),
        ] {
            assert_eq!(id_in(head.as_bytes()), id, "{head}");
        }
        for (tail, id) in [
            ("xx\"}},\"jsonrpc\":\"2.0\",\"id\":7}\n", Some(json!(7))),
            ("xx\"}},\"id\":\"a\"}\r\n", Some(json!("a"))),
            ("xx\",\"id\":7}}\n", None),
            ("xx,\"id\":7\"}\n", None),
        ] {
            assert_eq!(id_at_end(tail.as_bytes()), id, "{tail}");
        }
    }
}
