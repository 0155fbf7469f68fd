//! A simulator: the engine and others in the same world, so that what they do can be compared. A toy: loads wander by chance,
//! pipelines move in no time, metrics are the mean of a minute. It is good for ranking ideas, not for numbers of a real fleet.

mod chart;
mod contender;
mod noise;
mod run;
mod scenario;
mod summary;
mod world;

pub use chart::chart;
pub use contender::Contender;
pub use run::{Outcome, Trace, run, run_slowly};
pub use scenario::{PERIOD, Scenario};
pub use summary::Summary;
pub use world::Slowness;
