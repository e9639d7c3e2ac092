package scenario

import (
	"reflect"
	"slices"
	"strings"
)

// Expect is what must be true when all steps are done.
type Expect struct {
	// Flow is how the reference client's flow ends.
	Flow FlowExpect `yaml:"flow"`
	// Calls count the calls that came.
	Calls []CallExpect `yaml:"calls"`
	// InOrder are calls that came one after another; others may lie between them.
	InOrder []CallExpect `yaml:"in_order"`
	// Webhooks count the webhooks that were sent.
	Webhooks []WebhookExpect `yaml:"webhooks"`
}

// CallExpect says which calls must have come, and how many of them. At least one of Call
// and Rule is given; a call is counted when all that is said of it holds.
//
//	expect:
//	  calls:
//	    - {call: /item/public_token/exchange, count: 1, status: 200}
//	    - {call: /accounts/balance/get, where: {item_alias: alice, attempt: 2}}
//	    - {rule: balance needs a new login twice, count: 2}
//	    - {call: /item/remove, count: 0}
//	  in_order:
//	    - {call: /item/public_token/exchange}
//	    - {call: /processor/token/create, where: {processor: apex_clearing}}
type CallExpect struct {
	// Call says which calls are counted.
	Call Calls `yaml:"call"`
	// Count is how many there must be: a number, a list of numbers, or {min, max}. 0 =
	// the call must not come. Without it there must be at least one. Calls in order have
	// none.
	Count *Condition `yaml:"count"`
	// Where counts only calls for which these conditions hold, as in a rule: facts, and
	// the request's own fields. They are asked as things were when the call came. A secret
	// is asked as the journal has it: present or missing.
	Where Where `yaml:"where"`
	// Rule counts only calls on which the rule of this name acted, at its reply or at the
	// transfer that it made.
	Rule string `yaml:"rule"`
	// Status counts only calls that were answered with this HTTP status.
	Status int `yaml:"status"`
	// Error counts only calls that were answered with this error, CODE or TYPE/CODE.
	Error string `yaml:"error"`
}

func (CallExpect) limits() limits {
	return limits{
		keys: map[string]schema{
			"count":  countSchema(),
			"status": integer(100, 599),
			"error":  ref("ErrorCode"),
		},
		whole: schema{"type": "object", "anyOf": []schema{required("call"), required("rule")}},
	}
}

// countSchema takes a number, several or bounds.
func countSchema() schema {
	count := anyOf(schema{"type": "integer", "minimum": 0}, textLike(`^-?[0-9]`))
	return anyOf(count, schema{"type": "array", "items": count, "minItems": 1}, ref("bounds"))
}

// Subject is what is counted: the calls, or else the rule that acted on them.
func (e *CallExpect) Subject() string {
	if len(e.Call.list()) > 0 {
		return string(e.Call)
	}
	return "rule " + quote(e.Rule)
}

// Exactly is the count of just so many calls.
func Exactly(n int) *Condition {
	c := Is(n)
	return &c
}

// Never is the count of calls that must not come.
func Never() *Condition { return Exactly(0) }

// ParseExpect reads what a verification asks, in YAML or JSON: calls, in_order and webhooks of
// an Expect. The error is Problems, with lines and columns of the text.
func ParseExpect(data []byte) (Expect, error) {
	var asked struct {
		Calls   []CallExpect `yaml:"calls"`
		InOrder []CallExpect `yaml:"in_order"`

		Webhooks []WebhookExpect `yaml:"webhooks"`
	}
	r := &report{}
	n := r.parse(data)
	if n != nil && !n.empty() {
		r.decode(n, reflect.ValueOf(&asked).Elem(), place{node: n})
	}
	e := Expect{Calls: asked.Calls, InOrder: asked.InOrder, Webhooks: asked.Webhooks}
	if len(r.problems) == 0 && len(e.Calls)+len(e.InOrder)+len(e.Webhooks) == 0 {
		r.add(place{}, "nothing is asked", "write calls: [{call: /item/get, count: 1}], or in_order, or webhooks")
	}
	if n != nil && n.kind == mapping {
		e.checkAllCalls(r, place{node: n})
	}
	return e, r.err()
}

// Validate checks an expectation that was made in Go as ParseExpect checks one in a text.
// The error is Problems.
func (e *Expect) Validate() error {
	r := &report{}
	e.check(r, place{path: "expect"})
	return r.err()
}

