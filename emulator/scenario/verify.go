package scenario

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Seen is one call that came, as the journal has it.
type Seen struct {
	World  string // the world's name
	N      uint64 // its number within the world, from 1
	Method string
	Path   string // as it was sent
	Route  string // as the contract has it: what varies stands in braces; "" for a path that is none
	Status int
	Code   string   // the error's code, "" on success
	Type   string   // the error's type
	Rules  []string // the rules that acted on it
	Passed []string // the rules that matched it and let it pass
	Facts  Facts    // as they were when the call came
}

// problem is the error of a call, else its status.
func (s *Seen) problem() string {
	if s.Code == "" {
		return "no error (status " + strconv.Itoa(s.Status) + ")"
	}
	return strings.TrimPrefix(s.Type+"/"+s.Code, "/")
}

// Mismatch is one expectation that the calls did not fulfil.
type Mismatch struct {
	// Text says what was wanted and what came, in one line.
	Text string `json:"text"`
	// Near are the calls that nearly matched, the best first, three at most.
	Near []NearMiss `json:"near_misses,omitempty"`
	// Surplus are the calls that were too many, ten at most; Text counts them all.
	Surplus []SeenCall `json:"surplus,omitempty"`
}

// SeenCall names a call.
type SeenCall struct {
	Call   uint64 `json:"call,omitempty"` // its number within the world, from 1
	Method string `json:"method,omitempty"`
	Path   string `json:"path"`
	Status int    `json:"status"`
	// Webhook is the number of a webhook, whose Path is its TYPE.CODE; 0 for a call.
	Webhook uint64 `json:"webhook,omitempty"`
	World   string `json:"world,omitempty"` // where calls of several worlds are verified
}

// title names a call in messages.
func (c SeenCall) title() string {
	text := fmt.Sprintf("call %d %s %s", c.Call, c.Method, c.Path)
	if c.Webhook > 0 {
		text = fmt.Sprintf("webhook %d %s", c.Webhook, c.Path)
	}
	if c.World != "" {
		text += " in world " + c.World
	}
	return text
}

// NearMiss is a call that nearly matched.
type NearMiss struct {
	SeenCall
	// Why it did not: each condition that failed, with what was wanted and what came.
	Why []string `json:"why"`
}

