package api

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/scenario"
)

func TestRuleError(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	l.rule(scenario.Rule{Name: "twice", Call: pathPut, Times: 2, Then: scenario.Error("INSTITUTION_DOWN")})
	for range 2 {
		a := l.post(pathPut, `{"item":"x"}`)
		require.Equal(t, "INSTITUTION_DOWN", a.text("error_code"))
		require.Equal(t, "twice", a.Header.Get("Tweed-Rule"))
	}
	require.Empty(t, l.post(pathGet, `{}`).text("note"), "the operation did not run")
	a := l.post(pathPut, `{"item":"x"}`)
	require.Equal(t, 200, a.Status, "a spent rule lets the call through")
	require.NotContains(t, a.Header, "Tweed-Rule")
	require.Equal(t, []string{"twice", "twice", "", ""}, l.rulesOfJournal())
}

func (l *lab) rulesOfJournal() (names []string) {
	for _, e := range l.entries() {
		names = append(names, e.Rule)
	}
	return names
}

// A call with a fault of its own gets that, and the rule waits for a good one.
func TestRuleWaitsForGoodCall(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	l.rule(scenario.Rule{Name: "once", Call: pathPut, Times: 1, Then: scenario.Error("INSTITUTION_DOWN")})
	l.rule(scenario.Rule{Name: "third", Call: pathGet, Skip: 2, Times: 1, Then: scenario.Error("INSTITUTION_DOWN")})
	for _, path := range []string{pathPut, pathGet, pathGet, pathGet} {
		require.Equal(t, "INVALID_FIELD", l.post(path, `{"count":1}`).text("error_code"))
		require.Equal(t, "TWEED_BAD_REQUEST", l.post(path, `{`).text("error_code"))
		require.Equal(t, "INSTITUTION_NOT_RESPONDING", l.post(path, `{}`, "Tweed-Error", "INSTITUTION_NOT_RESPONDING").text("error_code"))
	}
	require.Equal(t, "INSTITUTION_DOWN", l.post(pathPut, `{}`).text("error_code"))
	require.Equal(t, 200, l.post(pathGet, `{}`).Status)
	require.Equal(t, 200, l.post(pathGet, `{}`).Status)
	require.Equal(t, "INSTITUTION_DOWN", l.post(pathGet, `{}`).text("error_code"))
}

// Facts are the world, the client and what the family knows.
func TestRuleFacts(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	for name, where := range map[string]scenario.Where{
		"by world":  {"world": scenario.Is("default"), "item": scenario.Is("w")},
		"by client": {"client_id": scenario.Is("alice")},
		"by field":  {"item": scenario.Is("f")},
	} {
		l.rule(scenario.Rule{Name: name, Call: pathPut, Where: where, Then: scenario.Error("INSTITUTION_DOWN")})
	}
	for body, want := range map[string]string{
		`{"item":"w"}`: "by world", `{"client_id":"alice"}`: "by client", `{"item":"f"}`: "by field",
		`{"client_id":"bob"}`: "", `{"client_id":"alice@other"}`: "", `{}`: "",
	} {
		require.Equal(t, want, l.post(pathPut, body).Header.Get("Tweed-Rule"), body)
	}
}

func TestRuleReply(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	for path, then := range map[string]scenario.Then{
		pathPut:  {Status: 502, Body: "<html>Bad Gateway</html>"},
		pathGet:  {Status: 201, Body: map[string]any{"b": 1, "a": []any{"<"}}},
		pathFail: {Body: "plain"},
	} {
		l.rule(scenario.Rule{Call: scenario.Calls(path), Then: then})
	}
	a := l.post(pathPut, `{"item":"x"}`)
	require.Equal(t, 502, a.Status)
	require.Equal(t, "<html>Bad Gateway</html>", a.Body)
	require.Equal(t, "text/plain; charset=utf-8", a.Header.Get("Content-Type"))
	require.Equal(t, "stateful", a.Header.Get("Tweed-Depth"))
	require.Equal(t, "2026-01-05T14:30:00Z", a.Header.Get("Tweed-Now"))
	require.NotEmpty(t, a.Header.Get("Tweed-Rule"))
	a = l.post(pathGet, `{}`)
	require.Equal(t, 201, a.Status)
	require.JSONEq(t, `{"a":["<"],"b":1}`, a.Body)
	require.Equal(t, "application/json; charset=utf-8", a.Header.Get("Content-Type"))
	a = l.post(pathFail, `{}`)
	require.Equal(t, 200, a.Status)
	require.Equal(t, "plain", a.Body)
	require.Equal(t, 502, l.entries()[0].Status)
	require.Equal(t, "<html>Bad Gateway</html>", string(l.entries()[0].Reply))
	require.Empty(t, l.entries()[0].Code)
}

