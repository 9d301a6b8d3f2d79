//! Runs over a real store, with a backend that does as it is told.

mod cross;
mod cut_off;
mod ended;
mod fake;
mod interrupt;
mod questions;
mod several;
mod together;
mod world;
