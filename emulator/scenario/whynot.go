package scenario

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Passed lists the rules that matched the call and did not act on it: they were still
// skipping, it was not their turn, or the dice were against it. A spent rule is not
// among them.
func (plan *Plan) Passed() []string {
	if len(plan.passed) == 0 {
		return nil
	}
	names := make([]string, len(plan.passed))
	for i, c := range plan.passed {
		names[i] = c.name
	}
	return names
}

// find returns a rule by its name, nil if there is none.
func (e *Engine) find(name string) *compiled {
	if e == nil {
		return nil
	}
	if c := e.added.rules[name]; c != nil {
		return c
	}
	if c := e.base.rules[name]; c != nil && !e.removed[name] {
		return c
	}
	return nil
}

// takesIn says whether the rule is about a call: by its path, or by the transfer that the
// call asks for.
func (c *compiled) takesIn(call *Seen) bool {
	method, path := call.Method, segments(call.Route)
	if c.source.ACH != "" {
		method, path = methodACH, []string{string(transferOf(call))}
	}
	return slices.ContainsFunc(c.patterns, func(p pattern) bool { return p.matches(method, path) })
}

// transferOf is the kind of transfer that a call asks for, "" for none.
func transferOf(call *Seen) ACH {
	switch {
	case call.Method != http.MethodPost || familyOf(call.Route) != "sentinel":
		return ""
	case strings.HasSuffix(call.Route, "/achs/incoming"), strings.HasSuffix(call.Route, "/achs/deposits"):
		return Deposit
	case strings.HasSuffix(call.Route, "/achs/outgoing"), strings.HasSuffix(call.Route, "/achs/withdrawals"):
		return Withdrawal
	}
	return ""
}

// whyNot says why a rule did not act on the i-th call.
func (v *verification) whyNot(name string, i int) string {
	c, call := v.engine.find(name), &v.calls[i]
	if c == nil {
		return "it did not act"
	}
	if !c.takesIn(call) {
		return "it is about " + strings.Join(c.source.patterns(), ", ")
	}
	if failed := c.source.Where.failures(call.Facts); len(failed) > 0 {
		return "it did not act: " + strings.Join(failed, ", ")
	}
	if slices.Contains(call.Passed, name) {
		return v.whyPassed(c, i)
	}
	used, last := v.actedBefore(name, i)
	switch {
	case c.times > 0 && used >= c.times:
		return fmt.Sprintf("it was spent: it acts %s and had acted on call %d last", times(c.times), last)
	case len(call.Rules) > 0:
		return "rule " + quote(call.Rules[0]) + " came before it"
	case call.Code != "":
		return "the call failed before rules act, with " + call.problem()
	case c.source.ACH != "" && c.counted: // what becomes of a transfer leaves no list of rules that passed
		return "it let this transfer pass, by its skip, every or chance"
	case c.until != (Until{}):
		return "it did not act; it does so until " + c.until.encodeNode().value + " only"
	case c.limit != nil:
		return "its window had room"
	}
	return "it did not act"
}

// whyPassed says why a rule let the i-th call pass, which it matched.
func (v *verification) whyPassed(c *compiled, i int) string {
	var met uint64
	for _, call := range v.calls[:i+1] {
		mine := slices.Contains(call.Passed, c.name) || slices.Contains(call.Rules, c.name)
		if mine && call.World == v.calls[i].World {
			met++
		}
	}
	switch {
	case c.limit != nil:
		return "its window had room"
	case met <= c.skip:
		return fmt.Sprintf("it was skipping: it lets the first %d matching calls pass, and this was number %d", c.skip, met)
	case c.every > 1 && (met-c.skip)%c.every != 0:
		text := fmt.Sprintf("it was not its turn: it acts on one matching call in %d, and this was number %d", c.every, met)
		if c.skip > 0 {
			text += fmt.Sprintf(", %d of them skipped", c.skip)
		}
		return text
	case c.chance > 0 && c.chance < 1:
		return fmt.Sprintf("the dice were against it (chance %g)", c.chance)
	}
	return "it let the call pass"
}

// actedBefore is how often a rule had acted in the world of the i-th call before it, and on
// which call last.
func (v *verification) actedBefore(name string, i int) (n, last uint64) {
	for _, call := range v.calls[:i] {
		if call.World == v.calls[i].World && slices.Contains(call.Rules, name) {
			n, last = n+1, call.N
		}
	}
	return n, last
}

func times(n uint64) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
