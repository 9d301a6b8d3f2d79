//! What a storm came to.

/// Something that is not as it should be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) what: String,
    pub(crate) ids: Vec<String>,
}

/// Counts, and what deviates from what should be.
#[derive(Debug, Default)]
pub(crate) struct StormReport {
    pub(crate) counts: Vec<(String, u64)>,
    pub(crate) deviations: Vec<Finding>,
    pub(crate) seconds: u64,
    /// Where everything was kept, because of deviations or because it was wanted.
    pub(crate) kept: Option<String>,
}

impl StormReport {
    pub(super) fn counted(&mut self, what: &str, count: usize) {
        let count = super::gather::count(count);
        self.counts.push((what.to_owned(), count));
    }

    /// Counts it, and any of it is a deviation.
    pub(super) fn none_of(&mut self, what: &str, ids: Vec<String>) {
        self.counted(what, ids.len());
        self.found_if_any(what, ids);
    }

    /// A deviation only if there are any.
    pub(super) fn found_if_any(&mut self, what: &str, ids: Vec<String>) {
        if !ids.is_empty() {
            self.deviations.push(Finding {
                what: what.to_owned(),
                ids,
            });
        }
    }
}
