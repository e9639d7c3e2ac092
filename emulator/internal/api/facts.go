package api

import "tweed/emulator/internal/world"

// Facts are what can be asked about a call, as it was when the call came: before it changed
// anything, because a token that it replaces no longer leads to its Item afterwards. Rules
// ask them now, the journal's readers later.
type Facts struct {
	world, client string
	found         bool // the call carries credentials
	attempt       uint64
	about         About
	fields        map[string]any // of the request
}

// Fact returns a field of the request as it was sent; where that is not there, null or an
// object, what the name resolves to.
func (f *Facts) Fact(name string) (any, bool) {
	switch name {
	case "world":
		return f.world, true
	case "client_id":
		return f.client, f.found
	case "attempt":
		return f.attempt, f.attempt > 0
	}
	sent, there := f.fields[name]
	if _, object := sent.(map[string]any); sent != nil && !object {
		return sent, true
	}
	if f.about != nil {
		if value, ok := f.about.Fact(name); ok {
			return value, true
		}
	}
	return sent, there
}

// attempts count the calls of an operation for what they are about.
var attempts = world.NewTable[uint64]("api.attempt", 1) // by operation and subject

// look finds out what the call is about.
func (f *flight) look() {
	c := &f.call
	if !f.family.vendor() || f.problem != nil {
		return
	}
	f.facts.about = f.family.About(c)
	f.counted = c.Op.ID + " " + f.facts.about.Subject()
	n, _ := attempts.Get(c.World, f.counted)
	f.facts.attempt = n + 1
	f.facts.world, f.facts.client, f.facts.found = c.World.Name(), c.Client.ID, c.Client.Found
	f.facts.fields = c.Body.Fields
}

// countAttempt counts a call that has come to the point where rules act.
func (f *flight) countAttempt() {
	if f.family.vendor() {
		attempts.Put(f.call.World, f.counted, f.facts.attempt)
	}
}
