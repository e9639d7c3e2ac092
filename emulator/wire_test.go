package emulator_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/scenario"
)

// raw sends a request as bytes and returns the reply's status line, header lines as they
// were on the wire, and body.
func raw(t *testing.T, emu *emulator.Emulator, request string) (status string, header []string, body string) {
	t.Helper()
	conn, err := net.Dial("tcp", emu.Addr())
	require.NoError(t, err)
	defer conn.Close() //nolint:errcheck // it was read to its end
	_, err = io.WriteString(conn, request)
	require.NoError(t, err)
	r := textproto.NewReader(bufio.NewReader(conn))
	status, err = r.ReadLine()
	require.NoError(t, err)
	for {
		line, err := r.ReadLine()
		require.NoError(t, err)
		if line == "" {
			break
		}
		header = append(header, line)
	}
	rest, err := io.ReadAll(r.R)
	require.NoError(t, err)
	return status, header, string(rest)
}

// requestText is a POST of JSON whose connection ends with it.
func requestText(host, path, body string, headers ...string) string {
	lines := append([]string{
		"POST " + path + " HTTP/1.1", "Host: " + host, "Content-Type: application/json", "Connection: close",
		"Content-Length: " + strconv.Itoa(len(body)),
	}, headers...)
	return strings.Join(lines, "\r\n") + "\r\n\r\n" + body
}

// TestHeaders: the headers of good answers and of errors, name by name as they go over the
// wire. Observed: Plaid's good answers have the security headers, its errors have not; a
// Plaid-Request-Id would make plaid-node 8 take JSON for a file, so it is on none.
func TestHeaders(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	c := newClient(t, emu, "")
	made := c.link()
	c.login()
	auth := []string{"PLAID-CLIENT-ID: " + clientID, "PLAID-SECRET: " + secret}
	local := strings.TrimPrefix(emu.URL(), "http://")
	tweed := []string{"Tweed-Depth: stateful", "Tweed-Now: 2026-01-05T14:30:00Z"}
	plaid := []string{
		"Connection: close", "Content-Length: N", "Content-Type: application/json; charset=utf-8", "Date: D",
		"Plaid-Version: 2020-09-14", "Server: nginx", "Vary: Accept-Encoding",
	}
	security := []string{"X-Content-Type-Options: nosniff", "X-Frame-Options: DENY", "X-Xss-Protection: 1; mode=block"}
	plain := []string{
		"Connection: close", "Content-Length: N", "Content-Type: application/json; charset=utf-8", "Date: D",
	}
	numbered := append([]string{"X-Request-Id: R"}, tweed...) // where the body has no place for the id
	token := fields{"access_token": made.access}.json()

	for _, test := range []struct {
		name, request, status string
		header                []string
	}{
		{
			"Plaid, good", requestText(local, "/item/get", token, auth...),
			"HTTP/1.1 200 OK", slices.Concat(plaid, tweed, security),
		},
		{
			"Plaid, good, as the vendor's host", requestText("sandbox.plaid.com", "/item/get", token, auth...),
			"HTTP/1.1 200 OK", slices.Concat(plaid, tweed, security,
				[]string{"Strict-Transport-Security: max-age=31536000; includeSubDomains; preload"}),
		},
		{
			"Plaid, of an older version", requestText(local, "/item/get", token, append(auth, "Plaid-Version: 2019-05-29")...),
			"HTTP/1.1 200 OK", slices.Concat(replaced(plaid, "Plaid-Version: 2019-05-29"), tweed, security),
		},
		{
			"Plaid, error", requestText(local, "/item/get", `{"access_token":"x"}`, auth...),
			"HTTP/1.1 400 Bad Request", slices.Concat(plaid, tweed),
		},
		{
			"Plaid, error, as the vendor's host", requestText("sandbox.plaid.com", "/item/get", `{"access_token":"x"}`, auth...),
			"HTTP/1.1 400 Bad Request", slices.Concat(plaid, tweed),
		},
		{
			"Plaid, no such path", requestText(local, "/nonsense", "{}", auth...),
			"HTTP/1.1 404 Not Found", slices.Concat(plaid, tweed[1:]),
		},
		{
			"Plaid, forced error", requestText(local, "/item/get", token, append(auth, "Tweed-Error: ITEM_LOCKED")...),
			"HTTP/1.1 400 Bad Request", slices.Concat(plaid, tweed, []string{"Tweed-Rule: header Tweed-Error"}),
		},
		{
			"Plaid, shaped", requestText(local, "/transfer/metrics/get", `{}`, auth...),
			"HTTP/1.1 200 OK",
			slices.Concat(plaid, security, []string{"Tweed-Depth: shaped"}, tweed[1:]),
		},
		{
			"old API, good", requestText(local, "/exchange_token", fields{
				"client_id": clientID, "secret": secret, "public_token": c.publicToken(),
			}.json()),
			"HTTP/1.1 200 OK", slices.Concat(plain, numbered),
		},
		{
			"old API, error", requestText(local, "/exchange_token", "{}"),
			"HTTP/1.1 401 Unauthorized", slices.Concat(plain, numbered),
		},
		{
			"Legit, good", requestText(local, "/legit/api/v1/cc/token", fields{"jws": loginJWS("u", "e", "s")}.json()),
			"HTTP/1.1 200 OK", slices.Concat(replaced(plain, "Content-Type: application/octet-stream"), numbered),
		},
		{
			"Legit, refused: no body", requestText(local, "/legit/api/v1/cc/token", `{"jws":"x"}`),
			"HTTP/1.1 401 Unauthorized", slices.Concat([]string{"Connection: close", "Content-Length: 0", "Date: D"}, numbered),
		},
		{
			"Sentinel, error", requestText(local, "/sentinel/api/v1/ach_relationships", "{}", "Authorization: "+c.jwt),
			"HTTP/1.1 400 Bad Request", slices.Concat(plain, numbered),
		},
		{
			"control", strings.Replace(requestText(local, "/_tweed/health", ""), "POST", "GET", 1),
			"HTTP/1.1 200 OK", slices.Concat(plain, []string{"Cache-Control: no-store"}, security[:1]),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, header, body := raw(t, emu, test.request)
			require.Equal(t, test.status, status, body)
			require.Contains(t, header, "Content-Length: "+strconv.Itoa(len(body)))
			slices.Sort(test.header)
			require.Equal(t, test.header, masked(header))
			require.NotContains(t, strings.ToLower(strings.Join(header, "\n")), "plaid-request-id")
		})
	}
}

