package scenario

import (
	"regexp"
	"time"
)

// Until is where a rule ends, in world time: it acts only on what comes before that
// moment, not at it. From then on it is spent.
//
//	until: 2026-01-06T09:00:00-05:00    # a moment, with its zone
//	until: 2h                           # so long after the world began
//	until: 2 banking days
//
// For a rule that is added to a world the time counts from when it was added. A reset
// begins the world again, and the rules of its scenario with it.
type Until struct {
	At  time.Time
	For Span // a length of world time instead of At
}

// momentForm begins every moment and no length of time.
var momentForm = regexp.MustCompile(`^[0-9]{4}-`)

func (u *Until) decodeNode(r *report, n *node, at place) {
	if n.kind != scalar || momentForm.MatchString(n.value) {
		u.At = r.decodeMoment(n, at)
		return
	}
	span, err := ParseSpan(n.value)
	if err != nil {
		r.add(at, n.what()+" is no time",
			"write a moment as in 2026-01-06T09:00:00-05:00, or a time such as 2h or 2 banking days")
		return
	}
	u.For = span
}

func (Until) schema(d *describer) schema {
	moment := schema{"type": "string", "pattern": timeForm, "examples": []string{"2026-01-06T09:00:00-05:00"}}
	return d.about(anyOf(moment, Span{}.schema(d)), "Until", "")
}

func (u Until) encodeNode() *node {
	if u.At.IsZero() {
		return textNode(u.For.String())
	}
	return textNode(u.At.Format(time.RFC3339Nano))
}

func (u Until) check(r *report, at place) {
	switch {
	case u == Until{} && !at.has("until"):
	case !u.At.IsZero() && u.For != Span{}:
		r.add(at.key("until"), "until is a moment and a length of time", "use one of both")
	case u.At.IsZero() && (u.For.Duration < 0 || u.For.BankingDays < 0 || u.For == Span{}):
		r.add(at.key("until"), "until is not above 0", "write for example 2h; without it, remove the key")
	case u.For.Duration > 0 && u.For.BankingDays > 0:
		r.add(at.key("until"), "until is in hours and in banking days", "use one of both")
	}
}

// Begin notes when the rules of the scenario end whose until is a length of time, counted
// from now. It is called once, when the world begins.
func (e *Engine) Begin(p Progress) {
	for _, c := range e.base.spans {
		c.begin(p)
	}
}

// BeginRule is Begin for a rule that was added just now.
func (e *Engine) BeginRule(name string, p Progress) {
	if c := e.added.rules[name]; c != nil {
		c.begin(p)
	}
}

// begin notes when the rule ends. World time ends before nanoseconds leave 64 bits.
func (c *compiled) begin(p Progress) {
	if c.until.For != (Span{}) {
		p.SetCount(c.untilKey, uint64(c.until.For.From(p.Now()).UnixNano())) //nolint:gosec // it is turned back in over
	}
}

// over says whether the rule has come to its end.
func (c *compiled) over(p Progress) bool {
	switch {
	case c.until == Until{}:
		return false
	case !c.until.At.IsZero():
		return !p.Now().Before(c.until.At)
	}
	end := p.Count(c.untilKey)
	return end != 0 && !p.Now().Before(time.Unix(0, int64(end))) //nolint:gosec // see begin
}
