//! `efl deploy` and `efl diff`: the Orchestrators of files, to a cluster.

use super::{Exit, Failure};
use crate::{
    cluster::{Cluster, refused},
    inputs::Inputs,
    params::ParamOptions,
    project::Project,
    terminal::{Look, Stream, Terminal},
};
use clap::ValueEnum;
use efl_compiler::{expand, spec::Management, units};
use efl_runtime::{
    Client,
    deploy::{self, Change, Declared, Field, Standing},
};
use owo_colors::{OwoColorize, Style};
use serde_json::{Value, json};
use std::{
    io::{self, BufRead, Write as _},
    time::{Duration, Instant},
};

/// Deploy pipelines, and wait until they run
///
/// Checks and compiles the files, shows what would change in the cluster, asks where a person can answer, applies the
/// Orchestrators, and follows what the runtime makes of them. What does not work is said at its line of the file. What has not
/// changed is not written.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  efl deploy crossing.efl                        to the current context of the kubeconfig
  efl deploy pipelines --env prod --yes          in CI: nobody is asked
  efl deploy crossing.efl --dry-run --exit-code  3 if anything would change

Exit codes: 0 ready, 1 there are errors, 2 wrong usage, 3 there are changes (with --dry-run --exit-code), 4 not ready in time.")]
pub(crate) struct Deploy {
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    params: ParamOptions,
    #[command(flatten)]
    cluster: Cluster,
    /// Only show what would change
    #[arg(long)]
    dry_run: bool,
    /// With --dry-run: end with 3 if anything would change
    #[arg(long, requires = "dry_run")]
    exit_code: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    /// How long to wait until all is ready; `0s` does not wait
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = parse_wait)]
    wait: units::Duration,
    /// How the result is written
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

/// Show what `efl deploy` would change
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  efl diff crossing.efl
  efl diff pipelines --exit-code      3 if anything would change")]
pub(crate) struct Diff {
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    params: ParamOptions,
    #[command(flatten)]
    cluster: Cluster,
    /// End with 3 if anything would change
    #[arg(long)]
    exit_code: bool,
    /// How the result is written
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

/// How a result is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Human,
    /// For programs: one object at the end
    Json,
}

fn parse_wait(text: &str) -> Result<units::Duration, String> {
    text.parse().map_err(|e: units::UnitError| format!("{e}; a time is `30s` or `5m`"))
}

impl Diff {
    pub(crate) fn run(self, terminal: Terminal) -> Result<Exit, Failure> {
        let Self { inputs, params, cluster, exit_code, format } = self;
        let wait = units::Duration::default();
        Deploy { inputs, params, cluster, dry_run: true, exit_code, yes: true, wait, format }.run(terminal)
    }
}

impl Deploy {
    pub(crate) fn run(self, terminal: Terminal) -> Result<Exit, Failure> {
        let project = Project::load(&self.inputs, &self.params)?;
        if !project.is_sound(terminal)? {
            return Ok(Exit::Errors);
        }
        let mut declared: Vec<Declared> = Vec::new();
        for orc in super::compile::orchestrators(&project) {
            let object = serde_json::to_value(expand::orchestrator(&orc, Management::Controller))
                .map_err(|e| Failure::failed(format!("`{}` cannot be written: {e}", orc.name)))?;
            let (namespace, name) = (orc.namespace, orc.name);
            if declared.iter().any(|d| (&d.namespace, &d.name) == (&namespace, &name)) {
                return Err(Failure::failed(format!("two orchestrators are called {namespace}/{name}")));
            }
            declared.push(Declared { namespace, name, object });
        }
        if declared.is_empty() {
            return Err(Failure::failed("there is no orchestrator in these files"));
        }
        let cluster = self.cluster.clone();
        cluster.with(async |client, server| self.deploy(&client, &server, &declared, terminal).await)
    }

