package scenario

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"tweed/emulator/internal/catalogue"
)

// FlowCall is a call that a step of the reference client's flow makes, once or more.
type FlowCall struct{ Step, Method, Path string }

// FlowCalls are the calls of the reference client's flow, by its steps in order.
func FlowCalls() []FlowCall {
	const apex = "/sentinel/api/v1/"
	return []FlowCall{
		{"link_token", "POST", "/link/token/create"},
		{"public_token", "POST", "/sandbox/public_token/create"},
		{"exchange", "POST", "/item/public_token/exchange"},
		{"accounts", "POST", "/accounts/get"},
		{"processor_token", "POST", "/processor/apex/processor_token/create"},
		{"processor_token", "POST", "/processor/token/create"},
		{"sentinel_login", "POST", loginPath},
		{"relationship", "POST", apex + "ach_relationships"},
		{"relationship", "GET", apex + "ach_relationships/{relationshipId}"},
		{"deposit", "POST", apex + "transfers/achs/incoming"},
		{"withdrawal", "POST", apex + "transfers/achs/outgoing"},
		{"settle", "GET", apex + "transfers/achs/{transferId}"},
		{"settle", "POST", apex + "test/simulation/achs/{transferId}/approve"},
	}
}

// loginPath is where a session at Apex begins: tweed run logs in by itself.
const loginPath = "/legit/api/v1/cc/token"

// warnExpectations reports expectations that nothing can meet, and steps that do not send
// what they seem to.
func (s *Scenario) warnExpectations(r *report, at place) {
	s.eachStep(at.key("steps"), func(step *Step, at place, known map[string]bool) {
		step.warnReferences(r, at, known)
		s.warnStatus(r, step.Expect.Error, step.Expect.Status, at.key("expect"))
	})
	warnCalls := func(calls []CallExpect, at place) {
		for i := range calls {
			s.warnStatus(r, calls[i].Error, calls[i].Status, at.index(i))
			s.warnCount(r, &calls[i], at.index(i))
		}
	}
	warnCalls(s.Expect.Calls, at.key("expect").key("calls"))
	warnCalls(s.Expect.InOrder, at.key("expect").key("in_order"))
	s.warnEnd(r, at.key("expect").key("flow"))
}

// warnStatus reports a status that an error never has, unless a rule gives it.
func (s *Scenario) warnStatus(r *report, code string, status int, at place) {
	if code == "" || status == 0 || s.mentions(controlAPI) || s.anyThen(func(t *Then) bool {
		return t.Status == status || t.Body != nil || !t.Patch.Empty() || t.Error != nil && t.Error.Status == status
	}) {
		return
	}
	var known []string
	for _, row := range allRows(code) {
		for _, one := range statusesOf(row) {
			if one == status || one == 0 {
				return
			}
			if text := fmt.Sprint(one); !slices.Contains(known, text) {
				known = append(known, text)
			}
		}
	}
	r.add(at.key("status"), fmt.Sprintf("%s never comes with status %d", code, status),
		"its status is "+strings.Join(known, " or "))
}

// statusesOf are the statuses that a row comes with; 0 is any.
func statusesOf(row *catalogue.Row) []int {
	all := []int{row.Status}
	for i := range row.Variants {
		if own := row.Variants[i].Status; own != 0 {
			all = append(all, own)
		}
	}
	return all
}

// anyThen says whether an entry of some rule's then is as asked.
func (s *Scenario) anyThen(is func(*Then) bool) bool {
	for i := range s.Rules {
		then := &s.Rules[i].Then
		if is(then) {
			return true
		}
		for n := range then.InTurn {
			if is(&then.InTurn[n]) {
				return true
			}
		}
	}
	return false
}

