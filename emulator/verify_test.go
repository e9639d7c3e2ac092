package emulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/scenario"
)

// verified is a world in which a few things went right and wrong.
const verified = `
given:
  items:
    - {as: alice, client_user_id: u-1}
    - {as: bob, institution: ins_109511}
rules:
  - {name: login twice, call: /accounts/balance/get, where: {item_alias: alice}, times: 2, then: {error: ITEM_LOGIN_REQUIRED}}
  - {name: third is locked, call: /accounts/get, every: 3, then: {error: ITEM_LOCKED}}
  - {name: large deposits bounce, ach: deposit, where: {amount_cents: {min: 100000}}, then: {return: R01}}
`

// verifiedWorld makes the calls.
func verifiedWorld(t *testing.T, o emulator.Options) (*client, emulator.World) {
	t.Helper()
	var err error
	o.Scenario, err = scenario.Load("verified", []byte(verified))
	require.NoError(t, err)
	emu := emulator.RunT(t, o)
	c, w := newClient(t, emu, "v"), emu.World("v")
	c.base = "http://" + emu.Addr() // whatever URL it hands out
	items := map[string]emulator.Item{}
	for _, item := range w.Items() {
		items[item.Alias] = item
	}
	alice, bob := items["alice"], items["bob"]
	for range 3 {
		c.post("/accounts/balance/get", fields{"access_token": alice.AccessToken})
	}
	c.ok("/accounts/balance/get", fields{"access_token": bob.AccessToken})
	c.ok("/accounts/get", fields{"access_token": bob.AccessToken, "options": fields{"account_ids": []string{bob.Accounts[1].ID}}})
	c.refused(400, "INVALID_REQUEST/MISSING_FIELDS", "/accounts/get", fields{})
	processor := c.processorToken(item{access: alice.AccessToken, accounts: []string{alice.Accounts[0].ID}})
	c.login()
	relationship := c.relationship(processor).text("id")
	c.deposit(relationship, "small", "10.00")
	c.deposit(relationship, "large", "1000.00")
	c.ok("/item/access_token/invalidate", fields{"access_token": alice.AccessToken})
	return c, w
}

func TestVerifyGood(t *testing.T) {
	t.Parallel()
	c, w := verifiedWorld(t, emulator.Options{})
	w.Verify(t,
		scenario.CallExpect{Call: "/accounts/balance/get", Count: scenario.Exactly(4)},
		scenario.CallExpect{Call: "/accounts/balance/get", Where: scenario.Where{"item_alias": scenario.Is("alice")}, Count: scenario.Exactly(3)},
		scenario.CallExpect{Call: "/accounts/balance/get", Where: scenario.Where{"attempt": scenario.Is(1)}, Count: scenario.Exactly(2)},
		scenario.CallExpect{Rule: "login twice", Error: "ITEM_LOGIN_REQUIRED", Count: scenario.Exactly(2)},
		scenario.CallExpect{Rule: "large deposits bounce", Where: scenario.Where{"external_transfer_id": scenario.Is("large")}, Count: scenario.Exactly(1)},
		scenario.CallExpect{Rule: "large deposits bounce", Count: scenario.Exactly(1)},
		scenario.CallExpect{Rule: "third is locked", Count: scenario.Never()},
		scenario.CallExpect{Call: "/item/remove", Count: scenario.Never()},
		// The token that this call replaces led to its Item when it came.
		scenario.CallExpect{Call: "/item/access_token/invalidate", Where: scenario.Where{
			"client_user_id": scenario.Is("u-1"), "access_token": scenario.Present(), "client_id": scenario.Is(clientID),
		}},
		scenario.CallExpect{Call: "/sentinel/api/v1/transfers/achs/incoming", Where: scenario.Where{
			"client_user_id": scenario.Is("u-1"), "amount": scenario.Is("10.00"), "routing_number": scenario.Present(),
		}},
	)
	w.VerifyInOrder(t,
		scenario.CallExpect{Rule: "login twice"},
		scenario.CallExpect{Call: "/accounts/balance/get", Status: 200},
		scenario.CallExpect{Call: "/processor/token/create", Where: scenario.Where{"processor": scenario.Is("apex_clearing")}},
		scenario.CallExpect{Call: "/sentinel/*"},
		scenario.CallExpect{Call: "/sentinel/*"},
	)
	for _, body := range []string{
		"calls:\n  - {call: /accounts/balance/get, count: 4}\nin_order:\n  - {call: /accounts/get}\n  - {call: /accounts/get}\n",
		`{"calls": [{"rule": "login twice", "count": 2}, {"call": "/item/remove", "count": 0}]}`,
	} {
		require.Equal(t, map[string]any{"verified": true}, c.good(http.MethodPost, "verify", body).Fields)
		require.Equal(t, map[string]any{"verified": true}, c.good(http.MethodPost, "worlds/v/verify", body).Fields)
	}
}

