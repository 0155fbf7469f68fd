//! The keywords of each place, and the one that a misspelt word is nearest to.

use crate::parser::Rule;

const ITEMS: &[&str] =
    &["import", "param", "type", "bus", "fleet", "function", "workflow", "orchestrator", "test"];
const STATEMENTS: &[&str] = &["let", "parallel", "if", "for", "retry", "wait", "emit", "return"];
const STEPS: &[&str] = &["at", "advance", "send", "set", "mock", "expect"];
const MEMBERS: &[&str] = &["source", "function", "workflow", "rule", "type", "event", "placement", "patch"];

/// What may follow `on` in a body.
pub(crate) const HANDLERS: &[&str] = &["failure", "exit"];

/// Whether a word begins a statement of a body or a step of a test.
pub(crate) fn begins_statement(word: &str) -> bool {
    STATEMENTS.contains(&word) || STEPS.contains(&word)
}

/// The keywords that may begin an item of a block.
pub(crate) fn in_block(parent: Rule) -> &'static [&'static str] {
    match parent {
        Rule::item => ITEMS,
        Rule::orch_block => MEMBERS,
        Rule::source_block => &["event", "patch"],
        Rule::fleet_block => &["cluster"],
        Rule::placement_block => &["clusters", "pin"],
        Rule::body | Rule::inner => STATEMENTS,
        Rule::test_block => STEPS,
        _ => &[],
    }
}

/// The same for blocks that hold nested blocks with names of their own.
pub(crate) fn beside_nested(parent: Rule) -> &'static [&'static str] {
    match parent {
        Rule::orch_block => MEMBERS,
        Rule::source_block => &["event"],
        Rule::fleet_block => &["cluster"],
        _ => &[],
    }
}

/// The keywords that may stand before the block of a declaration.
pub(crate) fn in_head(parent: Rule) -> &'static [&'static str] {
    match parent {
        Rule::rule_decl => &["within", "where", "by", "and", "or", "then"],
        Rule::test => &["for"],
        _ => &[],
    }
}

/// The keyword that a word was probably meant to be: one letter away, or two for long words.
pub(crate) fn nearest(word: &str, keywords: &'static [&'static str]) -> Option<&'static str> {
    let distance = |keyword: &str| strsim::damerau_levenshtein(&word.to_ascii_lowercase(), keyword);
    let limit = |keyword: &str| if keyword.len().min(word.len()) >= 6 { 2 } else { 1 };
    let means_something = ["and", "or", "not", "in", "true", "false", "null", "then", "else"].contains(&word);
    if means_something || word.len() < 2 || word.len() > 20 || keywords.contains(&word) {
        return None;
    }
    let near = keywords.iter().copied().filter(|keyword| distance(keyword) <= limit(keyword));
    near.min_by_key(|keyword| distance(keyword))
}

/// Whether what follows a word would fit behind a keyword.
pub(crate) fn fits(keyword: &str, behind: &str) -> bool {
    let apart = behind.starts_with([' ', '\t']);
    let rest = behind.trim_start_matches([' ', '\t']);
    let next = rest.chars().next().unwrap_or('\n');
    let word_len =
        rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-')).unwrap_or(rest.len());
    let second = rest[word_len..].trim_start_matches([' ', '\t']).chars().next().unwrap_or('\n');
    let word = next.is_ascii_alphabetic() || next == '_';
    match keyword {
        "import" | "parallel" | "placement" => next == '{',
        "param" | "bus" | "source" => apart && word && second == ':',
        "type" | "let" => apart && word && second == '=',
        "event" => apart && word && matches!(second, ':' | '{' | '\n' | '\r'),
        "cluster" | "clusters" => apart && word,
        "fleet" | "orchestrator" | "patch" => apart && word && second == '{',
        "function" | "workflow" => apart && word && matches!(second, '(' | '{' | '-'),
        "rule" | "for" | "emit" | "set" | "mock" | "expect" | "by" | "and" | "or" | "then" => apart && word,
        "test" | "at" => apart && next == '"',
        "wait" | "advance" | "within" | "retry" => apart && next.is_ascii_digit(),
        "send" => apart && (word || next.is_ascii_digit()),
        "failure" | "exit" => next == '{',
        "pin" => apart && word && second == ':',
        "if" | "return" | "where" => apart && !matches!(next, ':' | '=' | '\n'),
        _ => false,
    }
}

/// The keyword that stands where other languages have a word.
pub(crate) fn foreign(word: &str, keywords: &[&'static str]) -> Option<&'static str> {
    let native = match word {
        "of" => "in",
        "when" | "upon" | "if" => "on",
        "gives" | "yields" => "returns",
        _ => return None,
    };
    keywords.iter().find(|keyword| **keyword == native).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_keywords_are_recognized() {
        for (word, right) in [
            ("orchestratr", "orchestrator"),
            ("functon", "function"),
            ("tpye", "type"),
            ("improt", "import"),
            ("workflows", "workflow"),
            ("Param", "param"),
        ] {
            assert_eq!(nearest(word, ITEMS), Some(right), "{word}");
        }
    }

    #[test]
    fn other_words_are_left_alone() {
        for word in ["function", "pipeline", "x", "typo3", "bar", "service"] {
            assert_eq!(nearest(word, ITEMS), None, "{word}");
        }
    }
}
