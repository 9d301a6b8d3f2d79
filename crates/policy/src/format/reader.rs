//! Markdown → lines. The parser says what there is; here it becomes what WhatsApp can show.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd};

use super::builder::Builder;
use super::line::{in_address, is_word};
use super::model::{Doc, Kind, Marker, Style};
use super::table::Table;
use super::{Tables, html};

/// Most marks on one side of some words that are looked through.
const NESTED: usize = 64;

/// What an open element does when it ends.
enum Open {
    Style(Style),
    /// A mark within a word, kept as it was written.
    Literal(&'static str),
    Nothing,
}

pub(super) struct Reader<'a> {
    source: &'a str,
    pub(super) to: Builder,
    open: Vec<Open>,
    links: Vec<(CowStr<'a>, bool, usize)>,
    images: Vec<(CowStr<'a>, usize)>,
    table: Option<Table>,
    tables: Tables,
    /// Where in the source what was read last ends.
    read: usize,
}

pub(crate) fn read(markdown: &str, tables: Tables) -> Doc {
    let extras = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut reader = Reader {
        source: markdown,
        to: Builder::new(markdown.len()),
        open: Vec::new(),
        links: Vec::new(),
        images: Vec::new(),
        table: None,
        tables,
        read: 0,
    };
    for (event, range) in Parser::new_ext(markdown, extras).into_offset_iter() {
        reader.event(event, range);
    }
    reader.to.finish()
}

impl<'a> Reader<'a> {
    fn event(&mut self, event: Event<'a>, range: Range<usize>) {
        match event {
            Event::Start(tag) => return self.start(tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.to.in_code() => self.to.code_text(&text),
            Event::Text(text) => {
                if range.start > 0 && self.source.as_bytes()[range.start - 1] == b'\\' {
                    self.to.escaped();
                }
                self.to.push(&text, Kind::Text);
            }
            Event::Code(text) => self.to.push(&text, Kind::Code),
            Event::InlineHtml(text) | Event::Html(text) => html::push(&mut self.to, &text),
            Event::SoftBreak | Event::HardBreak => self.to.line_break(),
            Event::Rule => {
                self.block(range.start);
                self.to.push("───", Kind::Text);
                self.to.end_line();
            }
            Event::TaskListMarker(done) => self.to.marker(Marker::Task(done)),
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.to.push(&text, Kind::Text);
            }
        }
        self.read = self.read.max(range.end);
    }

    /// A block begins. Blank lines before it are kept as one.
    fn block(&mut self, start: usize) {
        self.to.end_line();
        let before = self.source[..self.read.min(start)].trim_end().len();
        let breaks = self.source.as_bytes()[before..start]
            .iter()
            .filter(|byte| **byte == b'\n')
            .take(2)
            .count();
        self.to.breaks(breaks);
        // What begins within this block looks no further back, however deep the nesting.
        self.read = self.read.max(start);
    }

    fn start(&mut self, tag: Tag<'a>, range: Range<usize>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.block(range.start),
            Tag::Heading { .. } => {
                self.block(range.start);
                self.to.heading(true);
            }
            Tag::BlockQuote(_) => {
                self.block(range.start);
                self.to.quote_start();
            }
            Tag::CodeBlock(kind) => {
                self.block(range.start);
                let (CodeBlockKind::Indented | CodeBlockKind::Fenced(_)) = kind;
                self.to.code_start();
            }
            Tag::List(first) => self.to.list_start(first),
            Tag::Item => {
                self.block(range.start);
                self.to.item_start();
            }
            Tag::Table(alignments) => {
                self.block(range.start);
                self.table = Some(Table::new(alignments));
            }
            Tag::TableRow | Tag::TableHead => {
                if let Some(table) = &mut self.table {
                    table.row();
                }
            }
            Tag::TableCell => self.to.cell_start(),
            Tag::Emphasis => self.emphasis(Style::ITALIC, &range),
            Tag::Strong => self.emphasis(Style::BOLD, &range),
            Tag::Strikethrough => self.emphasis(Style::STRIKE, &range),
            Tag::Link {
                link_type, dest_url, ..
            } => {
                let bare = matches!(link_type, LinkType::Autolink | LinkType::Email);
                let start = self.to.place();
                if link_type == LinkType::Autolink && !opens(&dest_url) {
                    self.to.push("<", Kind::Exact);
                }
                self.links.push((dest_url, bare, start));
            }
            Tag::Image { dest_url, .. } => self.images.push((dest_url, self.to.place())),
            Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.to.end_block(),
            TagEnd::Heading(_) => {
                self.to.end_block();
                self.to.heading(false);
            }
            TagEnd::BlockQuote(_) => {
                self.to.end_block();
                self.to.quote_end();
            }
            TagEnd::CodeBlock => self.to.code_end(),
            TagEnd::List(_) => self.to.list_end(),
            TagEnd::Item => {
                self.to.end_block();
                self.to.item_end();
            }
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    table.write(self.tables, &mut self.to);
                }
            }
            TagEnd::TableHead | TagEnd::TableRow => {}
            TagEnd::TableCell => {
                let cell = self.to.cell_end();
                if let Some(table) = &mut self.table {
                    table.cell(cell);
                }
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => match self.open.pop() {
                Some(Open::Style(style)) => self.to.style_end(style),
                Some(Open::Literal(mark)) => self.to.push(mark, Kind::Text),
                Some(Open::Nothing) | None => {}
            },
            TagEnd::Link => self.link_end(),
            TagEnd::Image => {
                if let Some((address, start)) = self.images.pop()
                    && self.to.since(start).trim().is_empty()
                {
                    self.to.push(&address, Kind::Exact);
                }
            }
            TagEnd::FootnoteDefinition
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::MetadataBlock(_) => {}
        }
    }

