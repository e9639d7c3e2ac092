package scenario

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// counters is a progress that costs little.
type counters struct{ ledger }

func benchEngine(b *testing.B, rules []Rule) *Engine {
	b.Helper()
	e, err := Compile(rules)
	require.NoError(b, err)
	return e
}

// perItem makes rules for one Item each.
func perItem(n int) []Rule {
	rules := make([]Rule, n)
	for i := range rules {
		rules[i] = Rule{
			Name: fmt.Sprintf("rule of item %d", i), Call: "/accounts/balance/get",
			Where: Where{"item": Is(fmt.Sprintf("item-%d", i))}, Then: Error("ITEM_LOGIN_REQUIRED"),
		}
	}
	return rules
}

func BenchmarkDecide(b *testing.B) {
	hit := call("/accounts/balance/get", factMap{"item": "item-0", "institution_id": "ins_1"})
	miss := call("/accounts/balance/get", factMap{"item": "nobody", "institution_id": "ins_1"})
	elsewhere := call("/item/get", factMap{"item": "item-0"})
	for _, n := range []int{0, 1, 1_000, 100_000} {
		e := benchEngine(b, perItem(n))
		for _, c := range []struct {
			name string
			call Call
		}{{"hit", hit}, {"miss", miss}, {"elsewhere", elsewhere}} {
			b.Run(fmt.Sprintf("rules=%d/%s", n, c.name), func(b *testing.B) {
				p := &counters{ledger{}}
				b.ReportAllocs()
				for b.Loop() {
					plan := e.Decide(c.call, p)
					plan.Commit(p)
				}
			})
		}
	}
}

// BenchmarkRateLimit is a call that passes a limit, of one Item among many that have windows.
func BenchmarkRateLimit(b *testing.B) {
	e := benchEngine(b, []Rule{{
		Call: "/accounts/balance/get", Then: Then{RateLimit: &RateLimit{Limit: math.MaxInt32, Window: Span{Duration: time.Minute}, Per: "item"}},
	}})
	for _, n := range []int{1, 10_000} {
		b.Run(fmt.Sprintf("items=%d", n), func(b *testing.B) {
			p := &counters{ledger{}}
			calls := make([]Call, n)
			for i := range calls {
				calls[i] = call("/accounts/balance/get", factMap{"item": fmt.Sprintf("item-%d", i)})
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				plan := e.Decide(calls[i%n], p)
				plan.Commit(p)
			}
		})
	}
}

func BenchmarkFate(b *testing.B) {
	byAmount := Rule{ACH: Deposit, Where: Where{"amount_cents": AtLeast(100_000)}, Then: Return("R01")}
	facts := factMap{"amount_cents": int64(5_000), "item": "item-0"}
	for name, rules := range map[string][]Rule{
		"none": nil, "calls": perItem(1_000), "one": {byAmount}, "one among calls": append(perItem(1_000), byAmount),
	} {
		e := benchEngine(b, rules)
		b.Run(name, func(b *testing.B) {
			p := &counters{ledger{}}
			b.ReportAllocs()
			for b.Loop() {
				e.Fate("deposit", facts, p)
			}
		})
	}
}

func BenchmarkAddRemove(b *testing.B) {
	for _, n := range []int{1, 1_000, 100_000} {
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			e := benchEngine(b, nil)
			for _, rule := range perItem(n) {
				require.NoError(b, e.Add(rule))
			}
			rule := perItem(1)[0]
			rule.Name, rule.Where = "one more", Where{"item": Is("x")}
			b.ReportAllocs()
			for b.Loop() {
				if err := e.Add(rule); err != nil {
					b.Fatal(err)
				}
				e.Remove(rule.Name)
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{1, 1_000} {
		text, err := Marshal(&Scenario{Rules: perItem(n)})
		require.NoError(b, err)
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				s, err := Load("bench", text)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := s.Compile(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
