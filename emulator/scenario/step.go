package scenario

import (
	"net/http"
	"slices"
	"strings"
)

// Step is one thing that tweed run does: exactly one of Call, Flow, Link and Advance.
//
//	steps:
//	  - {call: /item/get, with: {access_token: $alice.access_token}, as: got}
//	  - {call: "GET /sentinel/api/v1/transfers/achs/${deposit.transferId}", expect: {body: {state: COMPLETE}}}
//	  - {flow: deposit, with: {amount: "1500.00"}}
//	  - {link: {accounts: ["0000"]}, as: bob}
//	  - {advance: 5 banking days}
//
// A value "$name.field.path" is what a given item or an earlier step is called by; in the
// middle of a text it is written "${name.field.path}". A text that begins with a dollar
// sign has it twice: "$$name".
type Step struct {
	// Name of the step, for its line in the report.
	Name string `yaml:"name"`
	// Call is a path, or a method and a path. Without a method it is POST where the
	// operation has that, else GET.
	Call string `yaml:"call"`
	// Flow is a step of the reference client's flow. It does the steps before it, too,
	// where they have not been done.
	Flow string `yaml:"flow"`
	// Link goes through Link as a user does, without a browser.
	Link *LinkStep `yaml:"link"`
	// Advance moves the world's clock.
	Advance Span `yaml:"advance"`
	// With is the request's body: a mapping for JSON, a text that is sent as it is. For
	// Flow it is what differs from the flow's defaults: amount, account_mask, institution.
	With any `yaml:"with"`
	// Form is a body in the form of a web form, instead of With.
	Form map[string]string `yaml:"form"`
	// Headers are sent with the call.
	Headers map[string]string `yaml:"headers"`
	// As calls the whole reply by a name, for later steps.
	As string `yaml:"as"`
	// Capture calls parts of the reply by names: {token: processor_token}. A part is
	// found by a dotted path or a JSON pointer.
	Capture map[string]string `yaml:"capture"`
	// Timeout is how long the reply to a call is waited for. 0 = without end.
	Timeout Timeout `yaml:"timeout"`
	// Expect is what the reply must be like. Without it the call must succeed.
	Expect StepExpect `yaml:"expect"`
}

// StepExpect is what the reply to a step must be like.
type StepExpect struct {
	// Status is the HTTP status. 0 = that of the Error, or below 400 without one.
	Status int `yaml:"status"`
	// Error is the error's CODE or TYPE/CODE, in the dialect of whoever answers.
	Error string `yaml:"error"`
	// Rule is the name of a rule that must have acted on the reply, as the header Tweed-Rule has
	// it; for a step with link, on an end of Link.
	Rule string `yaml:"rule"`
	// Body says what members of the reply must be: values or conditions by dotted path.
	//
	//	body:
	//	  item.institution_id: ins_109508     # equal
	//	  status: [PENDING, APPROVED]         # one of; or, for a list, the same list
	//	  accounts.0.balances.available: {min: 100}
	//	  accounts: {"0": {mask: "0000"}}     # members of members
	//	  processor_token: present            # or missing, or null
	//	  0.payload.status: COMPLETE          # also inside of a text that is JSON
	//
	// A value that is no mapping is compared with the whole body.
	Body any `yaml:"body"`
	// Headers says the same of the reply's headers.
	Headers map[string]any `yaml:"headers"`
	// Fault says how the reply is lost or damaged, as the client sees it: reset, empty, hang
	// (nothing comes within the step's Timeout), truncate, or garbage (a body that is no
	// text). Of the reply only what is left of it can be expected.
	Fault FaultKind `yaml:"fault"`
}

// FlowExpect is how a flow ends.
type FlowExpect struct {
	// Ends is completed, returned, rejected, canceled, pending or failed.
	Ends string `yaml:"ends"`
	// Reason is the return code (R01), reject reason or error code of the end.
	Reason string `yaml:"reason"`
}

