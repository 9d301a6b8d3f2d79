//! Tables, which WhatsApp does not have: as bullets, as code, or as they were written.

use pulldown_cmark::Alignment;
use unicode_width::UnicodeWidthStr;

use super::Tables;
use super::builder::{Builder, Cell};
use super::model::{Kind, Style};

/// Longest name of a column that is repeated in each row.
const LABEL: usize = 80;
/// Widest column in which cells are filled up with spaces.
const WIDTH: usize = 40;

pub(super) struct Table {
    alignments: Vec<Alignment>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(super) fn new(alignments: Vec<Alignment>) -> Self {
        Self {
            alignments,
            rows: Vec::new(),
        }
    }

    pub(super) fn row(&mut self) {
        self.rows.push(Vec::new());
    }

    pub(super) fn cell(&mut self, cell: Cell) {
        if let Some(row) = self.rows.last_mut() {
            row.push(cell);
        }
    }

    pub(super) fn write(self, tables: Tables, to: &mut Builder) {
        match tables {
            Tables::Bullets => self.bullets(to),
            Tables::Code => self.code(to),
            Tables::Off => self.off(to),
        }
    }

    fn bullets(&self, to: &mut Builder) {
        let Some((head, rows)) = self.rows.split_first() else {
            return;
        };
        let labels: Vec<String> = head.iter().map(label).collect();
        if rows.is_empty() {
            line(to, |to| {
                for (place, cell) in head.iter().enumerate() {
                    to.push(if place == 0 { "" } else { ", " }, Kind::Text);
                    cell_in(to, cell, Style::BOLD);
                }
            });
        }
        for (number, row) in rows.iter().enumerate() {
            if let [only] = row.as_slice() {
                if number == 0 {
                    line(to, |to| {
                        head.iter().for_each(|cell| cell_in(to, cell, Style::BOLD))
                    });
                }
                item(to, |to| cell_in(to, only, Style::default()));
                continue;
            }
            if number > 0 {
                to.breaks(2);
            }
            let mut cells = row.iter().zip(&labels);
            if let Some((first, _)) = cells.next()
                && !first.is_empty()
            {
                line(to, |to| cell_in(to, first, Style::BOLD));
            }
            for (cell, label) in cells.filter(|(cell, _)| !cell.is_empty()) {
                item(to, |to| {
                    if !label.is_empty() {
                        to.push(label, Kind::Text);
                        to.push(": ", Kind::Text);
                    }
                    cell_in(to, cell, Style::default());
                });
            }
        }
    }

    fn code(&self, to: &mut Builder) {
        let rows: Vec<Vec<String>> = self
            .rows
            .iter()
            .map(|row| row.iter().map(|cell| cell.text().trim().to_owned()).collect())
            .collect();
        let columns = self.alignments.len();
        let widths: Vec<usize> = (0..columns)
            .map(|column| {
                let cells = rows.iter().filter_map(|row| row.get(column));
                cells.map(|cell| cell.width().min(WIDTH)).max().unwrap_or(0)
            })
            .collect();
        let mut text = String::new();
        for (number, row) in rows.iter().enumerate() {
            let start = text.len();
            for (column, cell) in row.iter().enumerate() {
                let room = widths
                    .get(column)
                    .map_or(0, |width| width.saturating_sub(cell.width()));
                let left = match self.alignments.get(column) {
                    Some(Alignment::Right) => room,
                    Some(Alignment::Center) => room / 2,
                    Some(Alignment::Left | Alignment::None) | None => 0,
                };
                text.push_str(if column == 0 { "" } else { " | " });
                text.extend(std::iter::repeat_n(' ', left));
                text.push_str(cell);
                text.extend(std::iter::repeat_n(' ', room - left));
            }
            text.truncate(start + text[start..].trim_end().len());
            text.push('\n');
            if number == 0 {
                let dashes: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
                text.push_str(&dashes.join("-|-"));
                text.push('\n');
            }
        }
        to.code_start();
        to.code_text(&text);
        to.code_end();
    }

    fn off(&self, to: &mut Builder) {
        for (number, row) in self.rows.iter().enumerate() {
            line(to, |to| {
                to.push("|", Kind::Text);
                for cell in row {
                    to.push(" ", Kind::Text);
                    cell_in(to, cell, Style::default());
                    to.push(" |", Kind::Text);
                }
            });
            if number == 0 {
                line(to, |to| {
                    to.push("|", Kind::Exact);
                    for alignment in &self.alignments {
                        let dashes = match alignment {
                            Alignment::None => " --- |",
                            Alignment::Left => " :-- |",
                            Alignment::Center => " :-: |",
                            Alignment::Right => " --: |",
                        };
                        to.push(dashes, Kind::Exact);
                    }
                });
            }
        }
    }
}

fn label(cell: &Cell) -> String {
    let text = cell.text();
    let text = text.trim().trim_end_matches(':');
    match text.char_indices().nth(LABEL) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn line(to: &mut Builder, write: impl FnOnce(&mut Builder)) {
    write(to);
    to.end_line();
}

fn item(to: &mut Builder, write: impl FnOnce(&mut Builder)) {
    to.list_start(None);
    to.item_start();
    write(to);
    to.end_line();
    to.item_end();
    to.list_end();
}

fn cell_in(to: &mut Builder, cell: &Cell, style: Style) {
    for (text, own, kind) in &cell.pieces {
        match kind {
            Kind::Text | Kind::Code => to.push_styled(text, own.with(style), *kind),
            Kind::Exact => to.push_styled(text, *own, *kind),
        }
    }
}
