//! What is on the screen is read back by a QR decoder, as a phone would see it.

use super::terminal::Size;
use super::*;

const COLUMNS: u16 = 80;
const ROWS: u16 = 40;
const SIZE: Size = Size {
    columns: COLUMNS as usize,
    rows: ROWS as usize,
};

/// As long as the longest login payload seen, four keys of 44 characters and a prefix among it.
fn payload(mark: char) -> String {
    let key = |c: char| c.to_string().repeat(43) + "=";
    format!(
        "https://wa.me/settings/linked_devices#2@{},{},{},{},3",
        mark.to_string().repeat(140),
        key('a'),
        key('b'),
        key('c')
    )
}

/// A terminal's line discipline, then the terminal.
fn write(screen: &mut vt100::Parser, text: &str) {
    screen.process(text.replace('\n', "\r\n").as_bytes());
}

fn is_bright(colour: vt100::Color) -> bool {
    matches!(colour, vt100::Color::Idx(7 | 15))
}

/// Each cell is two pixels, one above the other, of some size; dark where nothing was drawn.
fn photographed(screen: &vt100::Screen) -> Option<String> {
    const SCALE: usize = 4;
    let light = |x: usize, y: usize| {
        let (x, y) = (x / SCALE, y / SCALE);
        let (row, column) = (
            u16::try_from(y / 2).expect("row"),
            u16::try_from(x).expect("column"),
        );
        let cell = screen.cell(row, column).expect("cell");
        let lower = y % 2 == 1;
        let (ink, paper) = match (cell.fgcolor(), cell.bgcolor()) {
            (vt100::Color::Default, vt100::Color::Default) => (true, false),
            (ink, paper) => (is_bright(ink), is_bright(paper)),
        };
        match (cell.contents(), lower) {
            ("█", _) | ("▀", false) | ("▄", true) => ink,
            _ => paper,
        }
    };
    let (width, height) = (usize::from(COLUMNS) * SCALE, usize::from(ROWS) * 2 * SCALE);
    let mut image =
        rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| if light(x, y) { 255 } else { 0 });
    let grids = image.detect_grids();
    let [grid] = grids.as_slice() else { return None };
    grid.decode().ok().map(|(_, content)| content)
}

fn draw(place: &mut Screen, payload: &str, colours: bool) -> String {
    place
        .draw(&Code::of(payload).expect("a code"), SIZE, colours, 58)
        .expect("fits")
}

#[test]
fn a_code_is_read_off_the_screen_after_each_refresh_in_place() {
    for colours in [true, false] {
        let mut screen = vt100::Parser::new(ROWS, COLUMNS, 100);
        write(&mut screen, "$ fased channels login --channel whatsapp\n");
        let mut place = Screen::default();
        for mark in ['1', '2', '3'] {
            write(&mut screen, &draw(&mut place, &payload(mark), colours));
            assert_eq!(
                photographed(screen.screen()).as_deref(),
                Some(payload(mark).as_str()),
                "{mark} {colours}"
            );
            for second in (50..58).rev() {
                write(&mut screen, &place.countdown(second));
            }
            assert_eq!(
                photographed(screen.screen()).as_deref(),
                Some(payload(mark).as_str()),
                "{mark} {colours}"
            );
            assert!(
                screen.screen().contents().ends_with("scan this, 50 s left"),
                "{}",
                screen.screen().contents()
            );
        }
        write(&mut screen, &place.clear());
        write(&mut screen, "Linked.\n");
        assert!(
            photographed(screen.screen()).is_none(),
            "the code is gone after the login"
        );
        assert!(screen.screen().contents().trim_end().ends_with("Linked."));
    }
}

#[test]
fn a_refresh_does_not_scroll() {
    let mut screen = vt100::Parser::new(ROWS, COLUMNS, 100);
    let mut place = Screen::default();
    write(&mut screen, &draw(&mut place, &payload('1'), true));
    let top = screen.screen().cell(0, 0).expect("cell").bgcolor();
    for mark in ['2', '3'] {
        write(&mut screen, &draw(&mut place, &payload(mark), true));
    }
    assert_eq!(screen.screen().cell(0, 0).expect("cell").bgcolor(), top);
    screen.screen_mut().set_scrollback(1);
    assert_eq!(
        screen.screen().scrollback(),
        0,
        "nothing has left the screen at its top"
    );
}

#[test]
fn a_shorter_code_leaves_nothing_of_a_longer_one() {
    let mut screen = vt100::Parser::new(ROWS, COLUMNS, 0);
    let mut place = Screen::default();
    write(&mut screen, &draw(&mut place, &payload('1'), true));
    write(&mut screen, &draw(&mut place, "short", true));
    assert_eq!(photographed(screen.screen()).as_deref(), Some("short"));
}

#[test]
fn a_terminal_that_is_too_small_is_named_with_what_is_needed() {
    let code = Code::of(&payload('1')).expect("a code");
    let error = Screen::default()
        .draw(
            &code,
            Size {
                columns: 80,
                rows: 24,
            },
            true,
            58,
        )
        .expect_err("too small");
    let told = error.to_string();
    assert!(told.contains("80×24") && told.contains("needs"), "{told}");
}

#[test]
fn plain_text_has_no_escapes_and_is_read_too() {
    let plain = Code::of(&payload('1')).expect("a code").plain(QUIET_ZONE);
    assert!(!plain.contains('\u{1b}'));
    let mut screen = vt100::Parser::new(ROWS, COLUMNS, 0);
    write(&mut screen, &plain);
    assert_eq!(photographed(screen.screen()), Some(payload('1')));
}

#[test]
fn the_image_is_private_and_is_read_by_a_decoder() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("temp dir");
    let file = dir.path().join("qr.png");
    for mark in ['1', '2'] {
        Code::of(&payload(mark))
            .expect("a code")
            .save_png(&file)
            .expect("saved");
        let mode = fs::metadata(&file).expect("metadata").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let mut reader = png::Decoder::new(io::BufReader::new(fs::File::open(&file).expect("open")))
            .read_info()
            .expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("size")];
        let frame = reader.next_frame(&mut pixels).expect("pixels");
        let (width, height) = (frame.width as usize, frame.height as usize);
        let mut image =
            rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
        let grids = image.detect_grids();
        assert_eq!(grids[0].decode().expect("decoded").1, payload(mark));
    }
    assert_eq!(
        fs::read_dir(dir.path()).expect("dir").count(),
        1,
        "no temporary file is left"
    );
}

#[test]
fn a_payload_that_no_code_can_hold_is_none() {
    assert!(Code::of(&"a".repeat(4_000)).is_none());
}
