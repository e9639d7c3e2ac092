package emulator_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/scenario"
)

// TestOptionsRefused: options that cannot be are refused before anything starts, with what
// would be right.
func TestOptionsRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		options emulator.Options
		wanted  string
	}{
		{"clock", emulator.Options{Clock: "fast"}, `"fast"`},
		{"clock step", emulator.Options{Clock: "step soon"}, `write for example "step 1s"`},
		{"clock speed", emulator.Options{Clock: "0x"}, `write for example "60x"`},
		{"depth", emulator.Options{MinDepth: "deep"}, `MinDepth is "deep"; it can be empty, "shaped" or "stateful"`},
		{"depth none", emulator.Options{MinDepth: "none"}, `MinDepth is "none"`},
		{
			"rule", emulator.Options{Scenario: &scenario.Scenario{Rules: []scenario.Rule{
				{Call: "/item/git", Then: scenario.Error("ITEM_LOCKED")},
			}}}, "/item/get",
		},
		{"given", emulator.Options{Scenario: &scenario.Scenario{Given: scenario.Given{
			Items: []scenario.Item{{As: "a", Institution: "ins_nowhere"}},
		}}}, `given.items[0].institution: the Sandbox has no institution "ins_nowhere"`},
		{
			"assume",
			emulator.Options{Scenario: &scenario.Scenario{Assume: map[string]any{"auto_aprove": "all"}}},
			"auto_approve",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			emu, err := emulator.New(test.options)
			require.Nil(t, emu)
			require.ErrorContains(t, err, test.wanted)
		})
	}
}