    async fn deploy(
        &self,
        client: &Client,
        server: &str,
        declared: &[Declared],
        terminal: Terminal,
    ) -> Result<Exit, Failure> {
        let look = terminal.look(Stream::Err);
        let mut plan = Vec::new();
        for one in declared {
            let what = format!("plan {}/{}", one.namespace, one.name);
            plan.push((one, deploy::plan(client, one).await.map_err(refused(&what))?));
        }
        let changes = plan.iter().filter(|(_, change)| *change != Change::None).count();
        if self.format == Format::Human {
            Terminal::message(&format!("{} {server}", "cluster".style(faint(look))));
            for (one, change) in &plan {
                Terminal::message(&described(one, change, look));
            }
        }
        if self.dry_run {
            if self.format == Format::Json {
                Terminal::print(&pretty(
                    &json!({ "changes": plan.iter().map(|(one, c)| json_change(one, c)).collect::<Vec<_>>() }),
                ))?;
            }
            return Ok(if self.exit_code && changes > 0 { Exit::Differences } else { Exit::Ok });
        }
        let these = if changes == 1 { "this change".to_owned() } else { format!("these {changes} changes") };
        if changes > 0 && !self.yes && !confirmed(&format!("apply {these}?"))? {
            Terminal::message("nothing was changed");
            return Ok(Exit::Ok);
        }
        for (one, change) in &plan {
            if *change != Change::None {
                let what = format!("apply {}/{}", one.namespace, one.name);
                deploy::apply(client, one).await.map_err(refused(&what))?;
            }
        }
        let exit = if self.wait.0 == 0 { Exit::Ok } else { self.follow(client, declared, look).await? };
        if self.format == Format::Json {
            let mut ends = Vec::new();
            for one in declared {
                let standing = deploy::standing(client, &one.namespace, &one.name)
                    .await
                    .map_err(refused("read the status"))?;
                ends.push(standing.map(|standing| super::status::json(&standing)));
            }
            let changes: Vec<Value> = plan.iter().map(|(one, c)| json_change(one, c)).collect();
            Terminal::print(&pretty(&json!({ "changes": changes, "orchestrators": ends })))?;
        }
        Ok(exit)
    }

