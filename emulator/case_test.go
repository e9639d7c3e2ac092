package emulator_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/scenario"
)

// caseOf saves a world's case and reads it again.
func caseOf(t testing.TB, w emulator.World) *emulator.Case {
	t.Helper()
	data, err := w.Case()
	require.NoError(t, err)
	c, err := emulator.ReadCase("test.tweed.zip", data)
	require.NoError(t, err)
	require.NoError(t, c.CheckVersion())
	return c
}

// replayed replays a world's case and requires that it is the same.
func replayed(t testing.TB, w emulator.World) *emulator.Replay {
	t.Helper()
	replay, err := caseOf(t, w).Replay(t.Context(), emulator.ReplayOptions{})
	require.NoError(t, err)
	call, differs := replay.Differs()
	require.False(t, differs, "call %d %s %s: %s", call.N, call.Method, call.Path, call.Difference)
	require.Len(t, replay.Calls, replay.Total)
	require.Len(t, w.Calls(), replay.Total)
	return replay
}

// members are those of a zip, by name.
func members(t testing.TB, data []byte) map[string]string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	out := map[string]string{}
	for _, f := range archive.File {
		r, err := f.Open()
		require.NoError(t, err)
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		out[f.Name] = string(text)
	}
	return out
}

// must loads a scenario of a test.
func must(t testing.TB, text string) *scenario.Scenario {
	t.Helper()
	s, err := scenario.Load("test.yaml", []byte(text))
	require.NoError(t, err)
	return s
}

// TestCaseIsTheSame: whatever happened happens again, byte by byte.
func TestCaseIsTheSame(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		options  emulator.Options
		scenario string
		happens  func(*client, emulator.World)
	}{
		{name: "money path", happens: moneyPath},
		{name: "running clock", options: emulator.Options{Clock: "3600x"}, happens: moneyPath},
		{name: "steps", options: emulator.Options{Clock: "step 7m"}, happens: moneyPath},
		{name: "seed", options: emulator.Options{Seed: 77}, happens: moneyPath},
		{
			name: "rules", happens: rulesComeAndGo,
			scenario: "rules:\n  - {name: dice, call: /accounts/get, chance: 0.5, then: {error: ITEM_LOCKED}}\n" +
				"  - {name: limit, call: /item/get, then: {rate_limit: {limit: 1, window: 1m}}}\n",
		},
		{name: "transfers by hand", happens: transfersByHand},
		{name: "faults and delays", happens: faultsAndDelays},
		{name: "long polls", happens: longPolls},
		{name: "logins", happens: logins},
		{name: "odd requests", options: emulator.Options{BodyBytes: 5000}, happens: oddRequests},
		{
			name: "public URL and vendors' names", options: emulator.Options{PublicURL: "https://tweed.example"},
			happens: addresses,
		},
		{name: "addresses", happens: addresses},
		{name: "depth", options: emulator.Options{MinDepth: "stateful"}, happens: shaped},
		{name: "example replies", happens: shaped},
		{
			name: "pinned credentials", happens: secretsRightAndWrong,
			scenario: "credentials:\n  - {client_id: " + clientID + ", secret: " + secret + "}\n" +
				"  - {username: apexuser, entity: correspondent.TWEED, shared_secret: shared}\n",
		},
		{name: "strict", options: emulator.Options{Strict: true}, happens: secretsRightAndWrong},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.options.Scenario = must(t, test.scenario)
			emu := emulator.RunT(t, test.options)
			c := &client{t: t, base: "http://" + emu.Addr(), world: "a/caseé"}
			w := emu.World(c.world)
			test.happens(c, w)
			begin := time.Now()
			first := replayed(t, w)
			require.Less(t, time.Since(begin), 20*time.Second, "nothing is waited for")
			require.Equal(t, first.Transcript, replayed(t, w).Transcript)
			data, err := w.Case()
			require.NoError(t, err)
			again, err := w.Case()
			require.NoError(t, err)
			require.Equal(t, data, again)
			for name, text := range members(t, data) {
				for _, one := range []string{secret, "shared_secret: shared", "hush", `"Authorization":"e`} {
					require.NotContains(t, text, one, name)
				}
			}
		})
	}
}

func moneyPath(c *client, w emulator.World) {
	c.login()
	relationship := c.relationship(c.processorToken(c.link())).text("id")
	c.deposit(relationship, "e-1", "100.50")
	for range 6 {
		w.AdvanceBankingDays(1)
		c.get("/sentinel/api/v1/ach_relationships/" + relationship)
		c.login()
	}
	c.good(http.MethodPost, "clock", `{"run": "60x"}`)
	c.get("/sentinel/api/v1/ach_relationships/" + relationship)
	c.good(http.MethodPost, "clock", `{"run": "manual", "advance": "90m"}`)
	c.ale("highWaterMark=0")
}

