#!/usr/bin/env python3
"""scheme.py [CASES] [SEED]: the lowering scheme of FINDINGS.md, checked against Argo's own code on random cases.

A predicate is a nested tuple. `meaning` is the reference evaluator, `exprs` and `jq` are the two lowerings (as
templates to port), and main() runs both through argo-filter and compares. Prints the first differences and counts.
"""

import json
import math
import random
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Mismatch(Exception):
    """A type error: the whole predicate is false."""


# ---------------------------------------------------------------------------------------------- reference meaning

def meaning(p, payload):
    try:
        return truth(value(p, payload))
    except Mismatch:
        return False


def truth(v):
    if v is None:
        return False
    if isinstance(v, bool):
        return v
    raise Mismatch


def is_num(v):
    return isinstance(v, (int, float)) and not isinstance(v, bool)


def num(v):
    if v is None or is_num(v):
        return v
    raise Mismatch


def text(v):
    if v is None or isinstance(v, str):
        return v
    raise Mismatch


def kind(v):
    return "num" if is_num(v) else type(v).__name__


def same(a, b):
    if kind(a) != kind(b):
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    return a == b


def value(p, e):
    op, *args = p
    if op == "lit":
        return args[0]
    if op == "payload":
        return e
    if op == "field":
        v = value(args[0], e)
        return v.get(args[1]) if isinstance(v, dict) else None
    if op == "at":
        v, i = value(args[0], e), args[1]
        return v[i] if isinstance(v, list) and 0 <= i < len(v) else None
    if op == "and":
        return truth(value(args[0], e)) and truth(value(args[1], e))
    if op == "or":
        return truth(value(args[0], e)) or truth(value(args[1], e))
    if op == "not":
        return not truth(value(args[0], e))
    if op == "isnull":
        return value(args[0], e) is None
    if op == "??":
        v = value(args[0], e)
        return value(args[1], e) if v is None else v
    if op == "in":
        v = value(args[0], e)
        return v is not None and any(same(v, x) for x in args[1])
    if op == "matches":
        v = text(value(args[0], e))
        return v is not None and re.fullmatch(args[1], v, re.ASCII) is not None
    a = value(args[0], e)
    if op in ("lower", "upper", "len", "abs"):
        if op == "len":
            if a is None or isinstance(a, (str, list, dict)):
                return None if a is None else len(a)
            raise Mismatch
        if op == "abs":
            return None if num(a) is None else abs(a)
        fold = (lambda c: c.lower()) if op == "lower" else (lambda c: c.upper())
        return None if text(a) is None else "".join(fold(c) if c.isascii() else c for c in a)
    b = value(args[1], e)
    if op in ("==", "!="):
        if a is None or b is None:
            return False
        if kind(a) != kind(b):
            raise Mismatch
        return same(a, b) == (op == "==")
    if op in ("contains", "starts-with", "ends-with"):
        a, b = text(a), text(b)
        if a is None or b is None:
            return False
        return {"contains": lambda: b in a, "starts-with": lambda: a.startswith(b), "ends-with": lambda: a.endswith(b)}[op]()
    a, b = num(a), num(b)
    if op in ("<", "<=", ">", ">="):
        if a is None or b is None:
            return False
        return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op]
    if a is None or b is None:
        return None
    if op in "/%" and b == 0:
        raise Mismatch
    return {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b, "%": lambda: math.fmod(a, b)}[op]()


# ---------------------------------------------------------------------------------------------- lowering to jq

