package sentinel

import (
	"encoding/json"
	"iter"
	"slices"
	"time"

	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// RelationshipOverview is a relationship as a person looks at it.
type RelationshipOverview struct {
	ID            string `json:"id"`
	Account       string `json:"account"` // Apex account
	Status        string `json:"status"`
	Method        string `json:"approval_method"`
	Nickname      string `json:"nickname,omitempty"`
	BankAccount   string `json:"bank_account"` // masked, as Sentinel tells it
	RoutingNumber string `json:"routing_number"`
	BankType      string `json:"bank_account_type"`
	Owner         string `json:"bank_account_owner"`
	Token         string `json:"processor_token,omitempty"` // of Plaid, that it came with
	Created       string `json:"created"`
	// MicroDeposits are the two amounts of the last pair in dollars, none without one: the customer
	// reads them in his bank account.
	MicroDeposits []json.Number `json:"micro_deposits,omitempty"`
}

// RelationshipOverviews returns the newest relationships of a world, at most so many (0 is all), the
// oldest first, and how many there are.
func RelationshipOverviews(w *world.World, most int) (newest []RelationshipOverview, total int) {
	return last(relationships.All(w), relationships.Len(w), most, func(r relationship) RelationshipOverview {
		return r.overview(w)
	})
}

// last turns the last rows of a table, at most so many (0 is all), into what is shown of them.
func last[T, V any](rows iter.Seq2[string, T], total, most int, show func(T) V) ([]V, int) {
	skip := 0
	if most > 0 {
		skip = max(0, total-most)
	}
	out := make([]V, 0, total-skip)
	n := 0
	for _, row := range rows {
		if n++; n > skip {
			out = append(out, show(row))
		}
	}
	return out, total
}

func (r relationship) overview(w *world.World) RelationshipOverview {
	out := RelationshipOverview{
		ID: r.ID, Account: r.Account, Status: r.Status, Method: r.Method, Nickname: r.Nickname,
		BankAccount: r.Bank.masked(), RoutingNumber: r.Bank.Routing, BankType: r.Bank.Type, Owner: r.Bank.Owner,
		Token: r.Bank.Token, Created: r.Created.Format(time.RFC3339),
	}
	if _, ok := r.pair(w); ok {
		pair := microPair(w, r.ID, r.Micro.Reissues)
		out.MicroDeposits = []json.Number{dollars(pair[0]), dollars(pair[1])}
	}
	return out
}

// TransferOverview is a transfer as a person looks at it.
type TransferOverview struct {
	ID           string       `json:"id"`
	External     string       `json:"external_transfer_id,omitempty"`
	Account      string       `json:"account"`
	Relationship string       `json:"relationship"`
	Kind         scenario.ACH `json:"kind"` // deposit, withdrawal, micro_deposit
	State        State        `json:"state"`
	Amount       json.Number  `json:"amount"` // dollars, as requested
	Created      string       `json:"created"`
	Approved     string       `json:"approved,omitempty"`
	Available    string       `json:"funds_available,omitempty"`
	RejectReason string       `json:"reject_reason,omitempty"`
	ReturnCode   string       `json:"return_code,omitempty"`
	ChangeCode   string       `json:"change_code,omitempty"` // of the last notification of change
	Fate         string       `json:"fate,omitempty"`        // what a rule or the bank account has decided
	// Can are the members of a simulation that the state allows, see Simulate.
	Can []string `json:"can"`
}

// TransferOverviews returns the newest transfers of a world, micro-deposits among them, at most so
// many (0 is all), the oldest first, and how many there are.
func TransferOverviews(w *world.World, most int) (newest []TransferOverview, total int) {
	return last(transfers.All(w), transfers.Len(w), most, Transfer.overview)
}

func (t Transfer) overview() TransferOverview {
	out := TransferOverview{
		ID: t.ID, External: t.External, Account: t.Account, Relationship: t.Relationship, Kind: t.kind(), State: t.State,
		Amount: dollars(t.AmountCents), Created: t.Created.Format(time.RFC3339), Available: t.Available,
		RejectReason: t.RejectReason, ReturnCode: t.ReturnCode, ChangeCode: t.Change.Code, Fate: t.Fate.text(), Can: t.can(),
	}
	if !t.Approved.IsZero() {
		out.Approved = t.Approved.Format(time.RFC3339)
	}
	return out
}

// can names the simulations that the state allows. A notification of change comes from the bank:
// it makes sense for a transfer that the bank has or had.
func (t Transfer) can() []string {
	out := []string{}
	for _, one := range []struct {
		name string
		does event
	}{{canApprove, onApprove}, {canReject, onReject}, {canReturn, onReturn}} {
		if _, ok := transitions[t.State][one.does]; ok {
			out = append(out, one.name)
		}
	}
	if slices.Contains(handedOver, t.State) {
		out = append(out, canNOC)
	}
	return out
}

// handedOver are the states of a transfer that was handed to the bank and was not refused there.
var handedOver = []State{SentToBank, Complete, CompleteRestricted}
