package edge

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHosts(t *testing.T) {
	t.Parallel()
	for _, host := range Hosts() {
		require.True(t, Emulated(host), host)
		require.False(t, Production(host), host)
	}
	for _, host := range []string{
		"production.plaid.com", "api.plaid.com", "plaid.com", "dashboard.plaid.com", "a.sandbox.plaid.com", "api.apexclearing.com",
		"apexclearing.com", "api.apexapis.com",
	} {
		require.False(t, Emulated(host), host)
		require.True(t, Production(host), host)
	}
	for _, host := range []string{"example.com", "myplaid.com", "plaid.com.example.com", "localhost", "127.0.0.1", ""} {
		require.False(t, Emulated(host), host)
		require.False(t, Production(host), host)
	}
	Hosts()[0] = "example.com"
	require.False(t, Emulated("example.com"), "the list is a copy")
}

func TestParseTarget(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Target{
		"sandbox.plaid.com:443":   {"sandbox.plaid.com", 443},
		"SANDBOX.Plaid.com.:8080": {"sandbox.plaid.com", 8080},
		"tweed_1:65535":           {"tweed_1", 65535},
		"127.0.0.1:1":             {"127.0.0.1", 1},
		"[::1]:443":               {"::1", 443},
	} {
		got, err := ParseTarget(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got)
	}
	for text, problem := range map[string]string{
		"":                              "HOST:PORT is right",
		"sandbox.plaid.com":             "HOST:PORT is right",
		"::1:443":                       "HOST:PORT is right",
		"/sandbox.plaid.com:443":        "no host name",
		"https://sandbox.plaid.com:443": "HOST:PORT is right",
		"sandbox.plaid.com:0":           `"0" is no port`,
		"sandbox.plaid.com:65536":       `"65536" is no port`,
		"sandbox.plaid.com:https":       `"https" is no port`,
		"sandbox.plaid.com:+443":        `"+443" is no port`,
		"sandbox.plaid.com:":            `"" is no port`,
		":443":                          "no host name",
		".:443":                         "no host name",
		"a..b:443":                      "no host name",
		"sandbox.plaid.com..:443":       "no host name",
		"user@sandbox.plaid.com:443":    "no host name",
		"sandbox.plaid.com/x:443":       "no host name",
		"sandbox.plaid.com%00:443":      "no host name",
		"bücher.example:443":            "no host name",
		"\u212A.example:443":            "no host name", // its small letter is k
		"[sandbox.plaid.com]:443":       "no host name",
		"[fe80::1%eth0]:443":            "no host name",
		strings.Repeat("a", 254) + ":1": "no host name",
	} {
		_, err := ParseTarget(text)
		require.ErrorContains(t, err, problem, text)
	}
}

// FuzzParseTarget: what is read is a host and a port, and means the same when it is written
// and read again; it never is a vendor's name in other letters.
func FuzzParseTarget(f *testing.F) {
	for _, seed := range []string{
		"sandbox.plaid.com:443", "[::1]:443", "PLAID.com.:80", "a@b:1", "[::ffff:1.2.3.4]:9", "x:00443", "[:", "]:1", "\x00:1", "ſandbox.plaid.com:443",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		target, err := ParseTarget(text)
		if err != nil {
			return
		}
		require.NotZero(t, target.Port)
		require.LessOrEqual(t, target.Port, 65535)
		again, err := ParseTarget(target.String())
		require.NoError(t, err)
		require.Equal(t, target, again)
		require.Equal(t, target.Host, nameOf(target.String()))
		if _, err := netip.ParseAddr(target.Host); err != nil {
			require.Regexp(t, `^[a-z0-9_-]+(\.[a-z0-9_-]+)*$`, target.Host)
			require.True(t, strings.HasPrefix(strings.ToLower(text), target.Host))
		}
		require.False(t, Emulated(target.Host) && Production(target.Host))
	})
}

func TestBase(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"http://127.0.0.1:7524/x":          "http://127.0.0.1:7524",
		"http://sandbox.plaid.com:80/x":    "http://sandbox.plaid.com",
		"https://sandbox.plaid.com:443/x":  "https://sandbox.plaid.com",
		"https://sandbox.plaid.com:80/x":   "https://sandbox.plaid.com:80",
		"https://user:pw@cdn.plaid.com/x":  "https://cdn.plaid.com",
		"https://[::1]:443/x":              "https://[::1]",
		"http://development.plaid.com:443": "http://development.plaid.com:443",
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
		require.NoError(t, err)
		require.Equal(t, want, Base(origin(r)))
	}
}

// TestDoorClosed: what comes after the stop is closed, also what was still silent.
func TestDoorClosed(t *testing.T) {
	t.Parallel()
	d := NewDoor()
	d.Patience = 1 << 40
	require.NotNil(t, d.Addr())
	near, far := net.Pipe()
	d.admit(&opened{Conn: far})
	require.NoError(t, d.Close())
	require.NoError(t, d.Close())
	_, err := near.Read(make([]byte, 1))
	require.Error(t, err)
	near, far = net.Pipe()
	d.admit(&opened{Conn: far})
	_, err = near.Read(make([]byte, 1))
	require.Error(t, err)
	near, far = net.Pipe()
	require.False(t, d.deliver(far, nil))
	_, err = near.Read(make([]byte, 1))
	require.Error(t, err)
	_, err = d.Accept()
	require.ErrorIs(t, err, net.ErrClosed)
}
