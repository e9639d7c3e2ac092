package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// sequence gives the same numbers for the same seed.
type sequence struct{ state uint64 }

// below gives the next number from 0 to below n (the generator is splitmix64).
func (s *sequence) below(n int) int {
	s.state += 0x9e3779b97f4a7c15
	z := s.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) % uint64(n))
}

// naive is what the engine must do, in the most obvious way: all rules, one after
// another.
type naive struct {
	rules []Rule // named, in the order of asking
	progress
	began map[string]time.Time // of rules
	take  []func()             // what the call in progress takes of rate limits
}

type progress = ledger

func (n *naive) decide(c Call) (acts string, passed []string) {
	n.take = nil
	for i := range n.rules {
		r := &n.rules[i]
		if !n.matches(r, c) {
			continue
		}
		if n.over(r) {
			continue
		}
		used, met := n.Count(usedPrefix+r.Name), n.Count(metPrefix+r.Name)+1
		times := r.Times
		if times == 0 && len(r.Then.InTurn) > 0 && !r.Repeat {
			times = len(r.Then.InTurn)
		}
		if times > 0 && used >= uint64(times) {
			continue
		}
		turn := met > uint64(r.Skip) && (r.Every == 0 || (met-uint64(r.Skip))%uint64(r.Every) == 0)
		if turn && (r.Chance == 0 || n.Dice(r.Name, met) < r.Chance) && !n.room(r, c) {
			return r.Name, passed
		}
		passed = append(passed, r.Name)
	}
	return "", passed
}

// over says whether a rule has ended: the moment, or the time since the world began (or the
// rule was added).
func (n *naive) over(r *Rule) bool {
	end := r.Until.At
	if r.Until.For != (Span{}) {
		end = n.began[r.Name].Add(r.Until.For.Duration)
	}
	return !end.IsZero() && !n.Now().Before(end)
}

// room says whether a rule is a rate limit that lets the call pass, and keeps what that takes
// until the call is committed.
func (n *naive) room(r *Rule, c Call) bool {
	l := r.Then.RateLimit
	if l == nil {
		return false
	}
	key := "world"
	if l.Per == "item" {
		value, _ := c.Facts.Fact("item")
		text, _ := value.(string)
		if key = text; key == "" {
			return true
		}
	}
	b := n.Bucket(r.Name, key)
	if !n.Now().Before(b.Ends) {
		b = Bucket{Ends: n.Now().Add(l.Window.Duration)}
	}
	b.Used++
	if b.Used > uint64(l.Limit) {
		return false
	}
	n.take = append(n.take, func() { n.SetBucket(r.Name, key, b) })
	return true
}

func (n *naive) matches(r *Rule, c Call) bool {
	hit := c.Method == methodACH && slices.Contains(r.ACH.kinds(), ACH(strings.TrimPrefix(c.Path, "/")))
	for _, one := range r.Call.list() {
		if c.Method == methodACH {
			return false
		}
		hit = hit || parsePattern(one).matches(c.Method, segments(c.Path))
	}
	for fact, condition := range r.Where {
		value, there := c.Facts.Fact(fact)
		hit = hit && condition.holds(value, there)
	}
	return hit
}

// commit counts as Plan.Commit does: for a rule for which it matters how often it met.
func (n *naive) commit(acts string, passed []string) {
	for _, take := range n.take {
		take()
	}
	for _, name := range append(passed, acts) {
		for i := range n.rules {
			r := &n.rules[i]
			if r.Name == name && (r.Skip > 0 || r.Every > 1 || r.Chance > 0 && r.Chance < 1) {
				n.SetCount(metPrefix+name, n.Count(metPrefix+name)+1)
			}
		}
	}
	if acts != "" {
		n.SetCount(usedPrefix+acts, n.Count(usedPrefix+acts)+1)
	}
}

var (
	somePaths = []string{"/item/get", "/item/remove", "/auth/get", "/accounts/get", "/accounts/balance/get"}
	someCalls = []Calls{
		"*", "/item/*", "/item/get", "POST /auth/get", "/accounts/*, /item/get", "/accounts/*/get",
		"/accounts/get, /accounts/get",
	}
	someFacts  = []string{"item", "user", "amount_cents", "products", "account_mask"}
	someValues = []any{"a", "b", "0000", 5, 7.5, true, nil}
)

// someRule makes a rule of a random kind.
func someRule(dice *sequence, name string) Rule {
	pick := func(n int) int { return dice.below(n) }
	r := Rule{Name: name, Call: someCalls[pick(len(someCalls))], Then: Wait(1)}
	for range pick(3) {
		fact := someFacts[pick(len(someFacts))]
		if r.Where == nil {
			r.Where = Where{}
		}
		switch pick(6) {
		case 0:
			r.Where[fact] = Missing()
		case 1:
			r.Where[fact] = Present()
		case 2:
			if fact == "amount_cents" {
				r.Where[fact] = AtLeast(float64(pick(9)))
			}
		case 3:
			r.Where[fact] = Is(someValues[pick(len(someValues))], someValues[pick(len(someValues))])
		default:
			r.Where[fact] = Is(someValues[pick(len(someValues))])
		}
	}
	if pick(3) == 0 {
		r.Times = pick(4)
	}
	if pick(4) == 0 {
		r.Skip = pick(4)
	}
	if pick(4) == 0 {
		r.Every = pick(4)
	}
	if pick(5) == 0 {
		r.Chance = 0.5
	}
	if pick(5) == 0 {
		r.Then = Then{InTurn: []Then{Wait(1), {}, Wait(2)}}
		r.Repeat = r.Times == 0 && pick(2) == 0
	}
	r.end(pick)
	if pick(4) == 0 {
		r.toTransfers(pick)
	}
	return r
}