HELPERS = {  # in dependency order; a transform carries those it uses
    "get": 'def get($k): if type == "object" then .[$k] else null end;',
    "at": 'def at($i): if type == "array" and $i >= 0 then .[$i] else null end;',
    "num": 'def num: if . == null or type == "number" then . else error("not a number") end;',
    "str": 'def str: if . == null or type == "string" then . else error("not a string") end;',
    "truth": 'def truth: if . == null then false elif type == "boolean" then . else error("not a boolean") end;',
    "both": "def both(a; b; f): a as $a | b as $b | $a != null and $b != null and ([$a, $b] | f);",
    "lt": "def lt(a; b): both(a | num; b | num; .[0] < .[1]);",
    "le": "def le(a; b): both(a | num; b | num; .[0] <= .[1]);",
    "alike": 'def alike: if (.[0] | type) == (.[1] | type) then . else error("unlike types") end;',
    "eq": "def eq(a; b): both(a; b; alike | .[0] == .[1]);",
    "ne": "def ne(a; b): both(a; b; alike | .[0] != .[1]);",
    "among": "def among($xs): . as $x | $x != null and any($xs[]; . == $x);",
    "matches": 'def matches($re): str | . != null and test("\\\\A(?:" + $re + ")\\\\z");',
    "contains_text": "def contains_text(a; b): both(a | str; b | str; . as [$a, $b] | $a | contains($b));",
    "starts": "def starts(a; b): both(a | str; b | str; . as [$a, $b] | $a | startswith($b));",
    "ends": "def ends(a; b): both(a | str; b | str; . as [$a, $b] | $a | endswith($b));",
    "calc": "def calc(a; b; f): [(a | num), (b | num)] | if .[0] == null or .[1] == null then null else f end;",
    "size": 'def size: if . == null then . elif type == "number" or type == "boolean" then error("no length") else length end;',
    "lower": "def lower: str | if . == null then . else ascii_downcase end;",
    "upper": "def upper: str | if . == null then . else ascii_upcase end;",
    "magnitude": "def magnitude: num | if . == null then . elif . < 0 then -. else . end;",
    "default": "def default(a; b): a as $a | if $a == null then b else $a end;",
}
NONZERO = 'if .[1] == 0 then error("division by zero") else {} end'
BOOLEAN = {"and", "or", "not", "isnull", "in", "matches", "==", "!=", "<", "<=", ">", ">=", "contains", "starts-with", "ends-with"}


def jq(p, body="body"):
    """The transform that sets .efl_match; `body` is the key that holds the payload, "" if it is the data itself."""
    code = cond(p)
    used, work = set(), [code]
    while work:
        part = work.pop()
        for name, text_ in HELPERS.items():
            if name not in used and re.search(rf"\b{name}\b(?!\$)", strip_strings(part)):
                used.add(name)
                work.append(text_)
    prelude = "\n".join(text_ for name, text_ in HELPERS.items() if name in used)
    payload = f".{body} as $e" if body else ". as $e"
    return f"{prelude}\n{payload} | .efl_match = (try ({code}) catch false)".lstrip()


def strip_strings(code):
    return re.sub(r'"(\\.|[^"\\])*"', '""', code)


def cond(p):
    """Code of a condition: boolean, never null."""
    code = jqx(p)
    return code if p[0] in BOOLEAN else f"({code} | truth)"


def jqx(p):
    op, *args = p
    if op == "lit":
        return json.dumps(args[0], ensure_ascii=False)
    if op == "payload":
        return "$e"
    if op == "field":
        return f"({jqx(args[0])} | get({json.dumps(args[1], ensure_ascii=False)}))"
    if op == "at":
        return f"({jqx(args[0])} | at({args[1]}))"
    if op in ("and", "or"):
        return f"({cond(args[0])} {op} {cond(args[1])})"
    if op == "not":
        return f"({cond(args[0])} | not)"
    if op == "isnull":
        return f"({jqx(args[0])} == null)"
    if op == "??":
        return f"default({jqx(args[0])}; {jqx(args[1])})"
    if op == "in":
        return f"({jqx(args[0])} | among({json.dumps(args[1], ensure_ascii=False)}))"
    if op == "matches":
        return f"({jqx(args[0])} | matches({json.dumps(args[1], ensure_ascii=False)}))"
    if op in ("lower", "upper", "len", "abs"):
        return f"({jqx(args[0])} | {dict(len='size', abs='magnitude').get(op, op)})"
    a, b = jqx(args[0]), jqx(args[1])
    if op in (">", ">="):
        return f"{'lt' if op == '>' else 'le'}({b}; {a})"
    names = {"<": "lt", "<=": "le", "==": "eq", "!=": "ne", "contains": "contains_text", "starts-with": "starts", "ends-with": "ends"}
    if op in names:
        return f"{names[op]}({a}; {b})"
    f = {"+": ".[0] + .[1]", "-": ".[0] - .[1]", "*": ".[0] * .[1]", "/": NONZERO.format(".[0] / .[1]"), "%": NONZERO.format("fmod(.[0]; .[1])")}
    return f"calc({a}; {b}; {f[op]})"


# ---------------------------------------------------------------------------------------------- lowering to exprs

def conjuncts(p):
    return conjuncts(p[1]) + conjuncts(p[2]) if p[0] == "and" else [p]


