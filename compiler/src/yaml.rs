//! Kubernetes YAML straight from a [`Serialize`] value: stable order, two spaces, compact lists, plain scalars only where
//! every YAML reader agrees that they are text.
//!
//! The `serde_yaml` family writes `on`, `y` and `1_000` unquoted, which kubectl reads as a boolean and a number; this
//! writer is also several times faster, because nothing is built in between.

use serde::{
    Serialize, Serializer,
    ser::{self, Impossible},
};
use std::fmt::{Display, Write as _};

/// Why a value has no YAML: a map key that is no text, or what a `Serialize` implementation said.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Error(String);

impl ser::Error for Error {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// The value as one YAML document, without `---`, with a newline at the end.
pub fn to_string<T: Serialize + ?Sized>(value: &T) -> Result<String, Error> {
    let mut out = String::with_capacity(1024);
    write(&mut out, value)?;
    Ok(out)
}

/// Appends the value as one YAML document, without `---`, with a newline at the end.
pub fn write<T: Serialize + ?Sized>(out: &mut String, value: &T) -> Result<(), Error> {
    value.serialize(Writer { out, indent: 0, place: Place::Root })
}

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At the start of a document.
    Root,
    /// After `key:`.
    Value,
    /// After `-`.
    Item,
}

impl Place {
    /// What stands between it and a value on the same line.
    const fn gap(self) -> &'static str {
        if matches!(self, Place::Root) { "" } else { " " }
    }

    /// Begins a map or list: in place after a dash, on a new line after a key.
    fn open(self, out: &mut String, indent: usize) {
        match self {
            Place::Root => {}
            Place::Item => out.push(' '),
            Place::Value => {
                out.push('\n');
                pad(out, indent);
            }
        }
    }
}

fn pad(out: &mut String, columns: usize) {
    const BLANKS: &str = "                                                                ";
    let mut left = columns;
    while left > 0 {
        let now = left.min(BLANKS.len());
        out.push_str(&BLANKS[..now]);
        left -= now;
    }
}

/// Writes one value. `indent` is the column of the keys or dashes of the map or list that it stands in.
struct Writer<'o> {
    out: &'o mut String,
    indent: usize,
    place: Place,
}

impl<'o> Writer<'o> {
    #[allow(clippy::unnecessary_wraps)] // the shape of a `Serializer` method
    fn scalar(self, text: impl Display) -> Result<(), Error> {
        let _ = writeln!(self.out, "{}{text}", self.place.gap()); // a String takes everything
        Ok(())
    }

    fn items(self) -> Items<'o> {
        // Kubernetes style: the dashes of a list under a key stand below the key.
        let indent = self.indent + if self.place == Place::Item { 2 } else { 0 };
        Items { out: self.out, indent, place: self.place, empty: true }
    }

    fn entries(self) -> Entries<'o> {
        let indent = self.indent + if self.place == Place::Root { 0 } else { 2 };
        Entries { out: self.out, indent, place: self.place, empty: true }
    }

    /// The value of an enum variant: a map of one entry.
    fn variant(self, name: &str) -> Result<Writer<'o>, Error> {
        let mut entries = self.entries();
        entries.key(name)?;
        let Entries { out, indent, .. } = entries;
        Ok(Writer { out, indent, place: Place::Value })
    }
}

macro_rules! scalars {
    ($($method:ident: $ty:ty),*) => {
        $(fn $method(self, value: $ty) -> Result<(), Error> { self.scalar(value) })*
    };
}

impl<'o> Serializer for Writer<'o> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Items<'o>;
    type SerializeTuple = Items<'o>;
    type SerializeTupleStruct = Items<'o>;
    type SerializeTupleVariant = Items<'o>;
    type SerializeMap = Entries<'o>;
    type SerializeStruct = Entries<'o>;
    type SerializeStructVariant = Entries<'o>;

    scalars! {
        serialize_bool: bool,
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64
    }

    fn serialize_f32(self, value: f32) -> Result<(), Error> {
        if value.is_finite() { self.scalar(value) } else { self.serialize_unit() }
    }

    fn serialize_f64(self, value: f64) -> Result<(), Error> {
        // `Display` writes no exponent, which YAML 1.1 would read as text, and no `.0`.
        if value.is_finite() { self.scalar(value) } else { self.serialize_unit() }
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        self.out.push_str(self.place.gap());
        if is_plain(value) {
            self.out.push_str(value);
        } else if is_block(value) {
            block(self.out, value, self.indent + 2);
            return Ok(());
        } else {
            quoted(self.out, value);
        }
        self.out.push('\n');
        Ok(())
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Error> {
        Err(ser::Error::custom("bytes have no YAML"))
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.scalar("null")
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self.variant(variant)?)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'o>, Error> {
        Ok(self.items())
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'o>, Error> {
        Ok(self.items())
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items<'o>, Error> {
        Ok(self.items())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'o>, Error> {
        Ok(self.variant(variant)?.items())
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'o>, Error> {
        Ok(self.entries())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Entries<'o>, Error> {
        Ok(self.entries())
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Entries<'o>, Error> {
        Ok(self.variant(variant)?.entries())
    }
}

