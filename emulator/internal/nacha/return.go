package nacha

import (
	"slices"
	"time"
)

// Sender is who may use a reason code.
type Sender string

// Senders of returns.
const (
	RDFI      Sender = "RDFI"              // the Receiver's bank returns an entry
	Operator  Sender = "ACH Operator"      // the network refuses an entry
	Agency    Sender = "Federal agency"    // refuses an enrollment
	ODFI      Sender = "ODFI"              // dishonors a return
	Contester Sender = "RDFI (contesting)" // contests a dishonored return
	Gateway   Sender = "Gateway"           // returns an international payment
)

// Window is how long after the settlement date of the entry (for R61 to R76: of the return in question) the answer
// may arrive. At most one of the two is set; neither = no general deadline, or at once (Operator).
type Window struct {
	// BankingDays counts banking days: the answer is there at the opening of that day.
	BankingDays int
	// CalendarDays counts calendar days: the answer is there at the opening of the next banking day after the last.
	CalendarDays int
}

func banking(days int) Window  { return Window{BankingDays: days} }
func calendar(days int) Window { return Window{CalendarDays: days} }

// Deadline is the last banking day on which an answer is in time, counted from the settlement date, at its time of
// day; false where the window has no end.
func (w Window) Deadline(c Calendar, settled time.Time) (time.Time, bool) {
	switch {
	case w.BankingDays > 0:
		return c.AddBankingDays(settled, w.BankingDays), true
	case w.CalendarDays > 0:
		return c.AddBankingDays(addDays(settled, w.CalendarDays), 1), true
	default:
		return time.Time{}, false
	}
}

// Return is a return reason code.
type Return struct {
	// Code is R and two digits.
	Code string
	// Title is the reason in a few words.
	Title string
	// Sender is who may use it.
	Sender Sender
	// Debits and Credits say which entries it can answer. At Sentinel a deposit is a debit of the customer's bank
	// account, a withdrawal a credit.
	Debits, Credits bool
	// SEC limits the code to entries of these classes; empty = any.
	SEC []string
	// Window is the time allowed.
	Window Window
	// Unauthorized is true where the Receiver disputes the authorization: the codes that count towards Nacha's limit of
	// unauthorized returns.
	Unauthorized bool
	// Source says where the facts come from.
	Source string
}

// Answers says whether the code can answer an entry of that direction and class; an unknown class ("") fits any.
func (r Return) Answers(debit bool, sec string) bool {
	if debit && !r.Debits || !debit && !r.Credits {
		return false
	}
	return sec == "" || len(r.SEC) == 0 || slices.Contains(r.SEC, sec)
}

// Returns lists the return reason codes that Apex knows (R01 to R47, R50 to R53, R61, R67 to R76, R80 to R85, by the
// force-return of Apex Ascend, 2026, and gobroker's table, 2018), by code.
func Returns() []Return { return slices.Clone(returns) }

// FindReturn finds one by its code.
func FindReturn(code string) (Return, bool) {
	i, ok := slices.BinarySearchFunc(returns, code, func(r Return, code string) int { return compare(r.Code, code) })
	if !ok {
		return Return{}, false
	}
	return returns[i], true
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}
