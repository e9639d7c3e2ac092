package flow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Compare returns how two runs differ, step by step, one line per difference; empty when they are the same. Ids,
// tokens, JWTs, dates and request ids count by kind: two access tokens are the same, an access token and a null are
// not. Compared are the steps that both runs walked or tried: how each ended, its error, what came out, and the whole
// answer of the vendor by field. Durations, retries and the states seen on the way are left out.
func Compare(a, b *Result) string {
	var d differences
	for _, name := range Steps() {
		if slices.Contains(a.Skipped, name) || slices.Contains(b.Skipped, name) {
			continue
		}
		left, inLeft := a.Step(name)
		right, inRight := b.Step(name)
		if inLeft || inRight {
			d.compare(name, facts(left, inLeft), facts(right, inRight))
		}
	}
	if len(a.Skipped) == len(b.Skipped) {
		d.compare("end", endFacts(a), endFacts(b))
	}
	if len(d.lines) == 0 {
		return ""
	}
	head := fmt.Sprintf("%s | %s", first(a.Target, "first"), first(b.Target, "second"))
	return head + "\n" + strings.Join(d.lines, "\n") + "\n"
}

type differences struct{ lines []string }

// compare adds a line for each fact that only one side has or that has two values, in order of name.
func (d *differences) compare(step string, left, right map[string]string) {
	all := maps.Clone(left)
	maps.Copy(all, right)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		l, inLeft := left[name]
		r, inRight := right[name]
		if inLeft != inRight || l != r {
			d.lines = append(d.lines, fmt.Sprintf("%s: %s: %s | %s", step, name, orNothing(l, inLeft), orNothing(r, inRight)))
		}
	}
}

func orNothing(text string, there bool) string {
	if !there {
		return "(nothing)"
	}
	return oneLine(text)
}

func endFacts(r *Result) map[string]string {
	return map[string]string{"end": string(r.End), "reason": r.Reason, "failed_step": r.FailedStep}
}

// facts are the comparable facts of a step by name.
func facts(s Step, there bool) map[string]string {
	f := map[string]string{}
	if !there {
		return f
	}
	f["status"] = string(s.Status)
	f["http_status"] = fmt.Sprint(s.HTTPStatus)
	for _, v := range s.Values {
		switch v.Kind {
		case KindState:
		case KindToken, KindID, KindDate:
			f[v.Name] = "<" + string(v.Kind) + ">"
		case KindText:
			f[v.Name] = kindOf(v.Text)
		}
	}
	if s.Failure != nil {
		maps.Copy(f, map[string]string{
			"error.reason": s.Failure.Reason, "error.type": s.Failure.Type, "error.code": s.Failure.Code,
			"error.message": kindOf(s.Failure.Message), "error.display": kindOf(s.Failure.DisplayMessage),
		})
		maps.DeleteFunc(f, func(_, text string) bool { return text == "" })
	}
	if s.Failure == nil && len(s.reply) > 0 {
		leaves(f, "reply", s.reply)
	}
	return f
}

// leaves adds every leaf of a JSON answer by its path; an answer that is no JSON is one leaf.
func leaves(f map[string]string, path string, data []byte) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		f[path] = kindOf(strings.TrimSpace(string(data)))
		return
	}
	leaf(f, path, "", value)
}

func leaf(f map[string]string, path, key string, value any) {
	switch v := value.(type) {
	case map[string]any:
		if len(v) == 0 {
			f[path] = "{}"
		}
		for name, inner := range v {
			leaf(f, path+"."+name, name, inner)
		}
	case []any:
		if len(v) == 0 {
			f[path] = "[]"
		}
		for i, inner := range v {
			leaf(f, fmt.Sprintf("%s[%d]", path, i), key, inner)
		}
	case string:
		f[path] = keyed(key, v)
	case json.Number:
		f[path] = v.String()
	case nil:
		f[path] = "null"
	default:
		f[path] = fmt.Sprint(v)
	}
}

// keyed takes ids whose form says nothing by the name of their field.
func keyed(key, text string) string {
	switch lower := strings.ToLower(key); {
	case text == "":
		return `""`
	case lower == "id", strings.HasSuffix(lower, "_id") && lower != "institution_id",
		strings.HasSuffix(key, "Id") && lower != "institutionid":
		return "<id>"
	}
	return fmt.Sprintf("%q", kindOf(text))
}

// kinds replaces what differs between two equal runs. The order matters: a token contains a UUID.
var kinds = []struct {
	form *regexp.Regexp
	kind string
}{
	{jwtForm, "<jwt>"},
	{regexp.MustCompile(`-sandbox-[0-9A-Za-z-]+…?`), "-sandbox-<identifier>"},
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), "<uuid>"},
	{regexp.MustCompile(`\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?`), "<time>"},
	{regexp.MustCompile(`\d{4}-\d{2}-\d{2}`), "<date>"},
	{regexp.MustCompile(`\b[0-9a-f]{24}\b`), "<id>"},
	{regexp.MustCompile(`\b\d{14}\b`), "<id>"},
}

func kindOf(text string) string {
	for _, k := range kinds {
		text = k.form.ReplaceAllString(text, k.kind)
	}
	return text
}
