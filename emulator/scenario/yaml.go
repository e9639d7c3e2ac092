package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Bounds of a document. An alias counts with everything that it stands for.
const (
	maxBytes = 4 << 20
	maxNodes = 500_000
	maxDepth = 60
)

// parse reads one YAML or JSON document. The result is nil for an empty one.
func (r *report) parse(data []byte) *node {
	if len(data) > maxBytes {
		r.add(place{}, fmt.Sprintf("the file has %d bytes", len(data)),
			fmt.Sprintf("a scenario has at most %d (4 MiB)", maxBytes))
		return nil
	}
	if !r.clean(data, noText) {
		return nil
	}
	if n, ok := r.parseJSON(data); ok {
		return n
	}
	if !r.clean(data, oddBreak) {
		return nil
	}
	if text := bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\ufeff")), " \t\r\n"); len(text) > 0 && text[0] == '<' {
		r.add(place{node: &node{line: 1, column: 1}}, "this is no scenario but a page of HTML or XML",
			"a scenario begins with a key such as name: or rules:")
		return nil
	}
	return r.parseYAML(data)
}

func (r *report) parseYAML(data []byte) *node {
	doc, more, err := decodeYAML(data)
	if err != nil {
		r.syntax(data, err)
		return nil
	}
	if more != nil {
		r.add(place{node: &node{line: more.Line, column: more.Column}}, "a second document begins here",
			"a scenario file holds one document: remove the line \"---\"")
		return nil
	}
	if doc == nil || len(doc.Content) == 0 {
		return nil
	}
	c := converter{report: r, open: map[*yaml.Node]bool{}}
	n := c.convert(doc.Content[0], place{}, 0)
	if c.stop {
		return nil
	}
	return n
}

// decodeYAML parses the first document and looks whether there is another. The library
// is known to panic on some broken input: that is a syntax error too.
func decodeYAML(data []byte) (doc, more *yaml.Node, err error) {
	defer func() {
		if bug := recover(); bug != nil {
			doc, more, err = nil, nil, fmt.Errorf("yaml: %v", bug)
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var first, second yaml.Node
	if err := decoder.Decode(&first); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil, nil
		}
		return nil, nil, err
	}
	switch err := decoder.Decode(&second); {
	case errors.Is(err, io.EOF):
		return &first, nil, nil
	case err != nil:
		return nil, nil, err
	}
	return &first, &second, nil
}

// converter turns the library's nodes into ours: aliases are expanded within bounds,
// tags and merge keys refused.
type converter struct {
	*report
	open  map[*yaml.Node]bool // aliases that are being expanded
	nodes int
	stop  bool
}

func (c *converter) fail(from *yaml.Node, at place, what, right string) *node {
	n := &node{sort: null, line: from.Line, column: from.Column}
	at.node = n
	c.add(at, what, right)
	return n
}

func (c *converter) convert(from *yaml.Node, at place, depth int) *node {
	if c.stop {
		return nullNode()
	}
	c.nodes++
	if c.nodes > maxNodes || depth > maxDepth {
		c.stop = true
		return c.fail(from, at, "the document is too large or too deep here",
			fmt.Sprintf("it may have %d values, aliases expanded, and %d levels", maxNodes, maxDepth))
	}
	n := &node{line: from.Line, column: from.Column}
	switch from.Kind {
	case yaml.AliasNode:
		return c.alias(from, at, depth)
	case yaml.ScalarNode:
		c.scalar(from, n, at)
	case yaml.SequenceNode:
		n.kind = list
		for i, item := range from.Content {
			n.items = append(n.items, c.convert(item, at.index(i), depth+1))
		}
	case yaml.MappingNode:
		n.kind = mapping
		c.mapping(from, n, at, depth)
	default: // a document holds none
	}
	return n
}

func (c *converter) alias(from *yaml.Node, at place, depth int) *node {
	if c.open[from.Alias] {
		c.stop = true
		return c.fail(from, at, "the alias *"+from.Value+" stands inside of what it names", "write the value out")
	}
	c.open[from.Alias] = true
	n := c.convert(from.Alias, at, depth)
	delete(c.open, from.Alias)
	// Problems of the value are reported where it is used, not where it was named.
	n.line, n.column = from.Line, from.Column
	return n
}

func (c *converter) scalar(from *yaml.Node, n *node, at place) {
	n.value = from.Value
	quoted := from.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
	switch {
	case from.Style&yaml.TaggedStyle != 0 && from.Tag == "!!str":
	case from.Style&yaml.TaggedStyle != 0:
		at.node = n
		c.add(at, "the tag "+from.Tag+" is not part of the language", "remove it; quotes make a value text")
	case !quoted:
		n.sort = sortOf(n.value)
	}
}