// TestVerifyMismatch: what is not as expected is told with the calls that nearly matched, the
// same at every door.
func TestVerifyMismatch(t *testing.T) {
	t.Parallel()
	c, w := verifiedWorld(t, emulator.Options{})
	const asked = `
calls:
  - {call: /accounts/balance/get, where: {institution_id: ins_1}, count: 1}
  - {call: /accounts/balance/get, where: {item_alias: alice}, error: ITEM_LOCKED, count: 2}
  - {call: /accounts/balance/get, count: 1}
  - {rule: login twice, count: 3}
  - {rule: third is locked}
  - {rule: large deposits bounce, count: 2}
  - {rule: large deposit bounces, count: 0}
  - {call: /processor/apex/processor_token/create}
  - {call: /item/remove}
in_order:
  - {call: /processor/token/create}
  - {call: /accounts/balance/get, where: {item_alias: bob}}
`
	expect, err := scenario.ParseExpect([]byte(asked))
	require.NoError(t, err)
	err = w.Check(expect)
	require.Error(t, err)
	compareGolden(t, "../verify-mismatch", err.Error()+"\n")

	text := c.bad(http.StatusConflict, "TWEED_NOT_VERIFIED", http.MethodPost, "verify", asked)
	require.Equal(t, "the calls of world v are not as expected:\n"+err.Error(), text)
	got := c.control(http.MethodPost, "verify", asked)
	require.Equal(t, false, got.at("verified"))
	list, _ := got.at("mismatches").([]any)
	require.Len(t, list, 10)
	first, _ := list[0].(map[string]any)
	near, _ := first["near_misses"].([]any)
	require.Len(t, near, 3)
	require.Equal(t, map[string]any{
		"call": near[0].(map[string]any)["call"], "method": "POST", "path": "/accounts/balance/get",
		"status": near[0].(map[string]any)["status"], "why": []any{"where institution_id: wanted ins_1, got ins_109508"},
	}, near[0])

	rec := &recordT{}
	w.Verify(rec, scenario.CallExpect{Call: "/item/remove"})
	w.VerifyInOrder(rec, scenario.CallExpect{Call: "/item/remove"})
	w.Verify(rec, scenario.CallExpect{Call: "/item/get", Where: scenario.Where{"institution": scenario.Is("x")}})
	require.Equal(t, []string{
		"world v: calls of /item/remove: wanted at least one, got 0",
		"world v: in order, 1 of 1: no call of /item/remove came",
		"world v: expect.calls[0].where.institution: unknown fact \"institution\"; did you mean \"institution_id\"?",
	}, rec.errors)
	require.Empty(t, rec.fatal)
}

// TestVerifyAll: the calls of all worlds can be verified as one.
func TestVerifyAll(t *testing.T) {
	t.Parallel()
	s, err := scenario.Load("all", []byte("rules: [{name: once, call: /item/get, times: 1, then: {error: ITEM_LOCKED}}]"))
	require.NoError(t, err)
	emu := emulator.RunT(t, emulator.Options{Scenario: s})
	for _, world := range []string{"a", "b"} {
		c := newClient(t, emu, world)
		access := c.accessToken()
		c.post("/item/get", fields{"access_token": access})
		c.post("/item/get", fields{"access_token": access})
	}
	ask := func(one scenario.CallExpect) error {
		return emu.Check(scenario.Expect{Calls: []scenario.CallExpect{one}})
	}
	require.NoError(t, ask(scenario.CallExpect{Call: "/item/get", Count: scenario.Exactly(4)}))
	require.NoError(t, ask(scenario.CallExpect{Rule: "once", Count: scenario.Exactly(2)}))
	require.NoError(t, ask(scenario.CallExpect{Call: "/item/get", Where: scenario.Where{"world": scenario.Is("b")}, Count: scenario.Exactly(2)}))
	require.EqualError(t, ask(scenario.CallExpect{Rule: "once", Count: scenario.Exactly(3)}), `calls on which rule "once" acted: wanted 3, got 2
  call 5 POST /item/get in world a: rule "once": it was spent: it acts once and had acted on call 4 last
  call 5 POST /item/get in world b: rule "once": it was spent: it acts once and had acted on call 4 last`)
}

// TestVerifySecrets: no secret comes to light by a near miss.
func TestVerifySecrets(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	c, w := newClient(t, emu, "s"), emu.World("s")
	c.post("/item/get", fields{"access_token": "x", "secret": "hush-hush", "client_id": "c@s"})
	jws := loginJWS("a@s", "c.X", "hush")
	c.send("POST", "/legit/api/v1/cc/token", fields{"jws": jws}.json())
	err := w.Check(scenario.Expect{Calls: []scenario.CallExpect{
		{Call: "/item/get", Where: scenario.Where{"secret": scenario.Is("x")}},
		{Call: "POST /legit/api/v1/cc/token", Where: scenario.Where{"jws": scenario.Is("x")}},
	}})
	require.ErrorContains(t, err, "where secret: wanted x, got [redacted]")
	require.NotContains(t, err.Error(), "hush-hush")
	require.NotContains(t, err.Error(), jws[strings.LastIndexByte(jws, '.')+1:])
	sent := w.Calls()[1]
	require.Contains(t, string(sent.Request), jws[:strings.LastIndexByte(jws, '.')]+".[redacted]")
	w.Verify(t, scenario.CallExpect{Call: "/item/get", Where: scenario.Where{"secret": scenario.Present()}})
}