func rulesComeAndGo(c *client, w emulator.World) {
	made := c.link()
	for range 8 {
		c.post("/accounts/get", fields{"access_token": made.access})
		c.post("/item/get", fields{"access_token": made.access})
		w.Advance(25 * time.Second)
	}
	c.good(http.MethodPost, "rules", `{"name": "a/b c", "call": "/auth/get", "until": "1h", "then": {"error": "INSTITUTION_DOWN"}}`)
	c.good(http.MethodPost, "rules", "call: /auth/get\nwhere: {secret: "+secret+"}\ntimes: 1\nthen: {error: ITEM_LOCKED}\n")
	remove := w.Rule(scenario.Rule{Call: scenario.Calls("/identity/get"), Then: scenario.Error("NO_ACCOUNTS")})
	for range 3 {
		c.post("/auth/get", fields{"access_token": made.access})
		c.post("/identity/get", fields{"access_token": made.access})
	}
	w.Advance(2 * time.Hour)
	c.post("/auth/get", fields{"access_token": made.access})
	remove()
	c.good(http.MethodDelete, "rules/a%2Fb%20c", "")
	c.post("/identity/get", fields{"access_token": made.access})
	c.post("/identity/get", fields{"access_token": made.access}, "Tweed-Error", "ITEM_LOGIN_REQUIRED")
}

