package plaid

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
)

// What a page costs: of two years of user_good's, and of random ones.
func BenchmarkHistory(b *testing.B) {
	for _, user := range []string{userGood, userDynamic} {
		b.Run(user, func(b *testing.B) {
			w, err := world.New("bench", world.Config{Seed: 1, Clock: world.Clock{Start: monday}}, nowhere)
			require.NoError(b, err)
			days := whole(mostHistory)
			item, err := Login{
				Institution: firstPlatypus, User: user, Password: passGood, Products: []string{productTransactions},
				History: historyRange{Days: &days},
			}.Open(w)
			require.NoError(b, err)
			s, f := current(w, item, historyRange{})
			b.ReportAllocs()
			for b.Loop() {
				h := item.history(w, f, s)
				found := h.between("2000-01-01", "2030-01-01", h.placesOf(h.accounts))
				h.bodies(page(found, defaultTransactions, 0), transactionOptions{})
			}
		})
	}
}
