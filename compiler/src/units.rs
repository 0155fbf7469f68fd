//! Durations, quantities and rates: numbers with a unit, exact, with one canonical way to write each.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{borrow::Cow, fmt, str::FromStr};

/// A length of time in whole milliseconds, written `500ms`, `10s`, `5m`, `2h`, `7d`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Duration(pub u64);

/// The units of a duration and their milliseconds, longest first.
pub const DURATION_UNITS: [(&str, u64); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

impl Duration {
    /// A whole number of seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds * 1_000)
    }

    /// The length in seconds, rounded up: for targets that count whole seconds.
    pub const fn as_secs_ceil(self) -> u64 {
        self.0.div_ceil(1_000)
    }

    /// As Go's `time.ParseDuration` reads it (which knows no `d`): `168h`, `10s`, `500ms`.
    pub fn to_go(self) -> String {
        let (unit, size) =
            DURATION_UNITS[1..].iter().find(|(_, size)| self.0.is_multiple_of(*size)).unwrap_or(&("ms", 1));
        format!("{}{unit}", self.0 / size)
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let (unit, size) =
            DURATION_UNITS.iter().find(|(_, size)| self.0.is_multiple_of(*size)).unwrap_or(&("ms", 1));
        write!(f, "{}{unit}", self.0 / size)
    }
}

/// Why a text is no duration, quantity or rate.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{text}` is no {what}")]
pub struct UnitError {
    text: String,
    what: &'static str,
}

impl FromStr for Duration {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let error = || UnitError { text: text.to_owned(), what: "duration (500ms 10s 5m 2h 7d)" };
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(error)?;
        let (number, unit) = text.split_at(digits);
        let (_, size) = DURATION_UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(error)?;
        if let Ok(whole) = number.parse::<u64>() {
            return whole.checked_mul(*size).map(Self).ok_or_else(error);
        }
        let value: f64 = number.parse().map_err(|_| error())?;
        #[allow(clippy::cast_precision_loss)] // units are far below 2^53
        let ms = value * *size as f64;
        if !(0.0..9e15).contains(&ms) || ms.fract() != 0.0 {
            return Err(error());
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // checked above
        Ok(Self(ms as u64))
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Duration {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "maxLength": 20, "pattern": r"^[0-9]+(\.[0-9]+)?(ms|s|m|h|d)$" })
    }
}

/// How often something may happen: `10/s`, `5/m`, `100/h`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Rate {
    /// How many times per unit; at least 1.
    pub times: u32,
    /// `s`, `m` or `h`.
    pub unit: char,
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.times, self.unit)
    }
}

impl FromStr for Rate {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let parse = || {
            let (times, unit) = text.split_once('/')?;
            let times = times.parse().ok().filter(|n| *n > 0)?;
            let unit = unit.chars().next().filter(|c| unit.len() == 1 && "smh".contains(*c))?;
            Some(Self { times, unit })
        };
        parse().ok_or_else(|| UnitError { text: text.to_owned(), what: "rate (10/s 5/m 100/h)" })
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Rate {
    fn schema_name() -> Cow<'static, str> {
        "Rate".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "maxLength": 20, "pattern": r"^[1-9][0-9]*/[smh]$" })
    }
}

/// A Kubernetes quantity as written (`100m`, `64Mi`), compared by its value.
/// Upstream: `k8s.io/apimachinery/pkg/api/resource`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quantity(pub String);

/// The suffixes of a quantity and their factors.
pub const QUANTITY_SUFFIXES: [(&str, f64); 14] = [
    ("Ki", 1024.0),
    ("Mi", 1_048_576.0),
    ("Gi", 1_073_741_824.0),
    ("Ti", 1_099_511_627_776.0),
    ("Pi", 1_125_899_906_842_624.0),
    ("Ei", 1_152_921_504_606_846_976.0),
    ("m", 1e-3),
    ("k", 1e3),
    ("M", 1e6),
    ("G", 1e9),
    ("T", 1e12),
    ("P", 1e15),
    ("E", 1e18),
    ("", 1.0),
];

impl Quantity {
    /// The value in cores or bytes; `None` if the text is no quantity.
    pub fn value(&self) -> Option<f64> {
        let (suffix, factor) = QUANTITY_SUFFIXES.iter().find(|(suffix, _)| self.0.ends_with(suffix))?;
        self.0
            .strip_suffix(suffix)?
            .parse::<f64>()
            .ok()
            .filter(|v| v.is_finite() && *v >= 0.0)
            .map(|v| v * factor)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl JsonSchema for Quantity {
    fn schema_name() -> Cow<'static, str> {
        "Quantity".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "maxLength": 20, "pattern": r"^[0-9]+(\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$" })
    }
}
