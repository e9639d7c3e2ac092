package scenario

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDecideAllocatesNothing: a call that no rule matches costs no memory, whatever rules there
// are. It runs alone, because others would be counted.
func TestDecideAllocatesNothing(t *testing.T) {
	rules := append(perItem(1_000), Rule{
		Call: "/accounts/*", Where: Where{"user": Is("u")}, Then: Then{RateLimit: &RateLimit{Limit: 1, Window: Span{BankingDays: 1}}},
	}, Rule{
		Call: "*", Where: Where{"institution_id": Is("ins_2")}, Until: Until{For: Span{BankingDays: 1}}, Then: Break(Reset),
	})
	e, err := Compile(rules)
	require.NoError(t, err)
	var p Progress = ledger{}
	for name, c := range map[string]Call{
		"another item": call("/accounts/balance/get", factMap{"item": "nobody", "user": "v", "institution_id": "ins_1"}),
		"no facts":     call("/accounts/balance/get", nil),
		"another call": call("/item/get", factMap{"item": "item-0"}),
	} {
		e.Decide(c, p) // the way of a route is found once
		require.Zero(t, testing.AllocsPerRun(100, func() {
			plan := e.Decide(c, p)
			plan.Commit(p)
		}), name)
	}
}
