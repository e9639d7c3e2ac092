package emulator_test

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/scenario"
	"tweed/scenarios"
)

// answers calls /item/get so often and names each answer: ok, an error's code, or a status
// with the text behind it.
func (f *faults) answers(n int) string {
	f.t.Helper()
	all := make([]string, n)
	for i := range all {
		got, err := f.try(http.MethodPost, "/item/get", f.token.json())
		switch {
		case err != nil:
			all[i] = "lost"
		case got.text("error_code") != "":
			all[i] = got.text("error_code")
		case got.at("item", "item_id") == nil:
			all[i] = strconv.Itoa(got.Status) + " " + strings.Join(strings.Fields(got.Body), "")
		default:
			all[i] = "ok"
		}
	}
	return strings.Join(all, ", ")
}

// rule adds a rule as a file has it, over the control API.
func (f *faults) rule(text string) {
	f.t.Helper()
	got := f.control("POST", "rules", text)
	require.Equal(f.t, http.StatusOK, got.Status, got.Body)
}

// TestEffects: what rules do to calls, over TCP.
func TestEffects(t *testing.T) {
	t.Parallel()
	f := newFaults(t)
	for rule, want := range map[string]string{
		"times: 2, then: {error: ITEM_LOCKED}":                                                               "ITEM_LOCKED, ITEM_LOCKED, ok, ok",
		"skip: 1, times: 1, then: {error: ITEM_LOCKED}":                                                      "ok, ITEM_LOCKED, ok, ok",
		"every: 2, then: {error: ITEM_LOCKED}":                                                               "ok, ITEM_LOCKED, ok, ITEM_LOCKED",
		"skip: 1, every: 2, times: 1, then: {error: ITEM_LOCKED}":                                            "ok, ok, ITEM_LOCKED, ok",
		"chance: 1, then: {error: ITEM_LOCKED}":                                                              "ITEM_LOCKED, ITEM_LOCKED, ITEM_LOCKED, ITEM_LOCKED",
		"then: [{error: ITEM_LOCKED}, pass, {status: 502, body: down}]":                                      "ITEM_LOCKED, ok, 502 down, ok",
		"repeat: true, then: [{error: ITEM_LOCKED}, pass]":                                                   "ITEM_LOCKED, ok, ITEM_LOCKED, ok",
		"times: 3, then: [{error: ITEM_LOCKED}, pass]":                                                       "ITEM_LOCKED, ok, ITEM_LOCKED, ok",
		"times: 1, then: {body: {a: [1, 2.50], b: null}}":                                                    `200 {"a":[1,2.50],"b":null}, ok, ok, ok`,
		"times: 1, then: {status: 204}":                                                                      "204 , ok, ok, ok",
		"times: 1, then: {status: 503, body: <h1>down</h1>}":                                                 "503 <h1>down</h1>, ok, ok, ok",
		"times: 1, then: {patch: {set: {/item/item_id: null}, omit: [/item, /status, /request_id]}}":         "200 {}, ok, ok, ok",
		"times: 1, then: {patch: {set: {/item: [1, 2], /status: 3}, omit: [/request_id], shuffle: [/item]}}": `200 {"item":[2,1],"status":3}, ok, ok, ok`,
		"then: [{fault: reset}, {fault: empty}, pass, {fault: truncate}]":                                    "lost, lost, ok, lost",
		"then: {rate_limit: {limit: 2, window: 1m, per: item}}":                                              "ok, ok, ITEM_GET_LIMIT, ITEM_GET_LIMIT",
		"times: 1, then: {rate_limit: {limit: 1, window: 1m, error: ITEM_LOCKED}}":                           "ok, ITEM_LOCKED, ok, ok",
		"where: {item_alias: alice}, then: {error: ITEM_LOCKED}":                                             "ok, ok, ok, ok",
		"until: 0h1m, then: {error: {code: ITEM_LOCKED, status: 418, message: no}}":                          "ITEM_LOCKED, ITEM_LOCKED, ITEM_LOCKED, ITEM_LOCKED",
	} {
		f.rule("{name: one, call: /item/get, " + rule + "}")
		require.Equal(t, want, f.answers(4), rule)
		require.Equal(t, http.StatusOK, f.control("DELETE", "rules/one", "").Status)
	}
	require.Equal(t, "ok", f.answers(1))
}

