//! Conditions that keep the time of their last change.

use efl_compiler::spec::{Condition, ConditionStatus};

/// The conditions of a new status, with the times of the ones that are the same in the old.
pub struct Conditions<'o> {
    old: &'o [Condition],
    generation: Option<i64>,
    now: String,
    new: Vec<Condition>,
}

impl<'o> Conditions<'o> {
    /// None yet.
    pub fn new(old: &'o [Condition], generation: Option<i64>, now: String) -> Self {
        Self { old, generation, now, new: Vec::new() }
    }

    /// Adds one.
    pub fn set(&mut self, ty: &str, status: ConditionStatus, reason: &str, message: impl Into<String>) {
        let known = self.old.iter().find(|c| c.ty == ty && c.status == status);
        self.new.push(Condition {
            ty: ty.to_owned(),
            status,
            observed_generation: self.generation,
            last_transition_time: known.map_or_else(|| self.now.clone(), |c| c.last_transition_time.clone()),
            reason: reason.to_owned(),
            message: clipped(message.into(), 4_000),
        });
    }

    /// Adds one that holds or not.
    pub fn is(&mut self, ty: &str, holds: bool, reason: &str, message: impl Into<String>) {
        self.set(ty, if holds { ConditionStatus::True } else { ConditionStatus::False }, reason, message);
    }

    /// Those of an old status that are not about what is written now.
    pub fn keep(&mut self, ty: &str) {
        self.new.extend(self.old.iter().find(|c| c.ty == ty).cloned());
    }

    /// All of them.
    pub fn done(self) -> Vec<Condition> {
        self.new
    }
}

/// A text that is not longer than a field of a status allows.
pub fn clipped(mut text: String, most: usize) -> String {
    if text.len() > most {
        let end = (0..=most - 4).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}

/// Now, as Kubernetes writes it.
pub fn now() -> String {
    in_seconds(jiff::Timestamp::now())
}

/// A time, as Kubernetes writes it.
pub fn in_seconds(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
