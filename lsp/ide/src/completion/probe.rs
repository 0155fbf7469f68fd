//! The program as it would be with a name at the cursor: what is typed is always broken, and a name in its place mostly
//! mends it.

use super::facts::{Fact, facts, types_of_keys};
use efl_compiler::{
    db::{
        Database, Item, ItemText, NameKey, SourceFile, Workspace, item_as_if, item_node, items, parse_item,
    },
    elab::{Lowered, check_item},
    index::{BlockPlace, Index, Names, index_item},
    ir,
    names::{self, Decl},
    types::Type,
};
use efl_grammar::{
    SyntaxKind, SyntaxNode, SyntaxToken, TextRange, TextSize,
    ast::{self, AstNode},
};
use std::collections::BTreeMap;

/// What stands at the cursor in the probe.
const MARKER: &str = "eflcursor";

/// The item around the cursor with a name there.
pub(super) struct Probe<'db> {
    pub(super) db: &'db Database,
    pub(super) file: SourceFile,
    /// The text of the item up to the name.
    pub(super) before: String,
    /// The line up to the name, without blanks around it.
    pub(super) line: String,
    /// The rest of the line behind the name, without blanks around it.
    pub(super) behind: String,
    /// The name.
    pub(super) marker: SyntaxToken,
    /// Where the name stands in the probe.
    pub(super) at: TextSize,
    pub(super) index: &'db Index,
    /// The item with the name.
    item: ItemText<'db>,
    /// The item as it is.
    around: Item<'db>,
}

impl<'db> Probe<'db> {
    /// The probe of a place; `None` where no item is around it.
    pub(super) fn new(db: &'db Database, file: SourceFile, offset: TextSize) -> Option<Self> {
        let text = file.text(db)?;
        let typed = typed(&text, offset);
        let items = items(db, file);
        let after = items.partition_point(|item| item.start <= typed.start().into());
        let item: Item<'_> = *items.get(after.checked_sub(1)?)?;
        let start = item.start as usize;
        let end = items.get(after).map_or(text.len(), |next| next.start as usize);
        let before = text[start..typed.start().into()].to_owned();
        let behind = text[typed.end().into()..end].trim_start_matches(is_word);
        let size = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let replaced = (typed.start().into(), size(end - behind.len()));
        let by = format!("{MARKER}{}", closing(&before, behind));
        let probe = item_as_if(db, file, (item.start, size(end)), replaced, by);
        let root = SyntaxNode::new_root(parse_item(db, probe).green.clone());
        let at = TextSize::of(before.as_str());
        let marker = root.token_at_offset(at).right_biased()?;
        let line = before.rsplit('\n').next().unwrap_or_default().trim().to_owned();
        let behind = behind.lines().next().unwrap_or_default().trim().to_owned();
        let index = index_item(db, probe);
        Some(Self { db, file, before, line, behind, marker, at, index, item: probe, around: item })
    }

    /// The nodes around the name, inner ones first.
    pub(super) fn ancestors(&self) -> impl Iterator<Item = SyntaxNode> {
        self.marker.parent_ancestors()
    }

    /// The nearest node around the name of one of some kinds.
    pub(super) fn nearest(&self, kinds: &[SyntaxKind]) -> Option<SyntaxNode> {
        self.ancestors().find(|node| kinds.contains(&node.kind()))
    }

    /// The word or sign before the name, whatever blanks are between.
    pub(super) fn last(&self) -> &str {
        let text = self.before.trim_end();
        let word = text.trim_end_matches(is_word);
        if word.len() < text.len() {
            return &text[word.len()..];
        }
        let sign = text.char_indices().next_back().map_or(0, |(at, _)| at);
        if text.ends_with("->") { "->" } else { &text[sign..] }
    }

    /// The orchestrator around the name, for a test the one that it is about, with what stands where in its item.
    pub(super) fn orchestrator(&self) -> Option<(ast::Orchestrator, &'db Index)> {
        if let Some(node) = self.nearest(&[SyntaxKind::ORCHESTRATOR]) {
            return Some((ast::Orchestrator::cast(node)?, self.index));
        }
        let item = self.tested()?;
        match item_node(self.db, item)? {
            ast::Item::Orchestrator(orchestrator) => Some((orchestrator, index_item(self.db, item))),
            _ => None,
        }
    }

