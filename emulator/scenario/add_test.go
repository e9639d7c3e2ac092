package scenario

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAddAndRemove(t *testing.T) {
	t.Parallel()
	e := compiledOf(t, `
  - {name: base, call: /item/get, then: {delay: 1s}}
  - {name: rest, call: "*", then: {delay: 1s}}`)
	l, c := ledger{}, call("/item/get", factMap{"item": "i1"})
	one := func() string { return play(e, l, c, 1)[0] }
	require.Equal(t, "base", one())

	require.NoError(t, e.Add(Rule{Name: "older", Call: "/item/get", Then: Error("ITEM_LOCKED")}))
	require.Equal(t, "older", one(), "an added rule stands before the scenario's")
	require.NoError(t, e.Add(Rule{Call: "/item/*", Where: Where{"item": Is("i1")}, Times: 1, Then: Error("ITEM_LOCKED")}))
	require.Equal(t, []string{"added 2", "older", "base", "rest"}, e.Names())
	require.Equal(t, "added 2", one(), "the newest stands before all")
	require.Equal(t, "older", one(), "and is spent")

	for _, name := range []string{"base", "older"} {
		err := e.Add(Rule{Name: name, Call: "/item/get", Then: Error("ITEM_LOCKED")})
		require.ErrorContains(t, err, `a second rule is called "`+name+`"`)
	}
	require.EqualError(t, e.Add(Rule{Name: "x", Call: "/item/got", Then: Error("ITEM_LOCKED")}),
		`rule "x".call: no operation "/item/got"; did you mean "/item/get"?`)

	require.True(t, e.Remove("older"))
	require.False(t, e.Remove("older"))
	require.Equal(t, "base", one())
	require.True(t, e.Remove("base"))
	require.False(t, e.Remove("base"))
	require.Equal(t, "rest", one())
	require.True(t, e.Remove("rest"))
	require.True(t, e.Remove("added 2"))
	require.Empty(t, one())
	require.True(t, e.Empty())

	again := Rule{Name: "base", Call: "/item/get", Times: 1, Then: Error("ITEM_LOCKED")}
	require.NoError(t, e.Add(again), "the name is free again")
	require.Empty(t, one(), "its counters are the old ones")
	Forget("base", l)
	require.Equal(t, "base", one())
	require.Equal(t, []string{"base"}, e.Names())
}

// TestCloneIsAnotherWorld requires that clones share nothing that changes.
func TestCloneIsAnotherWorld(t *testing.T) {
	t.Parallel()
	e := compiledOf(t, `  - {name: base, call: /item/get, times: 1, then: {delay: 1s}}`)
	c := e.Clone()
	require.NoError(t, e.Add(Rule{Name: "mine", Call: "/item/get", Then: Error("ITEM_LOCKED")}))
	require.True(t, e.Remove("base"))
	require.Equal(t, []string{"mine"}, e.Names())
	require.Equal(t, []string{"base"}, c.Names())
	require.Equal(t, []string{"base", ""}, play(c, ledger{}, call("/item/get", nil), 2))
	done := make(chan []string)
	for range 8 {
		go func() { done <- play(e.Clone(), ledger{}, call("/item/get", nil), 2) }()
	}
	for range 8 {
		require.Equal(t, []string{"base", ""}, <-done)
	}
}

func TestAddedPatternsReachKnownRoutes(t *testing.T) {
	t.Parallel()
	e, err := Compile(nil)
	require.NoError(t, err)
	require.NoError(t, e.Add(Rule{Name: "a", Call: "/item/get", Then: Error("ITEM_LOCKED")}))
	l := ledger{}
	require.Empty(t, play(e, l, call("/auth/get", nil), 1)[0])
	require.NoError(t, e.Add(Rule{Name: "b", Call: "*", Then: Error("ITEM_LOCKED")}))
	require.Equal(t, "b", play(e, l, call("/auth/get", nil), 1)[0])
	require.True(t, e.Remove("b"))
	require.Empty(t, play(e, l, call("/auth/get", nil), 1)[0])
	require.Len(t, e.added.groups, 1, "groups that are empty are forgotten")
	var none *Engine
	require.True(t, none.Empty())
	require.Empty(t, none.Decide(call("/auth/get", nil), l).Rule)
}

func TestRoutesOfSentinel(t *testing.T) {
	t.Parallel()
	e := compiledOf(t, `
  - {name: one, call: "GET /sentinel/api/v1/transfers/achs/{id}", then: {delay: 1s}}
  - {name: all, call: /sentinel/*/cancel, then: {delay: 1s}}`)
	decide := func(method, path string) string {
		return e.Decide(Call{Method: method, Path: path}, ledger{}).Rule
	}
	require.Equal(t, "one", decide("GET", "/sentinel/api/v1/transfers/achs/{transferId}"))
	require.Empty(t, decide("GET", "/sentinel/api/v1/transfers/{transferId}"))
	require.Equal(t, "all", decide("POST", "/sentinel/api/v1/transfers/achs/{transferId}/cancel"))
	require.Empty(t, decide("POST", "/sentinel2/cancel/x"))
}
