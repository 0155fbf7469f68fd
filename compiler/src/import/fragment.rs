//! EFL text out of a resource: before it is pasted into a program, it has to be what its field says, and nothing more. A
//! text that closed the block around it could declare anything.

use super::text::comment;
use efl_grammar::{
    SyntaxNode,
    ast::{self, AstNode, HasMembers},
    parse_item,
};

/// What a text is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fragment {
    /// Event logic.
    Logic,
    /// A condition before a `{`.
    Condition,
    /// The statements and handlers of a body.
    Body,
    /// A type.
    Type,
    /// The type of an event.
    EventType,
    /// `(a: T)`.
    Parameters,
    /// A field of an event, of `once-per`.
    Field,
    /// A condition over clusters.
    Selector,
}

impl Fragment {
    /// The text, ready to be pasted; what is no such fragment becomes a comment, so that its place is seen to be empty.
    pub(super) fn pasted(self, text: &str) -> String {
        if self.holds(text) { text.to_owned() } else { format!("\n{}\n", comment(text, "")) }
    }

    /// Whether a text is nothing but this fragment, right or wrong.
    pub(super) fn holds(self, text: &str) -> bool {
        if !is_closed(text) {
            return false;
        }
        // The lines of a text are indented when it is pasted.
        let text = text.replace('\n', "\n ");
        let item = match self {
            Fragment::Logic => format!("orchestrator o {{\n rule r on {text}\n {{\n }}\n}}"),
            Fragment::Condition => format!("orchestrator o {{\n rule r on e where {text}\n {{\n }}\n}}"),
            Fragment::Body => format!("orchestrator o {{\n rule r on e {{\n {text}\n }}\n}}"),
            Fragment::Type => format!("type t = {text}\n"),
            Fragment::EventType => format!("orchestrator o {{\n event e: {text} {{\n }}\n}}"),
            Fragment::Parameters => format!("function f{text} {{\n}}"),
            Fragment::Field => format!("orchestrator o {{\n key: {text} every 1s\n}}"),
            Fragment::Selector => {
                format!("orchestrator o {{\n placement {{\n clusters where {text}\n }}\n}}")
            }
        };
        let root = SyntaxNode::new_root(parse_item(&item).green);
        let mut items = root.children().filter_map(ast::Item::cast);
        let (Some(only), None) = (items.next(), items.next()) else { return false };
        match only {
            ast::Item::Orchestrator(orc) => matches!(orc.members().as_slice(), [member] if self.is(member)),
            ast::Item::Type(_) => self == Fragment::Type,
            ast::Item::Function(_) => self == Fragment::Parameters,
            _ => false,
        }
    }

    fn is(self, member: &ast::Member) -> bool {
        match (self, member) {
            (Fragment::Body, ast::Member::Rule(_)) | (Fragment::Field, ast::Member::Field(_)) => true,
            // The empty body behind it is still its own.
            (Fragment::Logic | Fragment::Condition, ast::Member::Rule(rule)) => rule
                .body()
                .is_some_and(|body| body.stmts().next().is_none() && body.members().next().is_none()),
            (Fragment::EventType, ast::Member::Event(event)) => event.members().is_empty(),
            (Fragment::Selector, ast::Member::Placement(placement)) => {
                matches!(placement.members().as_slice(), [ast::Member::ClustersWhere(_)])
            }
            _ => false,
        }
    }
}

/// Whether every bracket, string and block comment of a text is closed in it, and none that it did not open.
fn is_closed(text: &str) -> bool {
    let mut scan = Scan { rest: text, open: Vec::new() };
    while !scan.rest.is_empty() {
        if !scan.step() {
            return false;
        }
    }
    scan.open.is_empty()
}

/// A walk through the tokens of a text, as far as brackets depend on them.
struct Scan<'a> {
    rest: &'a str,
    /// What closes each bracket; `"` and `t` (for three) a string around an interpolation.
    open: Vec<char>,
}

