//! Sound and films, through ffmpeg where it is installed.
//!
//! It gets only files whose first bytes show that they are sound or film, so that no playlist makes it open
//! anything else, and it may open nothing but files.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fased_protocol::private::Private;
use fased_protocol::sidecar::MediaLook;
use serde::Deserialize;

use super::OUTBOUND;
use super::error::{MediaError, MediaProblem};
use super::outgoing::{Raw, Rules};
use crate::cage::{Connect, Plan, Reach};
use crate::process::{self, Ended, Failure, Job};

const CONVERT_DEADLINE: Duration = Duration::from_secs(120);
const LOOK_DEADLINE: Duration = Duration::from_secs(15);
/// Loudness is measured on so many samples a second, of half an hour at most.
const SAMPLES: u64 = 2000;
const SAMPLE_BYTES: u64 = 2 * SAMPLES * 1800;
/// Steps of a voice note's picture.
const STEPS: usize = 64;
/// Largest small picture of a film.
const THUMBNAIL_BYTES: u64 = 32 * 1024;

/// Makes a voice note of a file with sound.
pub(super) async fn to_voice(rules: &Rules, raw: &Raw, to: &Path) -> Result<(), MediaError> {
    let encode = [
        "-map",
        "0:a:0",
        "-vn",
        "-sn",
        "-dn",
        "-map_metadata",
        "-1",
        "-ac",
        "1",
        "-ar",
        "48000",
        "-c:a",
        "libopus",
        "-b:a",
        "32k",
        "-application",
        "voip",
        "-f",
        "ogg",
    ];
    convert(rules, raw, to, &encode, "a voice note").await
}

/// Makes a film without sound of a GIF.
pub(super) async fn to_film(rules: &Rules, raw: &Raw, to: &Path) -> Result<(), MediaError> {
    let encode = [
        "-an",
        "-map_metadata",
        "-1",
        "-c:v",
        "libx264",
        "-pix_fmt",
        "yuv420p",
        "-vf",
        "scale=trunc(iw/2)*2:trunc(ih/2)*2",
        "-movflags",
        "+faststart",
        "-f",
        "mp4",
    ];
    convert(rules, raw, to, &encode, "a film").await
}

async fn convert(rules: &Rules, raw: &Raw, to: &Path, encode: &[&str], made: &str) -> Result<(), MediaError> {
    let unusable = |why: String| {
        MediaError::new(
            MediaProblem::Unusable,
            format!("{} cannot be made into {made}: {why}", raw.what),
            "send it as a document, or convert it first",
        )
    };
    let plays = raw
        .sniffed
        .is_some_and(|mime| mime == "image/gif" || mime.starts_with("audio/") || mime.starts_with("video/"));
    if !plays {
        return Err(unusable(
            "its first bytes are not those of sound or film".to_owned(),
        ));
    }
    let mut args = input(raw.scratch.path());
    args.extend(encode.iter().map(OsString::from));
    args.extend([
        OsString::from("-fs"),
        rules.max_bytes.to_string().into(),
        to.into(),
    ]);
    match start(rules, "ffmpeg", args, 0, CONVERT_DEADLINE).await {
        Ok(ended) if ended.status.success() => Ok(()),
        Ok(ended) => {
            tracing::debug!(stderr = ended.stderr, "ffmpeg failed");
            Err(unusable(
                "ffmpeg cannot read it, or was built without the codec".to_owned(),
            ))
        }
        Err(Failure::Missing(_)) => Err(MediaError::new(
            MediaProblem::ConverterMissing,
            format!(
                "{} has to be converted to become {made}, and ffmpeg is not installed",
                raw.what
            ),
            "install ffmpeg (apt-get install ffmpeg, dnf install ffmpeg-free, brew install ffmpeg), or send Opus in Ogg, or as a document",
        )),
        Err(Failure::TimedOut) => Err(MediaError::new(
            MediaProblem::TimedOut,
            format!(
                "converting {} took longer than {} s",
                raw.what,
                CONVERT_DEADLINE.as_secs()
            ),
            "send a shorter one, or convert it first",
        )),
        Err(Failure::Io(error)) => Err(MediaError::failed(format!("ffmpeg could not be run: {error}"))),
    }
}

fn input(path: &Path) -> Vec<OsString> {
    let before = [
        "-nostdin",
        "-hide_banner",
        "-loglevel",
        "error",
        "-y",
        "-protocol_whitelist",
        "file,pipe",
        "-i",
    ];
    before.iter().map(OsString::from).chain([path.into()]).collect()
}

async fn start(
    rules: &Rules,
    program: &str,
    args: Vec<OsString>,
    stdout_bytes: u64,
    deadline: Duration,
) -> Result<Ended, Failure> {
    let program = process::find(program).ok_or_else(|| Failure::Missing(program.into()))?;
    // It reads what a stranger made: no network, and no files but those on their way out.
    let mut plan = Plan::new(Connect::Ports(Vec::new()));
    plan.allow_programs(&program);
    plan.allow(Reach::Write, [rules.media_dir.join(OUTBOUND)]);
    let job = Job {
        plan: Some(plan),
        program,
        args,
        folder: rules.media_dir.clone(),
        stdin: Vec::new(),
        stdout_bytes,
        deadline,
    };
    process::run(job).await
}

