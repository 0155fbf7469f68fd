//! `efl logs`: what functions print, and what steps of workflows answered.

use super::{
    Exit, Failure,
    deploy::Format,
    runs::{is_within, parse_time},
};
use crate::{
    cluster::{Cluster, known, pipelines, report_silent},
    terminal::Terminal,
};
use efl_compiler::units;
use efl_runtime::{
    Timestamp,
    inspect::{
        Pipeline, Places,
        logs::{self, Line, Wanted},
        runs::{self, Run, Step},
    },
};
use serde_json::json;
use std::{collections::BTreeSet, io, time::Duration};

/// Show what functions print, on every cluster
///
/// Of a function: what its containers print, each line behind its cluster. Of an orchestrator: of all its functions. Of a workflow or a
/// rule: the steps of its runs, which print nothing themselves, with what each was answered.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  efl logs classify
  efl logs crossing-safety/alert --follow
  efl logs crossing-safety/respond --since 1h     steps of a workflow
  efl logs smart-city/crossing-safety/alert --tail 20

What a function printed goes with its pods: one that was asleep since has nothing to show. Steps stay as long as their run.
Exit codes: 0 all clusters answered, 1 one did not, or there are errors.")]
pub(crate) struct Logs {
    /// A function, workflow or rule, or an orchestrator: NAME, ORCHESTRATOR/NAME or NAMESPACE/ORCHESTRATOR/NAME
    of: Of,
    /// Only what is not older
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    since: Option<units::Duration>,
    /// Only so many lines of each pod (or steps), from the end
    #[arg(long, value_name = "N")]
    tail: Option<u32>,
    /// Show what is printed from now on, too, until Ctrl-C
    #[arg(short, long)]
    follow: bool,
    /// How lines are written; `json` is one object to a line
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    #[command(flatten)]
    cluster: Cluster,
}

/// A declaration on the command line.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Of {
    namespace: Option<String>,
    orchestrator: Option<String>,
    name: String,
}

impl std::str::FromStr for Of {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts: Vec<&str> = text.split('/').collect();
        let name = parts.pop().unwrap_or_default();
        if name.is_empty() || parts.len() > 2 || parts.contains(&"") {
            return Err("it is NAME, ORCHESTRATOR/NAME or NAMESPACE/ORCHESTRATOR/NAME".to_owned());
        }
        let mut next = || parts.pop().map(str::to_owned);
        Ok(Self { orchestrator: next(), namespace: next(), name: name.to_owned() })
    }
}

/// What a name means.
enum Asked {
    /// Functions of pipelines.
    Functions(Vec<(Pipeline, String)>),
    /// Steps of the runs of a workflow or rule.
    Steps(Box<Pipeline>),
}

impl Of {
    fn asked(&self, all: Vec<Pipeline>) -> Result<Asked, Failure> {
        let matches = |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
        let within: Vec<Pipeline> = all
            .into_iter()
            .filter(|p| {
                matches(&self.namespace, &p.standing.namespace)
                    && matches(&self.orchestrator, &p.standing.name)
            })
            .collect();
        let has = |names: &[String]| names.contains(&self.name);
        if let Some(one) = self.only(within.iter().filter(|p| has(&p.functions)))? {
            return Ok(Asked::Functions(vec![(one.clone(), self.name.clone())]));
        }
        if let Some(one) = self.only(within.iter().filter(|p| has(&p.workflows) || has(&p.rules)))? {
            return Ok(Asked::Steps(Box::new(one.clone())));
        }
        // `efl logs crossing` and `efl logs smart-city/crossing`.
        let is_it = |p: &&Pipeline| p.standing.name == self.name;
        if self.orchestrator.is_none()
            && let Some(one) = self.only(within.iter().filter(is_it))?
        {
            let each = one.functions.iter().map(|function| (one.clone(), function.clone()));
            return Ok(Asked::Functions(each.collect()));
        }
        let names = within.iter().flat_map(|p| {
            let of = |name: &String| format!("{}/{name}", p.standing.name);
            p.functions.iter().chain(&p.workflows).chain(&p.rules).map(of).collect::<Vec<_>>()
        });
        Err(Failure::failed(format!(
            "there is no function, workflow or rule `{}`: {}",
            self.name,
            known(&names.collect::<Vec<_>>())
        )))
    }

    fn only<'p>(&self, found: impl Iterator<Item = &'p Pipeline>) -> Result<Option<&'p Pipeline>, Failure> {
        let found: Vec<&Pipeline> = found.collect();
        match found.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            several => {
                let paths: Vec<String> =
                    several.iter().map(|p| format!("{}/{}", p.path(), self.name)).collect();
                Err(Failure::failed(format!("`{}` is several: {}", self.name, paths.join(", "))))
            }
        }
    }
}

