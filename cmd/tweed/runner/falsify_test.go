package runner

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/scenario"
	"tweed/scenarios"
)

// lie is one expectation of a scenario turned into what is not true.
type lie struct {
	name  string
	apply func(*scenario.Scenario)
}

// lies are all that a scenario's expectations can be made to say wrongly, one at a time.
func lies(s *scenario.Scenario) []lie {
	var all []lie
	for i := range s.Steps {
		all = append(all, stepLies(i, &s.Steps[i])...)
	}
	for i := range s.Expect.Calls {
		all = append(all, callLies(i, &s.Expect.Calls[i])...)
	}
	for i := range s.Expect.Webhooks {
		all = append(all,
			lie{fmt.Sprintf("webhooks %d count", i+1), func(s *scenario.Scenario) { s.Expect.Webhooks[i].Count = scenario.Exactly(99) }},
			lie{fmt.Sprintf("webhooks %d body", i+1), func(s *scenario.Scenario) {
				s.Expect.Webhooks[i].Count, s.Expect.Webhooks[i].Body = nil, map[string]any{"webhook_code": "NONE"}
			}},
		)
	}
	if s.Expect.Flow.Ends != "" {
		all = append(all, lie{"flow ends", func(s *scenario.Scenario) { s.Expect.Flow.Ends = otherEnd(s.Expect.Flow.Ends) }})
	}
	if s.Expect.Flow.Reason != "" {
		all = append(all, lie{"flow reason", func(s *scenario.Scenario) { s.Expect.Flow.Reason += "9" }})
	}
	return all
}

// otherEnd is an end that is not this one.
func otherEnd(end string) string {
	if end == "canceled" {
		return "completed"
	}
	return "canceled"
}

// stepLies are those of one step: its status, its error, its rule, each member of its body, each
// header, each capture, and, where nothing is expected, that the call succeeds.
func stepLies(i int, step *scenario.Step) []lie {
	var all []lie
	add := func(name string, apply func(*scenario.Step)) {
		all = append(all, lie{fmt.Sprintf("step %d %s", i+1, name), func(s *scenario.Scenario) { apply(&s.Steps[i]) }})
	}
	if step.Expect.Status != 0 {
		add("status", func(s *scenario.Step) { s.Expect.Status = otherStatus(s.Expect.Status) })
	}
	if step.Expect.Error != "" {
		add("error", func(s *scenario.Step) { s.Expect.Error = otherError(s.Expect.Error) })
	}
	if step.Expect.Rule != "" {
		all = append(all, lie{fmt.Sprintf("step %d rule", i+1), func(s *scenario.Scenario) { otherRule(s, &s.Steps[i].Expect) }})
	}
	for _, path := range leaves(step.Expect.Body) {
		add(fmt.Sprintf("body %q", path), func(s *scenario.Step) { s.Expect.Body = falsified(s.Expect.Body, path) })
	}
	for _, name := range slices.Sorted(maps.Keys(step.Expect.Headers)) {
		add("header "+name, func(s *scenario.Step) {
			s.Expect.Headers = maps.Clone(s.Expect.Headers)
			s.Expect.Headers[name] = opposite(s.Expect.Headers[name])
		})
	}
	for _, name := range slices.Sorted(maps.Keys(step.Capture)) {
		add("capture "+name, func(s *scenario.Step) { s.Capture[name] += ".nothing" })
	}
	if step.Expect.Fault != "" {
		add("fault", func(s *scenario.Step) { s.Expect.Fault = otherFault(s.Expect.Fault) })
		add("no fault", func(s *scenario.Step) { s.Expect.Fault = "" })
	}
	if step.Call != "" && step.Expect.Status == 0 && step.Expect.Error == "" && step.Expect.Fault == "" {
		add("success", func(s *scenario.Step) {
			s.Headers = map[string]string{"Tweed-Error": "INTERNAL_SERVER_ERROR"}
		})
	}
	if step.Flow != "" && step.Expect.Error == "" {
		add("success", func(s *scenario.Step) { s.Expect.Error = "ITEM_LOCKED" })
	}
	return all
}

// callLies are those of one count of calls.
func callLies(i int, call *scenario.CallExpect) []lie {
	var all []lie
	add := func(name string, apply func(*scenario.CallExpect)) {
		all = append(all, lie{fmt.Sprintf("calls %d %s", i+1, name), func(s *scenario.Scenario) { apply(&s.Expect.Calls[i]) }})
	}
	add("count", func(c *scenario.CallExpect) {
		if c.Count == nil || len(c.Count.AnyOf) == 0 {
			never := scenario.AtMost(0)
			c.Count = &never
			return
		}
		other := scenario.Is(99)
		c.Count = &other
	})
	if call.Status != 0 {
		add("status", func(c *scenario.CallExpect) { c.Status = 299 })
	}
	if call.Error != "" {
		add("error", func(c *scenario.CallExpect) { c.Error = otherError(c.Error) })
	}
	return all
}

func otherStatus(status int) int {
	if status == 200 {
		return 400
	}
	return 200
}

// otherRule expects a rule that says the same as the one that acts, but stands behind it.
func otherRule(s *scenario.Scenario, expect *scenario.StepExpect) {
	at := slices.IndexFunc(s.Rules, func(r scenario.Rule) bool { return r.Name == expect.Rule })
	other := s.Rules[at]
	other.Name += " too"
	s.Rules = append(s.Rules, other)
	expect.Rule = other.Name
}

