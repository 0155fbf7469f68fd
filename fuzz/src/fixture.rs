//! A project as one text: a line `//- PATH` begins each file but the first, which is `main.efl`.

/// What begins a file.
const MARK: &str = "//- ";

/// The files of a project: paths and texts.
pub fn files(text: &str) -> Vec<(String, String)> {
    let mut files = vec![("main.efl".to_owned(), String::new())];
    for line in text.split_inclusive('\n') {
        match line.strip_prefix(MARK) {
            Some(path) => files.push((path.trim().to_owned(), String::new())),
            None => files.last_mut().expect("there is always one").1.push_str(line),
        }
    }
    files
}

/// The text of a project; the first file becomes `main.efl`.
pub fn join<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    for (path, content) in files {
        if !text.is_empty() {
            text += &format!("{MARK}{path}\n");
        }
        text += content;
        if !text.ends_with('\n') {
            text.push('\n');
        }
    }
    text
}
