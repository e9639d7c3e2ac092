package casefile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Got is what came of a call that was made again. Status 0 is a reply of which nothing came.
type Got struct {
	Status int
	Header http.Header
	Body   []byte
	Fault  string // what a rule did to the reply
}

// aside are headers that say nothing about what the world is like: of the wire, and the one
// that names other worlds.
var aside = []string{"Connection", "Content-Length", "Date", "Transfer-Encoding", "Tweed-Hint"}

// Difference says where a reply differs first from the recorded one, "" where it does not:
// its fault, its status, a header, then the first place in the body.
func (c *Call) Difference(got Got) string {
	if c.Fault != got.Fault {
		return fmt.Sprintf("fault: wanted %s, got %s", orNone(c.Fault), orNone(got.Fault))
	}
	if c.Status != got.Status {
		text := fmt.Sprintf("status: wanted %d, got %d", c.Status, got.Status)
		if code := codeOf(got.Body); code != "" {
			text += " (" + code + ")"
		}
		return text
	}
	if text := c.headerDifference(got.Header); text != "" {
		return text
	}
	if !c.bodied() {
		return ""
	}
	return bodyDifference(c.Reply, got.Body)
}

// bodied tells whether net/http sends a body with the reply.
func (c *Call) bodied() bool {
	return c.Method != http.MethodHead && c.Status != http.StatusNoContent && c.Status != http.StatusNotModified
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// codeOf is the code of an error's body in the dialects that have one.
func codeOf(body []byte) string {
	var e struct {
		Code  string `json:"error_code"`
		Error string `json:"error"`
	}
	if json.Unmarshal(body, &e) != nil {
		return ""
	}
	return e.Code + e.Error
}

func (c *Call) headerDifference(got http.Header) string {
	wanted := map[string]string{}
	for _, h := range c.Headers {
		wanted[http.CanonicalHeaderKey(h.Name)] = onWire(h.Value)
	}
	names := map[string]bool{}
	for name := range wanted {
		names[name] = true
	}
	for name := range got {
		names[name] = true
	}
	if _, typed := wanted["Content-Type"]; !typed || !c.bodied() {
		delete(names, "Content-Type") // net/http guesses one
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if slices.Contains(aside, name) {
			continue
		}
		want, recorded := wanted[name]
		have, came := strings.Join(got[name], ", "), len(got[name]) > 0
		switch {
		case !came:
			return fmt.Sprintf("header %s: wanted %s, got none", name, strconv.Quote(want))
		case !recorded:
			return fmt.Sprintf("header %s: wanted none, got %s", name, strconv.Quote(have))
		case want != have:
			return fmt.Sprintf("header %s: wanted %s, got %s", name, strconv.Quote(want), strconv.Quote(have))
		}
	}
	return ""
}

// onWire is a header's value as net/http writes it.
func onWire(value string) string {
	return strings.TrimSpace(strings.NewReplacer("\n", " ", "\r", " ").Replace(value))
}

func bodyDifference(wanted, got []byte) string {
	if bytes.Equal(wanted, got) {
		return ""
	}
	w, okWanted := decoded(wanted)
	g, okGot := decoded(got)
	if okWanted && okGot {
		if text := valueDifference("", w, g); text != "" {
			return "reply: " + text
		}
	}
	n := common(wanted, got)
	return fmt.Sprintf("reply, byte %d: wanted %s, got %s", n, excerpt(wanted[n:]), excerpt(got[n:]))
}

func decoded(body []byte) (v any, ok bool) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if dec.Decode(&v) != nil {
		return nil, false
	}
	_, err := dec.Token()
	return v, errors.Is(err, io.EOF)
}

// absent stands where one of two values has no member or element.
type absent struct{}

// valueDifference walks two values beside each other, members in the order of their names, and
// says where they differ first: a JSON pointer, and what is there.
func valueDifference(at string, wanted, got any) string {
	switch w := wanted.(type) {
	case map[string]any:
		if g, ok := got.(map[string]any); ok {
			return memberDifference(at, w, g)
		}
	case []any:
		if g, ok := got.([]any); ok {
			return elementDifference(at, w, g)
		}
	case string:
		if g, ok := got.(string); ok {
			return textDifference(at, w, g)
		}
	default:
		if w == got { // scalars; numbers are json.Number
			return ""
		}
	}
	if at == "" {
		at = "the whole"
	}
	return fmt.Sprintf("%s: wanted %s, got %s", at, show(wanted), show(got))
}

// textDifference shows two texts whole, or where both are long from where they part.
func textDifference(at, wanted, got string) string {
	if wanted == got {
		return ""
	}
	if at == "" {
		at = "the whole"
	}
	if n := common([]byte(wanted), []byte(got)); n > maxValue/2 {
		return fmt.Sprintf("%s, byte %d: wanted %s, got %s", at, n, excerpt([]byte(wanted[n:])), excerpt([]byte(got[n:])))
	}
	return fmt.Sprintf("%s: wanted %s, got %s", at, show(wanted), show(got))
}

// common is how many bytes two texts have in common at their beginning.
func common(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func memberDifference(at string, wanted, got map[string]any) string {
	names := slices.Sorted(maps.Keys(wanted))
	for name := range got {
		if _, both := wanted[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		below := at + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
		w, wantedIt := wanted[name]
		g, gotIt := got[name]
		if !wantedIt {
			w = absent{}
		}
		if !gotIt {
			g = absent{}
		}
		if text := valueDifference(below, w, g); text != "" {
			return text
		}
	}
	return ""
}

func elementDifference(at string, wanted, got []any) string {
	for i := range max(len(wanted), len(got)) {
		var w, g any = absent{}, absent{}
		if i < len(wanted) {
			w = wanted[i]
		}
		if i < len(got) {
			g = got[i]
		}
		if text := valueDifference(at+"/"+strconv.Itoa(i), w, g); text != "" {
			return text
		}
	}
	return ""
}

// maxValue is how many bytes of a value a difference shows.
const maxValue = 120

func show(v any) string {
	if _, none := v.(absent); none {
		return "nothing"
	}
	text, err := encode(v)
	if err != nil { // it was decoded from JSON
		return fmt.Sprint(v)
	}
	return cut(string(text))
}

// excerpt shows the beginning of bytes that need not be text.
func excerpt(rest []byte) string {
	if len(rest) == 0 {
		return "the end"
	}
	return strconv.Quote(cut(string(rest)))
}

func cut(text string) string {
	if len(text) <= maxValue {
		return text
	}
	n := maxValue
	for n > maxValue-utf8.UTFMax && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n] + "…"
}
