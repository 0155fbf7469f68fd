"""What `efl compile` prints for many pipelines, as a library that a person would write, and what they would tell it.

A pipeline is described as in its `.efl` file: its name, events, functions, workflows, rules and clusters. Documents of
different pipelines have the same shape and differ in words, and so do parts of a document which there are one for each
event or function: what differs is a field of the description, or a line counted from its first, or, failing that (a
hash, a number inside a predicate), a further parameter. What documents repeat gets a name, as a person would give it one;
if it does not depend on the pipeline, outside the function that makes a pipeline.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass, field

LOOPS = {"functions": "f", "events": "e"}
"""The lists of a description that there are parts of documents for, and the variable of a loop over them."""


@dataclass(frozen=True)
class Param:
    """A field of the pipeline, `p`, or of what a loop is at, with a number added."""

    of: str
    name: str
    plus: int = 0


@dataclass(frozen=True)
class Text:
    """A text of literal parts and parameters."""

    parts: tuple


@dataclass(frozen=True)
class Loop:
    """A part of a list for each item of a list of the pipeline; of a record if it has a key."""

    over: str
    body: object
    key: object = None

    @property
    def variable(self):
        return LOOPS[self.over]


@dataclass(frozen=True)
class Shared:
    """A use of a shared value."""

    name: str


@dataclass
class Template:
    documents: list = field(default_factory=list)
    constants: dict = field(default_factory=dict)
    locals: dict = field(default_factory=dict)
    specs: list = field(default_factory=list)
    """The description of each pipeline."""

    def get(self, value):
        """A value, or what is shared under its name."""
        return (self.locals | self.constants)[value.name] if isinstance(value, Shared) else value


def derive(pipelines):
    """The template of pipelines, each a list of documents."""
    specs = [description(documents) for documents in pipelines]
    columns = {Param("p", name): [spec[name] for spec in specs] for name in specs[0]}
    documents = unify(Scope(specs, columns), pipelines)
    seen = Counter(identity(value) for value, _ in shareable(documents, ""))
    template = Template(specs=specs)
    template.documents = Sharing(template, seen).inside(documents, "")
    return template


def description(documents):
    """What the `.efl` file says of a pipeline and differs between pipelines, as its Orchestrator has it."""
    orchestrator = next(document for document in documents if document["kind"] == "Orchestrator")
    spec = orchestrator["spec"]
    return {
        "name": orchestrator["metadata"]["name"],
        "namespace": orchestrator["metadata"]["namespace"],
        "events": spec["sources"][0]["events"],
        "functions": spec["functions"],
        "workflows": spec["workflows"],
        "rules": spec["rules"],
        "clusters": spec["placement"]["clusters"],
    }


class Differs(Exception):
    """The samples differ in more than parameters."""


@dataclass
class Scope:
    """What samples are told apart by: a column of values, one for each sample, for each parameter."""

    specs: list
    columns: dict
    inner: bool = False
    """In a loop, where no parameters are invented."""

    def find(self, values):
        """The parameter that is these values, whole."""
        worth = lambda value: isinstance(value, (dict, list)) or isinstance(value, str) and len(value) > 1
        return next((param for param, column in self.columns.items() if column == values and worth(values[0])), None)

    def invent(self, column, name):
        """A parameter for words that differ."""
        if all(re.fullmatch("0|[1-9][0-9]*", word) for word in column):
            column = [int(word) for word in column]
        for param, known in self.columns.items():
            if known == column:
                return param
            if isinstance(known[0], int) and isinstance(column[0], int) and len({a - b for a, b in zip(column, known)}) == 1:
                return Param(param.of, param.name, column[0] - known[0])
        if self.inner:
            raise Differs(column[:3])
        while Param("p", name) in self.columns:
            name += "_"
        self.columns[Param("p", name)] = column
        for spec, value in zip(self.specs, column):
            spec[name] = value
        return Param("p", name)

    def loop(self, over):
        """The scope of a loop, with every sample once for each item; the samples of `p` come first in it."""
        items = [spec[over] for spec in self.specs]
        times = len(items[0])
        columns = {param: [value for value in column for _ in range(times)] for param, column in self.columns.items()}
        for name in items[0][0]:
            if all(name in item for some in items for item in some):
                columns[Param(LOOPS[over], name)] = [item[name] for some in items for item in some]
        return Scope([spec for spec in self.specs for _ in range(times)], columns, inner=True)


def unify(scope, values):
    first = values[0]
    if param := scope.find(values):
        return param
    if isinstance(first, dict) and all(isinstance(value, dict) for value in values):
        return unify_dict(scope, values)
    if isinstance(first, list) and all(isinstance(value, list) and len(value) == len(first) for value in values):
        return unify_list(scope, values)
    if isinstance(first, str) and all(isinstance(value, str) for value in values):
        return unify_text(scope, values)
    if all(value == first and type(value) is type(first) for value in values):
        return first
    raise Differs(values[:2])


def unify_dict(scope, values):
    if not scope.inner:
        for over in LOOPS:
            if all(list(value) == [item["name"] for item in spec[over]] for value, spec in zip(values, scope.specs)):
                inner = scope.loop(over)
                body = unify(inner, [item for value in values for item in value.values()])
                return Loop(over, body, unify(inner, [key for value in values for key in value]))
    if any(list(value) != list(values[0]) for value in values):
        raise Differs(values[:2])
    return {key: unify(scope, [value[key] for value in values]) for key in values[0]}


def unify_list(scope, values):
    items, at = [], 0
    while at < len(values[0]):
        loop, length = next(loops(scope, values, at), (None, 1))
        items.append(loop or unify(scope, [value[at] for value in values]))
        at += length
    return items


def loops(scope, values, at):
    """The loops that give the items of a list from an index, and how many items they give."""
    for over in LOOPS if not scope.inner else ():
        length = len(scope.specs[0][over])
        if length <= len(values[0]) - at:
            try:
                body = unify(scope.loop(over), [item for value in values for item in value[at : at + length]])
            except Differs:
                continue
            if in_loop(body):
                yield Loop(over, body), length


def unify_text(scope, values):
    """Parameters that differ are looked for inside; then words that still differ."""
    marks = []
    for param, column in sorted(scope.columns.items(), key=lambda item: -len(str(item[1][0]))):
        if isinstance(column[0], str) and len(set(column)) > 1:
            mark = chr(0xE000 + len(marks))
            marks.append(param)
            values = [re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", mark, value) for value, word in zip(values, column)]
    words = [re.findall(r"[\ue000-\uf8ff]|\w+|\W", value) for value in values]
    if len({len(some) for some in words}) > 1:
        raise Differs(values[:2])
    parts = []
    for column in zip(*words):
        if len(set(column)) > 1:
            column = [marked(scope, marks, word, at) for at, word in enumerate(column)]
            before = re.findall(r"[a-z]+", parts[-1]) if parts and isinstance(parts[-1], str) else []
            name = before[-1] if before else "hash"
            parts.append(scope.invent(column, {"efl": "line"}.get(name, name)))
        elif "\ue000" <= column[0] <= "\uf8ff":
            parts.append(marks[ord(column[0]) - 0xE000])
        elif parts and isinstance(parts[-1], str):
            parts[-1] += column[0]
        else:
            parts.append(column[0])
    if all(isinstance(part, str) for part in parts):
        return "".join(parts)
    return Text(tuple(parts))


def marked(scope, marks, word, sample):
    """What a mark stands for in a sample; a word is itself."""
    return scope.columns[marks[ord(word) - 0xE000]][sample] if "\ue000" <= word <= "\uf8ff" else word


def identity(value):
    return json.dumps(value, default=repr)


def in_loop(value):
    """Whether a value needs the variable of a loop."""
    return any(f"Param(of='{variable}'" in identity(value) for variable in LOOPS.values())


def shareable(value, name):
    """Every list and record inside that a name may be given to, with the name it stands under."""
    if isinstance(value, Loop):
        value = value.body
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from shareable(item, key if isinstance(value, dict) else name)
    if isinstance(value, (dict, list)) and len(identity(value)) > 40 and not in_loop(value):
        yield value, name


@dataclass
class Sharing:
    """Gives names to what is repeated."""

    template: Template
    seen: Counter
    names: dict = field(default_factory=dict)

    def share(self, value, name):
        known = identity(value)
        if known in self.names:
            return Shared(self.names[known])
        if not name or self.seen[known] < 2:
            return self.inside(value, name)
        value = self.inside(value, name)
        of_pipeline = "Param(" in known or any(f"name='{local}'" in identity(value) for local in self.template.locals)
        stem = "shared_" + re.sub(r"\W", "_", name)
        number = sum(other.rstrip("0123456789_") == stem for other in self.names.values())
        self.names[known] = f"{stem}_{number + 1}" if number else stem
        (self.template.locals if of_pipeline else self.template.constants)[self.names[known]] = value
        return Shared(self.names[known])

    def inside(self, value, name):
        match value:
            case Loop():
                return Loop(value.over, self.share(value.body, name), value.key)
            case dict():
                return {key: self.share(item, key) for key, item in value.items()}
            case list():
                return [self.share(item, name) for item in value]
        return value
