//! Numbers from a seed, so that what went wrong by chance can be repeated.

use crate::wait::now;

/// Numbers from a seed (splitmix64).
pub struct Chance(u64);

impl Chance {
    /// The seed named by `FASED_SEED`, else a new one; printed, so that a failure can be repeated.
    ///
    /// # Panics
    /// When `FASED_SEED` is no number.
    #[must_use]
    pub fn seeded(test: &str) -> Self {
        let seed = match std::env::var("FASED_SEED") {
            Ok(named) => named.parse().expect("FASED_SEED is a number"),
            Err(_) => u64::from(std::process::id()) << 20 | u64::from(now().elapsed().subsec_nanos()),
        };
        eprintln!("repeat with: FASED_SEED={seed} scripts/test {test}");
        Self(seed)
    }

    /// A number from 0, below the limit.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit
    }

    /// One of these.
    ///
    /// # Panics
    /// When there is none.
    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let limit = u64::try_from(all.len()).expect("a length");
        &all[usize::try_from(self.below(limit)).expect("a place")]
    }
}
