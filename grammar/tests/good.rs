//! Programs without mistakes: no error, and the tree's text is the source.

mod common;

use common::{GOOD, checked};

#[test]
fn good_programs_have_no_errors() {
    for (name, text) in GOOD {
        let parse = checked(text);
        for error in parse.errors() {
            let line = text[..usize::from(error.range.start())].matches('\n').count() + 1;
            eprintln!("{name}:{line} {:?} {} {:?}", error.kind, error.message, &text[error.range]);
        }
        assert!(parse.errors().is_empty(), "{name}");
    }
}
