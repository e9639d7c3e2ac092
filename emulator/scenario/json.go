package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// parseJSON reads a JSON document. YAML contains JSON only nearly: its parser refuses
// escaped surrogate pairs and long keys. It says false when the text is not JSON.
func (r *report) parseJSON(data []byte) (*node, bool) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if start := bytes.TrimLeft(data, " \t\r\n"); len(start) == 0 || start[0] != '{' || !json.Valid(data) {
		return nil, false
	}
	j := &jsonReader{report: r, data: data, decoder: json.NewDecoder(bytes.NewReader(data)), line: 1, column: 1}
	j.decoder.UseNumber()
	n := j.value(place{}, 0)
	if j.stop {
		return nil, true
	}
	return n, true
}

// jsonReader walks the tokens of a valid JSON document and keeps count of lines.
type jsonReader struct {
	*report
	data         []byte
	decoder      *json.Decoder
	offset       int
	line, column int
	nodes        int
	stop         bool
}

// next returns the next token and a node at its position.
func (j *jsonReader) next() (json.Token, *node) {
	start := j.offset + bytes.IndexFunc(j.data[j.offset:], func(c rune) bool {
		return c != ' ' && c != '\t' && c != '\r' && c != '\n' && c != ',' && c != ':'
	})
	j.move(start)
	n := &node{line: j.line, column: j.column}
	token, err := j.decoder.Token()
	if err != nil { // the text was found valid before
		j.stop = true
	}
	j.move(int(j.decoder.InputOffset()))
	return token, n
}

func (j *jsonReader) move(to int) {
	for j.offset < to {
		c, size := utf8.DecodeRune(j.data[j.offset:])
		j.offset += size
		j.column++
		if c == '\n' {
			j.line, j.column = j.line+1, 1
		}
	}
}

func (j *jsonReader) value(at place, depth int) *node {
	token, n := j.next()
	j.nodes++
	if j.stop {
		return n
	}
	if j.nodes > maxNodes || depth > maxDepth {
		j.stop = true
		at.node = n
		j.add(at, "the document is too large or too deep here",
			fmt.Sprintf("it may have %d values and %d levels", maxNodes, maxDepth))
		return n
	}
	switch v := token.(type) {
	case string:
		n.value = v
	case json.Number:
		n.sort, n.value = number, v.String()
	case bool:
		n.sort, n.value = boolean, fmt.Sprint(v)
	case nil:
		n.sort, n.value = null, "null"
	case json.Delim:
		j.container(v, n, at, depth)
	}
	return n
}

func (j *jsonReader) container(open json.Delim, n *node, at place, depth int) {
	n.kind = list
	if open == '{' {
		n.kind = mapping
	}
	for i := 0; j.decoder.More() && !j.stop; i++ {
		if n.kind == list {
			n.items = append(n.items, j.value(at.index(i), depth+1))
			continue
		}
		token, key := j.next()
		key.value, _ = token.(string)
		j.member(n, key, j.value(at.key(key.value), depth+1), at)
	}
	if !j.stop {
		j.next() // the closing bracket
	}
}

// renderJSON writes a node as JSON.
func renderJSON(b []byte, n *node) []byte {
	switch n.kind {
	case list:
		b = append(b, '[')
		for i, item := range n.items {
			if i > 0 {
				b = append(b, ',')
			}
			b = renderJSON(b, item)
		}
		return append(b, ']')
	case mapping:
		b = append(b, '{')
		for i, key := range n.keys {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(renderJSON(b, key), ':')
			b = renderJSON(b, n.items[i])
		}
		return append(b, '}')
	default:
		return renderScalar(b, n)
	}
}

func renderScalar(b []byte, n *node) []byte {
	if n.sort != text {
		return append(b, n.value...)
	}
	quoted, err := json.Marshal(n.value)
	if err != nil { // a string always marshals
		return append(b, `""`...)
	}
	return append(b, quoted...)
}
