package sentinel

import (
	"time"

	"tweed/emulator/internal/world"
)

// place is where the money of a transfer is. All of it is in one place at any time, so none is made and none is lost.
type place string

const (
	atBank place = "bank" // the customer's bank account
	held   place = "held" // at Apex, not the customer's to use
	inCash place = "cash" // the Apex account
)

// placeOf is where the money of a transfer in a state is. That a deposit counts when it is complete, and that a
// withdrawal leaves the account when it is posted, is assumed; what never went, failed or came back is at its origin.
func placeOf(direction Direction, s State) place {
	origin, target := atBank, inCash
	if direction == Outgoing {
		origin, target = inCash, atBank
	}
	switch s {
	case FundsPosted, SentToBank, CompleteRestricted:
		return held
	case Complete:
		return target
	default:
		return origin
	}
}

// posting is one move of money from one place to another.
type posting struct {
	Account string    `json:"account"`
	At      time.Time `json:"at"`
	From    place     `json:"from"`
	To      place     `json:"to"`
	Cents   int64     `json:"cents"`
}

// postings are by transfer and the state that it came into, which no transfer comes into twice.
var (
	postings          = world.NewTable[posting]("sentinel.posting", 1)
	postingsOfAccount = postings.Index(func(p posting) string { return p.Account })
)

func postingKey(transfer string, s State) string { return transfer + " " + string(s) }

// post books what a transfer's change of state did to its money.
func (t Transfer) post(w *world.World, before State) {
	from, to := placeOf(t.Direction, before), placeOf(t.Direction, t.State)
	if from != to {
		postings.Put(w, postingKey(t.ID, t.State), posting{
			Account: t.Account, At: w.Now(), From: from, To: to, Cents: t.bankCents(),
		})
	}
	t.postAsides(w, before)
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
