package runner

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"tweed/cmd/tweed/flow"
	"tweed/emulator/scenario"
)

// answer is what came of a call: a reply, whole or in part, and the fault by which the rest was lost.
type answer struct {
	reply
	fault scenario.FaultKind
}

// Comparison is how another server walked the steps of a scenario.
type Comparison struct {
	File  string `json:"file"`
	Other string `json:"other"` // the other server's name
	// Differences are "step: what: ours | theirs", in order.
	Differences []string `json:"differences"`
	// Notes say what was not compared.
	Notes []string `json:"notes"`
}

// Compare walks the steps of a scenario (without steps: the reference client's flow) on an emulator of its own, then on
// another server, and compares the answers. Unless the scenario says when it starts, the emulator starts at the other
// server's time. What the scenario expects does not matter. The error says that one side
// could not be walked at all.
func Compare(ctx context.Context, s *scenario.Scenario, o Options, other Server) (*Comparison, error) {
	ours := *s
	if ours.Clock.Start.IsZero() {
		ours.Clock.Start = other.Flow.Now() // banking days of both begin together
	}
	emu, server, err := own(&ours, o)
	if err != nil {
		return nil, err
	}
	defer func() { _ = emu.Close() }() // nobody reads more of it
	c := &Comparison{File: s.File(), Other: other.Name, Differences: []string{}, Notes: []string{}}
	var walks [2]*walk
	for i, server := range []Server{server, other} {
		transport := newTransport()
		server.Flow.HTTP = &http.Client{Transport: transport}
		run, err := newRun(s, server)
		if err != nil {
			return nil, err
		}
		walks[i] = &walk{run: run, other: other}
		walks[i].steps(ctx)
		transport.CloseIdleConnections()
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	c.Notes = append(c.Notes, walks[0].notes...)
	for _, w := range walks {
		w.hideMicroDeposits()
	}
	for i := range s.Steps {
		for _, line := range compareSteps(walks[0].outcomes[i], walks[1].outcomes[i]) {
			c.Differences = append(c.Differences, fmt.Sprintf("step %d (%s): %s", i+1, title(&s.Steps[i]), line))
		}
	}
	for _, line := range flow.Differences(walks[0].flow.Result(), walks[1].flow.Result()) {
		c.Differences = append(c.Differences, "flow: "+line)
	}
	return c, nil
}

// walk is one side of a comparison.
type walk struct {
	*run
	other    Server // decides what both sides can do
	outcomes []outcome
	notes    []string
}

// outcome is what came of a step: an answer, or the reason why there is none.
type outcome struct {
	answer  *answer
	problem string
}

// steps walks all steps that both sides can walk.
func (w *walk) steps(ctx context.Context) {
	for i := range w.scenario.Steps {
		step := &w.scenario.Steps[i]
		if why := w.impossible(step); why != "" {
			w.notes = append(w.notes, fmt.Sprintf("step %d (%s) is left out: %s", i+1, title(step), why))
			w.outcomes = append(w.outcomes, outcome{})
			continue
		}
		w.answered = nil
		problems := w.step(ctx, step)
		one := outcome{answer: w.answered}
		if one.answer == nil && step.Flow == "" && len(problems) > 0 {
			one.problem = problems[0]
		}
		w.outcomes = append(w.outcomes, one)
	}
	if len(w.scenario.Steps) == 0 {
		_, _ = w.flow.Run(ctx) // its result is compared
	}
}

// hideMicroDeposits writes 0.00 in all answers for the amounts of micro-deposits, which every server chooses by chance,
// and for the sum of each pair. They are learned from the test simulation that tells them.
func (w *walk) hideMicroDeposits() {
	var forms []string
	for i, one := range w.outcomes {
		var pair []float64
		if !strings.Contains(w.scenario.Steps[i].Call, "/micro_deposits/") || one.answer == nil ||
			json.Unmarshal(one.answer.body, &pair) != nil || len(pair) != 2 {
			continue
		}
		for _, amount := range append(pair, pair[0]+pair[1]) {
			forms = append(forms, regexp.QuoteMeta(fmt.Sprintf("%.2f", amount)))
		}
	}
	if len(forms) == 0 {
		return
	}
	amounts := regexp.MustCompile(`\b(` + strings.Join(forms, "|") + `)\b`)
	for _, one := range w.outcomes {
		if one.answer != nil {
			one.answer.body = amounts.ReplaceAll(one.answer.body, []byte("0.00"))
		}
	}
}

// impossible says why the other server cannot walk a step, "" where it can.
func (w *walk) impossible(s *scenario.Step) string {
	_, path := s.Target()
	switch {
	case s.Advance != scenario.Span{} && w.other.Advance == nil:
		return "nobody can move the clock of " + w.other.Name
	case s.Link != nil:
		return "only a Tweed goes through Link without a browser"
	case w.other.Flow.Sentinel != nil:
	case s.Call != "" && isApex(path), s.Flow != "" && !slices.Contains(plaidSteps(), s.Flow):
		return w.other.Name + " has no Sentinel"
	}
	return ""
}

// plaidSteps are the steps of the flow that need no Sentinel.
func plaidSteps() []string {
	steps := flow.Steps()
	return steps[:slices.Index(steps, flow.StepSentinelLogin)]
}

// compareSteps compares what came of one step.
func compareSteps(ours, theirs outcome) (lines []string) {
	differs := func(what, left, right string) {
		if left != right {
			lines = append(lines, fmt.Sprintf("%s: %s | %s", what, cmp.Or(left, "(nothing)"), cmp.Or(right, "(nothing)")))
		}
	}
	if ours.answer == nil || theirs.answer == nil {
		differs("call", ours.called(), theirs.called())
		return lines
	}
	left, right := ours.answer, theirs.answer
	differs("fault", string(left.fault), string(right.fault))
	differs("status", fmt.Sprint(left.status), fmt.Sprint(right.status))
	differs("content-type", left.header.Get("Content-Type"), right.header.Get("Content-Type"))
	if left.fault == "" && right.fault == "" {
		lines = append(lines, flow.Answers("body", left.body, right.body)...)
	}
	return lines
}

// called says whether a call was made.
func (o outcome) called() string {
	switch {
	case o.answer != nil:
		return "made"
	case o.problem != "":
		return "not made: " + o.problem
	}
	return ""
}

// OnlyTweed are the keys of a scenario that only a Tweed can take: they change the server.
func OnlyTweed(s *scenario.Scenario) []string {
	keys := map[string]bool{
		"rules": len(s.Rules) > 0, "given": len(s.Given.Items) > 0, "assume": len(s.Assume) > 0,
		"version": s.Version != "", "environment": s.Environment != "",
		"webhooks": s.Webhooks != scenario.Delivery{},
	}
	maps.DeleteFunc(keys, func(_ string, has bool) bool { return !has })
	return slices.Sorted(maps.Keys(keys))
}
