package emulator_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/scenario"
	"tweed/scenarios"
)

// good is control for a call that succeeds.
func (c *client) good(method, path, body string, headers ...string) reply {
	c.t.Helper()
	got := c.control(method, path, body, headers...)
	require.Equal(c.t, http.StatusOK, got.Status, "%s %s: %s", method, path, got.Body)
	return got
}

// bad is control for a call that is refused with Tweed's code; it returns the text.
func (c *client) bad(status int, code, method, path, body string, headers ...string) string {
	c.t.Helper()
	got := c.control(method, path, body, headers...)
	require.Equal(c.t, status, got.Status, "%s %s: %s", method, path, got.Body)
	require.Equal(c.t, "TWEED_ERROR/"+code, got.key(), got.Body)
	require.Equal(c.t, "application/json; charset=utf-8", got.Header.Get("Content-Type"))
	return got.text("error_message")
}

// TestControlWorlds: worlds are made when they are met, shown, and forgotten.
func TestControlWorlds(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	c := newClient(t, emu, "")
	require.Equal(t, []any{"default"}, c.good("GET", "worlds", "").at("worlds"))
	made := newClient(t, emu, "alpha").link()
	require.Equal(t, []any{"alpha", "default"}, c.good("GET", "worlds", "").at("worlds"))
	shown := c.good("GET", "worlds/alpha", "")
	require.Equal(t, "alpha", shown.text("name"))
	require.Equal(t, strings.Split(made.access, "-")[2], shown.text("tag"))
	require.Equal(t, "1", shown.at("seed").(interface{ String() string }).String())
	require.Equal(t, "2026-01-05T14:30:00Z", shown.text("clock", "now"))
	require.Equal(t, "manual", shown.text("clock", "run"))
	require.Contains(t, shown.at("records"), "plaid.item")
	c.good("DELETE", "worlds/alpha", "")
	require.Equal(t, []any{"default"}, c.good("GET", "worlds", "").at("worlds"))
	require.Equal(t, made, newClient(t, emu, "alpha").link(), "it begins anew")
	require.Contains(t, c.bad(400, "TWEED_BAD_WORLD_NAME", "GET", "worlds/a%20b", ""), "a b")
}

// TestControlReset: back to the seed, by either path.
func TestControlReset(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	c := newClient(t, emu, "r")
	first := c.link()
	for _, path := range []string{"reset", "worlds/r/reset"} {
		c.good("POST", path, "")
		require.Empty(t, emu.World("r").Items())
		require.Empty(t, emu.World("r").Calls(), "the journal of the world goes, too")
		require.Equal(t, first, c.link())
	}
	c.good("POST", "worlds/other/reset", "")
	require.Len(t, emu.World("r").Items(), 1, "the path says whose reset it is, also against the header")
}

// TestControlExportImport: a world goes over into another one, of the same emulator or of
// another, with its tokens, ids, money, rules and time.
func TestControlExportImport(t *testing.T) {
	t.Parallel()
	first := emulator.RunT(t)
	from := newClient(t, first, "from")
	made := from.link()
	processor := from.processorToken(made)
	from.login()
	relationship := from.relationship(processor).text("id")
	deposit := from.deposit(relationship, "d-1", "99.99").text("transferId")
	from.ok("/sentinel/api/v1/test/simulation/achs/"+deposit+"/approve", nil)
	first.World("from").Rule(scenario.Rule{Name: "r", Call: "/auth/get", Times: 2, Then: scenario.Error("ITEM_LOCKED")})
	from.refused(400, "ITEM_ERROR/ITEM_LOCKED", "/auth/get", fields{"access_token": made.access})
	first.World("from").Advance(time.Hour)
	export := from.good("GET", "export", "").Body
	require.Equal(t, export, from.good("GET", "worlds/from/export", "").Body, "the same state is the same bytes")

	for name, emu := range map[string]*emulator.Emulator{
		"the same emulator": first, "another emulator": emulator.RunT(t, emulator.Options{Seed: 5}),
	} {
		to := newClient(t, emu, "to")
		to.link()
		to.good("POST", "import", export)
		require.Equal(t, first.World("from").Items(), emu.World("to").Items(), name)
		require.Equal(t, first.World("from").Now(), emu.World("to").Now(), name)
		require.Equal(t, made.accounts, accountIDs(to.ok("/accounts/get", fields{"access_token": made.access})), name)
		to.ok("/processor/auth/get", fields{"processor_token": processor})
		to.refused(400, "ITEM_ERROR/ITEM_LOCKED", "/auth/get", fields{"access_token": made.access})
		to.ok("/auth/get", fields{"access_token": made.access})
		to.jwt = from.jwt
		require.Equal(t, "APPROVED", to.transferStateIn("to", deposit), name)
		to.link()
		emu.World("to").AdvanceBankingDays(3)
		to.login()
		require.Equal(t, "COMPLETE", to.transferState(deposit), name)

		again := to.good("GET", "export", "").Body
		third := newClient(t, emu, "third")
		third.good("POST", "import", again)
		require.Equal(t, emu.World("to").Items(), emu.World("third").Items(), "also at second hand")
	}
	from.jwt = ""
	require.Equal(t, "2026-01-05T15:30:00Z", first.World("from").Now().Format(time.RFC3339), "the source stays")
}

