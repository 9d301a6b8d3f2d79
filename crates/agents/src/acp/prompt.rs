//! What an agent is asked: for the first time with all that it has to know, then with what is new.

use reqwest::Url;

use super::wire::{ContentBlock, ImageContent, ResourceLink, TextContent};
use crate::{Image, Request, Role, Said, pictures};

/// Most bytes of what was said before, the newest of it.
const MOST_HISTORY: usize = 32 * 1024;

/// The parts of a prompt. A session that is new is told the system prompt and what was said before.
pub(super) async fn of(request: &Request, new: bool, takes_pictures: bool) -> Vec<ContentBlock> {
    let mut blocks = Vec::new();
    if new {
        let system = request
            .system_prompt
            .as_deref()
            .map(str::trim)
            .unwrap_or_default();
        blocks.extend([system.to_owned(), history(&request.history)]);
    }
    let mut pictures = Vec::new();
    if takes_pictures {
        let shown = pictures::show(&request.images).await;
        blocks.extend(shown.left_out);
        let block =
            |picture: pictures::Picture| ContentBlock::Image(ImageContent::new(picture.base64, picture.mime));
        pictures.extend(shown.pictures.into_iter().map(block));
    } else {
        pictures.extend(request.images.iter().filter_map(link));
    }
    blocks.push(request.text.clone());
    blocks
        .into_iter()
        .filter(|text| !text.trim().is_empty())
        .map(|text| ContentBlock::Text(TextContent::new(text)))
        .chain(pictures)
        .collect()
}

/// Where a picture is, for agents that look at files but take no pictures.
fn link(image: &Image) -> Option<ContentBlock> {
    let uri = Url::from_file_path(&image.path).ok()?;
    let name = image.path.file_name()?.to_string_lossy().into_owned();
    Some(ContentBlock::ResourceLink(
        ResourceLink::new(name, uri).mime_type(image.mime.clone()),
    ))
}

/// What was said before as a text that says what it is, or nothing. What does not fit is left out whole.
fn history(history: &[Said]) -> String {
    let mut left = MOST_HISTORY;
    let mut said: Vec<String> = history
        .iter()
        .rev()
        .map(|said| {
            let who = match said.role {
                Role::User => "They",
                Role::Assistant => "You",
            };
            format!("{who}: {}", said.text.trim())
        })
        .take_while(|line| match left.checked_sub(line.len()) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        })
        .collect();
    if said.is_empty() {
        return String::new();
    }
    said.reverse();
    format!(
        "This was said in the conversation before, oldest first. It is answered already and only there for you to know.\n\n{}",
        said.join("\n\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(role: Role, text: &str) -> Said {
        Said {
            role,
            text: text.to_owned(),
        }
    }

    fn request() -> Request {
        Request {
            system_prompt: Some("Be kind.".to_owned()),
            text: "And now?".to_owned(),
            history: vec![said(Role::User, "Hello"), said(Role::Assistant, "Good day")],
            ..Request::default()
        }
    }

    fn texts(blocks: &[ContentBlock]) -> Vec<&str> {
        let mut texts = Vec::new();
        for block in blocks {
            if let ContentBlock::Text(text) = block {
                texts.push(text.text.as_str());
            }
        }
        texts
    }

    #[tokio::test]
    async fn only_a_new_session_is_told_what_was_before() {
        let blocks = of(&request(), true, false).await;
        let texts = texts(&blocks);
        assert_eq!(texts[0], "Be kind.");
        assert!(texts[1].ends_with("They: Hello\n\nYou: Good day"), "{}", texts[1]);
        assert_eq!(texts[2..], ["And now?"]);
        assert_eq!(self::texts(&of(&request(), false, false).await), ["And now?"]);
    }

    #[test]
    fn the_newest_of_much_is_told() {
        let much: Vec<Said> = (0..100)
            .map(|number| said(Role::User, &format!("{number} {}", "x".repeat(1000))))
            .collect();
        let text = history(&much);
        assert!(text.len() < MOST_HISTORY + 1000, "{}", text.len());
        assert!(text.contains("They: 99 ") && !text.contains("They: 50 "));
        assert_eq!(history(&[]), "");
    }

    #[tokio::test]
    async fn a_picture_is_a_link_for_who_takes_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a cat.png");
        std::fs::write(&path, b"png").expect("written");
        let image = Image {
            mime: "image/png".to_owned(),
            path,
        };
        let request = Request {
            images: vec![image],
            ..Request::default()
        };
        let blocks = of(&request, true, false).await;
        assert!(
            matches!(&blocks[..], [ContentBlock::ResourceLink(link)] if link.uri.ends_with("/a%20cat.png") && link.name == "a cat.png")
        );
        let blocks = of(&request, true, true).await;
        assert!(matches!(&blocks[..], [ContentBlock::Image(image)] if image.data == "cG5n"));
    }
}
