//! From a checked file to its resources with a static placement: what `efl compile` prints.

use crate::{
    elab::candidates,
    expand::{self, Clusters, Decision, ExpandError, Resource},
    ir,
};
use std::fmt;

/// What is asked for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// The clusters to place on (`--place`); the first candidates when empty.
    pub place: Vec<String>,
}

/// Why nothing can be compiled although the file has no error.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CompileError {
    /// `--place` names a cluster that is no candidate: the name and the candidates.
    NoCandidate(String, Vec<String>),
    /// Something that only shows when the resources are made.
    Expand(ExpandError),
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CompileError::NoCandidate(name, known) => {
                write!(f, "cannot place on `{name}`: the candidates are {}", known.join(", "))
            }
            CompileError::Expand(error) => write!(f, "{error} ({})", error.help),
        }
    }
}

/// The clusters that an orchestrator may run on, with what its fleet says of them.
pub fn inventory(orc: &ir::Orchestrator) -> Clusters {
    let mut inventory = orc.fleet.as_deref().map(Clusters::from).unwrap_or_default();
    if let Some(names) = candidates(orc) {
        inventory.clusters.retain(|c| names.contains(&c.name));
    }
    inventory
}

/// The static placement: what is asked for, else the first candidates, as many as the placement has replicas. Without
/// known candidates what is asked for is taken as it is.
pub fn place(orc: &ir::Orchestrator, options: &Options) -> Result<Decision, CompileError> {
    let known = candidates(orc).unwrap_or_default();
    if let Some(name) = options.place.iter().find(|name| !known.is_empty() && !known.contains(name)) {
        return Err(CompileError::NoCandidate(name.clone(), known));
    }
    let selected = match options.place.as_slice() {
        [] => known.into_iter().take(orc.spec.placement.replicas as usize).collect(),
        names => names.to_vec(),
    };
    Ok(Decision { selected })
}

/// Every resource of an orchestrator but the Orchestrator itself, statically placed, in apply order.
pub fn resources<'a>(
    orc: &'a ir::Orchestrator,
    options: &Options,
) -> Result<Vec<Resource<'a>>, Vec<CompileError>> {
    let decision = place(orc, options).map_err(|e| vec![e])?;
    let mut inventory = inventory(orc);
    for name in &decision.selected {
        if inventory.get(name).is_none() {
            inventory.clusters.push(ir::Cluster { name: name.clone(), ..ir::Cluster::default() });
        }
    }
    expand::expand(orc, &inventory, &decision)
        .map_err(|errors| errors.into_iter().map(CompileError::Expand).collect())
}
