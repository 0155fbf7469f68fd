//! `.efl` text from Kubernetes YAML: an Orchestrator back into the program it came from, and the EventSources, Sensors
//! and Workflows of Argo with the services of Knative into a program that does the same.
//!
//! Nothing is dropped in silence: each importer *takes* out of a resource what it understands, and what is left is
//! kept as a comment at the place of the declaration, with the reason, and as a [`Note`].

#![allow(clippy::doc_markdown)] // the kinds of Kubernetes are written as they are called

mod action;
mod argo;
mod condition;
mod declaration;
mod draft;
mod event_bus;
mod event_source;
mod expression;
mod filter;
mod finish;
mod fragment;
mod input;
mod knative;
mod names;
mod orchestrator;
mod parameter;
mod patch;
mod path;
mod policy;
mod program;
mod propagation;
mod regex;
mod resource;
mod sensor;
mod services;
mod tags;
mod text;
mod upstream;
mod value;
mod workflow;

pub use program::{orchestrator_project, orchestrator_to_efl, unsayable};

use program::Program;

/// Reads YAML or JSON, one document or many, and writes the program that does the same.
///
/// Understood are Orchestrators, Argo's EventSources, Sensors, EventBuses, Workflows and WorkflowTemplates, Knative's
/// services, Karmada's policies, and lists of them. Any other resource is a comment.
pub fn import(yaml: &str) -> Result<Imported, ImportError> {
    let mut program = Program::default();
    let (orchestrators, others): (Vec<_>, Vec<_>) =
        input::resources(yaml)?.into_iter().partition(|resource| resource.is("efl.dev", "Orchestrator"));
    for resource in orchestrators {
        resource::orchestrator(resource, &mut program)?;
    }
    argo::import(others, &mut program);
    Ok(program.write())
}

/// What an import gives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Imported {
    /// The text of the `.efl` file.
    pub efl: String,
    /// What could not be said in it, in the order in which it is commented there.
    pub notes: Vec<Note>,
}

/// Something of the input that the program does not do, or does otherwise.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// The resource and the path in it: `Sensor/crossing spec.triggers[0].template.log`.
    pub at: String,
    /// Why EFL does not say it, or what it says instead.
    pub why: String,
    /// What it was, as YAML; empty where nothing was lost.
    pub what: String,
    /// The line of its comment in the `.efl` text, from 1.
    pub line: u32,
}

/// Why there is nothing to import.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ImportError {
    /// The input is no YAML; the message says where.
    #[error("this is no YAML: {0}")]
    Yaml(String),
    /// A document of the input is no Kubernetes resource.
    #[error("document {document} is no Kubernetes resource: it has no `{missing}`")]
    NoResource {
        /// Which one, from 1.
        document: usize,
        /// `apiVersion`, `kind` or `metadata.name`.
        missing: &'static str,
    },
    /// An Orchestrator's spec is not one.
    #[error("the Orchestrator `{name}` is not valid: {message}")]
    Orchestrator {
        /// Its name.
        name: String,
        /// What is wrong in it.
        message: String,
    },
    /// There is no document.
    #[error("there is nothing in the input")]
    Empty,
}
