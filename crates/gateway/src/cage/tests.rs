//! What a kernel enforces, also one that we do not have; and that what is said is true.

use super::*;
