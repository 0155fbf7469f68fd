//! Sets of values: which values of a term are still possible.

#![allow(clippy::float_cmp)] // the ends of intervals are compared exactly

use crate::{
    eval::{pattern, timestamp},
    ir::Op,
};
use std::collections::BTreeSet;

/// A set of values, by kind.
#[allow(clippy::struct_excessive_bools)] // four kinds of one or two values each
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Domain {
    /// A type error in place of a value.
    pub(super) error: bool,
    pub(super) null: bool,
    pub(super) yes: bool,
    pub(super) no: bool,
    pub(super) numbers: Numbers,
    pub(super) texts: Texts,
    /// Lists and records.
    pub(super) structures: bool,
}

impl Domain {
    pub(super) fn none() -> Self {
        let (numbers, texts) = (Numbers::none(), Texts::none());
        Self { error: false, null: false, yes: false, no: false, numbers, texts, structures: false }
    }

    /// Every value; not an error.
    pub(super) fn values() -> Self {
        let (numbers, texts) = (Numbers::all(), Texts::all());
        Self { error: false, null: true, yes: true, no: true, numbers, texts, structures: true }
    }

    pub(super) fn null() -> Self {
        Self { null: true, ..Self::none() }
    }

    pub(super) fn flag(flag: bool) -> Self {
        Self { yes: flag, no: !flag, ..Self::none() }
    }

    pub(super) fn numbers(numbers: Numbers) -> Self {
        Self { numbers, ..Self::none() }
    }

    pub(super) fn texts(texts: Texts) -> Self {
        Self { texts, ..Self::none() }
    }

    pub(super) fn structures() -> Self {
        Self { structures: true, ..Self::none() }
    }

    /// What is in `self` or `other`. Not for texts with tests in both.
    pub(super) fn union(mut self, other: Self) -> Self {
        self.error |= other.error;
        self.null |= other.null;
        self.yes |= other.yes;
        self.no |= other.no;
        self.structures |= other.structures;
        self.numbers = self.numbers.union(other.numbers);
        self.texts = self.texts.union(other.texts);
        self
    }

    pub(super) fn intersect(&self, other: &Self) -> Self {
        Self {
            error: self.error && other.error,
            null: self.null && other.null,
            yes: self.yes && other.yes,
            no: self.no && other.no,
            numbers: self.numbers.intersect(&other.numbers),
            texts: self.texts.intersect(&other.texts),
            structures: self.structures && other.structures,
        }
    }

    /// Every value that is not in it. For texts without tests.
    pub(super) fn complement(&self) -> Self {
        Self {
            error: false,
            null: !self.null,
            yes: !self.yes,
            no: !self.no,
            numbers: self.numbers.complement(),
            texts: self.texts.complement(),
            structures: !self.structures,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        !(self.error || self.null || self.yes || self.no || self.structures)
            && self.numbers.is_empty()
            && self.texts.is_empty()
    }

    /// Whether [`Self::is_empty`] would have noticed that it is.
    pub(super) fn is_exact(&self) -> bool {
        let without_texts = Self { texts: Texts::none(), ..self.clone() };
        !self.texts.others || self.texts.tests.is_empty() || !without_texts.is_empty()
    }
}

/// Sets of numbers: intervals that do not touch, in order.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Numbers {
    intervals: Vec<Interval>,
    /// Whole numbers only.
    whole: bool,
}

/// The numbers between two ends.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Interval {
    low: End,
    high: End,
}

/// An end of an interval; infinite ones are open.
#[derive(Clone, Copy, PartialEq, Debug)]
struct End {
    at: f64,
    closed: bool,
}

impl Interval {
    const ALL: Self = Self {
        low: End { at: f64::NEG_INFINITY, closed: false },
        high: End { at: f64::INFINITY, closed: false },
    };

    fn intersect(self, other: Self) -> Self {
        let lower = |a: End, b: End| if b.at > a.at || (b.at == a.at && !b.closed) { b } else { a };
        let upper = |a: End, b: End| if b.at < a.at || (b.at == a.at && !b.closed) { b } else { a };
        Self { low: lower(self.low, other.low), high: upper(self.high, other.high) }
    }

    fn is_empty(self, whole: bool) -> bool {
        let Self { low, high } = if whole { self.tightened() } else { self };
        low.at > high.at || (low.at == high.at && !(low.closed && high.closed))
    }

