// Package runner executes scenarios: it starts an emulator for each file, makes the
// calls of its steps over TCP, walks the reference client's flow and compares what comes
// with what the file expects.
package runner

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"tweed/cmd/tweed/flow"
	"tweed/cmd/tweed/report"
	"tweed/emulator"
	"tweed/emulator/scenario"
)

// Options say how to run.
type Options struct {
	// Seed overrides the scenario's, if it is not zero.
	Seed uint64
	// Drive prepares the reference client's configuration for a world.
	Drive func(*flow.Config, emulator.World)
}

// Report is what came of one scenario.
type Report struct {
	File     string            `json:"file"`
	Name     string            `json:"name"`
	Steps    int               `json:"steps"`             // of a case: calls
	Verdict  string            `json:"verdict,omitempty"` // of a case: "same (7 calls)", or where it differs
	Problems scenario.Problems `json:"problems"`          // what was not as expected, in order, with its place in the file
	// Cases are what was examined: the steps, the end of the flow, the counts of calls.
	Cases []report.Case `json:"-"`
	// Transcript is everything that went over the wire, but for the header Date, and what
	// was collected: the same seed gives the same bytes.
	Transcript []byte `json:"-"`
}

// Good tells whether everything was as expected.
func (r *Report) Good() bool { return len(r.Problems) == 0 }

// Suite is the report for other programs.
func (r *Report) Suite() report.Suite { return report.Suite{Name: r.File, Cases: r.Cases} }

// Add adds a case.
func (r *Report) Add(c report.Case) {
	r.Cases = append(r.Cases, c)
	r.Problems = append(r.Problems, c.Problems...)
}

// run is one scenario on its way.
type run struct {
	scenario *scenario.Scenario
	server   Server
	flow     *flow.Client
	http     *http.Client
	answered *answer // what came of the last call of a step; nil = none was made
	jwt      string
	jwtUntil time.Time
	vars     map[string]any
	walked   time.Duration // wall time of the flow by itself
	report   *Report
}

// worldName is the world of a run. Its credentials lead there.
const worldName = "default"

// returnWindow is how long a completed deposit is watched when a return is expected: ten days longer than the slowest
// return of the scenario's rules takes.
func returnWindow(s *scenario.Scenario) time.Duration {
	const day = 24 * time.Hour
	var longest time.Duration
	for i := range s.Rules {
		then := &s.Rules[i].Then
		for _, one := range append([]scenario.Then{*then}, then.InTurn...) {
			if one.Return != "" {
				longest = max(longest, one.After.Duration+time.Duration(one.After.BankingDays)*2*day)
			}
		}
	}
	return longest + 10*day
}

// Run runs one scenario. The error says that it could not be run at all.
func Run(ctx context.Context, s *scenario.Scenario, o Options) (*Report, error) {
	emu, server, err := own(s, o)
	if err != nil {
		return nil, err
	}
	transport := &recorder{tape: &tape{}, next: newTransport(), base: emu.URL()}
	server.Flow.HTTP = &http.Client{Transport: transport}
	r, err := newRun(s, server)
	if err != nil {
		return nil, err
	}
	if r.walk(ctx) {
		r.compareEnd(ctx, emu.World(worldName).Check)
	}
	transport.next.CloseIdleConnections()
	r.report.Transcript = transport.tape.bytes(emu.World(worldName))
	return r.report, emu.Close()
}

// own starts an emulator for a scenario.
func own(s *scenario.Scenario, o Options) (*emulator.Emulator, Server, error) {
	options := emulator.Options{Scenario: s, Seed: o.Seed}
	if s.Webhooks.Mode == "" {
		options.Webhooks.Mode = scenario.ModeCollect
	}
	emu, err := emulator.New(options)
	if err == nil {
		err = emu.Start()
	}
	if err != nil {
		return nil, Server{}, err
	}
	w := emu.World(worldName)
	server := Server{Name: "tweed", Flow: Local(s, emu.URL()), Items: w.Items()}
	server.Advance = func(_ context.Context, span scenario.Span) error {
		if span.BankingDays > 0 {
			w.AdvanceBankingDays(span.BankingDays)
		}
		if span.Duration > 0 {
			w.Advance(span.Duration)
		}
		return nil
	}
	o.Drive(&server.Flow, w)
	return emu, server, nil
}