// TestOptions: what each option changes.
func TestOptions(t *testing.T) {
	t.Parallel()
	t.Run("Seed", func(t *testing.T) {
		t.Parallel()
		one, two := emulator.RunT(t), emulator.RunT(t, emulator.Options{Seed: 2})
		require.NotEqual(t, newClient(t, one, "").link(), newClient(t, two, "").link())
		pinned := &scenario.Scenario{Seed: 2}
		three := emulator.RunT(t, emulator.Options{Scenario: pinned})
		require.Equal(t, two.World("default").ClientID("x"), three.World("default").ClientID("x"))
		a, b := newClient(t, three, "").link(), newClient(t, emulator.RunT(t, emulator.Options{Seed: 2}), "").link()
		require.Equal(t, a, b, "the scenario's seed is as good as the option's")
		c := newClient(t, emulator.RunT(t, emulator.Options{Seed: 3, Scenario: pinned}), "").link()
		require.NotEqual(t, a, c, "the option's wins")
	})
	t.Run("Clock", func(t *testing.T) {
		t.Parallel()
		stepping := emulator.RunT(t, emulator.Options{Clock: "step 10m"})
		c := newClient(t, stepping, "")
		start := stepping.World("default").Now()
		public := c.publicToken()
		require.Equal(t, start.Add(10*time.Minute), stepping.World("default").Now())
		for range 2 {
			c.refused(400, "INVALID_INPUT/INVALID_ACCESS_TOKEN", "/item/get", fields{"access_token": "x"})
		}
		c.refused(400, "INVALID_INPUT/INVALID_PUBLIC_TOKEN", "/item/public_token/exchange", fields{"public_token": public})
		require.Equal(t, 200, c.control("GET", "clock", "").Status)
		require.Equal(t, start.Add(40*time.Minute), stepping.World("default").Now(), "only a vendor's calls step")

		before := time.Now()
		running := emulator.RunT(t, emulator.Options{Clock: "real"})
		require.WithinDuration(t, before, running.World("default").Now(), time.Minute)
		fast := emulator.RunT(t, emulator.Options{Clock: "1000000x"})
		require.Eventually(t, func() bool {
			return fast.World("default").Now().After(before.Add(time.Hour))
		}, time.Minute, time.Millisecond)
	})
	t.Run("Strict", func(t *testing.T) {
		t.Parallel()
		c := newClient(t, emulator.RunT(t, emulator.Options{Strict: true}), "")
		made := c.link()
		for _, header := range [][]string{{"PLAID-CLIENT-ID", "short"}, {"PLAID-SECRET", strings.ToUpper(secret)}} {
			c.refused(400, "INVALID_REQUEST/INVALID_FIELD", "/item/get", fields{"access_token": made.access}, header...)
		}
		newClient(t, emulator.RunT(t), "").ok("/sandbox/public_token/create", fields{
			"institution_id": platypus, "initial_products": []string{"auth"},
		}, "PLAID-CLIENT-ID", "short", "PLAID-SECRET", "s")
	})
	t.Run("BodyBytes", func(t *testing.T) {
		t.Parallel()
		c := newClient(t, emulator.RunT(t, emulator.Options{BodyBytes: 100}), "")
		body := fields{"access_token": strings.Repeat("x", 100)}
		got := c.refused(413, "TWEED_ERROR/TWEED_BODY_TOO_LARGE", "/item/get", body)
		require.Contains(t, got.text("error_message"), "100")
		require.Equal(t, 413, c.post("/exchange_token", body).Status)
		require.Equal(t, 413, c.post("/sentinel/api/v1/ach_relationships", body).Status)
		require.Equal(t, 413, c.control("PUT", "scenario", strings.Repeat("#", 101)).Status)
	})
	t.Run("JournalBytes", func(t *testing.T) {
		t.Parallel()
		silent := emulator.RunT(t, emulator.Options{JournalBytes: -1})
		newClient(t, silent, "").link()
		require.Empty(t, silent.World("default").Calls())
		require.Empty(t, silent.Dump())
		small := emulator.RunT(t, emulator.Options{JournalBytes: 4000})
		c := newClient(t, small, "")
		for range 20 {
			c.refused(400, "INVALID_INPUT/INVALID_ACCESS_TOKEN", "/item/get", fields{"access_token": "x"})
		}
		kept := small.World("default").Calls()
		require.NotEmpty(t, kept)
		require.Less(t, len(kept), 10)
		require.Equal(t, uint64(20), kept[len(kept)-1].N, "the newest stay")
		require.Equal(t, uint64(20), small.CallCount(), "those that left, too")
	})
	t.Run("PublicURL", func(t *testing.T) {
		t.Parallel()
		emu := emulator.RunT(t, emulator.Options{PublicURL: "https://tweed.example.test/"})
		c := &client{t: t, base: "http://" + emu.Addr(), http: http.DefaultClient}
		got := c.ok("/link/token/create", fields{
			"client_name": "n", "country_codes": []string{"US"}, "language": "en", "products": []string{"auth"},
			"user": fields{"client_user_id": "u"}, "hosted_link": fields{},
		})
		require.Equal(t, "https://tweed.example.test/link/"+got.text("link_token"), got.text("hosted_link_url"))
		require.Equal(t, "https://tweed.example.test", emu.URL(), "without a slash at the end")
	})
	t.Run("Logger", func(t *testing.T) {
		t.Parallel()
		var log strings.Builder
		emu := emulator.RunT(t, emulator.Options{
			Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		})
		newClient(t, emu, "w").refused(400, "INVALID_INPUT/INVALID_ACCESS_TOKEN", "/item/get", fields{"access_token": "x"})
		require.NoError(t, emu.Close())
		require.Contains(t, log.String(), "path=/item/get status=400 code=INVALID_ACCESS_TOKEN")
		require.NotContains(t, log.String(), secret)
	})
}

// TestHandler: an emulator that was not started serves whoever has a server of his own.
func TestHandler(t *testing.T) {
	t.Parallel()
	emu, err := emulator.New(emulator.Options{})
	require.NoError(t, err)
	server := httptest.NewServer(emu)
	t.Cleanup(server.Close)
	c := &client{t: t, base: server.URL, http: http.DefaultClient}
	c.link()
	require.NoError(t, emu.Close())
	require.Len(t, emu.World("default").Items(), 1)
}