/// What a program says, if it is there and ends well. What is asked here is nice to have.
async fn said(rules: &Rules, program: &str, args: Vec<OsString>, most: u64) -> Option<Vec<u8>> {
    match start(rules, program, args, most, LOOK_DEADLINE).await {
        Ok(ended) if ended.status.success() => Some(ended.stdout).filter(|said| !said.is_empty()),
        Ok(ended) => {
            tracing::debug!(program, stderr = ended.stderr, "a file could not be looked at");
            None
        }
        Err(failure) => {
            tracing::debug!(program, ?failure, "a file could not be looked at");
            None
        }
    }
}

#[derive(Default, Deserialize)]
struct Probe {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    format: Format,
}

#[derive(Default, Deserialize)]
struct Stream {
    width: Option<u32>,
    height: Option<u32>,
}

#[derive(Default, Deserialize)]
struct Format {
    duration: Option<String>,
}

async fn probe(rules: &Rules, path: &Path) -> Probe {
    let ask = [
        "-v",
        "error",
        "-protocol_whitelist",
        "file,pipe",
        "-show_entries",
        "stream=width,height:format=duration",
        "-of",
        "json",
    ];
    let args = ask.iter().map(OsString::from).chain([path.into()]).collect();
    let said = said(rules, "ffprobe", args, 64 * 1024).await;
    said.and_then(|said| serde_json::from_slice(&said).ok())
        .unwrap_or_default()
}

impl Probe {
    fn seconds(&self) -> Option<u32> {
        let seconds: f64 = self.format.duration.as_deref()?.parse().ok()?;
        let whole = seconds.ceil();
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is between the two"
        )]
        (1.0..=86_400.0).contains(&whole).then_some(whole as u32)
    }
}

/// How long it plays.
pub(super) async fn seconds(rules: &Rules, path: &Path) -> Option<u32> {
    probe(rules, path).await.seconds()
}

/// How a film is shown before it plays.
pub(super) async fn look(rules: &Rules, path: &Path) -> MediaLook {
    let probe = probe(rules, path).await;
    let mut args = input(path);
    let small = [
        "-frames:v",
        "1",
        "-vf",
        "scale=96:96:force_original_aspect_ratio=decrease",
        "-q:v",
        "8",
        "-f",
        "mjpeg",
        "pipe:1",
    ];
    args.extend(small.iter().map(OsString::from));
    let thumbnail = said(rules, "ffmpeg", args, THUMBNAIL_BYTES + 1).await;
    let size = probe
        .streams
        .iter()
        .find_map(|stream| Some((stream.width?, stream.height?)));
    MediaLook {
        width: size.map(|(width, _)| width),
        height: size.map(|(_, height)| height),
        seconds: probe.seconds(),
        thumbnail: thumbnail
            .filter(|bytes| bytes.len() as u64 <= THUMBNAIL_BYTES)
            .map(|bytes| Private(STANDARD.encode(bytes))),
        waveform: None,
    }
}

/// The loudness of a voice note in 64 steps, 0 to 100 each, base64.
pub(super) async fn waveform(rules: &Rules, path: &Path) -> Option<String> {
    let mut args = input(path);
    let samples = SAMPLES.to_string();
    args.extend(
        ["-ac", "1", "-ar", &samples, "-f", "s16le", "pipe:1"]
            .iter()
            .map(OsString::from),
    );
    let sound = said(rules, "ffmpeg", args, SAMPLE_BYTES).await?;
    Some(STANDARD.encode(loudness(&sound)))
}

fn loudness(sound: &[u8]) -> Vec<u8> {
    let samples: Vec<u32> = sound
        .chunks_exact(2)
        .map(|pair| u32::from(i16::from_le_bytes([pair[0], pair[1]]).unsigned_abs()))
        .collect();
    let step = samples.len().div_ceil(STEPS).max(1);
    let mut means: Vec<u32> = samples
        .chunks(step)
        .map(|part| part.iter().sum::<u32>() / u32::try_from(part.len()).unwrap_or(u32::MAX).max(1))
        .collect();
    means.resize(STEPS, 0);
    let loudest = means.iter().copied().max().unwrap_or(0).max(1);
    means
        .iter()
        .map(|mean| u8::try_from(mean * 100 / loudest).unwrap_or(100))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loudness_has_sixty_four_steps_of_which_the_loudest_is_a_hundred() {
        let loud = [0i16, 1000, -2000, 500].repeat(4000);
        let bytes: Vec<u8> = loud.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let steps = loudness(&bytes);
        assert_eq!(steps.len(), STEPS);
        assert_eq!(steps.iter().max(), Some(&100));
        assert_eq!(loudness(&[]), vec![0; STEPS]);
        assert_eq!(loudness(&[1, 0, 9]).len(), STEPS);
    }
}
