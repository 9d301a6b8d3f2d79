//! The page's own scripts and styles as a browser gets them: without the comments that stand on lines of their own, which are
//! a fifth of them, and without what lines are indented by. Nothing else is changed, and each line keeps its number.
//! Indents mean nothing in scripts, styles and the markup that is in scripts; nothing here is shown as it is typed.

use std::borrow::Cow;

/// What a browser gets of a file. That of somebody else keeps its comments, which hold its licence.
pub(super) fn lean(name: &str, data: Cow<'static, [u8]>) -> Cow<'static, [u8]> {
    let ours = (name.ends_with(".js") || name.ends_with(".css")) && !name.starts_with("vendor/");
    match std::str::from_utf8(&data) {
        Ok(text) if ours => Cow::Owned(without_comments(text).into_bytes()),
        Ok(_) | Err(_) => data,
    }
}

fn without_comments(text: &str) -> String {
    let mut inside = false;
    let mut left = String::with_capacity(text.len());
    for line in text.lines() {
        let begun = line.trim();
        let opens = begun.starts_with("/*");
        let ends = begun.ends_with("*/");
        // What follows a comment on its line, such as a cast, is no comment.
        let closes_early = begun.find("*/").is_some_and(|at| at + 2 < begun.len());
        let comment = inside || (opens && !closes_early) || begun.starts_with("//");
        inside = (inside || opens) && !ends && !closes_early;
        if !comment {
            left.push_str(line.trim_start());
        }
        left.push('\n');
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_and_lines_stay_where_they_are() {
        let text = "// What it is.\n\n/** One line. */\nconst a = 1; // stays\n/**\n * More, https://example.com\n */\nconst b = /** @type {any} */ (a);\n  /* in */\n  c();\n";
        let left = "\n\n\nconst a = 1; // stays\n\n\n\nconst b = /** @type {any} */ (a);\n\nc();\n";
        assert_eq!(without_comments(text), left);
    }

    #[test]
    fn what_is_no_comment_stays() {
        let text = "/** @type {any} */ (a).b();\nhtml`<p>\n  * a star\n</p>`;\nx = y\n  / 2;\n";
        assert_eq!(without_comments(text), text.replace("  ", ""));
        assert_eq!(without_comments("a {\n  b: c;\n}\n"), "a {\nb: c;\n}\n");
    }

    #[test]
    fn what_others_wrote_keeps_its_licence() {
        let text: Cow<'static, [u8]> = Cow::Borrowed(b"/* licence */\n");
        assert_eq!(lean("vendor/lit-html.js", text.clone()), text);
        assert_eq!(lean("index.html", text.clone()), text);
        assert_eq!(lean("base.css", text), &b"\n"[..]);
        let torn: Cow<'static, [u8]> = Cow::Borrowed(&[b'/', b'/', 0xff]);
        assert_eq!(lean("a.js", torn.clone()), torn);
    }
}
