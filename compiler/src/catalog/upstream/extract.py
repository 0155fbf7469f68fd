#!/usr/bin/env python3
"""Writes eventsource-fields.json: what Argo Events knows of each kind of event source.

Reads a Go module of Argo Events and writes, per kind (the key in an EventSource's spec), every property of its events by
path with its type, the keys of the data it publishes, and whether several replicas elect one (`recreate`). `!` marks
what the JSON schema demands; `[]` steps into the elements of a list. Run it when the version changes:

    cd $(mktemp -d) && go mod init x && go mod download -json github.com/argoproj/argo-events@v1.9.11   # says Dir
    python3 compiler/src/catalog/upstream/extract.py DIR > compiler/src/catalog/upstream/eventsource-fields.json
"""

import json
import pathlib
import re
import sys

PREFIX = "io.argoproj.events.v1alpha1."
LEAVES = {
    "io.k8s.api.core.v1.SecretKeySelector": "secret",
    "io.k8s.api.core.v1.ConfigMapKeySelector": "config",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "string",
    PREFIX + "Int64OrString": "string",
    PREFIX + "Amount": "number",
}
# The struct of event-data.go, where it is not the kind's key with `EventData` behind it.
STRUCTS = {"minio": "Minio", "gerrit": "Gerrit", "slack": None, "file": "", "sftp": "", "hdfs": ""}


def properties(definitions, name, path, out):
    """Adds the properties of a definition and of those below it."""
    required = definitions[name].get("required", [])
    for key, schema in definitions[name].get("properties", {}).items():
        here = path + key
        mark = "!" if key in required else ""
        element = schema.get("items", {}) if schema.get("type") == "array" else schema
        target = element.get("$ref", "").removeprefix("#/definitions/")
        brackets = "[]" if element is not schema else ""
        if target and target not in LEAVES:
            out[here] = ("list<object>" if brackets else "object") + mark
            properties(definitions, target, here + brackets + ".", out)
            continue
        if target:
            kind = LEAVES[target]
        elif element.get("type") == "object":
            kind = f"map<{element['additionalProperties']['type']}>"
        else:
            kind = element["type"]
        out[here] = (f"list<{kind}>" if brackets else kind) + mark


def main():
    root = pathlib.Path(sys.argv[1])
    definitions = json.loads((root / "api/jsonschema/schema.json").read_text())["definitions"]
    structs = {}
    data = (root / "pkg/eventsources/events/event-data.go").read_text()
    for name, body in re.findall(r"^type (\w+)EventData struct \{\n(.*?)^\}", data, re.M | re.S):
        structs[name.lower()] = re.findall(r'`json:"(\w+)', body)
    change = (root / "pkg/eventsources/common/fsevent/fileevent.go").read_text()
    structs[""] = re.findall(r'`json:"(\w+)', change)
    const = (root / "pkg/apis/events/v1alpha1/const.go").read_text()
    recreate = re.search(r"RecreateStrategyEventSources = .*?\{(.*?)\}", const, re.S).group(1).lower()
    recreate = {name.strip().removesuffix("event") for name in recreate.split(",")}

    kinds = {}
    for key, schema in sorted(definitions[PREFIX + "EventSourceSpec"]["properties"].items()):
        target = schema.get("additionalProperties", {}).get("$ref")
        if not target:
            continue
        fields = {}
        properties(definitions, target.removeprefix("#/definitions/"), "", fields)
        struct = STRUCTS.get(key, key)
        kinds[key] = {
            "recreate": key.lower() in recreate,
            "data": sorted(structs[struct.lower()]) if struct is not None else [],
            "fields": dict(sorted(fields.items())),
        }
    json.dump({"argo-events": re.search(r"@(.*)$", str(root)).group(1), "kinds": kinds}, sys.stdout, indent=1)
    print()


main()
