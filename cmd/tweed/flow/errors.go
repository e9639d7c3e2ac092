package flow

import (
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
)

// PlaidError is an answer of Plaid with an error status. Fields are those of Plaid's error object
// (plaid.com/docs/errors); they are empty when the body was not one, and then Raw says what it was.
type PlaidError struct {
	Type             string // error_type, such as INVALID_REQUEST
	Code             string // error_code, such as INVALID_FIELD
	Message          string // error_message, for developers
	DisplayMessage   string // display_message, for users; often empty
	RequestID        string // request_id, for Plaid's support
	DocumentationURL string
	Status           int           // HTTP status
	RetryAfter       time.Duration // of the header Retry-After; 0 without one
	Raw              string        // excerpt of a body that is not Plaid's error object
}

// Error gives type, code, message, HTTP status and request id in one line.
func (e *PlaidError) Error() string {
	text := e.Raw
	if e.Code != "" || e.Type != "" {
		text = e.Type + "/" + e.Code + ": " + e.Message
	}
	return text + trailer("HTTP "+statusText(e.Status), e.RequestID, e.RetryAfter)
}

// SentinelError is an answer of Sentinel or Legit with an error status. Sentinel's own error body is not public; the
// fields are filled from an object such as Legit's {"error","message"}, and Raw says what else came.
type SentinelError struct {
	Service    string // sentinel or legit
	Code       string // "error" of the body
	Message    string // "message" of the body
	RequestID  string // header X-Request-Id
	Status     int    // HTTP status
	RetryAfter time.Duration
	Raw        string // excerpt of a body of another form
	body       []byte
}

// Error gives service, code, message, HTTP status and request id in one line.
func (e *SentinelError) Error() string {
	text := e.Raw
	switch {
	case e.Code != "" && e.Message != "":
		text = e.Code + ": " + e.Message
	case e.Code+e.Message != "":
		text = e.Code + e.Message
	}
	return e.Service + ": " + text + trailer("HTTP "+statusText(e.Status), e.RequestID, e.RetryAfter)
}

func trailer(status, requestID string, retryAfter time.Duration) string {
	parts := []string{status}
	if requestID != "" {
		parts = append(parts, "request id "+requestID)
	}
	if retryAfter > 0 {
		parts = append(parts, "retry after "+retryAfter.String())
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

func statusText(status int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
}

// TransportError is a call that got no whole answer: refused, reset, cut off or too slow.
type TransportError struct {
	Call    string // method and path
	Cause   string // in words without addresses and ports, so that two runs read alike
	Sent    bool   // false when no connection was made, so that the server cannot have acted
	Timeout bool   // no answer within Config.Timeout
	Err     error

	final   bool // another attempt cannot help, as with a bad certificate
	partial []byte
}

// Error says which call got no answer and why.
func (e *TransportError) Error() string { return e.Call + ": " + e.Cause }

// Unwrap returns the network's own error.
func (e *TransportError) Unwrap() error { return e.Err }

// ReplyError is an answer with a good status that cannot be used: not JSON, cut off, too long, a redirect, or without
// a field that the call is about.
type ReplyError struct {
	Call      string // method and path
	Status    int    // HTTP status
	RequestID string
	Problem   string // what is wrong with the answer

	broken bool // the body did not parse, so that another attempt may do better
	body   []byte
}

// Error says which answer cannot be used and why.
func (e *ReplyError) Error() string {
	return e.Call + ": " + e.Problem + trailer("HTTP "+statusText(e.Status), e.RequestID, 0)
}

// UnsureError wraps the failure of a call that may have taken effect all the same, and that must not simply be made
// again.
type UnsureError struct {
	Advice string // what to do instead of sending it again
	Err    error
}

// Error gives the failure and the advice.
func (e *UnsureError) Error() string {
	return e.Err.Error() + "; an attempt may have taken effect all the same: " + e.Advice
}

// Unwrap returns the failure.
func (e *UnsureError) Unwrap() error { return e.Err }

// DuplicateError says that Sentinel knows our externalTransferId from an attempt whose answer was lost, and that the
// transfer could not be looked up: the money is probably on its way once.
type DuplicateError struct {
	ExternalTransferID string
	Account            string
	Err                error
}

// Error says what is known and how to find the transfer.
func (e *DuplicateError) Error() string {
	return fmt.Sprintf("the answer to an earlier attempt was lost, and now Sentinel refuses externalTransferId %s: %v; "+
		"the transfer probably exists once: look for it with GET /sentinel/api/v1/transfers?account=%s, do not send another",
		e.ExternalTransferID, e.Err, e.Account)
}

// Unwrap returns Sentinel's refusal.
func (e *DuplicateError) Unwrap() error { return e.Err }

// AccountError says that no account, or more than one, fits the configuration.
type AccountError struct {
	Wanted   string
	Accounts []Account // what the Item has
}

// Error says what was wanted and what there is.
func (e *AccountError) Error() string {
	if len(e.Accounts) == 0 {
		return "no " + e.Wanted + ": the Item has no accounts"
	}
	have := make([]string, len(e.Accounts))
	for i, a := range e.Accounts {
		have[i] = oneLine(fmt.Sprintf("%s %s (%s/%s)", a.Mask, a.Name, a.Type, a.Subtype))
	}
	return "no single " + e.Wanted + "; the Item has " + strings.Join(have, ", ")
}

// RelationshipError says that an ACH relationship cannot be used for a transfer.
type RelationshipError struct {
	ID     string
	Status string // such as CANCELED
	Reason string // cancellation.reason, when there is one
}

// Error gives the relationship, its status and the reason.
func (e *RelationshipError) Error() string {
	text := "ACH relationship " + e.ID + " is " + e.Status
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	return text + "; transfers need an APPROVED one"
}

// PatienceError says that something had no end in the time that Config gives it.
type PatienceError struct {
	What  string // such as transfer 20260105000001
	State string // last state seen
	Polls int
	Limit string // which limit was reached
}

// Error says what was waited for, and where it stands.
func (e *PatienceError) Error() string {
	return fmt.Sprintf("%s is still %s after %d polls: %s", e.What, e.State, e.Polls, e.Limit)
}

// StepError is what Run and Step return when a step failed.
type StepError struct {
	Step string
	Err  error
}

// Error gives the step and its failure.
func (e *StepError) Error() string { return "step " + e.Step + ": " + e.Err.Error() }

// Unwrap returns the failure.
func (e *StepError) Unwrap() error { return e.Err }

// oneLine makes a vendor's text safe for a terminal and a log: no control characters, single spaces.
func oneLine(text string) string {
	return strings.Join(strings.Fields(printable(text)), " ")
}

// printable puts a space in the place of each character that could drive a terminal or turn the direction of text.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text)
}
