package flow

import (
	"context"
	"errors"
)

// Failure is an error in a form for reports: vendor fields by name, everything else in Text.
type Failure struct {
	Reason         string `json:"reason"`            // Plaid's or Sentinel's code, or one of the Reason constants
	Service        string `json:"service,omitempty"` // plaid, sentinel or legit when the vendor answered with an error
	Type           string `json:"type,omitempty"`
	Code           string `json:"code,omitempty"`
	Message        string `json:"message,omitempty"`
	DisplayMessage string `json:"display_message,omitempty"`
	RequestID      string `json:"request_id,omitempty"`
	Status         int    `json:"status,omitempty"`
	Documentation  string `json:"documentation_url,omitempty"`
	Advice         string `json:"advice,omitempty"` // what to do about a call that may have taken effect
	Text           string `json:"text"`             // the whole error in one line
}

// Reasons of failures that carry no code of a vendor.
const (
	ReasonHTTP         = "HTTP_ERROR"     // an error status without a code in the body
	ReasonNetwork      = "NETWORK"        // no whole answer
	ReasonTimeout      = "TIMEOUT"        // no answer in time
	ReasonReply        = "UNUSABLE_REPLY" // a good status with an answer that cannot be used
	ReasonRelationship = "RELATIONSHIP"   // RelationshipError
	ReasonAccount      = "NO_ACCOUNT"     // no account fits
	ReasonDuplicate    = "DUPLICATE"      // DuplicateError
	ReasonPatience     = "NO_END"         // PatienceError
	ReasonInterrupted  = "INTERRUPTED"    // the caller's context ended
	ReasonProduction   = "PRODUCTION"     // ErrProduction
	ReasonOther        = "FAILED"         // anything else
)

// Describe puts an error of this package into the form for reports.
func Describe(err error) Failure {
	f := Failure{Reason: ReasonOther, Text: oneLine(err.Error())}
	var (
		pe *PlaidError
		se *SentinelError
		re *ReplyError
	)
	switch {
	case errors.As(err, &pe):
		f.Service, f.Type, f.Code, f.Message = "plaid", pe.Type, pe.Code, oneLine(pe.Message)
		f.DisplayMessage, f.RequestID, f.Status = oneLine(pe.DisplayMessage), pe.RequestID, pe.Status
		f.Documentation = pe.DocumentationURL
	case errors.As(err, &se):
		f.Service, f.Code, f.Message = se.Service, se.Code, oneLine(se.Message)
		f.RequestID, f.Status = se.RequestID, se.Status
	case errors.As(err, &re):
		f.RequestID, f.Status = re.RequestID, re.Status
	}
	var ue *UnsureError
	if errors.As(err, &ue) {
		f.Advice = oneLine("an attempt may have taken effect all the same: " + ue.Advice)
	}
	f.Reason = reason(err, f)
	return f
}

func reason(err error, f Failure) string {
	var (
		te *TransportError
		re *ReplyError
		ae *AccountError
		de *DuplicateError
		we *PatienceError
		le *RelationshipError
	)
	switch {
	case errors.Is(err, ErrProduction):
		return ReasonProduction
	case errors.As(err, &de):
		return ReasonDuplicate
	case f.Code != "":
		return f.Code
	case f.Service != "":
		return ReasonHTTP
	case errors.As(err, &re):
		return ReasonReply
	case errors.As(err, &te) && te.Timeout:
		return ReasonTimeout
	case errors.As(err, &te):
		return ReasonNetwork
	case errors.As(err, &ae):
		return ReasonAccount
	case errors.As(err, &we):
		return ReasonPatience
	case errors.As(err, &le):
		return ReasonRelationship
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return ReasonInterrupted
	}
	return ReasonOther
}
