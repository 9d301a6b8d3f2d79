//! How the steps of a login are shown: as JSON lines, on a terminal in place, or as plain text.

use std::path::PathBuf;

use fased_protocol::control::{ControlError, ErrorCode, LoginEvent};

use crate::cli::qr::{Code, Screen, Size, terminal_size};
use crate::cli::{Failure, Outcome, out};

/// The code on show.
struct Shown {
    code: Code,
    seconds: u32,
}

pub(super) struct Show {
    json: bool,
    png: Option<PathBuf>,
    /// Absent when stdout is no terminal.
    screen: Option<Screen>,
    /// The terminal's size when the code was drawn.
    size: Option<Size>,
    colours: bool,
    shown: Option<Shown>,
    temporary: bool,
}

impl Show {
    pub(super) fn new(json: bool, png: Option<PathBuf>) -> Self {
        // qr2term draws without colours when this is set, and then light and dark look alike.
        let colours = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let screen = (!json && out::is_terminal()).then(Screen::default);
        Self {
            json,
            png,
            screen,
            size: None,
            colours,
            shown: None,
            temporary: false,
        }
    }

    /// The gateway is one of this command's own.
    pub(super) fn is_temporary(&mut self) {
        self.temporary = true;
    }

    pub(super) fn event(&mut self, event: &LoginEvent) -> Outcome {
        if let LoginEvent::Qr { payload, expires_ms } = event {
            self.new_code(payload, expires_ms / 1000)?;
        }
        if self.json {
            return out::json(event);
        }
        match event {
            LoginEvent::Qr { .. } => Ok(()),
            LoginEvent::Scanned => self.remark("Scanned; the phone confirms …"),
            LoginEvent::Restarting => self.remark("Confirmed; connecting with the new credentials …"),
            LoginEvent::Expired => self.remark("That code has expired; another one follows …"),
            LoginEvent::Linked { account, phone, .. } => {
                self.remark(&format!("Linked: {phone} is account {account}."))?;
                if self.temporary {
                    out::text("next: fased gateway run")
                } else {
                    Ok(())
                }
            }
            LoginEvent::Error(_) => self.clear(),
        }
    }

    /// A second has passed.
    pub(super) fn second(&mut self) -> Outcome {
        let Some(shown) = &mut self.shown else {
            return Ok(());
        };
        shown.seconds = shown.seconds.saturating_sub(1);
        let seconds = shown.seconds;
        let Some(screen) = &mut self.screen else {
            return Ok(());
        };
        if terminal_size() != self.size {
            out::raw(&screen.start_over())?;
            return self.draw();
        }
        out::raw(&screen.countdown(seconds))
    }

    /// Takes the code off the screen.
    pub(super) fn clear(&mut self) -> Outcome {
        self.shown = None;
        match &mut self.screen {
            Some(screen) => out::raw(&screen.clear()),
            None => Ok(()),
        }
    }

    fn remark(&mut self, text: &str) -> Outcome {
        self.clear()?;
        out::text(text)
    }

    fn new_code(&mut self, payload: &str, seconds: u32) -> Outcome {
        let Some(code) = Code::of(payload) else {
            return if self.json {
                Ok(())
            } else {
                self.remark("WhatsApp sent a code that is too long to be drawn; another one follows …")
            };
        };
        if let Some(file) = &self.png {
            code.save_png(file).map_err(|error| {
                Failure::Error(ControlError {
                    code: ErrorCode::Usage,
                    message: format!("cannot write {}: {error}", file.display()),
                    next: "name a file in a folder that exists and is yours: --qr-png FILE".to_owned(),
                })
            })?;
        }
        self.shown = Some(Shown { code, seconds });
        if self.json { Ok(()) } else { self.draw() }
    }

    fn draw(&mut self) -> Outcome {
        let Some(shown) = &self.shown else { return Ok(()) };
        let Some(screen) = &mut self.screen else {
            out::raw(&shown.code.plain(4))?;
            out::text(&format!(
                "WhatsApp > Linked devices > Link a device: scan this within {} s",
                shown.seconds
            ))?;
            out::hint(&self.where_else());
            return Ok(());
        };
        let size = terminal_size();
        self.size = size;
        let size = size.unwrap_or(Size {
            columns: 80,
            rows: 40,
        });
        match screen.draw(&shown.code, size, self.colours, shown.seconds) {
            Ok(text) => out::raw(&text),
            Err(too_small) => {
                let cleared = screen.clear();
                out::raw(&cleared)?;
                out::text(&format!("{too_small}: enlarge it. {}", self.where_else()))
            }
        }
    }

    fn where_else(&self) -> String {
        match &self.png {
            Some(file) => format!("The code is also in {}", file.display()),
            None => "The code as an image: fased channels login --channel whatsapp --qr-png FILE".to_owned(),
        }
    }
}
