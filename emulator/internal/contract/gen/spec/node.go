package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"strings"

	"gopkg.in/yaml.v3"
)

// pairs walks a mapping in the order of the file.
func pairs(n *yaml.Node) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		if n == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i].Value, n.Content[i+1]) {
				return
			}
		}
	}
}

// get returns a member of a mapping, or nil.
func get(n *yaml.Node, key string) *yaml.Node {
	for k, v := range pairs(n) {
		if k == key {
			return v
		}
	}
	return nil
}

// text returns the scalar at a member, or "".
func text(n *yaml.Node, key string) string {
	if v := get(n, key); v != nil && v.Kind == yaml.ScalarNode {
		return v.Value
	}
	return ""
}

// strs returns the scalars of a sequence.
func strs(n *yaml.Node) []string {
	if n == nil {
		return nil
	}
	out := make([]string, 0, len(n.Content))
	for _, v := range n.Content {
		out = append(out, v.Value)
	}
	return out
}

// encodeJSON writes an example as compact JSON, keys in the order of the file and numbers as they are spelled there.
func encodeJSON(n *yaml.Node) (string, error) {
	if n == nil {
		return "", nil
	}
	var b strings.Builder
	if err := writeJSON(&b, n); err != nil {
		return "", err
	}
	if !json.Valid([]byte(b.String())) {
		return "", fmt.Errorf("line %d: the example is not JSON", n.Line)
	}
	return b.String(), nil
}

func writeJSON(b *strings.Builder, n *yaml.Node) error {
	switch n.Kind {
	case yaml.MappingNode:
		b.WriteByte('{')
		sep := ""
		for k, v := range pairs(n) {
			b.WriteString(sep + quote(k) + ":")
			if err := writeJSON(b, v); err != nil {
				return err
			}
			sep = ","
		}
		b.WriteByte('}')
	case yaml.SequenceNode:
		b.WriteByte('[')
		for i, v := range n.Content {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := writeJSON(b, v); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	case yaml.AliasNode:
		return writeJSON(b, n.Alias)
	case yaml.ScalarNode:
		b.WriteString(scalarJSON(n))
	default:
		return fmt.Errorf("line %d: cannot be written as JSON", n.Line)
	}
	return nil
}

// scalarJSON writes a scalar: numbers as spelled when JSON allows the spelling, dates as text.
func scalarJSON(n *yaml.Node) string {
	switch n.Tag {
	case "!!null":
		return "null"
	case "!!bool":
		return strings.ToLower(n.Value)
	case "!!int", "!!float":
		if json.Valid([]byte(n.Value)) {
			return n.Value
		}
	}
	return quote(n.Value)
}

// quote writes a JSON string without the escapes that only HTML needs.
func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	// A string always encodes; invalid UTF-8 is replaced.
	_ = e.Encode(s)
	return strings.TrimSuffix(b.String(), "\n")
}
