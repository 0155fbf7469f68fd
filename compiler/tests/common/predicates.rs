//! Random predicates, and random events that they have something to say about.

use efl_compiler::{
    eval::{number_text, pattern},
    ir::{Builtin, Expr, Op, Scope},
};
use proptest::{collection::vec, option::weighted, prelude::*, sample::select};
use serde_json::{Map, Value, json};

/// Field names: plain, reserved, and such that paths and languages trip over.
const KEYS: &[&str] = &[
    "speed",
    "zone",
    "tags",
    "at",
    "on",
    "time",
    "value",
    "in",
    "meta",
    "max-speed",
    "b.c",
    "x y",
    "größe",
    "q\"t",
    "@z",
    "#",
    "a*",
    "!n",
    "e\\s",
    "0",
    "",
    "{",
    "|",
    "metadata",
    "topic",
    "it's",
    "a:b",
    "$e",
    "\\(1)",
    "true",
    "日本",
];

const TEXTS: &[&str] = &[
    "",
    "z1",
    "Z1",
    "z",
    "95",
    "-1.5e3",
    "01",
    "0",
    "1e400",
    "9007199254740993",
    "2024-01-02",
    "5:04PM",
    "it's",
    "a\\b",
    "größe 1",
    "x\ny",
    "true",
    "null",
    "<&>",
    "日本",
    "\u{1F600}",
    "NL-1",
    "\\(1)",
    "${x}",
    "\u{0}\u{7f}",
    "ÄÖ",
    "äö",
    "2000-01-01T00:00:00Z",
    "2000-01-01T01:00:00+01:00",
    "2000-01-01T00:00:00.5Z",
    "1999-12-31T23:59:60Z",
    "2001-02-29T00:00:00Z",
    "2000-02-29T23:59:59.999999999-23:59",
    "0000-01-01T00:00:00Z",
    "2000-01-01t00:00:00z",
];

const NUMBERS: &[f64] = &[
    0.0,
    -0.0,
    1.0,
    -1.0,
    50.0,
    50.5,
    72.0,
    1e6,
    1e16,
    1e21,
    0.1,
    -3.25,
    9_007_199_254_740_991.0,
    5e-7,
    1e308,
    -1e308,
    1e-320,
];

const PATTERNS: &[&str] = &[
    r"z\d",
    r"NL-.*",
    r"[A-Z]{2}-\d+",
    r".*",
    r"a|z1",
    r"(?i)Z1",
    r"\w+",
    r"[^\n]*",
    r"it's",
    r"gr.{2}e 1",
    r"x\ny",
    r"",
    r"日.",
    r"\d{4}-\d{2}-\d{2}",
    r"a\\b",
    r"[(?<]+",
    r"(?i)ä.",
    r"(?m)^x$\ny",
    r"(?P<a>z)(?<b>\d)",
    r"\PL+",
    r".\b.*",
];

/// The pieces of random patterns, and the characters of the texts they are tried on.
const PIECES: &[&str] = &[
    "a",
    "B",
    "ä",
    "ß",
    "k",
    "s",
    ".",
    r"\d",
    r"\D",
    r"\w",
    r"\W",
    r"\s",
    r"\S",
    r"\b",
    r"\.",
    r"\x41",
    r"\x{E4}",
    "^",
    "$",
    r"\A",
    r"\z",
    "[ab]",
    "[^ab]",
    r"[\dä]",
    r"[^\s]",
    "[a-z]",
    "[[:upper:]]",
    r"\pL",
    r"\p{Lu}",
    r"\p{Greek}",
    r"[\W_]",
    "-",
    "[]a]",
    "[a-]",
    "[+-.]",
    "{",
    "}",
    "]",
    "@",
    "&",
    "~",
];
const CHARACTERS: &[&str] = &[
    "a",
    "b",
    "A",
    "B",
    "ä",
    "Ä",
    "ß",
    "k",
    "K",
    "\u{212A}",
    "s",
    "ſ",
    "1",
    "٣",
    " ",
    "\n",
    "\t",
    "\u{b}",
    "\u{a0}",
    "_",
    "-",
    ".",
    "α",
    "Ω",
    "]",
    "{",
    "}",
    "+",
    "@",
    "&",
    "~",
    "\u{1F600}",
];

