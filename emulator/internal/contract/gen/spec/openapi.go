package spec

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// reader turns the schemas of an OpenAPI file into types.
type reader struct {
	contract *Contract
	schemas  map[string]*yaml.Node
	// uses are the schemas read so far, by name; reading are those that are not read to their end.
	uses    map[string]Ref
	reading map[string]bool
}

// methods are the keys of a path item that are operations.
var methods = []string{"get", "put", "post", "delete", "patch"}

// ReadOpenAPI reads plaid-go's OpenAPI file. Descriptions are dropped. It fails on a schema keyword that it does not
// know, so that a newer file cannot be read wrongly in silence.
func ReadOpenAPI(data []byte, source string) (*Contract, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return nil, err
	}
	doc := root.Content[0]
	r := &reader{
		contract: &Contract{Types: map[string]*Type{}},
		schemas:  map[string]*yaml.Node{},
		uses:     map[string]Ref{},
		reading:  map[string]bool{},
	}
	r.contract.Version = text(get(doc, "info"), "version")
	for name, schema := range pairs(get(get(doc, "components"), "schemas")) {
		r.schemas[name] = schema
	}
	for path, item := range pairs(get(doc, "paths")) {
		if err := r.path(path, item, source); err != nil {
			return nil, fmt.Errorf("path %s: %w", path, err)
		}
	}
	if err := r.webhooks(get(get(doc, "components"), "schemas")); err != nil {
		return nil, err
	}
	return r.contract, nil
}

// path reads the operations of one path item.
func (r *reader) path(path string, item *yaml.Node, source string) error {
	found := false
	for method, node := range pairs(item) {
		if !slices.Contains(methods, method) {
			continue
		}
		found = true
		op := &Op{
			ID: text(node, "operationId"), Method: strings.ToUpper(method), Path: path, Family: "plaid", Source: source,
		}
		body := get(get(get(node, "requestBody"), "content"), "application/json")
		var err error
		if op.Request, err = r.root(get(body, "schema"), op.ID+"Request"); err != nil {
			return fmt.Errorf("%s request: %w", op.ID, err)
		}
		if err := r.reply(op, get(get(get(node, "responses"), "200"), "content")); err != nil {
			return fmt.Errorf("%s reply: %w", op.ID, err)
		}
		r.contract.Ops = append(r.contract.Ops, op)
	}
	if !found {
		r.contract.Empty = append(r.contract.Empty, path)
	}
	return nil
}

// reply reads the media type, shape and first example of a good answer.
func (r *reader) reply(op *Op, content *yaml.Node) error {
	for media, node := range pairs(content) {
		op.Media = media
		if media != "application/json" {
			return nil
		}
		example := get(node, "example")
		for _, named := range pairs(get(node, "examples")) {
			example = get(named, "value")
			break
		}
		var err error
		if op.Example, err = encodeJSON(example); err != nil {
			return err
		}
		if text(r.resolve(get(node, "schema")), "format") == "binary" {
			op.Media = "application/octet-stream"
			return nil
		}
		op.Reply, err = r.root(get(node, "schema"), op.ID+"Reply")
		return err
	}
	return nil
}

// resolve follows a reference.
func (r *reader) resolve(schema *yaml.Node) *yaml.Node {
	if target, ok := strings.CutPrefix(text(schema, "$ref"), schemaPrefix); ok {
		return r.schemas[target]
	}
	return schema
}

// root reads the schema of a whole body, which is always an object of its own name.
func (r *reader) root(schema *yaml.Node, name string) (string, error) {
	if schema == nil {
		return "", nil
	}
	use, err := r.use(schema, name)
	if err != nil {
		return "", err
	}
	if target, ok := strings.CutPrefix(text(schema, "$ref"), schemaPrefix); ok && use.Name == Map {
		name = target
	}
	if use.Name == Map {
		r.contract.Types[name] = &Type{Name: name}
		use.Name = name
	}
	if r.contract.Types[use.Name] == nil {
		return "", fmt.Errorf("a body that is %s, not an object", use)
	}
	return use.Name, nil
}
