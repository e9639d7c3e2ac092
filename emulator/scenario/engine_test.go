package scenario

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/catalogue"
)

// ledger is a world's progress as the engine sees it.
type ledger map[string]uint64

func (l ledger) Count(key string) uint64       { return l[key] }
func (l ledger) SetCount(key string, n uint64) { l[key] = n }

// Now is where the counter "now" has moved the clock.
func (l ledger) Now() time.Time { return monday.Add(time.Duration(l["now"])) }

var monday = time.Date(2026, 1, 5, 14, 30, 0, 0, time.UTC)

func (l ledger) Bucket(rule, key string) Bucket {
	b := Bucket{Used: l["bucket:"+rule+":"+key]}
	if ends := l["ends:"+rule+":"+key]; ends != 0 {
		b.Ends = time.Unix(0, int64(ends)).UTC()
	}
	return b
}

func (l ledger) SetBucket(rule, key string, b Bucket) {
	l["bucket:"+rule+":"+key], l["ends:"+rule+":"+key] = b.Used, uint64(b.Ends.UnixNano())
}

func (l ledger) ForgetBuckets(rule string) {
	for key := range l {
		if strings.HasPrefix(key, "bucket:"+rule+":") || strings.HasPrefix(key, "ends:"+rule+":") {
			delete(l, key)
		}
	}
}

func (l ledger) Dice(key string, try uint64) float64 {
	sum := sha256.Sum256([]byte(key + strconv.FormatUint(try, 10)))
	return float64(binary.BigEndian.Uint64(sum[:])>>11) / (1 << 53)
}

// call makes a call to a path.
func call(path string, facts factMap) Call { return Call{Method: "POST", Path: path, Facts: facts} }

type factMap map[string]any

func (f factMap) Fact(name string) (any, bool) {
	value, ok := f[name]
	return value, ok
}

// play decides a number of calls, commits each, and returns the names of the rules that
// acted.
func play(e *Engine, l ledger, c Call, n int) []string {
	var names []string
	for range n {
		plan := e.Decide(c, l)
		plan.Commit(l)
		names = append(names, plan.Rule)
	}
	return names
}

func compiledOf(t *testing.T, text string) *Engine {
	t.Helper()
	s, err := Load("rules", []byte("rules:\n"+text))
	require.NoError(t, err)
	e, err := s.Compile()
	require.NoError(t, err)
	return e
}

func TestDecideCounts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rules string
		want  []string
	}{
		"no rule": {`  []`, []string{"", ""}},
		"first match wins": {`
  - {name: a, call: /item/get, then: {delay: 1s}}
  - {name: b, call: /item/get, then: {delay: 2s}}`, []string{"a", "a"}},
		"another call": {`
  - {name: a, call: /item/remove, then: {delay: 1s}}`, []string{""}},
		"spent rules fall through": {`
  - {name: a, call: /item/get, times: 2, then: {delay: 1s}}
  - {name: b, call: "/item/*", times: 1, then: {delay: 1s}}
  - {name: c, call: "*", times: 1, then: {delay: 1s}}`, []string{"a", "a", "b", "c", "", ""}},
		"skip lets pass": {`
  - {name: a, call: /item/get, skip: 2, times: 1, then: {delay: 1s}}
  - {name: b, call: POST /item/get, then: {delay: 1s}}`, []string{"b", "b", "a", "b"}},
		"every": {`
  - {name: a, call: /item/get, every: 3, then: {delay: 1s}}`, []string{"", "", "a", "", "", "a"}},
		"skip, every and times": {`
  - {name: a, call: /item/get, skip: 1, every: 2, times: 2, then: {delay: 1s}}`, []string{"", "", "a", "", "a", ""}},
		"list in turn": {`
  - {name: a, call: /item/get, then: [{delay: 1s}, pass, {delay: 3s}]}`, []string{"a", "a", "a", ""}},
		"list comes round until times": {`
  - {name: a, call: /item/get, times: 3, then: [{delay: 1s}, {delay: 2s}]}`, []string{"a", "a", "a", ""}},
		"unnamed": {`
  - {call: /item/remove, then: {delay: 1s}}
  - {call: [/item/get, "/item/*"], times: 1, then: {delay: 1s}}`, []string{"rule 2", ""}},
		"chance 1": {`
  - {name: a, call: /item/get, chance: 1, then: {delay: 1s}}`, []string{"a", "a"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := compiledOf(t, c.rules)
			require.Equal(t, c.want, play(e, ledger{}, call("/item/get", nil), len(c.want)))
		})
	}
}

