package emulator

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/control"
	"tweed/emulator/internal/plaid"
	"tweed/emulator/internal/rules"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// World is a handle on one world. Values come back, never pointers into it.
type World struct {
	emulator *Emulator
	name     string
}

// World returns a handle on the world with this name; it is made when it is first used.
// Names have 1 to 128 printable characters without spaces; a bad name panics.
func (e *Emulator) World(name string) World {
	if err := api.CheckWorldName(name); err != nil {
		panic("emulator: " + err.Error())
	}
	return World{emulator: e, name: name}
}

// with runs f while the world is held. It panics when there are too many worlds, which in
// a test is a mistake of the test.
func (w World) with(f func(*world.World)) {
	held, err := w.emulator.worlds.Take(w.name, false)
	if err != nil {
		panic("emulator: " + err.Error())
	}
	defer held.Give()
	f(held)
	held.Commit()
}

// Name returns the world's name.
func (w World) Name() string { return w.name }

// ClientID returns a client_id, or user name, that leads into this world: id@name.
func (w World) ClientID(id string) string { return id + "@" + w.name }

// Now returns the world's time.
func (w World) Now() (now time.Time) {
	w.with(func(held *world.World) { now = held.Now() })
	return now
}

// Advance moves the world's clock forward by d. Events that become due run in order of
// time, each at its own instant, before Advance returns; webhooks that are due are delivered
// before the clock moves on from theirs, and a receiver may call meanwhile. Of an Advance within
// another one of the same world, as by a receiver, the outer one delivers.
func (w World) Advance(d time.Duration) {
	w.with(func(held *world.World) {
		held.Advance(d)
		control.ClockMove(held)
	})
}

// AdvanceBankingDays moves the clock forward by banking days of the Federal Reserve,
// keeping the time of day in New York.
func (w World) AdvanceBankingDays(days int) {
	w.with(func(held *world.World) {
		t, err := control.After(held.Now(), fmt.Sprintf("%d banking days", days))
		if err != nil {
			panic("emulator: " + err.Error())
		}
		held.AdvanceTo(t)
		control.ClockMove(held)
	})
}

// Rule adds a rule and returns a function that takes it away. Added rules are asked before
// those of the scenario. It panics with what is wrong if the rule is not valid.
func (w World) Rule(rule scenario.Rule) (remove func()) {
	w.with(func(held *world.World) {
		name, err := rules.Add(held, rule)
		if err != nil {
			panic("emulator: " + err.Error())
		}
		rule.Name = name
		control.RuleMove(held, rule)
	})
	return func() {
		w.with(func(held *world.World) {
			if rules.Remove(held, rule.Name) {
				control.RuleRemoved(held, rule.Name)
			}
		})
	}
}

// Scenario starts the world again under another scenario. Its calls leave the journal.
func (w World) Scenario(s *scenario.Scenario) error {
	cfg, err := w.emulator.config(s)
	if err != nil {
		return err
	}
	return w.anew(func(held *world.World) error { return held.Restart(cfg) })
}

// Reset returns the world to its seed. Its calls leave the journal.
func (w World) Reset() error { return w.anew((*world.World).Reset) }

// anew starts the world again and forgets its calls. On an error both stay.
func (w World) anew(start func(*world.World) error) (err error) {
	w.with(func(held *world.World) {
		if err = start(held); err == nil {
			w.emulator.journal.Clear(w.name)
		}
	})
	return err
}

// Item is an Item as a test sees it.
type Item struct {
	Alias       string // its name in the scenario's "given", "" if it was linked by a call
	ItemID      string
	Institution string // institution_id
	User        string // the user name that it was linked with
	AccessToken string // "" before the exchange
	Products    []string
	Error       string // TYPE/CODE of the state it is in, "" if it is healthy
	Removed     bool
	Accounts    []Account
}

// Account is an account of an Item.
type Account struct{ ID, Name, Mask, Type, Subtype string }

// Items returns the world's Items, in the order of their ids.
func (w World) Items() (out []Item) {
	w.with(func(held *world.World) {
		for _, v := range plaid.Items(held) {
			item := Item{
				Alias: v.Alias, ItemID: v.ItemID, Institution: v.Institution, User: v.User,
				AccessToken: v.AccessToken, Products: slices.Clone(v.Products), Error: v.Error, Removed: v.Removed,
			}
			for _, a := range v.Accounts {
				item.Accounts = append(item.Accounts, Account(a))
			}
			out = append(out, item)
		}
	})
	return out
}

// Call is one request and its reply, from the journal. Secrets are taken out.
type Call struct {
	World     string
	N         uint64 // number within the world, from 1
	Time      time.Time
	Method    string
	Base      string // where the caller reached Tweed, for example https://sandbox.plaid.com
	Path      string
	Route     string // the path as the contract has it: what varies stands in braces
	Operation string // the vendor's operation id
	Client    string // client_id or user name
	Status    int    // 0 when no status line went out
	Fault     string // what a rule did to the reply on the wire (scenario.FaultKind), "" if none did
	Code      string // the error's code, "" on success
	Type      string // the error's type
	Rule      string // the rule that changed the reply, "" if none did
	Family    string // plaid, legacy, legit, sentinel, ale
	Query     string
	Sent      http.Header // headers of the request
	Request   []byte
	Reply     []byte

	entry *api.Entry
}

// Fact returns what a rule's where could ask about the call when it came: institution_id,
// item_alias, attempt, a field of the request. It says false when the call has no such
// fact.
func (c Call) Fact(name string) (value any, ok bool) {
	if c.entry == nil {
		return nil, false
	}
	return c.entry.Fact(name)
}

// Calls returns the world's calls that are still in the journal, oldest first.
func (w World) Calls() []Call { return w.emulator.calls(api.Filter{World: w.name}) }

// Calls returns the calls of all worlds that are still in the journal, oldest first.
func (e *Emulator) Calls() []Call { return e.calls(api.Filter{}) }

// CallCount returns how many calls of the vendors' APIs came to all worlds since the start,
// whatever left the journal since.
func (e *Emulator) CallCount() uint64 { return e.journal.Count() }

func (e *Emulator) calls(f api.Filter) []Call {
	entries, _ := e.journal.Read(f)
	out := make([]Call, len(entries))
	for i := range entries {
		entry := &entries[i]
		out[i] = Call{
			World: entry.World, N: entry.N, Time: entry.Time, Method: entry.Method, Base: entry.Base, Path: entry.Path,
			Route: entry.Route, Operation: entry.Op, Client: entry.Client, Status: entry.Status,
			Fault: entry.Fault, Code: entry.Code, Type: entry.Type, Rule: entry.Rule, Family: entry.Family, Query: entry.Query,
			Sent: entry.Sent, Request: entry.Request, Reply: bytes.Clone(entry.Reply), entry: entry,
		}
	}
	return out
}
