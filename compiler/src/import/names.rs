//! Names of Kubernetes and Argo as names of EFL: kebab-case, told apart, and short enough for what they become.

use crate::ir::print::RESERVED;
use std::collections::BTreeSet;

/// Words that say nothing about what a thing is for: the first to go when a name is too long.
const FILLERS: [&str; 13] = [
    "trigger",
    "workflow",
    "sensor",
    "eventsource",
    "eventbus",
    "event",
    "events",
    "source",
    "argo",
    "template",
    "dep",
    "dependency",
    "k8s",
];
/// Words of event logic that no event can be called.
const LOGIC: [&str; 8] = ["count", "within", "by", "where", "then", "as", "for", "meta"];

/// A name in kebab-case that begins with a letter: `myEvent_1` is `my-event-1`, `3rd` is `n-3rd`.
pub(super) fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    let mut lower_before = false;
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() {
            lower_before = false;
            if !kebab.is_empty() && !kebab.ends_with('-') {
                kebab.push('-');
            }
            continue;
        }
        if c.is_ascii_uppercase() && lower_before {
            kebab.push('-');
        }
        lower_before = c.is_ascii_lowercase() || c.is_ascii_digit();
        kebab.push(c.to_ascii_lowercase());
    }
    let kebab = kebab.trim_end_matches('-');
    match kebab.chars().next() {
        None => "unnamed".to_owned(),
        Some(c) if c.is_ascii_digit() => format!("n-{kebab}"),
        Some(_) if RESERVED.contains(&kebab) || LOGIC.contains(&kebab) => format!("{kebab}-event"),
        Some(_) => kebab.to_owned(),
    }
}

/// A name of at most so many bytes: words that say nothing go first, then the last ones, then letters.
pub(super) fn shortened(name: &str, limit: usize) -> String {
    let mut words: Vec<&str> = name.split('-').filter(|word| !word.is_empty()).collect();
    let length = |words: &[&str]| words.iter().map(|word| word.len() + 1).sum::<usize>().saturating_sub(1);
    while length(&words) > limit && words.len() > 1 {
        let filler = words.iter().rposition(|word| FILLERS.contains(word));
        words.remove(filler.unwrap_or(words.len() - 1));
    }
    let mut name = words.join("-");
    name.truncate(limit);
    name.trim_end_matches('-').to_owned()
}

/// Names that are taken in one scope.
#[derive(Clone, Default, Debug)]
pub(super) struct Taken(BTreeSet<String>);

impl Taken {
    /// Whether a name is taken.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// Takes a name as it is.
    pub(super) fn take(&mut self, name: &str) {
        self.0.insert(name.to_owned());
    }

    /// A name like the wanted one, of at most so many bytes, that nothing else has yet.
    pub(super) fn fresh(&mut self, wanted: &str, limit: usize) -> String {
        let base = shortened(&kebab(wanted), limit);
        let mut name = base.clone();
        for n in 2.. {
            if self.0.insert(name.clone()) {
                break;
            }
            let suffix = format!("-{n}");
            name = shortened(&base, limit.saturating_sub(suffix.len())) + &suffix;
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::{Taken, kebab, shortened};

    #[test]
    fn any_name_becomes_one_of_efl() {
        for (name, expected) in [
            ("roadside", "roadside"),
            ("myEvent_1", "my-event-1"),
            ("HTTPServer", "httpserver"),
            ("a.b/c", "a-b-c"),
            ("--x--", "x"),
            ("3rd", "n-3rd"),
            ("é", "unnamed"),
            ("in", "in-event"),
            ("count", "count-event"),
        ] {
            assert_eq!(kebab(name), expected);
        }
    }

    #[test]
    fn a_long_name_loses_what_says_least() {
        assert_eq!(shortened("webhook-workflow-trigger", 24), "webhook-workflow-trigger");
        assert_eq!(shortened("webhook-workflow-trigger", 20), "webhook-workflow");
        assert_eq!(shortened("special-workflow-trigger-shortened", 18), "special-shortened");
        assert_eq!(shortened("one-two-three", 8), "one-two");
        assert_eq!(shortened("extraordinary", 5), "extra");
    }

    #[test]
    fn names_are_told_apart() {
        let mut taken = Taken::default();
        let names: Vec<String> = (0..3).map(|_| taken.fresh("alarm_bell", 10)).collect();
        assert_eq!(names, ["alarm-bell", "alarm-2", "alarm-3"]);
    }
}