// TestStartTwice: an address that is taken is an error of Start.
func TestStartTwice(t *testing.T) {
	t.Parallel()
	first := emulator.RunT(t)
	second, err := emulator.New(emulator.Options{Addr: first.Addr()})
	require.NoError(t, err)
	require.Error(t, second.Start())
	require.NoError(t, second.Close())
}

// TestWorldRule: a rule from Go acts as one in a file, before those of the scenario, until it
// is taken away; one that is not valid panics with what is wrong.
func TestWorldRule(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t, emulator.Options{Scenario: &scenario.Scenario{Rules: []scenario.Rule{
		{Name: "base", Call: "/item/get", Then: scenario.Error("INSTITUTION_DOWN")},
	}}})
	w := emu.World("default")
	c := newClient(t, emu, "")
	token := fields{"access_token": c.accessToken()}
	acts := func(rule, key string) {
		t.Helper()
		got := c.refused(400, key, "/item/get", token)
		require.Equal(t, rule, got.Header.Get("Tweed-Rule"))
	}
	acts("base", "INSTITUTION_ERROR/INSTITUTION_DOWN")
	older := w.Rule(scenario.Rule{Call: "/item/get", Then: scenario.Error("ITEM_LOCKED")})
	acts("added rule 1", "ITEM_ERROR/ITEM_LOCKED")
	newer := w.Rule(scenario.Rule{Name: "mine", Call: "/item/*", Then: scenario.Error("NO_ACCOUNTS")})
	acts("mine", "ITEM_ERROR/NO_ACCOUNTS")
	older()
	acts("mine", "ITEM_ERROR/NO_ACCOUNTS")
	newer()
	newer() // a second time does nothing
	acts("base", "INSTITUTION_ERROR/INSTITUTION_DOWN")

	for wanted, rule := range map[string]scenario.Rule{
		"ITEM_LOGIN_REQUIRED":   {Call: "/item/get", Then: scenario.Error("ITEM_LOGIN_REQIRED")},
		"/item/get":             {Call: "/item/git", Then: scenario.Error("ITEM_LOCKED")},
		"institution_id":        {Call: "/item/get", Where: scenario.Where{"instituton_id": scenario.Is("x")}, Then: scenario.Error("ITEM_LOCKED")},
		"the rule does nothing": {Call: "/item/get"},
	} {
		require.Contains(t, panicOf(func() { w.Rule(rule) }), wanted)
	}
	require.Panics(t, func() {
		w.Rule(scenario.Rule{Name: "base", Call: "/item/get", Then: scenario.Error("ITEM_LOCKED")})
	}, "the name is taken")
}

// panicOf is the text that f panics with, "" if it does not.
func panicOf(f func()) (text string) {
	defer func() {
		if cause := recover(); cause != nil {
			text = fmt.Sprint(cause)
		}
	}()
	f()
	return ""
}

// TestWorldClock: time moves when it is told to, each event at its own instant.
func TestWorldClock(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t, emulator.Options{Scenario: &scenario.Scenario{
		Clock: scenario.Clock{Start: time.Date(2026, 1, 16, 9, 0, 0, 0, time.FixedZone("", -5*3600))},
	}})
	w := emu.World("default")
	require.Equal(t, "2026-01-16T14:00:00Z", w.Now().Format(time.RFC3339), "Friday, 09:00 in New York")
	w.Advance(90 * time.Minute)
	require.Equal(t, "2026-01-16T15:30:00Z", w.Now().Format(time.RFC3339))
	w.AdvanceBankingDays(1)
	require.Equal(t, "2026-01-20T15:30:00Z", w.Now().Format(time.RFC3339), "Monday the 19th is a holiday")
	w.AdvanceBankingDays(45)
	require.Equal(t, "2026-03-25T14:30:00Z", w.Now().Format(time.RFC3339), "the same time of day in summer time")

	c := newClient(t, emu, "")
	made := c.link()
	w.Advance(30*24*time.Hour - time.Second)
	c.ok("/auth/get", fields{"access_token": made.access})
	w.Advance(time.Second)
	c.refused(400, "ITEM_ERROR/ITEM_LOGIN_REQUIRED", "/auth/get", fields{"access_token": made.access})
	require.Equal(t, "ITEM_ERROR/ITEM_LOGIN_REQUIRED", w.Items()[0].Error)
}

