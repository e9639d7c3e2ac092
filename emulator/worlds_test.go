package emulator_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/scenario"
)

// parallel is how many clients there are at once.
const parallel = 64

// together runs f for each client at once and returns the first error.
func together(f func(n int) error) error {
	errs := make([]error, parallel)
	var group sync.WaitGroup
	for n := range parallel {
		group.Go(func() { errs[n] = f(n) })
	}
	group.Wait()
	for n, err := range errs {
		if err != nil {
			return fmt.Errorf("client %d: %w", n, err)
		}
	}
	return nil
}

// expect returns an error unless a reply has this status.
func expect(status int, got reply, err error) error {
	if err == nil && got.Status != status {
		err = fmt.Errorf("status %d: %s", got.Status, got.Body)
	}
	return err
}

// visitor is one client with what it got on the money path.
type visitor struct {
	*client
	item
	ids []string // everything that must differ between worlds
}

// walk is the whole path, without stopping the test from a goroutine that is not its own.
func (v *visitor) walk() error {
	step := func(path string, body fields) reply {
		got, err := v.try(http.MethodPost, path, body.json())
		if err = expect(http.StatusOK, got, err); err != nil {
			panic(fmt.Errorf("%s: %w", path, err))
		}
		return got
	}
	return recovered(func() {
		login := step("/sandbox/public_token/create", fields{"institution_id": platypus, "initial_products": []string{"auth"}})
		v.public = login.text("public_token")
		exchanged := step("/item/public_token/exchange", fields{"public_token": v.public})
		v.access, v.id = exchanged.text("access_token"), exchanged.text("item_id")
		v.accounts = accountIDs(step("/accounts/get", fields{"access_token": v.access}))
		processor := step("/processor/apex/processor_token/create", fields{
			"access_token": v.access, "account_id": v.accounts[0],
		}).text("processor_token")
		v.jwt = step("/legit/api/v1/cc/token", fields{
			"jws": loginJWS(v.inWorld("apexuser"), "correspondent.TWEED", "shared"),
		}).Body
		relationship := step("/sentinel/api/v1/ach_relationships", fields{
			"account": "3TW05057", "nickname": "n", "approvalMethod": "PLAID", "plaidProcessorToken": processor,
		}).text("id")
		deposit := step("/sentinel/api/v1/transfers/achs/incoming", fields{
			"externalTransferId": "same-everywhere", "amount": "10.00", "achRelationshipId": relationship,
		})
		step("/sentinel/api/v1/test/simulation/achs/"+deposit.text("transferId")+"/approve", fields{})
		v.ids = append([]string{v.public, v.access, v.id, processor, v.jwt, relationship, exchanged.text("request_id")}, v.accounts...)
	})
}

// recovered turns the panic of a step into an error.
func recovered(f func()) (err error) {
	defer func() {
		if cause, ok := recover().(error); ok {
			err = cause
		}
	}()
	f()
	return nil
}

// TestParallelWorlds: 64 clients, one world each, walk the path at once. Nobody meets an id,
// an Item, a token, a clock or a rule of another.
func TestParallelWorlds(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	visitors := make([]*visitor, parallel)
	for n := range visitors {
		visitors[n] = &visitor{client: newClient(t, emu, fmt.Sprintf("world-%d", n))}
	}
	require.NoError(t, together(func(n int) error { return visitors[n].walk() }))

	seen := map[string]int{}
	for n, v := range visitors {
		require.Len(t, emu.World(v.world).Items(), 1)
		for _, id := range v.ids {
			require.NotContains(t, seen, id, "worlds %d and %d", n, seen[id])
			seen[id] = n
		}
	}

	// Each world's time is its own: the n-th one is moved by n hours.
	start := emu.World("default").Now()
	require.NoError(t, together(func(n int) error {
		emu.World(visitors[n].world).Advance(time.Duration(n) * time.Hour)
		return nil
	}))
	for n, v := range visitors {
		require.Equal(t, start.Add(time.Duration(n)*time.Hour), emu.World(v.world).Now())
	}

	// Rules of the even worlds are no business of the odd ones.
	for n := 0; n < parallel; n += 2 {
		emu.World(visitors[n].world).Rule(scenario.Rule{Call: "/item/get", Then: scenario.Error("ITEM_LOCKED")})
	}
	require.NoError(t, together(func(n int) error {
		v := visitors[n]
		got, err := v.try(http.MethodPost, "/item/get", fields{"access_token": v.access}.json())
		return expect([]int{http.StatusBadRequest, http.StatusOK}[n%2], got, err)
	}))
}

