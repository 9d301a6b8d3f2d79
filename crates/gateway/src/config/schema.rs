//! The JSON Schema of the config, from the table of keys.

use serde_json::{Map, Value, json};

use super::keys::{ACCOUNT, Block, FILE, Key, Kind, MOST_ANSWERING, Names};

/// JSON Schema, draft 2020-12. An editor that knows it completes keys and marks mistakes; rules about several
/// keys are checked only by Fased itself.
#[must_use]
pub fn schema() -> Value {
    let mut schema = object(&FILE);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("Fased config");
    schema["description"] = json!("fased.json, written as JSON5. All keys are optional.");
    schema["$defs"] = json!({
        "account": object(&ACCOUNT),
        "person": {
            "description": "A phone number in international form (7 to 15 digits, no leading 0; spaces, dashes, dots and parentheses are skipped) or a hidden id.",
            "type": "string",
            "pattern": format!("^{PHONE}$|^{LID}$"),
        },
        "entry": {
            "description": "A phone number in international form (7 to 15 digits, no leading 0; spaces, dashes, dots and parentheses are skipped), a hidden id, or * for everyone.",
            "type": "string",
            "pattern": format!("^{PHONE}$|^{LID}$|^\\s*\\*\\s*$"),
        },
    });
    // Whether objects keep the order in which they are made is for any crate in the program to say.
    schema.sort_all_objects();
    schema
}

const PHONE: &str = "\\s*(whatsapp:)?\\s*\\+?[ .()-]*[1-9]([ .()-]*[0-9]){6,14}[ .()-]*";
const GROUP: &str = "[0-9][0-9-]*@g\\.us";
const LID: &str = "\\s*(whatsapp:)?[0-9]{1,20}([:_][0-9]+)*@(hosted\\.)?lid\\s*";

fn object(block: &Block) -> Value {
    let mut properties: Map<String, Value> = block
        .keys
        .iter()
        .map(|key| (key.name.to_owned(), described(key)))
        .collect();
    for name in block.foreign {
        let skipped =
            json!({ "description": "Of another product; skipped with a warning.", "deprecated": true });
        properties.insert((*name).to_owned(), skipped);
    }
    let mut schema = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    let required = block.keys.iter().filter(|key| key.required);
    let required: Vec<&str> = required.map(|key| key.name).collect();
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn described(key: &Key) -> Value {
    let mut schema = of_kind(key.kind);
    let mut text = key.doc.to_owned();
    if key.idle {
        text.push_str(" Without effect in this version.");
    }
    schema["description"] = json!(text);
    if let Some(default) = key.default_value() {
        schema["default"] = default;
    }
    schema
}

fn of_kind(kind: Kind) -> Value {
    match kind {
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Int { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Kind::Number { min, max } => json!({ "type": "number", "minimum": min, "maximum": max }),
        Kind::Text => json!({ "type": "string" }),
        Kind::Words(words) => json!({ "type": "string", "enum": words }),
        Kind::Entries { anyone } => {
            let entry = if anyone { "#/$defs/entry" } else { "#/$defs/person" };
            json!({ "type": "array", "items": { "$ref": entry } })
        }
        Kind::Patterns => json!({
            "type": "array",
            "maxItems": fased_policy::mention::MAX_PATTERNS,
            "items": { "type": "string", "minLength": 1, "maxLength": fased_policy::mention::MAX_PATTERN_LEN },
        }),
        Kind::Texts => json!({ "type": "array", "items": { "type": "string", "minLength": 1 } }),
        Kind::Folders => json!({ "type": "array", "items": { "type": "string", "minLength": 1 } }),
        Kind::Argv => json!({ "type": "array", "minItems": 1, "items": { "type": "string" } }),
        Kind::Variables => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        Kind::Block(block) => object(&block),
        Kind::Map(Names::Account, _) => json!({
            "type": "object",
            "propertyNames": { "pattern": "^[a-z0-9][a-z0-9_-]{0,31}$" },
            "additionalProperties": { "$ref": "#/$defs/account" },
        }),
        Kind::Map(Names::Group, block) => json!({
            "type": "object",
            "propertyNames": { "pattern": "^(\\*|[0-9][0-9-]*@g\\.us)$" },
            "additionalProperties": object(&block),
        }),
        Kind::ByChat(block) => {
            let mut schema = object(&block);
            let chat = format!("^\\s*{GROUP}\\s*$|^{PHONE}$|^{LID}$");
            let agents = json!({ "type": "array", "minItems": 1, "maxItems": MOST_ANSWERING, "uniqueItems": true, "items": { "type": "string", "minLength": 1 } });
            schema["patternProperties"] = json!({ chat: agents });
            schema
        }
        Kind::List(block) => json!({ "type": "array", "items": object(&block) }),
        Kind::Object => json!({ "type": "object" }),
    }
}
