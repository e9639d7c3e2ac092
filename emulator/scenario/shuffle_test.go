package scenario

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// shuffledBy is the order that one use of a rule gives to n items.
func shuffledBy(t *testing.T, name string, n int, use uint64) []any {
	t.Helper()
	e := compiledOf(t, `  - {name: "`+name+`", call: /item/get, then: {patch: {shuffle: [/list]}}}`)
	p := ledger{}
	p.SetCount(usedPrefix+name, use-1)
	plan := e.Decide(call("/item/get", nil), p)
	list := make([]any, n)
	for i := range list {
		list[i] = i
	}
	body := map[string]any{"list": list}
	require.NoError(t, plan.Patch.Apply(body))
	shuffled, ok := body["list"].([]any)
	require.True(t, ok)
	return shuffled
}

// TestShuffle: all items stay, none of them at its place, and the order follows from the rule
// and the number of its use.
func TestShuffle(t *testing.T) {
	t.Parallel()
	orders := map[string]bool{}
	for use := range uint64(200) {
		got := shuffledBy(t, "a", 4, use+1)
		require.ElementsMatch(t, []any{0, 1, 2, 3}, got)
		for place, item := range got {
			require.NotEqual(t, place, item)
		}
		orders[fmt.Sprint(got)] = true
	}
	require.Len(t, orders, 6, "four items have six orders that are one cycle")
	order := shuffledBy(t, "a", 14, 3)
	require.Equal(t, order, shuffledBy(t, "a", 14, 3))
	require.NotEqual(t, order, shuffledBy(t, "a", 14, 4))
	require.NotEqual(t, order, shuffledBy(t, "b", 14, 3))
	require.Equal(t, []any{1, 0}, shuffledBy(t, "a", 2, 1))
	require.Equal(t, []any{0}, shuffledBy(t, "a", 1, 1))
	require.Empty(t, shuffledBy(t, "a", 0, 1))
}
