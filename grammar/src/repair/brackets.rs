//! Brackets: which one closes which, and where those end that nothing closes.

use super::{Line, MAX_DEPTH, Repairer, STRAY, TOO_DEEP, Why};
use crate::{
    keyword,
    lex::{Kind, Lexeme, Lexer},
};

/// Something open.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// `{`, `(`, `[`; `$` for `${`; `"` for a short string and `L` for a long one.
    pub(super) kind: u8,
    /// Where it opens.
    pub(super) at: usize,
    /// The number of its line.
    line: usize,
    /// The indentation of its line.
    indent: usize,
    /// The column of the first line inside it.
    content: Option<usize>,
    /// Whether something follows on its line.
    inline: bool,
    /// The end of its line, and whether the line asks for another one (`f(a,`).
    line_end: Option<(usize, bool)>,
    /// Whether it is the brace of a record or record type.
    value: bool,
    /// The place before the first `{` or `->` in it that looks like one behind it.
    breaker: Option<usize>,
    /// How many levels without brackets are around it.
    prefixes: usize,
    /// How many edits there were.
    pub(super) edits: usize,
    /// Whether another error says already that it is not closed.
    silent: bool,
}

/// Words that join operands.
const CONNECTING: [&str; 8] = ["and", "or", "not", "in", "matches", "as", "then", "for"];

/// Words inside statements and steps that something else follows, as it does their keywords: they end no operand.
const LEADING: [&str; 5] = ["else", "on", "max", "backoff", "timeout"];

/// The closing bracket of an opening one.
pub(super) fn partner(open: u8) -> u8 {
    match open {
        b'{' | b'$' => b'}',
        b'(' => b')',
        _ => b']',
    }
}

fn closer(kind: u8) -> &'static str {
    match kind {
        b'{' | b'$' => "}",
        b'(' => ")",
        b'[' => "]",
        b'"' => "\"",
        _ => "\"\"\"",
    }
}

impl Frame {
    fn is_bracket(&self) -> bool {
        matches!(self.kind, b'{' | b'(' | b'[')
    }
}

