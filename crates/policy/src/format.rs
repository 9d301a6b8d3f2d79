//! Markdown, written the way WhatsApp marks text up.

/// How a table is written, since WhatsApp has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tables {
    /// A row is a line in bold, its first cell, with the others below it under the names of their columns.
    #[default]
    Bullets,
    /// Columns in line with each other, as code.
    Code,
    /// As it was written.
    Off,
}
