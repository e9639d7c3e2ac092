package plaid

import (
	"math"

	"tweed/emulator/internal/world"
)

// BalanceOf is what Apex learns with a processor token about the money in a bank account: the available balance in
// cents, the current one where the bank tells no other; cut to whole cents. It is false for a token that is of no use
// to Apex or whose permissions leave balance out, and where the bank tells neither.
func BalanceOf(w *world.World, token string) (cents int64, ok bool) {
	row, item, problem, _ := atApex(w, token, productBalance)
	if problem != "" {
		return 0, false
	}
	acc, ok := item.account(w, row.Account)
	if !ok || acc.ach == nil {
		return 0, false
	}
	told := acc.Available
	if told == nil {
		told = acc.Current
	}
	if told == nil {
		return 0, false
	}
	amount, err := told.Float64()
	if err != nil || math.Abs(amount) > maxBalance {
		return 0, false
	}
	return int64(math.Floor(math.Round(amount*1e4) / 100)), true // 1e4: floats miss cents by far less than 0.0001
}

// maxBalance in dollars keeps a custom user's balance within what a float holds exactly to the cent.
const maxBalance = 1e10
