package control

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestGuardHost: names that may be this machine, and names that may have been pointed at it.
func TestGuardHost(t *testing.T) {
	t.Parallel()
	g := Guard{AllowHosts: []string{"tweed.example.com"}}
	for host, local := range map[string]bool{
		"localhost": true, "localhost:7524": true, "LOCALHOST": true, "tweed": true, "127.0.0.1": true, "127.0.0.1:80": true,
		"[::1]:7524": true, "[::1]": true, "[fe80::1]": true, "192.168.1.7:7524": true, "a.localhost": true, "a.local": true,
		"host.docker.internal:7524": true, "x.test": true, "tweed.example.com": true, "Tweed.Example.com:1": true,
		"example.com": false, "a.tweed.example.com": false, "tweed.example.com.": false, "local.example.com": false,
		"xlocal.com": false, "127.0.0.1.example.com": false, "127.0.0.1.nip.io:7524": false, "sandbox.plaid.com": false,
	} {
		r := httptest.NewRequest("GET", "/_tweed/worlds", nil)
		r.Host = host
		refused := g.Check(r)
		require.Equal(t, local, refused == nil, host)
		if !local {
			require.Equal(t, 421, refused.Status)
			require.Contains(t, refused.Message, "--allow-host", host)
		}
	}
}

// TestGuardPages: pages of other sites, by Origin and by fetch metadata.
func TestGuardPages(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		origin, site string
		good         bool
	}{
		{"", "", true},
		{"http://127.0.0.1:7524", "", true},
		{"http://127.0.0.1:7524", "same-origin", true},
		{"", "none", true},
		{"http://127.0.0.1:7525", "", false},
		{"http://localhost:7524", "", false},
		{"https://attacker.example.com", "", false},
		{"null", "", false},
		{"http://%zz", "", false},
		{"", "cross-site", false},
		{"", "same-site", false},
		{"http://127.0.0.1:7524", "cross-site", false},
	} {
		r := httptest.NewRequest("POST", "/_tweed/reset", nil)
		r.Host = "127.0.0.1:7524"
		if test.origin != "" {
			r.Header.Set("Origin", test.origin)
		}
		if test.site != "" {
			r.Header.Set("Sec-Fetch-Site", test.site)
		}
		refused := Guard{}.Check(r)
		require.Equal(t, test.good, refused == nil, "%+v", test)
		if !test.good {
			require.Equal(t, 403, refused.Status)
		}
	}
}

// TestGuardLinks: a link on another site leads to a page, in a window of its own; it leads to
// nothing else, and a host that may be a public name leads nowhere.
func TestGuardLinks(t *testing.T) {
	t.Parallel()
	g := Guard{Token: "token"}
	for _, test := range []struct {
		host, mode, destination string
		good                    bool
	}{
		{"127.0.0.1:7524", "navigate", "document", true},
		{"127.0.0.1:7524", "navigate", "iframe", false},
		{"127.0.0.1:7524", "no-cors", "script", false},
		{"127.0.0.1:7524", "cors", "empty", false},
		{"attacker.example.com", "navigate", "document", false},
	} {
		r := httptest.NewRequest("GET", "/_tweed/", nil)
		r.Host = test.host
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Sec-Fetch-Mode", test.mode)
		r.Header.Set("Sec-Fetch-Dest", test.destination)
		require.Equal(t, test.good, g.CheckPage(r) == nil, test)
		require.NotNil(t, g.Check(r), test)
	}
}

// TestGuardToken: the token must come as a whole, and only when one is set.
func TestGuardToken(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest("GET", "/_tweed/worlds", nil)
	r.Host = "localhost"
	require.Nil(t, Guard{}.Check(r))
	for header, good := range map[string]bool{
		"Bearer s3cret": true, "Bearer s3cre": false, "Bearer s3crets": false, "": false, "Bearer ": false,
	} {
		r.Header.Set("Authorization", header)
		refused := Guard{Token: "s3cret"}.Check(r)
		require.Equal(t, good, refused == nil, header)
		if !good {
			require.Equal(t, 401, refused.Status)
		}
	}
}

// TestAfter: moments by hours and by banking days, the latter at the same time of day.
func TestAfter(t *testing.T) {
	t.Parallel()
	friday := time.Date(2026, 3, 6, 14, 30, 0, 0, time.UTC) // the last one before summer time
	for text, wanted := range map[string]string{
		"48h": "2026-03-08T14:30:00Z", "90m": "2026-03-06T16:00:00Z", "30 days": "2026-04-05T14:30:00Z",
		"1 banking day": "2026-03-09T13:30:00Z", "5 banking days": "2026-03-13T13:30:00Z",
	} {
		got, err := After(friday, text)
		require.NoError(t, err, text)
		require.Equal(t, wanted, got.UTC().Format(time.RFC3339), text)
	}
	for _, text := range []string{"", "soon", "5", "0 banking days", "-1h", "100000 banking days"} {
		_, err := After(friday, text)
		require.Error(t, err, text)
	}
}