func faultsAndDelays(c *client, w emulator.World) {
	token := fields{"access_token": c.accessToken()}
	for _, kind := range []scenario.FaultKind{scenario.Reset, scenario.Empty, scenario.Truncate, scenario.Garbage} {
		remove := w.Rule(scenario.Rule{Name: "by " + string(kind), Call: scenario.Calls("/item/get"), Then: scenario.Break(kind)})
		_, _ = c.try(http.MethodPost, "/item/get", token.json()) // the journal says how it ended
		remove()
	}
	patient, cancel := context.WithTimeout(c.t.Context(), 50*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(patient, http.MethodPost, c.base+"/item/get", strings.NewReader(token.json()))
	require.NoError(c.t, err)
	req.Header.Set("Tweed-World", c.world)
	req.Header.Set("Tweed-Fault", "hang")
	_, err = http.DefaultClient.Do(req) //nolint:bodyclose // there is no reply
	require.Error(c.t, err)
	c.good(http.MethodPost, "rules", `{"name": "slow", "call": "/item/get", "then": {"delay": "20s"}}`)
	patient, cancel = context.WithTimeout(c.t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = http.DefaultClient.Do(req.Clone(patient)) //nolint:bodyclose // there is no reply
	require.Error(c.t, err)
	c.good(http.MethodDelete, "rules/slow", "")
	c.ok("/item/get", token)
	w.Rule(scenario.Rule{Call: scenario.Calls("/item/get"), Then: scenario.Then{Status: 204}})
	c.post("/item/get", token)
}

func longPolls(c *client, w emulator.World) {
	c.login()
	relationship := c.relationship(c.processorToken(c.link())).text("id")
	byEvent, later := c.poll("highWaterMark=0&timeoutSeconds=3600"), c.poll("highWaterMark=1000007&timeoutSeconds=3600")
	c.post("/item/get", fields{"access_token": "x"})
	c.deposit(relationship, "e-1", "10")
	require.NoError(c.t, (<-byEvent).err)
	w.AdvanceBankingDays(4)
	require.NoError(c.t, (<-later).err)
	c.login()
	require.Empty(c.t, c.ale("highWaterMark=9999999&streamType=LONG_POLL&timeoutSeconds=1"))
	c.get("/ale/api/v1/read/" + transferTopic + "/OTHER?streamType=LONG_POLL")
}

func logins(c *client, w emulator.World) {
	c.get("/ale/api/v1/read/" + transferTopic + "/TWEED")
	c.login()
	first := c.jwt
	c.get("/legit/api/v1/cc/token?jws=" + url.QueryEscape(loginJWS(c.inWorld("second"), "correspondent.OTHER", "hush")))
	c.login()
	for _, header := range []string{first, "Bearer " + first, "Authorization: Bearer " + c.jwt, "hush " + c.jwt, "hush", c.jwt + "x"} {
		c.send(http.MethodGet, "/ale/api/v1/read/"+transferTopic+"/TWEED", "", "Authorization", header)
	}
	c.send(http.MethodPost, "/legit/api/v2/verify", "{}", "Authorization", first)
	c.send(http.MethodPost, "/legit/api/v1/logout", "{}", "Authorization", first)
	w.Advance(26 * time.Hour)
	c.ok("/legit/api/v1/cc/token", fields{"jws": loginJWS(c.inWorld("apexuser"), "correspondent.TWEED", "hush")})
	for _, jws := range []string{"", "a.b", "a.b.c", "..", "e30.e30.", loginJWS("apexuser", "", "hush")} {
		c.post("/legit/api/v1/cc/token", fields{"jws": jws})
	}
	w.Rule(scenario.Rule{Call: scenario.Calls("POST /legit/api/v1/cc/token"), Times: 1, Then: scenario.Error("TOKEN_REFUSED")})
	c.post("/legit/api/v1/cc/token", fields{"jws": loginJWS(c.inWorld("apexuser"), "correspondent.TWEED", "hush")})
	c.login()
	c.get("/ale/api/v1/read/" + transferTopic + "/TWEED")
}

func oddRequests(c *client, _ emulator.World) {
	for _, body := range []string{"", "{", "[]", "null", "\xff\xfe", `{"a":"\u0000"}`, strings.Repeat("x", 6000), `{"public_token":1}`} {
		for _, path := range []string{"/item/get", "/nowhere//x", "/a%2Fb%20%FF/ü?x=%zz&secret=" + secret, "/sentinel/x", "/exchange_token"} {
			c.send(http.MethodPost, path, body, "Tweed-World", c.world)
		}
	}
	for _, method := range []string{"HEAD", "DELETE", "PATCH", "OPTIONS", "GET"} {
		c.send(method, "/categories/get", "", "Tweed-World", c.world)
	}
	form := "client_id=x&public_token=y&secret=" + secret
	c.send(http.MethodPost, "/exchange_token", form, "Tweed-World", c.world, "Content-Type", "application/x-www-form-urlencoded")
	c.send(http.MethodPost, "/item/get", "{}", "Tweed-World", c.world, "Content-Encoding", "gzip", "Plaid-Version", "2018-05-22")
}

func addresses(c *client, _ emulator.World) {
	link := fields{
		"client_name": "x", "language": "en", "country_codes": []string{"US"}, "products": []string{"auth"},
		"user": fields{"client_user_id": "u"}, "hosted_link": fields{},
	}
	c.ok("/link/token/create", link)
	c.ok("/link/token/create", link, "Host", "sandbox.plaid.com")
	c.ok("/link/token/create", link, "Host", "elsewhere.test:1234")
}

func shaped(c *client, _ emulator.World) {
	made := c.link()
	for _, path := range []string{"/liabilities/get", "/investments/holdings/get", "/assets_report/get", "/categories/get"} {
		c.post(path, fields{"access_token": made.access})
	}
}

func secretsRightAndWrong(c *client, _ emulator.World) {
	ask := fields{"institution_id": platypus, "country_codes": []string{"US"}}
	for _, with := range []string{secret, "", "hush-hush", strings.Repeat("e", 30)} {
		c.post("/institutions/get_by_id", ask, "PLAID-SECRET", with)
		c.post("/institutions/get_by_id", fields{
			"client_id": c.inWorld(clientID), "secret": with, "institution_id": platypus, "country_codes": []string{"US"},
		})
		c.post("/institutions/get_by_id", ask, "PLAID-SECRET", with, "PLAID-CLIENT-ID", c.inWorld("other"))
		form := url.Values{"client_id": {c.inWorld(clientID)}, "public_token": {"y"}, "secret": {with}}.Encode()
		c.send(http.MethodPost, "/exchange_token", form, "Content-Type", "application/x-www-form-urlencoded")
	}
	for _, with := range []string{"shared", "hush"} {
		for _, user := range []string{"apexuser", "other"} {
			c.post("/legit/api/v1/cc/token", fields{"jws": loginJWS(c.inWorld(user), "correspondent.TWEED", with)})
		}
	}
	c.link()
}

// TestCaseBegins: a case begins with the last reset, scenario or import.
func TestCaseBegins(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t, emulator.Options{Scenario: must(t, "seed: 5\ncredentials: [{client_id: "+clientID+", secret: "+secret+"}]\n")})
	c, relationship := apex(t, emu, "begins")
	w := emu.World("begins")
	c.deposit(relationship, "e-1", "10")
	w.Advance(time.Hour)
	export := c.good(http.MethodGet, "export", "").Body
	c.good(http.MethodPost, "clock", `{"run": "real"}`)

	other := emu.World("other")
	o := newClient(t, emu, "other")
	o.jwt = c.jwt
	o.accessToken()
	o.good(http.MethodPost, "import", export)
	o.get("/sentinel/api/v1/ach_relationships/"+relationship, "Tweed-World", "other")
	other.AdvanceBankingDays(3)
	o.login()
	o.get("/sentinel/api/v1/ach_relationships/" + relationship)
	o.accessToken()
	data, err := other.Case()
	require.NoError(t, err)
	parts := members(t, data)
	require.Contains(t, parts, "start.json")
	require.Contains(t, parts["README.txt"], "The world began with an import: start.json.")
	require.NotContains(t, parts["start.json"]+parts["scenario.yaml"], secret)
	saved, err := emulator.ReadCase("x", data)
	require.NoError(t, err)
	replay, err := saved.Replay(t.Context(), emulator.ReplayOptions{})
	require.NoError(t, err)
	call, differs := replay.Differs()
	require.False(t, differs, call.Difference)
	require.Equal(t, 6, replay.Total)

	require.NoError(t, w.Reset())
	_, err = w.Case()
	require.ErrorContains(t, err, "no calls came to it since it began")
	c.accessToken()
	require.Equal(t, 3, replayed(t, w).Total)
	require.NoError(t, w.Scenario(must(t, "seed: 6\nclock: {start: 2027-03-04T05:06:07Z}\n")))
	c.accessToken()
	require.Equal(t, 3, replayed(t, w).Total)
}

// TestCaseIsRefused: what is no longer known is not left out.
func TestCaseIsRefused(t *testing.T) {
	t.Parallel()
	small := emulator.RunT(t, emulator.Options{JournalBytes: 6000})
	for range 5 {
		newClient(t, small, "").publicToken()
	}
	_, err := small.World("default").Case()
	require.ErrorContains(t, err, "there is no case of world default: ")
	require.ErrorContains(t, err, "of its 5 calls have left the journal for want of room; make it larger (--journal-bytes, ")

	off := emulator.RunT(t, emulator.Options{JournalBytes: -1})
	newClient(t, off, "").publicToken()
	_, err = off.World("default").Case()
	require.ErrorContains(t, err, "the journal is switched off; start without --journal-bytes -1")

	emu := emulator.RunT(t)
	c := newClient(t, emu, "w")
	_, err = emu.World("w").Case()
	require.ErrorContains(t, err, "no calls came to it")
	c.publicToken()
	c.good(http.MethodDelete, "journal?world=w", "")
	c.publicToken()
	require.Equal(t, "there is no case of world w: 1 of its 2 calls were cleared from the journal; reset the world and do it again",
		c.bad(http.StatusConflict, "TWEED_CASE", http.MethodGet, "case", ""))
	c.good(http.MethodPost, "reset", "")
	c.publicToken()
	got := c.good(http.MethodGet, "worlds/w/case?name=n", "")
	require.Equal(t, "application/zip", got.Header.Get("Content-Type"))

	c.good(http.MethodDelete, "worlds/w", "")
	c.publicToken()
	require.Equal(t, 1, func() int {
		replay, err := caseOf(t, emu.World("w")).Replay(t.Context(), emulator.ReplayOptions{})
		require.NoError(t, err)
		_, differs := replay.Differs()
		require.False(t, differs)
		return replay.Total
	}(), "a new world of the same name has its own calls")

	rule := `{"name": "%d", "call": "/item/get", "then": {"status": 418, "body": "%s"}}`
	for n := range 10 {
		c.good(http.MethodPost, "rules", fmt.Sprintf(rule, n, strings.Repeat("x", 1_000_000)))
	}
	_, err = emu.World("w").Case()
	require.ErrorContains(t, err, "moves of its clock and rules were too many to remember")
}

// TestCaseReadme: the text for a ticket.
func TestCaseReadme(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	c, relationship := apex(t, emu, "tickets")
	done := c.poll("highWaterMark=0&timeoutSeconds=3600")
	c.good(http.MethodPost, "rules", "ach: deposit\nthen:\n  return: R01\n")
	c.deposit(relationship, "e-1", "10")
	require.NoError(t, (<-done).err)
	c.good(http.MethodPost, "clock", `{"advance": "2 banking days"}`)
	c.post("/item/get", fields{"access_token": "x"}, "Tweed-Error", "ITEM_LOCKED")
	_, _ = c.try(http.MethodPost, "/item/get", "{}", "Tweed-Fault", "empty") // lost
	data := []byte(c.good(http.MethodGet, "case?name="+url.QueryEscape("it's lost"), "").Body)
	compareGolden(t, "../case-readme", members(t, data)["README.txt"])
}

// TestCaseDiffers: another seed makes other ids, and the first call with one says so.
func TestCaseDiffers(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	newClient(t, emu, "").link()
	replay, err := caseOf(t, emu.World("default")).Replay(t.Context(), emulator.ReplayOptions{Seed: 2})
	require.NoError(t, err)
	call, differs := replay.Differs()
	require.True(t, differs)
	require.Equal(t, []any{uint64(1), "POST", "/sandbox/public_token/create"}, []any{call.N, call.Method, call.Path})
	require.Regexp(t, `^reply: /public_token: wanted "public-sandbox-.*", got "public-sandbox-`, call.Difference)
	require.Len(t, replay.Calls, 1)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = caseOf(t, emu.World("default")).Replay(ended, emulator.ReplayOptions{})
	require.ErrorIs(t, err, context.Canceled)
}