// TestWorldItems: Items come back as values: what a test does to them changes nothing.
func TestWorldItems(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t, emulator.Options{Scenario: &scenario.Scenario{Given: scenario.Given{Items: []scenario.Item{
		{As: "alice", Institution: gingham, Products: []string{"identity", "auth"}},
	}}}})
	w := emu.World("default")
	items := w.Items()
	require.Len(t, items, 1)
	alice := items[0]
	require.Equal(t, "alice", alice.Alias)
	require.Equal(t, gingham, alice.Institution)
	require.Equal(t, "user_good", alice.User)
	require.Equal(t, []string{"auth", "identity"}, alice.Products)
	require.Empty(t, alice.Error)
	require.False(t, alice.Removed)
	require.Len(t, alice.Accounts, 14)
	require.Equal(t, emulator.Account{
		ID: alice.Accounts[0].ID, Name: "Plaid Checking", Mask: "0000", Type: "depository", Subtype: "checking",
	}, alice.Accounts[0])

	items[0].Products[0], items[0].Accounts[0].Name = "nonsense", "nonsense"
	require.Equal(t, "auth", w.Items()[0].Products[0])
	require.Equal(t, "Plaid Checking", w.Items()[0].Accounts[0].Name)

	c := newClient(t, emu, "")
	c.ok("/accounts/get", fields{"access_token": alice.AccessToken})
	c.publicToken()
	require.Len(t, w.Items(), 2)
	c.ok("/item/remove", fields{"access_token": alice.AccessToken})
	for _, item := range w.Items() {
		require.Equal(t, item.Alias == "alice", item.Removed)
		require.Equal(t, item.Alias == "alice", item.AccessToken != "", "there is no token before the exchange")
	}
}

// TestWorldReset: a reset world is a new one; a scenario makes another one of it.
func TestWorldReset(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	w := emu.World("again")
	c := newClient(t, emu, "again")
	first := c.link()
	w.Advance(48 * time.Hour)
	w.Rule(scenario.Rule{Call: "/accounts/get", Then: scenario.Error("ITEM_LOCKED")})
	require.NoError(t, w.Reset())
	require.Empty(t, w.Items())
	require.Empty(t, w.Calls(), "the journal of the world goes, too")
	require.Equal(t, "2026-01-05T14:30:00Z", w.Now().Format(time.RFC3339))
	require.Equal(t, first, c.link(), "the same ids again")
	require.Equal(t, uint64(1), w.Calls()[0].N)
	c.post("/item/get", fields{})
	newClient(t, emu, "other").post("/item/get", fields{})
	all := emu.Calls()
	require.Equal(t, append(w.Calls(), emu.World("other").Calls()...), all, "all worlds together, without those before the reset")
	require.Greater(t, emu.CallCount(), uint64(len(all)), "which are counted all the same")

	require.NoError(t, w.Scenario(&scenario.Scenario{Seed: 9, Given: scenario.Given{Items: []scenario.Item{{As: "bob"}}}}))
	require.Len(t, w.Items(), 1)
	require.NotEqual(t, first, c.link())
	require.NoError(t, w.Reset())
	require.Equal(t, "bob", w.Items()[0].Alias, "a reset goes back to the world's own scenario")
	require.Empty(t, emu.World("other").Items(), "which is no other world's")

	require.ErrorContains(t, w.Scenario(&scenario.Scenario{Environment: "sandpit"}), "sandbox")
	c.ok("/item/get", fields{"access_token": w.Items()[0].AccessToken})
	require.Error(t, w.Scenario(&scenario.Scenario{Given: scenario.Given{Items: []scenario.Item{{Institution: "ins_none"}}}}))
	require.Equal(t, "bob", w.Items()[0].Alias, "one that is not valid changes nothing")
	require.Len(t, w.Calls(), 1)
	require.NoError(t, w.Reset())
}

