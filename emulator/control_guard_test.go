package emulator_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// TestControlHealth: health always answers.
func TestControlHealth(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t, emulator.Options{ControlToken: "token"}), "")
	for _, headers := range [][]string{nil, {"Host", "attacker.example.com"}, {"Origin", "https://attacker.example.com"}} {
		got := c.good("GET", "health", "", headers...)
		require.Equal(t, "ok", got.text("status"))
		require.Equal(t, emulator.Version, got.text("version"))
	}
}

// TestControlList: the control API lists itself, and every line of the list exists.
func TestControlList(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t), "")
	calls, _ := c.good("GET", "", "").at("calls").(map[string]any)
	require.Greater(t, len(calls), 15)
	for call, about := range calls {
		require.NotEmpty(t, about)
		method, path, _ := strings.Cut(call, " ")
		path = strings.NewReplacer("/_tweed/", "", "{world}", "w", "{rule}", "none", "{n}", "1").Replace(path)
		got := c.control(method, path, "")
		require.NotEqual(t, 405, got.Status, call)
		if strings.HasSuffix(call, "{rule}") || strings.Contains(call, "{n}") {
			require.Equal(t, 404, got.Status, call)
			continue
		}
		require.Contains(t, []int{200, 400, 409}, got.Status, call)
	}
}

// TestControlNotFound: what is not there is said so in JSON, with the methods that are.
func TestControlNotFound(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t), "")
	for _, path := range []string{"nonsense", "worlds/w/nonsense", "worlds//reset", "health/", "../item/get", "worlds/a/b/c"} {
		c.bad(404, "TWEED_NOT_FOUND", "GET", path, "")
	}
	for call, allowed := range map[string]string{
		"POST health": "GET", "PUT clock": "GET, POST", "DELETE scenario": "GET, PUT", "POST worlds/w": "GET, DELETE",
		"PATCH worlds/w/clock": "GET, POST",
	} {
		method, path, _ := strings.Cut(call, " ")
		require.Contains(t, c.bad(405, "TWEED_METHOD", method, path, ""), allowed, call)
	}
	got := c.get("/_tweed")
	require.Equal(t, 404, got.Status)
	require.Equal(t, "TWEED_ERROR/TWEED_NOT_FOUND", got.key())
}

// TestControlGuard: pages of other sites and names that may be rebound are kept out, by
// every call but health; the vendors' calls are open.
func TestControlGuard(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t, emulator.Options{AllowHosts: []string{"tweed.example.com"}})
	c := newClient(t, emu, "")
	host := strings.TrimPrefix(emu.URL(), "http://")
	for _, headers := range [][]string{
		{"Host", host},
		{"Host", "localhost:7524"},
		{"Host", "tweed:7524"},
		{"Host", "[::1]:7524"},
		{"Host", "10.1.2.3"},
		{"Host", "app.localhost"},
		{"Host", "box.local"},
		{"Host", "a.b.internal:80"},
		{"Host", "ci.test"},
		{"Host", "tweed.example.com"},
		{"Host", "TWEED.example.com:7524"},
		{"Origin", "http://" + host},
		{"Sec-Fetch-Site", "same-origin"},
		{"Sec-Fetch-Site", "none"},
	} {
		c.good("GET", "worlds", "", headers...)
	}
	for _, name := range []string{"attacker.example.com", "tweed.example.com.attacker.net:7524", "plaid.com", "evil-localhost.com"} {
		require.Contains(t, c.bad(421, "TWEED_HOST_REFUSED", "GET", "worlds", "", "Host", name), "--allow-host")
	}
	for _, headers := range [][]string{
		{"Origin", "https://attacker.example.com"},
		{"Origin", "null"},
		{"Origin", "http://127.0.0.1:1"},
		{"Origin", "://"},
		{"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site"},
	} {
		c.bad(403, "TWEED_ORIGIN_REFUSED", "POST", "reset", "", headers...)
	}
	c.link()
	c.ok("/sandbox/public_token/create", fields{"institution_id": platypus, "initial_products": []string{"auth"}},
		"Host", "sandbox.plaid.com", "Origin", "https://app.example.com")
	require.Empty(t, c.get("/_tweed/worlds").Header.Get("Access-Control-Allow-Origin"))
}

// TestControlToken: with a token, the control API is for those who have it.
func TestControlToken(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t, emulator.Options{ControlToken: "open-sesame"}), "")
	c.good("GET", "worlds", "", "Authorization", "Bearer open-sesame")
	for _, given := range []string{"", "Bearer", "Bearer wrong", "Basic open-sesame", "Bearer open-sesame2"} {
		c.bad(401, "TWEED_CONTROL_TOKEN", "GET", "worlds", "", "Authorization", given)
	}
	c.link()
}