func (e *Expect) check(r *report, at place) {
	oneOf(r, e.Flow.Ends, Ends(), at.key("flow"), "ends")
	e.checkAllCalls(r, at)
}

func (e *Expect) checkAllCalls(r *report, at place) {
	for i := range e.Calls {
		e.Calls[i].check(r, at.key("calls").index(i))
	}
	for i := range e.InOrder {
		below := at.key("in_order").index(i)
		if e.InOrder[i].Count != nil {
			r.add(below.name("count"), "a call in order has no count", "remove it, or write the call under calls")
		}
		e.InOrder[i].check(r, below)
	}
	for i := range e.Webhooks {
		e.Webhooks[i].check(r, at.key("webhooks").index(i))
	}
}

func (e *CallExpect) check(r *report, at place) {
	if len(e.Call.list()) == 0 && e.Rule == "" {
		r.add(at, "it does not say which calls are counted", "write call: /accounts/balance/get, or rule: NAME")
	}
	r.checkCalls(e.Call, at.key("call"))
	r.checkWhere(e.Where, at.key("where"))
	if e.Count != nil {
		e.Count.check(r, at.key("count"))
		checkCount(r, *e.Count, at.key("count"))
	}
	if e.Status != 0 && (e.Status < 100 || e.Status > 599) || e.Status == 0 && at.has("status") {
		r.add(at.key("status"), "the status is out of range", "an HTTP status is a number from 100 to 599")
	}
	checkCode(r, e.Error, at)
}

// checkCount reports a count that no number of calls can be.
func checkCount(r *report, c Condition, at place) {
	bad := c.Missing || c.Present
	for _, value := range c.AnyOf {
		n, ok := asNumber(value)
		bad = bad || !ok || n < 0 || n != float64(int64(n))
	}
	if bad {
		r.add(at, "a count is a whole number", "write 2, [1, 2], {min: 1}, or 0 for never")
	}
}

// madeRules begin the names of rules that no scenario writes: those of a password and of
// the header Tweed-Error.
var madeRules = []string{"password ", "header "}

// ruleNames are the names of the rules that sit at one of some seats.
func (s *Scenario) ruleNames(seats seat) (names []string) {
	for i := range s.Rules {
		if s.Rules[i].seat()&seats != 0 {
			names = append(names, nameOf(&s.Rules[i], i))
		}
	}
	return names
}

// checkExpectedRules reports expectations of rules that the scenario does not have.
func (s *Scenario) checkExpectedRules(r *report, at place) {
	check := func(rule string, seats seat, right string, at place) {
		begins := func(start string) bool { return strings.HasPrefix(rule, start) }
		names := s.ruleNames(seats)
		switch {
		case rule == "" || slices.Contains(names, rule) || seats&atCall != 0 && slices.ContainsFunc(madeRules, begins):
		case slices.Contains(s.ruleNames(^seats), rule):
			r.add(at.key("rule"), "the rule "+quote(rule)+" is about something else", right)
		default:
			r.add(at.key("rule"), "no rule is called "+quote(rule), meant(rule, names))
		}
	}
	for i := range s.Steps {
		below := at.key("steps").index(i).key("expect")
		switch step := &s.Steps[i]; {
		case step.Link != nil || step.IsLink():
			check(step.Expect.Rule, atLink, "the step is about an end of Link: name a rule at link:", below)
		case step.Call != "":
			check(step.Expect.Rule, atCall, "the step is about the reply to a call: name a rule at call:", below)
		case step.Expect.Rule != "":
			r.add(below.name("rule"), `"rule" is of no use here`, "it belongs to a step with call or link")
		}
	}
	at = at.key("expect")
	const notWebhooks = atCall | atACH | atLink
	for i, one := range s.Expect.Calls {
		check(one.Rule, notWebhooks, askWebhooks, at.key("calls").index(i))
	}
	for i, one := range s.Expect.InOrder {
		check(one.Rule, notWebhooks, askWebhooks, at.key("in_order").index(i))
	}
	for i, one := range s.Expect.Webhooks {
		check(one.Rule, atWebhook, askCalls, at.key("webhooks").index(i))
	}
}

// Where a rule is asked for that is asked for at the wrong place.
const (
	askWebhooks = "it is about webhooks: ask under webhooks"
	askCalls    = "it is about calls: ask under calls"
)