// TestWorldCalls: the journal has every call of the world, with what is secret taken out.
func TestWorldCalls(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	w := emu.World("seen")
	c := newClient(t, emu, "seen")
	newClient(t, emu, "unseen").link()
	w.Rule(scenario.Rule{Name: "r", Call: "/auth/get", Then: scenario.Error("ITEM_LOCKED")})
	made := c.link()
	c.refused(400, "ITEM_ERROR/ITEM_LOCKED", "/auth/get", fields{"access_token": made.access, "client_id": c.inWorld("x"), "secret": "hush"})
	c.refused(404, "INVALID_REQUEST/NOT_FOUND", "/nonsense", nil)
	c.login()
	c.get("/sentinel/api/v1/transfers/achs/20260105000001")

	calls := w.Calls()
	require.Len(t, calls, 7)
	auth := calls[3]
	require.Equal(t, "seen", auth.World)
	require.Equal(t, uint64(4), auth.N)
	require.Equal(t, w.Now(), auth.Time)
	require.Equal(t, []string{"POST", "/auth/get", "/auth/get", "authGet", "x"},
		[]string{auth.Method, auth.Path, auth.Route, auth.Operation, auth.Client})
	require.Equal(t, 400, auth.Status)
	require.Equal(t, []string{"ITEM_ERROR", "ITEM_LOCKED", "r"}, []string{auth.Type, auth.Code, auth.Rule})
	require.Contains(t, string(auth.Request), `"secret":"[redacted]"`)
	require.NotContains(t, string(auth.Request), "hush")
	require.Contains(t, string(auth.Reply), "ITEM_LOCKED")
	require.Empty(t, calls[4].Operation)
	require.Equal(t, "/sentinel/api/v1/transfers/achs/{transferId}", calls[6].Route)
	require.Equal(t, "/sentinel/api/v1/transfers/achs/20260105000001", calls[6].Path)

	require.Len(t, strings.Split(strings.TrimSpace(emu.Dump()), "\n"), 7+3)
	require.Equal(t, http.StatusNotFound, calls[4].Status)
}

// TestTables: what the command line lists.
func TestTables(t *testing.T) {
	t.Parallel()
	all, err := emulator.Errors("")
	require.NoError(t, err)
	require.Greater(t, len(all), plaidRows)
	for _, name := range []string{"item_login_required", "ITEM_ERROR/ITEM_LOGIN_REQUIRED", "1606", "TWEED_PANIC", "R01", "c14"} {
		found, err := emulator.Errors(name)
		require.NoError(t, err, name)
		require.Len(t, found, 1, name)
	}
	_, err = emulator.Errors("ITEM_LOGIN_REQIRED")
	require.ErrorContains(t, err, "did you mean ITEM_LOGIN_REQUIRED?")

	depths, seen := map[string]int{}, map[string]bool{}
	for _, route := range emulator.Routes() {
		depths[route.Depth]++
		require.NotEmpty(t, route.Operation, route.Path)
		require.False(t, seen[route.Method+route.Path], route.Path)
		seen[route.Method+route.Path] = true
	}
	require.Greater(t, depths["stateful"], 35)
	require.Greater(t, depths["shaped"], 200)
	require.True(t, seen["POST/exchange_token"])
	for _, a := range emulator.Assumptions() {
		require.NotEmpty(t, a.Name+a.What)
		require.NotEmpty(t, a.Settles, a.Name)
	}
}
