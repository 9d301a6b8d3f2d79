//! A server and files to take.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

/// Answers paths, one request a connection.
pub(super) fn serve(answers: Vec<(&'static str, String, &'static str)>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let at = listener.local_addr().expect("an address").to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut asked = [0; 2048];
            let read = stream.read(&mut asked).unwrap_or(0);
            let asked = String::from_utf8_lossy(&asked[..read]).into_owned();
            let found = answers
                .iter()
                .find(|(path, _, _)| asked.starts_with(&format!("GET {path} ")));
            let (_, head, body) = found.expect("a known path");
            let answer = format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n{body}");
            stream.write_all(answer.as_bytes()).unwrap_or_default();
        }
    });
    at
}

/// A picture; noise cannot be packed.
pub(super) fn png(width: u32, height: u32, noise: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let mut seed: u32 = 1;
    let pixels: Vec<u8> = (0..width * height * 3)
        .map(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if noise { seed.to_be_bytes()[0] } else { 100 }
        })
        .collect();
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&pixels).expect("pixels");
    writer.finish().expect("an end");
    bytes
}

/// A tone of so many seconds, 8,000 samples each.
pub(super) fn wav(seconds: u32) -> Vec<u8> {
    let samples: Vec<u8> = (0..seconds * 8000)
        .flat_map(|at| if at / 20 % 2 == 0 { 8000_i16 } else { -8000 }.to_le_bytes())
        .collect();
    let length = u32::try_from(samples.len()).expect("short");
    let mut bytes = Vec::new();
    for part in [
        b"RIFF".as_slice(),
        &(36 + length).to_le_bytes(),
        b"WAVEfmt ",
        &16_u32.to_le_bytes(),
        &1_u16.to_le_bytes(),
        &1_u16.to_le_bytes(),
        &8000_u32.to_le_bytes(),
        &16_000_u32.to_le_bytes(),
        &2_u16.to_le_bytes(),
        &16_u16.to_le_bytes(),
        b"data",
        &length.to_le_bytes(),
        &samples,
    ] {
        bytes.extend_from_slice(part);
    }
    bytes
}
