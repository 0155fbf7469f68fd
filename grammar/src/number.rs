//! The text of a number: its value and its unit.

/// A number token, split.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Number<'a> {
    /// The digits, with the point: `0.5`.
    pub digits: &'a str,
    /// The value of the digits.
    pub value: f64,
    /// What follows the digits: `ms`, `Mi`, `%`, `/s` or nothing.
    pub unit: &'a str,
}

/// What a unit may measure. `m` is minutes or thousandths of a core; `M` and its kin are bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UnitFamily {
    /// No unit.
    Plain,
    /// `ms s h d`.
    Duration,
    /// `m`: minutes, or thousandths of a core. What is expected decides.
    DurationOrCores,
    /// `Ki Mi Gi Ti Pi Ei k M G T P E`.
    Bytes,
    /// `%`.
    Percent,
    /// `/s /m /h`.
    Rate,
    /// Letters that are no unit.
    Unknown,
}

impl<'a> Number<'a> {
    /// Splits the text of a `NUMBER` token; `None` for a malformed one (`5m2`).
    pub fn split(text: &'a str) -> Option<Self> {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (digits, unit) = text.split_at(end);
        let well_formed = digits.split('.').count() <= 2
            && digits.split('.').all(|part| !part.is_empty())
            && (unit.chars().all(|c| c.is_ascii_alphabetic()) || matches!(unit, "%" | "/s" | "/m" | "/h"));
        let value = digits.parse().ok().filter(|_| well_formed)?;
        Some(Self { digits, value, unit })
    }

    /// What the unit may measure.
    pub fn family(&self) -> UnitFamily {
        match self.unit {
            "" => UnitFamily::Plain,
            "ms" | "s" | "h" | "d" => UnitFamily::Duration,
            "m" => UnitFamily::DurationOrCores,
            "Ki" | "Mi" | "Gi" | "Ti" | "Pi" | "Ei" | "k" | "M" | "G" | "T" | "P" | "E" => UnitFamily::Bytes,
            "%" => UnitFamily::Percent,
            "/s" | "/m" | "/h" => UnitFamily::Rate,
            _ => UnitFamily::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_split_into_digits_and_unit() {
        let cases = [
            ("12", "12", 12.0, "", UnitFamily::Plain),
            ("0.5", "0.5", 0.5, "", UnitFamily::Plain),
            ("500ms", "500", 500.0, "ms", UnitFamily::Duration),
            ("100m", "100", 100.0, "m", UnitFamily::DurationOrCores),
            ("64Mi", "64", 64.0, "Mi", UnitFamily::Bytes),
            ("80%", "80", 80.0, "%", UnitFamily::Percent),
            ("10/s", "10", 10.0, "/s", UnitFamily::Rate),
            ("3parsecs", "3", 3.0, "parsecs", UnitFamily::Unknown),
        ];
        for (text, digits, value, unit, family) in cases {
            let number = Number::split(text).unwrap();
            assert_eq!(number, Number { digits, value, unit });
            assert_eq!(number.family(), family);
        }
    }

    #[test]
    fn malformed_numbers_are_not_split() {
        for text in ["5m2", "1h30m", "1e5", "12.", "1.2.3", "", "x", "1_000", "10/d"] {
            assert_eq!(Number::split(text), None, "{text}");
        }
    }
}
