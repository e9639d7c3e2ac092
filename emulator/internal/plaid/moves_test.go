package plaid

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
)

// mover is a record that walks along a table of states.
type mover struct {
	moves map[string][]string
	last  []string // states that nothing follows
	// try puts the record into one state, asks it to move to another, and returns whether it
	// did and where it stands then.
	try    func(w *world.World, from, to string) (moved bool, now string)
	events func(w *world.World) int // how many there are; nil for none
}

// Every pair of states of every table: a record moves where the table says and nowhere else,
// tells of each move once, and each state that a table leads to is in it.
func TestMoves(t *testing.T) {
	t.Parallel()
	s := serve(t)
	debit := transferAuthorization{ID: "a", Type: typeDebit, Class: "web"}
	count := func(w *world.World) int { return transferEvents.Len(w) }
	for name, m := range map[string]mover{
		"bank transfer": {
			moves: bankTransferMoves, last: []string{statusCancelled, statusFailed, statusReversed},
			try: func(w *world.World, from, to string) (bool, string) {
				row := bankTransfer{ID: "b", Status: from}
				moved := row.move(w, to, nil)
				return moved, row.Status
			},
			events: func(w *world.World) int { return bankTransferEvents.Len(w) },
		},
		"transfer": {
			moves: transferMoves, last: []string{statusCancelled, statusFailed, statusReturned},
			try: func(w *world.World, from, to string) (bool, string) {
				authorizations.Put(w, "a", debit)
				row := transfer{ID: "t", Authorization: "a", Status: from}
				moved := row.move(w, to, nil, row.Created)
				return moved, row.Status
			},
			events: count,
		},
		"refund": {
			moves: refundMoves, last: []string{statusSettled, statusCancelled, statusFailed, statusReturned},
			try: func(w *world.World, from, to string) (bool, string) {
				transfers.Put(w, "t", transfer{ID: "t", Status: statusSettled})
				row := refund{ID: "r", Transfer: "t", Status: from}
				moved := row.move(w, to, nil)
				return moved, row.Status
			},
			events: count,
		},
		"deposit": {
			moves: sweepMoves, last: []string{statusFundsAvailable, statusFailed, statusReturned},
			try: func(w *world.World, from, to string) (bool, string) {
				row := sweep{ID: "s", Ledger: true, Deposit: true, Status: from}
				moved := row.move(w, to, nil)
				return moved, row.Status
			},
			events: count,
		},
	} {
		s.in(func(w *world.World) {
			states := slices.Sorted(maps.Keys(m.moves))
			require.Greater(t, len(states), 4, name)
			for _, from := range states {
				require.Equal(t, slices.Contains(m.last, from), len(m.moves[from]) == 0, "%s: %s is a last state", name, from)
				for _, to := range append(slices.Clone(states), "nonsense", "") {
					before := m.events(w)
					moved, now := m.try(w, from, to)
					require.Equal(t, slices.Contains(m.moves[from], to), moved, "%s: %s to %s", name, from, to)
					told := 0
					if moved {
						require.Equal(t, to, now)
						require.Contains(t, states, to)
						told = 1
					} else {
						require.Equal(t, from, now)
					}
					require.Equal(t, before+told, m.events(w), "%s: %s to %s", name, from, to)
				}
			}
		})
	}
}

// What tables of states alone do not say.
func TestMovesWithConditions(t *testing.T) {
	t.Parallel()
	serve(t).in(func(w *world.World) {
		for _, test := range []struct {
			name string
			a    transferAuthorization
			can  bool
		}{
			{"an ACH debit's funds become available", transferAuthorization{Type: typeDebit, Class: "web"}, true},
			{"a credit's do not", transferAuthorization{Type: typeCredit, Class: "ppd"}, false},
			{"a wire's do not", transferAuthorization{Type: typeDebit}, false},
		} {
			authorizations.Put(w, "a", test.a)
			row := transfer{ID: "t", Authorization: "a", Status: statusSettled}
			require.Equal(t, test.can, row.move(w, statusFundsAvailable, nil, row.Created), test.name)
		}
		for status, can := range map[string]bool{
			statusPending: false, statusPosted: false, statusSettled: true, statusFundsAvailable: true,
		} {
			transfers.Put(w, "t", transfer{ID: "t", Status: status})
			row := refund{ID: "r", Transfer: "t", Status: statusPending}
			require.Equal(t, can, row.move(w, statusPosted, nil), "a refund is posted after its transfer is %s", status)
		}
		withdrawal := sweep{ID: "s", Ledger: true, Status: statusSettled}
		require.False(t, withdrawal.move(w, statusFundsAvailable, nil))
		swept := transfer{ID: "t", Authorization: "a", Status: statusPending, SweepStatus: sweepUnswept}
		require.True(t, swept.move(w, statusFailed, nil, swept.Created))
		require.Empty(t, swept.SweepStatus, "it will never be swept")
	})
	for from, next := range paymentMoves {
		for _, to := range next {
			require.Contains(t, paymentMoves, to, from)
		}
	}
}
