//! Backends, tried as the gateway uses them: over real sockets and with real processes.

mod acp;
mod acp_agent;
mod acp_asks;
mod acp_ends;
mod asking;
mod command;
mod command_ends;
mod openai;
mod openai_asked;
mod openai_faults;
mod openai_key;
mod running;
mod stub;
mod turn;
mod wait;
