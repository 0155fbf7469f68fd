//! Runs as one SVG file that needs nothing else: the loads of the clusters over time and, below them, the moves. It follows
//! the light or dark setting of whoever looks at it.

use super::{Outcome, scenario::PERIOD};
use std::fmt::Write as _;

const STYLE: &str = include_str!("chart.css");
const WIDTH: f64 = 720.0;
/// Left of the plot, for what stands at its lines.
const LEFT: f64 = 48.0;
const RIGHT: f64 = 12.0;
/// Above a plot, for its title; the plot; between the plot and the moves; the moves; below, for the hours.
const TITLE: f64 = 24.0;
const PLOT: f64 = 84.0;
const GAP: f64 = 8.0;
const MOVES: f64 = 14.0;
const BELOW: f64 = 22.0;
const PANEL: f64 = TITLE + PLOT + GAP + MOVES + BELOW;
/// The load at the upper edge; what is above is cut off.
const TOP: f64 = 1.25;
/// So many moves in a column fill the strip; the height is logarithmic.
const MANY: f64 = 64.0;

/// A panel for each run, one below the other.
pub fn chart(outcomes: &[&Outcome]) -> String {
    let panels = u32::try_from(outcomes.len()).map_or(0.0, f64::from);
    let height = panels * PANEL + 8.0;
    let mut out = String::new();
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"efl\" role=\"img\" width=\"{WIDTH}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {WIDTH} {height:.0}\">\n<title>Loads of clusters and moves of pipelines</title>\n\
         <style>\n{STYLE}</style>\n<defs><clipPath id=\"plot\"><rect x=\"0\" y=\"0\" width=\"{:.0}\" height=\"{PLOT}\"/>\
         </clipPath></defs>\n<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n",
        plot_width()
    );
    for (outcome, at) in outcomes.iter().zip(0_u32..) {
        panel(&mut out, outcome, f64::from(at) * PANEL + 4.0);
    }
    out.push_str("</svg>\n");
    out
}

const fn plot_width() -> f64 {
    WIDTH - LEFT - RIGHT
}

fn panel(out: &mut String, outcome: &Outcome, y: f64) {
    let _ = write!(
        out,
        "<g transform=\"translate({LEFT} {y:.0})\">\n<text class=\"title\" y=\"16\">{} · {}</text>\
         <text class=\"note\" x=\"{:.0}\" y=\"16\" text-anchor=\"end\">{}</text>\n<g transform=\"translate(0 {TITLE})\">\n",
        outcome.scenario.name(),
        outcome.strategy.name(),
        plot_width(),
        note(outcome)
    );
    for load in [0.0, 0.5, 1.0] {
        let at = height(load);
        let _ = writeln!(
            out,
            "<path class=\"grid\" d=\"M0 {at:.1}H{:.0}\"/><text class=\"mark\" x=\"-6\" y=\"{:.1}\" text-anchor=\"end\">{:.0}%</text>",
            plot_width(),
            at + 3.5,
            load * 100.0
        );
    }
    hours(out, outcome);
    out.push_str("<g clip-path=\"url(#plot)\">\n");
    let lines = outcome.trace.loads.len();
    // Of many clusters only the last one is told apart: the newcomer.
    let class = |line: usize| match (lines, line) {
        (..=3, line) => ["a", "b", "c"][line],
        (lines, line) if line + 1 == lines => "a",
        _ => "many",
    };
    for (line, loads) in outcome.trace.loads.iter().enumerate() {
        let _ =
            writeln!(out, "<polyline class=\"load {}\" points=\"{}\"/>", class(line), points(loads, lines));
    }
    out.push_str("</g>\n");
    moves(out, outcome);
    out.push_str("</g>\n</g>\n");
}

fn note(outcome: &Outcome) -> String {
    let moves = match outcome.moves {
        0 => "no move".to_owned(),
        1 => "1 move".to_owned(),
        moves => format!("{moves} moves"),
    };
    format!("{moves}, imbalance {:.3}", outcome.imbalance)
}

/// A line at the event and a mark at each hour, of a day at each sixth.
fn hours(out: &mut String, outcome: &Outcome) {
    let periods = outcome.scenario.periods();
    let (hour, bottom) = (3_600 / PERIOD, PLOT + GAP + MOVES);
    let step = if periods > 6 * hour { 6 } else { 1 };
    for at in (0..=periods / hour).step_by(step) {
        let x = plot_width() * part(at * hour, periods);
        let anchor = if at * hour == periods { "end" } else { "middle" };
        let _ = writeln!(
            out,
            "<text class=\"mark\" x=\"{x:.0}\" y=\"{:.0}\" text-anchor=\"{anchor}\">{at} h</text>",
            bottom + 13.0
        );
    }
    if let Some(event) = outcome.scenario.event() {
        let x = plot_width() * part(event, periods);
        let _ = writeln!(out, "<path class=\"event\" d=\"M{x:.0} 0V{bottom:.0}\"/>");
    }
}

/// A line, drawn through the least and the most of each column, so that what swings is seen to swing.
fn points(loads: &[Option<f64>], lines: usize) -> String {
    let columns = if lines > 3 { 60 } else { 120 };
    let size = loads.len().div_ceil(columns).max(2);
    let mut points = String::new();
    for (column, chunk) in loads.chunks(size).enumerate() {
        let known = || chunk.iter().enumerate().filter_map(|(at, load)| Some((at, (*load)?)));
        let least = known().min_by(|a, b| a.1.total_cmp(&b.1));
        let most = known().max_by(|a, b| a.1.total_cmp(&b.1));
        let (Some(least), Some(most)) = (least, most) else { continue };
        let (first, second) = if least.0 <= most.0 { (least, most) } else { (most, least) };
        for (at, load) in [first, second] {
            let x = plot_width() * part((column * size + at) as u64, loads.len() as u64);
            let _ = write!(points, "{x:.0},{:.0} ", height(load.min(2.0 * TOP)));
        }
    }
    points.truncate(points.trim_end().len());
    points
}

/// How many pipelines moved, a column for each piece of time.
fn moves(out: &mut String, outcome: &Outcome) {
    let moves = &outcome.trace.moves;
    let size = moves.len().div_ceil(240);
    let mut path = String::new();
    for (column, chunk) in moves.chunks(size).enumerate() {
        let sum = u32::try_from(chunk.iter().sum::<usize>()).map_or(MANY, f64::from);
        if sum > 0.0 {
            let x = plot_width() * part((column * size) as u64, moves.len() as u64);
            let tall = (MOVES * (1.0 + sum).ln() / (1.0 + MANY).ln()).min(MOVES);
            let _ = write!(path, "M{x:.0} {:.0}v-{:.0}", PLOT + GAP + MOVES, tall.max(4.0));
        }
    }
    let _ = writeln!(
        out,
        "<rect class=\"strip\" y=\"{:.0}\" width=\"{:.0}\" height=\"{MOVES}\"/><path class=\"moves\" d=\"{path}\"/>\
         <text class=\"mark\" x=\"-6\" y=\"{:.1}\" text-anchor=\"end\">moves</text>",
        PLOT + GAP,
        plot_width(),
        PLOT + GAP + MOVES / 2.0 + 3.5
    );
}

/// How far below the upper edge a load is.
fn height(load: f64) -> f64 {
    PLOT * (1.0 - load / TOP)
}

#[allow(clippy::cast_precision_loss)] // periods of a day
fn part(of: u64, all: u64) -> f64 {
    of as f64 / all as f64
}
