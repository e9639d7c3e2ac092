package casefile

import (
	"cmp"
	"slices"
	"time"
)

// step is one thing in the order in which things happened: a move, a call, or for a call that
// waited its beginning and its end.
type step struct {
	turn uint64
	move *Move
	call *Call
	ends bool // the call's reply comes
}

// steps are all that happened, in order.
func (c *Case) steps() []step {
	var all []step
	for i := range c.Moves {
		all = append(all, step{turn: c.Moves[i].Turn, move: &c.Moves[i]})
	}
	for i := range c.Calls {
		call := &c.Calls[i]
		if call.Came != nil {
			all = append(all, step{turn: call.Came.Turn, call: call})
		}
		all = append(all, step{turn: call.Turn, call: call, ends: true})
	}
	slices.SortStableFunc(all, func(a, b step) int { return cmp.Compare(a.turn, b.turn) })
	return all
}

// Player does again what happened.
type Player interface {
	// Move makes a change of the world, at its time.
	Move(m *Move) error
	// Begin sends a call that will wait, at the time at which it came.
	Begin(call *Call, at time.Time) error
	// Call makes a call, or ends one that waits, at its time.
	Call(call *Call) error
}

// Play leads a player through all that happened, until it returns an error.
func (c *Case) Play(p Player) error {
	for _, s := range c.steps() {
		var err error
		switch {
		case s.move != nil:
			err = p.Move(s.move)
		case s.ends:
			err = p.Call(s.call)
		default:
			err = p.Begin(s.call, s.call.Came.Time)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