func TestListInTurn(t *testing.T) {
	t.Parallel()
	delays := func(rules string, n int) []time.Duration {
		e, l := compiledOf(t, rules), ledger{}
		var got []time.Duration
		for range n {
			plan := e.Decide(call("/item/get", nil), l)
			plan.Commit(l)
			got = append(got, plan.Delay)
		}
		return got
	}
	const s = time.Second
	list := `then: [{delay: 1s}, pass, {delay: 3s}]}`
	require.Equal(t, []time.Duration{s, 0, 3 * s, 0, 0}, delays(`  - {call: /item/get, `+list, 5))
	require.Equal(t, []time.Duration{s, 0, 3 * s, s, 0}, delays(`  - {call: /item/get, times: 4, `+list, 5))
	require.Equal(t, []time.Duration{s, 0, 0, 0, 0}, delays(`  - {call: /item/get, times: 1, `+list, 5))
	require.Equal(t, []time.Duration{s, 0, 3 * s, s, 0}, delays(`  - {call: /item/get, repeat: true, `+list, 5))
}

// TestUncommittedPlanCountsNothing is the client's own fault: neither skipping, nor
// every, nor times, nor a list goes on.
func TestUncommittedPlanCountsNothing(t *testing.T) {
	t.Parallel()
	for _, rule := range []string{
		`times: 1, then: {delay: 1s}`, `skip: 1, then: {delay: 1s}`, `every: 2, then: {delay: 1s}`,
		`chance: 0.5, then: {delay: 1s}`, `then: [{delay: 1s}, {delay: 2s}]`,
	} {
		e, l := compiledOf(t, "  - {name: a, call: /item/get, "+rule+"}"), ledger{}
		first := e.Decide(call("/item/get", nil), l)
		for range 5 {
			again := e.Decide(call("/item/get", nil), l)
			require.Equal(t, first.Rule, again.Rule, rule)
			require.Equal(t, first.Delay, again.Delay, rule)
		}
		require.Empty(t, l)
	}
	var zero Plan
	l := ledger{}
	zero.Commit(l)
	require.Empty(t, l)
}

func TestChanceIsKeyed(t *testing.T) {
	t.Parallel()
	alone := compiledOf(t, `  - {name: a, call: /item/get, chance: 0.3, then: {delay: 1s}}`)
	beside := compiledOf(t, `
  - {name: other, call: /auth/get, chance: 0.5, then: {delay: 1s}}
  - {name: a, call: /item/get, chance: 0.3, then: {delay: 1s}}`)
	want := play(alone, ledger{}, call("/item/get", nil), 200)
	l := ledger{}
	var got []string
	for range 200 {
		play(beside, l, call("/auth/get", nil), 3)
		got = append(got, play(beside, l, call("/item/get", nil), 1)...)
	}
	require.Equal(t, want, got)
	acted := Used("a", l)
	require.Greater(t, acted, uint64(30))
	require.Less(t, acted, uint64(90))
}

func TestDelayRange(t *testing.T) {
	t.Parallel()
	e, l := compiledOf(t, `  - {name: a, call: /item/get, then: {delay: [100ms, 200ms]}}`), ledger{}
	seen := map[time.Duration]bool{}
	for range 50 {
		plan := e.Decide(call("/item/get", nil), l)
		plan.Commit(l)
		require.GreaterOrEqual(t, plan.Delay, 100*time.Millisecond)
		require.Less(t, plan.Delay, 200*time.Millisecond)
		seen[plan.Delay] = true
	}
	require.Greater(t, len(seen), 40)
}

