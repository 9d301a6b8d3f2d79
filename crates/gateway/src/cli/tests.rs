use clap::CommandFactory;

use super::*;

#[test]
fn the_command_line_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn global_options_go_before_and_after_the_verb() {
    for words in [
        ["fased", "--json", "--state-dir", "/s", "channels", "status"],
        ["fased", "channels", "status", "--state-dir", "/s", "--json"],
    ] {
        let cli = Cli::try_parse_from(words).expect("parses");
        assert!(cli.global.json);
        assert_eq!(cli.global.state_dir.as_deref(), Some(std::path::Path::new("/s")));
    }
}

#[test]
fn a_phone_code_needs_a_whole_number() {
    let parse = |number| Cli::try_parse_from(["fased", "channels", "login", "--phone-code", number]);
    assert!(parse("+15550100001").is_ok());
    assert!(parse("+1 (555) 010-0001").is_ok());
    for wrong in [
        "15550100001",
        "+0155501",
        "+123",
        "+1555010000100001",
        "me",
        "whatsapp:+15550100001",
    ] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_phone_code_has_no_image() {
    let words = [
        "fased",
        "channels",
        "login",
        "--phone-code",
        "+15550100001",
        "--qr-png",
        "a.png",
    ];
    assert!(Cli::try_parse_from(words).is_err());
}

#[test]
fn only_whatsapp_is_a_channel() {
    assert!(Cli::try_parse_from(["fased", "channels", "login", "--channel", "whatsapp"]).is_ok());
    assert!(Cli::try_parse_from(["fased", "channels", "login", "--channel", "telegram"]).is_err());
}
