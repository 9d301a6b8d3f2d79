//! Backends, tried as the gateway uses them: over real sockets and with real processes.

mod running;
