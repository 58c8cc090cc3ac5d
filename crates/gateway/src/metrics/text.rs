//! The Prometheus text format, version 0.0.4
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>).

use std::fmt::{Display, Write};
use std::time::Duration;

/// The media type of the format.
pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The kind of a metric.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Only ever rises.
    Counter,
    /// Rises and falls.
    Gauge,
    /// Counts in buckets, with their sum.
    Histogram,
}

/// A page of metrics while it is written.
#[derive(Default)]
pub(crate) struct Text(String);

impl Text {
    /// A metric with one value.
    pub(crate) fn single(&mut self, kind: Kind, name: &str, help: &str, value: impl Display) {
        self.family(kind, name, help);
        self.sample(name, &[], value);
    }
    /// Begins a metric; its samples follow.
    pub(crate) fn family(&mut self, kind: Kind, name: &str, help: &str) {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {kind}"));
    }
    /// One value of the metric that was begun last.
    pub(crate) fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        if labels.is_empty() {
            return self.line(format_args!("{name} {value}"));
        }
        let labels: Vec<String> = labels.iter().map(|(label, text)| format!("{label}=\"{}\"", escape(text))).collect();
        self.line(format_args!("{name}{{{}}} {value}", labels.join(",")));
    }
    /// The page.
    pub(crate) fn into_string(self) -> String {
        self.0
    }
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        writeln!(self.0, "{line}").expect("writing to memory can't fail");
    }
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// A time in seconds, to the microsecond.
pub(crate) fn seconds(duration: Duration) -> String {
    format!("{}.{:06}", duration.as_secs(), duration.subsec_micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_help_type_and_samples() {
        let mut text = Text::default();
        text.single(Kind::Gauge, "height", "The height.", 7);
        text.family(Kind::Counter, "requests", "Requests.");
        text.sample("requests", &[("route", "/v1/brands/{id}"), ("note", "a\"b\\c\nd")], 1);
        let expected = "# HELP height The height.\n# TYPE height gauge\nheight 7\n\
                        # HELP requests Requests.\n# TYPE requests counter\n\
                        requests{route=\"/v1/brands/{id}\",note=\"a\\\"b\\\\c\\nd\"} 1\n";
        assert_eq!(text.into_string(), expected);
    }

    #[test]
    fn seconds_keep_their_leading_zeros() {
        assert_eq!(seconds(Duration::from_micros(1_000_042)), "1.000042");
        assert_eq!(seconds(Duration::ZERO), "0.000000");
    }
}