// warnCount reports more calls than the steps make. Without steps an application may make
// them, under tweed exec.
func (s *Scenario) warnCount(r *report, e *CallExpect, at place) {
	if len(s.Steps) == 0 {
		return
	}
	least, most := leastCount(e.Count), s.mostCalls(e)
	switch {
	case least <= most:
	case most == 0:
		r.add(at.key("call"), "nothing calls "+e.Subject(), "the scenario has steps, and neither they nor their flow do")
	default:
		r.add(at.key("count"), e.Subject()+" is called "+count(most, "time")+" at most",
			"the steps do not call it more often")
	}
}

// leastCount is the smallest number of calls that is good.
func leastCount(c *Condition) int {
	switch {
	case c == nil:
		return 1
	case c.Min != nil:
		return int(math.Ceil(min(*c.Min, math.MaxInt32)))
	}
	least := math.MaxInt32
	for _, value := range c.AnyOf {
		if n, ok := asNumber(value); ok {
			least = min(least, int(min(n, math.MaxInt32)))
		}
	}
	if len(c.AnyOf) == 0 {
		return 0
	}
	return least
}

// mostCalls is how many calls come at most that an expectation counts.
func (s *Scenario) mostCalls(e *CallExpect) int {
	reach := s.flowReach()
	for _, call := range FlowCalls() {
		if slices.Index(FlowSteps(), call.Step) <= reach && e.takesIn(&Seen{Method: call.Method, Route: call.Path}) {
			return math.MaxInt
		}
	}
	most := 0
	for i := range s.Steps {
		method, path := s.Steps[i].Target()
		if s.Steps[i].Call == "" {
			continue
		}
		ops := operationsAt(path)
		if slices.ContainsFunc(ops, func(op operation) bool {
			return op.Method == method && e.takesIn(&Seen{Method: method, Route: op.Path})
		}) {
			most++
		}
		atApex := slices.ContainsFunc(ops, func(op operation) bool { return op.Family != catalogue.Plaid })
		if atApex && e.takesIn(&Seen{Method: "POST", Route: loginPath}) {
			return math.MaxInt
		}
	}
	return most
}

// flowReach is the last step of the flow that is done, by its number; -1 = none.
func (s *Scenario) flowReach() int {
	if s.Expect.Flow.Ends != "" {
		return len(FlowSteps())
	}
	reach := -1
	for i := range s.Steps {
		reach = max(reach, slices.Index(FlowSteps(), s.Steps[i].Flow))
	}
	return reach
}

// warnEnd reports an end of the flow that nothing brings about.
func (s *Scenario) warnEnd(r *report, at place) {
	var codes []string
	var brings, write string
	switch s.Expect.Flow.Ends {
	case "returned":
		brings, write = "return", "then: {return: R01}"
	case "rejected":
		brings, write = "reject", "then: {reject: NSF}"
	default:
		return
	}
	if s.fatesElsewhere() {
		return
	}
	s.anyThen(func(t *Then) bool {
		code := t.Return
		if brings == "reject" {
			code = t.Reject
		}
		if code != "" {
			codes = append(codes, code)
		}
		return false
	})
	reason := s.Expect.Flow.Reason
	switch {
	case len(codes) == 0:
		r.add(at.key("ends"), "nothing makes the flow end "+s.Expect.Flow.Ends,
			"write a rule with ach: deposit and "+write+", or let the user be user_returns")
	case reason != "" && !slices.Contains(codes, reason):
		r.add(at.key("reason"), "no rule gives the reason "+quote(reason), "the rules give "+strings.Join(codes, ", "))
	}
}

// fatesElsewhere says whether something else than a rule may decide what becomes of a
// transfer: the test user for it, Sentinel's test simulation, the check of balances, a
// rule that a step adds.
func (s *Scenario) fatesElsewhere() bool {
	return slices.ContainsFunc([]string{"user_returns", "/simulation/", "balance_check", controlAPI}, s.mentions)
}

// controlAPI is what the paths begin with by which a step adds rules.
const controlAPI = "/_tweed/"

// mentions says whether a word stands anywhere in the file.
func (s *Scenario) mentions(word string) bool { return strings.Contains(s.source, word) }