// otherFault is one of which as much can be expected.
func otherFault(kind scenario.FaultKind) scenario.FaultKind {
	switch kind {
	case scenario.Truncate:
		return scenario.Garbage
	case scenario.Garbage:
		return scenario.Truncate
	case scenario.Reset:
		return scenario.Empty
	default:
		return scenario.Reset
	}
}

func otherError(code string) string {
	if strings.HasSuffix(code, "NO_ACCOUNTS") { // with its type or without
		return "ITEM_LOCKED"
	}
	return "NO_ACCOUNTS"
}

// leaves are the paths to all values of an expectation that are compared by themselves; the
// empty one for a body that is compared as a whole.
func leaves(wanted any) [][]string {
	members, ok := wanted.(map[string]any)
	if !ok || bounds(members) {
		if wanted == nil {
			return nil
		}
		return [][]string{{}}
	}
	var all [][]string
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if members[name] == nil {
			all = append(all, []string{name})
			continue
		}
		for _, below := range leaves(members[name]) {
			all = append(all, append([]string{name}, below...))
		}
	}
	return all
}

func bounds(members map[string]any) bool {
	for name := range members {
		if name != "min" && name != "max" {
			return false
		}
	}
	return len(members) > 0
}

// falsified is an expectation with the value at a path turned into what is not true.
func falsified(wanted any, path []string) any {
	if len(path) == 0 {
		return opposite(wanted)
	}
	members, _ := wanted.(map[string]any)
	out := maps.Clone(members)
	out[path[0]] = falsified(members[path[0]], path[1:])
	return out
}

// opposite is what a value is not.
func opposite(wanted any) any {
	switch wanted {
	case "missing", nil:
		return "present"
	}
	return "this is not what comes"
}

// TestFalsified: each file turns red when any one of its expectations is false.
func TestFalsified(t *testing.T) {
	t.Parallel()
	total := 0
	for _, name := range scenarios.Names() {
		s, err := shipped(name)
		require.NoError(t, err)
		all := lies(s)
		require.NotEmpty(t, all, "%s expects nothing", name)
		total += len(all)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, one := range all {
				t.Run(one.name, func(t *testing.T) {
					t.Parallel()
					s, err := shipped(name)
					require.NoError(t, err)
					one.apply(s)
					text, err := scenario.Marshal(s) // what a lie leaves out is not in the file
					require.NoError(t, err)
					s, err = scenario.Load(name, text)
					require.NoError(t, err)
					require.NotEmpty(t, perform(t, s, 0).Problems, "nobody noticed")
				})
			}
		})
	}
	require.Greater(t, total, 100)
}

// TestLies: the mechanism finds every expectation that there can be.
func TestLies(t *testing.T) {
	t.Parallel()
	s := parse(t, `
given: {items: [{as: alice}]}
rules:
  - {name: leaves, link: success, then: {exit: true}}
  - {name: slow, call: /institutions/get_by_id, then: {delay: 1ms}}
steps:
  - {call: /item/get, with: {access_token: $alice.access_token}, capture: {x: item.item_id}, expect: {status: 200, body: {
      item.webhook: "", item: {institution_id: [ins_109508, b], error: null, nothing: missing}, request_id: present},
      headers: {Tweed-Now: present, Tweed-Rule: missing}}}
  - {call: /item/get, with: {access_token: x}, expect: {status: 400, error: INVALID_ACCESS_TOKEN}}
  - {call: /accounts/get, with: {access_token: $alice.access_token}, expect: {body: {accounts.0.balances.current: {min: 1, max: 500}}}}
  - {flow: accounts}
  - {flow: deposit}
  - {advance: 1h}
  - {link: {}, expect: {rule: leaves, body: {exit: present}}}
  - {call: /institutions/get_by_id, with: {institution_id: ins_109508, country_codes: [US]}, expect: {rule: slow}}
expect:
  flow: {ends: completed}
  calls:
    - {call: /item/get, count: 2}
    - {call: /accounts/get, count: {min: 1}, status: 200}
    - {call: /item/get, error: INVALID_ACCESS_TOKEN}
`)
	require.Empty(t, perform(t, s, 0).Problems)
	var names []string
	for _, one := range lies(s) {
		names = append(names, one.name)
	}
	require.Equal(t, []string{
		"step 1 status", `step 1 body ["item" "error"]`, `step 1 body ["item" "institution_id"]`, `step 1 body ["item" "nothing"]`,
		`step 1 body ["item.webhook"]`, `step 1 body ["request_id"]`, "step 1 header Tweed-Now", "step 1 header Tweed-Rule",
		"step 1 capture x", "step 2 status", "step 2 error", `step 3 body ["accounts.0.balances.current"]`, "step 3 success",
		"step 4 success", "step 5 success", "step 7 rule", `step 7 body ["exit"]`, "step 8 rule", "step 8 success", "calls 1 count", "calls 2 count", "calls 2 status", "calls 3 count", "calls 3 error",
		"flow ends",
	}, names)
	for i, one := range lies(s) {
		fresh := parse(t, s.Source())
		lies(fresh)[i].apply(fresh)
		require.NotEmpty(t, perform(t, fresh, 0).Problems, one.name)
	}
}
