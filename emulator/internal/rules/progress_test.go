package rules

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// limitItems is a limit of one call a minute for each Item.
func limitItems() scenario.Rule {
	return scenario.Rule{Name: "l", Call: "/item/get", Then: scenario.Then{RateLimit: &scenario.RateLimit{
		Limit: 1, Window: scenario.Span{Duration: time.Minute}, Per: "item",
	}}}
}

type itemFacts string

func (f itemFacts) Fact(name string) (any, bool) { return string(f), name == "item" }

// passes says whether a call about an Item passes the limit.
func passes(w *world.World, item string) bool {
	plan := Of(w).Decide(scenario.Call{Method: "POST", Path: "/item/get", Facts: itemFacts(item)}, Progress{w})
	plan.Commit(Progress{w})
	return plan.Error == nil
}

// TestBucketsAreBounded: windows that are over are dropped in time, those that are open never.
func TestBucketsAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	add(t, w, limitItems())
	most := 0
	for minute := range 20 {
		for i := range 500 {
			require.True(t, passes(w, fmt.Sprint("item ", minute, " ", i)))
		}
		require.False(t, passes(w, fmt.Sprint("item ", minute, " 0")))
		most = max(most, buckets.Len(w))
		w.Advance(time.Minute)
	}
	require.LessOrEqual(t, most, fewBuckets)
	for i := range 5000 {
		require.True(t, passes(w, fmt.Sprint("open ", i)))
	}
	for i := range 5000 {
		require.False(t, passes(w, fmt.Sprint("open ", i)))
	}
	require.True(t, Remove(w, "l"))
	require.Zero(t, buckets.Len(w))
}

// TestBucketsOfRules: rules do not share windows, whatever they are called.
func TestBucketsOfRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	p := Progress{w}
	one := scenario.Bucket{Ends: w.Now().Add(time.Hour), Used: 1}
	p.SetBucket("a", `" b`, one)
	p.SetBucket(`a" "`, "b", scenario.Bucket{Ends: one.Ends, Used: 2})
	require.Equal(t, one, p.Bucket("a", `" b`))
	require.Zero(t, p.Bucket("b", `" b`))
	p.ForgetBuckets(`a" "`)
	require.Equal(t, one, p.Bucket("a", `" b`))
	require.Equal(t, 1, buckets.Len(w))
}

// TestUntilIsRecorded: where a rule ends stays with the world: over an export and a rollback.
func TestUntilIsRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "rules: [{name: base, call: /auth/get, until: 1h, then: {error: ITEM_LOCKED}}]")
	w.Advance(30 * time.Minute)
	late := rule("late", "/auth/get", 0)
	late.Until.For.Duration = time.Hour
	add(t, w, late)
	w.Commit()
	export, err := w.Export()
	require.NoError(t, err)
	other := newWorld(t, "")
	require.NoError(t, other.Import(export))
	w.Rollback()
	for _, one := range []*world.World{w, other} {
		require.True(t, Remove(one, "late"))
		require.Equal(t, "base", ask(one, "/auth/get"))
		add(t, one, late)
		one.Commit()
		one.Advance(30 * time.Minute)
		require.True(t, Remove(one, "late"))
		require.Empty(t, ask(one, "/auth/get"), "the world began an hour ago")
		add(t, one, late)
		one.Commit()
		one.Advance(time.Hour - 1)
		require.Equal(t, "late", ask(one, "/auth/get"))
		one.Advance(1)
		require.Empty(t, ask(one, "/auth/get"))
	}
}
