package scenario

import (
	"cmp"
	"slices"
	"strings"

	"tweed/emulator/internal/nacha"
)

// Fate is what a rule does to a transfer, decided when the transfer is made. At most one
// of Return, NOC, Reject and Stay is set; the zero Fate leaves the transfer alone.
type Fate struct {
	// Rule is the name of the rule that acts; "" = none.
	Rule string
	// Return is the Nacha code with which the settled transfer comes back, such as R01.
	Return string
	// NOC is the notification of change that the settled transfer brings.
	NOC NOC
	// Reject is Sentinel's rejectReason of a transfer that is refused.
	Reject string
	// Stay is Sentinel's state in which the transfer stops.
	Stay string
	// After is how long it takes, see Then.After; zero = the default.
	After Span
}

// Empty says whether the fate leaves the transfer alone.
func (f Fate) Empty() bool { return f.Return == "" && f.NOC == NOC{} && f.Reject == "" && f.Stay == "" }

// Fate decides what becomes of a new transfer of a kind (deposit, withdrawal,
// micro_deposit): what the first rule that matches and acts says, else nothing. The
// transfer is counted at once, also for rules that let it pass. The cost is that of Decide.
func (e *Engine) Fate(kind string, facts Facts, p Progress) Fate {
	plan := e.Decide(Call{Method: methodACH, Path: "/" + kind, Facts: facts}, p)
	plan.Commit(p)
	plan.fate.Rule = plan.Rule
	return plan.fate
}

// Return is the Then by which a transfer settles and comes back with a Nacha return code.
func Return(code string) Then { return Then{Return: code} }

// Reject is the Then by which a transfer is refused with one of RejectReasons.
func Reject(reason string) Then { return Then{Reject: reason} }

// Stay is the Then by which a transfer stops in one of StayStates.
func Stay(state string) Then { return Then{Stay: state} }

// Correct is the Then by which a transfer settles and brings a notification of change,
// whose corrected values Sentinel's side makes up.
func Correct(code string) Then { return Then{NOC: NOC{Code: code}} }

// In is a Then of a transfer that takes its time: Return("R01").In(Span{BankingDays: 1}).
func (t Then) In(after Span) Then {
	t.After = after
	return t
}

// rejectReasons are documented (klane67/apex_clearing, 2016).
var rejectReasons = []string{
	"COMPLIANCE", "MARGIN_CALLS", "MISSING_PAPERWORK", "NEEDS_APPROVAL", "NSF", "OUTSTANDING_ACAT", "PER_BROKER_REQUEST",
	"PER_CORRESPONDENT_REQUEST", "PREPAY_NOT_AUTHORIZED", "RECENT_DEPOSIT_HOLD", "RETURN_MAIL", "REFER_TO_MAKER",
	"UNCOLLECTED_FUNDS", "TOKEN_NOT_REGISTERED_FOR_THIS_ACCOUNT", "OTHER", "INCORRECT_DISTRIBUTION_TYPE",
	"TAX_WITHHOLDING_MISMATCH", "STALE_TRANSFER", "FOREIGN_3RD_PARTY", "EXCEEDS_DAILY_DEPOSIT_LIMIT",
}

// RejectReasons are Sentinel's words for why a transfer is rejected.
func RejectReasons() []string { return slices.Clone(rejectReasons) }

var (
	stayStates = []string{
		"PENDING", "PENDING_BROKER_APPROVAL", "FROZEN", "APPROVED", "FUNDS_POSTED", "SENT_TO_BANK",
	}
	// endStates are off the usual road and have no way out but a return.
	endStates = []string{"FAILED_AT_BANK", "COMPLETE_RESTRICTED"}
)

// StayStates are the states of Sentinel in which a transfer can be made to stop: on its
// road, beside it, and the two ends that only a rule leads to.
func StayStates() []string { return slices.Concat(stayStates, endStates) }

var returnEffect = effect{
	key: "return", seats: atACH, instead: true,
	used: func(t *Then) bool { return t.Return != "" },
	check: func(r *report, _ *Rule, t *Then, at place) {
		if _, ok := nacha.FindReturn(t.Return); !ok {
			r.add(at.key("return"), "unknown return code "+quote(t.Return), returnMeant(t.Return))
		}
	},
	prepare: func(t *Then) action {
		code := t.Return
		return func(p *Plan, _ use) { p.fate.Return = code }
	},
}

var rejectEffect = effect{
	key: "reject", seats: atACH, instead: true,
	used: func(t *Then) bool { return t.Reject != "" },
	check: func(r *report, _ *Rule, t *Then, at place) {
		if !slices.Contains(rejectReasons, t.Reject) {
			r.add(at.key("reject"), "unknown reject reason "+quote(t.Reject), codeMeant(t.Reject, rejectReasons))
		}
	},
	prepare: func(t *Then) action {
		reason := t.Reject
		return func(p *Plan, _ use) { p.fate.Reject = reason }
	},
}

