package spec

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

// Where an example answer is from when it is not the source's own.
const (
	ExampleRepaired = "repaired" // the source's, changed by an overlay
	ExampleBorrowed = "borrowed" // of another operation that answers with the same type
	ExampleMade     = "made"     // of the types of the answer
	// ExampleCompleted is the source's with the required members that it lacks.
	ExampleCompleted = "completed"
)

// illustrate gives every operation of Plaid that answers JSON an example.
func (c *Contract) illustrate() {
	same := map[string]string{}
	for _, op := range c.Ops {
		if op.Example != "" {
			same[op.Reply] = op.Example
		}
	}
	for _, op := range c.Ops {
		if op.Family != "plaid" || op.Reply == "" || op.Example != "" {
			continue
		}
		if op.Example = same[op.Reply]; op.Example != "" {
			op.Made = ExampleBorrowed
			continue
		}
		a := artist{contract: c}
		a.object(op.Reply)
		op.Example, op.Made = a.text.String(), ExampleMade
	}
}

// artist writes an example of a type: all required members, and of the optional ones those that are never null.
type artist struct {
	contract *Contract
	text     strings.Builder
	within   []string // the types that are being written
}

func (a *artist) object(name string) {
	a.within = append(a.within, name)
	a.text.WriteByte('{')
	sep := ""
	for _, f := range a.contract.Types[name].Fields {
		if !f.Required && (f.Type.Nullable || a.recurs(f.Type)) {
			continue
		}
		a.text.WriteString(sep + quote(f.Name) + ":")
		a.value(f, f.Type)
		sep = ","
	}
	a.text.WriteByte('}')
	a.within = a.within[:len(a.within)-1]
}

// recurs says whether a use leads back to a type that is being written.
func (a *artist) recurs(r Ref) bool {
	t := a.contract.Named(r)
	for _, name := range a.within {
		if t != nil && t.Name == name {
			return true
		}
	}
	return false
}

// rare are words of members that most answers leave empty.
var rare = regexp.MustCompile("cursor|error|warning|unofficial")

// value writes the value of a field. What is rare and what would recur is null or an empty list where it can be.
func (a *artist) value(f *Field, r Ref) {
	t := a.contract.Types[r.Name]
	empty := a.recurs(r) || rare.MatchString(f.Name)
	switch {
	case r.Nullable && empty:
		a.text.WriteString("null")
	case r.Items != nil:
		a.text.WriteByte('[')
		if !empty {
			a.value(f, *r.Items)
		}
		a.text.WriteByte(']')
	case t != nil && len(t.Values) > 0:
		a.text.WriteString(quote(t.Values[0]))
	case t != nil:
		a.object(r.Name)
	case r.Name == String:
		a.text.WriteString(quote(sample(f)))
	default:
		a.text.WriteString(map[string]string{Integer: "1", Number: "1", Boolean: "false", Any: "{}", Map: "{}"}[r.Name])
	}
}

// samples are strings by the last words of a field's name.
var samples = []struct{ suffix, text string }{
	{"currency_code", "USD"},
	{"amount", "12.34"},
	{"country", "US"},
	{"country_code", "US"},
	{"email", "jane@example.com"},
	{"url", "https://example.com/"},
	{"uri", "https://example.com/"},
	{"phone_number", "+14155550100"},
	{"mask", "0000"},
	{"request_id", "saKrIBuEB9qJZng"},
	{"institution_id", "ins_109508"},
	{"institution_ids", "ins_109508"},
	{"account_number", "1111222233330000"},
	{"routing", "011401533"},
}

// sample is a string for a field: of its format, an id or a token of Plaid's form, or the words of its name.
func sample(f *Field) string {
	lower := strings.ToLower(f.Name)
	day := "2025-06-02"
	if strings.HasPrefix(lower, "expir") || strings.HasPrefix(lower, "estimated") {
		day = "2025-12-02"
	}
	switch {
	case f.Rule == "date" || f.Type.Format == "date":
		return day
	case f.Rule == "datetime" || f.Type.Format == "date-time":
		return day + "T14:30:00Z"
	}
	for _, s := range samples {
		if strings.HasSuffix(lower, s.suffix) {
			return s.text
		}
	}
	kind, token := strings.CutSuffix(lower, "_token")
	switch {
	case token:
		return strings.ReplaceAll(kind, "_", "-") + "-sandbox-" + uuid(lower)
	case lower == "id", strings.HasSuffix(lower, "_id"), strings.HasSuffix(f.Name, "Id"), strings.HasSuffix(lower, "_ids"):
		return uuid(lower)
	}
	return strings.ReplaceAll(f.Name, "_", " ")
}

// uuid is a version 4 UUID of a text.
func uuid(text string) string {
	sum := sha256.Sum256([]byte(text))
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80
	h := hex.EncodeToString(sum[:16])
	return fmt.Sprintf("%s-%s-%s-%s-%s", h[:8], h[8:12], h[12:16], h[16:20], h[20:])
}