impl Scan<'_> {
    /// Goes past a token; `false` when it closes what is not open or never ends.
    fn step(&mut self) -> bool {
        if self.rest.starts_with("//") {
            self.skip(self.rest.find('\n').unwrap_or(self.rest.len()));
            return true;
        }
        if self.rest.starts_with("/*") {
            return self.block_comment();
        }
        let long = self.rest.starts_with("\"\"\"");
        let Some(c) = self.rest.chars().next() else { return false };
        self.skip(if long { 3 } else { c.len_utf8() });
        match c {
            '"' => self.string(if long { 't' } else { '"' }),
            '{' => self.push('}'),
            '[' => self.push(']'),
            '(' => self.push(')'),
            '}' | ']' | ')' => match self.open.pop() {
                Some(expected) if expected == c => match self.open.last() {
                    Some(&quote @ ('"' | 't')) => {
                        self.open.pop();
                        self.string(quote)
                    }
                    _ => true,
                },
                _ => false,
            },
            _ => true,
        }
    }

    fn push(&mut self, closer: char) -> bool {
        self.open.push(closer);
        true
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn block_comment(&mut self) -> bool {
        let mut depth = 0;
        loop {
            if self.rest.starts_with("/*") {
                depth += 1;
                self.skip(2);
            } else if self.rest.starts_with("*/") {
                depth -= 1;
                self.skip(2);
                if depth == 0 {
                    return true;
                }
            } else {
                let Some(c) = self.rest.chars().next() else { return false };
                self.skip(c.len_utf8());
            }
        }
    }

    /// The rest of a string, up to its end or an interpolation.
    fn string(&mut self, quote: char) -> bool {
        loop {
            if quote == 't' && self.rest.starts_with("\"\"\"") {
                self.skip(3);
                return true;
            }
            if self.rest.starts_with("${") {
                self.skip(2);
                self.open.extend([quote, '}']);
                return true;
            }
            let Some(c) = self.rest.chars().next() else { return false };
            self.skip(c.len_utf8());
            match c {
                '"' if quote == '"' => return true,
                '\n' if quote == '"' => return false,
                '\\' => self.skip(self.rest.chars().next().map_or(0, char::len_utf8)),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fragment::{self, Body, Condition, EventType, Field, Logic, Parameters, Selector, Type};

    #[track_caller]
    fn holds(fragment: Fragment, texts: &[&str]) {
        for text in texts {
            assert!(fragment.holds(text), "{text}");
        }
    }

    #[track_caller]
    fn refuses(fragment: Fragment, texts: &[&str]) {
        for text in texts {
            assert!(!fragment.holds(text), "{text}");
        }
    }

    #[test]
    fn a_text_is_what_its_field_says() {
        holds(Logic, &["a", "a[x > 1] and (b or c)", "a[x == \"}\"]", "a[x == { y: 1 }]"]);
        holds(Condition, &["a.x == b.x", "a.x in ([1, 2])"]);
        holds(Body, &["f(a)", "let x = f(a)\nif x.y == \"${x.z}\" {\n  g(x)\n}\non failure {\n  h()\n}"]);
        holds(Type, &["{ a: string, b?: \"low\" | \"high\" }", "list<int>"]);
        holds(EventType, &["Vehicle", "{ a: int }"]);
        holds(Parameters, &["(a: int = 3, b?: string)", "(Vehicle)"]);
        holds(Field, &["plate", "value[\"a b\"]"]);
        holds(Selector, &["region == \"riverside\""]);
    }

    #[test]
    fn a_mistake_in_it_is_for_the_checker_to_find() {
        holds(Logic, &["a and", "a[x >]", ""]);
        holds(Body, &["", "garbage here"]);
    }

    #[test]
    fn a_text_that_leaves_its_place_is_refused() {
        refuses(
            Logic,
            &["a { f() }\n}\norchestrator other {\n rule x on b", "a { f() } rule x on b", "a[\"", "a /*"],
        );
        refuses(Body, &["}", "f()\n}\nrule x on b {\n g()", "\"${\"", "f() /* ", "f(\"a\nb\")", ")("]);
        refuses(Type, &["int\nfunction f { }", "int\norchestrator x { }", "{"]);
        refuses(EventType, &["int { }\nrule x on b { f() }\nevent z: int"]);
        refuses(Parameters, &["(a: int) { image: \"x\" }\nfunction g", "() {}\norchestrator p"]);
        refuses(Selector, &["true\n }\n rule x on b { f() }\n placement {"]);
    }
}
