//! A whole fleet in one pass: every pipeline is decided against the same metrics, and sees what those before it reserve.

use crate::{
    Time,
    choose::{Choice, Urgency, choose},
    decision::Decision,
    decision::Reason,
    fleet::Fleet,
    hash,
    question::Question,
    state::State,
    view::View,
};

/// Decides for one pipeline that is alone on its fleet.
pub fn decide(question: &Question, fleet: &Fleet, state: &State, now: Time) -> (Decision, State) {
    let mut answers = decide_fleet(fleet, &[(question, state)], now);
    answers.pop().expect("one question has one answer")
}

/// Decides for all pipelines of a fleet, and answers in their order. It does not matter in which order they are asked: dead
/// clusters are left first, then what is new is placed, then unfit clusters are left, then the largest gains are taken.
///
/// Give it every pipeline, also those that cannot move: their states are the fleet's reservations and its budget.
pub fn decide_fleet(fleet: &Fleet, pipelines: &[(&Question, &State)], now: Time) -> Vec<(Decision, State)> {
    let mut view = View::new(fleet, pipelines, now);
    let mut choices: Vec<Choice> = pipelines.iter().map(|(q, state)| choose(&view, q, state)).collect();
    let mut turns: Vec<usize> =
        (0..choices.len()).filter(|at| choices[*at].urgency != Urgency::Rest).collect();
    turns.sort_by(|a, b| {
        let rank = |at: usize| (choices[at].urgency, hash::rendezvous(&pipelines[at].0.name, ""));
        let ((urgency_a, hash_a), (urgency_b, hash_b)) = (rank(*a), rank(*b));
        urgency_a
            .cmp(&urgency_b)
            .then(gain(&choices[*b]).total_cmp(&gain(&choices[*a])))
            .then(hash_a.cmp(&hash_b))
            .then_with(|| pipelines[*a].0.name.cmp(&pipelines[*b].0.name))
    });
    for (turn, at) in turns.into_iter().enumerate() {
        let (question, state) = pipelines[at];
        // What the others have reserved meanwhile may have changed its mind.
        if turn > 0 {
            choices[at] = choose(&view, question, state);
        }
        let choice = &choices[at];
        if choice.decision.changed {
            view.spend(choice.moves);
            view.reserve(question, &state.selected, &choice.state.selected);
        }
    }
    choices.into_iter().map(|choice| (choice.decision, choice.state)).collect()
}

/// By how much of the score a pipeline would be better off.
fn gain(choice: &Choice) -> f64 {
    match choice.decision.reason {
        Reason::Better { gain, .. } => gain,
        _ => 0.0,
    }
}