    /// With ends that are whole numbers themselves.
    fn tightened(self) -> Self {
        let step = |end: End, rounded: f64, inward: f64| match end {
            End { at, .. } if !at.is_finite() => end,
            End { at, closed: false } if at == rounded => End { at: at + inward, closed: true },
            _ => End { at: rounded, closed: true },
        };
        Self {
            low: step(self.low, self.low.at.ceil(), 1.0),
            high: step(self.high, self.high.at.floor(), -1.0),
        }
    }
}

impl Numbers {
    fn none() -> Self {
        Self { intervals: Vec::new(), whole: false }
    }

    pub(super) fn all() -> Self {
        Self { intervals: vec![Interval::ALL], whole: false }
    }

    pub(super) fn whole() -> Self {
        Self { whole: true, ..Self::all() }
    }

    pub(super) fn one(at: f64) -> Self {
        let end = End { at, closed: true };
        Self { intervals: vec![Interval { low: end, high: end }], whole: false }
    }

    /// Those that compare so with a number: [`Op::Lt`], [`Op::Le`], [`Op::Gt`], [`Op::Ge`].
    pub(super) fn that(op: Op, at: f64) -> Self {
        let end = End { at, closed: matches!(op, Op::Le | Op::Ge) };
        let interval = match op {
            Op::Lt | Op::Le => Interval { high: end, ..Interval::ALL },
            _ => Interval { low: end, ..Interval::ALL },
        };
        Self { intervals: vec![interval], whole: false }
    }

    fn union(self, other: Self) -> Self {
        match (self.intervals.is_empty(), other.intervals.is_empty()) {
            (true, _) => other,
            (_, true) => self,
            // By De Morgan; both are small.
            _ => {
                let whole = self.whole && other.whole;
                Self { whole, ..self.complement().intersect(&other.complement()).complement() }
            }
        }
    }

    fn intersect(&self, other: &Self) -> Self {
        let pairs = self.intervals.iter().flat_map(|a| other.intervals.iter().map(|b| a.intersect(*b)));
        let whole = self.whole || other.whole;
        Self { intervals: pairs.filter(|interval| !interval.is_empty(whole)).collect(), whole }
    }

    /// The others, whole or not.
    fn complement(&self) -> Self {
        let mut intervals = Vec::new();
        let mut low = Interval::ALL.low;
        for interval in &self.intervals {
            let high = End { at: interval.low.at, closed: !interval.low.closed };
            intervals.push(Interval { low, high });
            low = End { at: interval.high.at, closed: !interval.high.closed };
        }
        intervals.push(Interval { low, high: Interval::ALL.high });
        intervals.retain(|interval| !interval.is_empty(false));
        Self { intervals, whole: false }
    }

    fn is_empty(&self) -> bool {
        self.intervals.iter().all(|interval| interval.is_empty(self.whole))
    }
}

/// Sets of texts: some, or all but some, and of these only those that pass each test.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Texts {
    listed: BTreeSet<String>,
    /// All but those listed.
    others: bool,
    tests: Vec<Test>,
}

/// A question about a text with the answer that is asked for.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Test {
    pub(super) about: About,
    pub(super) answer: bool,
}

/// A question about a text.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum About {
    StartsWith(String),
    EndsWith(String),
    Contains(String),
    Matches(String),
    /// Whether it is a timestamp, and one that compares so with an instant.
    Time(Option<(Op, timestamp::Instant)>),
}

impl About {
    fn holds(&self, text: &str) -> bool {
        match self {
            About::StartsWith(part) => text.starts_with(part),
            About::EndsWith(part) => text.ends_with(part),
            About::Contains(part) => text.contains(part),
            About::Matches(re) => pattern::matches(re, text).unwrap_or(false),
            About::Time(None) => timestamp::parse(text).is_some(),
            About::Time(Some((op, at))) => timestamp::parse(text).is_some_and(|instant| match op {
                Op::Lt => instant < *at,
                Op::Le => instant <= *at,
                Op::Gt => instant > *at,
                _ => instant >= *at,
            }),
        }
    }
}

impl Texts {
    fn none() -> Self {
        Self { listed: BTreeSet::new(), others: false, tests: Vec::new() }
    }

    pub(super) fn all() -> Self {
        Self { others: true, ..Self::none() }
    }