// newRun prepares the walk of a scenario on a server.
func newRun(s *scenario.Scenario, server Server) (*run, error) {
	if s.Expect.Flow.Ends == string(flow.EndReturned) {
		server.Flow.ReturnWindow = returnWindow(s)
	}
	r := &run{
		scenario: s, server: server, http: server.Flow.HTTP, vars: map[string]any{},
		report: &Report{File: s.File(), Name: s.Name, Steps: len(s.Steps), Problems: scenario.Problems{}},
	}
	var err error
	r.flow, err = flow.New(server.Flow)
	r.given()
	return r, err
}

// walk does the scenario's steps, or the whole flow, and tells whether it came to the end.
func (r *run) walk(ctx context.Context) bool {
	for i := range r.scenario.Steps {
		step := &r.scenario.Steps[i]
		name := fmt.Sprintf("step %d (%s)", i+1, title(step))
		r.examine(name, fmt.Sprintf("steps[%d].expect", i), func() []string { return r.step(ctx, step) })
		if ctx.Err() != nil {
			r.examine("end", "", func() []string { return []string{"interrupted"} })
			return false
		}
	}
	if len(r.scenario.Steps) == 0 {
		start := time.Now()
		_, _ = r.flow.Run(ctx) // how it ends is compared below
		r.walked = time.Since(start)
	}
	return true
}

// examine does one thing that the scenario expects, keeps what was not as expected, and
// says where in the file that is: path is the place of the expectation.
func (r *run) examine(name, path string, f func() []string) {
	start := time.Now()
	one := report.Case{Name: name}
	for _, text := range f() {
		one.Problems = append(one.Problems, r.scenario.Problem(path, name+": "+text, ""))
	}
	one.Time = time.Since(start)
	r.report.Add(one)
}

// title names a step in messages.
func title(s *scenario.Step) string {
	switch {
	case s.Name != "":
		return s.Name
	case s.Call != "":
		return s.Call
	case s.Flow != "":
		return "flow " + s.Flow
	case s.Link != nil:
		return "link"
	}
	return "advance " + s.Advance.String()
}

// given makes the Items of the scenario's "given" known to steps: $alice.access_token.
func (r *run) given() {
	for _, item := range r.server.Items {
		if item.Alias == "" {
			continue
		}
		accounts := map[string]any{}
		for _, a := range item.Accounts {
			accounts[a.Mask] = a.ID
		}
		r.vars[item.Alias] = map[string]any{
			"access_token": item.AccessToken, "item_id": item.ItemID,
			"institution_id": item.Institution, "account": accounts,
		}
	}
	r.vars["world"] = map[string]any{"name": worldName}
}

// step runs one step and returns what was not as expected.
func (r *run) step(ctx context.Context, s *scenario.Step) []string {
	switch {
	case s.Call != "":
		return r.call(ctx, s)
	case s.Flow != "":
		return r.flowStep(ctx, s)
	case s.Link != nil:
		return r.link(ctx, s)
	}
	if err := r.server.Advance(ctx, s.Advance); err != nil {
		return []string{err.Error()}
	}
	return nil
}

