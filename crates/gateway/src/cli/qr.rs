//! The login QR: its modules, and the two forms that need no terminal, plain text and PNG.
//!
//! Always at error level L. A login payload has about 240 to 320 characters, and only at level L
//! does that fit a terminal of 80×40 cells with a quiet zone around it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use qr2term::matrix::Matrix;
use qr2term::render::{Color, QrDark, QrLight};
use qrcode::{EcLevel, QrCode};

mod terminal;
#[cfg(test)]
mod tests;

pub(super) use terminal::{Screen, Size, terminal_size};

/// Light modules around the code, as the standard asks for.
const QUIET_ZONE: usize = 4;

/// Pixels of the PNG for each module.
const PNG_SCALE: usize = 8;

/// A QR code without its quiet zone.
pub(super) struct Code {
    modules: Vec<Color>,
    width: usize,
}

impl Code {
    /// The code for a payload; none if it is too long for any.
    pub(super) fn of(payload: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(payload, EcLevel::L).ok()?;
        Some(Self {
            width: code.width(),
            modules: code.to_colors(),
        })
    }

    /// Its modules with a quiet zone around them.
    fn matrix(&self, quiet_zone: usize) -> Matrix<Color> {
        let mut matrix = Matrix::new(self.modules.clone());
        matrix.surround(quiet_zone, QrLight);
        matrix
    }

    /// Two modules a character, no escapes. Light modules are drawn, so that it is right on a dark
    /// background.
    pub(super) fn plain(&self, quiet_zone: usize) -> String {
        let matrix = self.matrix(quiet_zone);
        let rows: Vec<&[Color]> = matrix.pixels().chunks(matrix.size().max(1)).collect();
        let mut text = String::new();
        for pair in rows.chunks(2) {
            let [upper, rest @ ..] = pair else { continue };
            for (column, upper) in upper.iter().enumerate() {
                // The row below the last one is background.
                let lower = rest
                    .first()
                    .and_then(|row| row.get(column))
                    .copied()
                    .unwrap_or(QrDark);
                text.push(match (*upper, lower) {
                    (QrLight, QrLight) => '█',
                    (QrLight, QrDark) => '▀',
                    (QrDark, QrLight) => '▄',
                    (QrDark, QrDark) => ' ',
                });
            }
            text.push('\n');
        }
        text
    }

    /// Writes the code as an image that only its owner can read. Whoever opens the file sees the
    /// code before or this one, never half of either.
    pub(super) fn save_png(&self, file: &Path) -> io::Result<()> {
        let image = self.png()?;
        let name = file
            .file_name()
            .ok_or_else(|| io::Error::other("this names no file"))?;
        let temporary =
            file.with_file_name(format!(".{}.{}.tmp", name.to_string_lossy(), std::process::id()));
        // One that a killed process with this pid has left; usually there is none.
        fs::remove_file(&temporary).ok();
        let written = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&temporary)
            .and_then(|mut out| out.write_all(&image).and_then(|()| out.sync_all()))
            .and_then(|()| fs::rename(&temporary, file));
        if written.is_err() {
            // The first error is the one to tell.
            fs::remove_file(&temporary).ok();
        }
        written
    }

    fn png(&self) -> io::Result<Vec<u8>> {
        let matrix = self.matrix(QUIET_ZONE);
        let side = matrix.size() * PNG_SCALE;
        let mut pixels = Vec::with_capacity(side * side);
        for row in matrix.pixels().chunks(matrix.size()) {
            let line: Vec<u8> = row
                .iter()
                .flat_map(|module| std::iter::repeat_n(if *module == QrDark { 0 } else { 255 }, PNG_SCALE))
                .collect();
            for _ in 0..PNG_SCALE {
                pixels.extend_from_slice(&line);
            }
        }
        let side = u32::try_from(side).map_err(io::Error::other)?;
        let mut image = Vec::new();
        let mut encoder = png::Encoder::new(&mut image, side, side);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        encoder
            .write_header()
            .and_then(|mut writer| writer.write_image_data(&pixels))
            .map_err(io::Error::other)?;
        Ok(image)
    }
}