// String writes the mismatch with a line below for each near miss and surplus call.
func (m Mismatch) String() string {
	lines := []string{m.Text}
	for _, near := range m.Near {
		lines = append(lines, "  "+near.title()+": "+strings.Join(near.Why, "; "))
	}
	for _, call := range m.Surplus {
		line := "  surplus: " + call.title()
		if call.Webhook == 0 {
			line += fmt.Sprintf(" (%d)", call.Status)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// Mismatches is the error of a verification: what was not as expected, in the order of
// the expectations.
type Mismatches []Mismatch

// Error writes one after another, see Mismatch.String.
func (m Mismatches) Error() string {
	texts := make([]string, len(m))
	for i, one := range m {
		texts[i] = one.String()
	}
	return strings.Join(texts, "\n")
}

// Verify compares the calls that came, oldest first, with Calls and InOrder. It returns
// nil if there is no difference. The engine, which may be nil, tells why rules did not act.
func (e Expect) Verify(calls []Seen, engine *Engine) Mismatches {
	v := verification{calls: calls, engine: engine}
	v.several = slices.ContainsFunc(calls, func(call Seen) bool { return call.World != calls[0].World })
	var wrong Mismatches
	for i := range e.Calls {
		if m := v.count(&e.Calls[i]); m != nil {
			wrong = append(wrong, *m)
		}
	}
	if m := v.order(e.InOrder); m != nil {
		wrong = append(wrong, *m)
	}
	return wrong
}

// verification is what expectations are compared with.
type verification struct {
	calls   []Seen
	engine  *Engine
	several bool // the calls are of several worlds
}

// maxSurplus is how many surplus calls a mismatch names.
const maxSurplus = 10

// count returns what is wrong with the number of calls, nil if nothing is.
func (v *verification) count(e *CallExpect) *Mismatch {
	if m := v.unknownRule(e); m != nil {
		return m
	}
	var found []*Seen
	for i := range v.calls {
		if len(v.failures(e, i)) == 0 {
			found = append(found, &v.calls[i])
		}
	}
	n := len(found)
	wanted := "at least one"
	if e.Count != nil {
		if e.Count.holds(int64(n), true) {
			return nil
		}
		wanted = countText(*e.Count)
	} else if n > 0 {
		return nil
	}
	m := &Mismatch{Text: fmt.Sprintf("%s: wanted %s, got %d", e.title(), wanted, n)}
	if most, bounded := mostOf(e.Count); bounded && n > most {
		for _, call := range found[most:min(n, most+maxSurplus)] {
			m.Surplus = append(m.Surplus, v.named(call))
		}
		if more := n - most - maxSurplus; more > 0 {
			m.Text += fmt.Sprintf(" (%d surplus calls; the first %d follow)", n-most, maxSurplus)
		}
		return m
	}
	m.Near = v.near(e, 0)
	return m
}

// order returns what is wrong with the order of calls, nil if nothing is. The first call
// that fits is taken for each: if any choice is in order, this one is.
func (v *verification) order(wanted []CallExpect) *Mismatch {
	next, before := 0, ""
	for i := range wanted {
		e := &wanted[i]
		at := next
		for at < len(v.calls) && len(v.failures(e, at)) > 0 {
			at++
		}
		if at < len(v.calls) {
			next, before = at+1, v.named(&v.calls[at]).title()
			continue
		}
		text := fmt.Sprintf("in order, %d of %d: no call%s came", i+1, len(wanted), strings.TrimPrefix(e.title(), "calls"))
		if before != "" {
			text += " after " + before
		}
		m := &Mismatch{Text: text}
		for early := next - 1; early >= 0 && len(m.Near) == 0; early-- {
			if len(v.failures(e, early)) == 0 {
				m.Near = []NearMiss{{v.named(&v.calls[early]), []string{"it came before"}}}
			}
		}
		m.Near = append(m.Near, v.near(e, next)...)
		m.Near = m.Near[:min(len(m.Near), maxNear)]
		return m
	}
	return nil
}

func (v *verification) named(s *Seen) SeenCall {
	out := SeenCall{Call: s.N, Method: s.Method, Path: s.Path, Status: s.Status}
	if v.several {
		out.World = s.World
	}
	return out
}

// title names what is expected.
func (e *CallExpect) title() string {
	text := "calls"
	if e.Call != "" {
		text += " of " + strings.Join(e.Call.list(), ", ")
	}
	if e.Status != 0 {
		text += fmt.Sprintf(" with status %d", e.Status)
	}
	if e.Error != "" {
		text += " with error " + e.Error
	}
	if e.Rule != "" {
		text += " on which rule " + quote(e.Rule) + " acted"
	}
	for i, name := range sortedKeys(e.Where) {
		text += []string{" where ", " and "}[min(i, 1)] + name + " is " + e.Where[name].wanting()
	}
	return text
}

// mostOf is the most that a count allows; false without an upper bound.
func mostOf(c *Condition) (int, bool) {
	switch {
	case c == nil:
		return 0, false
	case c.Max != nil:
		return int(*c.Max), true
	}
	most := 0
	for _, value := range c.AnyOf {
		n, _ := asNumber(value)
		most = max(most, int(n))
	}
	return most, len(c.AnyOf) > 0
}

// countText writes a count.
func countText(c Condition) string {
	switch {
	case c.Min != nil && c.Max != nil:
		return fmt.Sprintf("%g to %g", *c.Min, *c.Max)
	case c.Min != nil:
		return fmt.Sprintf("at least %g", *c.Min)
	case c.Max != nil:
		return fmt.Sprintf("at most %g", *c.Max)
	case len(c.AnyOf) == 1 && slices.Contains(keysOf(c.AnyOf[0]), "0"):
		return "none"
	}
	texts := make([]string, len(c.AnyOf))
	for i, value := range c.AnyOf {
		texts[i], _ = keyOf(value)
	}
	return strings.Join(texts, " or ")
}