func TestPlanOfEffects(t *testing.T) {
	t.Parallel()
	plan := func(then string) Plan {
		return compiledOf(t, `  - {name: a, call: "*", then: `+then+`}`).Decide(call("/auth/get", nil), ledger{})
	}
	p := plan(`{error: ITEM_LOGIN_REQUIRED, delay: 1s}`)
	require.Equal(t, "ITEM_ERROR/ITEM_LOGIN_REQUIRED", p.Error.Row.Key())
	require.Equal(t, 400, p.Error.Status)
	require.Equal(t, time.Second, p.Delay)

	p = plan(`{error: RATE_LIMIT_EXCEEDED}`)
	require.Equal(t, catalogue.RateLimit("/auth/get"), p.Error.Row)

	p = plan(`{error: {code: MISSING_FIELDS, status: 418, args: {fields: "a, b"}, display_message: x, ` +
		`documentation_url: u, extra: {causes: []}}}`)
	require.Equal(t, 418, p.Error.Status)
	require.Equal(t, "the following required fields are missing: a, b", p.Error.Message)
	require.Equal(t, "x", *p.Error.Display)
	require.Equal(t, "u", p.Error.DocURL())
	require.Equal(t, map[string]any{"causes": []any{}}, p.Error.Extra)

	p = plan(`{error: {code: ITEM_LOCKED, message: m, display_message: null}}`)
	require.Equal(t, "m", p.Error.Message)
	require.Nil(t, p.Error.Display)

	p = plan(`{error: {code: INVALID_PUBLIC_TOKEN, variant: expired}}`)
	require.Contains(t, p.Error.Message, "expired")

	p = plan(`{status: 502, body: "<html>"}`)
	require.Equal(t, 502, p.Status)
	require.Equal(t, "<html>", string(p.Body))

	p = plan(`{body: {a: "<1>"}}`)
	require.Equal(t, 200, p.Status)
	require.Equal(t, []string{"{", `  "a": "<1>"`, "}"}, strings.Split(string(p.Body), "\n"))

	p = plan(`{status: 204}`)
	require.Nil(t, p.Body)

	p = plan(`{patch: {omit: [/a]}}`)
	require.Equal(t, []string{"/a"}, p.Patch.Omit)
	require.Nil(t, p.Error)
}

// TestCodeFollowsTheOperation forces codes that stand under several types, and codes of
// other families.
func TestCodeFollowsTheOperation(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ code, path, want string }{
		{"NO_ACCOUNTS", "/accounts/get", "ITEM_ERROR/NO_ACCOUNTS"},
		{"PRODUCT_NOT_READY", "/asset_report/get", "ASSET_REPORT_ERROR/PRODUCT_NOT_READY"},
		{"PRODUCT_NOT_READY", "/transactions/get", "ITEM_ERROR/PRODUCT_NOT_READY"},
		{"CHECK_REPORT_ERROR/NO_ACCOUNTS", "/accounts/get", "CHECK_REPORT_ERROR/NO_ACCOUNTS"},
		{"1106", "/exchange_token", "1106"},
		{"ITEM_LOCKED", "/exchange_token", "ITEM_ERROR/ITEM_LOCKED"},
		{"TWEED_NOT_IMPLEMENTED", "/accounts/get", "TWEED_NOT_IMPLEMENTED"},
	} {
		rule := Rule{Call: "*", Then: Error(c.code)}
		if c.code == "1106" {
			rule.Call = Calls(c.path)
		}
		e, err := Compile([]Rule{rule})
		require.NoError(t, err, c)
		require.Equal(t, c.want, e.Decide(call(c.path, nil), ledger{}).Error.Row.Key())
		spec := ErrorSpec{Code: c.code}
		resolved, err := spec.Resolve(c.path)
		require.NoError(t, err)
		require.Equal(t, c.want, resolved.Row.Key())
	}
	spec := ErrorSpec{Code: "DATA_UNAVAILABLE"}
	_, err := spec.Resolve("/accounts/get")
	require.ErrorContains(t, err, "CHECK_REPORT_ERROR/DATA_UNAVAILABLE")
}

// TestEveryRowCanBeForced makes every row of the catalogue the error of a rule on every
// kind of path that a rule can be about.
func TestEveryRowCanBeForced(t *testing.T) {
	t.Parallel()
	for _, row := range catalogue.All() {
		if row.Family != catalogue.Plaid {
			continue
		}
		spec := ErrorSpec{Code: row.Key()}
		if row.Never != "" {
			require.Error(t, Rule{Call: "*", Then: Then{Error: &spec}}.Validate(), row.Key())
			spec.Status = 400
		}
		e, err := Compile([]Rule{{Call: "*", Then: Then{Error: &spec}}})
		require.NoError(t, err, row.Key())
		plan := e.Decide(call("/accounts/get", nil), ledger{})
		require.Equal(t, row, plan.Error.Row)
		require.NotZero(t, plan.Error.Status)
	}
}
