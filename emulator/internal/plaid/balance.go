package plaid

import (
	"math"

	"tweed/emulator/internal/world"
)

// BalanceOf is what Apex learns with a processor token about the money in a bank account: the available balance in
// cents, the current one where the bank tells no other; cut to whole cents. It is false for a token that BankOf finds
// a fault with, and where the bank tells neither.
func BalanceOf(w *world.World, token string) (cents int64, ok bool) {
	bank, problem, _ := BankOf(w, token)
	if problem != "" {
		return 0, false
	}
	item, _ := items.Get(w, bank.Item)
	acc, _ := item.account(w, bank.Account)
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