// transferStateIn is transferState for a login that came from another world.
func (c *client) transferStateIn(world, id string) string {
	c.t.Helper()
	got := c.get("/sentinel/api/v1/transfers/achs/"+id, "Tweed-World", world)
	require.Equal(c.t, http.StatusOK, got.Status, got.Body)
	return got.text("state")
}

// TestControlImportRefused: what is no export changes nothing.
func TestControlImportRefused(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	c := newClient(t, emu, "w")
	c.link()
	before := c.good("GET", "export", "").Body
	for body, wanted := range map[string]string{
		"":                     "JSON",
		"[]":                   "JSON",
		"{}":                   "form 0",
		before[:len(before)/2]: "JSON",
		strings.Replace(before, `"tweed": 1`, `"tweed": 3`, 1):                        "form 3",
		strings.Replace(before, `"plaid.item"`, `"plaid.yacht"`, 1):                   "plaid.yacht",
		strings.Replace(before, `"institution": "ins`, `"institution": 5, "x": "`, 1): "plaid.item",
		strings.Replace(before, `"clock"`, `"cuckoo"`, 1):                             "clock",
	} {
		require.Contains(t, c.bad(400, "TWEED_STATE", "POST", "import", body), wanted)
		require.Equal(t, before, c.good("GET", "export", "").Body)
	}
}

