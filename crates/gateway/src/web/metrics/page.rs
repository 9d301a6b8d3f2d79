//! The text of a page, in the format that Prometheus reads.

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet, prometheus_text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

/// One name with all that is measured under it.
#[derive(Debug)]
pub(super) struct Family {
    name: &'static str,
    help: &'static str,
    counts: bool,
    samples: Vec<(Vec<(&'static str, String)>, f64)>,
}

impl Family {
    /// Something that goes up and down.
    pub(super) fn gauge(name: &'static str, help: &'static str) -> Self {
        Self {
            name,
            help,
            counts: false,
            samples: Vec::new(),
        }
    }

    /// Something that only grows. `_total` is added to the name.
    pub(super) fn counter(name: &'static str, help: &'static str) -> Self {
        Self {
            counts: true,
            ..Self::gauge(name, help)
        }
    }

    pub(super) fn push(&mut self, labels: &[(&'static str, &str)], value: f64) {
        let labels = labels.iter().map(|(name, value)| (*name, (*value).to_owned()));
        self.samples.push((labels.collect(), value));
    }

    pub(super) fn with(mut self, labels: &[(&'static str, &str)], value: f64) -> Self {
        self.push(labels, value);
        self
    }

    /// Nothing where it is not known.
    pub(super) fn maybe(mut self, labels: &[(&'static str, &str)], value: Option<f64>) -> Self {
        if let Some(value) = value {
            self.push(labels, value);
        }
        self
    }

    fn encode(&self, encoder: &mut DescriptorEncoder<'_>) -> std::fmt::Result {
        let kind = if self.counts {
            MetricType::Counter
        } else {
            MetricType::Gauge
        };
        let mut family = encoder.encode_descriptor(self.name, self.help, None, kind)?;
        for (labels, value) in &self.samples {
            let mut sample = family.encode_family(labels)?;
            if self.counts {
                sample.encode_counter::<NoLabelSet, f64, u64>(value, None)?;
            } else {
                sample.encode_gauge(value)?;
            }
        }
        Ok(())
    }
}

/// All that is told.
#[derive(Debug)]
pub(super) struct Page(Vec<Family>);

impl Page {
    /// Of these; names without anything measured under them are left out.
    pub(super) fn new(families: Vec<Family>) -> Self {
        let told = families.into_iter().filter(|family| !family.samples.is_empty());
        Self(told.collect())
    }

    pub(super) fn text(self) -> anyhow::Result<String> {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(self));
        let mut text = String::new();
        prometheus_text::encode(&mut text, &registry)?;
        Ok(text)
    }
}

impl Collector for Page {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|family| family.encode(&mut encoder))
    }
}

/// A whole number, as all numbers are told.
#[allow(clippy::cast_precision_loss, reason = "whole numbers below 2^53 are exact")]
pub(super) fn whole(number: u64) -> f64 {
    number as f64
}

/// The same of what SQLite counts.
pub(super) fn count(number: i64) -> f64 {
    whole(u64::try_from(number).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_what_prometheus_reads() {
        let page = Page::new(vec![
            Family::gauge("fased_up", "Is it up").with(&[], 1.0),
            Family::gauge("fased_unknown", "Nothing is known of it"),
            Family::counter("fased_things", "Things that happened")
                .with(&[("account", "a\"b\\c\nd"), ("what", "x")], 3.0)
                .with(&[("account", "b"), ("what", "")], 0.0),
        ]);
        assert_eq!(
            page.text().unwrap(),
            "# HELP fased_up Is it up\n# TYPE fased_up gauge\nfased_up 1.0\n\
             # HELP fased_things_total Things that happened\n# TYPE fased_things_total counter\n\
             fased_things_total{account=\"a\\\"b\\\\c\\nd\",what=\"x\"} 3.0\n\
             fased_things_total{account=\"b\",what=\"\"} 0.0\n"
        );
    }
}
