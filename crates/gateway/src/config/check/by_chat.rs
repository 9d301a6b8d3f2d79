//! Lists of agents by the addresses of chats.

use super::Found;
use crate::config::keys::{ANSWERING, Block};
use crate::config::tree::Node;
use crate::config::{entry, join, merge};

impl Found<'_> {
    pub(super) fn by_chat(&mut self, path: &str, node: &Node, block: &Block) {
        for entry in self.entries(path, node, "an object: { … }") {
            let at = join(path, &entry.name);
            self.seen(&at, entry);
            if let Some(key) = block.get(&entry.name) {
                self.value(&at, &entry.node, key);
                continue;
            }
            if merge::chat(&entry.name).is_err() {
                let (message, hint) = entry::chat_problem(&entry.name, block);
                self.wrong(entry.name_span.clone(), &at, message, Some(hint));
                continue;
            }
            self.value(&at, &entry.node, &ANSWERING);
        }
    }
}
