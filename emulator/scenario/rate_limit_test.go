package scenario

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/catalogue"
)

// rateLimited plays calls at moments, in seconds since the world began, and returns those that
// were refused.
func rateLimited(e *Engine, l ledger, c Call, seconds ...int) (refused []int) {
	for _, s := range seconds {
		l["now"] = uint64(time.Duration(s) * time.Second)
		plan := e.Decide(c, l)
		plan.Commit(l)
		if plan.Error != nil {
			refused = append(refused, s)
		}
	}
	return refused
}

// TestRateLimitWindow: a window begins with its first call, ends when its time is over, and is
// not drawn out by calls that are refused.
func TestRateLimitWindow(t *testing.T) {
	t.Parallel()
	e := compiledOf(t, "  - {name: r, call: /item/get, then: {rate_limit: {limit: 2, window: 1m}}}")
	c, l := call("/item/get", nil), ledger{}
	require.Equal(t, []int{11, 59, 69}, rateLimited(e, l, c, 10, 10, 11, 59, 69, 70, 70), "from 10 to before 70")
	require.Equal(t, []int{71, 129}, rateLimited(e, l, c, 71, 129, 130, 200, 259), "then from 70, from 130, from 200")
	require.Equal(t, []int{259}, rateLimited(e, l, c, 259))
	require.EqualValues(t, 6, Used("r", l), "its uses are what it refuses")
	Forget("r", l)
	require.Equal(t, ledger{"now": l["now"], "used:r": 0}, l)
}

// TestRateLimitPer: each item and each client has windows of its own; a call without the fact
// has none.
func TestRateLimitPer(t *testing.T) {
	t.Parallel()
	for per, fact := range map[string]string{"item": "item", "client": "client_id"} {
		e := compiledOf(t, "  - {name: r, call: [/item/get, /auth/get], then: {rate_limit: {limit: 1, window: 1m, per: "+per+"}}}")
		l := ledger{}
		a, b, none := call("/item/get", factMap{fact: "a"}), call("/item/get", factMap{fact: "b"}), call("/item/get", factMap{})
		require.Nil(t, rateLimited(e, l, a, 0))
		require.Nil(t, rateLimited(e, l, b, 30))
		require.Equal(t, []int{30}, rateLimited(e, l, call("/auth/get", a.Facts.(factMap)), 30), "the calls of a rule share them")
		require.Nil(t, rateLimited(e, l, none, 30, 30, 30))
		require.Nil(t, rateLimited(e, l, call("/item/get", factMap{fact: nil}), 30, 30))
		require.Nil(t, rateLimited(e, l, Call{Method: "POST", Path: "/item/get"}, 30, 30))
		require.Nil(t, rateLimited(e, l, a, 60))
		require.Equal(t, []int{60}, rateLimited(e, l, b, 60))
	}
}

// TestRateLimitFallsThrough: a call that passes comes to later rules, and skip, every and
// where say which calls come to the limit.
func TestRateLimitFallsThrough(t *testing.T) {
	t.Parallel()
	e := compiledOf(t, `
  - {name: limit, call: /item/get, skip: 1, where: {user: u}, then: {rate_limit: {limit: 1, window: 1m, error: ITEM_LOCKED}}}
  - {name: slow, call: /item/get, times: 3, then: {delay: 1s}}`)
	l := ledger{}
	require.Equal(t, []string{"slow", "slow", "limit", "limit"}, play(e, l, call("/item/get", factMap{"user": "u"}), 4))
	require.Equal(t, []string{"slow", ""}, play(e, l, call("/item/get", factMap{"user": "v"}), 2))
	require.EqualValues(t, 1, l.Bucket("limit", "world").Used)

	dry := e.Decide(call("/item/get", factMap{"user": "w"}), l)
	require.Empty(t, dry.Rule)
	before := len(l)
	e.Decide(call("/item/get", factMap{"user": "u"}), l)
	require.Len(t, l, before, "what is not committed counts nothing")

	e = compiledOf(t, "  - {name: limit, call: /item/get, times: 2, then: {rate_limit: {limit: 1, window: 1m}}}")
	require.Equal(t, []string{"", "limit", "limit", "", ""}, play(e, ledger{}, call("/item/get", nil), 5), "it refuses twice")
}

// TestRateLimitError: the answer is the endpoint's own rate limit unless the rule gives one.
func TestRateLimitError(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ method, path, per, extra, family, code string }{
		{"POST", "/accounts/balance/get", "item", "", catalogue.Plaid, "BALANCE_LIMIT"},
		{"POST", "/accounts/balance/get", "client", "", catalogue.Plaid, "ACCOUNTS_BALANCE_GET_LIMIT"},
		{"POST", "/accounts/balance/get", "world", "", catalogue.Plaid, "BALANCE_LIMIT"},
		{"POST", "/auth/get", "client", "", catalogue.Plaid, "AUTH_LIMIT"},
		{"POST", "/link/token/create", "client", "", catalogue.Plaid, "RATE_LIMIT"},
		{"POST", "/exchange_token", "client", "", catalogue.Legacy, "1113"},
		{"POST", "/auth/get", "world", ", error: INSTITUTION_RATE_LIMIT", catalogue.Plaid, "INSTITUTION_RATE_LIMIT"},
		{"POST", "/auth/get", "world", ", error: RATE_LIMIT_EXCEEDED", catalogue.Plaid, "AUTH_LIMIT"},
		{"GET", "/sentinel/api/v1/transfers", "world", "", catalogue.Plaid, "RATE_LIMIT"},
	} {
		e := compiledOf(t, "  - {call: '"+c.method+" "+c.path+"', then: {rate_limit: {limit: 1, window: 1m, per: "+c.per+c.extra+"}, delay: 1s}}")
		l, one := ledger{}, Call{Method: c.method, Path: c.path, Facts: factMap{"item": "i", "client_id": "c"}}
		first := e.Decide(one, l)
		require.Nil(t, first.Error)
		require.Zero(t, first.Delay, "what passes is not delayed")
		first.Commit(l)
		plan := e.Decide(one, l)
		require.NotNil(t, plan.Error, c.path)
		require.Equal(t, c.code, plan.Error.Row.Code, c.path)
		require.Equal(t, c.family, plan.Error.Row.Family)
		require.Equal(t, 429, plan.Error.Status)
		require.Equal(t, time.Second, plan.Delay)
	}
}