impl Repairer<'_> {
    pub(super) fn push(&mut self, kind: u8, at: usize) {
        let line = self.lines.len() - 1;
        let indent = self.lines[line].indent;
        self.frames.push(Frame {
            kind,
            at,
            line,
            indent,
            content: None,
            inline: false,
            line_end: None,
            breaker: None,
            value: false,
            prefixes: self.frames.last().map_or(0, |frame| frame.prefixes) + self.prefixes.take(),
            edits: self.edits.len(),
            silent: false,
        });
    }

    /// How deep brackets, interpolations and prefixes are nested.
    pub(super) fn depth(&self) -> usize {
        let brackets = self.frames.iter().filter(|frame| frame.is_bracket() || frame.kind == b'$').count();
        brackets + self.frames.last().map_or(0, |frame| frame.prefixes)
    }

    pub(super) fn open(&mut self, lexeme: Lexeme) {
        let kind = self.text.as_bytes()[lexeme.start];
        let doubles = |frame: &Frame| frame.kind == kind && frame.at + 1 == self.solid_end;
        if self.frames.last().is_some_and(doubles) && self.surplus.take_open(kind) {
            return self.blot(lexeme.start, lexeme.end, STRAY);
        }
        let value = kind == b'{' && !self.follows_head() && !self.follows_empty_list();
        if kind == b'{' && !value {
            self.break_here();
        }
        // No field begins with a brace: what is open in front of it has ended.
        if kind == b'{' && self.text[..self.solid_end].ends_with(',') {
            let end = self.solid_end;
            if let Some(frame) = self.frames.last_mut().filter(|frame| frame.kind == b'{') {
                frame.breaker = frame.breaker.or(Some(end));
            }
        }
        self.push(kind, lexeme.start);
        if let Some(frame) = self.frames.last_mut() {
            frame.value = value;
        }
        self.solid_end = lexeme.end;
        self.blot_too_deep(lexeme.end);
    }

    pub(super) fn open_interp(&mut self, lexeme: Lexeme) {
        self.push(b'$', lexeme.start);
        self.blot_too_deep(lexeme.end);
    }

    /// Hides what stands in the bracket that was just opened, if it is one too many.
    fn blot_too_deep(&mut self, start: usize) {
        if self.depth() <= MAX_DEPTH {
            return;
        }
        let (mut depth, mut end, mut closing) = (0u32, start, None);
        let modes = self.lexer.depth();
        while let Some(lexeme) = self.next() {
            match lexeme.kind {
                Kind::Open | Kind::InterpStart => depth += 1,
                Kind::Close | Kind::InterpEnd if depth == 0 => closing = Some(lexeme),
                Kind::Close | Kind::InterpEnd => depth -= 1,
                Kind::StringCut if self.lexer.depth() < modes => closing = Some(lexeme),
                _ => {}
            }
            if closing.is_some() {
                break;
            }
            if !lexeme.is_trivia() {
                end = lexeme.end;
            }
        }
        self.blot(start, end, TOO_DEEP);
        self.solid_end = end;
        match closing {
            Some(lexeme) => self.lexeme(lexeme),
            None => self.silence(),
        }
    }

    /// Another error says already what is wrong with all that is open.
    pub(super) fn silence(&mut self) {
        self.frames.iter_mut().for_each(|frame| frame.silent = true);
    }

    /// The first frame inside the innermost interpolation.
    fn base(&self) -> usize {
        self.frames.iter().rposition(|frame| !frame.is_bracket()).map_or(0, |at| at + 1)
    }

    pub(super) fn close(&mut self, lexeme: Lexeme) {
        let byte = self.text.as_bytes()[lexeme.start];
        let base = self.base();
        if byte == b'}' && self.by_indentation && base == 0 && self.close_by_indentation(lexeme) {
            return;
        }
        if byte == b'}' && self.surplus.close > 0 && self.is_inside_parentheses(lexeme.end) {
            self.surplus.close -= 1;
            return self.blot(lexeme.start, lexeme.end, STRAY);
        }
        let fits = |frame: &Frame| partner(frame.kind) == byte;
        let line = self.lines.len() - 1;
        let blocked = |frame: &Frame| byte != b'}' && frame.kind == b'{' && frame.line != line;
        let above = self.frames[base..].iter().rev().take_while(|frame| !fits(frame));
        let (count, stuck) =
            above.fold((0, false), |(count, stuck), frame| (count + 1, stuck || blocked(frame)));
        if stuck || base + count >= self.frames.len() {
            self.unbalanced = true;
            if byte == b')' && self.by_indentation && base == 0 && self.open_missing_parenthesis(lexeme.start)
            {
                return;
            }
            return self.blot(lexeme.start, lexeme.end, STRAY);
        }
        self.unclose_above(self.frames.len() - 1 - count);
        self.frames.pop();
    }

    /// Whether a `}` stands right before the bracket that closes the innermost `(` or `[` of the line.
    fn is_inside_parentheses(&self, end: usize) -> bool {
        let next = self.text[end..].trim_start_matches([' ', '\t']).bytes().next();
        let line = self.lines.len() - 1;
        self.frames.last().is_some_and(|frame| {
            matches!(frame.kind, b'(' | b'[') && frame.line == line && next == Some(partner(frame.kind))
        })
    }

    pub(super) fn close_interp(&mut self, _: Lexeme) {
        let interp = self.base().saturating_sub(1);
        self.unclose_above(interp);
        self.frames.pop();
    }

    /// Closes what the indentation says that a `}` closes; false if it says nothing.
    fn close_by_indentation(&mut self, lexeme: Lexeme) -> bool {
        let Some(line) = self.lines.last().copied() else { return false };
        if line.first != Some(lexeme.start) {
            return self.surplus.close > 0
                && (self.open_missing_brace_in_line(lexeme.start) || self.drop_stray_brace(lexeme));
        }
        let top = self.frames.iter().rposition(|frame| frame.kind == b'{');
        let indent = top.map(|top| self.frames[top].indent);
        if indent.is_some_and(|indent| indent > line.indent) {
            let fits = |frame: &Frame| frame.kind == b'{' && frame.indent == line.indent && !frame.inline;
            let Some(partner) = self.frames.iter().rposition(fits) else { return false };
            self.unclose_above(partner);
            self.frames.pop();
            return true;
        }
        self.surplus.close > 0 && indent != Some(line.indent) && self.open_missing_brace(top, line.indent)
    }

    /// A `}` in a line that would close a block of several lines, which goes on behind it or is closed by the next line:
    /// it closes nothing.
    fn drop_stray_brace(&mut self, lexeme: Lexeme) -> bool {
        let line = self.lines.len() - 1;
        let block = self.frames.last().filter(|frame| frame.kind == b'{' && frame.line < line);
        let Some((content, indent)) = block.and_then(|frame| Some((frame.content?, frame.indent))) else {
            return false;
        };
        self.patience = self.patience.saturating_sub(1);
        if self.patience == 0 {
            return false;
        }
        let mut rest = self.text[lexeme.end..].lines();
        let behind = rest.next().map_or("", str::trim);
        let next = rest.find(|line| !line.trim().is_empty());
        let goes_on = next.is_some_and(|next| {
            let inside = next.trim_start_matches([' ', '\t']);
            let column = next.len() - inside.len();
            if inside.starts_with('}') { column == indent } else { column >= content }
        });
        let line_goes_on = !behind.is_empty() && !behind.starts_with(['}', ')', ']', ',', '/']);
        if !(behind.is_empty() && goes_on || line_goes_on) {
            return false;
        }
        self.surplus.close -= 1;
        self.unbalanced = true;
        self.blot(lexeme.start, lexeme.end, STRAY);
        true
    }

    /// A `}` at the column of a line above it that begins no block: the `{` of that line is missing.
    fn open_missing_brace(&mut self, top: Option<usize>, indent: usize) -> bool {
        let first = top.map_or(0, |top| self.frames[top].line + 1);
        let inside = &self.lines[first..self.lines.len() - 1];
        let goes_on = |line: &Line| {
            let text = line.first.map_or("", |first| &self.text[first..line.end]);
            ["within ", "by ", "where ", "and ", "or ", "then "].iter().any(|word| text.starts_with(word))
        };
        let above = |(_, line): &(usize, &Line)| line.first.is_some() && line.indent <= indent;
        let Some((at, head)) = inside.iter().enumerate().rev().take(1000).find(above) else { return false };
        let Some(start) = head.first.filter(|_| head.indent == indent) else { return false };
        let end = inside[at + 1..].iter().take_while(|line| goes_on(line)).last().unwrap_or(head).end;
        let text = &self.text[start..head.end];
        let (text, alternative) = text.strip_prefix("} ").map_or((text, false), |rest| (rest, true));
        if !text.starts_with(|c: char| c.is_ascii_alphabetic())
            || alternative && !text.starts_with("else")
            || text.matches('{').count() != text.matches('}').count()
        {
            return false;
        }
        match first_field(&words(text)).filter(|_| !alternative) {
            Some(at) => self.open_brace_at(start + at, "{ "),
            None => self.open_brace_at(end, " {"),
        }
        true
    }

    /// A `)` that closes nothing: perhaps `(` is missing between two operands of its line.
    fn open_missing_parenthesis(&mut self, parenthesis: usize) -> bool {
        let Some(first) = self.lines.last().and_then(|line| line.first) else { return false };
        self.patience = self.patience.saturating_sub(1);
        if self.patience == 0 {
            return false;
        }
        let inside = self.frames.last().map_or(0, |frame| frame.at + 1);
        let first = first.max(inside);
        let Some(at) = call_start(&self.text[first..parenthesis]) else { return false };
        let at = first + at;
        // The operands there do not stand side by side, then: nothing ends between them.
        for frame in &mut self.frames {
            frame.breaker = frame.breaker.filter(|breaker| *breaker < at);
        }
        self.edit(at, 0, "(", Why::MissingParenthesis);
        true
    }

    fn open_brace_at(&mut self, at: usize, text: &'static str) {
        self.unbalanced = true;
        self.surplus.close -= 1;
        self.edit(at, 0, text, Why::MissingBrace);
    }

    /// A `}` at the end of a line that would close a block of several lines: perhaps its `{` is missing in the line.
    fn open_missing_brace_in_line(&mut self, brace: usize) -> bool {
        let line = self.lines.len() - 1;
        self.patience = self.patience.saturating_sub(1);
        if self.patience == 0
            || self.frames.last().is_some_and(|frame| frame.line == line || frame.kind != b'{')
        {
            return false;
        }
        let Some(at) = self.lines[line]
            .first
            .and_then(|first| block_start(&self.text[first..brace]).map(|at| first + at))
        else {
            return false;
        };
        self.open_brace_at(at, "{ ");
        true
    }

    /// Closes what is open inside a frame.
    fn unclose_above(&mut self, index: usize) {
        while self.frames.len() > index + 1 {
            self.unclose();
        }
    }

    /// Closes the innermost frame, which nothing closes.
    fn unclose(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        let own_line = frame.line_end.filter(|(_, goes_on)| !goes_on && frame.kind != b'{');
        let own_line = own_line.map(|(end, _)| end);
        let at = frame.breaker.into_iter().chain(own_line).min().unwrap_or(self.solid_end);
        let why = (!frame.silent).then_some(frame.at..frame.at + 1);
        self.unbalanced = true;
        self.edit(at, 0, closer(frame.kind), Why::Unclosed(why));
    }

    /// Closes what is open at the end of the text.
    pub(super) fn finish(&mut self) {
        if !self.lexer.in_code() {
            self.unclosed_long_string();
        }
        self.end_line_of_frames();
        while !self.frames.is_empty() {
            self.unclose();
        }
    }

    /// Notes that a line ends which opened frames.
    pub(super) fn end_line_of_frames(&mut self) {
        let line = self.lines.len() - 1;
        let end = self.solid_end;
        let last = self.text.as_bytes()[..end].last().copied().unwrap_or(b'\n');
        let goes_on =
            matches!(last, b',' | b'(' | b'[' | b'{' | b':' | b'=' | b'+' | b'*' | b'|' | b'<' | b'>');
        for frame in self.frames.iter_mut().rev().take_while(|frame| frame.line == line) {
            frame.inline = end > frame.at + 1;
            frame.line_end = frame.line_end.or(Some((end, goes_on)));
        }
    }

    /// A line begins with a word: blocks whose content stood further to the right have ended before it.
    pub(super) fn note_content(&mut self, indent: usize) {
        while self.by_indentation {
            let Some(frame) = self.frames.last() else { break };
            let ended = match frame.kind {
                b'{' => frame.inline || frame.content.map_or(frame.indent > 0, |content| indent < content),
                b'(' | b'[' => true,
                _ => false,
            };
            if !ended || indent > frame.indent {
                break;
            }
            self.unclose();
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.content = frame.content.or(Some(indent));
        }
    }

    /// Whether a `{` stands behind a word, type or bracket, as that of a block does.
    fn follows_head(&self) -> bool {
        let before = self.text.as_bytes()[..self.solid_end].last().copied().unwrap_or(b'(');
        let arrow = self.text[..self.solid_end].ends_with("->");
        !arrow
            && (before.is_ascii_alphanumeric()
                || matches!(before, b'_' | b'"' | b'}' | b')' | b']' | b'>' | b'%'))
    }

    /// Whether a `{` stands behind the `(` of a function without parameters.
    fn follows_empty_list(&self) -> bool {
        let Some(first) = self.lines.last().and_then(|line| line.first) else { return false };
        let head = &self.text[first..self.solid_end.max(first)];
        let declares = head.starts_with("function ") || head.starts_with("workflow ");
        declares && head.ends_with('(') && self.frames.last().is_some_and(|frame| frame.kind == b'(')
    }

    /// `->` in brackets looks like one behind them.
    pub(super) fn note_arrow(&mut self, lexeme: Lexeme) {
        if self.text[lexeme.start..].starts_with("->") {
            self.break_here();
        }
    }

    /// And `from "` behind the names of an import.
    pub(super) fn note_from(&mut self, lexeme: Lexeme) {
        let quoted = |text: &str| text.trim_start_matches([' ', '\t']).starts_with('"');
        let end = self.solid_end;
        let import = self.frames.len() == 1 && self.text[..self.frames[0].at].trim_end().ends_with("import");
        if import && &self.text[lexeme.start..lexeme.end] == "from" && quoted(&self.text[lexeme.end..]) {
            self.frames[0].breaker = self.frames[0].breaker.or(Some(end));
        }
    }

    /// Whether an operand ends with a lexeme.
    pub(super) fn ends_operand(&self, lexeme: Lexeme) -> bool {
        match lexeme.kind {
            Kind::Word => {
                let word = &self.text[lexeme.start..lexeme.end];
                let leading = LEADING.contains(&word) || keyword::begins_statement(word);
                !CONNECTING.contains(&word) && !leading
            }
            Kind::StringEnd | Kind::ForeignString | Kind::Close => true,
            _ => false,
        }
    }

    /// Two operands side by side on a line: brackets that are never closed end between them.
    pub(super) fn note_word(&mut self, lexeme: Lexeme) {
        let text = &self.text[lexeme.start..lexeme.end];
        let begins_line = self.lines.last().is_some_and(|line| line.first == Some(lexeme.start));
        let Some(frame) = self.frames.last() else { return };
        let (line, after_brace) = (self.lines.len() - 1, self.text[..self.solid_end].ends_with('}'));
        let outside = match frame.kind {
            b'(' => !CONNECTING.contains(&text),
            b'[' => !CONNECTING.contains(&text) || matches!(text, "as" | "then" | "for"),
            b'{' => !CONNECTING.contains(&text) && frame.line == line && !after_brace,
            _ => false,
        };
        if self.after_operand && outside && !begins_line {
            let end = self.solid_end;
            if let Some(frame) = self.frames.last_mut() {
                frame.breaker = frame.breaker.or(Some(end));
            }
        }
    }

    /// Notes that brackets which are never closed end here: a `{` follows, or something else of the line behind them.
    pub(super) fn break_here(&mut self) {
        let end = self.solid_end;
        for frame in self.frames.iter_mut().rev().take_while(|frame| frame.kind != b'{' || frame.value) {
            frame.breaker = frame.breaker.or(Some(end));
        }
    }
}

