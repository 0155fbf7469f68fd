//! The names of the IANA time zone database.

/// Every name that Go 1.26 knows (`lib/time/zoneinfo.zip`), sorted, one per line: Argo Events loads zones by Go's
/// `time.LoadLocation`.
static NAMES: &str = include_str!("timezones.txt");

/// Every name, sorted.
pub fn all() -> impl Iterator<Item = &'static str> {
    NAMES.lines()
}

/// Whether a text is the name of a time zone; letters count as they are written.
pub fn is_known(name: &str) -> bool {
    all().any(|known| known == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_known_by_their_exact_names() {
        for good in ["UTC", "Europe/Lisbon", "America/Argentina/Buenos_Aires", "Asia/Kolkata", "Etc/GMT+3"] {
            assert!(is_known(good), "{good}");
        }
        for bad in ["", "utc", "Local", "europe/berlin", "Europe/Atlantis", "CET-1", "Europe"] {
            assert!(!is_known(bad), "{bad}");
        }
    }

    #[test]
    fn the_list_is_sorted_without_doubles() {
        let names: Vec<_> = all().collect();
        assert!(names.len() > 500 && names.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
