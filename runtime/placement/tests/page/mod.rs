//! `docs/guide/placement.md`: its tables and pictures are what the simulator makes.
//! `EFL_WRITE_PAGE=1 cargo test -p efl-placement --test simulation page` writes them.

use crate::{RUNS, SLOW, seeds, short};
use efl_placement::sim::{Contender, Outcome, Scenario, Summary, chart};
use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

const BEGIN: &str = "<!-- simulation: begin -->\n";
const END: &str = "<!-- simulation: end -->\n";

#[test]
fn the_page_is_fresh() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let page = docs.join("guide/placement.md");
    let text = fs::read_to_string(&page).expect("the page");
    let (before, rest) = text.split_once(BEGIN).expect("where it begins");
    let (_, after) = rest.split_once(END).expect("where it ends");
    let mut fresh: Vec<(PathBuf, String)> =
        vec![(page, format!("{before}{BEGIN}{}{}{END}{after}", Scenario::ALL.map(section).concat(), slow()))];
    fresh.extend(
        Scenario::ALL.map(|scenario| (docs.join("pictures").join(picture(scenario)), draw(scenario))),
    );
    assert_eq!(RUNS.len(), Scenario::ALL.len() * Contender::ALL.len());
    let mut stale = Vec::new();
    for (path, text) in fresh {
        if std::env::var_os("EFL_WRITE_PAGE").is_some() {
            fs::write(&path, text).expect("a file");
        } else if fs::read_to_string(&path).ok().as_ref() != Some(&text) {
            stale.push(path);
        }
    }
    assert!(stale.is_empty(), "stale, and EFL_WRITE_PAGE=1 writes it: {stale:?}");
}

fn picture(scenario: Scenario) -> String {
    format!("placement-{}.svg", scenario.name())
}

/// The runs with the first seed.
fn draw(scenario: Scenario) -> String {
    let runs: Vec<&Outcome> =
        Contender::ALL.iter().map(|contender| &seeds(scenario, *contender)[0]).collect();
    chart(&runs)
}

fn section(scenario: Scenario) -> String {
    let mut text = format!("\n### {}\n\n{}.\n\n", title(scenario), capital(scenario.about()));
    let _ = writeln!(text, "| {} |", Summary::HEADINGS.join(" | "));
    let _ = writeln!(text, "|---|{}", "---:|".repeat(Summary::HEADINGS.len() - 1));
    for contender in Contender::ALL {
        let summary = Summary::of(seeds(scenario, contender)).expect("there are runs");
        let _ = writeln!(text, "| {} |", summary.cells().join(" | "));
    }
    let _ = writeln!(text, "\n![{}](../pictures/{})", scenario.about(), picture(scenario));
    text
}

/// The engine in slower worlds: moves in an hour, the mean and the most of all seeds.
fn slow() -> String {
    let mut text = String::from(
        "\n### Slower worlds\n\nMetrics that are the mean of a longer time, and moves that take time, in which both clusters \
         carry the pipeline. Moves of\n`balanced` in an hour: the mean, and the most of the seeds 1 to 10.\n\n",
    );
    let names: Vec<&str> = short().map(Scenario::name).collect();
    let _ = writeln!(text, "| | {} |\n|---|{}", names.join(" | "), "---:|".repeat(names.len()));
    let usual: Vec<Vec<Outcome>> = short().map(|s| seeds(s, Contender::Balanced).to_vec()).collect();
    for (name, scenarios) in [("as above", &usual)].into_iter().chain(SLOW.iter().map(|(name, s)| (*name, s)))
    {
        let cell = |runs: &Vec<Outcome>| {
            let mean = Summary::of(runs).expect("there are runs").moves_per_hour;
            let most = runs.iter().map(|run| run.moves_per_hour).fold(0.0, f64::max);
            format!("{mean:.1}, {most:.1}")
        };
        let _ = writeln!(text, "| {name} | {} |", scenarios.iter().map(cell).collect::<Vec<_>>().join(" | "));
    }
    text
}

fn title(scenario: Scenario) -> String {
    capital(scenario.name())
}

fn capital(text: &str) -> String {
    let (first, rest) = text.split_at(1);
    first.to_uppercase() + rest
}