// TestControlClock: time is shown and moved; what cannot be is refused and moves nothing.
func TestControlClock(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	c := newClient(t, emu, "clock")
	now := func(r reply) string { return r.text("now") }
	require.Equal(t, "2026-01-05T14:30:00Z", now(c.good("GET", "clock", "")))
	require.Equal(t, "2026-01-07T14:30:00Z", now(c.good("POST", "clock", `{"advance": "48h"}`)))
	require.Equal(t, "2026-01-14T14:30:00Z", now(c.good("POST", "clock", `{"advance": "5 banking days"}`)))
	require.Equal(t, "2026-02-13T14:30:00Z", now(c.good("POST", "clock", `{"advance": "30 days"}`)))
	require.Equal(t, "2026-03-01T05:00:00Z", now(c.good("POST", "clock", `{"to": "2026-03-01T00:00:00-05:00"}`)))
	require.Equal(t, "step 1m", c.good("POST", "clock", `{"run": "step 1m"}`).text("run"))
	c.link()
	require.Equal(t, "2026-03-01T05:03:00Z", now(c.good("GET", "clock", "")))
	require.Equal(t, "manual", c.good("POST", "clock", `{"run": "manual"}`).text("run"))
	require.Equal(t, "60x", c.good("POST", "worlds/fast/clock", `{"run": "60x"}`).text("run"))
	require.Equal(t, "real", c.good("POST", "worlds/fast/clock", `{"run": "real", "advance": "1h"}`).text("run"))

	for body, wanted := range map[string]string{
		"":                                  "the body is not what this call takes",
		"{}":                                `{"advance": "48h"}`,
		`{"advance": "soon"}`:               `"soon"`,
		`{"advance": "5"}`:                  "unit",
		`{"advance": "-1h"}`:                "time",
		`{"to": "2020-01-01T00:00:00Z"}`:    "past",
		`{"to": "tomorrow"}`:                "tomorrow",
		`{"run": "60x", "advance": "soon"}`: `"soon"`,
		`{"run": "fast"}`:                   "fast",
		`{"advnce": "1h"}`:                  "advnce",
		`{"advance": "1h"} {}`:              "text behind",
		`{"to": "2200-01-01T00:00:00Z"}`:    "2200",
		`{"advance": "2540400h"}`:           "2200",
		`[]`:                                "",
	} {
		require.Contains(t, c.bad(400, "TWEED_BAD_REQUEST", "POST", "clock", body), wanted)
		require.Equal(t, "2026-03-01T05:03:00Z", now(c.good("GET", "clock", "")), body)
		require.Equal(t, "manual", c.good("GET", "clock", "").text("run"), body)
	}
	c.login()
	deposit := c.deposit(c.relationship(c.processorToken(c.link())).text("id"), "d", "5").text("transferId")
	require.Empty(t, c.good("GET", "clock", "").text("next_event"))
	c.ok("/sentinel/api/v1/test/simulation/achs/"+deposit+"/approve", nil)
	require.Equal(t, "2026-03-02T18:30:00Z", c.good("GET", "clock", "").text("next_event"), "the cut-off")
	require.Equal(t, "1", c.good("GET", "worlds/clock", "").at("scheduled_events").(interface{ String() string }).String())
}

// TestControlScenario: a world takes another scenario, as text or by the name of one that
// comes with Tweed, and shows it as it was written.
func TestControlScenario(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	c := newClient(t, emu, "s")
	require.Equal(t, "application/yaml; charset=utf-8", c.good("GET", "scenario", "").Header.Get("Content-Type"))
	text := "name: mine # with a remark\nseed: 4\ngiven:\n  items: [{as: alice}]\n" +
		"rules:\n  - {call: /auth/get, then: {error: ITEM_LOCKED}}\n"
	c.good("PUT", "scenario", text)
	require.Equal(t, text, c.good("GET", "scenario", "").Body)
	require.Equal(t, "mine", c.good("GET", "worlds/s", "").text("scenario"))
	alice := emu.World("s").Items()[0]
	got := c.refused(400, "ITEM_ERROR/ITEM_LOCKED", "/auth/get", fields{"access_token": alice.AccessToken})
	require.Equal(t, "rule 1", got.Header.Get("Tweed-Rule"))
	require.Empty(t, emu.World("default").Items(), "other worlds keep theirs")

	for _, name := range []string{"login-reset", "login-reset.yaml", " login-reset\n", "item/login-reset"} {
		c.good("PUT", "scenario", name)
		require.Contains(t, c.good("GET", "scenario", "").Body, "name: login-reset")
	}
	before := c.good("GET", "export", "").Body
	for body, wanted := range map[string]string{
		"name: x\nrulse: []\n": "2:1: ",
		"rules:\n  - {call: /auth/get, then: {error: ITEM_LOKED}}\n":  "2:37: ",
		"rules:\n  - {call: /auth/gte, then: {error: ITEM_LOCKED}}\n": "/auth/get",
		"login-rseet\n": `did you mean "login-reset"?`,
		"a: [\n":        "",
		"given: {items: [{institution: ins_none}]}\n":                    "scenario:1:31: the Sandbox has no institution",
		"given: {items: [{products: [nonsense]}]}\n":                     "scenario:1:17: the item cannot be linked",
		"assume: {auto_approve: perhaps}\n":                              "auto_approve",
		"clock: {run: fast}\n":                                           "1:14: ",
		"name: [1]\nseed: many\n":                                        "2:7: ",
		"rules:\n  - {call: /auth/get, wehre: {}, then: {delay: 1ms}}\n": "where",
	} {
		require.Contains(t, c.bad(400, "TWEED_SCENARIO", "PUT", "scenario", body), wanted)
		require.Equal(t, before, c.good("GET", "export", "").Body, "the world stays: %s", body)
		c.good("POST", "reset", "")
		require.Contains(t, c.good("GET", "scenario", "").Body, "name: login-reset")
		before = c.good("GET", "export", "").Body
	}
}

