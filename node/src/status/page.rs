//! The page of metrics, read.

/// The samples of a page in Prometheus' text format, as a node writes it.
pub(super) struct Metrics(Vec<Sample>);

struct Sample {
    name: String,
    labels: String,
    value: f64,
}

impl Metrics {
    /// Reads a page; nothing if it isn't a node's.
    pub(super) fn read(page: &str) -> Option<Self> {
        let lines = page.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let samples = lines.map(|line| {
            let (key, value) = line.rsplit_once(' ')?;
            let (name, labels) = key.split_once('{').unwrap_or((key, ""));
            Some(Sample { name: name.to_owned(), labels: labels.to_owned(), value: value.parse().ok()? })
        });
        let metrics = Self(samples.collect::<Option<_>>()?);
        metrics.number("lojal_height").is_some().then_some(metrics)
    }

    /// The value of a metric without labels.
    pub(super) fn number(&self, name: &str) -> Option<f64> {
        self.0.iter().find(|sample| sample.name == name && sample.labels.is_empty()).map(|sample| sample.value)
    }
    /// The same, of one that is a count.
    pub(super) fn count(&self, name: &str) -> Option<u64> {
        self.number(name).and_then(count)
    }
    /// The count of the sample whose label has a value.
    pub(super) fn labelled(&self, name: &str, label: &str, value: &str) -> Option<u64> {
        let wanted = format!("{label}=\"{value}\"");
        let found = self.0.iter().find(|sample| sample.name == name && sample.labels.contains(&wanted));
        found.and_then(|sample| count(sample.value))
    }
    /// The value of a label of a metric's first sample.
    pub(super) fn label(&self, name: &str, label: &str) -> Option<String> {
        let sample = self.0.iter().find(|sample| sample.name == name)?;
        let (_, rest) = sample.labels.split_once(&format!("{label}=\""))?;
        Some(rest.split_once('"')?.0.to_owned())
    }
}

fn count(value: f64) -> Option<u64> {
    (value.is_finite() && value >= 0.0).then_some(value as u64)
}