/// Writes a list; `indent` is the column of its dashes.
struct Items<'o> {
    out: &'o mut String,
    indent: usize,
    place: Place,
    empty: bool,
}

impl Items<'_> {
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        if std::mem::take(&mut self.empty) {
            self.place.open(self.out, self.indent);
        } else {
            pad(self.out, self.indent);
        }
        self.out.push('-');
        value.serialize(Writer { out: self.out, indent: self.indent, place: Place::Item })
    }

    #[allow(clippy::unnecessary_wraps)] // the shape of `SerializeSeq::end`
    fn close(self) -> Result<(), Error> {
        if self.empty {
            self.out.push_str(self.place.gap());
            self.out.push_str("[]\n");
        }
        Ok(())
    }
}

macro_rules! lists {
    ($($trait:ident::$method:ident),*) => {
        $(impl ser::$trait for Items<'_> {
            type Ok = ();
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.item(value)
            }

            fn end(self) -> Result<(), Error> {
                self.close()
            }
        })*
    };
}

lists!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

/// Writes a map; `indent` is the column of its keys.
struct Entries<'o> {
    out: &'o mut String,
    indent: usize,
    place: Place,
    empty: bool,
}

impl Entries<'_> {
    fn key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        if std::mem::take(&mut self.empty) {
            self.place.open(self.out, self.indent);
        } else {
            pad(self.out, self.indent);
        }
        key.serialize(KeyWriter { out: self.out })?;
        self.out.push(':');
        Ok(())
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        value.serialize(Writer { out: self.out, indent: self.indent, place: Place::Value })
    }

    #[allow(clippy::unnecessary_wraps)] // the shape of `SerializeMap::end`
    fn close(self) -> Result<(), Error> {
        if self.empty {
            self.out.push_str(self.place.gap());
            self.out.push_str("{}\n");
        }
        Ok(())
    }
}

impl ser::SerializeMap for Entries<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.value(value)
    }

    fn end(self) -> Result<(), Error> {
        self.close()
    }
}

macro_rules! structs {
    ($($trait:ident),*) => {
        $(impl ser::$trait for Entries<'_> {
            type Ok = ();
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Error> {
                self.key(key)?;
                self.value(value)
            }

            fn end(self) -> Result<(), Error> {
                self.close()
            }
        })*
    };
}

structs!(SerializeStruct, SerializeStructVariant);

/// Writes a map's key, which is text (numbers and flags become text, as in JSON).
struct KeyWriter<'o> {
    out: &'o mut String,
}

macro_rules! keys {
    ($($method:ident: $ty:ty),*) => {
        $(fn $method(self, value: $ty) -> Result<(), Error> { self.serialize_str(&value.to_string()) })*
    };
}

macro_rules! no_keys {
    ($($method:ident($($ty:ty),*) -> $ok:ty;)*) => {
        $(fn $method(self, $(_: $ty),*) -> Result<$ok, Error> {
            Err(ser::Error::custom("a map's key must be text"))
        })*
    };
}

type Never = Impossible<(), Error>;

