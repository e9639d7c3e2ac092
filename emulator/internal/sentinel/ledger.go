package sentinel

import (
	"time"

	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// place is where the money of a transfer is. All of it is in one place at any time, so none is made and none is lost.
type place string

const (
	atBank place = "bank" // the customer's bank account
	held   place = "held" // at Apex, not the customer's to use
	inCash place = "cash" // the Apex account
	ofFirm place = "firm" // the firm's own money, out of which micro-deposits are paid (assumed)
)

// ways are where the money of a transfer comes from and where it goes to.
var ways = map[scenario.ACH]struct{ origin, target place }{
	scenario.Deposit:      {atBank, inCash},
	scenario.Withdrawal:   {inCash, atBank},
	scenario.MicroDeposit: {ofFirm, atBank},
}

// placeOf is where the money of a transfer in a state is. That a deposit counts when it is complete, and that a
// withdrawal leaves the account when it is posted, is assumed; what never went, failed or came back is at its origin.
func placeOf(kind scenario.ACH, s State) place {
	switch s {
	case FundsPosted, SentToBank, CompleteRestricted:
		return held
	case Complete:
		return ways[kind].target
	default:
		return ways[kind].origin
	}
}

// place is where the money of the transfer is now.
func (t Transfer) place() place {
	if !t.Micro.TakenBack.IsZero() {
		return ways[t.kind()].origin
	}
	return placeOf(t.kind(), t.State)
}

// posting is one move of money from one place to another.
type posting struct {
	Account string    `json:"account"`
	At      time.Time `json:"at"`
	From    place     `json:"from"`
	To      place     `json:"to"`
	Cents   int64     `json:"cents"`
}

// postings are by transfer and the state that it came into, which no transfer comes into twice, or takenBack.
var (
	postings          = world.NewTable[posting]("sentinel.posting", 1)
	postingsOfAccount = postings.Index(func(p posting) string { return p.Account })
)

// takenBack is why the money of micro-deposits leaves the bank again.
const takenBack = "taken back"

func postingKey(transfer, why string) string { return transfer + " " + why }

// post books what a change did to the money of a transfer, which was in a place before.
func (t Transfer) post(w *world.World, why string, before place) {
	if now := t.place(); now != before {
		postings.Put(w, postingKey(t.ID, why), posting{
			Account: t.Account, At: w.Now(), From: before, To: now, Cents: t.bankCents(),
		})
	}
}

// cash is what the account has by its postings before a moment, in cents. It is below zero for an account that paid out
// more than this world brought in: what it had before is not known.
func cash(w *world.World, account string, before time.Time) int64 {
	var cents int64
	for _, key := range postingsOfAccount.Keys(w, account) {
		p, _ := postings.Get(w, key)
		switch {
		case !p.At.Before(before):
		case p.To == inCash:
			cents += p.Cents
		case p.From == inCash:
			cents -= p.Cents
		}
	}
	return cents
}
