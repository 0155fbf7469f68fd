//! Timestamps: RFC 3339 text as an instant.

/// An instant: seconds since 1970-01-01T00:00:00Z and nanoseconds within the second. Ordered by time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Instant {
    /// Whole seconds; negative before 1970.
    pub seconds: i64,
    /// 0 to 999,999,999.
    pub nanos: u32,
}

/// The instant that a text names: `2000-01-31T23:59:59.999Z`, `2000-01-31T23:59:59+01:00`.
///
/// As RFC 3339 section 5.6 has it, with what Go's `time.RFC3339Nano` refuses refused here too, so that every engine
/// reads the same: `T` and `Z` are upper case, there is no leap second, and a fraction has at most nine digits.
pub fn parse(text: &str) -> Option<Instant> {
    let bytes = text.as_bytes();
    if bytes.len() < 20 || !punctuation(bytes) {
        return None;
    }
    let number = |from: usize, to: usize| digits(&bytes[from..to]);
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let valid = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    if !valid || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (nanos, zone) = fraction(&bytes[19..])?;
    let seconds =
        days_since_epoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset(zone)?;
    Some(Instant { seconds, nanos })
}

fn punctuation(bytes: &[u8]) -> bool {
    [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')].iter().all(|(at, byte)| bytes[*at] == *byte)
}

fn digits(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0, |n, byte| byte.is_ascii_digit().then(|| n * 10 + i64::from(byte - b'0')))
}

/// The nanoseconds of `.5`, and what follows.
fn fraction(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let Some((b'.', rest)) = bytes.split_first() else { return Some((0, bytes)) };
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=9).contains(&length) {
        return None;
    }
    let value = rest[..length].iter().fold(0, |n, byte| n * 10 + u32::from(byte - b'0'));
    let scale = 10_u32.pow(9 - u32::try_from(length).ok()?);
    Some((value * scale, &rest[length..]))
}

/// The seconds east of UTC of `Z` or `+01:00`.
fn offset(zone: &[u8]) -> Option<i64> {
    let (sign, rest) = match zone.split_first()? {
        (b'Z', []) => return Some(0),
        (b'+', rest) => (1, rest),
        (b'-', rest) => (-1, rest),
        _ => return None,
    };
    if rest.len() != 5 || rest[2] != b':' {
        return None;
    }
    let (hours, minutes) = (digits(&rest[..2])?, digits(&rest[3..])?);
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * 3_600 + minutes * 60))
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar, years counted from March so that a leap day is the last.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days_before_month = (153 * month + 2) / 5;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + days_before_month + day
        - 719_469
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_instants() {
        for (text, seconds, nanos) in [
            ("1970-01-01T00:00:00Z", 0, 0),
            ("2000-01-01T00:00:00Z", 946_684_800, 0),
            ("2000-02-29T12:00:00.5Z", 951_825_600, 500_000_000),
            ("2000-01-01T01:00:00+01:00", 946_684_800, 0),
            ("1999-12-31T18:30:00-05:30", 946_684_800, 0),
            ("0000-01-01T00:00:00Z", -62_167_219_200, 0),
            ("9999-12-31T23:59:59.999999999Z", 253_402_300_799, 999_999_999),
        ] {
            assert_eq!(parse(text), Some(Instant { seconds, nanos }), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_timestamp() {
        for text in [
            "",
            "2000-01-01",
            "2000-01-01T00:00:00",
            "2000-01-01 00:00:00Z",
            "2000-01-01t00:00:00Z",
            "2000-01-01T00:00:00z",
            "2000-13-01T00:00:00Z",
            "2001-02-29T00:00:00Z",
            "2000-01-01T24:00:00Z",
            "2000-01-01T00:00:60Z",
            "2000-01-01T00:00:00.Z",
            "2000-01-01T00:00:00.1234567890Z",
            "2000-01-01T00:00:00+0100",
            "2000-01-01T00:00:00+24:00",
            "2000-01-01T00:00:00Z ",
            "+000-01-01T00:00:00Z",
            "2000-01-01T00:00:00,5Z",
            "2000-01-01T00:00:00é",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
