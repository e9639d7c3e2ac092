package spec

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// schemaPrefix starts every reference to a named schema.
const schemaPrefix = "#/components/schemas/"

// keywords are what a schema may hold. Those that bound values (minimum, maxLength, pattern, ...) are not compiled: the
// texts of their refusals are not public.
var keywords = []string{
	"$ref", "type", "format", "nullable", "enum", "items", "properties", "required", "additionalProperties",
	"allOf", "oneOf", "anyOf",
	"title", "description", "example", "examples", "default", "deprecated", "readOnly",
	"minimum", "maximum", "exclusiveMinimum", "minLength", "maxLength", "pattern", "minItems", "maxItems",
	"uniqueItems", "maxProperties",
}

// use reads a schema. name is what an object or a set of values without a name of its own will be called.
func (r *reader) use(schema *yaml.Node, name string) (Ref, error) {
	for key := range pairs(schema) {
		if !slices.Contains(keywords, key) && !strings.HasPrefix(key, "x-") {
			return Ref{}, fmt.Errorf("%s (line %d): unknown schema keyword %q", name, schema.Line, key)
		}
	}
	if target, ok := strings.CutPrefix(text(schema, "$ref"), schemaPrefix); ok {
		return r.named(target)
	}
	use, err := r.inline(schema, name)
	if err != nil {
		return Ref{}, err
	}
	use.Nullable = use.Nullable || text(schema, "nullable") == "true"
	return use, nil
}

// named reads a schema of components once.
func (r *reader) named(name string) (Ref, error) {
	if use, ok := r.uses[name]; ok {
		return use, nil
	}
	schema := r.schemas[name]
	if schema == nil {
		return Ref{}, fmt.Errorf("no schema %s", name)
	}
	// An object may hold itself: what its members see of it until it is read is its name.
	r.uses[name] = Ref{Name: name, Nullable: text(schema, "nullable") == "true"}
	r.reading[name] = true
	use, err := r.use(schema, name)
	r.uses[name] = use
	delete(r.reading, name)
	return use, err
}

// inline reads a schema that is not a reference.
func (r *reader) inline(schema *yaml.Node, name string) (Ref, error) {
	for _, key := range []string{"allOf", "oneOf", "anyOf"} {
		if branches := get(schema, key); branches != nil {
			return r.combine(branches, name, key == "allOf")
		}
	}
	kind := text(schema, "type")
	switch kind {
	case "", "object":
		return r.object(schema, name)
	case "array":
		items, err := r.use(get(schema, "items"), name)
		return Ref{Items: &items}, err
	case String:
		return r.values(schema, name), nil
	case Integer, Number, Boolean:
		return Ref{Name: kind}, nil
	}
	return Ref{}, fmt.Errorf("%s (line %d): unknown type %q", name, schema.Line, kind)
}

// values reads a string, or a set of strings.
func (r *reader) values(schema *yaml.Node, name string) Ref {
	enum := get(schema, "enum")
	if enum == nil {
		return Ref{Name: String, Format: text(schema, "format")}
	}
	t, use := &Type{Name: name}, Ref{Name: name}
	for _, v := range enum.Content {
		if v.Tag == "!!null" {
			use.Nullable = true
			continue
		}
		t.Values = append(t.Values, v.Value)
	}
	r.contract.Types[name] = t
	return use
}

// object reads the members of an object. One that declares members is closed even when the source says
// `additionalProperties: true`: Plaid refused bacs.sort of /payment_initiation/recipient/create, whose schema says so
// (plaid-ruby VCR cassettes, 2020). One that declares none has free keys.
func (r *reader) object(schema *yaml.Node, name string) (Ref, error) {
	properties := get(schema, "properties")
	if properties == nil {
		if text(schema, "type") == "" {
			return Ref{Name: Any}, nil
		}
		return Ref{Name: Map}, nil
	}
	t := &Type{Name: name}
	r.contract.Types[name] = t
	required := strs(get(schema, "required"))
	for key, node := range pairs(properties) {
		if strings.ContainsAny(key, " .!\n") {
			return Ref{}, fmt.Errorf("%s: member %q cannot be written in the compiled form", name, key)
		}
		use, err := r.use(node, name+"."+key)
		if err != nil {
			return Ref{}, err
		}
		t.Fields = append(t.Fields, &Field{Name: key, Required: slices.Contains(required, key), Type: use})
	}
	return Ref{Name: name}, nil
}

// combine merges the branches of allOf (every branch's members), or of oneOf and anyOf (what any branch accepts).
func (r *reader) combine(branches *yaml.Node, name string, all bool) (Ref, error) {
	var merged *Type
	var use Ref
	nullable := false
	for i, node := range branches.Content {
		branch, err := r.use(node, fmt.Sprintf("%s.%d", name, i+1))
		if err != nil {
			return Ref{}, err
		}
		if r.reading[branch.Name] {
			return Ref{}, fmt.Errorf("%s (line %d): a branch that holds what it is part of", name, node.Line)
		}
		nullable = nullable || branch.Nullable
		t := r.contract.Types[branch.Name]
		switch {
		case t == nil && branch.Name == Map: // a branch that only says "object"
		case t == nil && use.Name == "" && merged == nil:
			use = branch
		case t == nil || use.Name != "":
			return Ref{Name: Any}, nil
		case merged == nil:
			merged = t.clone(name)
		case all:
			merged.merge(t)
		default:
			merged.Union(t)
		}
	}
	if merged != nil {
		r.contract.Types[name] = merged
		use = Ref{Name: name}
	}
	use.Nullable = nullable
	return use, nil
}

// clone copies a type under another name.
func (t *Type) clone(name string) *Type {
	c := &Type{Name: name, Open: t.Open, Values: slices.Clone(t.Values)}
	for _, f := range t.Fields {
		g := *f
		c.Fields = append(c.Fields, &g)
	}
	return c
}

// merge adds another type's members; a member of both is taken from the later one and required when either says so.
func (t *Type) merge(other *Type) {
	for _, f := range other.Fields {
		g := *f
		if have := t.Field(f.Name); have != nil {
			g.Required = g.Required || have.Required
			*have = g
			continue
		}
		t.Fields = append(t.Fields, &g)
	}
}
