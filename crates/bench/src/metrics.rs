//! The nodes' own counters, out of `GET /metrics` (Prometheus text).

use std::collections::BTreeMap;
use std::time::Duration;

use ureq::Agent;

use crate::error::BenchError;

/// Longest wait for the page.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Values by name; of what has labels, the sum.
pub type Metrics = BTreeMap<String, f64>;

/// Reads the counters of all nodes and adds them up.
pub fn read_all(urls: &[String]) -> Result<Metrics, BenchError> {
    let config = Agent::config_builder().timeout_global(Some(TIMEOUT)).proxy(None).build();
    let agent: Agent = config.into();
    let mut total = Metrics::new();
    for url in urls {
        let failed = |error: ureq::Error| BenchError::Submission(format!("{url}/metrics: {error}"));
        let mut answer = agent.get(format!("{url}/metrics")).call().map_err(failed)?;
        let text = answer.body_mut().read_to_string().map_err(failed)?;
        for (name, value) in parse(&text) {
            *total.entry(name).or_insert(0.0) += value;
        }
    }
    Ok(total)
}

/// The counts since `before`.
pub fn since(now: Metrics, before: &Metrics) -> Metrics {
    let grown = |(name, value): (String, f64)| {
        let grown = value - before.get(&name).unwrap_or(&0.0);
        (name, grown)
    };
    now.into_iter().map(grown).collect()
}

fn parse(text: &str) -> Metrics {
    let mut metrics = Metrics::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let Some((name, value)) = line.rsplit_once(' ') else { continue };
        let name = name.split('{').next().unwrap_or(name);
        if let Ok(value) = value.parse::<f64>() {
            *metrics.entry(name.to_owned()).or_insert(0.0) += value;
        }
    }
    metrics
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_by_name_and_labels_are_added_up() {
        let text =
            "# HELP a b\n# TYPE a counter\na 3\nb_seconds_total 0.25\nc{topic=\"x y\"} 1\nc{topic=\"z\"} 2\nnonsense\n";
        let metrics = parse(text);
        assert_eq!(metrics.get("a"), Some(&3.0));
        assert_eq!(metrics.get("b_seconds_total"), Some(&0.25));
        assert_eq!(metrics.get("c"), Some(&3.0));
        assert_eq!(metrics.len(), 3);
        assert_eq!(since(parse("a 5\n"), &metrics).get("a"), Some(&2.0));
    }
}