// TestChanceAndDelayAreDice: with the same seed the dice fall the same, with another seed not.
func TestChanceAndDelayAreDice(t *testing.T) {
	t.Parallel()
	play := func(seed uint64) string {
		f := newFaults(t, emulator.Options{Seed: seed})
		f.rule("{name: dice, call: /item/get, chance: 0.5, then: {error: ITEM_LOCKED}}")
		return f.answers(24)
	}
	first := play(1)
	require.Equal(t, first, play(1))
	require.NotEqual(t, first, play(2))
	require.InDelta(t, 12, strings.Count(first, "ITEM_LOCKED"), 8)
}

// TestDelayRange: a reply is held back by a time between the two.
func TestDelayRange(t *testing.T) {
	t.Parallel()
	f := newFaults(t)
	f.rule("{call: /item/get, then: {delay: [20ms, 40ms]}}")
	for range 3 {
		begin := time.Now()
		f.ok("/item/get", f.token)
		require.GreaterOrEqual(t, time.Since(begin), 20*time.Millisecond)
	}
}

// TestHeaders: the headers of one request do what a rule does, alone and together. No rule is
// asked beside them, and none is used up.
func TestRequestHeaders(t *testing.T) {
	t.Parallel()
	f := newFaults(t)
	f.rule("{name: once, call: /item/get, times: 1, then: {error: ITEM_LOCKED}}")
	const held = 20 * time.Millisecond
	for _, test := range []struct {
		headers []string
		rule    string
		status  int // 0 = none came
		code    string
		err     error
		slow    bool
	}{
		{[]string{"Tweed-Delay", "20ms"}, "header Tweed-Delay", 200, "", nil, true},
		{[]string{"Tweed-Delay", "[20ms, 25ms]"}, "header Tweed-Delay", 200, "", nil, true},
		{
			[]string{"Tweed-Delay", "20ms", "Tweed-Error", "INSTITUTION_DOWN"},
			"header Tweed-Error, header Tweed-Delay", 400, "INSTITUTION_DOWN", nil, true,
		},
		{[]string{"Tweed-Fault", "truncate"}, "header Tweed-Fault", 0, "", io.ErrUnexpectedEOF, false},
		{
			[]string{"Tweed-Fault", "garbage", "Tweed-Error", "INSTITUTION_DOWN; status=503"},
			"header Tweed-Error, header Tweed-Fault", 503, "", nil, false,
		},
		{
			[]string{"Tweed-Fault", "empty", "Tweed-Error", "INSTITUTION_DOWN", "Tweed-Delay", "20ms"},
			"header Tweed-Error, header Tweed-Delay, header Tweed-Fault", 0, "", io.EOF, true,
		},
	} {
		begin := time.Now()
		got, err := f.try(http.MethodPost, "/item/get", f.token.json(), test.headers...)
		require.ErrorIs(t, err, test.err, test.rule)
		require.Equal(t, test.status, got.Status, test.rule)
		require.Equal(t, test.code, got.text("error_code"), test.rule)
		require.Equal(t, test.rule, f.last().Rule)
		if test.err == nil {
			require.Equal(t, test.rule, got.Header.Get("Tweed-Rule"))
		}
		if test.slow {
			require.GreaterOrEqual(t, time.Since(begin), held, test.rule)
		}
	}
	require.Equal(t, "ITEM_LOCKED, ok", f.answers(2), "the rule has waited")
}

