package emulator_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/scenario"
)

// numbersOf are the numbers of the calls that a query of the journal chooses.
func numbersOf(c *client, query string) (out []string) {
	c.t.Helper()
	calls, _ := c.good(http.MethodGet, "journal?"+query, "").at("calls").([]any)
	for _, one := range calls {
		call, _ := one.(map[string]any)
		out = append(out, fmt.Sprint(call["n"]))
	}
	return out
}

// TestJournalFilters: tests that share one client_id find their own calls by a fact.
func TestJournalFilters(t *testing.T) {
	t.Parallel()
	c, _ := verifiedWorld(t, emulator.Options{})
	for query, want := range map[string][]string{
		"client_user_id=u-1":                              {"1", "2", "3", "7", "9", "10", "11", "12"},
		"client_user_id=u-1&family=plaid&status=200":      {"3", "7", "12"},
		"account=3TW05057&external_transfer_id=large":     {"11"},
		"external_transfer_id=small":                      {"10"},
		"rule=login+twice":                                {"1", "2"},
		"rule=large+deposits+bounce":                      {"11"},
		"family=legit":                                    {"8"},
		"status=400&code=MISSING_FIELDS":                  {"6"},
		"op=itemAccessTokenInvalidate&client=" + clientID: {"12"},
		"since=10&last=1":                                 {"12"},
		"account=none":                                    nil,
	} {
		require.Equal(t, want, numbersOf(c, "world=v&"+query), query)
	}
	for query, want := range map[string]string{
		"statsu=400":             `the journal has no parameter "statsu"; did you mean status?`,
		"x=1":                    "the journal has no parameter \"x\"; there are client, code, family, follow",
		"status=ok&since=a":      "since=a is no number; give the seq of a call; status=ok is no HTTP status",
		"follow=maybe":           "follow=maybe is no yes or no; write true or false",
		"format=xml":             "format=xml is no form; it is json or har",
		"format=har&follow=true": "format=har is no form; it is json or har, and json to follow",
	} {
		require.Contains(t, c.bad(400, "TWEED_BAD_REQUEST", "GET", "journal?"+query, ""), want, query)
	}
}

// TestJournalEntry: a call is kept with its headers, its facts and what acted on it, and
// without the client's secrets.
func TestJournalEntry(t *testing.T) {
	t.Parallel()
	c, w := verifiedWorld(t, emulator.Options{})
	calls, _ := c.good("GET", "journal?world=v&external_transfer_id=large", "").at("calls").([]any)
	require.Len(t, calls, 1)
	call, _ := calls[0].(map[string]any)
	require.Equal(t, []any{"large deposits bounce"}, call["transfer_rules"])
	headers, _ := call["request_headers"].(map[string]any)
	require.Equal(t, []any{"[redacted]"}, headers["Authorization"])
	require.Equal(t, []any{"application/json"}, headers["Content-Type"])
	facts, _ := call["facts"].(map[string]any)
	require.Equal(t, json.Number("100000"), facts["amount_cents"])
	require.Equal(t, json.Number("2"), facts["attempt"])
	require.Equal(t, "u-1", facts["client_user_id"])
	text := c.good("GET", "journal", "").Body
	require.NotContains(t, text, secret)
	require.NotContains(t, text, c.jwt[strings.LastIndexByte(c.jwt, '.'):]+`"]`, "not as a header")
	require.Contains(t, text, w.Items()[0].AccessToken[:20], "Tweed's own tokens stay readable")
	require.Equal(t, "[redacted]", w.Calls()[0].Sent.Get("Plaid-Secret"))
}

