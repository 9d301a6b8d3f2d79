//! Markdown, written the way WhatsApp marks text up.
//!
//! A parser reads it into lines of styled pieces (`model`), and a line is written with the marks that WhatsApp
//! takes for marks (`line`): at the edges of words, with no space inside, and never across lines. What Markdown can say
//! and WhatsApp cannot becomes plain text. What was meant literally and would take effect keeps, or gets, a
//! backslash. Code and addresses stay exactly as they are.

pub(crate) mod line;
pub(crate) mod model;

mod builder;
mod html;
mod reader;
mod table;

pub(crate) use reader::read;

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

/// The whole of a Markdown text with WhatsApp's marks, for where it is not cut, as below a picture. Empty when
/// nothing in it can be seen.
#[must_use]
pub fn whatsapp(markdown: &str, tables: Tables) -> String {
    crate::chunk::whole(read(markdown, tables))
}
