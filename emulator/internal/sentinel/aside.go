package sentinel

import (
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// The places of what neither comes from the bank nor goes to it.
const (
	asFee    place = "fees"
	withheld place = "withheld" // tax
)

// bankCents is what comes from the bank account or reaches it.
func (t Transfer) bankCents() int64 { return t.AmountCents - t.WithheldCents }

// debitCents is what a withdrawal takes from the Apex account in all.
func (t Transfer) debitCents() int64 { return t.AmountCents + t.feeCents() }

// posted says whether a transfer in a state has taken its fees and the withheld tax from the account. That a deposit's
// fee is taken then, too, and that whatever undoes a transfer brings all of it back, is assumed.
func posted(s State) bool { return placeOf(scenario.Withdrawal, s) != inCash }

// postAsides books what a transfer's change of state did to its fees and to the withheld tax.
func (t Transfer) postAsides(w *world.World, before State) {
	if posted(before) == posted(t.State) {
		return
	}
	for _, part := range []struct {
		at    place
		cents int64
	}{{asFee, t.feeCents()}, {withheld, t.WithheldCents}} {
		from, to := inCash, part.at
		if posted(before) {
			from, to = to, from
		}
		if part.cents > 0 {
			postings.Put(w, postingKey(t.ID, string(t.State))+" "+string(part.at), posting{
				Account: t.Account, At: w.Now(), From: from, To: to, Cents: part.cents,
			})
		}
	}
}