// TestVerifyLost: calls that left the journal are not passed over in silence.
func TestVerifyLost(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t, emulator.Options{JournalBytes: 20_000})
	c, w := newClient(t, emu, "lost"), emu.World("lost")
	quiet := newClient(t, emu, "quiet")
	for range 40 {
		c.refused(400, "INVALID_INPUT/INVALID_ACCESS_TOKEN", "/item/get", fields{"access_token": "x"})
	}
	quiet.refused(400, "INVALID_INPUT/INVALID_ACCESS_TOKEN", "/item/get", fields{"access_token": "x"})
	gone := 40 - len(w.Calls())
	require.Positive(t, gone)
	err := w.Check(scenario.Expect{Calls: []scenario.CallExpect{{Call: "/item/get"}}})
	require.EqualError(t, err, fmt.Sprintf("%d calls of world lost have left the journal for want of room: "+
		"they cannot be verified; make it larger (--journal-bytes, Options.JournalBytes)", gone))
	c.bad(http.StatusConflict, "TWEED_NOT_VERIFIED", "POST", "verify", "calls: [{call: /item/get}]")
	emu.World("quiet").Verify(t, scenario.CallExpect{Call: "/item/get", Count: scenario.Exactly(1)})
	require.NoError(t, w.Reset())
	w.Verify(t, scenario.CallExpect{Call: "/item/get", Count: scenario.Never()})

	off := emulator.RunT(t, emulator.Options{JournalBytes: -1})
	err = off.World("w").Check(scenario.Expect{Calls: []scenario.CallExpect{{Call: "/item/get", Count: scenario.Never()}}})
	require.EqualError(t, err, "the journal is switched off: there are no calls to verify")
}

// TestVerifyBadBody: the control API refuses what the loader refuses, with its words.
func TestVerifyBadBody(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t), "")
	for body, want := range map[string]string{
		``:                                      "nothing is asked; write calls: [{call: /item/get, count: 1}], or in_order, or webhooks",
		`{"calls": [{"call": "/item/gte"}]}`:    `1:21: no operation "/item/gte"; did you mean "/item/get"?`,
		"calls:\n- {call: /item/get, cuont: 1}": `2:21: unknown key "cuont"; did you mean "count"?`,
		`flow: {ends: completed}`:               `1:1: unknown key "flow"; known here: calls, in_order, webhooks`,
	} {
		require.Equal(t, "the verification cannot be used: "+want, c.bad(400, "TWEED_BAD_REQUEST", "POST", "verify", body), body)
	}
}

// TestOwnHeaders: every reply of a vendor's call in a world says the world's time, and the
// rule that acted on it.
func TestOwnHeaders(t *testing.T) {
	t.Parallel()
	s, err := scenario.Load("headers", []byte(`
given: {items: [{as: alice}]}
rules:
  - {name: patched, call: /item/get, times: 1, then: {patch: {set: {/x: 1}}}}
  - {name: delayed, call: /item/get, times: 1, then: {delay: 1ms}}
  - {name: failed, call: /item/get, times: 1, then: {error: ITEM_LOCKED}}
  - {name: written, call: /item/get, times: 1, then: {status: 418, body: "x"}}
  - {name: login, call: POST /legit/api/v1/cc/token, then: {error: SERVER_ERROR}}
`))
	require.NoError(t, err)
	emu := emulator.RunT(t, emulator.Options{Scenario: s})
	c := newClient(t, emu, "")
	alice := fields{"access_token": emu.World("default").Items()[0].AccessToken}
	const now = "2026-01-05T14:30:00Z"
	check := func(got reply, rule string) {
		t.Helper()
		require.Equal(t, now, got.Header.Get("Tweed-Now"), got.Body)
		require.Equal(t, rule, got.Header.Get("Tweed-Rule"), got.Body)
	}
	for _, rule := range []string{"patched", "delayed", "failed", "written", ""} {
		check(c.post("/item/get", alice), rule)
	}
	check(c.post("/item/get", alice, "Tweed-Error", "ITEM_LOCKED"), "header Tweed-Error")
	check(c.post("/item/get", fields{}), "")
	check(c.post("/no/such/path", fields{}), "")
	check(c.send("POST", "/item/get", "{"), "")
	check(c.post("/transfer/create", fields{}), "")
	check(c.post("/exchange_token", fields{}), "")
	check(c.post("/legit/api/v1/cc/token", fields{"jws": loginJWS("a", "correspondent.X", "s")}), "login")
	check(c.get("/sentinel/api/v1/ach_relationships"), "")
	check(c.get("/sentinel/no/such/path"), "")
	check(c.get("/ale/api/v1/read/x/y"), "")
	emu.World("default").Advance(time.Hour)
	require.Equal(t, "2026-01-05T15:30:00Z", c.post("/item/get", alice).Header.Get("Tweed-Now"))
	require.Empty(t, c.control("GET", "clock", "").Header.Get("Tweed-Now"), "the control API is no vendor")
}