/// The metadata of the source that the events are from.
const META: &[&str] = &["topic", "message-id", "nothing"];

pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => select(TEXTS).prop_map(str::to_owned),
        3 => vec(select(CHARACTERS), 0..5).prop_map(|parts| parts.concat()),
        1 => any::<String>(),
    ]
}

/// Numbers of which the whole ones are below 2^53.
pub(crate) fn number() -> impl Strategy<Value = f64> {
    prop_oneof![6 => select(NUMBERS), 4 => (-5..100).prop_map(f64::from), 1 => -1e9..1e9]
}

fn json_number(number: f64) -> Value {
    #[allow(clippy::cast_possible_truncation)] // exact below 2^53
    if number.fract() == 0.0
        && number.is_sign_positive() == (number >= 0.0)
        && number.abs() < 9_007_199_254_740_992.0
    {
        json!(number as i64)
    } else {
        json!(number)
    }
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => number().prop_map(json_number),
        1 => number().prop_map(|n| json!(n)),
        5 => text().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ]
}

/// Any JSON value.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(2, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((select(KEYS), inner), 0..4).prop_map(record),
        ]
    })
}

fn record<'k>(fields: impl IntoIterator<Item = (&'k str, Value)>) -> Value {
    Value::Object(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>())
}

fn member(base: Expr, key: &str) -> Expr {
    Expr::Member(Box::new(base), key.to_owned())
}

fn binary(op: Op, left: Expr, right: Expr) -> Expr {
    Expr::Binary(op, Box::new(left), Box::new(right))
}

/// Something read from the event.
fn path() -> impl Strategy<Value = Expr> {
    let own = || Expr::Payload(Scope::Own);
    let field = move || select(KEYS).prop_map(move |key| member(own(), key));
    let position = prop_oneof![(-1..3).prop_map(f64::from), Just(0.5), Just(1e18)];
    prop_oneof![
        16 => field(),
        1 => Just(own()),
        1 => Just(Expr::untyped_value(&Scope::Own)),
        4 => (field(), select(KEYS)).prop_map(|(base, key)| member(base, key)),
        2 => (field(), position).prop_map(|(base, at)| Expr::Index(Box::new(base), Box::new(Expr::Number(at)))),
        1 => (field(), field()).prop_map(|(base, key)| Expr::Index(Box::new(base), Box::new(key))),
        1 => (field(), select(KEYS)).prop_map(|(base, key)| Expr::Index(Box::new(base), Box::new(Expr::String(key.to_owned())))),
        2 => select(META).prop_map(|key| member(Expr::Meta(Scope::Own), key)),
    ]
}

fn literal() -> impl Strategy<Value = Expr> {
    prop_oneof![
        5 => number().prop_map(Expr::Number),
        5 => text().prop_map(Expr::String),
        1 => any::<bool>().prop_map(Expr::Bool),
    ]
}

fn re() -> impl Strategy<Value = String> {
    let repeat = select(&["", "", "", "*", "+", "?", "*?", "{2}", "{0,2}", "{1,}"][..]);
    let piece = (select(PIECES), repeat).prop_map(|(piece, repeat)| format!("{piece}{repeat}"));
    let group = (select(&["", "", "(?i)", "(?s)", "(?m)", "(?U)"][..]), vec(piece, 0..4))
        .prop_map(|(flags, pieces)| flags.to_owned() + &pieces.concat());
    let random = prop_oneof![
        group.clone(),
        (group.clone(), group.clone()).prop_map(|(a, b)| format!("{a}|{b}")),
        (group.clone(), group).prop_map(|(a, b)| format!("({a})*(?:{b})")),
    ];
    let random = random.prop_map(|re| if pattern::check(&re).is_ok() { re } else { "z.".to_owned() });
    prop_oneof![select(PATTERNS).prop_map(str::to_owned), random]
}

const COMPARISONS: &[Op] = &[Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge];