// harRequired are the members that HAR 1.2 requires, by the path of their object
// (http://www.softwareishard.com/blog/har-12-spec).
var harRequired = map[string][]string{
	"":                                {"log"},
	"log":                             {"version", "creator", "entries"},
	"log.creator":                     {"name", "version"},
	"log.entries":                     {"startedDateTime", "time", "request", "response", "cache", "timings"},
	"log.entries.request":             {"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"},
	"log.entries.response":            {"status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL", "headersSize", "bodySize"},
	"log.entries.response.content":    {"size", "mimeType"},
	"log.entries.timings":             {"send", "wait", "receive"},
	"log.entries.request.headers":     {"name", "value"},
	"log.entries.request.queryString": {"name", "value"},
	"log.entries.response.headers":    {"name", "value"},
}

// checkHAR walks a decoded HAR and holds each object against what is required of it.
func checkHAR(t *testing.T, path string, value any, seen map[string]bool) {
	t.Helper()
	switch v := value.(type) {
	case []any:
		for _, one := range v {
			checkHAR(t, path, one, seen)
		}
	case map[string]any:
		seen[path] = true
		for _, name := range harRequired[path] {
			require.Contains(t, v, name, "%s lacks %s", path, name)
			require.NotNil(t, v[name], "%s.%s", path, name)
		}
		if post, ok := v["postData"].(map[string]any); ok {
			require.Contains(t, post, "mimeType")
			require.Contains(t, post, "text")
		}
		for name, below := range v {
			checkHAR(t, strings.TrimPrefix(path+"."+name, "."), below, seen)
		}
	}
}

// TestHAR: the journal as HAR 1.2.
func TestHAR(t *testing.T) {
	t.Parallel()
	c, _ := verifiedWorld(t, emulator.Options{PublicURL: "http://tweed.test"})
	got := c.good("GET", "journal?world=v&format=har", "")
	require.Equal(t, "application/json; charset=utf-8", got.Header.Get("Content-Type"))
	seen := map[string]bool{}
	checkHAR(t, "", got.Fields, seen)
	for path := range harRequired {
		require.True(t, seen[path] || path == "log.entries.request.queryString", path)
	}
	var file struct {
		Log struct {
			Version string
			Entries []struct {
				StartedDateTime string
				Time            float64
				Request         struct{ URL string }
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(got.Body), &file))
	require.Equal(t, "1.2", file.Log.Version)
	require.Len(t, file.Log.Entries, 12)
	for _, entry := range file.Log.Entries {
		_, err := time.Parse(time.RFC3339, entry.StartedDateTime)
		require.NoError(t, err)
		address, err := url.Parse(entry.Request.URL)
		require.NoError(t, err)
		require.Equal(t, "tweed.test", address.Host)
		require.Zero(t, entry.Time)
	}
	small := c.good("GET", "journal?world=v&format=har&rule=login+twice&last=1", "")
	compareGolden(t, "../journal-har", small.Body+"\n")

	c.get("/legit/api/v1/cc/token?jws=" + url.QueryEscape(loginJWS("a@v", "c.X", "hush")) + "&x=1")
	got = c.good("GET", "journal?world=v&format=har&last=1", "")
	clear(seen)
	checkHAR(t, "", got.Fields, seen)
	require.True(t, seen["log.entries.request.queryString"])
	require.Contains(t, got.Body, `.%5Bredacted%5D&x=1`)
}

// event is one server-sent event.
type event struct{ id, name, data string }

// events reads a stream.
type events struct {
	t      *testing.T
	lines  *bufio.Reader
	status int
	end    func()
}

// follow opens a stream of the journal.
func follow(t *testing.T, c *client, query string, headers ...string) *events {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/_tweed/journal?follow=true&"+query, nil)
	require.NoError(t, err)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	t.Cleanup(func() { cancel(); _ = resp.Body.Close() })
	e := &events{t: t, lines: bufio.NewReader(resp.Body), status: resp.StatusCode, end: cancel}
	if resp.StatusCode == http.StatusOK {
		require.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
		first, err := e.lines.ReadString('\n')
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(first, ":"), "a comment says that the stream is open: %s", first)
	}
	return e
}

