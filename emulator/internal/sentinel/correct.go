package sentinel

import (
	"slices"
	"time"

	"tweed/emulator/internal/nacha"
	"tweed/emulator/internal/world"
)

// correction is a notification of change: its code, and the values that are right from then on.
type correction struct {
	Code    string    `json:"code"`
	Number  string    `json:"number,omitempty"`
	Routing string    `json:"routing,omitempty"`
	Type    string    `json:"type,omitempty"`
	At      time.Time `json:"at,omitzero"`
}

// correct puts the corrected bank data of a notification about a transfer into its relationship and records them with
// both.
func (t Transfer) correct(w *world.World, change correction) {
	r, ok := relationships.Get(w, t.Relationship)
	if !ok {
		return
	}
	change = change.filled(r.Bank, w.Derive("sentinel.noc", t.ID))
	change.At = w.Now()
	r.Bank = change.apply(r.Bank)
	r.Changes = append(slices.Clone(r.Changes), change)
	relationships.Put(w, r.ID, r)
	t.Change = change
	transfers.Put(w, t.ID, t)
}

// apply gives the corrected bank account.
func (n correction) apply(bank bankAccount) bankAccount {
	if n.Number != "" {
		bank.Number = n.Number
	}
	if n.Routing != "" {
		bank.Routing = n.Routing
	}
	if n.Type != "" {
		bank.Type = n.Type
	}
	return bank
}

// filled makes up the values that the code corrects and that are not given: other last digits of the account number,
// another bank of the same Federal Reserve district, the other type. It is a function of the dice.
func (n correction) filled(bank bankAccount, dice [64]byte) correction {
	row, _ := nacha.FindChange(n.Code)
	for _, part := range row.Corrects {
		switch {
		case part == nacha.AccountNumber && n.Number == "":
			n.Number = otherDigits(bank.Number, min(4, len(bank.Number)), dice[:4])
		case part == nacha.RoutingNumber && n.Routing == "" && len(bank.Routing) == 9:
			eight := otherDigits(bank.Routing[:8], 4, dice[4:8])
			n.Routing = eight + string(nacha.CheckDigit(eight))
		case part == nacha.AccountType && n.Type == "":
			n.Type = savings
			if bank.Type == savings {
				n.Type = checking
			}
		}
	}
	return n
}

// otherDigits changes each of the last digits of a number; the result is never the number itself.
func otherDigits(number string, last int, dice []byte) string {
	out := []byte(number)
	for i := range last {
		at := len(out) - 1 - i
		digit := byte(0)
		if out[at] >= '0' && out[at] <= '9' {
			digit = out[at] - '0'
		}
		out[at] = '0' + (digit+1+dice[i]%9)%10
	}
	return string(out)
}