// flowStep runs a step of the reference client, and those before it that are not done.
func (r *run) flowStep(ctx context.Context, s *scenario.Step) []string {
	with, err := scenario.Expand(s.With, r.vars)
	if err != nil {
		return []string{err.Error()}
	}
	settings, _ := with.(map[string]any)
	err = r.flow.Configure(func(cfg *flow.Config) error {
		for name, value := range settings {
			if err := cfg.Set(name, settingText(value)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return []string{err.Error()}
	}
	err = r.flow.Step(ctx, s.Flow)
	r.vars["flow"] = stateVars(r.flow.State())
	return compareFlowStep(s, err)
}

func settingText(value any) string {
	if list, ok := value.([]any); ok {
		texts := make([]string, len(list))
		for i, one := range list {
			texts[i] = fmt.Sprint(one)
		}
		return strings.Join(texts, ",")
	}
	return fmt.Sprint(value)
}

func stateVars(s flow.State) map[string]any {
	return map[string]any{
		"link_token": s.LinkToken, "public_token": s.PublicToken, "access_token": s.AccessToken, "item_id": s.ItemID,
		"account_id": s.Account.ID, "processor_token": s.ProcessorToken, "relationship_id": s.RelationshipID,
		"external_transfer_id": s.ExternalTransferID, "transfer_id": s.TransferID, "state": s.TransferState,
	}
}

func compareFlowStep(s *scenario.Step, err error) []string {
	if err == nil {
		if s.Expect.Error != "" {
			return []string{"wanted error " + s.Expect.Error + ", but the step went well"}
		}
		return nil
	}
	f := flow.Describe(err)
	full := f.Code
	if f.Type != "" {
		full = f.Type + "/" + f.Code
	}
	switch {
	case s.Expect.Error == "":
		return []string{f.Text}
	case s.Expect.Error != f.Code && s.Expect.Error != full:
		return []string{fmt.Sprintf("wanted error %s, got %s: %s", s.Expect.Error, full, f.Text)}
	case s.Expect.Status != 0 && s.Expect.Status != f.Status:
		return []string{fmt.Sprintf("wanted status %d, got %d", s.Expect.Status, f.Status)}
	}
	return nil
}

// compareEnd compares what the scenario expects of the whole.
func (r *run) compareEnd(ctx context.Context, check func(scenario.Expect) error) {
	if r.scenario.Expect.Flow.Ends != "" || len(r.scenario.Steps) == 0 {
		r.examine("flow", "expect.flow", func() []string { return r.compareFlowEnd(ctx) })
		r.report.Cases[len(r.report.Cases)-1].Time += r.walked
	}
	for _, one := range Calls(r.scenario, check) {
		r.report.Add(one)
	}
}

// Calls compares the calls that came with what the scenario expects of them: a case for each
// number of calls that it expects, and one for their order.
func Calls(s *scenario.Scenario, check func(scenario.Expect) error) (cases []report.Case) {
	verify := func(name, path string, e scenario.Expect) {
		one := report.Case{Name: name}
		err := check(e)
		if wrong, ok := errors.AsType[scenario.Mismatches](err); ok {
			for _, mismatch := range wrong {
				one.Problems = append(one.Problems, s.Problem(path, mismatch.String(), ""))
			}
		} else if err != nil {
			one.Problems = append(one.Problems, s.Problem(path, err.Error(), ""))
		}
		cases = append(cases, one)
	}
	for i, wanted := range s.Expect.Calls {
		verify(fmt.Sprintf("calls %d (%s)", i+1, wanted.Subject()), fmt.Sprintf("expect.calls[%d]", i),
			scenario.Expect{Calls: []scenario.CallExpect{wanted}})
	}
	if len(s.Expect.InOrder) > 0 {
		verify("calls in order", "expect.in_order", scenario.Expect{InOrder: s.Expect.InOrder})
	}
	for i, wanted := range s.Expect.Webhooks {
		verify(fmt.Sprintf("webhooks %d (%s)", i+1, wanted.Subject()), fmt.Sprintf("expect.webhooks[%d]", i),
			scenario.Expect{Webhooks: []scenario.WebhookExpect{wanted}})
	}
	return cases
}

// pending is the end of a flow whose transfer is under way.
const pending = "pending"

func (r *run) compareFlowEnd(ctx context.Context) (wrong []string) {
	wanted := r.scenario.Expect.Flow
	result := r.flow.Result()
	if wanted.Ends == "" {
		if !result.OK() {
			return []string{fmt.Sprintf("it ended %s%s", result.End, reason(result))}
		}
		return nil
	}
	if result.End == "" && wanted.Ends != pending {
		_ = r.flow.Step(ctx, flow.StepSettle) // its result is compared
		result = r.flow.Result()
	}
	end := string(result.End)
	if end == "" || result.End == flow.EndUnsettled {
		end = pending
	}
	if end != wanted.Ends {
		wrong = append(wrong, fmt.Sprintf("wanted it to end %s, got %s%s", wanted.Ends, end, reason(result)))
	}
	if wanted.Reason != "" && wanted.Reason != result.Reason {
		wrong = append(wrong, fmt.Sprintf("wanted reason %s, got %q", wanted.Reason, result.Reason))
	}
	return wrong
}

func reason(r *flow.Result) string {
	text := ""
	if r.FailedStep != "" {
		text = " at " + r.FailedStep
	}
	if r.Reason != "" {
		text += " (" + r.Reason + ")"
	}
	return text
}
