//! Deletes each token of a file and prints what is reported more than once: `cargo run --example deletions FILE…`.

use efl_grammar::parse;

fn main() -> std::io::Result<()> {
    let (mut all, mut many, mut none) = (0, 0, 0);
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path)?;
        let tree = parse(&text).syntax();
        let tokens = tree.descendants_with_tokens().filter_map(|it| it.into_token());
        for token in tokens.filter(|token| !token.kind().is_trivia()) {
            let range: std::ops::Range<usize> = token.text_range().into();
            let broken = format!("{}{}", &text[..range.start], &text[range.end..]);
            let parse = parse(&broken);
            all += 1;
            none += u32::from(parse.errors().is_empty());
            if parse.errors().len() < 2 {
                continue;
            }
            many += 1;
            let line = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
            let end = text[range.start..].find('\n').map_or(text.len(), |at| range.start + at);
            println!(
                "{path}:{}: `{}` of `{}`",
                text[..line].matches('\n').count() + 1,
                token.text(),
                &text[line..end]
            );
            for error in parse.errors().iter().take(4) {
                let line = broken[..usize::from(error.range.start())].matches('\n').count() + 1;
                println!("    {line} {:?}: {}", error.kind, error.message);
            }
        }
    }
    println!("{all} deletions: {many} with several errors, {none} with none");
    Ok(())
}
