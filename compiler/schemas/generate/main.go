// Command generate writes one closed JSON schema per kind that EFL emits: upstream's own schema in which a field that
// upstream does not know is an error. See ../README.md. Run it in this directory: go run .
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"sigs.k8s.io/yaml"
)

const outputDir = ".."

// object is a JSON object as encoding/json decodes it: a schema, or anything else.
type object = map[string]any

func main() {
	log.SetFlags(0)
	log.SetPrefix("generate: ")
	modules, err := readModules("../../../tests/conformance/tools/versions.env")
	if err != nil {
		log.Fatal(err)
	}
	kubernetes := openAPI(modules["KUBERNETES"],
		"api/openapi-spec/v3/api__v1_openapi.json", "api/openapi-spec/v3/apis__rbac.authorization.k8s.io__v1_openapi.json")
	events := jsonSchema(modules["ARGO_EVENTS"], "api/jsonschema/schema.json")
	workflows := jsonSchema(modules["ARGO_WORKFLOWS"], "api/jsonschema/schema.json")
	serving, karmada := modules["KNATIVE_SERVING"], modules["KARMADA"]
	policy := "charts/karmada/_crds/bases/policy/policy.karmada.io_"

	for file, schema := range map[string]source{
		"EventBus":         events.kind("io.argoproj.events.v1alpha1.EventBus", "argoproj.io/v1alpha1"),
		"EventSource":      events.kind("io.argoproj.events.v1alpha1.EventSource", "argoproj.io/v1alpha1"),
		"Sensor":           events.kind("io.argoproj.events.v1alpha1.Sensor", "argoproj.io/v1alpha1"),
		"Workflow":         workflows.kind("io.argoproj.workflow.v1alpha1.Workflow", "argoproj.io/v1alpha1"),
		"WorkflowTemplate": workflows.kind("io.argoproj.workflow.v1alpha1.WorkflowTemplate", "argoproj.io/v1alpha1"),

		"KnativeService":    knativeService(serving, kubernetes),
		"PropagationPolicy": crd(karmada, policy+"propagationpolicies.yaml", "v1alpha1", kubernetes),
		"OverridePolicy":    crd(karmada, policy+"overridepolicies.yaml", "v1alpha1", kubernetes),
		"ResourceInterpreterCustomization": crd(karmada,
			"charts/karmada/_crds/bases/config/config.karmada.io_resourceinterpretercustomizations.yaml", "v1alpha1", kubernetes),

		"ConfigMap":      kubernetes.kind("io.k8s.api.core.v1.ConfigMap", "v1"),
		"Secret":         kubernetes.kind("io.k8s.api.core.v1.Secret", "v1"),
		"Service":        kubernetes.kind("io.k8s.api.core.v1.Service", "v1"),
		"ServiceAccount": kubernetes.kind("io.k8s.api.core.v1.ServiceAccount", "v1"),
		"Role":           kubernetes.kind("io.k8s.api.rbac.v1.Role", "rbac.authorization.k8s.io/v1"),
		"RoleBinding":    kubernetes.kind("io.k8s.api.rbac.v1.RoleBinding", "rbac.authorization.k8s.io/v1"),
	} {
		text, err := schema.closed()
		if err != nil {
			log.Fatalf("%s: %v", file, err)
		}
		if err := os.WriteFile(filepath.Join(outputDir, file+".json"), text, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// ------------------------------------------------------------------------------------------------------------ reading

type module struct{ version, dir string }

// readModules downloads the modules of versions.env (NAME=path@version) with the ordinary Go client.
func readModules(file string) (map[string]module, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	modules := map[string]module{}
	for _, line := range strings.Split(string(text), "\n") {
		name, version, ok := strings.Cut(line, "=")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		var answer struct{ Dir, Error string }
		out, err := exec.Command("go", "mod", "download", "-json", version).Output()
		if jsonErr := json.Unmarshal(out, &answer); jsonErr != nil || answer.Dir == "" {
			return nil, fmt.Errorf("%s: %v %s", version, err, answer.Error)
		}
		modules[name] = module{version, answer.Dir}
	}
	return modules, nil
}

// read decodes a JSON or YAML file of the module.
func (m module) read(path string) object {
	text, err := os.ReadFile(filepath.Join(m.dir, path))
	if err != nil {
		log.Fatal(err)
	}
	var document object
	if err := yaml.Unmarshal(text, &document); err != nil {
		log.Fatalf("%s: %v", path, err)
	}
	return document
}

// definitions are the named schemas of one upstream, with references written #/definitions/NAME.
type definitions struct {
	from    string
	schemas object
}

func jsonSchema(m module, path string) definitions {
	return definitions{m.version + " " + path, m.read(path)["definitions"].(object)}
}

func openAPI(m module, paths ...string) definitions {
	all := object{}
	for _, path := range paths {
		for name, schema := range m.read(path)["components"].(object)["schemas"].(object) {
			all[name] = schema
		}
	}
	return definitions{m.version + " api/openapi-spec/v3", all}
}

// source is the schema of one kind as upstream has it.
type source struct {
	definitions
	apiVersion, kindName string
	root                 object
}

func (d definitions) kind(name, apiVersion string) source {
	return source{d, apiVersion, name[strings.LastIndex(name, ".")+1:], d.schemas[name].(object)}
}

// crd takes the schema of one version out of a CustomResourceDefinition, whose metadata says only "object".
func crd(m module, path, version string, kubernetes definitions) source {
	spec := m.read(path)["spec"].(object)
	for _, v := range spec["versions"].([]any) {
		if v := v.(object); v["name"] == version {
			root := v["schema"].(object)["openAPIV3Schema"].(object)
			root["properties"].(object)["metadata"] = object{"$ref": "#/definitions/" + objectMeta}
			return source{
				definitions{m.version + " " + path, kubernetes.schemas},
				spec["group"].(string) + "/" + version, spec["names"].(object)["kind"].(string), root,
			}
		}
	}
	log.Fatalf("%s has no version %s", path, version)
	return source{}
}

const objectMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"

// knativeService is the CRD without the fields that stand behind a feature flag which is off by default: the webhook of
// a member refuses them (pkg/apis/serving/fieldmask.go). The CRD itself lets anything pass in their place.
func knativeService(m module, kubernetes definitions) source {
	features := m.read("config/core/configmaps/features.yaml")["data"].(object)["_example"].(string)
	flag := regexp.MustCompile(`behind a feature flag - (kubernetes\.[\w-]+)`)
	gated := func(schema object) (string, bool) {
		description, _ := schema["description"].(string)
		if items, ok := schema["items"].(object); ok {
			inner, _ := items["description"].(string)
			description += inner
		}
		match := flag.FindStringSubmatch(description)
		if match == nil {
			return "", false
		}
		return match[1], true
	}
	emptyDir := object{"$ref": "#/definitions/io.k8s.api.core.v1.EmptyDirVolumeSource"}
	var prune func(schema object)
	prune = func(schema object) {
		properties, _ := schema["properties"].(object)
		for name, property := range properties {
			feature, ok := gated(property.(object))
			switch {
			case !ok:
				prune(property.(object))
			case !strings.Contains(features, feature+`: "enabled"`):
				delete(properties, name)
			case name == "emptyDir":
				properties[name] = emptyDir
			default:
				log.Fatalf("Knative feature %s is on by default: say what %s holds", feature, name)
			}
		}
		if items, ok := schema["items"].(object); ok {
			prune(items)
		}
		if values, ok := schema["additionalProperties"].(object); ok {
			prune(values)
		}
	}
	service := crd(m, "config/core/300-resources/service.yaml", "v1", kubernetes)
	prune(service.root)
	template := service.root["properties"].(object)["spec"].(object)["properties"].(object)["template"].(object)
	template["properties"].(object)["metadata"] = object{"$ref": "#/definitions/" + objectMeta}
	return service
}

// ------------------------------------------------------------------------------------------------------------ closing

// closed is the file: the root with `status` left out (nobody writes one), the definitions it reaches, all closed.
func (s source) closed() ([]byte, error) {
	c := closer{upstream: s.schemas, reached: object{}}
	root := c.schema("", withoutStatus(s.root))
	properties := root["properties"].(object)
	properties["apiVersion"] = object{"const": s.apiVersion}
	properties["kind"] = object{"const": s.kindName}
	root["required"] = append([]any{"apiVersion", "kind", "metadata"}, others(root["required"], "apiVersion", "kind", "metadata")...)
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$comment"] = "From " + s.from + ", closed by generate/; do not edit."
	if len(c.reached) > 0 {
		root["definitions"] = c.reached
	}
	if len(c.undecided) > 0 {
		return nil, fmt.Errorf("objects without fields, say in `open` or `empty` what they are: %s", strings.Join(c.undecided, ", "))
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(root); err != nil {
		return nil, err
	}
	return text.Bytes(), nil
}

func withoutStatus(root object) object {
	copied := object{}
	for k, v := range root {
		copied[k] = v
	}
	properties := object{}
	for k, v := range root["properties"].(object) {
		if k != "status" {
			properties[k] = v
		}
	}
	copied["properties"] = properties
	copied["required"] = others(root["required"], "status")
	return copied
}

func others(list any, without ...string) []any {
	var rest []any
	items, _ := list.([]any)
next:
	for _, item := range items {
		for _, name := range without {
			if item == name {
				continue next
			}
		}
		rest = append(rest, item)
	}
	return rest
}

// open are the definitions that hold any object, empty those that are structs without fields.
var (
	open = names(
		"io.argoproj.events.v1alpha1.K8SResource",       // a Sensor's source.resource
		"io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1", // managedFields
		"io.k8s.apimachinery.pkg.runtime.RawExtension",  // any object
		"io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON",
		"io.argoproj.workflow.v1alpha1.Plugin", // one key, the plugin's name
	)
	empty = names(
		"io.argoproj.workflow.v1alpha1.NoneStrategy",
		"io.argoproj.workflow.v1alpha1.ZipStrategy",
		"io.argoproj.workflow.v1alpha1.SuppliedValueFrom",
		"io.argoproj.workflow.v1alpha1.RetryNodeAntiAffinity",
	)
)

func names(list ...string) map[string]bool {
	set := map[string]bool{}
	for _, name := range list {
		set[name] = true
	}
	return set
}

// quantity is what resource.ParseQuantity takes; upstream's schemas say only "string".
var quantity = object{
	"type":    []any{"string", "number"},
	"pattern": `^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$`,
}

type closer struct {
	upstream, reached object
	undecided         []string
}

// schema copies a schema, closed, and every definition it refers to. Name is the definition's, "" for an inner schema.
func (c *closer) schema(name string, in object) object {
	switch {
	case strings.HasSuffix(name, ".api.resource.Quantity"):
		return quantity
	case strings.HasSuffix(name, ".util.intstr.IntOrString"): // "string" in Argo Workflows' schema
		return object{"type": []any{"integer", "string"}}
	}
	out := object{}
	for key, value := range in {
		switch key {
		case "$ref":
			out["$ref"] = c.reference(value.(string))
		case "properties":
			properties := object{}
			for field, schema := range value.(object) {
				properties[field] = c.schema("", schema.(object))
			}
			out[key] = properties
		case "items", "additionalProperties", "not":
			if schema, ok := value.(object); ok {
				out[key] = c.schema("", schema)
			} else {
				out[key] = value
			}
		case "allOf", "anyOf", "oneOf":
			out[key] = c.alternatives(value.([]any))
		case "type", "enum", "const", "required", "pattern", "minimum", "maximum", "minLength", "maxLength",
			"minItems", "maxItems", "minProperties", "maxProperties", "multipleOf", "uniqueItems":
			out[key] = value
		case "format":
			format(out, value.(string))
		case "description", "default", "title", "example", "nullable":
		default:
			if !strings.HasPrefix(key, "x-kubernetes-") {
				log.Fatalf("unknown keyword %s in %s", key, name)
			}
		}
	}
	if required, ok := out["required"].([]any); ok && len(required) == 0 {
		delete(out, "required")
	}
	if in["x-kubernetes-int-or-string"] == true {
		delete(out, "anyOf")
		out["type"] = []any{"integer", "string"}
	}
	if in["nullable"] == true {
		out["type"] = []any{out["type"], "null"}
	}
	c.shut(name, in, out)
	return out
}

// shut forbids the fields upstream does not name.
func (c *closer) shut(name string, in, out object) {
	_, hasMore := out["additionalProperties"]
	switch {
	case hasMore || out["type"] != "object" && out["properties"] == nil || open[name]:
	case in["x-kubernetes-preserve-unknown-fields"] == true:
	case out["properties"] != nil || empty[name]:
		out["additionalProperties"] = false
	case name == "": // in a structural schema an object without fields is pruned to {}
		out["additionalProperties"] = false
	default:
		c.undecided = append(c.undecided, name)
	}
}

// alternatives restrict a schema that is closed outside: they stay open themselves.
func (c *closer) alternatives(list []any) []any {
	var out []any
	for _, schema := range list {
		copied := c.schema("", schema.(object))
		if _, stated := schema.(object)["additionalProperties"]; !stated {
			delete(copied, "additionalProperties")
		}
		out = append(out, copied)
	}
	return out
}

func (c *closer) reference(ref string) string {
	name := ref[strings.LastIndex(ref, "/")+1:]
	if _, seen := c.reached[name]; !seen {
		schema, ok := c.upstream[name].(object)
		if !ok {
			log.Fatalf("%s is nowhere defined", ref)
		}
		c.reached[name] = nil // definitions may refer to themselves
		c.reached[name] = c.schema(name, schema)
	}
	return "#/definitions/" + name
}

// format keeps date-time and turns the other formats, which validators ignore, into what they mean.
func format(out object, name string) {
	switch name {
	case "date-time":
		out["format"] = name
	case "int32":
		if _, ok := out["minimum"]; !ok {
			out["minimum"] = -1 << 31
		}
		if _, ok := out["maximum"]; !ok {
			out["maximum"] = 1<<31 - 1
		}
	case "byte":
		out["pattern"] = "^[A-Za-z0-9+/]*={0,2}$"
	}
}
