//! Pictures, as servers and agents take them: in the message itself, so that they need not reach us.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::AsyncReadExt;

use crate::Image;

/// Largest picture.
const LARGEST: u64 = 5 * 1024 * 1024;
/// Most bytes of all pictures of one request.
const MOST_BYTES: usize = 20 * 1024 * 1024;
/// Most pictures of one request; the last ones are the newest.
const MOST: usize = 8;

/// What is shown of them.
pub(crate) struct Shown {
    /// Those that are.
    pub(crate) pictures: Vec<Picture>,
    /// What the model is told of those that are left out.
    pub(crate) left_out: Vec<String>,
}

/// One picture.
pub(crate) struct Picture {
    /// Its MIME type.
    pub(crate) mime: String,
    /// The picture itself.
    pub(crate) base64: String,
}

/// Reads them.
pub(crate) async fn show(images: &[Image]) -> Shown {
    let mut shown = Shown {
        pictures: Vec::new(),
        left_out: Vec::new(),
    };
    let over = images.len().saturating_sub(MOST);
    if over > 0 {
        shown.left_out.push(format!(
            "Pictures that are not shown, because there are too many: {over}"
        ));
    }
    // The newest first, so that the room is theirs.
    let mut room = MOST_BYTES;
    for image in images[over..].iter().rev() {
        match read(image, room).await {
            Ok(bytes) => {
                room -= bytes.len();
                shown.pictures.push(Picture {
                    mime: image.mime.clone(),
                    base64: STANDARD.encode(bytes),
                });
            }
            Err(why) => shown.left_out.push(format!("A picture is not shown: {why}")),
        }
    }
    shown.pictures.reverse();
    // What is said of too many of them stays first.
    shown.left_out[usize::from(over > 0)..].reverse();
    shown
}

/// Why it is not shown is for the model, and tells it nothing of this machine.
async fn read(image: &Image, room: usize) -> Result<Vec<u8>, &'static str> {
    if !image.mime.starts_with("image/") {
        return Err("it is of another kind");
    }
    let unreadable = |error: std::io::Error| {
        tracing::warn!("a picture cannot be read: {error}");
        "it could not be read"
    };
    // Opening a pipe could wait for ever.
    if !tokio::fs::metadata(&image.path)
        .await
        .map_err(unreadable)?
        .is_file()
    {
        return Err("it is no file");
    }
    let mut bytes = Vec::new();
    let file = tokio::fs::File::open(&image.path).await.map_err(unreadable)?;
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .await
        .map_err(unreadable)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LARGEST) {
        return Err("it is larger than 5 MB");
    }
    if bytes.len() > room {
        return Err("all of them together are larger than 20 MB");
    }
    Ok(bytes)
}
