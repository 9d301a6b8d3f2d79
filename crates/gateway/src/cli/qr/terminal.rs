//! The QR on a terminal: drawn in place, each new code over the one before, with a countdown.
//!
//! Everything here is text to be written; nothing is written here. The cursor stays at the end of
//! the last line, so nothing scrolls even when code and countdown fill the screen.

use std::fmt;

use qr2term::render::Renderer;

use super::{Code, QUIET_ZONE};

/// Phones read a code with a thinner quiet zone than the standard's, but not with none.
const THINNEST_QUIET_ZONE: usize = 2;

/// Columns and rows of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Size {
    pub(in super::super) columns: usize,
    pub(in super::super) rows: usize,
}

/// The size of the terminal on stdout.
pub(in super::super) fn terminal_size() -> Option<Size> {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok()?;
    (size.ws_col > 0 && size.ws_row > 0).then(|| Size {
        columns: usize::from(size.ws_col),
        rows: usize::from(size.ws_row),
    })
}

/// The code does not fit the terminal.
#[derive(Debug)]
pub(in super::super) struct TooSmall {
    terminal: Size,
    needed: Size,
}

impl fmt::Display for TooSmall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { terminal, needed } = self;
        write!(
            f,
            "the terminal has {}×{} cells and the QR code needs {}×{}",
            terminal.columns, terminal.rows, needed.columns, needed.rows
        )
    }
}

/// What of ours is on the screen.
#[derive(Debug, Default)]
pub(in super::super) struct Screen {
    /// Rows above the cursor's that are ours; none while nothing is shown.
    rows_above: Option<usize>,
    columns: usize,
}

impl Screen {
    /// Draws a code over what was shown before. Without colours light modules are drawn as blocks,
    /// which is right on dark backgrounds only.
    pub(in super::super) fn draw(
        &mut self,
        code: &Code,
        size: Size,
        colours: bool,
        seconds: u32,
    ) -> Result<String, TooSmall> {
        let fits = |quiet_zone: &usize| {
            let needed = needed(code, *quiet_zone);
            needed.columns <= size.columns && needed.rows <= size.rows
        };
        let Some(quiet_zone) = (THINNEST_QUIET_ZONE..=QUIET_ZONE).rev().find(fits) else {
            return Err(TooSmall {
                terminal: size,
                needed: needed(code, THINNEST_QUIET_ZONE),
            });
        };
        let mut text = self.clear();
        if colours {
            let mut drawn = Vec::new();
            // Writing to memory cannot fail.
            Renderer::default()
                .render(&code.matrix(quiet_zone), &mut drawn)
                .ok();
            text.push_str(&String::from_utf8_lossy(&drawn));
        } else {
            text.push_str(&code.plain(quiet_zone));
        }
        self.rows_above = Some(needed(code, quiet_zone).rows - 1);
        self.columns = size.columns;
        text.push_str(&self.instruction(seconds));
        Ok(text)
    }

    /// Rewrites the line below the code.
    pub(in super::super) fn countdown(&self, seconds: u32) -> String {
        if self.rows_above.is_none() {
            return String::new();
        }
        format!("\r\u{1b}[2K{}", self.instruction(seconds))
    }

    /// Removes what is shown. A used code is nobody's business.
    pub(in super::super) fn clear(&mut self) -> String {
        match self.rows_above.take() {
            None => String::new(),
            Some(rows) => format!("\r\u{1b}[{rows}A\u{1b}[J"),
        }
    }

    /// Forgets what is shown, after the terminal has been resized and has moved it about.
    pub(in super::super) fn start_over(&mut self) -> String {
        self.rows_above = None;
        "\u{1b}[2J\u{1b}[H".to_owned()
    }

    fn instruction(&self, seconds: u32) -> String {
        let line = format!("WhatsApp > Linked devices > Link a device: scan this, {seconds} s left");
        // The last column stays free: some terminals wrap as soon as it is written.
        line.chars().take(self.columns.saturating_sub(1)).collect()
    }
}

/// The cells that a code needs, with one line of instruction.
fn needed(code: &Code, quiet_zone: usize) -> Size {
    let side = code.width + 2 * quiet_zone;
    Size {
        columns: side,
        rows: side.div_ceil(2) + 1,
    }
}