impl Logs {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        self.cluster.with_places(async |places| match self.of.asked(pipelines(places, None).await?)? {
            Asked::Functions(functions) => self.functions(places, &functions).await,
            Asked::Steps(pipeline) => self.steps(places, &pipeline).await,
        })
    }

    async fn functions(&self, places: &Places, functions: &[(Pipeline, String)]) -> Result<Exit, Failure> {
        let since = self.since.map(|since| Duration::from_millis(since.0));
        let tail = self.tail.map(i64::from);
        let wanted: Vec<Wanted> = functions
            .iter()
            .map(|(p, function)| Wanted {
                since,
                tail,
                ..Wanted::function(&p.target, &p.standing.name, function)
            })
            .collect();
        let name = |line: &Line| {
            let of =
                functions.iter().find(|(p, f)| line.pod.starts_with(&format!("{}-{f}-", p.standing.name)));
            of.map(|(_, function)| function.clone()).unwrap_or_default()
        };
        if self.follow {
            let mut failed = None;
            let silent = places.all().silent;
            report_silent(&silent);
            logs::follow(places, &wanted, |line| match self.print(&line, &name(&line)) {
                Ok(()) => true,
                Err(error) => {
                    failed = Some(error);
                    false
                }
            })
            .await;
            return failed.map_or(Ok(Exit::errors(!silent.is_empty())), |error| Err(error.into()));
        }
        let (mut lines, mut silent) = (Vec::new(), BTreeSet::new());
        for wanted in &wanted {
            let found = logs::printed(places, wanted).await;
            lines.extend(found.items);
            silent.extend(found.silent);
        }
        lines.sort_by(|a, b| (a.at, &a.pod).cmp(&(b.at, &b.pod)));
        for line in &lines {
            self.print(line, &name(line))?;
        }
        if lines.is_empty() {
            Terminal::message(
                "nothing was printed; what a function printed goes with its pods when it falls asleep",
            );
        }
        let silent: Vec<(String, String)> = silent.into_iter().collect();
        Ok(Exit::errors(report_silent(&silent)))
    }

    fn print(&self, line: &Line, function: &str) -> io::Result<()> {
        Terminal::print(&match self.format {
            Format::Human if line.cluster.is_empty() => format!("{function} | {}\n", line.text),
            Format::Human => format!("{} {function} | {}\n", line.cluster, line.text),
            Format::Json => {
                let Line { cluster, pod, at, text } = line;
                format!(
                    "{}\n",
                    json!({ "cluster": cluster, "function": function, "pod": pod, "at": at, "text": text })
                )
            }
        })
    }

    async fn steps(&self, places: &Places, pipeline: &Pipeline) -> Result<Exit, Failure> {
        let template = format!("{}-{}", pipeline.standing.name, self.of.name);
        let mut shown: BTreeSet<(String, String, String, Option<Timestamp>)> = BTreeSet::new();
        loop {
            let found = runs::runs(places, Some(pipeline)).await;
            let of_it = found.items.iter().filter(|run| run.template == template || run.rule == self.of.name);
            let mut steps: Vec<(&Run, &Step)> = of_it
                .flat_map(|run| run.steps.iter().map(move |step| (run, step)))
                .filter(|(_, step)| step.finished.is_some())
                .filter(|(_, step)| {
                    self.since.is_none_or(|since| is_within(step.finished, Timestamp::now(), since))
                })
                .collect();
            steps.sort_by(|a, b| {
                (a.1.finished, a.1.started, &a.1.name).cmp(&(b.1.finished, b.1.started, &b.1.name))
            });
            let skipped = match self.tail {
                Some(tail) if shown.is_empty() => steps.len().saturating_sub(tail as usize),
                _ => 0,
            };
            for (at, (run, step)) in steps.into_iter().enumerate() {
                let key = (run.cluster.clone(), run.name.clone(), step.name.clone(), step.finished);
                if shown.insert(key) && at >= skipped {
                    self.print_step(run, step)?;
                }
            }
            if !self.follow {
                if shown.is_empty() {
                    Terminal::message("there are no steps that ended");
                }
                return Ok(Exit::errors(report_silent(&found.silent)));
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    fn print_step(&self, run: &Run, step: &Step) -> io::Result<()> {
        let said = step.message.as_deref().or(step.result.as_deref()).unwrap_or_default();
        Terminal::print(&match self.format {
            Format::Human => {
                let cluster =
                    if run.cluster.is_empty() { String::new() } else { format!("{} ", run.cluster) };
                format!("{cluster}{} {} | {} {}\n", run.name, step.name, step.phase, said.trim_end())
            }
            Format::Json => format!("{}\n", json!({ "cluster": run.cluster, "run": run.name, "step": step })),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Of;

    #[test]
    fn a_declaration_is_one_two_or_three_names() {
        let of: Of = "city/crossing/alert".parse().expect("three names");
        assert_eq!(
            (of.namespace.as_deref(), of.orchestrator.as_deref(), of.name.as_str()),
            (Some("city"), Some("crossing"), "alert")
        );
        let of: Of = "crossing/alert".parse().expect("two names");
        assert_eq!((of.namespace, of.orchestrator.as_deref()), (None, Some("crossing")));
        for wrong in ["", "/alert", "crossing/", "a/b/c/d"] {
            assert!(wrong.parse::<Of>().is_err(), "{wrong}");
        }
    }
}
