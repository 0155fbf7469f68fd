//! Did you mean: the known name nearest to a misspelt one.

/// The nearest candidate: the same but for case, `-` and `_`, else at an edit distance of at most a third of its length.
pub fn suggest(name: &str, candidates: &[String]) -> Option<String> {
    let plain = |text: &str| {
        text.chars().filter(|c| !matches!(c, '-' | '_')).flat_map(char::to_lowercase).collect::<String>()
    };
    let wanted = plain(name);
    if let Some(same) = candidates.iter().find(|c| plain(c) == wanted && *c != name) {
        return Some(same.clone());
    }
    let length = name.chars().count();
    let limit = (length / 3).max(1);
    let near = candidates.iter().filter(|candidate| candidate.chars().count().abs_diff(length) <= limit);
    let distances = near.map(|candidate| (candidate, strsim::damerau_levenshtein(name, candidate)));
    let (near, best) = distances.min_by_key(|(_, distance)| *distance)?;
    (best <= limit && best > 0).then(|| near.clone())
}

#[cfg(test)]
mod tests {
    use super::suggest;

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        let known = ["vehicle".to_owned(), "pedestrian".to_owned(), "max-age".to_owned()];
        assert_eq!(suggest("vehicel", &known).as_deref(), Some("vehicle"));
        assert_eq!(suggest("maxAge", &known).as_deref(), Some("max-age"));
        assert_eq!(suggest("bicycle", &known), None);
    }
}
