//! What a program is started with.

use super::{Found, allowed};
use crate::config::join;
use crate::config::keys::Kind;
use crate::config::tree::{Node, Shape};

impl Found<'_> {
    pub(super) fn argv(&mut self, path: &str, node: &Node, items: &[Node]) {
        for (index, item) in items.iter().enumerate() {
            let at = format!("{path}[{index}]");
            match &item.value {
                Shape::Text(text) => self.no_nul(&at, item, text),
                Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::List(_) | Shape::Object(_) => {
                    self.kind_differs(&at, item, &allowed(Kind::Text));
                }
            }
        }
        let program = items.first().map_or(node, |first| first);
        let nothing = match &program.value {
            Shape::Text(text) => text.trim().is_empty(),
            Shape::List(_) => items.is_empty(),
            Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::Object(_) => false,
        };
        if nothing {
            let message = format!("there is no program; allowed is {}", allowed(Kind::Argv));
            self.wrong(program.span.clone(), path, message, None);
        }
    }

    pub(super) fn variables(&mut self, path: &str, node: &Node) {
        for entry in self.entries(path, node, &allowed(Kind::Variables)) {
            let at = join(path, &entry.name);
            self.seen(&at, entry);
            if entry.name.is_empty() || entry.name.contains(['=', '\0']) {
                let message = "no environment variable can have this name".to_owned();
                self.wrong(entry.name_span.clone(), &at, message, None);
            }
            match &entry.node.value {
                Shape::Text(text) => self.no_nul(&at, &entry.node, text),
                Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::List(_) | Shape::Object(_) => {
                    self.kind_differs(&at, &entry.node, &allowed(Kind::Text));
                }
            }
        }
    }

    /// The system ends a text there, and starts no program with such a one.
    fn no_nul(&mut self, path: &str, node: &Node, text: &str) {
        if text.contains('\0') {
            let message = "there is a NUL character in it, which no program can be given".to_owned();
            self.wrong(node.span.clone(), path, message, Some("leave \\0 out".to_owned()));
        }
    }
}