/// A comparison that `filters.exprs` can say.
fn plain() -> impl Strategy<Value = Expr> {
    let own = || Expr::Payload(Scope::Own);
    let path = prop_oneof![
        6 => select(KEYS).prop_map(move |key| member(own(), key)),
        1 => (select(KEYS), select(KEYS)).prop_map(move |(a, b)| member(member(own(), a), b)),
        1 => Just(own()),
        1 => select(META).prop_map(|key| member(Expr::Meta(Scope::Own), key)),
    ];
    let ordered = (select(ORDERED), number().prop_map(Expr::Number));
    let item = literal()
        .prop_filter("a time", |item| !matches!(item, Expr::String(text) if text.contains(['-', ':'])));
    let comparison = prop_oneof![
        ordered,
        literal().prop_map(|literal| (Op::Eq, literal)),
        vec(item, 1..4).prop_map(|items| (Op::In, Expr::List(items))),
        re().prop_map(|re| (Op::Matches, Expr::String(re))),
    ];
    (path, comparison).prop_map(|(path, (op, value))| binary(op, path, value))
}

const ORDERED: &[Op] = &[Op::Lt, Op::Le, Op::Gt, Op::Ge];

/// A time; every other one has one part that is just beyond its bounds.
fn random_time() -> impl Strategy<Value = String> {
    let date = (select(&[0, 1, 1900, 1999, 2000, 2001, 9999][..]), 1..13, 1..29);
    let clock =
        (0..24, select(&[0, 30, 59][..]), select(&[0, 59][..]), select(&["", ".5", ".50", ".000000001"][..]));
    let zone = (select(&["+", "-"][..]), 0..24, select(&[0, 45, 59][..]));
    let zone = zone.prop_map(|(sign, hour, minute)| format!("{sign}{hour:02}:{minute:02}"));
    let zone = prop_oneof![Just("Z".to_owned()), zone];
    (date, clock, zone, 0..24).prop_map(|(date, clock, zone, wrong)| {
        let ((mut year, mut month, mut day), (mut hour, mut minute, mut second, mut fraction), mut zone) =
            (date, clock, zone);
        match wrong {
            0 => month = 0,
            1 => month = 13,
            2 => day = 0,
            3 => (month, day) = (4, 31),
            4 => day = 32,
            5 => (month, day) = (2, 29),
            6 => (year, month, day) = (2100, 2, 29),
            7 => hour = 24,
            8 => minute = 60,
            9 => second = 60,
            10 => fraction = ".1234567891",
            11 => fraction = ".",
            12 => zone = String::from("+00:60"),
            13 => zone = String::from("-24:00"),
            14 => zone = String::from("z"),
            _ => {}
        }
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}")
    })
}

/// A time, mostly.
fn time() -> impl Strategy<Value = Expr> {
    let times = TEXTS.iter().copied().filter(|text| text.contains("-0")).collect::<Vec<_>>();
    prop_oneof![
        4 => select(times).prop_map(str::to_owned),
        2 => random_time(),
    ]
    .prop_map(Expr::String)
}

/// A comparison that `filters.exprs` can say, and its neighbours.
fn simple() -> impl Strategy<Value = Expr> {
    let mirrored = any::<bool>();
    let comparison = prop_oneof![
        4 => (select(ORDERED), number().prop_map(Expr::Number)),
        4 => (select(&[Op::Eq, Op::Ne][..]), literal()),
        1 => (select(ORDERED), time()),
        1 => (select(COMPARISONS), literal()),
    ];
    prop_oneof![
        5 => (path(), comparison, mirrored).prop_map(|(path, (op, literal), mirrored)| {
            if mirrored { binary(op, literal, path) } else { binary(op, path, literal) }
        }),
        1 => (path(), vec(literal(), 0..4)).prop_map(|(path, items)| binary(Op::In, path, Expr::List(items))),
        2 => (path(), re()).prop_map(|(path, re)| binary(Op::Matches, path, Expr::String(re))),
    ]
}