impl Serializer for KeyWriter<'_> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Never;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = Never;
    type SerializeStruct = Never;
    type SerializeStructVariant = Never;

    fn serialize_str(self, key: &str) -> Result<(), Error> {
        if key.len() > 1024 {
            return Err(ser::Error::custom("YAML allows no key longer than 1024 characters"));
        }
        if is_plain(key) {
            self.out.push_str(key);
        } else {
            quoted(self.out, key);
        }
        Ok(())
    }

    keys! {
        serialize_bool: bool, serialize_char: char,
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
        serialize_f32: f32, serialize_f64: f64
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Error> {
        self.serialize_none()
    }

    no_keys! {
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_seq(Option<usize>) -> Never;
        serialize_tuple(usize) -> Never;
        serialize_tuple_struct(&'static str, usize) -> Never;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Never;
        serialize_map(Option<usize>) -> Never;
        serialize_struct(&'static str, usize) -> Never;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Never;
    }
}

/// Words that some YAML reader takes for a flag, nothing or a number.
const TRAPS: [&str; 12] =
    ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "undefined"];

/// The length of the longest of [`TRAPS`].
const LONGEST_TRAP: usize = "undefined".len();

/// Whether one of [`TRAPS`] begins so.
const fn begins_trap(first: u8) -> bool {
    matches!(first | 0x20, b'y' | b'n' | b'o' | b't' | b'f' | b'i' | b'u')
}

/// A byte that may mean something to YAML beside the one before or behind it.
const STRUCTURAL: u8 = 1;
/// A byte that is written escaped, or not of ASCII.
const SPECIAL: u8 = 2;

/// What each byte may be in text that is not quoted: most of what is compiled is asked this.
const CLASSES: [u8; 256] = {
    let mut classes = [SPECIAL; 256];
    let mut byte = 0x20;
    while byte < 0x7f {
        classes[byte] = 0;
        byte += 1;
    }
    classes[b':' as usize] = STRUCTURAL;
    classes[b'#' as usize] = STRUCTURAL;
    classes
};

/// Suffixes behind digits that make the whole text no number in any YAML: durations, quantities, percentages.
const UNITS: [&str; 12] = ["ms", "s", "m", "h", "d", "Ki", "Mi", "Gi", "Ti", "k", "M", "%"];

/// Whether YAML 1.1 and 1.2 readers all take the text, unquoted, for itself.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some((&first, &last)) = bytes.first().zip(bytes.last()) else { return false };
    if first.is_ascii_digit() {
        return is_quantity(text);
    }
    if !(first.is_ascii_alphabetic() || b"/_(".contains(&first)) || last == b':' || last == b' ' {
        return false;
    }
    let classes = bytes.iter().fold(0, |classes, byte| classes | CLASSES[usize::from(*byte)]);
    if classes & SPECIAL != 0 || classes != 0 && (text.contains(": ") || text.contains(" #")) {
        return false;
    }
    let may_be_trap = text.len() <= LONGEST_TRAP && begins_trap(first);
    !may_be_trap || !TRAPS.iter().any(|trap| trap.eq_ignore_ascii_case(text))
}

/// `10s`, `100m`, `64Mi`, `1.5Gi`, `80%`.
fn is_quantity(text: &str) -> bool {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    digits(whole) && digits(fraction) && UNITS.contains(&&text[number.len()..])
}

/// Whether text of several lines survives as a `|` block.
fn is_block(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let blank_start = text.starts_with([' ', '\t', '\n']);
    text.contains('\n')
        && !blank_start
        && !body.ends_with('\n')
        && !body.is_empty()
        && text.chars().all(|c| c == '\n' || c == '\t' || is_printable(c))
        && body.split('\n').all(|line| line.is_empty() || !line.bytes().all(|b| b == b' ' || b == b'\t'))
}

/// Characters that every reader takes unescaped, within quotes and blocks.
fn is_printable(c: char) -> bool {
    match c {
        ' '..='~' => true,
        '\0'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => false,
        _ => true,
    }
}

/// Writes a `|` block whose lines stand at a column.
fn block(out: &mut String, text: &str, indent: usize) {
    let (body, header) = text.strip_suffix('\n').map_or((text, "|-\n"), |body| (body, "|\n"));
    out.push_str(header);
    for line in body.split('\n') {
        if !line.is_empty() {
            pad(out, indent);
            out.push_str(line);
        }
        out.push('\n');
    }
}