    /// WhatsApp has no marks within a word. Between letters and digits as in `2*3*4` the stars are most likely meant;
    /// elsewhere, as within a Chinese sentence, they go.
    fn emphasis(&mut self, style: Style, range: &Range<usize>) {
        let element = &self.source[range.clone()];
        let mark = ["**", "__", "~~", "*", "_", "~"]
            .into_iter()
            .find(|mark| element.starts_with(mark) && (mark.len() == 1 || style != Style::ITALIC))
            .unwrap_or_default();
        let before = self.source[..range.start].chars().next_back();
        let after = self.source[range.end..].chars().next();
        let edges = [before, after];
        let within = edges.into_iter().flatten().any(is_word);
        // Elements lie within each other: to look through all the marks of each would take the square of their number.
        let is_mark = |c: &char| matches!(c, '*' | '_' | '~');
        let inner = [
            element.chars().take(NESTED).find(|c| !is_mark(c)),
            element.chars().rev().take(NESTED).find(|c| !is_mark(c)),
        ];
        let sums = |fits: fn(&char) -> bool| {
            edges.iter().flatten().all(fits)
                && inner.iter().flatten().all(fits)
                && edges.iter().any(Option::is_some)
        };
        let literal = within
            && (if mark.len() == 1 {
                sums(char::is_ascii_alphanumeric)
            } else {
                mark == "**" && sums(char::is_ascii_digit)
            });
        let open = if literal
            || (before.is_some_and(|c| !c.is_whitespace()) && in_address(self.source, range.start))
        {
            self.to.push(mark, Kind::Text);
            Open::Literal(mark)
        } else if within {
            Open::Nothing
        } else {
            self.to.style_start(style);
            Open::Style(style)
        };
        self.open.push(open);
    }

    fn link_end(&mut self) {
        let Some((address, bare, start)) = self.links.pop() else {
            return;
        };
        let said = self.to.since(start).trim();
        if said.is_empty() {
            self.to.push(&address, Kind::Exact);
        } else if bare || said == &*address || address.strip_prefix("mailto:") == Some(said) {
            if bare && !opens(&address) && !said.contains('@') {
                self.to.push(">", Kind::Exact);
            }
            self.to.exact_since(start);
        } else if !address.is_empty() {
            self.to.push(" (", Kind::Exact);
            self.to.push(&address, Kind::Exact);
            self.to.push(")", Kind::Exact);
        }
    }
}

/// Is it an address that a phone opens? Words in angle brackets are an address to Markdown as soon as there is a colon
/// in them, as in `<media:image>`.
fn opens(address: &str) -> bool {
    const SCHEMES: [&str; 7] = ["http", "https", "mailto", "tel", "sms", "geo", "ftp"];
    address
        .split_once(':')
        .is_some_and(|(scheme, _)| SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known)))
}