// TestRequestHeadersRefused: a header that says nothing is Tweed's own 400 with what would be
// right, and the operation does not run.
func TestRequestHeadersRefused(t *testing.T) {
	t.Parallel()
	f := newFaults(t)
	public := fields{"public_token": f.publicToken()}
	for _, test := range []struct{ name, value, message string }{
		{"Tweed-Delay", "300", `header Tweed-Delay: "300" has no unit; write for example 300ms or 300s`},
		{"Tweed-Delay", "soon", `header Tweed-Delay: "soon" is no time; write for example 300ms, 2s, 1h30m`},
		{"Tweed-Delay", "[2s, 1s]", "header Tweed-Delay: 1s is shorter than 2s; write [shortest, longest]"},
		{"Tweed-Delay", "[1s]", "header Tweed-Delay: a delay is one time or two; write 300ms, or [100ms, 2s]"},
		{"Tweed-Delay", "0s", "header Tweed-Delay: the delay is 0; remove it"},
		{"Tweed-Fault", "rest", `header Tweed-Fault: "rest" is no fault; did you mean "reset"?`},
		{"Tweed-Fault", "{kind: garbage, done: true}", "header Tweed-Fault: done stands beside garbage; garbage damages the answer"},
		{"Tweed-Fault", "{", "header Tweed-Fault: a bracket is not closed"},
	} {
		for path, body := range map[string]fields{"/item/public_token/exchange": public, "/legit/api/v1/cc/token": {}, "/exchange_token": {}} {
			got := f.post(path, body, test.name, test.value)
			require.Equal(t, http.StatusBadRequest, got.Status)
			require.Equal(t, "TWEED_ERROR/TWEED_BAD_REQUEST", got.key())
			require.Contains(t, got.text("error_message"), test.message)
		}
	}
	got := f.post("/item/get", nil, "Tweed-Error", "ITEM_LOKED", "Tweed-Delay", "1ms")
	require.Equal(t, "TWEED_ERROR/TWEED_UNKNOWN_ERROR_CODE", got.key())
	f.ok("/item/public_token/exchange", public)
	require.Equal(t, http.StatusOK, f.get("/_tweed/health", "Tweed-Delay", "soon").Status)
}

// TestUntil: a rule ends on the world's clock: at a moment, so long after the world began, or
// so long after it was added; a reset begins anew.
func TestUntil(t *testing.T) {
	t.Parallel()
	s, err := scenario.Load("until", []byte(`
rules:
  - {name: moment, call: /item/get, until: 2026-01-05T10:30:00-05:00, then: {error: ITEM_LOCKED}}
  - {name: span, call: /item/get, until: 2h, then: {error: ITEM_NOT_SUPPORTED}}
  - {name: days, call: /item/get, until: 2 banking days, then: {error: NO_ACCOUNTS}}
`))
	require.NoError(t, err)
	f := newFaults(t, emulator.Options{Scenario: s})
	for range 2 {
		for _, one := range []struct {
			after time.Duration
			want  string
		}{
			{0, "ITEM_LOCKED"},
			{time.Hour - time.Second, "ITEM_LOCKED"},
			{time.Second, "ITEM_NOT_SUPPORTED"},
			{time.Hour, "NO_ACCOUNTS"},
			{46*time.Hour - time.Second, "NO_ACCOUNTS"},
			{time.Second, "ok"},
		} {
			f.w.Advance(one.after)
			require.Equal(t, one.want, f.answers(1), f.w.Now())
		}
		f.rule("{name: added, call: /item/get, until: 2h, then: {error: ITEM_LOCKED}}")
		f.w.Advance(2*time.Hour - time.Second)
		require.Equal(t, "ITEM_LOCKED", f.answers(1))
		saved := f.control("GET", "export", "").Body
		f.w.Advance(time.Second)
		require.Equal(t, "ok", f.answers(1))
		require.Equal(t, http.StatusOK, f.control("POST", "import", saved).Status)
		require.Equal(t, "ITEM_LOCKED", f.answers(1), "the export knows when the rule was added")
		f.w.Advance(time.Second)
		require.Equal(t, "ok", f.answers(1))

		require.NoError(t, f.w.Reset())
		f.token = fields{"access_token": f.accessToken()}
	}
}