/// Writes text in double quotes, with JSON's escapes.
fn quoted(out: &mut String, text: &str) {
    out.push('"');
    let mut written = 0;
    for (at, c) in text.char_indices() {
        let escape = match c {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            c if is_printable(c) => continue,
            _ => "",
        };
        out.push_str(&text[written..at]);
        out.push_str(escape);
        if escape.is_empty() {
            let _ = write!(out, "\\u{:04x}", u32::from(c)); // all of these are below U+10000
        }
        written = at + c.len_utf8();
    }
    out.push_str(&text[written..]);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    /// Texts that YAML writers of the field have written as something else.
    const TRAPS: &[&str] = &[
        "on",
        "off",
        "yes",
        "no",
        "y",
        "n",
        "Y",
        "N",
        "On",
        "OFF",
        "YES",
        "No",
        "true",
        "True",
        "FALSE",
        "~",
        "null",
        "Null",
        "NULL",
        "",
        " ",
        " x",
        "x ",
        "a: b",
        "a:b",
        "a:",
        ":a",
        "# x",
        "a #b",
        "a#b",
        "#",
        "-",
        "- a",
        "-a",
        "?",
        "? a",
        "1",
        "01",
        "0o7",
        "0x1",
        "0b1",
        "1_000",
        "1e3",
        "1E3",
        "1.",
        ".1",
        "1.5",
        "+1",
        "-1",
        "1:30",
        "190:20:30",
        "12:30:45",
        "2001-01-01",
        "2001-12-14T21:59:43.10-05:00",
        ".inf",
        "-.inf",
        ".nan",
        ".NaN",
        "nan",
        "inf",
        "Infinity",
        "=",
        "<<",
        "*a",
        "&a",
        "!a",
        "!!str a",
        "|",
        "|-",
        ">",
        "%a",
        "@a",
        "`a",
        "'a'",
        "\"a\"",
        "it's",
        "a\"b",
        "a\\b",
        "{a}",
        "[a]",
        "a, b",
        "{",
        "}",
        "[",
        "]",
        ",",
        "{{workflow.name}}",
        "{{=1}}",
        "a\nb",
        "a\nb\n",
        "a\n\nb",
        "a\n",
        "\n",
        "\na",
        " a\nb",
        "a\n  b",
        "a\n \nb",
        "a\nb\n\n",
        "a\n\tb",
        "a\n\t\nb",
        "\ta",
        "a\tb",
        "a\r\nb",
        "a\rb",
        "a\n# b",
        "a\n---\nb",
        "---",
        "...",
        "--- a",
        "é",
        "日本",
        "a é",
        "\u{85}",
        "a\u{85}b",
        "\u{2028}",
        "a\u{2029}b",
        "\u{feff}a",
        "\u{a0}",
        "\u{ad}",
        "\u{7f}",
        "\u{1}",
        "\0",
        "😀",
        "a\n😀\n",
        "\u{e0067}",
        "10s",
        "100m",
        "64Mi",
        "1.5Gi",
        "80%",
        "5e",
        "5E",
        "1k",
        "1_0s",
        "1e3s",
        "0x1s",
        "1..2",
        "/a",
        "_a",
        "(a)",
        "undefined",
        "a\n\u{85}b",
        "line\nwith: colon # and hash\n",
    ];

    fn read(yaml: &str) -> Value {
        serde_saphyr::from_str(yaml).unwrap_or_else(|e| panic!("{e}\n{yaml}"))
    }

    fn round_trip(value: &Value) {
        let yaml = to_string(value).unwrap();
        assert_eq!(&read(&yaml), value, "\n{yaml}");
    }

    #[test]
    fn every_trap_reads_back_as_itself() {
        for trap in TRAPS {
            round_trip(&json!(trap));
            round_trip(&json!({ "a": trap, "b": [trap, [trap], { "c": trap, "d": trap }] }));
            round_trip(&json!({ *trap: trap, "z": { *trap: [trap] } }));
        }
    }

    #[test]
    fn it_looks_like_kubernetes() {
        let value = json!({
            "apiVersion": "v1",
            "metadata": { "name": "a", "labels": {}, "annotations": { "efl.dev/declaration": "a/b" } },
            "spec": {
                "ports": [{ "name": "http", "port": 80 }, { "port": 1.5 }],
                "args": ["a", "on", []],
                "nested": [["a", "b"], [{ "a": [1] }]],
                "text": "one\n\n  two\n",
                "open": null, "ok": true, "host": "10.0.0.1:80", "every": "10s",
            },
        });
        insta::assert_snapshot!(to_string(&value).unwrap(), @r#"
        apiVersion: v1
        metadata:
          name: a
          labels: {}
          annotations:
            efl.dev/declaration: a/b
        spec:
          ports:
          - name: http
            port: 80
          - port: 1.5
          args:
          - a
          - "on"
          - []
          nested:
          - - a
            - b
          - - a:
              - 1
          text: |
            one

              two
          open: null
          ok: true
          host: "10.0.0.1:80"
          every: 10s
        "#);
    }

    #[test]
    fn enums_are_maps_of_one_entry() {
        #[derive(Serialize)]
        enum Shape {
            Unit,
            One(u8),
            Two(u8, u8),
            Named { a: u8 },
        }
        let shapes = [Shape::Unit, Shape::One(1), Shape::Two(1, 2), Shape::Named { a: 1 }];
        insta::assert_snapshot!(to_string(&shapes).unwrap(), @r"
        - Unit
        - One: 1
        - Two:
          - 1
          - 2
        - Named:
            a: 1
        ");
    }

    #[test]
    fn keys_that_are_no_text_are_refused() {
        let map = std::collections::BTreeMap::from([([1, 2], 3)]);
        assert!(to_string(&map).is_err());
        assert!(to_string(&json!({ "k".repeat(1025): 1 })).is_err());
        assert_eq!(to_string(&std::collections::BTreeMap::from([(1, true)])).unwrap(), "\"1\": true\n");
    }

    fn texts() -> impl Strategy<Value = String> {
        prop_oneof![
            proptest::sample::select(TRAPS).prop_map(str::to_owned),
            any::<String>(),
            "[a-z0-9:# \n\t\\-?.'\"{}\\[\\]&*!|>%@`,=~]{0,12}",
        ]
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            texts().prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 40, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::vec((texts(), inner), 0..4)
                    .prop_map(|e| Value::Object(e.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_text_reads_back(text in texts()) {
            round_trip(&json!(text));
        }

        #[test]
        fn any_structure_reads_back(value in values()) {
            round_trip(&value);
        }
    }
}
