//! What each engine can do: one table that drives the errors, hover text and documentation.

use crate::spec::Engine;

/// A construct that not every engine has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)] // each is the construct of its name; `Support` says more
pub enum Construct {
    Where,
    Within,
    By,
    Count,
    Then,
    Absence,
    OncePer,
    SameEventTwice,
    Pairing,
    Reset,
    Context,
}

/// A row of the table.
#[derive(Debug)]
pub struct Support {
    /// The construct.
    pub construct: Construct,
    /// As it is written.
    pub text: &'static str,
    /// Why `engine: argo` does not have it; `None` when it does.
    pub argo: Option<&'static str>,
    /// Why `engine: efl` does not have it; `None` when it does.
    pub efl: Option<&'static str>,
    /// The way out.
    pub instead: &'static str,
}

/// The table, in the order of the reference.
pub const SUPPORT: &[Support] = &[
    Support {
        construct: Construct::Where,
        text: "`where` in a rule of several events",
        argo: Some(
            "Argo consumes the halves before a condition could look at them, so a match would be lost",
        ),
        efl: None,
        instead: "write `engine: efl`, or take the loss with the option `pairing: latest`, which checks the condition afterwards",
    },
    Support {
        construct: Construct::Within,
        text: "`within`",
        argo: Some("a Sensor keeps a half forever; it has no window"),
        efl: None,
        instead: "write `engine: efl`, or forget halves at fixed times with `reset: cron(\"…\")`",
    },
    Support {
        construct: Construct::By,
        text: "`by`",
        argo: Some("a Sensor has no correlation key"),
        efl: None,
        instead: "write `engine: efl`",
    },
    Support {
        construct: Construct::Count,
        text: "`count`",
        argo: Some("a Sensor keeps only the latest event of each kind"),
        efl: None,
        instead: "write `engine: efl`",
    },
    Support {
        construct: Construct::Then,
        text: "`then`",
        argo: Some("a Sensor does not know in which order events came"),
        efl: None,
        instead: "write `engine: efl`, or `and` if the order does not matter",
    },
    Support {
        construct: Construct::Absence,
        text: "`not … for`",
        argo: Some("a Sensor acts on events; it cannot notice that none came"),
        efl: None,
        instead: "write `engine: efl`",
    },
    Support {
        construct: Construct::OncePer,
        text: "`once-per`",
        argo: Some("a Sensor does not remember what it fired for"),
        efl: None,
        instead: "write `engine: efl`",
    },
    Support {
        construct: Construct::SameEventTwice,
        text: "one event twice",
        argo: Some("a Sensor keeps only the latest event of each kind, and one event would be both"),
        efl: None,
        instead: "write `engine: efl`",
    },
    Support {
        construct: Construct::Context,
        text: "a condition on `meta.id`, `meta.time` or `meta.source`",
        argo: Some("a Sensor filters by the data of an event, and those are not in it"),
        efl: None,
        instead: "write `engine: efl`, or test it in an `if` of the body",
    },
    Support { construct: Construct::Reset, text: "`reset`", argo: None, efl: None, instead: "" },
    Support {
        construct: Construct::Pairing,
        text: "`pairing: latest`",
        argo: None,
        efl: Some("the native engine checks a `where` before it consumes anything"),
        instead: "leave it out",
    },
];

/// Why an engine does not have a construct.
pub fn lacks(engine: Engine, construct: Construct) -> Option<&'static Support> {
    let row = SUPPORT.iter().find(|s| s.construct == construct)?;
    let reason = if engine == Engine::Argo { row.argo } else { row.efl };
    reason.map(|_| row)
}

/// The engine as it is written.
pub const fn name(engine: Engine) -> &'static str {
    match engine {
        Engine::Argo => "argo",
        Engine::Efl => "efl",
    }
}
