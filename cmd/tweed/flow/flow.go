// Package flow is a reference client for the money path of Plaid's guide to Link and Apex: Link token, public
// token, access token, account, processor token, Sentinel login, ACH relationship, deposit, settlement.
//
// It talks to whatever answers at the two base URLs: an emulator, or Plaid's Sandbox and Apex's UAT test mode. It
// refuses the vendors' production hosts. It needs nothing but the standard library and google/uuid, so that its
// parts can be copied into an application. What is worth copying:
//
//   - attempt (call.go): one HTTP exchange with its own timeout, a limit on the answer, no redirects;
//   - do (retry.go): which calls may be repeated, and why an exchange is not one of them;
//   - sentinel (sentinel.go): one new login and one repeat after a 401;
//   - transfer (transfer.go): an externalTransferId made once and kept, so that a lost answer is not a second deposit;
//   - PlaidError, SentinelError and UnsureError (errors.go): errors that say what to do next.
//
// The base facts are Plaid's API version 2020-09-14 and the public clients of Sentinel and Legit; where the vendor's
// behaviour is not public, the comment says "assumed" and the value can be configured.
package flow

import (
	"context"
	"time"
)

// Names of the steps, in the order of the guide. A run has deposit or withdrawal, by Config.Direction.
const (
	StepLinkToken      = "link_token"      // POST /link/token/create
	StepPublicToken    = "public_token"    // POST /sandbox/public_token/create, in the place of Link in a browser
	StepExchange       = "exchange"        // POST /item/public_token/exchange
	StepAccounts       = "accounts"        // POST /accounts/get, and the choice of one account
	StepProcessorToken = "processor_token" // POST /processor/apex/processor_token/create or /processor/token/create
	StepSentinelLogin  = "sentinel_login"  // POST /legit/api/v1/cc/token
	StepRelationship   = "relationship"    // POST /sentinel/api/v1/ach_relationships
	StepDeposit        = "deposit"         // POST /sentinel/api/v1/transfers/achs/incoming
	StepWithdrawal     = "withdrawal"      // POST /sentinel/api/v1/transfers/achs/outgoing
	StepSettle         = "settle"          // GET /sentinel/api/v1/transfers/achs/{id} until its end
)

// Status says how a step went.
type Status string

// A step is ok or failed. The step settle has the end of the transfer as its status when that is not COMPLETE: the
// calls were good, the money did not arrive.
const (
	StatusOK       Status = "ok"
	StatusFailed   Status = "failed"
	StatusReturned Status = "returned"
	StatusRejected Status = "rejected"
	StatusCanceled Status = "canceled"
)

// End says how a run ended.
type End string

// The ends of a run. An empty End is a run with steps still to do.
const (
	EndCompleted End = "completed"  // the transfer is COMPLETE
	EndReturned  End = "returned"   // the transfer is RETURNED; Result.Reason has the return code if the answer has it
	EndRejected  End = "rejected"   // the transfer is REJECTED; Result.Reason has Sentinel's rejectReason
	EndCanceled  End = "canceled"   // the transfer is CANCELED
	EndFailed    End = "failed"     // a step failed; Result.FailedStep and Result.Reason say which and why
	EndUnsettled End = "unsettled"  // the transfer had no end within Config.Patience; Result.State says where it stands
	EndPlaidOnly End = "plaid_only" // the Plaid half is done, and there is no Sentinel target for the rest
)

// Result is what a run did.
type Result struct {
	Target     string   `json:"target,omitempty"`      // Config.Name
	Steps      []Step   `json:"steps"`                 // in the order in which they ran
	End        End      `json:"end"`                   // how it ended; empty while steps are left
	State      string   `json:"state,omitempty"`       // last state of the transfer, in Sentinel's words
	Reason     string   `json:"reason,omitempty"`      // return code, rejectReason, or the code of the error
	FailedStep string   `json:"failed_step,omitempty"` // the step that failed, empty when none did
	Skipped    []string `json:"skipped,omitempty"`     // steps left out because there is no Sentinel target
}

// OK tells whether the run did all that its targets allow: a completed transfer, or the Plaid half alone.
func (r *Result) OK() bool { return r.End == EndCompleted || r.End == EndPlaidOnly }

// Step returns the last record of the named step, and whether there is one.
func (r *Result) Step(name string) (Step, bool) {
	for i := len(r.Steps) - 1; i >= 0; i-- {
		if r.Steps[i].Name == name {
			return r.Steps[i], true
		}
	}
	return Step{}, false
}

// Step is the record of one step.
type Step struct {
	Name       string        `json:"name"`
	Status     Status        `json:"status"`
	RequestID  string        `json:"request_id,omitempty"`  // Plaid's request_id, else the header X-Request-Id
	HTTPStatus int           `json:"http_status,omitempty"` // of the last answer; 0 when none came
	Retries    int           `json:"retries,omitempty"`     // repeats after a failed attempt, all calls of the step
	Values     []Value       `json:"values,omitempty"`      // what came out, in a fixed order
	Notes      []string      `json:"notes,omitempty"`       // what a reader should know, such as a second login
	Failure    *Failure      `json:"failure,omitempty"`     // set when Status is failed
	Err        error         `json:"-"`                     // the same as a Go error
	Duration   time.Duration `json:"-"`                     // wall time; not part of the JSON, which stays reproducible

	reply []byte // the last good answer, for Compare
}

// Kind says what a Value is, which decides how it is printed and compared.
type Kind string

// Kinds of values. Tokens are shortened wherever they are printed; ids, dates and tokens are compared by kind alone.
const (
	KindText  Kind = "text"
	KindToken Kind = "token"
	KindID    Kind = "id"
	KindDate  Kind = "date"
	KindState Kind = "state" // states seen on the way; they depend on timing, so they are not compared
)

// Value is one named result of a step.
type Value struct {
	Name string `json:"name"`
	Text string `json:"text"` // tokens are already shortened here; Client.State has them whole
	Kind Kind   `json:"kind"`
}

// Value returns the text of the named value, empty when the step has none.
func (s Step) Value(name string) string {
	for _, v := range s.Values {
		if v.Name == name {
			return v.Text
		}
	}
	return ""
}

func (s *Step) add(name string, kind Kind, text string) {
	if text == "" {
		return
	}
	if kind == KindToken {
		text = Shorten(text)
	}
	s.Values = append(s.Values, Value{Name: name, Text: text, Kind: kind})
}

func (s *Step) note(text string) {
	for _, n := range s.Notes {
		if n == text {
			return
		}
	}
	s.Notes = append(s.Notes, text)
}

// Run walks the whole path once. It returns the result in any case that cfg is usable, also beside an error, and an
// error (a *StepError) when a step failed. A transfer that was returned, rejected or canceled is an End, not an error.
func Run(ctx context.Context, cfg Config) (*Result, error) {
	c, err := New(cfg)
	if err != nil {
		return nil, err
	}
	return c.Run(ctx)
}
