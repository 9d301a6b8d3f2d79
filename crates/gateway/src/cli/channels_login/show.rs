//! How the steps of a login are shown: as JSON lines, on a terminal in place, or as plain text.
//!
//! There is one code at a time: a QR to scan, or eight letters to type into the phone.

use std::path::PathBuf;

use fased_protocol::control::{ControlError, ErrorCode, LoginEvent};

use crate::cli::qr::{Code, Screen, Size, terminal_size};
use crate::cli::{Failure, Outcome, out};

/// Where on the phone a code is typed in.
const WHERE_TO_TYPE: &str =
    "On the phone: WhatsApp > Linked devices > Link a device > Link with phone number instead";

/// The code on show.
struct Shown {
    code: OnShow,
    seconds: u32,
}

enum OnShow {
    Scan(Code),
    Type(String),
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
    /// The path on the phone is told once.
    told_where: bool,
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
            told_where: false,
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
            LoginEvent::Code { code, expires_ms } => self.new_text(code, expires_ms / 1000),
            LoginEvent::Scanned => self.remark("The phone took the code and confirms …"),
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
        if let OnShow::Type(code) = &shown.code {
            return out::raw(&format!("\r\u{1b}[2K{}", to_type(code, seconds)));
        }
        if terminal_size() != self.size {
            out::raw(&screen.start_over())?;
            return self.draw();
        }
        out::raw(&screen.countdown(seconds))
    }

    /// Takes the code off the screen.
    pub(super) fn clear(&mut self) -> Outcome {
        let shown = self.shown.take();
        if matches!(
            &shown,
            Some(Shown {
                code: OnShow::Type(_),
                ..
            })
        ) {
            // The line of the code; the one above, with the path on the phone, may stay.
            return if self.screen.is_some() {
                out::raw("\r\u{1b}[2K")
            } else {
                Ok(())
            };
        }
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
        self.shown = Some(Shown {
            code: OnShow::Scan(code),
            seconds,
        });
        if self.json { Ok(()) } else { self.draw() }
    }

    fn new_text(&mut self, code: &str, seconds: u32) -> Outcome {
        self.clear()?;
        if !self.told_where {
            self.told_where = true;
            out::text(WHERE_TO_TYPE)?;
        }
        let line = to_type(code, seconds);
        self.shown = Some(Shown {
            code: OnShow::Type(out::clean(code)),
            seconds,
        });
        if self.screen.is_some() {
            out::raw(&out::clean(&line))
        } else {
            out::text(&line)
        }
    }

    fn draw(&mut self) -> Outcome {
        let Some(Shown {
            code: OnShow::Scan(code),
            seconds,
        }) = &self.shown
        else {
            return Ok(());
        };
        let Some(screen) = &mut self.screen else {
            out::raw(&code.plain(4))?;
            out::text(&format!(
                "WhatsApp > Linked devices > Link a device: scan this within {seconds} s"
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
        match screen.draw(code, size, self.colours, *seconds) {
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

/// The code in two groups, as the phone asks for it, and how long it is good for.
fn to_type(code: &str, seconds: u32) -> String {
    format!("Code: {}  ({} left)", grouped(code), countdown(seconds))
}

/// `ABCD1234` as `ABCD-1234`; anything else as it is.
fn grouped(code: &str) -> String {
    match code.split_at_checked(4) {
        Some((first, second)) if second.len() == 4 => format!("{first}-{second}"),
        _ => code.to_owned(),
    }
}

fn countdown(seconds: u32) -> String {
    if seconds >= 60 {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    } else {
        format!("{seconds} s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_shown_in_two_groups_with_its_time() {
        assert_eq!(to_type("ABCD1234", 160), "Code: ABCD-1234  (2 min 40 s left)");
        assert_eq!(to_type("ABCD1234", 59), "Code: ABCD-1234  (59 s left)");
        assert_eq!(grouped("ABC"), "ABC");
        assert_eq!(grouped("ABCÄ1234"), "ABCÄ1234");
    }
}
