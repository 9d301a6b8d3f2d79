//! Aligned columns.

/// Lines of cells, each column as wide as its widest cell. A line of one cell spans all columns,
/// indented as the second column is, for the sentence below an entry.
pub(super) struct Table {
    lines: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new() -> Self {
        Self { lines: Vec::new() }
    }

    pub(super) fn line(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        // A cell is one line, whatever a stranger put into their name.
        self.lines.push(
            cells
                .into_iter()
                .map(|cell| cell.into().replace(['\n', '\r', '\t'], " "))
                .collect(),
        );
    }

    pub(super) fn render(&self) -> String {
        let columns = self.lines.iter().map(Vec::len).max().unwrap_or_default();
        let widths: Vec<usize> = (0..columns)
            .map(|column| {
                let cells = self
                    .lines
                    .iter()
                    .filter(|line| line.len() > 1)
                    .filter_map(|line| line.get(column));
                cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
            })
            .collect();
        let indent = widths.first().copied().unwrap_or_default() + 2;
        let mut text = String::new();
        for line in &self.lines {
            let row = match line.as_slice() {
                [only] => format!("{:indent$}{only}", ""),
                cells => cells
                    .iter()
                    .zip(&widths)
                    .map(|(cell, width)| format!("{cell:width$}  "))
                    .collect(),
            };
            text.push_str(row.trim_end());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn columns_are_aligned_and_sentences_span_them() {
        let mut table = Table::new();
        table.line(["account", "state"]);
        table.line(["default", "ready"]);
        table.line(["Messages flow."]);
        table.line(["b", "backing_off\nx"]);
        let expected = "account  state\ndefault  ready\n         Messages flow.\nb        backing_off x\n";
        assert_eq!(table.render(), expected);
    }
}
