package rules

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

var monday = time.Date(2026, 1, 5, 14, 30, 0, 0, time.UTC)

// base is a scenario with two rules and something of everything else.
const base = `name: base
seed: 7
given: {items: [{as: alice, institution: ins_109508}]}
rules:
  - {name: first two, call: /auth/get, times: 2, then: {error: INSTITUTION_DOWN}}
  - {name: rest, call: /auth/get, then: {error: ITEM_LOCKED}}
`

// newWorld makes a world; source is its scenario, "" for none.
func newWorld(t *testing.T, source string) *world.World {
	t.Helper()
	cfg := world.Config{Seed: 1, Clock: world.Clock{Start: monday}}
	if source != "" {
		s, err := scenario.Load("base.yaml", []byte(source))
		require.NoError(t, err)
		prepared, err := Prepare(s)
		require.NoError(t, err)
		cfg.Setup = func(w *world.World) error {
			Set(w, prepared)
			return nil
		}
	}
	w, err := world.New("w", cfg, func() time.Time { return monday })
	require.NoError(t, err)
	return w
}

type noFacts struct{}

func (noFacts) Fact(string) (any, bool) { return nil, false }

// ask decides a call and counts it, and returns the rule that acted.
func ask(w *world.World, path string) string {
	plan := Of(w).Decide(scenario.Call{Method: "POST", Path: path, Facts: noFacts{}}, Progress{w})
	plan.Commit(Progress{w})
	return plan.Rule
}

func rule(name, path string, times int) scenario.Rule {
	return scenario.Rule{Name: name, Call: scenario.Calls(path), Times: times, Then: scenario.Error("ITEM_LOGIN_REQUIRED")}
}

func names(rules []scenario.Rule) (out []string) {
	for _, r := range rules {
		out = append(out, r.Name)
	}
	return out
}

func add(t *testing.T, w *world.World, r scenario.Rule) string {
	t.Helper()
	name, err := Add(w, r)
	require.NoError(t, err)
	return name
}

func TestNoScenario(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	require.True(t, Of(w).Empty())
	require.Empty(t, ask(w, "/auth/get"))
	require.Empty(t, List(w))
	s, err := Scenario(w)
	require.NoError(t, err)
	require.Empty(t, s.Rules)
}

func TestSet(t *testing.T) {
	t.Parallel()
	w := newWorld(t, base)
	for _, want := range []string{"first two", "first two", "rest", "rest"} {
		require.Equal(t, want, ask(w, "/auth/get"))
	}
	require.Empty(t, ask(w, "/accounts/get"))
	require.Empty(t, List(w), "rules of the scenario are not added ones")
	s, err := Scenario(w)
	require.NoError(t, err)
	require.Equal(t, "base", s.Name)
	require.Equal(t, base, s.Source())
	require.Equal(t, "alice", s.Given.Items[0].As)
}

// One prepared scenario serves many worlds that do not touch each other.
func TestPreparedIsShared(t *testing.T) {
	t.Parallel()
	s, err := scenario.Load("base.yaml", []byte(base))
	require.NoError(t, err)
	prepared, err := Prepare(s)
	require.NoError(t, err)
	a, b := newWorld(t, ""), newWorld(t, "")
	Set(a, prepared)
	Set(b, prepared)
	add(t, a, rule("mine", "/accounts/get", 0))
	require.Equal(t, "mine", ask(a, "/accounts/get"))
	require.Empty(t, ask(b, "/accounts/get"))
	for range 3 {
		ask(a, "/auth/get")
	}
	require.Equal(t, "first two", ask(b, "/auth/get"))
}

// A scenario made in Go is stored as the text that says the same.
func TestPrepareGo(t *testing.T) {
	t.Parallel()
	prepared, err := Prepare(&scenario.Scenario{Name: "made in Go", Rules: []scenario.Rule{rule("", "/auth/get", 1)}})
	require.NoError(t, err)
	w := newWorld(t, "")
	Set(w, prepared)
	w.Commit()
	s, err := Scenario(w)
	require.NoError(t, err)
	require.Equal(t, "made in Go", s.Name)
	copied := reload(t, w)
	require.Equal(t, "rule 1", ask(w, "/auth/get"))
	require.Equal(t, "rule 1", ask(copied, "/auth/get"))
	require.Empty(t, ask(copied, "/auth/get"))

	_, err = Prepare(&scenario.Scenario{Rules: []scenario.Rule{rule("", "/no/such", 1)}})
	require.Error(t, err)
}

