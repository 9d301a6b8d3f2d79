//! Helpers of the end-to-end tests: the real `fased` with the real sidecar against the fake
//! WhatsApp server, each test in a folder of its own.
//!
//! Every process has a guard that ends it, every wait has a deadline, and nothing waits for a time
//! to pass where it could wait for something to happen. What the fake server counts as a violation
//! of its protocol fails the test that caused it, whatever else that test asserts.
//!
//! With `FASED_SLOW` set, what is shortened or made smaller for everyday runs has its real size.

pub mod browser;
pub mod chance;
pub mod config_file;
pub mod control;
pub mod fake;
pub mod gateway;
pub mod journal;
pub mod login;
pub mod openai;
pub mod process;
pub mod small_disk;
pub mod state_dir;
pub mod wait;
pub mod web;
pub mod webhook;
pub mod world;

pub use browser::{Browser, Stream};
pub use chance::Chance;
pub use fake::Fake;
pub use gateway::Gateway;
pub use login::Login;
pub use openai::OpenAi;
pub use small_disk::SmallDisk;
pub use state_dir::{Answer, StateDir};
pub use wait::{never_within, unix_now, wait_for};
pub use web::Page;
pub use webhook::Webhook;
pub use world::World;

use std::time::Duration;

/// For what should take a second or two, on a machine that is busy with other tests.
pub const PATIENCE: Duration = Duration::from_secs(30);