func (c *converter) mapping(from *yaml.Node, n *node, at place, depth int) {
	for i := 0; i+1 < len(from.Content); i += 2 {
		key := from.Content[i]
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		if key.Kind != yaml.ScalarNode {
			c.fail(key, at, "a key must be a name, not a list or a mapping", "quote a key that contains [ or {")
			continue
		}
		if key.Tag == "!!merge" {
			c.spoil(n)
			c.fail(key, at, "merge keys (<<) are not part of the language", "write the keys out; aliases of whole values work")
			continue
		}
		k := &node{value: key.Value, line: from.Content[i].Line, column: from.Content[i].Column}
		value := c.convert(from.Content[i+1], at.key(k.value), depth+1)
		c.member(n, k, value, at)
	}
}

// member adds a key and its value to a mapping; a second one of the same name is a
// problem.
func (r *report) member(n, key, value *node, at place) {
	if first := n.key(key.value); first != nil {
		r.add(place{node: key, path: at.key(key.value).path}, "the key "+quote(key.value)+" stands here for the second time",
			fmt.Sprintf("the first is on line %d: remove one", first.line))
		return
	}
	if n.at == nil {
		n.at = map[string]int{}
	}
	n.at[key.value] = len(n.keys)
	n.keys, n.items = append(n.keys, key), append(n.items, value)
}

// clean refuses the first character of a text that is bad, and says so.
func (r *report) clean(data []byte, bad func(char rune, size int, text []byte) (what, right string)) bool {
	line, column := 1, 1
	for rest := bytes.TrimPrefix(data, []byte("\ufeff")); len(rest) > 0; {
		char, size := utf8.DecodeRune(rest)
		if what, right := bad(char, size, rest); what != "" {
			r.add(place{node: &node{line: line, column: column}}, what, right)
			return false
		}
		column++
		if char == '\n' {
			line, column = line+1, 1
		}
		rest = rest[size:]
	}
	return true
}

// noText says what is wrong with a byte at the beginning of a text that no text has.
func noText(char rune, size int, text []byte) (what, right string) {
	switch {
	case char == utf8.RuneError && size == 1:
		return fmt.Sprintf("the byte 0x%02x is no text", text[0]), "save the file as UTF-8"
	case char == 0 && len(text) > 1 && text[1] != 0:
		return "the byte 0x00 is no text", "the file looks like UTF-16: save it as UTF-8"
	case char < ' ' && !strings.ContainsRune("\t\r\n", char), char == 0x7f:
		return fmt.Sprintf("the byte 0x%02x is no text", text[0]), "a scenario is UTF-8 without control characters"
	}
	return "", ""
}

// oddBreak says what is wrong with a character by which YAML counts lines otherwise than
// editors do.
func oddBreak(char rune, _ int, text []byte) (what, right string) {
	switch {
	case char == '\r' && !bytes.HasPrefix(text, []byte("\r\n")):
		return "a carriage return without a line feed", "save the file with the line ends of Unix or Windows"
	case char == 0x85, char == 0x2028, char == 0x2029:
		return fmt.Sprintf("the character U+%04X breaks lines in YAML only", char),
			fmt.Sprintf("write \\u%04x in double quotes", char)
	}
	return "", ""
}

// renderYAML writes a node as a YAML document.
func renderYAML(n *node) ([]byte, error) {
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(toYAML(n)); err != nil {
		return nil, err
	}
	return b.Bytes(), encoder.Close()
}

func toYAML(n *node) *yaml.Node {
	switch n.kind {
	case list:
		y := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for _, item := range n.items {
			y.Content = append(y.Content, toYAML(item))
		}
		return y
	case mapping:
		y := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		for i, key := range n.keys {
			y.Content = append(y.Content, toYAML(key), toYAML(n.items[i]))
		}
		return y
	default:
		y := &yaml.Node{Kind: yaml.ScalarNode, Value: n.value}
		if n.sort == text {
			y.Tag = "!!str"
			if sortOf(n.value) != text || !plain(n.value) {
				y.Style = yaml.DoubleQuotedStyle
			}
		}
		return y
	}
}

// plainForm is a text that needs no quotes; oldWord is one that YAML 1.1 takes for true
// or false.
var (
	plainForm = regexp.MustCompile(`^[A-Za-z/][A-Za-z0-9 _./@-]*$`)
	oldWord   = regexp.MustCompile(`^(?i:y|n|yes|no|on|off)$`)
)

func plain(s string) bool {
	return plainForm.MatchString(s) && !oldWord.MatchString(s) && !strings.HasSuffix(s, " ")
}
