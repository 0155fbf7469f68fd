//! What is measured of the clusters.

pub(crate) mod outside;
mod prometheus;
mod scorer;

pub use prometheus::Prometheus;
pub(crate) use scorer::Scorer;

use efl_compiler::spec::fleet::FleetSpec;
use std::{collections::BTreeMap, time::SystemTime};

/// A number that was measured, and when: at the scrape, not at the query.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Reading {
    /// The number, as it came.
    pub value: f64,
    /// When it was scraped.
    pub at: SystemTime,
}

/// What is known of one cluster.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Observed {
    /// CPU in use, 0..1.
    pub cpu: Option<Reading>,
    /// Memory in use, 0..1.
    pub memory: Option<Reading>,
    /// Unschedulable pods: a count.
    pub pending: Option<Reading>,
    /// The fleet's own metrics, as parts of what counts as full.
    pub metrics: BTreeMap<String, Reading>,
    /// What could not be asked, and why, one line each: the same while it is the same, and without any credential.
    pub problems: Vec<String>,
}

impl Observed {
    /// Takes what is newer; what was not measured again stays as it was, with its age.
    pub fn update(&mut self, newer: Self) {
        let newest = |old: &mut Option<Reading>, new: Option<Reading>| {
            if new.is_some_and(|new| old.is_none_or(|old| new.at >= old.at)) {
                *old = new;
            }
        };
        newest(&mut self.cpu, newer.cpu);
        newest(&mut self.memory, newer.memory);
        newest(&mut self.pending, newer.pending);
        for (name, reading) in newer.metrics {
            let mut known = self.metrics.get(&name).copied();
            newest(&mut known, Some(reading));
            self.metrics.extend(known.map(|reading| (name, reading)));
        }
        self.problems = newer.problems;
    }
}

/// Where measurements come from.
pub trait MetricsSource: Send + Sync {
    /// What is known of every cluster of a fleet by now. A cluster that cannot be asked has problems and nothing else; the
    /// call ends within half a period of the fleet.
    fn observe<'a>(
        &'a self,
        fleet: &'a FleetSpec,
    ) -> futures::future::BoxFuture<'a, BTreeMap<String, Observed>>;
}

#[cfg(test)]
mod tests {
    use super::{Observed, Reading};
    use std::time::{Duration, SystemTime};

    #[test]
    fn what_was_not_measured_again_stays_with_its_age() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let reading = |value, seconds| Some(Reading { value, at: at(seconds) });
        let mut known = Observed { cpu: reading(0.5, 10), memory: reading(0.2, 10), ..Observed::default() };
        known.update(Observed { cpu: reading(0.7, 20), memory: reading(0.9, 5), ..Observed::default() });
        assert_eq!((known.cpu, known.memory), (reading(0.7, 20), reading(0.2, 10)));
        known.update(Observed::default());
        assert_eq!((known.cpu, known.memory), (reading(0.7, 20), reading(0.2, 10)));
    }
}
