//! Where pipelines run.
//!
//! [`decide_fleet`] takes what is asked ([`Question`]), what was observed ([`Fleet`]), what is remembered ([`State`]) and the
//! time, and answers with [`Decision`]s and new states. It is pure: no I/O, no clock, no Kubernetes; the same input has the
//! same answer on every machine, in whatever order clusters and pipelines come. The rules are those of
//! `tests/spec/placement-and-fleet.md`:
//!
//! ```text
//! tenable   = cluster ready, taints tolerated, has every needed API, labels match, not above `limit` for three periods
//! choosable = tenable, not cordoned, metrics fresh, no unschedulable pods there, room for the request below `limit`
//! load      = absolute utilisation + what was just placed there and cannot be in the metrics yet; a pipeline counts with its
//!             request, and with a twentieth of the cluster at least
//! score     = Σ w · (1 − load) / Σ w
//! move only if  the incumbent is not tenable (at once when it is dead)
//!           or  score(best with what the pipeline brings) − score(incumbent) ≥ margin for three periods in a row,
//!               the last change is `hold` ago, and the fleet's budget of moves allows
//! ```

mod choose;
mod decide;
mod decision;
mod fit;
mod fleet;
mod hash;
mod question;
mod rejection;
#[cfg(test)]
mod rules_test;
mod score;
mod scorer;
pub mod sim;
mod state;
mod streak;
mod thrash;
mod time;
mod view;

pub use decide::{decide, decide_fleet};
pub use decision::{Conditions, Decision, Reason, Wait};
pub use fleet::{Cluster, Effect, Fleet, Sample, Taint};
pub use question::{
    Limit, MetricWeight, Needs, PENDING, PENDING_WEIGHT, Policy, Question, Request, Strategy, Toleration,
    Weights,
};
pub use rejection::{Rejection, Resource};
pub use score::{ClusterScore, Term};
pub use scorer::{BadScore, Scores};
pub use state::{GivenUp, State};
pub use streak::{PERIODS, Streak};
pub use thrash::{Caution, Move};
pub use time::Time;