    /// Waits until all are ready, and says how far they are.
    async fn follow(&self, client: &Client, declared: &[Declared], look: Look) -> Result<Exit, Failure> {
        let began = Instant::now();
        let limit = Duration::from_millis(self.wait.0);
        let mut progress = Progress::new(look);
        loop {
            let mut standings = Vec::new();
            for one in declared {
                match deploy::standing(client, &one.namespace, &one.name).await {
                    Ok(Some(standing)) => standings.push(standing),
                    Ok(None) => {
                        return Err(Failure::failed(format!(
                            "{}/{} was deleted meanwhile",
                            one.namespace, one.name
                        )));
                    }
                    // A control plane that restarts is no reason to give up before the time is over.
                    Err(error) if began.elapsed() < limit => {
                        progress.say(&format!("the API server does not answer ({error})"));
                    }
                    Err(error) => return Err(refused("read the status")(error)),
                }
            }
            progress.show(&standings, began.elapsed());
            if let Some(refusal) = standings.iter().find_map(Standing::refusal) {
                progress.end();
                return Err(Failure::failed(format!("the runtime does not accept it:\n{refusal}")));
            }
            if standings.len() == declared.len() && standings.iter().all(Standing::is_ready) {
                progress.end();
                Terminal::message(&format!(
                    "{} in {:.1} s",
                    "ready".style(green(look)),
                    began.elapsed().as_secs_f64()
                ));
                return Ok(Exit::Ok);
            }
            if began.elapsed() >= limit {
                progress.end();
                for standing in &standings {
                    for line in late(standing) {
                        Terminal::message(&line);
                    }
                }
                Terminal::message(&format!("not ready after {}", self.wait));
                return Ok(Exit::Late);
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
}

/// Why one is not ready.
fn late(standing: &Standing) -> Vec<String> {
    if standing.is_ready() {
        return Vec::new();
    }
    if standing.status.observed_generation.is_none() {
        return vec![format!(
            "{}/{}: no runtime has looked at it. Is `efl runtime run` running in this cluster?",
            standing.namespace, standing.name
        )];
    }
    let problems = standing.problems();
    if !problems.is_empty() {
        return problems;
    }
    let conditions = ["Placed", "Propagated", "Ready"].iter().filter_map(|ty| standing.condition(ty));
    let unmet = conditions.filter(|c| c.status != efl_compiler::spec::ConditionStatus::True);
    unmet
        .map(|c| {
            format!(
                "{}/{}: {} is not so ({}): {}",
                standing.namespace, standing.name, c.ty, c.reason, c.message
            )
        })
        .collect()
}

/// One line that is written over on a terminal; in a log a line for each change.
struct Progress {
    look: Look,
    live: bool,
    last: String,
    turn: usize,
}

impl Progress {
    fn new(look: Look) -> Self {
        Self { look, live: Terminal::is_terminal(Stream::Err), last: String::new(), turn: 0 }
    }

    fn show(&mut self, standings: &[Standing], elapsed: Duration) {
        let one = |standing: &Standing| {
            let phase = match standing.status.phase {
                Some(phase) if standing.is_observed() => format!("{phase:?}"),
                _ => "waiting for the runtime".to_owned(),
            };
            let total = standing.status.resources.len();
            let well = standing.status.resources.iter().filter(|r| r.healthy == Some(true)).count();
            let on = standing.status.selected.join(", ");
            let on = if on.is_empty() { String::new() } else { format!(" on {on}") };
            let count =
                if total == 0 { String::new() } else { format!(", {well} of {total} resources ready") };
            format!("{}{on}: {phase}{count}", standing.name)
        };
        let text = standings.iter().map(one).collect::<Vec<_>>().join("; ");
        if self.live {
            const TURNS: [char; 4] = ['-', '\\', '|', '/'];
            self.turn += 1;
            let line = format!("{} {text} ({} s)", TURNS[self.turn % TURNS.len()], elapsed.as_secs());
            let line: String = line.chars().take(self.look.width.saturating_sub(1)).collect();
            let _ = write!(io::stderr().lock(), "\r\x1b[K{line}"); // nobody looks
        } else {
            self.say(&text);
        }
    }

    /// A line, unless it is the last one again.
    fn say(&mut self, text: &str) {
        if self.last != text && !text.is_empty() {
            if !self.live {
                Terminal::message(text);
            }
            text.clone_into(&mut self.last);
        }
    }

    fn end(&self) {
        if self.live {
            let _ = write!(io::stderr().lock(), "\r\x1b[K"); // nobody looks
        }
    }
}

/// Whether a person agrees; without one to ask, the command line is the agreement.
pub(super) fn confirmed(question: &str) -> Result<bool, Failure> {
    use std::io::IsTerminal as _;
    if !Terminal::is_terminal(Stream::Err) || !io::stdin().is_terminal() {
        return Ok(true);
    }
    write!(io::stderr().lock(), "{question} [y/N] ")?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(matches!(line.trim().to_lowercase().as_str(), "y" | "yes"))
}

fn faint(look: Look) -> Style {
    if look.color { Style::new().dimmed() } else { Style::new() }
}

fn green(look: Look) -> Style {
    if look.color { Style::new().green().bold() } else { Style::new() }
}

/// What a change does, in words and fields.
fn described(one: &Declared, change: &Change, look: Look) -> String {
    let name = format!("{}/{}", one.namespace, one.name);
    let color = |style: Style| if look.color { style } else { Style::new() };
    match change {
        Change::None => format!("  {name}: no changes"),
        Change::Create => format!("{} {name}: is created", "+".style(color(Style::new().green()))),
        Change::Update(fields) => {
            let mut lines = vec![format!("{} {name}: changes", "~".style(color(Style::new().yellow())))];
            for Field { path, old, new } in fields {
                let text = |value: &Option<Value>| value.as_ref().map_or_else(|| "nothing".to_owned(), short);
                if path == "metadata.annotations.efl.dev/origins" {
                    lines.push("    the lines of its declarations".to_owned());
                } else {
                    lines.push(format!(
                        "    {path}: {} -> {}",
                        text(old).style(color(Style::new().red())),
                        text(new).style(color(Style::new().green()))
                    ));
                }
            }
            lines.join("\n")
        }
    }
}

/// A value in one line that is not too long.
fn short(value: &Value) -> String {
    const LONGEST: usize = 120;
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn json_change(one: &Declared, change: &Change) -> Value {
    let (what, fields) = match change {
        Change::Create => ("create", Vec::new()),
        Change::None => ("none", Vec::new()),
        Change::Update(fields) => {
            let field = |f: &Field| json!({ "path": f.path, "old": f.old, "new": f.new });
            ("update", fields.iter().map(field).collect())
        }
    };
    json!({ "namespace": one.namespace, "name": one.name, "change": what, "fields": fields })
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
