package api

import (
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// Fact is one resolved fact of a call, as it was when the call came.
type Fact struct {
	Name  string
	Value any
}

// Fact returns a field of the request as it was sent; where that is not there, null or an
// object, what the family resolves the name to.
func (c *Call) Fact(name string, resolve func(c *Call, name string) (any, bool)) (any, bool) {
	sent, there := c.Body.Fields[name]
	if _, object := sent.(map[string]any); sent != nil && !object {
		return sent, true
	}
	if value, ok := resolve(c, name); ok {
		return value, true
	}
	return sent, there
}

// facts let the scenario ask a family about a call.
type facts struct{ f *flight }

// Fact returns a fact by its name.
func (s facts) Fact(name string) (any, bool) {
	switch c := s.f.call; name {
	case "world":
		return c.World.Name(), true
	case "client_id":
		return c.Client.ID, c.Client.Found
	case "attempt":
		return s.f.attempt(), true
	default:
		return s.f.family.Facts(c, name)
	}
}

// attempts count the calls of an operation for what they are about.
var attempts = world.NewTable[uint64]("api.attempt", 1) // by operation and subject

// attempt is the how-manieth call of its operation for the same subject the flight is.
func (f *flight) attempt() uint64 {
	if f.tries == 0 {
		subject := ""
		if f.family.Subject != nil {
			subject = f.family.Subject(f.call)
		}
		f.counted = f.call.Op.ID + " " + subject
		n, _ := attempts.Get(f.call.World, f.counted)
		f.tries = n + 1
	}
	return f.tries
}

// countAttempt counts a call that has come to the point where rules act.
func (f *flight) countAttempt() {
	if f.family.vendor() {
		n := f.attempt()
		attempts.Put(f.call.World, f.counted, n)
	}
}

// resolve writes down what the call is about before it changes anything: a token that it
// replaces no longer leads to its Item afterwards. It is for the journal, so that a
// verification can ask later what a rule can ask now.
func (f *flight) resolve() {
	if f.Journal == nil || !f.family.vendor() || f.problem != nil {
		return
	}
	names := scenario.FactsOf(f.family.Name)
	known := make([]Fact, 0, max(0, len(names)-2))
	for _, name := range names {
		if name == "world" || name == "client_id" {
			continue // the entry has these two
		}
		if value, ok := (facts{f}).Fact(name); ok && value != nil {
			known = append(known, Fact{name, value})
		}
	}
	if len(known) > 0 {
		f.facts = known
	}
}