// next is the next event; an error when the stream has ended.
func (e *events) next() (event, error) {
	var out event
	for {
		line, err := e.lines.ReadString('\n')
		if err != nil {
			return out, err
		}
		line = strings.TrimSuffix(line, "\n")
		switch name, value, _ := strings.Cut(line, ": "); {
		case line == "" && out != event{}:
			return out, nil
		case name == "id":
			out.id = value
		case name == "event":
			out.name = value
		case name == "data":
			out.data = value
		}
	}
}

// call is the next event, which is a call.
func (e *events) call() map[string]any {
	e.t.Helper()
	got, err := e.next()
	require.NoError(e.t, err)
	require.Equal(e.t, "call", got.name, got.data)
	var call map[string]any
	require.NoError(e.t, json.Unmarshal([]byte(got.data), &call))
	require.Equal(e.t, got.id, fmt.Sprint(call["seq"]))
	return call
}

// TestFollow: who follows the journal gets each chosen call as it comes, and can go on where
// he was.
func TestFollow(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	c, other := newClient(t, emu, "f"), newClient(t, emu, "other")
	c.publicToken()
	stream, errors := follow(t, c, "world=f"), follow(t, c, "world=f&status=400")
	other.publicToken()
	c.publicToken()
	c.post("/item/get", fields{"access_token": "x"})
	require.InDelta(t, 2, stream.call()["n"], 0)
	require.InDelta(t, 3, stream.call()["n"], 0)
	require.InDelta(t, 3, errors.call()["n"], 0)

	again := follow(t, c, "world=f", "Last-Event-ID", "1")
	require.InDelta(t, 2, again.call()["n"], 0)
	require.InDelta(t, 3, again.call()["n"], 0)
	require.InDelta(t, 1, follow(t, c, "world=f&since=0").call()["n"], 0)
	require.InDelta(t, 3, follow(t, c, "world=f&last=1").call()["n"], 0)

	c.bad(400, "TWEED_BAD_REQUEST", "GET", "journal?follow=true&since=x", "")
	c.bad(400, "TWEED_BAD_REQUEST", "GET", "journal?follow=true", "", "Last-Event-ID", "x")
	c.bad(421, "TWEED_HOST_REFUSED", "GET", "journal?follow=true", "", "Host", "attacker.example.com")

	stream.end()
	_, err := stream.next()
	require.Error(t, err)
	require.NoError(t, emu.Close(), "a stop does not wait for who follows")
	_, err = again.next()
	require.Error(t, err, "the stop ends the stream")
}

// TestFollowLost: who goes on too late learns how many calls he missed.
func TestFollowLost(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t, emulator.Options{JournalBytes: 20_000})
	c := newClient(t, emu, "f")
	for range 40 {
		c.post("/item/get", fields{"access_token": "x"})
	}
	kept := len(emu.World("f").Calls())
	stream := follow(t, c, "world=f", "Last-Event-ID", "5")
	got, err := stream.next()
	require.NoError(t, err)
	require.Equal(t, event{name: "gone", data: fmt.Sprintf(`{"calls": %d}`, 40-5-kept)}, got)
	require.InDelta(t, 40-kept+1, stream.call()["n"], 0)
}

// TestFollowSlow: a reader that does not read holds nobody up.
func TestFollowSlow(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t, emulator.Options{JournalBytes: 200_000})
	c := newClient(t, emu, "f")
	stream := follow(t, c, "world=f")
	body := fields{"access_token": string(bytes.Repeat([]byte("x"), 20_000))}
	const calls = 400 // more than the socket's buffers take
	for range calls {
		c.post("/item/get", body)
	}
	seen, lost := 0, 0
	for seen+lost < calls {
		got, err := stream.next()
		require.NoError(t, err)
		if got.name == "call" {
			seen++
			continue
		}
		var gone struct{ Calls int }
		require.NoError(t, json.Unmarshal([]byte(got.data), &gone))
		lost += gone.Calls
	}
	require.Positive(t, lost, "%d came", seen)
	require.Equal(t, calls, seen+lost)
	emu.World("f").Verify(&recordT{}, scenario.CallExpect{Call: "/item/get"})
}
