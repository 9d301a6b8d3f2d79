//! Tasks: what people and programs do with them, and the scheduler that lets them run.
//!
//! The control socket and the chat both work at a [`Desk`], so that a Task is the same thing for both. Nothing here runs
//! a Task: its runs are queued in the store, and the account's own work takes them from there like all others.

mod cancel;
mod change;
mod create;
mod desk;
mod error;
mod held;
mod look;
pub(crate) mod named;
mod run_now;
pub(crate) mod scheduler;
mod shown;
#[cfg(test)]
mod tests;
mod upkeep;
pub mod zone;

pub use create::{Origin, Wish};
pub use desk::Desk;
pub use error::TaskError;
pub use held::Held;
pub use look::Listed;
pub use run_now::Ready;
pub use shown::state_in_words;