func TestAdd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, base)
	require.Equal(t, "a", add(t, w, rule("a", "/auth/get", 1)))
	require.Equal(t, "b", add(t, w, rule("b", "/auth/get", 1)))
	require.Equal(t, "added rule 3", add(t, w, rule("", "/accounts/get", 0)))
	require.Equal(t, []string{"a", "b", "added rule 3"}, names(List(w)))
	for _, want := range []string{"b", "a", "first two"} {
		require.Equal(t, want, ask(w, "/auth/get"), "the newest first, then the scenario's")
	}

	for what, r := range map[string]scenario.Rule{
		"no effect":       {Name: "x", Call: "/auth/get"},
		"no call":         {Name: "x", Then: scenario.Error("ITEM_LOCKED")},
		"unknown code":    {Name: "x", Call: "/auth/get", Then: scenario.Error("ITEM_LOKED")},
		"name is taken":   rule("a", "/item/get", 0),
		"scenario's name": rule("rest", "/item/get", 0),
	} {
		_, err := Add(w, r)
		require.Error(t, err, what)
	}
	require.Len(t, List(w), 3)
	require.Empty(t, ask(w, "/item/get"))
}

func TestRemove(t *testing.T) {
	t.Parallel()
	w := newWorld(t, base)
	add(t, w, rule("once", "/auth/get", 1))
	require.Equal(t, "once", ask(w, "/auth/get"))
	require.Equal(t, "first two", ask(w, "/auth/get"), "it is spent")
	require.True(t, Remove(w, "once"))
	require.False(t, Remove(w, "once"))
	require.False(t, Remove(w, "rest"), "a rule of the scenario is not an added one")
	require.False(t, Remove(w, "no such rule"))
	require.Empty(t, List(w))
	require.Zero(t, scenario.Used("once", Progress{w}))
	add(t, w, rule("once", "/auth/get", 1))
	require.Equal(t, "once", ask(w, "/auth/get"), "another one of that name begins anew")
}

// What is not committed is taken back, the compiled rules too.
func TestRollback(t *testing.T) {
	t.Parallel()
	w := newWorld(t, base)
	add(t, w, rule("kept", "/accounts/get", 2))
	require.Equal(t, "kept", ask(w, "/accounts/get"))
	w.Commit()

	add(t, w, rule("lost", "/item/get", 0))
	require.Equal(t, "lost", ask(w, "/item/get"))
	require.Equal(t, "kept", ask(w, "/accounts/get"))
	require.Equal(t, "first two", ask(w, "/auth/get"))
	w.Rollback()
	require.Equal(t, []string{"kept"}, names(List(w)))
	require.Empty(t, ask(w, "/item/get"))
	require.Equal(t, "kept", ask(w, "/accounts/get"), "its second use was taken back")
	require.Empty(t, ask(w, "/accounts/get"))
	require.Equal(t, "first two", ask(w, "/auth/get"))
	require.Equal(t, "first two", ask(w, "/auth/get"))
	w.Commit()

	require.True(t, Remove(w, "kept"))
	w.Rollback()
	require.Equal(t, []string{"kept"}, names(List(w)))
	add(t, w, rule("lost", "/item/get", 0))
	require.Equal(t, "lost", ask(w, "/item/get"), "the name is free again")
}

// reload makes a copy of a world by export and import, through JSON.
func reload(t *testing.T, w *world.World) *world.World {
	t.Helper()
	data, err := w.Export()
	require.NoError(t, err)
	text, err := json.Marshal(data)
	require.NoError(t, err)
	var again world.Export
	require.NoError(t, json.Unmarshal(text, &again))
	other := newWorld(t, "")
	require.NoError(t, other.Import(again))
	return other
}

