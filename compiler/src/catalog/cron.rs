//! Cron expressions of five fields, as Argo Events reads them.
//!
//! Upstream: `robfig/cron` v3.0.1 with `NewParser(Minute | Hour | Dom | Month | Dow)` (`calendar/start.go`,
//! `sensors/listener.go`). What that parser lets pass and nobody can mean (`*-5`, `1,,2`, a zone in front) is refused
//! here, and so is a day that no year has: on such a schedule Argo's calendar sends without a pause.

/// One of the five fields.
struct Unit {
    name: &'static str,
    min: u8,
    max: u8,
    /// Names of the values from `min` on.
    names: &'static [&'static str],
}

const UNITS: [Unit; 5] = [
    Unit { name: "minute", min: 0, max: 59, names: &[] },
    Unit { name: "hour", min: 0, max: 23, names: &[] },
    Unit { name: "day of the month", min: 1, max: 31, names: &[] },
    Unit {
        name: "month",
        min: 1,
        max: 12,
        names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
    },
    Unit {
        name: "day of the week",
        min: 0,
        max: 6,
        names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
    },
];

/// The longest month of each month's years.
const DAYS: [u8; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// A cron expression, read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Schedule {
    /// A bit per value, of each field.
    values: [u64; 5],
    /// Whether the field is `*` (or `*/1`): it restricts nothing.
    any: [bool; 5],
}

impl Schedule {
    /// Reads five fields: minute, hour, day of the month, month, day of the week.
    pub fn parse(text: &str) -> Result<Schedule, String> {
        if text.starts_with('@') {
            return Err(format!(
                "Argo knows no `{text}`; write the five fields, such as `0 * * * *` for every hour"
            ));
        }
        if text.contains("TZ=") {
            return Err("the time zone does not stand in the expression, but in `timezone`".to_owned());
        }
        let fields: Vec<&str> = text.split_ascii_whitespace().collect();
        if fields.len() != UNITS.len() {
            let hint = if fields.len() == 6 { "; there is none for seconds" } else { "" };
            return Err(format!(
                "a cron expression has 5 fields (minute, hour, day of the month, month, day of the week), this has {}{hint}",
                fields.len()
            ));
        }
        let mut schedule = Schedule { values: [0; 5], any: [false; 5] };
        for (index, (unit, field)) in UNITS.iter().zip(fields).enumerate() {
            for part in field.split(',') {
                let (values, any) = unit.part(part)?;
                schedule.values[index] |= values;
                schedule.any[index] |= any;
            }
        }
        schedule.check_days()?;
        Ok(schedule)
    }

    /// Whether it fires at a time: month from 1, day of the week from 0 (Sunday). When both the day of the month and
    /// the day of the week are restricted, one of them is enough.
    pub fn matches(&self, minute: u8, hour: u8, day: u8, month: u8, weekday: u8) -> bool {
        let has = |field: usize, value: u8| self.values[field] & (1 << value) != 0;
        let day = match (self.any[2], self.any[4]) {
            (false, false) => has(2, day) || has(4, weekday),
            _ => has(2, day) && has(4, weekday),
        };
        has(0, minute) && has(1, hour) && has(3, month) && day
    }

    /// Refuses days that no year has, such as the 30th of February.
    fn check_days(&self) -> Result<(), String> {
        let restricted_by_weekday = !self.any[4];
        let exists = (1..=12u8).zip(DAYS).any(|(month, days)| {
            self.values[3] & (1 << month) != 0 && (1..=days).any(|day| self.values[2] & (1 << day) != 0)
        });
        if exists || (restricted_by_weekday && !self.any[2]) {
            return Ok(());
        }
        Err("no year has such a day, so it would never fire".to_owned())
    }
}

/// Whether a text is a cron expression that Argo Events reads and that fires at some time.
pub fn check(text: &str) -> Result<(), String> {
    Schedule::parse(text).map(|_| ())
}

