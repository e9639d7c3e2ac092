package dataset

// FateOf says what becomes of deposits from a bank account, by its numbers: the word of the fixture (see
// Account.Fate), "" for an account without one.
func FateOf(number, routing string) string {
	for i := range accountSets {
		for j := range accountSets[i].Accounts {
			a := &accountSets[i].Accounts[j]
			if a.Fate != "" && a.Numbers != nil && a.Numbers.Account == number && a.Numbers.Routing == routing {
				return a.Fate
			}
		}
	}
	return ""
}
