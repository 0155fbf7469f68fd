//! The `efl-testbed` command.

use clap::{Parser, Subcommand, builder::PossibleValuesParser};
use efl_testbed::{Bed, Error, Level, Load, Result, Running};
use std::{os::unix::process::CommandExt as _, path::PathBuf, process::ExitCode};

/// Real control planes on one machine: level 1 is a Kubernetes API server, level 2 Karmada with three member clusters, level 3
/// the same with nodes where pods run.
#[derive(Parser)]
#[command(name = "efl-testbed", arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Sub,
}

#[derive(Subcommand)]
enum Sub {
    /// Build or fetch the programs of a level, once.
    Build(OfLevel),
    /// Bring a bed up; nothing happens to one that is.
    Up(OfLevel),
    /// End everything and remove all state; of every level if none is given.
    Down(MaybeLevel),
    /// Say what runs, with its memory (MB) and CPU (seconds); succeeds only if all of it answers.
    Status(MaybeLevel),
    /// Print where everything is, as lines for `eval`.
    Env(MaybeLevel),
    /// Run kubectl as administrator of l1, karmada, m1, m2 or m3.
    Kubectl {
        cluster: String,
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
    /// Print the load of a member, or set it.
    Load {
        member: String,
        /// The part of its CPUs that is busy, 0 to 1.
        #[arg(long)]
        cpu: Option<f64>,
        /// The part of its memory that is used, 0 to 1.
        #[arg(long)]
        memory: Option<f64>,
    },
    /// Kill a cluster or one of its programs, as a crash would.
    Kill {
        /// CLUSTER or CLUSTER/PROGRAM, as `status` names them.
        what: String,
    },
    /// Start a cluster or one of its programs again.
    Start {
        /// CLUSTER or CLUSTER/PROGRAM, as `status` names them.
        what: String,
    },
    /// Cut a cluster off from the network.
    Unplug { cluster: String },
    /// Give a cluster its network again.
    Plug { cluster: String },
    /// Write the /proc of a member (the bed runs this).
    #[command(hide = true)]
    Node { folder: PathBuf },
    /// Tell Envoy and dnsmasq what a member serves (the bed runs this).
    #[command(hide = true)]
    Gateway { folder: PathBuf, address: String },
}

#[derive(clap::Args)]
struct OfLevel {
    #[arg(long, value_parser = PossibleValuesParser::new(["1", "2", "3"]))]
    level: String,
}

#[derive(clap::Args)]
struct MaybeLevel {
    #[arg(long, value_parser = PossibleValuesParser::new(["1", "2", "3"]))]
    level: Option<String>,
}

impl OfLevel {
    fn bed(&self) -> Result<Bed> {
        Bed::new(level(&self.level))
    }
}

impl MaybeLevel {
    /// The bed of the level that is given, else all that there are.
    fn beds(&self) -> Result<Vec<Bed>> {
        match &self.level {
            Some(number) => Ok(vec![Bed::new(level(number))?]),
            None => Bed::all(),
        }
    }
}

fn level(number: &str) -> Level {
    match number {
        "1" => Level::One,
        "2" => Level::Two,
        _ => Level::Three,
    }
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("testbed: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Sub) -> Result<ExitCode> {
    let of = |what: &str| Bed::new(Level::of(what.split('/').next().unwrap_or_default())?);
    match command {
        Sub::Build(level) => level.bed()?.build()?,
        Sub::Up(level) => level.bed()?.up()?,
        Sub::Down(level) => level.beds()?.iter().try_for_each(Bed::down)?,
        Sub::Status(level) => return status(&level.beds()?),
        Sub::Env(level) => level.beds()?.iter().try_for_each(print_env)?,
        Sub::Kubectl { cluster, words } => {
            let mut kubectl = of(&cluster)?.kubectl(&cluster)?;
            let source = kubectl.args(words).exec(); // returns only when it fails
            return Err(Error::Io { what: "kubectl".into(), source });
        }
        Sub::Load { member, cpu, memory } => {
            let bed = of(&member)?;
            let old = bed.load(&member)?;
            if cpu.is_some() || memory.is_some() {
                let load = Load { cpu: cpu.unwrap_or(old.cpu), memory: memory.unwrap_or(old.memory) };
                bed.set_load(&member, load)?;
            }
            let load = bed.load(&member)?;
            println!("{member}: cpu {} memory {}", load.cpu, load.memory);
        }
        Sub::Kill { what } => of(&what)?.kill(&what)?,
        Sub::Start { what } => of(&what)?.start(&what)?,
        Sub::Unplug { cluster } => of(&cluster)?.unplug(&cluster)?,
        Sub::Plug { cluster } => of(&cluster)?.plug(&cluster)?,
        Sub::Gateway { folder, address } => efl_testbed::run_gateway(&folder, &address),
        Sub::Node { folder } => efl_testbed::run_node(&folder)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn status(beds: &[Bed]) -> Result<ExitCode> {
    let (mut some, mut all, mut memory) = (false, true, 0.0);
    for bed in beds {
        for running in bed.status()? {
            let pid = running.pid.map_or_else(|| "-".to_owned(), |pid| pid.to_string());
            let state = match (running.pid, running.ready) {
                (None, _) => "dead",
                (Some(_), false) => "not ready",
                (Some(_), true) => "ready",
            };
            let Running { program, memory: held, cpu, .. } = &running;
            println!("{program:<38} {state:<9} pid {pid:>7}  {held:>5.0} MB  {cpu:>6.1} s");
            some = true;
            all &= running.ready;
            memory += held;
        }
    }
    println!("{}", if some { format!("{memory:.0} MB in all") } else { "down".to_owned() });
    Ok(if some && all { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print_env(bed: &Bed) -> Result<()> {
    let mut kubeconfigs = Vec::new();
    for place in bed.places()? {
        let (name, kubeconfig) = (place.cluster.to_uppercase(), place.kubeconfig.display().to_string());
        println!("export EFL_TESTBED_{name}_ADDRESS={}", place.address);
        println!("export EFL_TESTBED_{name}_KUBECONFIG={kubeconfig}");
        if let Some(prometheus) = place.prometheus {
            println!("export EFL_TESTBED_{name}_PROMETHEUS={prometheus}");
        }
        println!("export EFL_TESTBED_{name}_AUDIT={}", place.audit.display());
        kubeconfigs.push(kubeconfig);
    }
    if !kubeconfigs.is_empty() {
        println!("export KUBECONFIG={}", kubeconfigs.join(":"));
    }
    Ok(())
}