func (Step) limits() limits {
	name := schema{"type": []string{"string", "boolean"}, "pattern": nameForm.String()}
	return limits{
		keys: map[string]schema{
			// Values stand in a step where the contract has braces, and a step may ask for what is not there.
			"call":    anyOf(ref("Operation"), textLike(`^([A-Za-z]+\s+)?/`)),
			"flow":    words(FlowSteps()...),
			"as":      name,
			"capture": mappingOf(nameForm.String(), schema{"type": []string{"string", "number", "boolean"}, "pattern": `\S`}),
		},
		whole: schema{
			"type": "object", "oneOf": []schema{required("call"), required("flow"), required("link"), required("advance")},
		},
	}
}

func (StepExpect) limits() limits {
	return limits{keys: map[string]schema{
		"status": integer(100, 599), "error": ref("ErrorCode"), "fault": words(faultKinds...),
	}}
}

func (FlowExpect) limits() limits { return limits{keys: map[string]schema{"ends": words(Ends()...)}} }

// FlowSteps are the steps of the reference client's flow, in order; a withdrawal takes
// the place of the deposit.
func FlowSteps() []string {
	return []string{
		"link_token", "public_token", "exchange", "accounts", "processor_token",
		"sentinel_login", "relationship", "deposit", "withdrawal", "settle",
	}
}

// Ends are the ways in which a flow ends.
func Ends() []string {
	return []string{"completed", "returned", "rejected", "canceled", "pending", "failed"}
}

// reserved are names that the runner gives: what the last flow step knows, and the world
// (name, now).
var reserved = []string{"flow", "world"}

// Target is the method and the path of a call, the path with its references as they are
// written.
func (s *Step) Target() (method, path string) {
	method, path, found := strings.Cut(s.Call, " ")
	if found {
		return strings.ToUpper(method), strings.TrimSpace(path)
	}
	path = s.Call
	if ops := operationsAt(path); len(ops) > 0 {
		isPost := func(op operation) bool { return op.Method == http.MethodPost }
		if !slices.ContainsFunc(ops, isPost) {
			return ops[0].Method, path
		}
	}
	return http.MethodPost, path
}

// check reports what is wrong with a step; known are the names that it can refer to.
func (s *Step) check(r *report, at place, known map[string]bool) {
	kinds := 0
	for key, used := range map[string]bool{
		"call": s.Call != "", "flow": s.Flow != "", "link": s.Link != nil, "advance": s.Advance != Span{},
	} {
		if used || at.has(key) {
			kinds++
		}
	}
	if kinds != 1 {
		r.add(at, "a step is one of call, flow, link and advance", "write exactly one of them")
		return
	}
	switch {
	case s.Call != "":
		s.checkCall(r, at)
	case at.has("call"):
		r.add(at.key("call"), "there is no path", "write for example call: /item/get")
	case s.Flow != "" || at.has("flow"):
		oneOf(r, s.Flow, FlowSteps(), at, "flow")
	case s.Link != nil:
		s.Link.check(r, at.key("link"))
	case s.Advance == Span{}:
		r.add(at.key("advance"), "the clock is moved by nothing", "write for example 48h or 5 banking days")
	}
	s.checkParts(r, at)
	s.checkFault(r, at)
	s.checkReferences(r, at, known)
	s.Expect.check(r, at.key("expect"))
}

// checkCall checks the path of a call. One that no operation has is allowed where just
// that is the test.
func (s *Step) checkCall(r *report, at place) {
	method, path := s.Target()
	bare, _, _ := strings.Cut(path, "?")
	switch {
	case !slices.Contains(methods, method):
		r.add(at.key("call"), "unknown method "+quote(method), methodHelp())
		return
	case !strings.HasPrefix(path, "/"):
		r.add(at.key("call"), quote(path)+" is no path", pathHelp("", "/"+path))
		return
	case strings.Contains(bare, "*"):
		r.add(at.key("call"), quote(path)+" has a *", "a step calls one path")
		return
	}
	lost := []int{http.StatusNotFound, http.StatusMethodNotAllowed}
	if s.Expect.Error == "NOT_FOUND" || slices.Contains(lost, s.Expect.Status) || strings.HasPrefix(bare, "/_tweed/") {
		return
	}
	ops := operationsAt(path)
	if len(ops) == 0 {
		r.add(at.key("call"), "no operation "+quote(bare), pathHelp("", bare))
		return
	}
	if !slices.ContainsFunc(ops, func(op operation) bool { return op.Method == method }) {
		r.add(at.key("call"), "no operation "+quote(method+" "+bare), "the method of "+ops[0].Path+" is "+ops[0].Method)
	}
}