fn operand() -> impl Strategy<Value = Expr> {
    prop_oneof![6 => path(), 2 => literal(), 1 => Just(Expr::Null)].prop_recursive(2, 6, 2, |inner| {
        let arithmetic = select(&[Op::Add, Op::Sub, Op::Mul, Op::Div, Op::Rem, Op::Coalesce][..]);
        let unary = select(&[Builtin::Len, Builtin::Lower, Builtin::Upper, Builtin::Abs, Builtin::Number, Builtin::String][..]);
        prop_oneof![
            4 => (arithmetic, inner.clone(), inner.clone()).prop_map(|(op, a, b)| binary(op, a, b)),
            4 => (unary, inner.clone()).prop_map(|(builtin, of)| Expr::Call(builtin, vec![of])),
            1 => inner.clone().prop_map(|of| Expr::Negate(Box::new(of))),
            1 => vec(inner.clone(), 0..3).prop_map(Expr::Template),
            1 => vec(inner.clone(), 0..3).prop_map(Expr::List),
            1 => vec((select(KEYS).prop_map(str::to_owned), inner), 0..3).prop_map(distinct),
        ]
    })
}

/// A record with each key once.
fn distinct(mut fields: Vec<(String, Expr)>) -> Expr {
    fields.sort_by(|a, b| a.0.cmp(&b.0));
    fields.dedup_by(|a, b| a.0 == b.0);
    Expr::Record(fields)
}

fn condition() -> impl Strategy<Value = Expr> {
    let tests = select(&[Builtin::StartsWith, Builtin::EndsWith, Builtin::Contains][..]);
    let is_null = (path(), any::<bool>());
    prop_oneof![
        12 => simple(),
        3 => (operand(), select(COMPARISONS), operand()).prop_map(|(a, op, b)| binary(op, a, b)),
        1 => (path(), number()).prop_map(|(path, n)| {
            let text = number_text(n);
            binary(Op::Eq, Expr::Call(Builtin::String, vec![path]), Expr::String(text))
        }),
        2 => is_null.prop_map(|(path, is)| binary(if is { Op::Eq } else { Op::Ne }, path, Expr::Null)),
        2 => (tests, operand(), operand()).prop_map(|(test, a, b)| Expr::Call(test, vec![a, b])),
        1 => (operand(), operand()).prop_map(|(a, b)| binary(Op::In, a, b)),
        1 => (operand(), re()).prop_map(|(a, re)| binary(Op::Matches, a, Expr::String(re))),
        1 => operand(),
        1 => any::<bool>().prop_map(Expr::Bool),
    ]
}

/// Any predicate over one event that Argo can evaluate.
pub(crate) fn predicate() -> impl Strategy<Value = Expr> {
    let part = prop_oneof![9 => plain(), 1 => simple()];
    let conjunction = vec(part, 1..4)
        .prop_map(|parts| parts.into_iter().reduce(|a, b| binary(Op::And, a, b)).unwrap_or(Expr::Bool(true)));
    let nested = condition().prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            3 => (select(&[Op::And, Op::Or][..]), inner.clone(), inner.clone()).prop_map(|(op, a, b)| binary(op, a, b)),
            1 => inner.clone().prop_map(|of| Expr::Not(Box::new(of))),
            1 => (inner.clone(), inner).prop_map(|(a, b)| binary(Op::Eq, a, b)),
        ]
    });
    prop_oneof![1 => conjunction, 2 => nested]
}

/// A payload in which most fields that the predicate reads exist, often with a value that it compares them with.
pub(crate) fn payload_for(predicate: &Expr) -> impl Strategy<Value = Value> + use<> {
    let (mut places, mut literals) = (Vec::new(), Vec::new());
    collect(predicate, &mut places, &mut literals);
    let fillings: Vec<_> = places.iter().map(|(_, compared)| filling(compared, &literals).boxed()).collect();
    let grown = (value(), fillings).prop_map(move |(base, fillings)| {
        let mut payload = if base.is_object() { base } else { json!({}) };
        for ((place, _), filling) in places.iter().zip(fillings) {
            if let Some(filling) = filling {
                put(&mut payload, place, filling);
            }
        }
        payload
    });
    prop_oneof![12 => grown, 1 => value()]
}

