package api

import (
	"bytes"
	"encoding/json"
)

// EncodeJSON writes a value as Plaid does: two spaces of indent, "<" and ">" as they
// are, no line end at the end (observed: an exchange's answer is 164 bytes long in
// maybe-finance/maybe's recordings, which is this form).
func EncodeJSON(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return indent(bytes.TrimRight(buf.Bytes(), "\n")), nil
}

// indent lays compact JSON out as json.Indent does with two spaces. The text comes from
// the encoder and is valid, so that it need not be parsed again: with json.Indent every
// fourth microsecond of a call went into that.
func indent(src []byte) []byte {
	out := make([]byte, 0, len(src)+len(src)/2)
	depth := 0
	for i := 0; i < len(src); i++ {
		switch c := src[i]; c {
		case '"':
			end := i + stringLength(src[i:])
			out = append(out, src[i:end]...)
			i = end - 1
		case '{', '[':
			out = append(out, c)
			if src[i+1] == c+2 { // "}" and "]" stand two places behind in ASCII
				i++
				out = append(out, c+2)
				continue
			}
			depth++
			out = newline(out, depth)
		case '}', ']':
			depth--
			out = append(newline(out, depth), c)
		case ',':
			out = newline(append(out, c), depth)
		case ':':
			out = append(out, ':', ' ')
		default:
			out = append(out, c)
		}
	}
	return out
}

// stringLength is the length of the JSON string at the start of a text, its quotes
// included.
func stringLength(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

const spaces = "                                "

func newline(out []byte, depth int) []byte {
	out = append(out, '\n')
	for n := 2 * depth; n > 0; n -= len(spaces) {
		out = append(out, spaces[:min(n, len(spaces))]...)
	}
	return out
}
