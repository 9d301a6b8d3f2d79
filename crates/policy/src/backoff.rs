//! How long to wait before trying again. The spread comes in as a number, so that a test can fix it.

#[cfg(test)]
mod tests;

/// How waiting grows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BackoffSettings {
    /// The first wait.
    pub initial_ms: u64,
    /// The longest wait, before the spread.
    pub max_ms: u64,
    /// Each wait is this many times the one before.
    pub factor: f64,
    /// The spread, as a part of the wait to either side.
    pub jitter: f64,
}

impl Default for BackoffSettings {
    fn default() -> Self {
        Self {
            initial_ms: 2_000,
            max_ms: 30_000,
            factor: 1.8,
            jitter: 0.25,
        }
    }
}

impl BackoffSettings {
    /// The wait after `failures` failures in a row before this one. `jitter` is drawn from 0.0 to 1.0.
    #[must_use]
    pub fn delay_ms(&self, failures: u32, jitter: f64) -> u64 {
        let exponent = i32::try_from(failures).unwrap_or(i32::MAX);
        let grown = self.initial_ms as f64 * self.factor.max(1.0).powi(exponent);
        let base = grown.min(self.max_ms as f64);
        let draw = if jitter.is_nan() {
            0.5
        } else {
            jitter.clamp(0.0, 1.0)
        };
        let spread = self.jitter.clamp(0.0, 1.0) * (2.0 * draw - 1.0);
        (base * (1.0 + spread)).round() as u64
    }
}