func TestRulePatch(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	patch := scenario.Patch{Set: map[string]any{"/note": nil, "/new": true}, Omit: []string{"/world", "/client"}}
	l.rule(scenario.Rule{Name: "patch", Call: pathGet, Then: scenario.Then{Patch: patch}})
	l.rule(scenario.Rule{Name: "patch raw", Call: pathRaw, Then: scenario.Then{Patch: patch}})
	l.rule(scenario.Rule{Name: "patch error", Call: pathRefuse, Then: scenario.Then{Patch: patch}})
	l.rule(scenario.Rule{Name: "patch nothing", Call: pathPut, Then: scenario.Then{Patch: scenario.Patch{Omit: []string{"/no/such"}}}})

	a := l.post(pathGet, `{}`)
	require.Equal(t, "patch", a.Header.Get("Tweed-Rule"))
	require.Equal(t, `{
  "balance": 110.10,
  "large": 12345678901234567890,
  "new": true,
  "note": null,
  "request_id": "`+a.text("request_id")+`"
}`, a.Body, "what the patch does not name stays as it was, numbers too")

	a = l.post(pathRaw, `{}`)
	require.Equal(t, "%PDF", a.Body)
	a = l.post(pathRefuse, `{}`)
	require.Equal(t, "ITEM_LOGIN_REQUIRED", a.text("error_code"))
	require.NotContains(t, a.Fields, "new", "a patch is for good answers")
	a = l.post(pathPut, `{}`)
	require.Equal(t, 200, a.Status)

	entries := l.entries()
	require.Empty(t, entries[0].Notes)
	require.Equal(t, []string{`rule "patch raw" has a patch, but this answer is not JSON`}, entries[1].Notes)
	require.Len(t, entries[3].Notes, 1)
	require.Contains(t, entries[3].Notes[0], `rule "patch nothing": patch omit /no/such`)
}

// A delay holds the answer back and neither the world nor other calls.
func TestRuleDelay(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	l.rule(scenario.Rule{Name: "long", Call: pathPark, Then: scenario.Wait(time.Hour)})
	l.rule(scenario.Rule{Name: "short", Call: pathGet, Times: 1, Then: scenario.Wait(20 * time.Millisecond)})
	l.post(pathPut, `{"item":"ready"}`)
	ctx, cancel := context.WithCancel(t.Context())
	slow := l.later(l.request(pathPark, `{}`).WithContext(ctx))
	<-l.parking // its operation runs
	start := time.Now()
	a := l.post(pathGet, `{}`)
	require.GreaterOrEqual(t, time.Since(start), 20*time.Millisecond)
	require.Equal(t, "ready", a.text("note"))
	require.Equal(t, "2026-01-05T14:30:00Z", a.Header.Get("Tweed-Now"), "no world time passes")
	require.Len(t, l.entries(), 3, "the slow call is in the journal already")
	cancel()
	_, answered := <-slow
	require.False(t, answered)
}

// A stop sends what a delay holds back.
func TestRuleDelayEndsByStop(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	l.rule(scenario.Rule{Call: pathPark, Then: scenario.Wait(time.Hour)})
	l.post(pathPut, `{"item":"ready"}`)
	slow := l.later(l.request(pathPark, `{}`))
	<-l.parking
	close(l.stop)
	a := <-slow
	require.Equal(t, "ready", a.text("note"))
}

// The header forces any row, before everything else.
func TestForcedError(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	for _, test := range []struct {
		header string
		status int
		code   string
	}{
		{"ITEM_LOGIN_REQUIRED", 400, "ITEM_LOGIN_REQUIRED"},
		{" ITEM_ERROR/NO_ACCOUNTS ", 400, "NO_ACCOUNTS"},
		{"INTERNAL_SERVER_ERROR; status=503", 503, "INTERNAL_SERVER_ERROR"},
		{"OAUTH_STATE_ID_ALREADY_PROCESSED; status=208", 208, "OAUTH_STATE_ID_ALREADY_PROCESSED"},
		{"ITEM_NO_ERROR", 400, "TWEED_UNKNOWN_ERROR_CODE"},
		{"ITEM_LOGIM_REQUIRED", 400, "TWEED_UNKNOWN_ERROR_CODE"},
		{"ITEM_LOGIN_REQUIRED; status=99", 400, "TWEED_UNKNOWN_ERROR_CODE"},
		{"ITEM_LOGIN_REQUIRED; status=x", 400, "TWEED_UNKNOWN_ERROR_CODE"},
		{";", 400, "TWEED_UNKNOWN_ERROR_CODE"},
	} {
		for path, body := range map[string]string{pathPut: `{"item":"x"}`, pathGet: `{`, pathNothing: `{}`, "/nothing": `{}`} {
			a := l.post(path, body, "Tweed-Error", test.header)
			require.Equal(t, test.status, a.Status, "%s: %s", test.header, a.Body)
			require.Equal(t, test.code, a.text("error_code"), test.header)
			if test.code != "TWEED_UNKNOWN_ERROR_CODE" {
				require.Equal(t, "header Tweed-Error", a.Header.Get("Tweed-Rule"))
			}
		}
	}
	require.Empty(t, l.post(pathGet, `{}`).text("note"), "no operation ran")
	a := l.post(pathGet, `{}`, "Tweed-Error", "ITEM_LOGIM_REQUIRED")
	require.Contains(t, a.text("error_message"), "ITEM_LOGIN_REQUIRED", "the nearest right word")
	a = l.post(pathGet, `{}`, "Tweed-Error", "ITEM_NO_ERROR")
	require.Contains(t, a.text("error_message"), `"ITEM_NO_ERROR; status=400"`)
	require.Equal(t, http.StatusBadRequest, a.Status)
}
