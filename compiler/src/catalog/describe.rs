//! What a field takes, in words: for messages, hover and the reference.

use super::{Encode, FieldType};
use crate::units::Duration;
use std::fmt;

impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldType::Text { max: 0 } => f.write_str("text"),
            FieldType::Text { max } => write!(f, "text of at most {max} bytes"),
            FieldType::Pattern { what, .. } => f.write_str(what),
            FieldType::Url { schemes: [] } => f.write_str("a URL"),
            FieldType::Url { schemes } => {
                f.write_str("a URL with ")?;
                alternatives(f, schemes.iter().map(|scheme| format!("`{scheme}://`")))
            }
            FieldType::HttpPath => f.write_str("a path that begins with `/`"),
            FieldType::Cron => f.write_str("a cron expression of five fields"),
            FieldType::Timezone => f.write_str("an IANA time zone such as `Europe/Lisbon`"),
            FieldType::DnsLabel => f.write_str("a Kubernetes name"),
            FieldType::PromQl => f.write_str("a PromQL query"),
            FieldType::Bool => f.write_str("`true` or `false`"),
            FieldType::Int { min, max } => {
                f.write_str("a whole number")?;
                bounds(f, *min, *max, i64::from(i32::MAX))
            }
            FieldType::Number { min, max } => {
                f.write_str("a number")?;
                bounds(f, *min, *max, f64::MAX)
            }
            FieldType::Duration { min, max } => {
                f.write_str("a duration")?;
                match (*min, *max) {
                    (0, u64::MAX) => Ok(()),
                    (min, u64::MAX) => write!(f, " of at least {}", Duration(min)),
                    (min, max) => write!(f, " from {} to {}", Duration(min), Duration(max)),
                }
            }
            FieldType::Cpu => f.write_str("cores such as `100m` or `2`"),
            FieldType::Bytes => f.write_str("bytes such as `64Mi`"),
            FieldType::Percent => f.write_str("a percentage such as `80%`"),
            FieldType::Rate => f.write_str("a rate such as `10/s`"),
            FieldType::Word(words) => alternatives(f, words.iter().map(|word| format!("`{word}`"))),
            FieldType::Secret => f.write_str("`secret(\"name\", \"key\")`"),
            FieldType::Config => f.write_str("`config(\"name\", \"key\")`"),
            FieldType::EnvValue => f.write_str("text, `secret(…)` or `config(…)`"),
            FieldType::Range { of, single: true } => write!(f, "`a..b` or one value, each {of}"),
            FieldType::Range { of, single: false } => write!(f, "`a..b`, each {of}"),
            FieldType::List(of) => write!(f, "a list, each {of}"),
            FieldType::Map(of) => write!(f, "`{{ key: value }}`, each value {of}"),
            FieldType::Record(block) => {
                let fields: Vec<_> = block.fields.iter().map(|field| field.name).collect();
                write!(f, "`{{ {} }}`", fields.join(", "))
            }
            FieldType::Cluster => f.write_str("a cluster"),
            FieldType::Function => f.write_str("a function"),
            FieldType::Bus => f.write_str("a bus"),
            FieldType::Any => f.write_str("any value"),
            FieldType::OneOf(types) => alternatives(f, types.iter().map(ToString::to_string)),
            FieldType::Retry => f.write_str("`N backoff a..b`"),
            FieldType::OncePer => f.write_str("`FIELD every DURATION`"),
            FieldType::Reset => {
                f.write_str("`cron(\"…\")`, with a time zone as its second argument if need be")
            }
        }
    }
}

impl Encode {
    /// What becomes of the value upstream, where that is not plain to see.
    pub const fn note(self) -> Option<&'static str> {
        match self {
            Encode::Text => Some("as text"),
            Encode::Seconds => Some("in seconds"),
            Encode::Joined => Some("joined by commas"),
            Encode::Bytes => Some("in bytes"),
            Encode::Upper => Some("in upper case"),
            Encode::UpperPiped => Some("in upper case, joined by `|`"),
            Encode::ExDates => Some("as `EXDATE:…`"),
            Encode::Plain
            | Encode::GoDuration
            | Encode::SecretKey
            | Encode::ConfigKey
            | Encode::ValueFrom => None,
        }
    }
}

/// " from 1 to 5", " of at least 1".
fn bounds<T: PartialOrd + fmt::Display + Copy>(
    f: &mut fmt::Formatter<'_>,
    min: T,
    max: T,
    unbounded: T,
) -> fmt::Result {
    if max < unbounded { write!(f, " from {min} to {max}") } else { write!(f, " of at least {min}") }
}

/// "a, b or c".
fn alternatives(f: &mut fmt::Formatter<'_>, texts: impl Iterator<Item = String>) -> fmt::Result {
    let texts: Vec<String> = texts.collect();
    match texts.split_last() {
        None => Ok(()),
        Some((only, [])) => f.write_str(only),
        Some((last, rest)) => write!(f, "{} or {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_reads_as_a_person_would_say_it() {
        for (ty, words) in [
            (FieldType::TEXT, "text"),
            (FieldType::PORT, "a whole number from 1 to 65535"),
            (FieldType::POSITIVE, "a whole number of at least 1"),
            (FieldType::Int { min: -1, max: i64::MAX }, "a whole number of at least -1"),
            (FieldType::Number { min: 0.01, max: f64::MAX }, "a number of at least 0.01"),
            (FieldType::Duration { min: 6_000, max: 3_600_000 }, "a duration from 6s to 1h"),
            (FieldType::Duration { min: 1_000, max: u64::MAX }, "a duration of at least 1s"),
            (FieldType::TIME, "a duration"),
            (FieldType::Word(&["argo", "efl"]), "`argo` or `efl`"),
            (FieldType::Url { schemes: &["http", "https"] }, "a URL with `http://` or `https://`"),
            (FieldType::TEXTS, "a list, each text"),
            (
                FieldType::Range { of: &FieldType::Cpu, single: true },
                "`a..b` or one value, each cores such as `100m` or `2`",
            ),
        ] {
            assert_eq!(ty.to_string(), words);
        }
    }
}
