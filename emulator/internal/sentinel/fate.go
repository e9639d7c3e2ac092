package sentinel

import (
	"slices"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/dataset"
	"tweed/emulator/internal/nacha"
	"tweed/emulator/internal/plaid"
	"tweed/emulator/internal/rules"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// fate is what will become of a transfer: decided when it is made, by a rule of the scenario or by the bank account,
// and kept with it. At most one of Return, NOC, Reject and Stay is set.
type fate struct {
	Rule   string     `json:"rule,omitempty"`
	Return string     `json:"return,omitempty"` // a Nacha code
	NOC    correction `json:"noc,omitzero"`     // the values that the rule names
	Reject string     `json:"reject,omitempty"` // a rejectReason
	Stay   State      `json:"stay,omitempty"`

	After     time.Duration `json:"after,omitempty"` // nanoseconds of world time
	AfterDays int           `json:"after_days,omitempty"`

	Held     event     `json:"held,omitempty"`    // what came while the transfer stayed, and happens when it goes on
	Released time.Time `json:"released,omitzero"` // when the stay ended
}

// decide is the one place where a new transfer's fate is decided: the first rule that acts wins over the fate of the
// bank account, which is about deposits.
func decide(c *api.Call, t Transfer) fate {
	kind := t.kind()
	r, _ := relationships.Get(c.World, t.Relationship)
	ruled := rules.Of(c.World).Fate(string(kind), transferFacts{c.World, t, r}, rules.Progress{World: c.World})
	f := fate{
		Rule: ruled.Rule, Return: ruled.Return, Reject: ruled.Reject, Stay: State(ruled.Stay),
		NOC: correction{
			Code: ruled.NOC.Code, Number: ruled.NOC.AccountNumber, Routing: ruled.NOC.RoutingNumber, Type: ruled.NOC.Type,
		},
		After: ruled.After.Duration, AfterDays: ruled.After.BankingDays,
	}
	if ruled.Rule != "" {
		c.Decided(ruled.Rule)
	}
	switch {
	case ruled.Rule != "" && ruled.Empty():
		c.Note("rule %q lets this %s pass", ruled.Rule, kind)
	case ruled.Rule != "":
		c.Note("rule %q decides what becomes of this %s: %s", ruled.Rule, kind, f.text())
		return f
	}
	if kind != scenario.Deposit {
		return f
	}
	if own := fateOfAccount(r); own.text() != "" {
		c.Note("the bank account decides what becomes of this %s: %s", kind, own.text())
		return own
	}
	return f
}

// fateOfAccount is what the fixture says of deposits from a bank account. A notification of change comes once.
func fateOfAccount(r relationship) fate {
	word := dataset.FateOf(r.Bank.Number, r.Bank.Routing)
	if _, ok := nacha.FindReturn(word); ok {
		return fate{Return: word}
	}
	if _, ok := nacha.FindChange(word); ok {
		if len(r.Changes) > 0 {
			return fate{}
		}
		return fate{NOC: correction{Code: word}}
	}
	if slices.Contains(scenario.RejectReasons(), word) {
		return fate{Reject: word}
	}
	return fate{Stay: State(word)}
}

// text says in the scenario language's words what will happen; "" for nothing.
func (f fate) text() string {
	var text string
	switch {
	case f.Return != "":
		text = "return " + f.Return
	case f.NOC.Code != "":
		text = "noc " + f.NOC.Code
	case f.Reject != "":
		text = "reject " + f.Reject
	case f.Stay != "":
		text = "stay " + string(f.Stay)
	default:
		return ""
	}
	if f.waits() {
		text += " after " + scenario.Span{Duration: f.After, BankingDays: f.AfterDays}.String()
	}
	return text
}

// waits says whether the fate names its time.
func (f fate) waits() bool { return f.After > 0 || f.AfterDays > 0 }

// from is the moment so long after another; without a time of its own, the given one counts.
func (f fate) from(start time.Time, otherwise scenario.Span) time.Time {
	span := scenario.Span{Duration: f.After, BankingDays: f.AfterDays}
	if !f.waits() {
		span = otherwise
	}
	if span.BankingDays > 0 {
		return bankingDays().AddBankingDays(start, span.BankingDays)
	}
	return start.Add(span.Duration)
}

// holds says whether the fate keeps a transfer in its state: approvals and the road are held back then, while a
// cancel, a rejection and a return act.
func (f fate) holds(state State, e event) bool {
	staying := f.Stay == state && f.Released.IsZero()
	rejected := f.Reject != "" && state == Pending
	return (staying || rejected) && slices.Contains([]event{onApprove, onPost, onSend, onComplete}, e)
}

// bend turns a step of the road towards the end that only a rule leads to.
func (f fate) bend(e event) event {
	switch {
	case e == onComplete && f.Stay == FailedAtBank:
		return onFail
	case e == onComplete && f.Stay == CompleteRestricted:
		return onRestrict
	}
	return e
}

// paced is the moment from which the road's times count: the approval, or the end of a stay that came later.
func (t Transfer) paced() time.Time {
	if t.Fate.Released.After(t.Approved) {
		return t.Fate.Released
	}
	return t.Approved
}

// due is when a transfer meets its fate.
type due struct {
	Transfer string `json:"transfer"`
}

var fates = world.NewEvent[due]("sentinel.transfer.fate")

func init() { fates.Handle(meet) }

// begin takes a new transfer, which is stored as PENDING, to where its fate begins.
func (t Transfer) begin(w *world.World) (Transfer, error) {
	switch f := t.Fate; {
	case f.Reject != "" && !f.waits():
		t.RejectReason = f.Reject
		return t.move(w, onReject)
	case f.Stay == Frozen:
		return t.move(w, onFreeze)
	case f.Stay == PendingBrokerApproval:
		return t.move(w, onRefer)
	}
	t.entered(w)
	return t, nil
}

// entered schedules what the fate has for the state that a transfer has come to.
func (t Transfer) entered(w *world.World) {
	f := t.Fate
	row, _ := nacha.FindReturn(f.Return)
	byOperator := row.Sender == nacha.Operator
	switch {
	case f.Return != "" && byOperator && t.State == SentToBank:
		fates.At(w, f.from(w.Now(), operatorAfter), due{t.ID})
	case t.State == Complete && (f.Return != "" && !byOperator || f.NOC.Code != ""):
		fates.At(w, f.from(w.Now(), answerAfter), due{t.ID})
	case t.State == Pending && f.Reject != "", t.State == f.Stay && f.waits():
		fates.At(w, f.from(w.Now(), scenario.Span{}), due{t.ID})
	}
}

// meet is the moment of a fate. A transfer that was canceled or returned meanwhile has none.
func meet(w *world.World, d due) {
	t, ok := transfers.Get(w, d.Transfer)
	if !ok {
		return
	}
	switch f := t.Fate; {
	case f.Reject != "":
		t.RejectReason = f.Reject
		_, _ = t.move(w, onReject)
	case f.Return != "":
		t.ReturnCode = f.Return
		_, _ = t.move(w, onReturn)
	case f.NOC.Code != "":
		t.correct(w, f.NOC)
	case f.Stay == t.State:
		t.release(w)
	}
}

// release ends a stay: what was held back happens now.
func (t Transfer) release(w *world.World) {
	held := t.Fate.Held
	t.Fate.Held, t.Fate.Released = "", w.Now()
	transfers.Put(w, t.ID, t)
	if held != "" {
		_, _ = t.move(w, held)
	}
}

// transferFacts answer what a rule at ach: asks about a transfer.
type transferFacts struct {
	world        *world.World
	transfer     Transfer
	relationship relationship
}

// Fact returns a fact by its name.
func (f transferFacts) Fact(name string) (any, bool) {
	switch name {
	case "world":
		return f.world.Name(), true
	case "account":
		return text(f.transfer.Account)
	case "amount_cents":
		return f.transfer.AmountCents, true
	case "direction":
		return text(string(f.transfer.Direction))
	case "external_transfer_id":
		return text(f.transfer.External)
	case "account_mask":
		return text(f.relationship.Bank.last4())
	case "routing_number":
		return text(f.relationship.Bank.Routing)
	}
	if f.relationship.Bank.Token == "" {
		return nil, false
	}
	return plaid.AboutToken(f.world, f.relationship.Bank.Token, false).Fact(name)
}