// TestRateLimitExact: of many calls at once just so many pass, whoever sends them, and again in
// the next window.
func TestRateLimitExact(t *testing.T) {
	t.Parallel()
	const limit, clients, each = 100, 8, 50
	f := newFaults(t)
	f.rule(fmt.Sprintf("{name: l, call: /item/get, then: {rate_limit: {limit: %d, window: 1m, per: item}}}", limit))
	for range 2 {
		counts := make(chan map[string]int, clients)
		for range clients {
			go func() {
				count := map[string]int{}
				for range each {
					got, err := f.try(http.MethodPost, "/item/get", f.token.json())
					count[fmt.Sprint(got.Status, " ", got.text("error_code"), " ", err)]++
					// the client's own faults do not count
					if _, err := f.try(http.MethodPost, "/item/get", strings.Replace(f.token.json(), "}", `,"x":1}`, 1)); err != nil {
						count[err.Error()]++
					}
				}
				counts <- count
			}()
		}
		total := map[string]int{}
		for range clients {
			for name, n := range <-counts {
				total[name] += n
			}
		}
		require.Equal(t, map[string]int{"200  <nil>": limit, "429 ITEM_GET_LIMIT <nil>": clients*each - limit}, total)

		// the window began with its first call; what was refused has not drawn it out
		f.w.Advance(time.Minute - time.Nanosecond)
		require.Equal(t, "ITEM_GET_LIMIT", f.answers(1))
		other := fields{"access_token": f.accessToken()}
		f.ok("/item/get", other)
		saved := f.control("GET", "export", "").Body
		require.Equal(t, http.StatusOK, f.control("POST", "import", saved).Status)
		require.Equal(t, "ITEM_GET_LIMIT", f.answers(1), "the windows are a part of the world")
		f.w.Advance(time.Nanosecond)
	}
	require.NoError(t, f.w.Reset())
	require.NotContains(t, f.control("GET", "export", "").Body, "scenario.bucket")
}

// TestRateLimitPerClient: two clients of one world do not share their windows.
func TestRateLimitPerClient(t *testing.T) {
	t.Parallel()
	f := newFaults(t)
	f.rule("{call: /accounts/balance/get, then: {rate_limit: {limit: 1, window: 1m, per: client}}}")
	for _, id := range []string{"5f9a1b2c3d4e5f6071829304", "5f9a1b2c3d4e5f6071829305"} {
		public := f.ok("/sandbox/public_token/create", fields{
			"institution_id": platypus, "initial_products": []string{"auth"},
		}, "PLAID-CLIENT-ID", id).text("public_token")
		made := f.ok("/item/public_token/exchange", fields{"public_token": public}, "PLAID-CLIENT-ID", id)
		f.token = fields{"access_token": made.text("access_token")}
		f.ok("/accounts/balance/get", f.token, "PLAID-CLIENT-ID", id)
		f.refused(429, "RATE_LIMIT_EXCEEDED/ACCOUNTS_BALANCE_GET_LIMIT", "/accounts/balance/get", f.token, "PLAID-CLIENT-ID", id)
	}
}

// TestSandboxLimits: the shipped scenario has every limit of the Sandbox that is known, with
// its code.
func TestSandboxLimits(t *testing.T) {
	t.Parallel()
	text, ok := scenarios.Find("plaid-sandbox-limits")
	require.True(t, ok)
	s, err := scenario.Load("plaid-sandbox-limits", text)
	require.NoError(t, err)
	written := map[string]int{}
	for _, r := range s.Rules {
		l := r.Then.RateLimit
		require.NotNil(t, l, r.Name)
		require.Equal(t, scenario.Span{Duration: time.Minute}, l.Window)
		require.Nil(t, l.Error, "the endpoint's own")
		written[string(r.Call)+" "+l.Per] = l.Limit
	}
	known := map[string]int{}
	for _, l := range catalogue.Limits() {
		if l.PerItem > 0 {
			known[l.Path+" item"] = l.PerItem
		}
		if l.PerClient > 0 {
			known[l.Path+" client"] = l.PerClient
		}
	}
	require.Equal(t, known, written)
}
