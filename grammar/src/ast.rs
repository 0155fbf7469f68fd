//! Typed views of the syntax tree.
//!
//! A tree is incomplete by design (a file being typed is always broken), so every accessor returns an `Option` or an
//! iterator. A view owns nothing but a cursor.

use crate::kind::{SyntaxElement, SyntaxKind, SyntaxKind::*, SyntaxNode, SyntaxToken};
use rowan::TextRange;

/// A typed view of one node.
pub trait AstNode: Sized {
    /// The view, if the node is of its kind.
    fn cast(node: SyntaxNode) -> Option<Self>;
    /// The node.
    fn syntax(&self) -> &SyntaxNode;
    /// Where it stands, without the blanks and comments around it.
    fn range(&self) -> TextRange {
        trimmed_range(self.syntax())
    }
}

/// The range of a node without the trivia and docs at its two ends.
pub fn trimmed_range(node: &SyntaxNode) -> TextRange {
    let first = solid(node, SyntaxNode::first_child_or_token, SyntaxElement::next_sibling_or_token);
    let last = solid(node, SyntaxNode::last_child_or_token, SyntaxElement::prev_sibling_or_token);
    match (first, last) {
        (Some(first), Some(last)) => TextRange::new(first.text_range().start(), last.text_range().end()),
        _ => node.text_range(),
    }
}

/// The token of a node nearest to one of its ends that is neither trivia nor a doc. What is missing is a node without
/// tokens, so the end itself may have none.
fn solid(
    node: &SyntaxNode,
    end: fn(&SyntaxNode) -> Option<SyntaxElement>,
    inwards: fn(&SyntaxElement) -> Option<SyntaxElement>,
) -> Option<SyntaxToken> {
    let is_solid = |token: &&SyntaxToken| !token.kind().is_trivia() && token.kind() != DOC_COMMENT;
    let token = |part: SyntaxElement| match &part {
        SyntaxElement::Token(token) => Some(token).filter(is_solid).cloned(),
        SyntaxElement::Node(inner) => solid(inner, end, inwards),
    };
    std::iter::successors(end(node), inwards).find_map(token)
}

fn child<N: AstNode>(node: &SyntaxNode) -> Option<N> {
    node.children().find_map(N::cast)
}

fn children<N: AstNode>(node: &SyntaxNode) -> impl Iterator<Item = N> + use<N> {
    node.children().filter_map(N::cast)
}

fn token(node: &SyntaxNode, kind: SyntaxKind) -> Option<SyntaxToken> {
    node.children_with_tokens().filter_map(SyntaxElement::into_token).find(|t| t.kind() == kind)
}

fn keyword(node: &SyntaxNode, word: &str) -> Option<SyntaxToken> {
    node.children_with_tokens()
        .filter_map(SyntaxElement::into_token)
        .find(|t| t.kind() == KEYWORD && t.text() == word)
}