// TestControlRules: rules come and go, in YAML or JSON, with the checks of a file.
func TestControlRules(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t), "rules")
	list := func() []any {
		rules, _ := c.good("GET", "rules", "").at("rules").([]any)
		return rules
	}
	require.Empty(t, list())
	c.good("POST", "rules", "name: mine\ncall: /item/get\ntimes: 1\nthen: {error: ITEM_LOCKED}\n")
	c.good("POST", "worlds/rules/rules", `{"call": "/auth/get", "then": {"error": "NO_ACCOUNTS"}}`)
	require.Len(t, list(), 2)
	first, _ := list()[0].(map[string]any)
	require.Equal(t, "mine", first["name"])
	require.Equal(t, "/item/get", first["call"])
	token := fields{"access_token": c.accessToken()}
	c.refused(400, "ITEM_ERROR/ITEM_LOCKED", "/item/get", token)
	c.ok("/item/get", token)
	c.refused(400, "ITEM_ERROR/NO_ACCOUNTS", "/auth/get", token)
	require.Contains(t, c.bad(400, "TWEED_SCENARIO", "POST", "rules", "name: mine\ncall: /item/get\nthen: {delay: 1ms}"), "mine")

	c.good("DELETE", "rules/mine", "")
	c.good("DELETE", "worlds/rules/rules/added%20rule%202", "")
	require.Empty(t, list())
	c.ok("/auth/get", token)
	require.Contains(t, c.bad(404, "TWEED_NOT_FOUND", "DELETE", "rules/mine", ""), "mine")

	for body, wanted := range map[string]string{
		"":                            "empty",
		"call: /item/get":             "does nothing",
		"call: /item/get\nthan: {}\n": "2:1: ",
		"[1]":                         "",
		"call: /item/get\nthen: {error: ITEM_LOKED}":     "2:15: ",
		`{"call": "/item/get", "then": {"status": 700}}`: "700",
	} {
		require.Contains(t, c.bad(400, "TWEED_SCENARIO", "POST", "rules", body), wanted)
		require.Empty(t, list())
	}
}

// TestControlJournal: calls with filters, oldest first; what the client keeps secret is not
// in it, in whatever way it was sent.
func TestControlJournal(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	c := newClient(t, emu, "j")
	newClient(t, emu, "other").link()
	made := c.link()
	const hidden = "hush-hush-hush"
	c.refused(400, "INVALID_INPUT/INVALID_ACCESS_TOKEN", "/item/get", fields{"access_token": "x", "secret": hidden, "client_id": c.inWorld("a")})
	c.ok("/item/get", fields{"access_token": made.access}, "PLAID-SECRET", hidden)
	c.send("POST", "/item/get", `{"secret" : "`+hidden+`" `, "PLAID-CLIENT-ID", c.inWorld("b"))
	c.send("POST", "/item/get", `[{"secret":"`+hidden+`"}]`)
	c.send("POST", "/exchange_token", "public_token=x&secret="+hidden+"&client_id="+c.inWorld("d"), "Content-Type", "application/x-www-form-urlencoded")
	c.post("/legit/api/v1/cc/token", fields{"jws": loginJWS(c.inWorld("apexuser"), "e", "s"), "sharedSecret": hidden})

	read := func(query string) []any {
		got := c.good("GET", "journal"+query, "")
		calls, _ := got.at("calls").([]any)
		return calls
	}
	member := func(call any, name string) any {
		fields, _ := call.(map[string]any)
		return fields[name]
	}
	require.Len(t, read(""), 12)
	require.Len(t, read("?world=j"), 9)
	require.Len(t, read("?world=other"), 3)
	require.Len(t, read("?path=/accounts/get"), 2)
	require.Len(t, read("?op=itemPublicTokenExchange"), 2)
	require.Len(t, read("?code=INVALID_ACCESS_TOKEN"), 1)
	require.Len(t, read("?client=a"), 1)
	require.Len(t, read("?world=j&path=/item/get&code=INVALID_ACCESS_TOKEN&client=a"), 1)
	require.Empty(t, read("?world=nobody"))
	require.Len(t, read("?last=2"), 2)
	all := read("?world=j")
	seq := member(all[6], "seq").(interface{ String() string }).String()
	require.Len(t, read("?world=j&since="+seq), 2)
	require.Equal(t, all[7:], read("?world=j&since="+seq))
	require.Equal(t, "POST", member(all[0], "method"))
	require.Equal(t, "/sandbox/public_token/create", member(all[0], "path"))
	require.Contains(t, member(all[0], "reply"), made.public, "Tweed's own tokens stay readable")
	require.Contains(t, c.bad(400, "TWEED_BAD_REQUEST", "GET", "journal?since=x", ""), "since=x")
	require.Contains(t, c.bad(400, "TWEED_BAD_REQUEST", "GET", "journal?last=0", ""), "last=0")

	text := c.good("GET", "journal", "").Body
	require.NotContains(t, text, hidden)
	require.NotContains(t, text, secret)
	require.NotContains(t, emu.Dump(), hidden)
	require.Contains(t, text, "[redacted]")

	c.good("DELETE", "journal?world=other", "")
	require.Len(t, read(""), 9)
	c.good("DELETE", "journal", "")
	require.Empty(t, read(""))
}