// TestForeignTokens: a token of one world is unknown in another; the reply is the vendor's,
// and the header Tweed-Hint says where the token is at home.
func TestForeignTokens(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	alice, bob := newClient(t, emu, "alice"), newClient(t, emu, "bob")
	made := alice.link()
	processor := alice.processorToken(made)
	linkToken := alice.ok("/link/token/create", fields{
		"client_name": "n", "country_codes": []string{"US"}, "language": "en", "products": []string{"auth"},
		"user": fields{"client_user_id": "u"},
	}).text("link_token")
	hint := "the token belongs to world alice; this call is in world bob. " +
		"Add @alice to the client_id, or the header Tweed-World."

	for path, test := range map[string]struct {
		body fields
		key  string
	}{
		"/item/get":                     {fields{"access_token": made.access}, "INVALID_INPUT/INVALID_ACCESS_TOKEN"},
		"/item/remove":                  {fields{"access_token": made.access}, "INVALID_INPUT/INVALID_ACCESS_TOKEN"},
		"/item/public_token/exchange":   {fields{"public_token": made.public}, "INVALID_INPUT/INVALID_PUBLIC_TOKEN"},
		"/processor/auth/get":           {fields{"processor_token": processor}, "INVALID_INPUT/INVALID_PROCESSOR_TOKEN"},
		"/link/token/get":               {fields{"link_token": linkToken}, "INVALID_REQUEST/INVALID_FIELD"},
		"/item/access_token/invalidate": {fields{"access_token": made.access}, "INVALID_INPUT/INVALID_ACCESS_TOKEN"},
	} {
		got := bob.refused(400, test.key, path, test.body)
		require.Equal(t, hint, got.Header.Get("Tweed-Hint"), path)
	}
	bob.login()
	got := bob.post("/sentinel/api/v1/ach_relationships", fields{
		"account": "3TW05057", "nickname": "n", "approvalMethod": "PLAID_TOKEN", "plaidProcessorToken": processor,
	})
	require.Equal(t, 400, got.Status, got.Body)
	require.Equal(t, hint, got.Header.Get("Tweed-Hint"))
	got = bob.post("/exchange_token", fields{"client_id": bob.inWorld(clientID), "secret": secret, "public_token": alice.publicToken()})
	require.Equal(t, 401, got.Status, got.Body)
	require.Equal(t, hint, got.Header.Get("Tweed-Hint"))

	alice.ok("/item/get", fields{"access_token": made.access})
	got = alice.refused(400, "INVALID_INPUT/INVALID_ACCESS_TOKEN", "/item/get", fields{"access_token": "x"})
	require.Empty(t, got.Header.Get("Tweed-Hint"), "a token of no world has no hint")
	got = bob.refused(400, "INVALID_INPUT/INVALID_ACCESS_TOKEN", "/item/get",
		fields{"access_token": "access-sandbox-00000000-0000-4000-8000-000000000000"})
	require.Empty(t, got.Header.Get("Tweed-Hint"), "a token of a world that is not here has no hint")
	require.Empty(t, emu.World("default").Items())
}

// TestWayToWorld: the header, what follows the last @ of the credentials, the world's tag in
// a token of a call without credentials, and last the default world.
func TestWayToWorld(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	here := newClient(t, emu, "here")
	made := here.link()
	token := fields{"access_token": made.access}
	lost := newClient(t, emu, "")
	world := func(headers ...string) string {
		got := lost.post("/item/get", token, append(headers, "Tweed-Error", "NONSENSE")...)
		return got.Header.Get("Tweed-World")
	}
	require.Equal(t, "default", world())
	require.Equal(t, "there", world("PLAID-CLIENT-ID", clientID+"@there"))
	require.Equal(t, "there", world("PLAID-CLIENT-ID", "me@example.com@there"))
	require.Equal(t, "elsewhere", world("PLAID-CLIENT-ID", clientID+"@there", "Tweed-World", "elsewhere"))
	require.Equal(t, "here", world("PLAID-CLIENT-ID", ""), "by the tag in the token")
	require.Equal(t, "default", lost.post("/item/get", nil, "PLAID-CLIENT-ID", "", "Tweed-Error", "X").Header.Get("Tweed-World"))
	body := fields{"access_token": made.access, "client_id": clientID + "@in-body", "secret": secret}
	require.Equal(t, "in-body", lost.post("/item/get", body, "Tweed-Error", "X").Header.Get("Tweed-World"))

	for _, name := range []string{"a b", strings.Repeat("x", 129), "tab\tname"} {
		lost.refused(400, "TWEED_ERROR/TWEED_BAD_WORLD_NAME", "/item/get", token, "Tweed-World", name)
		require.Panics(t, func() { emu.World(name) }, name)
	}
	longest := strings.Repeat("x", 128)
	require.Equal(t, longest, world("PLAID-CLIENT-ID", clientID+"@"+longest))
	require.Equal(t, "TestX/sub_case#01", world("PLAID-CLIENT-ID", clientID+"@TestX/sub_case#01"))
}