    pub(super) fn one(text: &str) -> Self {
        Self { listed: BTreeSet::from([text.to_owned()]), ..Self::none() }
    }

    pub(super) fn that(about: About, answer: bool) -> Self {
        Self { tests: vec![Test { about, answer }], ..Self::all() }
    }

    fn union(mut self, other: Self) -> Self {
        debug_assert!(
            self.tests.is_empty() || other == Self::none() || self == other,
            "tests cannot be united"
        );
        if self == Self::none() {
            return other;
        }
        if other == Self::none() {
            return self;
        }
        self.listed = match (self.others, other.others) {
            (false, false) => &self.listed | &other.listed,
            (true, true) => &self.listed & &other.listed,
            (true, false) => &self.listed - &other.listed,
            (false, true) => &other.listed - &self.listed,
        };
        self.others |= other.others;
        self
    }

    fn intersect(&self, other: &Self) -> Self {
        let listed = match (self.others, other.others) {
            (false, false) => &self.listed & &other.listed,
            (true, true) => &self.listed | &other.listed,
            (false, true) => &self.listed - &other.listed,
            (true, false) => &other.listed - &self.listed,
        };
        let mut tests = self.tests.clone();
        tests.extend(other.tests.iter().filter(|test| !self.tests.contains(test)).cloned());
        let mut found = Self { listed, others: self.others && other.others, tests };
        if !found.others {
            let tests = std::mem::take(&mut found.tests);
            found.listed.retain(|text| tests.iter().all(|test| test.about.holds(text) == test.answer));
        }
        found
    }

    fn complement(&self) -> Self {
        debug_assert!(self.tests.is_empty(), "a test is turned around where it is made");
        Self { listed: self.listed.clone(), others: !self.others, tests: Vec::new() }
    }

    fn is_empty(&self) -> bool {
        if self.others { self.tests_exclude_each_other() } else { self.listed.is_empty() }
    }

    fn tests_exclude_each_other(&self) -> bool {
        let pairs =
            self.tests.iter().enumerate().flat_map(|(i, a)| self.tests[i + 1..].iter().map(move |b| (a, b)));
        pairs.into_iter().any(|(a, b)| excludes(a, b) || excludes(b, a)) || self.no_time_left()
    }

    /// Whether there is no instant that satisfies every test of the time.
    fn no_time_left(&self) -> bool {
        let of_time = |test: &Test| {
            if let About::Time(bound) = &test.about { Some((*bound, test.answer)) } else { None }
        };
        let tests: Vec<_> = self.tests.iter().filter_map(of_time).collect();
        if !tests.iter().any(|(_, answer)| *answer) {
            return false;
        }
        if tests.contains(&(None, false)) {
            return true;
        }
        let bounds = tests.iter().filter_map(|(bound, answer)| {
            bound.map(|(op, at)| (if *answer { op } else { opposite(op) }, at))
        });
        let (upper, lower): (Vec<_>, Vec<_>) = bounds.partition(|(op, _)| matches!(op, Op::Lt | Op::Le));
        upper.iter().any(|(less, high)| {
            let strict = |greater: &Op| *less == Op::Lt || *greater == Op::Gt;
            lower.iter().any(|(greater, low)| low > high || (low == high && strict(greater)))
        })
    }
}

/// The comparison that holds exactly where this one does not.
pub(super) fn opposite(op: Op) -> Op {
    match op {
        Op::Lt => Op::Ge,
        Op::Le => Op::Gt,
        Op::Gt => Op::Le,
        Op::Ge => Op::Lt,
        other => other,
    }
}

/// Whether a text that passes `a` cannot pass `b`.
fn excludes(a: &Test, b: &Test) -> bool {
    if a.about == b.about {
        return a.answer != b.answer;
    }
    match (&a.about, a.answer, &b.about, b.answer) {
        (About::StartsWith(x), true, About::StartsWith(y), true) => !x.starts_with(y) && !y.starts_with(x),
        (About::EndsWith(x), true, About::EndsWith(y), true) => !x.ends_with(y) && !y.ends_with(x),
        (About::StartsWith(x), true, About::StartsWith(y), false) => x.starts_with(y),
        (About::EndsWith(x), true, About::EndsWith(y), false) => x.ends_with(y),
        (About::StartsWith(x) | About::EndsWith(x) | About::Contains(x), true, About::Contains(y), false) => {
            x.contains(y)
        }
        _ => false,
    }
}
