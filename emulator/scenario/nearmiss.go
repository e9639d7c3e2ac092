package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tweed/emulator/internal/spell"
)

// maxNear is how many near misses a mismatch names.
const maxNear = 3

// takesIn says whether the call is at one of the expected paths; without any, all are.
func (e *CallExpect) takesIn(call *Seen) bool {
	patterns := e.Call.list()
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(one string) bool {
		return parsePattern(one).matches(call.Method, segments(call.Route))
	})
}

// failures lists the conditions that the i-th call does not fulfil, nil if it fits.
func (v *verification) failures(e *CallExpect, i int) []string {
	call := &v.calls[i]
	if !e.takesIn(call) {
		return []string{"call: wanted " + string(e.Call)}
	}
	var failed []string
	if e.Status != 0 && e.Status != call.Status {
		failed = append(failed, fmt.Sprintf("status: wanted %d, got %d", e.Status, call.Status))
	}
	if e.Error != "" && e.Error != call.Code && e.Error != call.Type+"/"+call.Code &&
		(e.Error != rateLimit || call.Type != rateLimit) {
		failed = append(failed, "error: wanted "+e.Error+", got "+call.problem())
	}
	if e.Rule != "" && !slices.Contains(call.Rules, e.Rule) {
		failed = append(failed, "rule "+quote(e.Rule)+": "+v.whyNot(e.Rule, i))
	}
	return append(failed, e.Where.failures(call.Facts)...)
}

// failures lists the conditions that do not hold, in the order of their names.
func (w Where) failures(facts Facts) (failed []string) {
	for _, name := range sortedKeys(w) {
		var value any
		var there bool
		if facts != nil {
			value, there = facts.Fact(name)
		}
		if !w[name].holds(value, there) {
			failed = append(failed, "where "+name+": wanted "+w[name].wanting()+", got "+shownFact(value, there))
		}
	}
	return failed
}

// wanting writes what a condition asks.
func (c Condition) wanting() string {
	switch {
	case c.Missing:
		return "nothing"
	case c.Present:
		return "something"
	case c.Min != nil && c.Max != nil:
		return fmt.Sprintf("a number from %g to %g", *c.Min, *c.Max)
	case c.Min != nil:
		return fmt.Sprintf("a number of at least %g", *c.Min)
	case c.Max != nil:
		return fmt.Sprintf("a number of at most %g", *c.Max)
	}
	texts := make([]string, len(c.AnyOf))
	for i, value := range c.AnyOf {
		texts[i] = shownFact(value, true)
	}
	return strings.Join(texts, " or ")
}

// shownFact writes a fact as a person would: text without quotes, unless it would be
// taken for nothing.
func shownFact(value any, there bool) string {
	switch v := value.(type) {
	case nil:
		if there {
			return "null"
		}
		return "nothing"
	case string:
		if v == "" || strings.TrimSpace(v) != v || len(v) > maxShownText || strings.ContainsAny(v, "\n\r") {
			return show(v)
		}
		return v
	}
	return show(value)
}

// maxShownText is the length of a text that is written without quotes, in bytes.
const maxShownText = 100

// near finds the calls, from the i-th on, that match all but a few conditions: those at the
// expected path, the ones first that fail in the fewest conditions, of those the earliest.
// When nothing came to the path, it is the calls to the path nearest to it.
func (v *verification) near(e *CallExpect, from int) []NearMiss {
	var found []NearMiss
	came := false
	for i := from; i < len(v.calls); i++ {
		if v.isNear(e, &v.calls[i]) {
			came = true
			if why := v.failures(e, i); len(why) > 0 {
				found = append(found, NearMiss{v.named(&v.calls[i]), why})
			}
		}
	}
	slices.SortStableFunc(found, func(a, b NearMiss) int { return cmp.Compare(len(a.Why), len(b.Why)) })
	if !came {
		found = v.misspelt(e, from)
	}
	return found[:min(len(found), maxNear)]
}

// isNear says whether a call is at the expected path; where only a rule is expected, at
// that of the rule.
func (v *verification) isNear(e *CallExpect, call *Seen) bool {
	if e.Call != "" {
		return e.takesIn(call)
	}
	c := v.engine.find(e.Rule)
	return c != nil && c.takesIn(call)
}

// misspelt finds the calls to the path that is nearest to the expected one.
func (v *verification) misspelt(e *CallExpect, from int) (found []NearMiss) {
	for _, one := range e.Call.list() {
		_, path, ok := strings.Cut(one, " ")
		if !ok {
			path = one
		}
		var came []string
		for _, call := range v.calls[from:] {
			came = append(came, cmp.Or(call.Route, call.Path))
		}
		nearest := spell.Nearest(path, came)
		for i := range v.calls[from:] {
			if call := &v.calls[from+i]; nearest != "" && cmp.Or(call.Route, call.Path) == nearest {
				found = append(found, NearMiss{v.named(call), []string{"call: wanted " + one}})
			}
		}
	}
	return found
}

// unknownRule is the mismatch of an expectation about a rule that is not there and was
// not: to count its calls as none would let a misspelt name pass.
func (v *verification) unknownRule(e *CallExpect) *Mismatch {
	if e.Rule == "" || v.engine == nil || v.engine.find(e.Rule) != nil {
		return nil
	}
	for i := range v.calls {
		if slices.Contains(v.calls[i].Rules, e.Rule) || slices.Contains(v.calls[i].Passed, e.Rule) {
			return nil
		}
	}
	text := e.title() + ": no rule is called " + quote(e.Rule)
	if help := meant(e.Rule, v.engine.Names()); help != "" {
		text += "; " + help
	}
	return &Mismatch{Text: text}
}
