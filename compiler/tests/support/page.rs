//! A page: its sections and their fenced blocks.

/// A fenced block.
#[derive(Clone, Debug)]
pub struct Block {
    /// The first word behind the fence: `efl`, `yaml`.
    pub language: String,
    /// The other words: flags have no value.
    pub attributes: Vec<(String, Option<String>)>,
    /// What stands between the fences, with a newline at its end unless it is empty.
    pub text: String,
    /// The line of the page on which the text begins, from 1.
    pub line: usize,
}

impl Block {
    /// Whether an attribute is there as a flag.
    pub fn flag(&self, name: &str) -> bool {
        self.attributes.iter().any(|(key, value)| key == name && value.is_none())
    }

    /// The value of an attribute.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.as_deref())
    }

    /// Every value of an attribute.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.attributes.iter().filter(move |(key, _)| key == name).filter_map(|(_, value)| value.as_deref())
    }
}

/// What stands between two headings or lines `---`.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// The heading; empty behind a line `---`.
    pub title: String,
    /// Its blocks, in order.
    pub blocks: Vec<Block>,
}

/// The sections of a page. A fence of four or more backticks is text.
pub fn sections(text: &str) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let fence = line.len() - line.trim_start_matches('`').len();
        if fence >= 3 {
            let body: Vec<&str> = lines
                .by_ref()
                .map(|(_, inner)| inner)
                .take_while(|inner| {
                    !(inner.trim_end().len() >= fence && inner.trim_end().chars().all(|c| c == '`'))
                })
                .collect();
            if fence == 3 {
                let section = sections.last_mut().expect("there is always one");
                section.blocks.push(block(&line[fence..], &body, index + 2));
            }
        } else if line.starts_with('#') || line == "---" {
            let title = line.trim_start_matches(['#', '-']).trim().to_owned();
            sections.push(Section { title, blocks: Vec::new() });
        }
    }
    sections
}

fn block(header: &str, body: &[&str], line: usize) -> Block {
    let mut words = header.split_whitespace();
    let language = words.next().unwrap_or_default().to_owned();
    let attribute = |word: &str| match word.split_once('=') {
        Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
        None => (word.to_owned(), None),
    };
    let text = body.iter().flat_map(|line| [line, "\n"]).collect();
    Block { language, attributes: words.map(attribute).collect(), text, line }
}
