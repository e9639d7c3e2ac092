package control

import (
	"fmt"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/rules"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

var errVerify = catalogue.Must(catalogue.Tweed, "TWEED_NOT_VERIFIED")

// Verify compares the calls of a world, which is taken, with an expectation: nil, or
// scenario.Mismatches. An expectation that is not valid is scenario.Problems. When the
// journal no longer has all calls of the world, nothing is verified.
func Verify(w *world.World, j *api.Journal, e scenario.Expect) error {
	var sent []scenario.SeenWebhook
	if len(e.Webhooks) > 0 {
		sent = Sent(w)
	}
	return compare(j, w.Name(), "world "+w.Name(), e, rules.Of(w), sent)
}

// VerifyAll is Verify for the calls of all worlds, in the order in which they came, and what
// they sent. The engine tells why rules of the scenario, which each world has for its own, did
// not act.
func VerifyAll(j *api.Journal, e scenario.Expect, engine *scenario.Engine, sent []scenario.SeenWebhook) error {
	return compare(j, "", "all worlds", e, engine, sent)
}

// Sent are the webhooks of a world, which is taken, for a verification.
func Sent(w *world.World) []scenario.SeenWebhook {
	var sent []scenario.SeenWebhook
	for _, m := range w.Outbox() {
		sent = append(sent, scenario.SeenWebhook{
			World: w.Name(), N: m.N, Name: m.Name, Target: m.Target, Rule: m.Rule, Dropped: m.State == world.Dropped,
			Body: m.Body, Facts: world.Facts(m.About),
		})
	}
	return sent
}

// compare compares calls with what is expected of them, if anything is, then webhooks.
func compare(
	j *api.Journal, world, whose string, e scenario.Expect, engine *scenario.Engine, sent []scenario.SeenWebhook,
) error {
	if err := e.Validate(); err != nil {
		return err
	}
	var wrong scenario.Mismatches
	if len(e.Calls)+len(e.InOrder) > 0 {
		wrong = compareCalls(j, world, whose, e, engine)
	}
	if wrong = append(wrong, e.VerifyWebhooks(sent)...); len(wrong) > 0 {
		return wrong
	}
	return nil
}

func compareCalls(
	j *api.Journal, world, whose string, e scenario.Expect, engine *scenario.Engine,
) scenario.Mismatches {
	if j.Off() {
		return scenario.Mismatches{{Text: "the journal is switched off: there are no calls to verify"}}
	}
	entries, gone := j.Read(api.Filter{World: world})
	if gone > 0 {
		return scenario.Mismatches{{Text: fmt.Sprintf("%d calls of %s have left the journal for want of room: "+
			"they cannot be verified; make it larger (--journal-bytes, Options.JournalBytes)", gone, whose)}}
	}
	seen := make([]scenario.Seen, len(entries))
	for i := range entries {
		c := &entries[i]
		seen[i] = scenario.Seen{
			World: c.World, N: c.N, Method: c.Method, Path: c.Path, Route: c.Route, Status: c.Status, Code: c.Code,
			Type: c.Type, Rules: c.Rules(), Passed: c.Passed, Facts: c,
		}
	}
	return e.Verify(seen, engine)
}

type verifiedBody struct {
	Verified bool `json:"verified"`
}

// verify compares the world's calls and webhooks with calls, in_order and webhooks of the body. Errors, in order
// of checking: TWEED_BAD_REQUEST for a body that is not right, TWEED_NOT_VERIFIED with the
// differences.
func (a *API) verify(c *api.Call) (any, error) {
	e, err := scenario.ParseExpect(c.Body.Raw)
	if err == nil {
		err = Verify(c.World, a.Journal, e)
	}
	switch wrong := err.(type) { //nolint:errorlint // Verify wraps nothing
	case nil:
		return verifiedBody{true}, nil
	case scenario.Mismatches:
		refused := errVerify.New("world", c.World.Name(), "text", wrong.Error())
		refused.Extra = map[string]any{"verified": false, "mismatches": wrong}
		return nil, refused
	}
	return nil, errBad.New("text", "the verification cannot be used: "+err.Error())
}