macro_rules! nodes {
    ($($(#[doc = $doc:literal])* $name:ident($kind:ident)),* $(,)?) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name(SyntaxNode);
        impl AstNode for $name {
            fn cast(node: SyntaxNode) -> Option<Self> {
                (node.kind() == $kind).then_some(Self(node))
            }
            fn syntax(&self) -> &SyntaxNode {
                &self.0
            }
        }
    )*};
}

macro_rules! unions {
    ($($(#[doc = $doc:literal])* $name:ident { $($variant:ident($node:ident)),* $(,)? })*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs)] // each variant is the node of its name
        pub enum $name { $($variant($node)),* }
        impl AstNode for $name {
            fn cast(node: SyntaxNode) -> Option<Self> {
                None$(.or_else(|| $node::cast(node.clone()).map(Self::$variant)))*
            }
            fn syntax(&self) -> &SyntaxNode {
                match self { $(Self::$variant(it) => it.syntax()),* }
            }
        }
    )*};
}

nodes! {
    /// A whole file.
    File(FILE),
    /// `import { A, b as c } from "path"`.
    Import(IMPORT),
    /// `A` or `b as c` of an import.
    ImportName(IMPORT_NAME),
    /// `param NAME: TYPE = default`.
    Param(PARAM),
    /// `type NAME = TYPE`.
    TypeDecl(TYPE_DECL),
    /// `bus NAME: jetstream { … }`.
    Bus(BUS),
    /// `fleet NAME { … }`.
    Fleet(FLEET),
    /// `cluster NAME { … }` of a fleet.
    Cluster(CLUSTER),
    /// `function NAME(…) -> T { … }`.
    Function(FUNCTION),
    /// `workflow NAME(…) -> T { … }`.
    Workflow(WORKFLOW),
    /// `orchestrator NAME { … }`.
    Orchestrator(ORCHESTRATOR),
    /// `test "NAME" { … }`.
    Test(TEST),
    /// `source NAME: KIND { … }`.
    Source(SOURCE),
    /// `event NAME: TYPE { … }`, of a source or of an orchestrator.
    Event(EVENT),
    /// `rule NAME on LOGIC … { … }`.
    Rule(RULE),
    /// `placement { … }`.
    Placement(PLACEMENT),
    /// `clusters where EXPR`.
    ClustersWhere(CLUSTERS_WHERE),
    /// `pin STAGE: VALUE`.
    Pin(PIN),
    /// `patch KIND { … }`.
    Patch(PATCH),
    /// `ident [ident] { … }`.
    Nested(NESTED),
    /// `key: value`.
    Field(FIELD),
    /// The declared name.
    Name(NAME),
    /// A name declared elsewhere.
    NameRef(NAME_REF),
    /// The key of a field.
    Key(KEY),
    /// `{ … }`.
    Block(BLOCK),
    /// The doc lines of a declaration.
    Doc(DOC),
    /// A parameter list.
    Sig(SIG),
    /// `name?: TYPE = default`.
    Formal(FORMAL),
    /// `-> TYPE`.
    ResultType(RESULT),
    /// The value of a field.
    Value(VALUE),
    /// ` every VALUE` or ` backoff VALUE`.
    ValueTail(VALUE_TAIL),
    /// `A | B`: two or more alternatives.
    TyUnion(TY_UNION),
    /// A named type, built in or declared.
    TyName(TY_NAME),
    /// `list<T>`.
    TyList(TY_LIST),
    /// `map<T>`.
    TyMap(TY_MAP),
    /// `schema("file.json")`.
    TySchema(TY_SCHEMA),
    /// `"low"`, `-1`, `true`, `null`.
    TyLiteral(TY_LITERAL),
    /// `(T)`.
    TyParen(TY_PAREN),
    /// `{ a: T, b?: U }`.
    TyRecord(TY_RECORD),
    /// `a?: T` of a record type.
    TyField(TY_FIELD),
    /// `A and B`, `A or B`, `A then B`, left-associated by precedence.
    LogicBin(LOGIC_BIN),
    /// `( LOGIC )`.
    LogicParen(LOGIC_PAREN),
    /// `not TERM for D`.
    LogicNot(LOGIC_NOT),
    /// `count(LOGIC, n)`.
    LogicCount(LOGIC_COUNT),
    /// `source.event[predicate] as alias`.
    LogicEvent(LOGIC_EVENT),
    /// `event` or `source.event`.
    EventRef(EVENT_REF),
    /// `[EXPR]`.
    Predicate(PREDICATE),
    /// `as NAME`.
    Alias(ALIAS),
    /// `within D`.
    Within(WITHIN),
    /// `by a, b`.
    By(BY),
    /// `where EXPR`.
    Where(WHERE),
    /// The body of a workflow or rule: options, statements, handlers.
    Body(BODY),
    /// `{ STMT… }`.
    Stmts(STMTS),
    /// `let x = EXPR`.
    LetStmt(LET_STMT),
    /// `f(…)`.
    CallStmt(CALL_STMT),
    /// `parallel { … }`.
    ParallelStmt(PARALLEL_STMT),
    /// `if EXPR { … } else …`.
    IfStmt(IF_STMT),
    /// `for x in EXPR max n { … }`.
    ForStmt(FOR_STMT),
    /// `retry n backoff a..b { … }`.
    RetryStmt(RETRY_STMT),
    /// `wait D`.
    WaitStmt(WAIT_STMT),
    /// `emit EVENT { … }`.
    EmitStmt(EMIT_STMT),
    /// `return EXPR`.
    ReturnStmt(RETURN_STMT),
    /// `on failure { … }` or `on exit { … }`.
    Handler(HANDLER),
    /// ` retry n backoff a..b` behind a call.
    CallRetry(CALL_RETRY),
    /// ` timeout D` behind a call.
    CallTimeout(CALL_TIMEOUT),
    /// `backoff a..b`.
    Backoff(BACKOFF),
    /// A number, `true`, `false` or `null`.
    Literal(LITERAL),
    /// A string.
    Str(STRING),
    /// `${ EXPR }`.
    Interpolation(INTERPOLATION),
    /// A name used as a value.
    NameExpr(NAME_EXPR),
    /// `[a, b]`.
    ListExpr(LIST_EXPR),
    /// `{ a: 1 }`.
    RecordExpr(RECORD_EXPR),
    /// `a: 1` of a record.
    RecordField(RECORD_FIELD),
    /// `( EXPR )`.
    ParenExpr(PAREN_EXPR),
    /// `a OP b`.
    BinaryExpr(BINARY_EXPR),
    /// `not a` or `-a`.
    UnaryExpr(UNARY_EXPR),
    /// `a.b`.
    MemberExpr(MEMBER_EXPR),
    /// `a[b]`.
    IndexExpr(INDEX_EXPR),
    /// `f(…)`.
    CallExpr(CALL_EXPR),
    /// `( … )` of a call.
    Args(ARGS),
    /// `a: EXPR` of a call.
    NamedArg(NAMED_ARG),
    /// `at "TIME"`.
    StepAt(STEP_AT),
    /// `advance D`.
    StepAdvance(STEP_ADVANCE),
    /// `send …`.
    StepSend(STEP_SEND),
    /// `set CLUSTER …`.
    StepSet(STEP_SET),
    /// `mock F …`.
    StepMock(STEP_MOCK),
    /// `expect …`.
    StepExpect(STEP_EXPECT),
    /// `meta { … }`.
    SendMeta(SEND_META),
    /// `returns V` or `fails …`.
    Outcome(OUTCOME),
    /// What is expected.
    Target(TARGET),
    /// `{ key: PATTERN }`.
    Pattern(PATTERN),
    /// `key: PATTERN`.
    PatternField(PATTERN_FIELD),
    /// `any`.
    PatternAny(PATTERN_ANY),
    /// `matches "re"`.
    PatternMatches(PATTERN_MATCHES),
    /// `[PATTERN, …]`.
    PatternList(PATTERN_LIST),
    /// An expression or range as a pattern.
    PatternValue(PATTERN_VALUE),
    /// A syntax error's place.
    ErrorNode(ERROR),
}

unions! {
    /// A declaration of a file.
    Item {
        Import(Import), Param(Param), Type(TypeDecl), Bus(Bus), Fleet(Fleet), Function(Function),
        Workflow(Workflow), Orchestrator(Orchestrator), Test(Test),
    }
    /// What may stand in the block of an orchestrator, source, fleet, placement or other declaration.
    Member {
        Source(Source), Function(Function), Workflow(Workflow), Rule(Rule), Type(TypeDecl), Event(Event),
        Placement(Placement), Cluster(Cluster), ClustersWhere(ClustersWhere), Pin(Pin), Patch(Patch),
        Nested(Nested), Field(Field),
    }
    /// A type.
    Ty {
        Union(TyUnion), Name(TyName), List(TyList), Map(TyMap), Schema(TySchema), Literal(TyLiteral),
        Paren(TyParen), Record(TyRecord),
    }
    /// Event logic.
    Logic {
        Bin(LogicBin), Paren(LogicParen), Not(LogicNot), Count(LogicCount), Event(LogicEvent),
    }
    /// An expression.
    Expr {
        Literal(Literal), Str(Str), Name(NameExpr), List(ListExpr), Record(RecordExpr), Paren(ParenExpr),
        Binary(BinaryExpr), Unary(UnaryExpr), Member(MemberExpr), Index(IndexExpr), Call(CallExpr),
    }
    /// A statement of a body.
    Stmt {
        Let(LetStmt), Call(CallStmt), Parallel(ParallelStmt), If(IfStmt), For(ForStmt), Retry(RetryStmt),
        Wait(WaitStmt), Emit(EmitStmt), Return(ReturnStmt),
    }
    /// A step of a test.
    Step {
        At(StepAt), Advance(StepAdvance), Send(StepSend), Set(StepSet), Mock(StepMock), Expect(StepExpect),
    }
    /// A pattern of an expectation.
    Pat {
        Any(PatternAny), Matches(PatternMatches), Record(Pattern), List(PatternList), Value(PatternValue),
    }
}

/// A node that declares a name.
pub trait HasName: AstNode {
    /// The declared name.
    fn name(&self) -> Option<Name> {
        child(self.syntax())
    }
}

/// A node that may carry `///` lines.
pub trait HasDoc: AstNode {
    /// The doc text: the lines without `///` and one blank behind it, joined by newlines.
    fn doc(&self) -> Option<String> {
        doc(self.syntax())
    }
}

/// The doc text of a node that may carry `///` lines.
pub fn doc(node: &SyntaxNode) -> Option<String> {
    child::<Doc>(node).map(|doc| {
        let lines = doc.0.children_with_tokens().filter_map(SyntaxElement::into_token);
        let text = |t: SyntaxToken| {
            let line = t.text().trim_start_matches('/');
            line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned()
        };
        lines.filter(|t| t.kind() == DOC_COMMENT).map(text).collect::<Vec<_>>().join("\n")
    })
}

macro_rules! mark {
    ($trait:ident: $($name:ident),*) => { $(impl $trait for $name {})* };
}
mark!(HasName: Param, TypeDecl, Bus, Fleet, Cluster, Function, Workflow, Orchestrator, Source, Event, Rule, Formal,
      LetStmt, ForStmt, Alias);
mark!(HasDoc: Param, TypeDecl, Bus, Fleet, Cluster, Function, Workflow, Orchestrator, Test, Source, Event, Rule,
      Placement, Nested, Field, TyField, Patch);

impl Name {
    /// The name.
    pub fn text(&self) -> String {
        token(&self.0, IDENT).map(|t| t.text().to_owned()).unwrap_or_default()
    }
}
impl NameRef {
    /// The name.
    pub fn text(&self) -> String {
        token(&self.0, IDENT).map(|t| t.text().to_owned()).unwrap_or_default()
    }
}
impl Key {
    /// The key: the name, or the text of the string (keys have no interpolation).
    pub fn text(&self) -> String {
        match token(&self.0, IDENT) {
            Some(t) => t.text().to_owned(),
            None => child::<Str>(&self.0).and_then(|s| s.plain()).unwrap_or_default(),
        }
    }
}

impl File {
    /// Imports and declarations in order.
    pub fn items(&self) -> impl Iterator<Item = Item> + use<> {
        children(&self.0)
    }
}
impl Import {
    /// The imported names.
    pub fn names(&self) -> impl Iterator<Item = ImportName> + use<> {
        children(&self.0)
    }
    /// The path as written.
    pub fn path(&self) -> Option<Str> {
        child(&self.0)
    }
}
impl ImportName {
    /// The name in the other file.
    pub fn imported(&self) -> Option<NameRef> {
        child(&self.0)
    }
    /// The name behind `as`.
    pub fn alias(&self) -> Option<Name> {
        child(&self.0)
    }
}
impl Param {
    /// Its type.
    pub fn ty(&self) -> Option<Ty> {
        child(&self.0)
    }
    /// Its default.
    pub fn default(&self) -> Option<Expr> {
        child(&self.0)
    }
}
impl TypeDecl {
    /// The type.
    pub fn ty(&self) -> Option<Ty> {
        child(&self.0)
    }
}

/// A declaration with a block of members.
pub trait HasMembers: AstNode {
    /// The block.
    fn block(&self) -> Option<Block> {
        child(self.syntax())
    }
    /// The members of the block, in order.
    fn members(&self) -> Vec<Member> {
        self.block().map(|b| children(b.syntax()).collect()).unwrap_or_default()
    }
}
mark!(HasMembers: Bus, Fleet, Cluster, Function, Orchestrator, Source, Event, Placement, Patch, Nested);

impl Block {
    /// The members, in order.
    pub fn members(&self) -> impl Iterator<Item = Member> + use<> {
        children(&self.0)
    }
}
impl Bus {
    /// The kind behind `:`.
    pub fn kind(&self) -> Option<NameRef> {
        child(&self.0)
    }
}
impl Source {
    /// The kind behind `:`.
    pub fn kind(&self) -> Option<NameRef> {
        child(&self.0)
    }
}
impl Event {
    /// The payload type.
    pub fn ty(&self) -> Option<Ty> {
        child(&self.0)
    }
}
impl Patch {
    /// The Kubernetes kind.
    pub fn kind(&self) -> Option<NameRef> {
        child(&self.0)
    }
}
impl Nested {
    /// The first word: what the block is.
    pub fn keyword(&self) -> Option<NameRef> {
        child(&self.0)
    }
    /// The second word: its name (`metric queue-depth { … }`).
    pub fn label(&self) -> Option<Name> {
        child(&self.0)
    }
}
impl Field {
    /// The key.
    pub fn key(&self) -> Option<Key> {
        child(&self.0)
    }
    /// The value.
    pub fn value(&self) -> Option<Value> {
        child(&self.0)
    }
}
impl Pin {
    /// The stage: `events`, `logic` or `functions`.
    pub fn stage(&self) -> Option<NameRef> {
        child(&self.0)
    }
    /// The clusters.
    pub fn value(&self) -> Option<Value> {
        child(&self.0)
    }
}
impl ClustersWhere {
    /// The condition over a cluster's fields.
    pub fn condition(&self) -> Option<Expr> {
        child(&self.0)
    }
}
impl Value {
    /// The expression, or the lower bound of a range.
    pub fn expr(&self) -> Option<Expr> {
        child(&self.0)
    }
    /// The upper bound behind `..`.
    pub fn upper(&self) -> Option<Expr> {
        token(&self.0, DOT_DOT)?;
        children::<Expr>(&self.0).nth(1)
    }
    /// Whether it is a range.
    pub fn is_range(&self) -> bool {
        token(&self.0, DOT_DOT).is_some()
    }
    /// `every D` or `backoff a..b`.
    pub fn tail(&self) -> Option<ValueTail> {
        child(&self.0)
    }
}
impl ValueTail {
    /// `every` or `backoff`.
    pub fn keyword(&self) -> Option<SyntaxToken> {
        token(&self.0, KEYWORD)
    }
    /// The value behind the word.
    pub fn value(&self) -> Option<Value> {
        child(&self.0)
    }
}
/// A declaration with a parameter list and a result.
pub trait HasSig: AstNode {
    /// `( … )`.
    fn sig(&self) -> Option<Sig> {
        child(self.syntax())
    }
    /// `-> T`.
    fn result(&self) -> Option<Ty> {
        child::<ResultType>(self.syntax()).and_then(|r| child(r.syntax()))
    }
}
mark!(HasSig: Function, Workflow);

impl Sig {
    /// The parameters.
    pub fn formals(&self) -> impl Iterator<Item = Formal> + use<> {
        children(&self.0)
    }
    /// The type of `( T )`: one unnamed parameter.
    pub fn unnamed(&self) -> Option<Ty> {
        child(&self.0)
    }
}
impl Formal {
    /// Its type.
    pub fn ty(&self) -> Option<Ty> {
        child(&self.0)
    }
    /// Whether `?` follows the name.
    pub fn is_optional(&self) -> bool {
        token(&self.0, QUESTION).is_some()
    }
    /// Its default.
    pub fn default(&self) -> Option<Expr> {
        child(&self.0)
    }
}
impl Workflow {
    /// The body.
    pub fn body(&self) -> Option<Body> {
        child(&self.0)
    }
}

impl TyUnion {
    /// The alternatives.
    pub fn alternatives(&self) -> impl Iterator<Item = Ty> + use<> {
        children(&self.0)
    }
}
impl TyName {
    /// The name.
    pub fn name(&self) -> Option<NameRef> {
        child(&self.0)
    }
}
impl TyList {
    /// The element.
    pub fn element(&self) -> Option<Ty> {
        child(&self.0)
    }
}
impl TyMap {
    /// The value.
    pub fn element(&self) -> Option<Ty> {
        child(&self.0)
    }
}
impl TySchema {
    /// The path of the JSON Schema file.
    pub fn path(&self) -> Option<Str> {
        child(&self.0)
    }
}
impl TyLiteral {
    /// The literal without a sign: `STRING` or `LITERAL`.
    pub fn literal(&self) -> Option<Expr> {
        child(&self.0)
    }
    /// Whether `-` stands before the number.
    pub fn is_negative(&self) -> bool {
        token(&self.0, OPERATOR).is_some()
    }
}
impl TyParen {
    /// The inner type.
    pub fn inner(&self) -> Option<Ty> {
        child(&self.0)
    }
}
impl TyRecord {
    /// The fields.
    pub fn fields(&self) -> impl Iterator<Item = TyField> + use<> {
        children(&self.0)
    }
}
impl TyField {
    /// The key.
    pub fn key(&self) -> Option<Key> {
        child(&self.0)
    }
    /// Whether `?` follows the key.
    pub fn is_optional(&self) -> bool {
        token(&self.0, QUESTION).is_some()
    }
    /// The type.
    pub fn ty(&self) -> Option<Ty> {
        child(&self.0)
    }
}

impl Rule {
    /// The event logic behind `on`.
    pub fn logic(&self) -> Option<Logic> {
        child(&self.0)
    }
    /// Every `within` (one is allowed).
    pub fn within(&self) -> impl Iterator<Item = Within> + use<> {
        children(&self.0)
    }
    /// Every `by` (one is allowed).
    pub fn by(&self) -> impl Iterator<Item = By> + use<> {
        children(&self.0)
    }
    /// Every `where` (one is allowed).
    pub fn conditions(&self) -> impl Iterator<Item = Where> + use<> {
        children(&self.0)
    }
    /// Options and statements.
    pub fn body(&self) -> Option<Body> {
        child(&self.0)
    }
}
impl Within {
    /// The duration: `LITERAL` or `NAME_EXPR` (a param).
    pub fn duration(&self) -> Option<Expr> {
        child(&self.0)
    }
}
impl By {
    /// The fields.
    pub fn fields(&self) -> impl Iterator<Item = NameRef> + use<> {
        children(&self.0)
    }
}
impl Where {
    /// The condition.
    pub fn condition(&self) -> Option<Expr> {
        child(&self.0)
    }
}
impl LogicBin {
    /// `and`, `or` or `then`.
    pub fn operator(&self) -> Option<SyntaxToken> {
        token(&self.0, KEYWORD)
    }
    /// The two sides.
    pub fn operands(&self) -> impl Iterator<Item = Logic> + use<> {
        children(&self.0)
    }
}
impl LogicParen {
    /// The inner logic.
    pub fn inner(&self) -> Option<Logic> {
        child(&self.0)
    }
}
impl LogicNot {
    /// The term that must not come.
    pub fn term(&self) -> Option<Logic> {
        child(&self.0)
    }
    /// The duration: `LITERAL` or `NAME_EXPR`.
    pub fn duration(&self) -> Option<Expr> {
        child(&self.0)
    }
}
impl LogicCount {
    /// What is counted.
    pub fn inner(&self) -> Option<Logic> {
        child(&self.0)
    }
    /// How often: `LITERAL` or `NAME_EXPR`.
    pub fn times(&self) -> Option<Expr> {
        child(&self.0)
    }
}
impl LogicEvent {
    /// Which event.
    pub fn event(&self) -> Option<EventRef> {
        child(&self.0)
    }
    /// `[EXPR]`.
    pub fn predicate(&self) -> Option<Predicate> {
        child(&self.0)
    }
    /// `as NAME`.
    pub fn alias(&self) -> Option<Name> {
        child::<Alias>(&self.0).and_then(|a| a.name())
    }
}
impl EventRef {
    /// One name, or the source's and the event's.
    pub fn segments(&self) -> impl Iterator<Item = NameRef> + use<> {
        children(&self.0)
    }
}
impl Predicate {
    /// The condition.
    pub fn condition(&self) -> Option<Expr> {
        child(&self.0)
    }
}

impl Body {
    /// Options (`rate: 10/s`, `timeout: 5m`) and nested blocks, before the statements.
    pub fn members(&self) -> impl Iterator<Item = Member> + use<> {
        children(&self.0)
    }
    /// The statements.
    pub fn stmts(&self) -> impl Iterator<Item = Stmt> + use<> {
        children(&self.0)
    }
    /// `on failure`, `on exit`.
    pub fn handlers(&self) -> impl Iterator<Item = Handler> + use<> {
        children(&self.0)
    }
}
impl Stmts {
    /// The statements.
    pub fn stmts(&self) -> impl Iterator<Item = Stmt> + use<> {
        children(&self.0)
    }
}
impl Handler {
    /// `failure` or `exit`: the second keyword.
    pub fn event(&self) -> Option<SyntaxToken> {
        self.0
            .children_with_tokens()
            .filter_map(SyntaxElement::into_token)
            .filter(|t| t.kind() == KEYWORD)
            .nth(1)
    }
    /// The statements.
    pub fn stmts(&self) -> Option<Stmts> {
        child(&self.0)
    }
}

/// A statement that may end in call options.
pub trait HasCallOptions: AstNode {
    /// Every `retry`.
    fn retries(&self) -> Vec<CallRetry> {
        children(self.syntax()).collect()
    }
    /// Every `timeout`.
    fn timeouts(&self) -> Vec<CallTimeout> {
        children(self.syntax()).collect()
    }
}
mark!(HasCallOptions: LetStmt, CallStmt, ReturnStmt);

impl LetStmt {
    /// The value.
    pub fn value(&self) -> Option<Expr> {
        child(&self.0)
    }
}
impl CallStmt {
    /// The call.
    pub fn call(&self) -> Option<CallExpr> {
        child(&self.0)
    }
}
impl ReturnStmt {
    /// The value.
    pub fn value(&self) -> Option<Expr> {
        child(&self.0)
    }
}
impl ParallelStmt {
    /// The children.
    pub fn stmts(&self) -> Option<Stmts> {
        child(&self.0)
    }
}
impl IfStmt {
    /// The conditions of `if` and of each `else if`, in order.
    pub fn conditions(&self) -> impl Iterator<Item = Expr> + use<> {
        children(&self.0)
    }
    /// The branches in order; one more than the conditions when there is a final `else`.
    pub fn branches(&self) -> impl Iterator<Item = Stmts> + use<> {
        children(&self.0)
    }
}
impl ForStmt {
    /// The list.
    pub fn list(&self) -> Option<Expr> {
        child(&self.0)
    }
    /// The bound behind `max`: `LITERAL` or `NAME_EXPR`.
    pub fn max(&self) -> Option<Expr> {
        keyword(&self.0, "max")?;
        children::<Expr>(&self.0).nth(1)
    }
    /// The body.
    pub fn stmts(&self) -> Option<Stmts> {
        child(&self.0)
    }
}
impl RetryStmt {
    /// How often.
    pub fn times(&self) -> Option<Expr> {
        child(&self.0)
    }
    /// `backoff a..b`.
    pub fn backoff(&self) -> Option<Backoff> {
        child(&self.0)
    }
    /// The body.
    pub fn stmts(&self) -> Option<Stmts> {
        child(&self.0)
    }
}
impl CallRetry {
    /// How often.
    pub fn times(&self) -> Option<Expr> {
        child(&self.0)
    }
    /// `backoff a..b`.
    pub fn backoff(&self) -> Option<Backoff> {
        child(&self.0)
    }
}
impl CallTimeout {
    /// How long.
    pub fn duration(&self) -> Option<Expr> {
        child(&self.0)
    }
}
impl Backoff {
    /// The first delay.
    pub fn from(&self) -> Option<Expr> {
        child(&self.0)
    }
    /// The longest delay.
    pub fn to(&self) -> Option<Expr> {
        children::<Expr>(&self.0).nth(1)
    }
}
impl WaitStmt {
    /// How long.
    pub fn duration(&self) -> Option<Expr> {
        child(&self.0)
    }
}
impl EmitStmt {
    /// The event.
    pub fn event(&self) -> Option<NameRef> {
        child(&self.0)
    }
    /// The payload.
    pub fn payload(&self) -> Option<RecordExpr> {
        child(&self.0)
    }
}

/// What a [`Literal`] is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiteralKind {
    /// A number token, with its unit.
    Number(String),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
}
impl Literal {
    /// What it is.
    pub fn kind(&self) -> Option<LiteralKind> {
        let token = self
            .0
            .children_with_tokens()
            .filter_map(SyntaxElement::into_token)
            .find(|t| !t.kind().is_trivia())?;
        match (token.kind(), token.text()) {
            (NUMBER, text) => Some(LiteralKind::Number(text.to_owned())),
            (_, "true") => Some(LiteralKind::Bool(true)),
            (_, "false") => Some(LiteralKind::Bool(false)),
            (_, "null") => Some(LiteralKind::Null),
            _ => None,
        }
    }
}

/// A piece of a string.
#[derive(Clone, Debug, PartialEq)]
pub enum StrPart {
    /// Text with its escapes resolved.
    Text(String),
    /// `${ EXPR }`; `None` where the expression is missing.
    Expr(Option<Expr>),
}
impl Str {
    /// Whether it is a `"""` string.
    pub fn is_multiline(&self) -> bool {
        token(&self.0, QUOTE).is_some_and(|q| q.text().len() == 3)
    }
    /// The parts, adjacent text joined, escapes resolved, and for `"""` the closing quote's indentation stripped.
    pub fn parts(&self) -> Vec<StrPart> {
        crate::string::parts(self)
    }
    /// The text, if there is no interpolation.
    pub fn plain(&self) -> Option<String> {
        match self.parts().as_slice() {
            [] => Some(String::new()),
            [StrPart::Text(text)] => Some(text.clone()),
            _ => None,
        }
    }
}
impl Interpolation {
    /// The expression.
    pub fn expr(&self) -> Option<Expr> {
        child(&self.0)
    }
}
impl NameExpr {
    /// The name.
    pub fn name(&self) -> String {
        token(&self.0, IDENT).map(|t| t.text().to_owned()).unwrap_or_default()
    }
}
impl ListExpr {
    /// The elements.
    pub fn elements(&self) -> impl Iterator<Item = Expr> + use<> {
        children(&self.0)
    }
}
impl RecordExpr {
    /// The fields.
    pub fn fields(&self) -> impl Iterator<Item = RecordField> + use<> {
        children(&self.0)
    }
}
impl RecordField {
    /// The key.
    pub fn key(&self) -> Option<Key> {
        child(&self.0)
    }
    /// The value.
    pub fn value(&self) -> Option<Expr> {
        child(&self.0)
    }
}
impl ParenExpr {
    /// The inner expression.
    pub fn inner(&self) -> Option<Expr> {
        child(&self.0)
    }
}
impl BinaryExpr {
    /// The operator: `OPERATOR` or `KEYWORD`.
    pub fn operator(&self) -> Option<SyntaxToken> {
        self.0
            .children_with_tokens()
            .filter_map(SyntaxElement::into_token)
            .find(|t| matches!(t.kind(), OPERATOR | KEYWORD))
    }
    /// The left side.
    pub fn left(&self) -> Option<Expr> {
        child(&self.0)
    }
    /// The right side.
    pub fn right(&self) -> Option<Expr> {
        children::<Expr>(&self.0).nth(1)
    }
}
impl UnaryExpr {
    /// `not` or `-`.
    pub fn operator(&self) -> Option<SyntaxToken> {
        self.0
            .children_with_tokens()
            .filter_map(SyntaxElement::into_token)
            .find(|t| matches!(t.kind(), OPERATOR | KEYWORD))
    }
    /// The operand.
    pub fn operand(&self) -> Option<Expr> {
        child(&self.0)
    }
}
impl MemberExpr {
    /// What the member is of.
    pub fn base(&self) -> Option<Expr> {
        child(&self.0)
    }
    /// The member.
    pub fn member(&self) -> Option<NameRef> {
        child(&self.0)
    }
}
impl IndexExpr {
    /// What is indexed.
    pub fn base(&self) -> Option<Expr> {
        child(&self.0)
    }
    /// The index.
    pub fn index(&self) -> Option<Expr> {
        children::<Expr>(&self.0).nth(1)
    }
}
impl CallExpr {
    /// What is called.
    pub fn callee(&self) -> Option<Expr> {
        child(&self.0)
    }
    /// The arguments.
    pub fn args(&self) -> Option<Args> {
        child(&self.0)
    }
}
impl Args {
    /// The named arguments.
    pub fn named(&self) -> impl Iterator<Item = NamedArg> + use<> {
        children(&self.0)
    }
    /// The positional arguments.
    pub fn positional(&self) -> impl Iterator<Item = Expr> + use<> {
        children(&self.0)
    }
}
impl NamedArg {
    /// The parameter.
    pub fn name(&self) -> Option<NameRef> {
        child(&self.0)
    }
    /// The value.
    pub fn value(&self) -> Option<Expr> {
        child(&self.0)
    }
}

impl Test {
    /// The title.
    pub fn title(&self) -> Option<Str> {
        child(&self.0)
    }
    /// The orchestrator behind `for`.
    pub fn orchestrator(&self) -> Option<NameRef> {
        child(&self.0)
    }
    /// The steps.
    pub fn steps(&self) -> impl Iterator<Item = Step> + use<> {
        child::<Block>(&self.0).into_iter().flat_map(|b| children(b.syntax()))
    }
}
impl StepAt {
    /// The time.
    pub fn time(&self) -> Option<Str> {
        child(&self.0)
    }
}
impl StepAdvance {
    /// How long.
    pub fn duration(&self) -> Option<Expr> {
        child(&self.0)
    }
}
impl StepSend {
    /// How many: the number between `send` and the event.
    pub fn times(&self) -> Option<Expr> {
        let event = self.event()?.syntax().text_range().start();
        children::<Expr>(&self.0).find(|e| e.syntax().text_range().start() < event)
    }
    /// The event.
    pub fn event(&self) -> Option<EventRef> {
        child(&self.0)
    }
    /// The payload.
    pub fn payload(&self) -> Option<RecordExpr> {
        child(&self.0)
    }
    /// The metadata.
    pub fn meta(&self) -> Option<RecordExpr> {
        child::<SendMeta>(&self.0).and_then(|m| child(m.syntax()))
    }
    /// The interval behind `every`.
    pub fn every(&self) -> Option<Expr> {
        let every = keyword(&self.0, "every")?.text_range().end();
        children::<Expr>(&self.0).find(|e| e.syntax().text_range().start() >= every)
    }
}
impl StepSet {
    /// The cluster.
    pub fn cluster(&self) -> Option<NameRef> {
        child(&self.0)
    }
    /// The observations.
    pub fn observations(&self) -> Option<RecordExpr> {
        child(&self.0)
    }
    /// `down`, `up` or `stale`.
    pub fn state(&self) -> Option<SyntaxToken> {
        self.0
            .children_with_tokens()
            .filter_map(SyntaxElement::into_token)
            .filter(|t| t.kind() == KEYWORD)
            .nth(1)
    }
}
impl StepMock {
    /// The function.
    pub fn function(&self) -> Option<NameRef> {
        child(&self.0)
    }
    /// The arguments that must match.
    pub fn args(&self) -> Option<Args> {
        child(&self.0)
    }
    /// The outcomes, for successive calls.
    pub fn outcomes(&self) -> impl Iterator<Item = Outcome> + use<> {
        children(&self.0)
    }
}
impl Outcome {
    /// The duration behind `takes`.
    pub fn takes(&self) -> Option<Expr> {
        keyword(&self.0, "takes").and_then(|_| child(&self.0))
    }
    /// The value behind `returns`.
    pub fn returns(&self) -> Option<Expr> {
        let word = keyword(&self.0, "returns")?.text_range().end();
        children::<Expr>(&self.0).find(|e| e.syntax().text_range().start() >= word)
    }
    /// Whether the call fails.
    pub fn fails(&self) -> bool {
        keyword(&self.0, "fails").is_some()
    }
    /// The status and the text behind `fails`.
    pub fn failure(&self) -> Vec<Expr> {
        let Some(word) = keyword(&self.0, "fails") else { return Vec::new() };
        let end = word.text_range().end();
        children::<Expr>(&self.0).filter(|e| e.syntax().text_range().start() >= end).collect()
    }
}
impl StepExpect {
    /// Whether it is `expect no …`.
    pub fn is_negative(&self) -> bool {
        keyword(&self.0, "no").is_some()
    }
    /// Whether it is `expect nothing else`.
    pub fn is_nothing_else(&self) -> bool {
        keyword(&self.0, "nothing").is_some()
    }
    /// What is expected.
    pub fn target(&self) -> Option<Target> {
        child(&self.0)
    }
    /// The number behind `times`.
    pub fn times(&self) -> Option<Expr> {
        child(&self.0)
    }
}
impl Target {
    /// `rule`, `call`, `run`, `emit`, `dead-letter`, `placed` or `move`.
    pub fn keyword(&self) -> Option<SyntaxToken> {
        token(&self.0, KEYWORD)
    }
    /// Every keyword of the target: `run … succeeds`, `placed on`, `move to`.
    pub fn keywords(&self) -> impl Iterator<Item = SyntaxToken> + use<> {
        self.0.children_with_tokens().filter_map(SyntaxElement::into_token).filter(|t| t.kind() == KEYWORD)
    }
    /// The rule, function, workflow, event or cluster.
    pub fn name(&self) -> Option<NameRef> {
        child(&self.0)
    }
    /// The event of `dead-letter`.
    pub fn event(&self) -> Option<EventRef> {
        child(&self.0)
    }
    /// The pattern.
    pub fn pattern(&self) -> Option<Pattern> {
        child(&self.0)
    }
    /// The clusters of `placed on`.
    pub fn clusters(&self) -> Option<ListExpr> {
        child(&self.0)
    }
}
impl Pattern {
    /// The fields.
    pub fn fields(&self) -> impl Iterator<Item = PatternField> + use<> {
        children(&self.0)
    }
}
impl PatternField {
    /// The key.
    pub fn key(&self) -> Option<Key> {
        child(&self.0)
    }
    /// The pattern.
    pub fn pattern(&self) -> Option<Pat> {
        child(&self.0)
    }
}
impl PatternMatches {
    /// The regular expression.
    pub fn regex(&self) -> Option<Str> {
        child(&self.0)
    }
}
impl PatternList {
    /// The elements.
    pub fn elements(&self) -> impl Iterator<Item = Pat> + use<> {
        children(&self.0)
    }
}
impl PatternValue {
    /// The value or lower bound.
    pub fn expr(&self) -> Option<Expr> {
        child(&self.0)
    }
    /// The upper bound.
    pub fn upper(&self) -> Option<Expr> {
        children::<Expr>(&self.0).nth(1)
    }
}