def exprs(p, body="body"):
    """The `exprs` of a predicate that is a conjunction of simple atoms, else None."""
    out = []
    for atom in conjuncts(p):
        lowered = simple(atom, body)
        if lowered is None:
            return None
        out.append(lowered)
    return out


def simple(atom, body):
    op, *args = atom
    if op not in ("<", "<=", ">", ">=", "==", "matches", "in"):
        return None
    path = gjson_path(args[0], body)
    if path is None:
        return None
    if op == "matches":
        code = f"v =~ {quoted('^(?:' + args[1] + ')$')}"  # the atom must not contain (?m)
    elif op == "in":
        if not args[1] or not all(isinstance(x, (str, bool)) or is_num(x) for x in args[1]) or any(dateish(x) for x in args[1]):
            return None
        code = " || ".join(f"v == {constant(x)}" for x in args[1])
    else:
        if args[1][0] != "lit":
            return None
        literal = args[1][1]
        if op == "==":
            if isinstance(literal, str) and dateish(literal):
                code = f"v =~ {quoted('^' + re_quote(literal) + '$')}"
            elif isinstance(literal, (str, bool)) or is_num(literal):
                code = f"v == {constant(literal)}"
            else:
                return None
        elif is_num(literal):
            code = f"v {op} {constant(literal)}"
        else:
            return None
    return {"expr": code, "fields": [{"name": "v", "path": path}]}


def dateish(x):
    """govaluate turns a string literal that reads as a date or time into a number."""
    return isinstance(x, str) and any(c.isdigit() for c in x) and (":" in x or "-" in x)


def constant(x):
    if isinstance(x, bool):
        return "true" if x else "false"
    return quoted(x) if isinstance(x, str) else f"{Decimal(repr(x)):f}"  # govaluate reads no exponents


def quoted(s):
    return "'" + s.replace("\\", "\\\\").replace("'", "\\'") + "'"


def re_quote(s):
    return re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", s)


def gjson_path(p, body):
    keys = []
    while p[0] == "field":
        keys.insert(0, p[2])
        p = p[1]
    if p != ("payload",):
        return None
    if any(k.isdigit() or not k for k in keys):
        return None  # gjson would index an array with it
    return ".".join([body] * bool(body) + [re.sub(r"([\x00-\x7f])", lambda c: c[0] if re.match(r"[\w:-]", c[0]) else "\\" + c[0], k) for k in keys])


# ---------------------------------------------------------------------------------------------- random cases

KEYS = ["speed", "zone", "tags", "a", "b.c", "x y", "größe", "in", "k-1", "q\"t", "@z", "#", "a*", "!n", "e\\s", "0", "{", "|"]
STRINGS = ["", "z1", "Z1", "95", "2024-01-02", "5:04PM", "12-3456", "it's", "a\\b", "größe 1", "x\ny", "true", "<&>", "日本", "NL-1", "\\(1)", "$__loc__"]
NUMBERS = [0, 1, -1, 50, 50.5, 72, 1e6, 1e21, 0.1, -3.25, 9007199254740991, 5e-7]
REGEXES = [r"z\d", r"NL-.*", r"[A-Z]{2}-\d+", r".*", r"a|z1", r"(?i)Z1", r"\w+", r"[^\n]*", r"it's", r"gr.{2}e 1", r"x\ny", r"", r"日.", r"\d{2}-\d{4}", r"a\\b", r"[(?<]+"]


def some_value(r, depth=2):
    kind_ = r.choice("nnnssssbbz" + ("lloo" if depth else ""))
    if kind_ == "n":
        return r.choice(NUMBERS)
    if kind_ == "s":
        return r.choice(STRINGS)
    if kind_ == "b":
        return r.random() < 0.5
    if kind_ == "z":
        return None
    if kind_ == "l":
        return [some_value(r, depth - 1) for _ in range(r.randrange(4))]
    return record(r, depth - 1)


def record(r, depth=2):
    return {k: some_value(r, depth) for k in r.sample(KEYS, r.randrange(8))}


def access(r):
    p = ("payload",)
    for _ in range(r.choice([0, 1, 1, 1, 1, 1, 2])):
        p = ("field", p, r.choice(KEYS))
    return ("at", p, r.randrange(-1, 3)) if r.random() < 0.1 else p