/// A word of a line.
struct Word {
    start: usize,
    end: usize,
    /// How many brackets of the line are open around it.
    depth: u32,
    /// The byte behind it and blanks; `\n` at the end.
    behind: u8,
    /// Whether it directly follows a word or colon.
    follows: bool,
}

/// The words of a line.
fn words(line: &str) -> Vec<Word> {
    let mut lexer = Lexer::new(line, 0);
    let (mut depth, mut words, mut follows) = (0u32, Vec::new(), false);
    while let Some(lexeme) = lexer.next() {
        let behind = line[lexeme.end..].trim_start_matches([' ', '\t']).bytes().next().unwrap_or(b'\n');
        match lexeme.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            Kind::Word if lexer.in_code() => {
                words.push(Word { start: lexeme.start, end: lexeme.end, depth, behind, follows });
            }
            _ => {}
        }
        if !lexeme.is_trivia() {
            follows = lexeme.kind == Kind::Word || line[lexeme.start..lexeme.end] == *":";
        }
    }
    words
}

/// The first field behind the head of a line.
fn first_field(words: &[Word]) -> Option<usize> {
    let keyword = words.first()?;
    let own_colon = usize::from(words.get(1).is_some_and(|word| word.behind == b':'));
    let rest = words.get(1 + own_colon..)?;
    let is_field = |word: &&Word| word.depth == 0 && word.behind == b':' && word.start > keyword.end;
    Some(rest.iter().find(is_field)?.start)
}