    /// The orchestrator that the test around the name is about: the one that it names, or the only one of the file's scope.
    pub(super) fn tested(&self) -> Option<ItemText<'db>> {
        let test = ast::Test::cast(self.nearest(&[SyntaxKind::TEST])?)?;
        let scope = names::file_scope(self.db, self.file);
        let is_orchestrator = |decl: &Decl| matches!(decl, Decl::Orchestrator);
        let binding = match test.orchestrator() {
            Some(name) => scope.find(&name.text(), is_orchestrator)?,
            None => scope.bindings.values().flatten().find(|binding| is_orchestrator(&binding.decl))?,
        };
        names::declaring_item(self.db, binding.file, NameKey::new(self.db, binding.name.clone()))
    }

    /// That orchestrator as the compiler has it.
    pub(super) fn tested_ir(&self) -> Option<&'db ir::Orchestrator> {
        match &check_item(self.db, self.tested()?).lowered {
            Some(Lowered::Orchestrator(orchestrator)) => Some(orchestrator),
            _ => None,
        }
    }

    /// Whether an orchestrator of the file stands before the name.
    pub(super) fn is_behind_orchestrator(&self) -> bool {
        let before = items(self.db, self.file).iter().take_while(|item| item.start <= self.around.start);
        before
            .into_iter()
            .any(|item| matches!(item_node(self.db, item.text), Some(ast::Item::Orchestrator(_))))
    }

    /// How often the file says something, apart from what is typed.
    pub(super) fn count(&self, fact: &Fact) -> usize {
        let others = items(self.db, self.file).iter().filter(|item| item.start != self.around.start);
        let others: usize = others.map(|item| facts(self.db, item.text).count(fact)).sum();
        others + facts(self.db, self.item).count(fact)
    }

    /// The types that the workspace gives fields and parameters of a name, the most frequent first; declared ones before
    /// those that only values have.
    pub(super) fn types_of_key(&self, key: &str) -> Vec<String> {
        let mut found: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        let files = Workspace::get(self.db).files(self.db).iter().filter(|(path, _)| path.ends_with(".efl"));
        let files = files.flat_map(|(_, file)| items(self.db, *file));
        let others = files.filter(|item| item.text != self.around.text).map(|item| item.text);
        for item in others.chain([self.item]) {
            for one in
                types_of_keys(self.db, item).iter().filter(|one| &*one.key == key && &*one.ty != MARKER)
            {
                let count = found.entry(&one.ty).or_default();
                *(if one.is_declared { &mut count.0 } else { &mut count.1 }) += 1;
            }
        }
        let mut found: Vec<_> = found.into_iter().collect();
        found.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        found.into_iter().map(|(ty, _)| ty.to_owned()).collect()
    }

    /// The type of a name that stands in a place, as what it is for says: of a parameter, of a field.
    pub(super) fn type_at(&self, range: TextRange) -> Option<&'db Type> {
        self.index.entries.iter().filter(|entry| entry.range == range).find_map(|entry| entry.ty.as_ref())
    }

    /// The type of the record or pattern around the name, if it is known from what the record is for.
    pub(super) fn record(&self) -> Option<&'db Type> {
        let around =
            self.index.records.iter().filter(|(range, _)| range.start() < self.at && self.at < range.end());
        around.min_by_key(|(range, _)| range.len()).map(|(_, ty)| ty)
    }

    /// The names that are visible at the cursor; of one name the last counts.
    pub(super) fn visible(&self) -> impl Iterator<Item = &'db Names> {
        let at = self.at;
        self.index.visible.iter().filter(move |v| v.range.contains_inclusive(at)).map(|v| &v.names)
    }

    /// The block of fields around the cursor.
    pub(super) fn block(&self) -> Option<&'db BlockPlace> {
        let at = self.at;
        let around = self.index.blocks.iter().filter(move |b| b.range.start() < at && at < b.range.end());
        around.min_by_key(|block| block.range.len())
    }
}

/// What has been typed of the name at a place.
pub(super) fn typed(text: &str, offset: TextSize) -> TextRange {
    let before = &text[..offset.into()];
    let word = before.len() - before.trim_end_matches(is_word).len();
    TextRange::new(offset - TextSize::try_from(word).unwrap_or_default(), offset)
}

/// What closes the brackets and quotes that the line before the name opens, if nothing else closes them.
fn closing(before: &str, behind: &str) -> String {
    let (lines, line) = before.rsplit_once('\n').map_or(("", before), |(lines, line)| (lines, line));
    let rest = behind.lines().next().unwrap_or_default();
    let mut all = Vec::new();
    for text in [lines, "\n", line, behind] {
        open_brackets(text, &mut all);
    }
    let mut here = Vec::new();
    open_brackets(line, &mut here);
    // A line that goes on below is closed there.
    let is_text = here.contains(&'"') && !rest.contains('"');
    if all.is_empty() && !is_text {
        return String::new();
    }
    let mut closed: Vec<char> = here;
    let mut behind = rest.chars().filter(|sign| matches!(sign, ')' | ']' | '}' | '"')).peekable();
    let mut missing = String::new();
    while let Some(sign) = closed.pop() {
        if behind.next_if_eq(&sign).is_none() {
            missing.push(sign);
        }
    }
    missing
}

/// Follows brackets and quotes: at the end those are left that would close what is open.
fn open_brackets(text: &str, open: &mut Vec<char>) {
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        if open.last() == Some(&'"') {
            match sign {
                '\\' => drop(signs.next()),
                '"' | '\n' => drop(open.pop()),
                '$' if signs.next_if_eq(&'{').is_some() => open.push('}'),
                _ => {}
            }
            continue;
        }
        match sign {
            '"' => open.push('"'),
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            ')' | ']' | '}' if open.last() == Some(&sign) => drop(open.pop()),
            '/' if signs.peek() == Some(&'/') => while signs.next_if(|sign| *sign != '\n').is_some() {},
            _ => {}
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}
