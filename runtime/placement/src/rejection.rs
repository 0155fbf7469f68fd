//! Why a cluster is not possible: data, one word for a status, and a sentence for people.

use serde::Serialize;
use std::{fmt, time::Duration};

/// CPU or memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Resource {
    /// Cores.
    Cpu,
    /// Bytes.
    Memory,
}

impl Resource {
    /// Its name, as in `weights`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Memory => "memory",
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a cluster is not possible.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "reason")]
pub enum Rejection {
    /// It is not among the candidates (any more).
    NotCandidate,
    /// The fleet does not know it.
    NotRegistered,
    /// It is down.
    NotReady,
    /// A label is missing, or has another value.
    LabelMismatch {
        /// The label.
        label: String,
        /// The value that it must have.
        wanted: String,
    },
    /// A taint is not tolerated.
    Tainted {
        /// Its key.
        taint: String,
        /// Whether what is there must leave.
        evicts: bool,
    },
    /// It does not serve a kind that the pipeline becomes.
    #[serde(rename = "MissingAPI")]
    MissingApi {
        /// The kind.
        api: String,
    },
    /// It is above the limit of the pipeline that runs there.
    OverLimit {
        /// Of what.
        resource: Resource,
        /// How much is in use, 0 to 1.
        load: f64,
        /// How much may be, 0 to 1.
        limit: f64,
    },
    /// A move there was given up a short time ago.
    GivenUp {
        /// How many in a row.
        times: u32,
        /// When it may be tried again.
        again: Duration,
    },
    /// `efl cordon`.
    Cordoned,
    /// A number that counts is missing, late or nonsense.
    StaleMetrics {
        /// Which.
        metric: String,
        /// How old its last sample is; `None` when there is none that means anything.
        #[serde(skip_serializing_if = "Option::is_none")]
        age: Option<Duration>,
    },
    /// Pods of the fleet's pipelines wait there for a node.
    UnschedulablePods {
        /// How many.
        pods: f64,
    },
    /// Whether the request fits is not known, as the capacity is not, or the request makes no sense.
    UnknownCapacity {
        /// Of what.
        resource: Resource,
    },
    /// It would be above the limit.
    NoHeadroom {
        /// Of what.
        resource: Resource,
        /// How much would be in use, 0 to 1 and more.
        load: f64,
        /// How much may be, 0 to 1.
        limit: f64,
    },
}

impl Rejection {
    /// In one word, for a status.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::NotCandidate => "NotCandidate",
            Self::NotRegistered => "NotRegistered",
            Self::NotReady => "NotReady",
            Self::LabelMismatch { .. } => "LabelMismatch",
            Self::Tainted { .. } => "Tainted",
            Self::MissingApi { .. } => "MissingAPI",
            Self::OverLimit { .. } => "OverLimit",
            Self::GivenUp { .. } => "GivenUp",
            Self::Cordoned => "Cordoned",
            Self::StaleMetrics { .. } => "StaleMetrics",
            Self::UnschedulablePods { .. } => "UnschedulablePods",
            Self::UnknownCapacity { .. } => "UnknownCapacity",
            Self::NoHeadroom { .. } => "NoHeadroom",
        }
    }

    /// Whether it is that numbers are missing.
    pub const fn is_about_metrics(&self) -> bool {
        matches!(self, Self::StaleMetrics { .. })
    }

    /// How bad it is for a pipeline that is there.
    pub(crate) const fn severity(&self) -> Severity {
        match self {
            Self::NotCandidate | Self::NotRegistered | Self::NotReady => Severity::Dead,
            Self::LabelMismatch { .. } | Self::MissingApi { .. } | Self::OverLimit { .. } => Severity::Unfit,
            Self::Tainted { evicts, .. } => {
                if *evicts {
                    Severity::Unfit
                } else {
                    Severity::Closed
                }
            }
            Self::StaleMetrics { .. } => Severity::Unknown,
            Self::UnknownCapacity { .. } => Severity::Unknown,
            Self::GivenUp { .. }
            | Self::Cordoned
            | Self::UnschedulablePods { .. }
            | Self::NoHeadroom { .. } => Severity::Closed,
        }
    }
}

/// How bad a rejection is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Severity {
    /// It may be possible: nobody knows. Nothing new comes, but for a pipeline that runs nowhere else.
    Unknown,
    /// Nothing new comes.
    Closed,
    /// What is there leaves, after three periods.
    Unfit,
    /// What is there leaves at once.
    Dead,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |part: f64| (part * 100.0).round();
        match self {
            Self::NotCandidate => f.write_str("it is not a candidate"),
            Self::NotRegistered => f.write_str("the fleet has no such cluster"),
            Self::NotReady => f.write_str("it is not ready"),
            Self::LabelMismatch { label, wanted } => write!(f, "its label `{label}` is not `{wanted}`"),
            Self::Tainted { taint, .. } => write!(f, "its taint `{taint}` is not tolerated"),
            Self::MissingApi { api } => write!(f, "it does not serve {api}"),
            Self::OverLimit { resource, load, limit } => {
                write!(f, "{resource} is at {}%, above the limit of {}%", percent(*load), percent(*limit))
            }
            Self::GivenUp { times: 1, again } => {
                write!(f, "a move there was given up; it may be tried again in {} s", again.as_secs())
            }
            Self::GivenUp { times, again } => {
                write!(f, "{times} moves there were given up; it may be tried again in {} s", again.as_secs())
            }
            Self::Cordoned => f.write_str("it is cordoned"),
            Self::StaleMetrics { metric, age: None } => write!(f, "`{metric}` is unknown"),
            Self::StaleMetrics { metric, age: Some(age) } => {
                write!(f, "`{metric}` is unknown: its last sample is {} s old", age.as_secs())
            }
            Self::UnschedulablePods { pods } => write!(f, "{pods} pods wait there for a node"),
            Self::UnknownCapacity { resource } => {
                write!(f, "whether the request fits is unknown: its capacity of {resource} is")
            }
            Self::NoHeadroom { resource, load, limit } => write!(
                f,
                "{resource} would be at {}%, above the limit of {}%",
                percent(*load),
                percent(*limit)
            ),
        }
    }
}