/// Where the block of a line was meant to begin: before its first field behind other words, before its last call or
/// block, or at its end.
fn block_start(line: &str) -> Option<usize> {
    let words = words(line);
    let (first, rest) = words.split_first()?;
    let keyword = &line[first.start..first.end];
    if keyword == "import" {
        return rest.first().map(|word| word.start);
    }
    let own_colon =
        matches!(keyword, "source" | "event" | "bus") && rest.first().is_some_and(|word| word.behind == b':');
    let rest = &rest[usize::from(own_colon)..];
    let before = |word: &Word| line[..word.start].trim_end();
    let is_call = |word: &Word| line[word.end..].starts_with('(');
    let nested = rest.iter().rfind(|word| word.behind == b':' && before(word).ends_with(':'));
    let field = rest.iter().find(|word| word.depth == 0 && word.behind == b':');
    let joins =
        |word: &Word| ["parallel", "failure", "exit", "else"].iter().any(|head| before(word).ends_with(head));
    let inner = rest.iter().rfind(|word| {
        word.depth > 0 && word.follows && (word.behind == b':' || is_call(word) && joins(word))
    });
    // The brace of `rule r on e {` and `function f {` is there.
    let heads_block = |word: &Word| {
        matches!(keyword, "rule" | "for" | "if" | "retry")
            || rest.first().is_some_and(|name| name.start == word.start)
    };
    let block = rest.iter().rfind(|word| word.depth == 0 && word.behind == b'{' && word.follows);
    let heads_itself = matches!(keyword, "expect" | "send" | "set" | "mock");
    let block = block.filter(|word| !heads_itself && !heads_block(word));
    // Nothing is missing right behind a brace, before a value or inside a head.
    let names = |word: &Word| {
        matches!(keyword, "function" | "workflow")
            && rest.first().is_some_and(|name| name.start == word.start)
    };
    let call = words.iter().rfind(|word| is_call(word));
    let call = call.filter(|word| !before(word).ends_with(['{', ':']) && !names(word));
    let found = nested.or(field).or(inner).or(block).or(call).map(|word| word.start);
    let heads = [
        "rule",
        "parallel",
        "if",
        "for",
        "retry",
        "on",
        "function",
        "workflow",
        "orchestrator",
        "placement",
        "test",
    ];
    found.or_else(|| (heads.contains(&keyword) && !line.contains('{')).then_some(line.len()))
}

/// Where the arguments of a call were meant to begin: between two operands of the line.
fn call_start(line: &str) -> Option<usize> {
    let mut lexer = Lexer::new(line, 0);
    let mut before: Option<Lexeme> = None;
    let keywords = [
        "let", "if", "for", "return", "emit", "wait", "retry", "rule", "on", "function", "workflow", "mock",
        "call",
    ];
    if line.trim_start().starts_with("rule ") {
        return None;
    }
    while let Some(lexeme) = lexer.next() {
        if lexeme.is_trivia() {
            continue;
        }
        let begins = matches!(lexeme.kind, Kind::Word | Kind::StringStart)
            && !CONNECTING.contains(&&line[lexeme.start..lexeme.end]);
        let behind = |word: &Lexeme| {
            let text = &line[word.start..word.end];
            let letter = text.starts_with(|c: char| c.is_ascii_alphabetic());
            word.kind == Kind::Word && letter && !CONNECTING.contains(&text) && !keywords.contains(&text)
        };
        if begins && before.as_ref().is_some_and(behind) {
            return before.map(|word| word.end);
        }
        before = Some(lexeme);
    }
    None
}