/// What a field may be: a value it is compared with, one beside it, any that the predicate names, any at all, nothing.
fn filling(compared: &[Value], literals: &[Value]) -> impl Strategy<Value = Option<Value>> + use<> {
    let one_of =
        |values: &[Value]| if values.is_empty() { scalar().boxed() } else { select(values.to_vec()).boxed() };
    let own = one_of(if compared.is_empty() { literals } else { compared });
    let times = compared.iter().any(|value| value.as_str().is_some_and(|text| text.contains('T')));
    let own = if times { random_time().prop_map(Value::from).boxed() } else { own };
    let near = own.clone().prop_map(|value| match value {
        Value::Number(n) => json_number(n.as_f64().unwrap_or(0.0) + 1.0),
        Value::String(text) => Value::from(text + "1"),
        Value::Bool(flag) => Value::from(!flag),
        other => other,
    });
    weighted(
        0.9,
        prop_oneof![8 => own, 6 => near, 1 => one_of(literals), 1 => value(), 1 => text().prop_map(Value::from)],
    )
}

/// The metadata of an event.
pub(crate) fn meta() -> impl Strategy<Value = Value> {
    vec((select(META), text().prop_map(Value::from)), 0..3).prop_map(record)
}

/// A path of keys, and what is compared with it.
type Place = (Vec<String>, Vec<Value>);

/// The paths that a predicate reads, and the constants it names.
fn collect(expr: &Expr, places: &mut Vec<Place>, literals: &mut Vec<Value>) {
    if let Some(place) = place(expr) {
        places.push((place, Vec::new()));
    }
    match expr {
        Expr::Number(_) | Expr::String(_) | Expr::Bool(_) => literals.extend(constants(expr)),
        Expr::List(parts) | Expr::Call(_, parts) | Expr::Template(parts) => {
            for part in parts {
                collect(part, places, literals);
            }
        }
        Expr::Record(fields) => fields.iter().for_each(|(_, value)| collect(value, places, literals)),
        Expr::Binary(Op::Eq, text, written) if matches!(**text, Expr::Call(Builtin::String, _)) => {
            let (Expr::Call(_, args), Expr::String(written)) = (&**text, &**written) else { return };
            let number = written.parse::<f64>().ok();
            let numbers = number
                .into_iter()
                .flat_map(|n| [n, if n == 0.0 { -n } else { n }])
                .map(json_number)
                .collect();
            places.extend(args.first().and_then(place).map(|place| (place, numbers)));
        }
        // The pattern is no text to match.
        Expr::Binary(Op::Matches, inner, _) => {
            collect(inner, places, literals);
            let texts = || ["", "z1", "a", "NL-1", "äB1", " K\n"].map(Value::from).to_vec();
            places.extend(place(inner).map(|place| (place, texts())));
        }
        Expr::Member(inner, _) | Expr::Not(inner) | Expr::Negate(inner) => collect(inner, places, literals),
        Expr::Index(left, right) | Expr::Binary(_, left, right) => {
            collect(left, places, literals);
            collect(right, places, literals);
            for (side, other) in [(left, right), (right, left)] {
                places.extend(place(side).map(|place| (place, constants(other))));
            }
        }
        _ => {}
    }
}

fn constants(expr: &Expr) -> Vec<Value> {
    match expr {
        Expr::Number(number) => vec![json_number(*number)],
        Expr::String(text) => vec![Value::from(text.as_str())],
        Expr::Bool(flag) => vec![Value::from(*flag)],
        Expr::List(items) => items.iter().flat_map(constants).collect(),
        _ => Vec::new(),
    }
}

fn place(expr: &Expr) -> Option<Vec<String>> {
    match expr {
        Expr::Payload(Scope::Own) => Some(Vec::new()),
        Expr::Member(base, key) => {
            let mut place = place(base)?;
            place.push(key.clone());
            Some(place)
        }
        _ => None,
    }
}

fn put(payload: &mut Value, place: &[String], value: Value) {
    let Some((key, rest)) = place.split_first() else { return };
    if !payload.is_object() {
        *payload = json!({});
    }
    if let Value::Object(fields) = payload {
        let slot = fields.entry(key.clone()).or_insert(Value::Null);
        if rest.is_empty() { *slot = value } else { put(slot, rest, value) }
    }
}