def operand(r, depth):
    k = r.random()
    if depth and k < 0.12:
        return (r.choice("+-*/%"), operand(r, depth - 1), operand(r, depth - 1))
    if depth and k < 0.24:
        return (r.choice(["lower", "upper", "len", "abs"]), operand(r, depth - 1))
    if depth and k < 0.30:
        return ("??", operand(r, depth - 1), operand(r, depth - 1))
    if k < 0.65:
        return access(r)
    return ("lit", r.choice(NUMBERS + STRINGS + [True, False]))


def predicate(r, depth=3):
    k = r.random()
    if depth and k < 0.4:
        return (r.choice(["and", "and", "or"]), predicate(r, depth - 1), predicate(r, depth - 1))
    if depth and k < 0.5:
        return ("not", predicate(r, depth - 1))
    k = r.random()
    if k < 0.15:
        return ("matches", access(r) if k < 0.12 else operand(r, 1), r.choice(REGEXES))
    if k < 0.25:
        return ("in", access(r), [r.choice(NUMBERS + STRINGS + [True]) for _ in range(r.randrange(1, 4))])
    if k < 0.32:
        return ("isnull", access(r))
    if k < 0.40:
        return (r.choice(["contains", "starts-with", "ends-with"]), access(r), operand(r, 0))
    if k < 0.45:
        return access(r)
    if k < 0.75:
        return (r.choice(["==", "!=", "<", "<=", ">", ">="]), access(r), ("lit", r.choice(NUMBERS + STRINGS + [True, False])))
    return (r.choice(["==", "!=", "<", "<=", ">", ">="]), operand(r, 2), operand(r, 2))


def grown(r, p):
    """A payload in which the fields the predicate names exist, often with a value the predicate names."""
    literals, paths, stack = [], [], [p]
    while stack:
        node = stack.pop()
        if node[0] == "field":
            paths.append(node)
        if node[0] == "lit":
            literals.append(node[1])
        if node[0] == "in":
            literals += node[2]
        stack += [a for a in node[1:] if isinstance(a, tuple)]
    payload = record(r)
    for node in paths:
        keys = []
        while node[0] == "field":
            keys.insert(0, node[2])
            node = node[1]
        if node != ("payload",):
            continue
        place = payload
        for k in keys[:-1]:
            place = place.setdefault(k, {})
            if not isinstance(place, dict):
                break
        if isinstance(place, dict):
            place[keys[-1]] = r.choice(literals) if literals and r.random() < 0.7 else some_value(r)
    return payload


def main():
    cases, seed = (int(a) for a in (sys.argv[1:] + ["20000", "1"][len(sys.argv) - 1:]))
    r = random.Random(seed)
    rows = []
    for _ in range(cases):
        p = predicate(r)
        payload = grown(r, p) if r.random() < 0.85 else some_value(r)
        wanted = meaning(p, payload)
        event = {"data": {"header": {}, "body": payload, "metadata": None}}
        transform = jq(p)
        match = [{"path": "efl_match", "type": "bool", "value": ["true"]}]
        rows.append(("jq", p, payload, wanted, {"transform": {"jq": transform}, "filters": {"data": match}}, event))
        if (lowered := exprs(p)) is not None:
            rows.append(("exprs", p, payload, wanted, {"filters": {"exprs": lowered}}, event))
    program = subprocess.check_output([HERE / "build.sh"], text=True).strip()
    lines = "".join(json.dumps({"dependency": {"name": "d", "eventSourceName": "s", "eventName": "e", **d}, "event": e}) + "\n" for *_, d, e in rows)
    answers = [json.loads(line) for line in subprocess.run([program], input=lines, capture_output=True, text=True, check=True).stdout.splitlines()]
    count, true, differences = {}, {}, 0
    for (scheme, p, payload, wanted, dependency, _), answer in zip(rows, answers, strict=True):
        count[scheme] = count.get(scheme, 0) + 1
        true[scheme] = true.get(scheme, 0) + wanted
        wrong = answer["pass"] != wanted
        if scheme == "jq" and not wrong:  # the payload must come through unchanged, and nothing may be dropped as an error
            wrong = "error" in answer or not same(answer["data"]["body"], payload)
        if wrong:
            differences += 1
            if differences <= 5:
                print(scheme, p, "payload", json.dumps(payload, ensure_ascii=False), "wanted", wanted, "got", answer, "\n ", json.dumps(dependency, ensure_ascii=False))
    print({s: f"{n} cases, {true[s]} true" for s, n in count.items()}, "differences:", differences)
    sys.exit(differences > 0)


if __name__ == "__main__":
    main()
