package sentinel

import (
	"slices"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/world"
)

// microDeposit is what a transfer of micro-deposits has beside all others. A pair is one transfer: its events have no
// amount, and COMPLETE means that the customer can be asked for both (Alpaca's gobroker; that it is one is assumed).
type microDeposit struct {
	Pair      int       `json:"pair,omitempty"`      // which one of its relationship, from 1; 0 for other transfers
	Recalled  bool      `json:"recalled,omitempty"`  // it comes back as soon as it has arrived
	TakenBack time.Time `json:"taken_back,omitzero"` // when it came back
}

// sendPair makes the transfer of a relationship's pair of now. Nobody has to approve it: the test simulation's approve
// is described for deposits and withdrawals only (assumed).
func (r relationship) sendPair(c *api.Call) error {
	pair := microPair(c.World, r.ID, r.Micro.Reissues)
	t, err := Transfer{
		Account: r.Account, Relationship: r.ID, Direction: Outgoing, State: Pending, AmountCents: pair[0] + pair[1],
		Created: c.Now, Micro: microDeposit{Pair: r.Micro.Reissues + 1},
	}.start(c)
	if err != nil || t.State == Rejected {
		return err
	}
	_, err = t.move(c.World, onApprove)
	return err
}

// pair finds the transfer of a relationship's last pair.
func (r relationship) pair(w *world.World) (t Transfer, ok bool) {
	ids := microDepositsOf.Keys(w, r.ID)
	if len(ids) == 0 {
		return t, false
	}
	return transfers.Get(w, ids[len(ids)-1])
}

// pairFailed tells that the customer cannot have the amounts of the last pair, and the state that says so. There are no
// tries for them then, but another pair may be sent (assumed).
func (r relationship) pairFailed(w *world.World) (State, bool) {
	t, ok := r.pair(w)
	return t.State, ok && slices.Contains(undone, t.State)
}

// recallPair takes the last pair back: documented for a right try and for the third wrong one (klane67/apex_clearing),
// assumed for a relationship that is canceled.
func (r relationship) recallPair(w *world.World) {
	if t, ok := r.pair(w); ok {
		t.recall(w)
	}
}

// recall cancels micro-deposits that the bank does not have yet, and takes others back when they have arrived
// (assumed). Those that failed are back already.
func (t Transfer) recall(w *world.World) {
	if slices.Contains(undone, t.State) {
		return
	}
	if _, err := t.move(w, onCancel); err != nil {
		t.Micro.Recalled = true
		t.takeBack(w)
	}
}

// takeBack stores recalled micro-deposits, and books that they came back if they have arrived. The state stays: there
// is none for it.
func (t Transfer) takeBack(w *world.World) Transfer {
	arrived := t.State == Complete || t.State == CompleteRestricted
	if arrived && t.Micro.TakenBack.IsZero() {
		before := t.place()
		t.Micro.TakenBack = w.Now()
		t.post(w, takenBack, before)
	}
	transfers.Put(w, t.ID, t)
	return t
}