var stayEffect = effect{
	key: "stay", seats: atACH, instead: true,
	used: func(t *Then) bool { return t.Stay != "" },
	check: func(r *report, _ *Rule, t *Then, at place) {
		switch {
		case !slices.Contains(StayStates(), t.Stay):
			r.add(at.key("stay"), "a transfer does not stay "+quote(t.Stay), codeMeant(t.Stay, StayStates()))
		case slices.Contains(endStates, t.Stay) && (t.After != Span{}):
			r.add(at.name("after"), "a transfer does not leave "+t.Stay, "remove after")
		}
	},
	prepare: func(t *Then) action {
		state := t.Stay
		return func(p *Plan, _ use) { p.fate.Stay = state }
	},
}

// afterEffect says when, beside one of the others.
var afterEffect = effect{
	key: "after", seats: atACH,
	used: func(t *Then) bool { return t.After != Span{} },
	check: func(r *report, _ *Rule, t *Then, at place) {
		switch {
		case t.After.Duration < 0 || t.After.BankingDays < 0 || t.After == Span{}:
			r.add(at.key("after"), "after is not above 0", "write for example 2 banking days; without it, remove the key")
		case t.After.Duration > 0 && t.After.BankingDays > 0:
			r.add(at.key("after"), "after is in hours and in banking days", "use one of both")
		case t.Return == "" && t.NOC == NOC{} && t.Reject == "" && t.Stay == "":
			r.add(at.name("after"), "nothing happens after that", "write for example {return: R01, after: 2 banking days}")
		}
	},
	prepare: func(t *Then) action {
		after := t.After
		return func(p *Plan, _ use) { p.fate.After = after }
	},
}

// returnCodes are the codes with which a transfer can come back, and what they mean.
func returnCodes() (codes, titles []string) {
	for _, one := range nacha.Returns() {
		codes, titles = append(codes, one.Code), append(titles, one.Title)
	}
	return codes, titles
}

// returnMeant proposes the nearest return code.
func returnMeant(word string) string {
	if _, ok := nacha.FindChange(word); ok {
		return "it is a change code: write {noc: " + word + "}"
	}
	codes, _ := returnCodes()
	return cmp.Or(codeMeant(word, codes), "write for example R01")
}

// codeMeant proposes the nearest code, also one that is written in lower case or with
// spaces for its underscores.
func codeMeant(word string, codes []string) string {
	upper := strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(word), " ", "_"))
	if slices.Contains(codes, upper) {
		return "did you mean " + quote(upper) + "?"
	}
	return meant(upper, codes)
}

// classOf is the SEC code of the entries by which Sentinel moves money: assumed, deposits
// that a customer asks for online are WEB, credits to a consumer PPD.
func classOf(kind ACH) string {
	if kind.debits() {
		return "WEB"
	}
	return "PPD"
}

// warnFate warns of return codes that do not fit the transfers which get them.
func (r *Rule) warnFate(warnings *report, at place) {
	turns := r.Then.InTurn
	if len(turns) == 0 {
		r.Then.warnReturn(warnings, r.ACH, at.key("return"))
	}
	for i := range turns {
		turns[i].warnReturn(warnings, r.ACH, at.index(i).key("return"))
	}
}

func (t *Then) warnReturn(warnings *report, ach ACH, at place) {
	row, ok := nacha.FindReturn(t.Return)
	if !ok {
		return
	}
	for _, kind := range ach.kinds() {
		entry := "a credit"
		if kind.debits() {
			entry = "a debit"
		}
		switch {
		case !row.Answers(kind.debits(), ""):
			warnings.add(at, row.Code+" ("+row.Title+") does not answer a "+string(kind),
				"a "+string(kind)+" is "+entry+" of the bank account")
		case !row.Answers(kind.debits(), classOf(kind)):
			warnings.add(at, row.Code+" ("+row.Title+") is for entries of class "+strings.Join(row.SEC, ", "),
				"a "+string(kind)+" is "+classOf(kind))
		}
	}
}

// fateKey is the key under which a word would be what becomes of a transfer; "" for any other node.
func fateKey(n *node) string {
	if n.kind != scalar || n.sort != text {
		return ""
	}
	_, returns := nacha.FindReturn(n.value)
	_, changes := nacha.FindChange(n.value)
	switch {
	case returns:
		return returnEffect.key
	case changes:
		return nocEffect.key
	case slices.Contains(rejectReasons, n.value):
		return rejectEffect.key
	case slices.Contains(StayStates(), n.value):
		return stayEffect.key
	}
	return ""
}
