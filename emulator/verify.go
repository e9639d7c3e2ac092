package emulator

import (
	"tweed/emulator/internal/control"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// Verify fails the test when the world's calls are not as expected, with the calls that
// nearly matched:
//
//	w.Verify(t,
//		scenario.CallExpect{Call: "/item/public_token/exchange", Count: scenario.Exactly(1), Status: 200},
//		scenario.CallExpect{Rule: "balance needs a new login twice", Count: scenario.Exactly(2)},
//	)
func (w World) Verify(t T, calls ...scenario.CallExpect) {
	t.Helper()
	if err := w.Check(scenario.Expect{Calls: calls}); err != nil {
		t.Errorf("world %s: %v", w.name, err)
	}
}

// VerifyInOrder fails the test when the calls did not come in this order; others may lie
// between them.
func (w World) VerifyInOrder(t T, calls ...scenario.CallExpect) {
	t.Helper()
	if err := w.Check(scenario.Expect{InOrder: calls}); err != nil {
		t.Errorf("world %s: %v", w.name, err)
	}
}

// Check compares the world's calls and webhooks with Calls, InOrder and Webhooks of an expectation. The error is
// scenario.Mismatches; scenario.Problems for an expectation that is not valid. When calls
// have left the journal for want of room, that is a mismatch.
func (w World) Check(e scenario.Expect) (err error) {
	w.with(func(held *world.World) { err = control.Verify(held, w.emulator.journal, e) })
	return err
}

// Check is World.Check for the calls of all worlds, in the order in which they came.
func (e *Emulator) Check(expect scenario.Expect) error {
	engine, err := e.options.Scenario.Compile()
	if err != nil {
		return err
	}
	var sent []scenario.SeenWebhook
	for _, name := range e.worlds.Names() {
		if len(expect.Webhooks) > 0 {
			e.World(name).with(func(held *world.World) { sent = append(sent, control.Sent(held)...) })
		}
	}
	return control.VerifyAll(e.journal, expect, engine, sent)
}
