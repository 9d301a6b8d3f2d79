//! The generated TypeScript equals the checked-in copy, and changes only with the version integer.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

use ts_rs::{Config, TS};

use crate::fault::{Fault, FaultCode};
use crate::private::{Jid, Private};
use crate::sidecar as wire;

/// Raise `PROTOCOL_VERSION` when a type changes in a way that an older side would misread, then
/// put the new hash here.
const HASH_OF_GENERATED_TYPES: (u32, u64) = (crate::PROTOCOL_VERSION, 636492483765396789);

fn generated() -> String {
    let mut out = String::from("// Generated from crates/protocol by scripts/generate. Do not edit.\n\n");
    let config = Config::default();
    macro_rules! declare {
        ($($ty:ty),* $(,)?) => { $( writeln!(out, "export {}\n", <$ty>::decl(&config)).expect("a string"); )* };
    }
    writeln!(
        out,
        "export const PROTOCOL_VERSION = {};\n",
        crate::PROTOCOL_VERSION
    )
    .expect("a string");
    declare!(
        Private,
        Jid,
        Fault,
        FaultCode,
        wire::FromSidecar,
        wire::ToSidecar,
        wire::Hello,
        wire::Welcome,
        wire::LoginMethod,
        wire::Limits,
        wire::WebVersion,
        wire::Link,
        wire::Event,
        wire::Origin,
        wire::Message,
        wire::Quoted,
        wire::ContentKind,
        wire::LidPair,
        wire::ReceiptStatus,
        wire::Call,
        wire::Typing,
        wire::Payload,
        wire::Outgoing,
        wire::MessageKey,
        wire::Quote,
        wire::MediaRef,
        wire::MediaLook,
        wire::MediaKind,
        wire::MediaFile,
        wire::Detail,
        wire::ContactCard,
        wire::Group,
        wire::Member,
        wire::Outcome,
        wire::Reply,
        wire::Closed,
        wire::CloseReason,
    );
    out
}

#[test]
fn the_checked_in_types_are_the_generated_ones() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../sidecar/src/protocol.gen.ts");
    let fresh = generated();
    if std::env::var_os("FASED_GENERATE").is_some() {
        std::fs::write(&path, &fresh).expect("write the generated types");
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let first_difference = kept.lines().zip(fresh.lines()).find(|(a, b)| a != b);
    assert!(
        kept == fresh,
        "sidecar/src/protocol.gen.ts is stale; run scripts/generate.\nfirst difference: {first_difference:?}"
    );
}

#[test]
fn the_version_integer_was_looked_at_when_the_types_changed() {
    let mut hasher = DefaultHasher::new();
    generated().hash(&mut hasher);
    assert_eq!(
        HASH_OF_GENERATED_TYPES,
        (crate::PROTOCOL_VERSION, hasher.finish()),
        "the wire types changed: decide whether PROTOCOL_VERSION must rise, then update the hash"
    );
}