// checkParts checks which keys go together.
func (s *Step) checkParts(r *report, at place) {
	s.checkBody(r, at)
	s.checkCaptures(r, at)
	calls := []struct {
		key  string
		used bool
	}{
		{"form", len(s.Form) > 0}, {"headers", len(s.Headers) > 0}, {"as", s.As != ""}, {"capture", len(s.Capture) > 0},
	}
	for _, part := range calls {
		replies := s.Flow != "" || s.Link != nil
		if part.used && s.Call == "" && (part.key == "form" || part.key == "headers" || !replies) {
			r.add(at.name(part.key), quote(part.key)+" is of no use here", "it belongs to a step with call")
		}
	}
}

// checkBody checks what is sent.
func (s *Step) checkBody(r *report, at place) {
	_, isMap := s.With.(map[string]any)
	switch {
	case (s.Advance != Span{} || s.Link != nil) && s.With != nil:
		r.add(at.name("with"), `"with" is of no use here`, "it belongs to a step with call or flow")
	case s.Flow != "" && s.With != nil && !isMap:
		r.add(at.key("with"), "with is no mapping", "write with: {amount: \"1500.00\"}")
	case s.With != nil && len(s.Form) > 0:
		r.add(at.name("form"), "form stands beside with", "a call has one body: remove one of them")
	}
}

// checkCaptures checks the names that later steps can refer to.
func (s *Step) checkCaptures(r *report, at place) {
	if s.As != "" {
		r.checkVariable(s.As, at.key("as"))
	}
	for _, name := range sortedKeys(s.Capture) {
		r.checkVariable(name, at.key("capture").name(name))
		if strings.TrimSpace(s.Capture[name]) == "" {
			r.add(at.key("capture").key(name), "the capture has no path", "write for example {token: access_token}")
		}
	}
}

func (s *Scenario) checkSteps(r *report, at place) {
	s.eachStep(at, func(step *Step, at place, known map[string]bool) { step.check(r, at, known) })
}

// eachStep calls a function for each step with the names that it can refer to.
func (s *Scenario) eachStep(at place, each func(step *Step, at place, known map[string]bool)) {
	known := map[string]bool{}
	for _, item := range s.Given.Items {
		known[item.As] = item.As != ""
	}
	for _, name := range reserved {
		known[name] = true
	}
	for i := range s.Steps {
		step := &s.Steps[i]
		each(step, at.index(i), known)
		if step.As != "" {
			known[step.As] = true
		}
		for name := range step.Capture {
			known[name] = true
		}
	}
}

func (e *StepExpect) check(r *report, at place) {
	if e.Status != 0 && (e.Status < 100 || e.Status > 599) || e.Status == 0 && at.has("status") {
		r.add(at.key("status"), "the status is out of range", "an HTTP status is a number from 100 to 599")
	}
	checkCode(r, e.Error, at)
	checkWanted(r, e.Body, at.key("body"))
	for _, name := range sortedKeys(e.Headers) {
		checkWanted(r, e.Headers[name], at.key("headers").key(name))
	}
}

// checkCode reports a code under error that no family has.
func checkCode(r *report, code string, at place) {
	if (code != "" || at.has("error")) && len(allRows(code)) == 0 {
		r.add(at.key("error"), "unknown error code "+quote(code), codeHelp(code))
	}
}