impl Unit {
    /// One part of a list: `*`, `5`, `1-5`, each with `/step`; its values, and whether it is every value.
    fn part(&self, text: &str) -> Result<(u64, bool), String> {
        let fail = |why: &str| Err(format!("`{text}` is no {}: {why}", self.name));
        let (range, step) = match text.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (text, None),
        };
        let step_by: u8 = match step.map(str::parse) {
            None => 1,
            Some(Ok(step)) if step > 0 => step,
            Some(_) => return fail("the step is no number of 1 and more"),
        };
        if range == "*" || range == "?" {
            return Ok((bits(self.min, self.max, step_by), step_by == 1));
        }
        let (from, to) = match range.split_once('-') {
            Some((from, to)) => (self.value(from), self.value(to)),
            None if step.is_some() => (self.value(range), Some(self.max)),
            None => (self.value(range), self.value(range)),
        };
        let (Some(from), Some(to)) = (from, to) else {
            let names = match self.names {
                [first, .., last] => format!(" (or {first} to {last})"),
                _ => String::new(),
            };
            return fail(&format!("it is a number from {} to {}{names}", self.min, self.max));
        };
        if from > to {
            return fail("the range runs backwards");
        }
        Ok((bits(from, to, step_by), false))
    }

    /// A number or a name.
    fn value(&self, text: &str) -> Option<u8> {
        let lower = text.to_ascii_lowercase();
        let named =
            self.names.iter().zip(self.min..).find(|(name, _)| **name == lower).map(|(_, value)| value);
        let number = || text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        named.or_else(number).filter(|value| (self.min..=self.max).contains(value))
    }
}

/// A bit per value.
fn bits(from: u8, to: u8, step: u8) -> u64 {
    (from..=to).step_by(usize::from(step)).fold(0, |bits, value| bits | 1 << value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        check(text).expect_err(text)
    }

    #[test]
    fn takes_what_argo_takes() {
        for good in [
            "* * * * *",
            "0 0 1 1 0",
            "*/5 * * * *",
            "0,15,30,45 8-18 * * MON-FRI",
            "0 12 ? JAN,jun *",
            "30/10 * * * *",
            "0-30/7 * 1-15/2 */3 Sun",
            "  5   4 * * 6 ",
            "0 0 29 2 *",
            "0 0 31 2 mon", // the 31st or a Monday
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        assert!(error("@hourly").contains("`0 * * * *`"));
        assert!(error("@every 5m").contains("five fields"));
        assert!(error("0 0 * * * *").contains("none for seconds"));
        assert!(error("").contains("this has 0"));
        assert!(error("TZ=Europe/Lisbon 0 0 * * *").contains("`timezone`"));
        assert_eq!(error("60 * * * *"), "`60` is no minute: it is a number from 0 to 59");
        assert_eq!(
            error("0 0 * * 7"),
            "`7` is no day of the week: it is a number from 0 to 6 (or sun to sat)"
        );
        assert!(error("0 0 0 * *").contains("from 1 to 31"));
        assert!(error("0 0 * foo *").contains("jan to dec"));
        assert!(error("30-10 * * * *").contains("backwards"));
        assert!(error("*/0 * * * *").contains("step"));
        for bad in [
            "1,,2 * * * *",
            ", * * * *",
            "*-5 * * * *",
            "1-2-3 * * * *",
            "1/2/3 * * * *",
            "-1 * * * *",
            "+1 * * * *",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_day_that_no_year_has_is_refused() {
        assert!(error("0 0 30 2 *").contains("never"));
        assert!(error("0 0 31 4,6,9,11 *").contains("never"));
        assert_eq!(check("0 0 31 4,5 *"), Ok(()));
    }

    #[test]
    fn days_of_month_and_week_are_alternatives_when_both_are_restricted() {
        let both = Schedule::parse("0 9 1 * mon").expect("it parses");
        assert!(both.matches(0, 9, 1, 3, 4) && both.matches(0, 9, 17, 3, 1) && !both.matches(0, 9, 17, 3, 2));
        let weekday = Schedule::parse("0 9 * * mon").expect("it parses");
        assert!(weekday.matches(0, 9, 17, 3, 1) && !weekday.matches(0, 9, 1, 3, 4));
        assert!(!weekday.matches(1, 9, 17, 3, 1) && !weekday.matches(0, 10, 17, 3, 1));
    }
}
