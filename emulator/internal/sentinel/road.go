package sentinel

import (
	"time"

	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/nacha"
	"tweed/emulator/internal/world"
)

var errTransferState = catalogue.Must(catalogue.Sentinel, "TRANSFER_INVALID_STATE")

// bankingDays is the Federal Reserve's calendar with the assumed cut-off.
func bankingDays() nacha.Calendar { return nacha.Calendar{CutOff: cutOff} }

// leg is what happens next to a transfer in a state, and when.
type leg struct {
	then event
	at   func(approved time.Time) time.Time
}

// road takes an approved transfer to COMPLETE. The moments are assumptions (see assumptions.go).
var road = map[State]leg{
	Approved: {onPost, func(approved time.Time) time.Time {
		return bankingDays().ProcessingDay(approved).Add(cutOff)
	}},
	FundsPosted: {onSend, func(approved time.Time) time.Time {
		return bankingDays().ProcessingDay(approved).Add(sendTime)
	}},
	SentToBank: {onComplete, func(approved time.Time) time.Time {
		return bankingDays().EffectiveEntryDate(approved).Add(settleTime)
	}},
}

// step is a transfer's next move along the road.
type step struct {
	Transfer string `json:"transfer"`
	From     State  `json:"from"`
}

var steps = world.NewEvent[step]("sentinel.transfer.step")

func init() { steps.Handle(walk) }

// walk moves a transfer along the road, unless it has left the state from which the step was to be taken.
func walk(w *world.World, s step) {
	t, ok := transfers.Get(w, s.Transfer)
	if ok && t.State == s.From {
		_, _ = t.move(w, road[s.From].then) // the road keeps to the state machine: a test walks it
	}
}

// move takes a transfer to its next state and stores it; every change of a state comes through here. A change of
// other fields that goes with the event (a reason) is made before. A fate may hold an approval or a step of the road
// back: then the state stays, without an error. Errors: TRANSFER_INVALID_STATE, and then nothing is stored.
func (t Transfer) move(w *world.World, e event) (Transfer, error) {
	e = t.Fate.bend(e)
	to, ok := transitions[t.State][e]
	if !ok {
		return t, errTransferState.New("id", t.ID, "state", string(t.State), "action", string(e))
	}
	if t.Fate.holds(t.State, e) {
		t.Fate.Held = e
		transfers.Put(w, t.ID, t)
		return t, nil
	}
	was, before := t.State, t.place()
	t.State = to
	if e == onApprove {
		t.Approved = w.Now()
	}
	transfers.Put(w, t.ID, t)
	t.post(w, string(to), before)
	t.postAsides(w, was)
	t.publish(w)
	if next, ok := road[to]; ok {
		steps.At(w, next.at(t.paced()), step{Transfer: t.ID, From: to})
	}
	t.entered(w)
	if t.Micro.Recalled {
		return t.takeBack(w), nil
	}
	return t, nil
}

// fundsAvailable is the day on which the money of a deposit made now can be used: the day of settlement, and the days
// to hold the funds after it. New York's date, YYYY-MM-DD.
func fundsAvailable(now time.Time, hold int) string {
	day := bankingDays().AddBankingDays(bankingDays().EffectiveEntryDate(now), hold)
	return day.In(nacha.NewYork()).Format(time.DateOnly)
}