func TestExportImport(t *testing.T) {
	t.Parallel()
	w := newWorld(t, base)
	add(t, w, rule("older", "/accounts/get", 1))
	add(t, w, rule("newer", "/accounts/get", 2))
	for n := range 12 { // more than ten: their order is not that of their names
		add(t, w, rule("", "/identity/get", n+1))
	}
	require.Equal(t, "first two", ask(w, "/auth/get"))
	require.Equal(t, "newer", ask(w, "/accounts/get"))
	w.Commit()
	copied := reload(t, w)
	require.Equal(t, List(w), List(copied))
	for _, each := range []*world.World{w, copied} {
		require.Equal(t, "first two", ask(each, "/auth/get"), "its second use")
		require.Equal(t, "rest", ask(each, "/auth/get"))
		require.Equal(t, "newer", ask(each, "/accounts/get"))
		require.Equal(t, "older", ask(each, "/accounts/get"))
		require.Empty(t, ask(each, "/accounts/get"))
		require.Equal(t, "added rule 14", ask(each, "/identity/get"))
		require.Equal(t, "added rule 15", add(t, each, rule("", "/item/get", 0)), "numbering goes on")
	}
	s, err := Scenario(copied)
	require.NoError(t, err)
	require.Equal(t, base, s.Source())
}

// Every form of a rule survives as a record.
func TestRuleRecords(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	for n, r := range []scenario.Rule{
		{Call: "/auth/get", Then: scenario.Error("ITEM_LOCKED"), Where: scenario.Where{
			"institution_id": scenario.Is("ins_1", "ins_2"), "amount": scenario.AtLeast(5),
		}},
		{Call: scenario.Paths("/auth/get", "/processor/*"), Skip: 1, Every: 3, Chance: 0.25, Then: scenario.Wait(time.Second)},
		{Call: "POST /item/get", Then: scenario.Then{Status: 502, Body: "<html>"}},
		{Call: "/item/get", Then: scenario.Then{Status: 200, Body: map[string]any{"a": []any{"x", nil, true}}}},
		{Call: "/item/get", Then: scenario.Then{Patch: scenario.Patch{
			Set: map[string]any{"/item/webhook": nil}, Omit: []string{"/request_id"},
		}}},
		{Call: "/item/get", Repeat: true, Then: scenario.Then{InTurn: []scenario.Then{scenario.Error("ITEM_LOCKED"), {}}}},
		{Call: "/item/get", Where: scenario.Where{"client_id": scenario.Missing()}, Then: scenario.Then{Error: &scenario.ErrorSpec{
			Code: "INTERNAL_SERVER_ERROR", Status: 503, Message: "try later", Extra: map[string]any{"causes": []any{}},
		}}},
	} {
		r.Name = fmt.Sprintf("r%d", n)
		add(t, w, r)
	}
	w.Commit()
	before, err := json.Marshal(List(w))
	require.NoError(t, err)
	after, err := json.Marshal(List(reload(t, w)))
	require.NoError(t, err)
	require.JSONEq(t, string(before), string(after))
}

// A reset goes back to the scenario: added rules and what was counted are gone.
func TestReset(t *testing.T) {
	t.Parallel()
	w := newWorld(t, base)
	add(t, w, rule("", "/accounts/get", 0))
	for range 3 {
		ask(w, "/auth/get")
	}
	w.Commit()
	require.NoError(t, w.Reset())
	require.Empty(t, List(w))
	require.Empty(t, ask(w, "/accounts/get"))
	require.Equal(t, "first two", ask(w, "/auth/get"))
	require.Equal(t, "added rule 1", add(t, w, rule("", "/accounts/get", 0)))
}

func TestProgress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	p := Progress{w}
	require.Zero(t, p.Count("k"))
	p.SetCount("k", 3)
	require.Equal(t, uint64(3), p.Count("k"))
	require.Equal(t, 1, counts.Len(w))
	p.SetCount("k", 0)
	require.Zero(t, counts.Len(w), "zero is no record")
	first := p.Dice("k", 1)
	require.InDelta(t, first, Progress{newWorld(t, base)}.Dice("k", 1), 0, "of seed, world, key and try alone")
	require.Greater(t, max(p.Dice("k", 2)-first, first-p.Dice("k", 2)), 1e-6)
}

// A record that no longer compiles is a bug that the pipeline tells, not a silent loss.
func TestBadRecords(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	sources.Put(w, sourceKey, "rules: [{call: /no/such}]")
	w.Commit()
	w.Rollback() // drops what is only in memory
	require.Panics(t, func() { Of(w) })
	_, err := Scenario(w)
	require.Error(t, err)
	sources.Put(w, sourceKey, "")
	added.Put(w, "x", Added{N: 1, Rule: scenario.Rule{Name: "x"}})
	require.Panics(t, func() { Of(w) })
}
