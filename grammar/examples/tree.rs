//! Prints the tree and the errors of a file: `cargo run --example tree FILE`.

use std::io::Read as _;

fn main() -> std::io::Result<()> {
    let mut text = String::new();
    match std::env::args().nth(1) {
        Some(path) => std::fs::File::open(path)?.read_to_string(&mut text)?,
        None => std::io::stdin().read_to_string(&mut text)?,
    };
    let parse = efl_grammar::parse(&text);
    if std::env::var_os("QUIET").is_none() {
        println!("{:#?}", parse.syntax());
    }
    for error in parse.errors() {
        let start = usize::from(error.range.start());
        let line = text[..start].matches('\n').count() + 1;
        let column = start - text[..start].rfind('\n').map_or(0, |at| at + 1) + 1;
        println!("{line}:{column} {:?}: {} {:?}", error.kind, error.message, &text[error.range]);
    }
    Ok(())
}