// TestControlOutbox: webhooks that are collected, as they would go out.
func TestControlOutbox(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t, emulator.Options{
		Scenario: webhookScenario(), Webhooks: emulator.WebhookOptions{Mode: scenario.ModeCollect},
	})
	c := newClient(t, emu, "")
	require.Equal(t, []any{}, c.good("GET", "outbox", "").at("messages"))
	item := emu.World("default").Items()[0]
	c.ok("/sandbox/item/reset_login", fields{"access_token": item.AccessToken})
	messages, _ := c.good("GET", "outbox", "").at("messages").([]any)
	require.Len(t, messages, 1)
	message, _ := messages[0].(map[string]any)
	require.Equal(t, "http://127.0.0.1:9/hook", message["target"])
	require.Equal(t, "collected", message["state"])
	require.Equal(t, string(emu.World("default").Webhooks()[0].Body), message["body"])
	c.good("POST", "reset", "")
	require.Equal(t, []any{}, c.good("GET", "outbox", "").at("messages"))
}

func TestControlWorldNamesWithSlashes(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	name := t.Name() + "/sub"
	newClient(t, emu, name).link()
	c := newClient(t, emu, "")
	require.Equal(t, name, c.good("GET", "worlds/"+url.PathEscape(name), "").text("name"))
	c.good("POST", "worlds/"+url.PathEscape(name)+"/clock", `{"advance": "1h"}`)
	c.bad(http.StatusNotFound, "TWEED_NOT_FOUND", "GET", "worlds/"+name, "")
	c.bad(http.StatusNotFound, "TWEED_NOT_FOUND", "DELETE", "worlds/gone/no-such", "")
	require.Equal(t, []any{name, "default"}, c.good("GET", "worlds", "").at("worlds"), "a mistaken path makes no world")
	require.Equal(t, "INVALID_REQUEST/NOT_FOUND", c.send("POST", "/exchange_tokens", "{}").key())
	require.Equal(t, "INVALID_REQUEST/NOT_FOUND", c.send("GET", "/_tweedy", "").key())
}

// TestControlSchema: the schema of scenario files is served for editors.
func TestControlSchema(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t), "")
	got := c.good("GET", "schema", "")
	require.Equal(t, "application/json; charset=utf-8", got.Header.Get("Content-Type"))
	require.Equal(t, string(scenarios.Schema()), got.Body)
	require.Contains(t, c.good("GET", "", "").at("calls"), "GET /_tweed/schema")
	require.Contains(t, c.bad(405, "TWEED_METHOD", "POST", "schema", "{}"), "GET")
}
