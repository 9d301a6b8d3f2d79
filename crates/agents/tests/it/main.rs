//! Backends, tried as the gateway uses them: over real sockets and with real processes.

mod command;
mod command_ends;
mod running;
mod turn;
mod wait;
