package emulator_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// browserAccepts is what a browser sends for a page.
const browserAccepts = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

// TestConsoleNegotiation: browsers get the page, everybody else what was there before.
func TestConsoleNegotiation(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	c := newClient(t, emu, "")
	c.http = stay
	for _, test := range []struct {
		method, path, accept string
		status               int
		kind, location       string
	}{
		{"GET", "/_tweed/", browserAccepts, 200, "text/html; charset=utf-8", ""},
		{"GET", "/_tweed/", "*/*", 200, "application/json; charset=utf-8", ""},
		{"GET", "/_tweed/", "", 200, "application/json; charset=utf-8", ""},
		{"GET", "/_tweed/", "application/json", 200, "application/json; charset=utf-8", ""},
		{"POST", "/_tweed/", browserAccepts, 405, "application/json; charset=utf-8", ""},
		{"GET", "/_tweed", browserAccepts, 302, "text/html; charset=utf-8", "/_tweed/"},
		{"GET", "/_tweed", "", 404, "application/json; charset=utf-8", ""},
		{"GET", "/_tweed/worlds", browserAccepts, 200, "application/json; charset=utf-8", ""},
		{"GET", "/_tweed/console/main.js", "*/*", 200, "text/javascript; charset=utf-8", ""},
		{"GET", "/_tweed/console/style.css", "text/css,*/*", 200, "text/css; charset=utf-8", ""},
		{"GET", "/_tweed/console/none.js", "*/*", 404, "text/plain; charset=utf-8", ""},
		{"GET", "/_tweed/demo", browserAccepts, 200, "text/html; charset=utf-8", ""},
		{"GET", "/_tweed/demo", "*/*", 200, "text/html; charset=utf-8", ""},
		{"POST", "/_tweed/demo", browserAccepts, 404, "application/json; charset=utf-8", ""},
		{"GET", "/", browserAccepts, 302, "text/html; charset=utf-8", "/_tweed/"},
		{"GET", "/", "*/*", 404, "application/json; charset=utf-8", ""},
		{"POST", "/", browserAccepts, 404, "application/json; charset=utf-8", ""},
		{"GET", "/item/get", browserAccepts, 404, "application/json; charset=utf-8", ""},
	} {
		got := c.send(test.method, test.path, "", "Accept", test.accept)
		require.Equal(t, test.status, got.Status, "%+v", test)
		require.Equal(t, test.kind, got.Header.Get("Content-Type"), "%+v", test)
		require.Equal(t, test.location, got.Header.Get("Location"), "%+v", test)
	}
	// A browser that takes Tweed for the vendor's host is answered as the vendor does.
	got := c.send("GET", "/", "", "Accept", browserAccepts, "Host", "sandbox.plaid.com")
	require.Equal(t, 404, got.Status)
	require.Equal(t, "NOT_FOUND", got.text("error_code"))
}

// TestConsoleGuard: the page and its parts are behind the guard of the control API, but for the
// token: a browser cannot send one with an address. It holds no secret, and its policy lets it
// load and call nothing but its own server.
func TestConsoleGuard(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t, emulator.Options{ControlToken: "open-sesame"})
	c := newClient(t, emu, "")
	for _, path := range []string{"/_tweed/", "/_tweed/console/main.js", "/_tweed/demo", "/_tweed/demo/demo.js"} {
		got := c.send("GET", path, "", "Accept", browserAccepts)
		require.Equal(t, 200, got.Status, path)
		require.NotContains(t, got.Body, "open-sesame")
		policy := got.Header.Get("Content-Security-Policy")
		for _, directive := range []string{
			"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self' data:",
			"form-action 'none'", "base-uri 'none'", "frame-ancestors 'none'",
		} {
			require.Contains(t, strings.Split(policy, "; "), directive)
		}
		require.NotContains(t, policy, "unsafe")
		require.Empty(t, got.Header.Get("Access-Control-Allow-Origin"))
		for status, headers := range map[int][]string{
			421: {"Host", "attacker.example.com"}, 403: {"Origin", "https://attacker.example.com"},
		} {
			got := c.send("GET", path, "", append([]string{"Accept", browserAccepts}, headers...)...)
			require.Equal(t, status, got.Status, path)
			require.NotContains(t, got.Body, "<html")
		}
		got = c.send("GET", path, "", "Accept", browserAccepts, "Sec-Fetch-Site", "cross-site")
		require.Equal(t, 403, got.Status, path)
	}
	c.bad(401, "TWEED_CONTROL_TOKEN", "GET", "", "", "Accept", "application/json")
	c.bad(401, "TWEED_CONTROL_TOKEN", "GET", "worlds", "", "Accept", browserAccepts)
	c.bad(401, "TWEED_CONTROL_TOKEN", "POST", "reset", "", "Accept", browserAccepts)
}

// stay follows no redirect.
var stay = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