// TestMaxWorlds: there is a limit, and those inside it go on.
func TestMaxWorlds(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t, emulator.Options{MaxWorlds: 2})
	first, second := newClient(t, emu, "first"), newClient(t, emu, "second")
	first.link()
	second.link()
	got := newClient(t, emu, "third").refused(503, "TWEED_ERROR/TWEED_WORLD_LIMIT", "/item/get", nil)
	require.Contains(t, got.text("error_message"), "--max-worlds")
	first.link()
	require.Equal(t, 200, second.control("DELETE", "worlds/second", "").Status)
	newClient(t, emu, "third").link()
	require.Panics(t, func() { emu.World("fourth").Now() })
}

// TestCrowdedWorld: one world under 64 clients loses nothing: every Item is there, with an
// id of its own, every call is in the journal once, and no two replies have a request id.
func TestCrowdedWorld(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	const each = 4
	var requests sync.Map
	var calls atomic.Int64
	require.NoError(t, together(func(n int) error {
		c := newClient(t, emu, "crowd")
		do := func(path string, body fields) reply {
			got, err := c.try(http.MethodPost, path, body.json())
			if err = expect(http.StatusOK, got, err); err != nil {
				panic(err)
			}
			calls.Add(1)
			if other, double := requests.LoadOrStore(got.text("request_id"), n); double {
				panic(fmt.Errorf("clients %d and %v have one request id", n, other))
			}
			return got
		}
		return recovered(func() {
			for range each {
				public := do("/sandbox/public_token/create", fields{"institution_id": platypus, "initial_products": []string{"auth"}})
				access := do("/item/public_token/exchange", fields{"public_token": public.text("public_token")}).text("access_token")
				do("/auth/get", fields{"access_token": access})
				do("/identity/get", fields{"access_token": access})
			}
		})
	}))
	items := emu.World("crowd").Items()
	require.Len(t, items, each*parallel)
	tokens := map[string]bool{}
	for _, item := range items {
		tokens[item.AccessToken] = true
		require.Equal(t, []string{"auth", "identity"}, item.Products)
	}
	require.Len(t, tokens, each*parallel)
	journal := emu.World("crowd").Calls()
	require.Len(t, journal, int(calls.Load()))
	for i, call := range journal {
		require.Equal(t, uint64(i+1), call.N)
		require.Equal(t, http.StatusOK, call.Status)
	}
}

// TestExchangeOnce: of 64 exchanges of one public token at once, exactly one succeeds, by
// either exchange.
func TestExchangeOnce(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	c := newClient(t, emu, "")
	for range 5 {
		public := c.publicToken()
		var good atomic.Int64
		require.NoError(t, together(func(n int) error {
			path, refusal := "/item/public_token/exchange", http.StatusBadRequest
			if n%4 == 0 {
				path, refusal = "/exchange_token", http.StatusUnauthorized
			}
			got, err := c.try(http.MethodPost, path, fields{"public_token": public}.json())
			if err == nil && got.Status == http.StatusOK {
				good.Add(1)
				return nil
			}
			return expect(refusal, got, err)
		}))
		require.Equal(t, int64(1), good.Load())
	}
	require.Len(t, emu.World("default").Items(), 5)
}

// TestRuleUnderLoad: a rule that acts three times acts three times, however many call at once;
// and while others add, remove, advance, read and reset, nothing breaks.
func TestRuleUnderLoad(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	w := emu.World("busy")
	c := newClient(t, emu, "busy")
	token := fields{"access_token": c.accessToken()}.json()
	w.Rule(scenario.Rule{Call: "/item/get", Times: 3, Then: scenario.Error("ITEM_LOCKED")})
	var bad atomic.Int64
	require.NoError(t, together(func(int) error {
		got, err := c.try(http.MethodPost, "/item/get", token)
		if err == nil && got.Status == http.StatusBadRequest {
			bad.Add(1)
			return nil
		}
		return expect(http.StatusOK, got, err)
	}))
	require.Equal(t, int64(3), bad.Load())

	require.NoError(t, together(func(n int) error {
		switch n % 8 {
		case 0:
			w.Rule(scenario.Rule{Call: "/auth/get", Then: scenario.Error("ITEM_LOCKED")})()
		case 1:
			w.Advance(time.Minute)
		case 2:
			_, _, _ = w.Items(), w.Calls(), w.Webhooks()
		case 3:
			return w.Reset()
		case 4:
			got, err := c.try(http.MethodGet, "/_tweed/worlds/busy/export", "")
			return expect(http.StatusOK, got, err)
		}
		got, err := c.try(http.MethodPost, "/item/get", token)
		if err == nil && got.Status >= http.StatusInternalServerError {
			err = fmt.Errorf("%d: %s", got.Status, got.Body)
		}
		return err
	}))
	require.False(t, slices.ContainsFunc(w.Calls(), func(call emulator.Call) bool { return call.Status >= 500 }))
}