// end gives some rules an end, and makes some a rate limit.
func (r *Rule) end(pick func(int) int) {
	switch pick(12) {
	case 0:
		r.Until.At = monday.Add(time.Duration(pick(40)) * time.Minute)
	case 1:
		r.Until.For.Duration = time.Duration(1+pick(20)) * time.Minute
	case 2, 3:
		r.Then, r.Repeat = Then{RateLimit: &RateLimit{
			Limit: 1 + pick(3), Window: Span{Duration: time.Duration(1+pick(5)) * time.Minute}, Per: []string{"", "item"}[pick(2)],
		}}, false
	}
}

// toTransfers turns a rule about calls into one about transfers.
func (r *Rule) toTransfers(pick func(int) int) {
	r.Call, r.ACH = "", []ACH{Deposit, Withdrawal, MicroDeposit, AnyACH}[pick(4)]
	delete(r.Where, "products")
	for i := range r.Then.InTurn {
		r.Then.InTurn[i] = []Then{Return("R01"), Reject("NSF"), Correct("C01"), Stay("PENDING"), {}}[pick(5)]
	}
	if len(r.Then.InTurn) == 0 {
		r.Then = Return("R02").In(Span{BankingDays: 1})
	}
}

func someCall(dice *sequence) Call {
	facts := factMap{}
	for _, fact := range someFacts {
		switch dice.below(4) {
		case 0:
			facts[fact] = []string{"a", fmt.Sprint(dice.below(9))}
		case 1:
			facts[fact] = int64(dice.below(9))
		case 2:
			facts[fact] = someValues[dice.below(len(someValues))]
		}
	}
	if dice.below(4) == 0 {
		return Call{Method: methodACH, Path: "/" + []string{"deposit", "withdrawal", "micro_deposit"}[dice.below(3)], Facts: facts}
	}
	return call(somePaths[dice.below(len(somePaths))], facts)
}

// TestEngineAgreesWithNaive plays random calls on random rules, some of which come and go
// on the way and some calls of which are not committed.
func TestEngineAgreesWithNaive(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		dice := &sequence{seed}
		var rules []Rule
		for i := range dice.below(12) {
			rules = append(rules, someRule(dice, fmt.Sprintf("r%d", i)))
		}
		e, err := Compile(rules)
		require.NoError(t, err)
		n, l := &naive{rules: rules, progress: ledger{}, began: map[string]time.Time{}}, ledger{}
		for _, r := range rules {
			n.began[r.Name] = l.Now()
		}
		e.Begin(l)
		for step := range 60 {
			switch dice.below(12) {
			case 2, 3:
				l["now"] += uint64(dice.below(120)) * uint64(time.Second)
				n.progress["now"] = l["now"]
			case 0:
				r := someRule(dice, fmt.Sprintf("s%d", step))
				require.NoError(t, e.Add(r))
				e.BeginRule(r.Name, l)
				n.began[r.Name] = l.Now()
				n.rules = append([]Rule{r}, n.rules...)
			case 1:
				if len(n.rules) > 0 {
					i := dice.below(len(n.rules))
					require.True(t, e.Remove(n.rules[i].Name))
					n.rules = append(append([]Rule{}, n.rules[:i]...), n.rules[i+1:]...)
				}
			}
			c := someCall(dice)
			acts, passed := n.decide(c)
			if c.Method == methodACH {
				require.Equal(t, acts, e.Fate(c.Path[1:], c.Facts, l).Rule, "seed %d step %d", seed, step)
				n.commit(acts, passed)
				require.Equal(t, n.progress, withoutEnds(l), "seed %d step %d", seed, step)
				continue
			}
			plan := e.Decide(c, l)
			require.Equal(t, acts, plan.Rule, "seed %d step %d", seed, step)
			if dice.below(4) > 0 {
				plan.Commit(l)
				n.commit(acts, passed)
			}
			require.Equal(t, n.progress, withoutEnds(l), "seed %d step %d", seed, step)
		}
		require.Equal(t, namesOf(n.rules), strings.Join(e.Names(), " "))
	}
}

// withoutEnds is a progress without what only the engine notes of rules with an until.
func withoutEnds(l ledger) ledger {
	out := maps.Clone(l)
	maps.DeleteFunc(out, func(key string, _ uint64) bool { return strings.HasPrefix(key, untilPrefix) })
	return out
}

func namesOf(rules []Rule) string {
	names := make([]string, len(rules))
	for i := range rules {
		names[i] = rules[i].Name
	}
	return strings.Join(names, " ")
}