// replaced returns header lines with one in the place of the one of the same name.
func replaced(lines []string, line string) []string {
	name, _, _ := strings.Cut(line, ":")
	out := slices.Clone(lines)
	for i := range out {
		if strings.HasPrefix(out[i], name+":") {
			out[i] = line
		}
	}
	return out
}

// masked sorts header lines and takes out what differs from run to run and from body to body.
func masked(lines []string) []string {
	out := slices.Clone(lines)
	for i, line := range out {
		for name, mask := range map[string]string{"Date": "D", "Content-Length": "N", "X-Request-Id": "R"} {
			if strings.HasPrefix(line, name+": ") && line != "Content-Length: 0" {
				out[i] = name + ": " + mask
			}
		}
	}
	slices.Sort(out)
	return out
}

// TestExchangeBody: the answer to an exchange is 164 bytes long, as in recordings
// (maybe-finance/maybe), and so are its parts.
func TestExchangeBody(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t), "")
	short := 0
	for range 60 {
		got := c.ok("/item/public_token/exchange", fields{"public_token": c.publicToken()})
		access, id, request := got.text("access_token"), got.text("item_id"), got.text("request_id")
		require.Regexp(t, `^access-sandbox-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, access)
		require.Regexp(t, `^[0-9a-f]{15}$`, request)
		require.Regexp(t, `^[13-9A-NP-XZa-z]{37,38}$`, id)
		require.Equal(t, fmt.Sprintf("{\n  \"access_token\": %q,\n  \"item_id\": %q,\n  \"request_id\": %q\n}",
			access, id, request), got.Body)
		require.Len(t, got.Body, 127+len(id))
		require.Equal(t, strconv.Itoa(len(got.Body)), got.Header.Get("Content-Length"))
		if len(id) == 37 {
			require.Len(t, got.Body, 164)
			short++
		}
	}
	require.Greater(t, short, 50, "most ids have 37 characters, one in 25 has 38")
	require.Less(t, short, 60)
}

// sortedKeys walks JSON as it is written and reports the first object whose keys are not in
// order, and whether the whole is indented by two spaces.
func sortedKeys(body string) error {
	dec := json.NewDecoder(strings.NewReader(body))
	if err := walkKeys(dec, ""); err != nil {
		return err
	}
	var value any
	exact := json.NewDecoder(strings.NewReader(body))
	exact.UseNumber()
	if err := exact.Decode(&value); err != nil {
		return err
	}
	var again strings.Builder
	enc := json.NewEncoder(&again)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(value); err != nil {
		return err
	}
	if strings.TrimSuffix(again.String(), "\n") != body {
		return fmt.Errorf("it is not indented by two spaces:\n%s", body)
	}
	return nil
}

// walkKeys reads one value.
func walkKeys(dec *json.Decoder, path string) error {
	token, err := dec.Token()
	if err != nil {
		return err
	}
	delim, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	last := ""
	for i := 0; dec.More(); i++ {
		below := path + "/" + strconv.Itoa(i)
		if delim == '{' {
			name, err := dec.Token()
			if err != nil {
				return err
			}
			key := fmt.Sprint(name)
			if i > 0 && key <= last {
				return fmt.Errorf("%s: %q stands behind %q", path, key, last)
			}
			last, below = key, path+"/"+key
		}
		if err := walkKeys(dec, below); err != nil {
			return err
		}
	}
	_, err = dec.Token()
	return err
}

// TestSortedKeysHelper: the helper sees what it is for.
func TestSortedKeysHelper(t *testing.T) {
	t.Parallel()
	require.NoError(t, sortedKeys("{\n  \"a\": [\n    {\n      \"b\": 1.50,\n      \"c\": \"<>\"\n    }\n  ],\n  \"d\": null\n}"))
	require.ErrorContains(t, sortedKeys("{\n  \"b\": 1,\n  \"a\": 2\n}"), `"a" stands behind "b"`)
	require.ErrorContains(t, sortedKeys("{\n  \"x\": [\n    {\n      \"b\": 1,\n      \"a\": 2\n    }\n  ]\n}"), "/x/0")
	require.ErrorContains(t, sortedKeys(`{"a": 1}`), "two spaces")
	require.Error(t, sortedKeys("{"))
}

// TestPlaidKeyOrder: Plaid writes the keys of every object in alphabetical order and indents
// by two spaces (observed); so do patched answers and errors of every kind.
func TestPlaidKeyOrder(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	c := newClient(t, emu, "")
	for name, got := range everyPlaidReply(c) {
		require.Equal(t, http.StatusOK, got.Status, "%s: %s", name, got.Body)
		if got.Header.Get("Content-Type") == "application/pdf" {
			require.True(t, strings.HasPrefix(got.Body, "%PDF-"), name)
			continue
		}
		require.NoError(t, sortedKeys(got.Body), name)
	}
	for name, got := range map[string]reply{
		"own fault":   c.post("/item/get", nil),
		"forced":      c.post("/item/get", nil, "Tweed-Error", "INSTITUTION_DOWN"),
		"not found":   c.post("/nonsense", nil),
		"Tweed's own": c.post("/item/get", nil, "Tweed-Error", "NONSENSE"),
	} {
		require.NotEqual(t, http.StatusOK, got.Status)
		require.NoError(t, sortedKeys(got.Body), name)
	}
	emu.World("default").Rule(scenario.Rule{
		Call: "/accounts/get",
		Then: scenario.Then{Patch: scenario.Patch{Set: map[string]any{"/zebra": true, "/aardvark": 1.25}}},
	})
	patched := c.ok("/accounts/get", fields{"access_token": c.accessToken()})
	require.NoError(t, sortedKeys(patched.Body))
	require.True(t, strings.HasPrefix(patched.Body, "{\n  \"aardvark\": 1.25,\n"), patched.Body[:80])
}

// TestErrorBody: the seven keys of Plaid's error in their order. documentation_url is left
// out where recordings lack it; recordings have suggested_action since 2019-05.
func TestErrorBody(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t), "")
	for _, test := range []struct {
		name string
		got  reply
		keys []string
	}{
		{"own fault", c.post("/item/get", nil), errorKeys},
		{"forced, with a display message", c.post("/item/get", nil, "Tweed-Error", "INVALID_CREDENTIALS"), errorKeys},
		{
			"without documentation", c.post("/item/get", nil, "Tweed-Error", "INVALID_PROCESSOR"),
			slices.DeleteFunc(slices.Clone(errorKeys), func(k string) bool { return k == "documentation_url" }),
		},
	} {
		require.Equal(t, test.keys, topKeys(t, test.got.Body), test.name)
		require.Nil(t, test.got.at("suggested_action"))
		require.Regexp(t, `^[0-9a-f]{15}$`, test.got.text("request_id"))
	}
}

// errorKeys are in Plaid's order, which is the alphabet's.
var errorKeys = []string{
	"display_message", "documentation_url", "error_code", "error_message", "error_type", "request_id", "suggested_action",
}

// topKeys are the keys of a JSON object as they are written.
func topKeys(t *testing.T, body string) []string {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(body))
	_, err := dec.Token()
	require.NoError(t, err, body)
	var keys []string
	for dec.More() {
		name, err := dec.Token()
		require.NoError(t, err)
		keys = append(keys, fmt.Sprint(name))
		var value json.RawMessage
		require.NoError(t, dec.Decode(&value))
	}
	return keys
}
