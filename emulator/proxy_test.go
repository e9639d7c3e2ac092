package emulator_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// client is an application with HTTPS_PROXY in its environment.
func (s secured) client(config *tls.Config) *http.Client {
	s.t.Helper()
	proxy, err := url.Parse(s.URL())
	require.NoError(s.t, err)
	config.RootCAs = s.roots
	transport := &http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: config, ForceAttemptHTTP2: true}
	s.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// tunnel opens one with CONNECT, and requires that it stands.
func (s secured) tunnel(target string) net.Conn {
	s.t.Helper()
	conn := s.dial(s.Addr())
	_, err := io.WriteString(conn, connect(target))
	require.NoError(s.t, err)
	require.Equal(s.t, established, readN(s.t, conn, len(established)))
	return conn
}

func connect(target string) string { return "CONNECT " + target + " HTTP/1.1\r\nHost: x\r\n\r\n" }

const established = "HTTP/1.1 200 Connection established\r\n\r\n"

func readN(t testing.TB, r io.Reader, n int) string {
	t.Helper()
	text := make([]byte, n)
	_, err := io.ReadFull(r, text)
	require.NoError(t, err)
	return string(text)
}

// TestProxyClient: an unchanged client with a proxy in its environment walks from Plaid to
// Sentinel under the vendors' own addresses.
func TestProxyClient(t *testing.T) {
	t.Parallel()
	s := secure(t, emulator.Options{})
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		c := newClient(t, s.Emulator, "")
		c.http = s.client(&tls.Config{MaxVersion: version})
		c.base = "https://sandbox.plaid.com"
		token := c.processorToken(c.link())
		c.base = "https://uat-api.apexclearing.com"
		c.login()
		got := c.relationship(token)
		require.Equal(t, 200, got.Status, got.Body)
	}
	seen := map[string]bool{}
	for _, call := range s.Calls() {
		seen[call.Base] = true
	}
	require.Equal(t, map[string]bool{"https://sandbox.plaid.com": true, "https://uat-api.apexclearing.com": true}, seen)
}

// TestProxyAbsoluteForm: requests that name their host in the request line are answered as
// if they had come to that host, whatever the scheme; what was for the proxy is taken off.
func TestProxyAbsoluteForm(t *testing.T) {
	t.Parallel()
	s := emulator.RunT(t) // it needs no CA
	_, port, err := net.SplitHostPort(s.Addr())
	require.NoError(t, err)
	for target, base := range map[string]string{
		"http://sandbox.plaid.com":          "http://sandbox.plaid.com",
		"https://sandbox.plaid.com":         "https://sandbox.plaid.com",
		"https://sandbox.plaid.com:443":     "https://sandbox.plaid.com",
		"http://tartan.plaid.com:8080":      "http://tartan.plaid.com:8080",
		"HTTP://sandbox.plaid.com":          "http://sandbox.plaid.com",
		"http://user:pw@cdn.plaid.com":      "http://cdn.plaid.com",
		"http://" + s.Addr():                "http://" + s.Addr(),
		"http://localhost:" + port:          "http://localhost:" + port,
		"http://tweed:" + port:              "http://tweed:" + port,
		"https://uat-api.apexclearing.com.": "https://uat-api.apexclearing.com.",
	} {
		conn, err := net.Dial("tcp", s.Addr())
		require.NoError(t, err)
		got := ask(t, conn, strings.Replace(requestText("ignored.example.com", newTokenPath, newToken,
			"Proxy-Authorization: Basic eDp5", "Proxy-Connection: keep-alive"), " /", " "+target+"/", 1))
		require.NoError(t, conn.Close())
		require.Equal(t, 200, got.Status, got.Body)
		require.Contains(t, got.Body, `"hosted_link_url": "`+base+`/link/`, target)
	}
	conn, err := net.Dial("tcp", s.Addr())
	require.NoError(t, err)
	got := ask(t, conn, "GET http://sandbox.plaid.com HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	require.NoError(t, conn.Close())
	require.Equal(t, 404, got.Status, "the path is /")
	require.Contains(t, got.Body, "NOT_FOUND")
}

// TestProxyRefuses: with a text that says what would be right, in the answer and in the log.
func TestProxyRefuses(t *testing.T) {
	t.Parallel()
	var log lines
	s := secure(t, emulator.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	passing := secure(t, emulator.Options{ProxyOthers: "pass"})
	bare := secured{Emulator: emulator.RunT(t), t: t}
	homeless := secured{Emulator: emulator.RunT(t, emulator.Options{Certificate: func(string) (*tls.Certificate, error) {
		return nil, errors.New("no place for a CA")
	}}), t: t}
	get := func(target string) string { return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n" }
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	nobody := closed.Addr().String()
	require.NoError(t, closed.Close())
	for _, test := range []struct {
		name, request string
		s             secured
		status        int
		code, text    string
	}{
		{"another host", connect("example.com:443"), s, 403, "TWEED_PROXY_REFUSED", "--proxy-others=pass"},
		{"another host", get("http://example.com/"), s, 403, "TWEED_PROXY_REFUSED", "example.com is refused"},
		{"another port here", connect("127.0.0.1:1"), s, 403, "TWEED_PROXY_REFUSED", "127.0.0.1"},
		{"production", connect("production.plaid.com:443"), s, 403, "TWEED_PROXY_PRODUCTION", "it stands for sandbox.plaid.com"},
		{"production, passing", connect("production.plaid.com:443"), passing, 403, "TWEED_PROXY_PRODUCTION", "it may be production"},
		{"the old API", connect("api.plaid.com:443"), passing, 403, "TWEED_PROXY_PRODUCTION", "api.plaid.com is refused"},
		{"in other letters", connect("Production.PLAID.com.:80"), passing, 403, "TWEED_PROXY_PRODUCTION", "production.plaid.com"},
		{"Apex", connect("api.apexclearing.com:443"), passing, 403, "TWEED_PROXY_PRODUCTION", "api.apexclearing.com"},
		{"in absolute form", get("https://production.plaid.com/item/get"), passing, 403, "TWEED_PROXY_PRODUCTION", "production.plaid.com"},
		{"nobody there", connect(nobody), passing, 502, "TWEED_PROXY_UPSTREAM", nobody + " cannot be reached"},
		{"nobody there, in absolute form", get("http://" + nobody + "/"), passing, 502, "TWEED_PROXY_UPSTREAM", nobody + " cannot be reached"},
		{"no certificates", connect("sandbox.plaid.com:443"), bare, 501, "TWEED_PROXY_NO_TLS", "Options.Certificate"},
		{"no CA", connect("sandbox.plaid.com:443"), homeless, 501, "TWEED_PROXY_NO_TLS", "no place for a CA"},
		{"no port", connect("sandbox.plaid.com"), s, 400, "TWEED_PROXY_TARGET", "HOST:PORT is right"},
		{"a path", connect("/sandbox.plaid.com:443"), s, 400, "TWEED_PROXY_TARGET", "no host name"},
		{"a user", connect("a@sandbox.plaid.com:443"), s, 400, "TWEED_PROXY_TARGET", "no host name"},
		{"port 0", connect("sandbox.plaid.com:0"), s, 400, "TWEED_PROXY_TARGET", "1 to 65535 is right"},
		{"another scheme", get("ftp://sandbox.plaid.com/x"), s, 400, "TWEED_PROXY_TARGET", "http:// and https:// only"},
		{"port 0", get("http://sandbox.plaid.com:0/x"), s, 400, "TWEED_PROXY_TARGET", "1 to 65535 is right"},
	} {
		t.Run(test.name, func(t *testing.T) {
			conn := test.s.dial(test.s.Addr())
			got := ask(t, conn, test.request)
			require.Equal(t, test.status, got.Status, got.Body)
			require.Contains(t, got.Body, `"`+test.code+`"`)
			require.Contains(t, got.Body, test.text)
			rest, err := io.ReadAll(conn)
			require.NoError(t, err)
			require.Empty(t, rest, "what follows a CONNECT is no request")
		})
	}
	require.Contains(t, log.String(), "host=example.com")
	require.Contains(t, log.String(), "--proxy-others=pass")
	require.Empty(t, s.Calls(), "none of them was a vendor's call")
}

// TestProxyGarbage: what is no HTTP is refused by the server itself, and nothing hangs.
func TestProxyGarbage(t *testing.T) {
	t.Parallel()
	s := secure(t, emulator.Options{})
	for _, request := range []string{
		"CONNECT\r\n\r\n", "CONNECT sandbox.plaid.com:443\r\n\r\n", "CONNECT a b c HTTP/1.1\r\n\r\n", "CONNECT : HTTP/1.1\r\nHost: x\r\n\r\n",
		"CONNECT %zz:443 HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET http://[::1/ HTTP/1.1\r\nHost: x\r\n\r\n", "GET http:/// HTTP/1.1\r\nHost: x\r\n\r\n", "\x16\x03\x01\x00\x05hello\r\n\r\n",
	} {
		got := ask(t, s.dial(s.Addr()), request)
		require.Equal(t, 400, got.Status, request)
	}
	for _, inside := range []string{"\x16\x03\x01\x00\x05hello", "\x16garbage garbage garbage", "garbage\r\n\r\n"} {
		conn := s.tunnel("sandbox.plaid.com:443")
		_, err := io.WriteString(conn, inside)
		require.NoError(t, err)
		_, err = io.ReadAll(conn)
		require.NoError(t, err, "an alert or an answer, then the end")
	}
}

// TestProxyTunnelPipelined: a client that does not wait for the answer to CONNECT.
func TestProxyTunnelPipelined(t *testing.T) {
	t.Parallel()
	s := secure(t, emulator.Options{})
	conn, err := s.handshake(&eager{Conn: s.dial(s.Addr()), first: connect("sandbox.plaid.com:443")}, "sandbox.plaid.com")
	require.NoError(t, err)
	got := ask(t, conn, requestText("sandbox.plaid.com", newTokenPath, newToken))
	require.Equal(t, 200, got.Status)

	// Cleartext, on whatever port: the first byte decides.
	plain := s.dial(s.Addr())
	_, err = io.WriteString(plain, connect("sandbox.plaid.com:80")+requestText("sandbox.plaid.com", newTokenPath, newToken))
	require.NoError(t, err)
	require.Equal(t, established, readN(t, plain, len(established)))
	got = answer(t, bufio.NewReader(plain))
	require.Contains(t, got.Body, `"hosted_link_url": "http://sandbox.plaid.com/link/`)
}

// eager sends its first text with the first bytes of its user, as one packet, and takes the
// answer to it off.
type eager struct {
	net.Conn
	first string
	skip  int
}

func (e *eager) Write(p []byte) (int, error) {
	if e.first == "" {
		return e.Conn.Write(p)
	}
	_, err := e.Conn.Write(append([]byte(e.first), p...))
	e.first, e.skip = "", len(established)
	return len(p), err
}

func (e *eager) Read(p []byte) (int, error) {
	for e.skip > 0 {
		n, err := e.Conn.Read(make([]byte, e.skip))
		if err != nil {
			return 0, err
		}
		e.skip -= n
	}
	return e.Conn.Read(p)
}

// TestProxyTunnelHalfClosed: a client that says with its end that it has said all.
func TestProxyTunnelHalfClosed(t *testing.T) {
	t.Parallel()
	s := secure(t, emulator.Options{})
	conn, err := s.handshake(s.tunnel("sandbox.plaid.com:443"), "sandbox.plaid.com")
	require.NoError(t, err)
	_, err = io.WriteString(conn, requestText("sandbox.plaid.com", newTokenPath, newToken))
	require.NoError(t, err)
	require.NoError(t, conn.CloseWrite())
	got := answer(t, bufio.NewReader(conn))
	require.Equal(t, 200, got.Status)
	_, err = conn.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF)
}

// TestProxyTunnelIsForItsHost: in a tunnel to a host there is that host and no other, and
// no way to the control API.
func TestProxyTunnelIsForItsHost(t *testing.T) {
	t.Parallel()
	s := secure(t, emulator.Options{})
	get := func(target, host string) string { return "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n" }
	for _, test := range []struct {
		request string
		status  int
		code    string
	}{
		{get("/_tweed/worlds", "sandbox.plaid.com"), 421, "TWEED_HOST_REFUSED"},
		{get("/_tweed/worlds", "localhost"), 421, "TWEED_MISDIRECTED"},
		{get("/_tweed/worlds", s.Addr()), 421, "TWEED_MISDIRECTED"},
		{get("/_tweed/health", s.Addr()), 421, "TWEED_MISDIRECTED"},
		{get("/item/get", "cdn.plaid.com"), 421, "TWEED_MISDIRECTED"},
		{get("http://"+s.Addr()+"/_tweed/worlds", "x"), 421, "TWEED_MISDIRECTED"},
		{get("https://sandbox.plaid.com/_tweed/worlds", "x"), 421, "TWEED_HOST_REFUSED"},
		{get("https://sandbox.plaid.com/nothing", "x"), 404, "NOT_FOUND"},
		{get("/nothing", "SANDBOX.plaid.com:443"), 404, "NOT_FOUND"},
		{connect("sandbox.plaid.com:443"), 400, "TWEED_PROXY_TARGET"},
		{connect("example.com:443"), 400, "TWEED_PROXY_TARGET"},
	} {
		conn, err := s.handshake(s.tunnel("sandbox.plaid.com:443"), "sandbox.plaid.com")
		require.NoError(t, err)
		got := ask(t, conn, test.request)
		require.Equal(t, test.status, got.Status, test.request)
		require.Contains(t, got.Body, `"`+test.code+`"`, test.request)
	}
	for _, target := range []string{"http://sandbox.plaid.com", "http://attacker.example.com", "http://evil:1"} {
		got := ask(t, s.dial(s.Addr()), get(target+"/_tweed/worlds", "localhost"))
		require.Contains(t, []int{403, 421}, got.Status, got.Body)
	}

	// By its own address it is what it is without a proxy.
	conn, err := s.handshake(s.tunnel(s.Addr()), "localhost")
	require.NoError(t, err)
	got := ask(t, conn, get("/_tweed/worlds", s.Addr()))
	require.Equal(t, 200, got.Status, got.Body)
	got = ask(t, s.dial(s.Addr()), get("http://"+s.Addr()+"/_tweed/worlds", "x"))
	require.Equal(t, 200, got.Status)
}

// TestProxyConnectionLimit: a tunnel keeps the place of its connection, and gives it back.
func TestProxyConnectionLimit(t *testing.T) {
	t.Parallel()
	s := secure(t, emulator.Options{MaxConns: 1})
	for range 3 {
		conn, err := s.handshake(s.tunnel("sandbox.plaid.com:443"), "sandbox.plaid.com")
		require.NoError(t, err)
		got := ask(t, conn, requestText("sandbox.plaid.com", newTokenPath, newToken))
		require.Equal(t, 200, got.Status)
		require.NoError(t, conn.Close())
	}
	conn := s.tunnel("sandbox.plaid.com:443")
	waiting := s.dial(s.Addr())
	_, err := io.WriteString(waiting, requestText(s.Addr(), newTokenPath, newToken))
	require.NoError(t, err)
	require.NoError(t, waiting.SetReadDeadline(time.Now().Add(50*time.Millisecond)))
	_, err = waiting.Read(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.NoError(t, conn.Close())
	require.NoError(t, waiting.SetReadDeadline(time.Now().Add(time.Minute)))
	got := answer(t, bufio.NewReader(waiting))
	require.Equal(t, 200, got.Status)
}

// TestProxyStop: many tunnels, with calls in progress and idle, end with the emulator, and
// leave nothing behind.
func TestProxyStop(t *testing.T) {
	s := secure(t, emulator.Options{})
	before := runtime.NumGoroutine()
	const tunnels = 60
	conns := make([]net.Conn, tunnels)
	var all sync.WaitGroup
	for i := range conns {
		all.Go(func() {
			conn := s.tunnel("sandbox.plaid.com:443")
			conns[i] = conn
			if i%3 == 0 {
				return // its first byte does not come
			}
			c, err := s.handshake(conn, "sandbox.plaid.com")
			if err != nil || i%3 == 1 {
				return
			}
			keep := strings.Replace(requestText("sandbox.plaid.com", newTokenPath, newToken), "Connection: close\r\n", "", 1)
			for range 5 {
				if got := ask(t, c, keep); got.Status != 200 {
					t.Errorf("status %d", got.Status)
				}
			}
		})
	}
	all.Wait()
	begin := time.Now()
	require.NoError(t, s.Close())
	require.Less(t, time.Since(begin), 2*time.Second)
	for _, conn := range conns {
		_, err := io.Copy(io.Discard, conn)
		if err != nil { // it was cut off
			require.ErrorContains(t, err, "reset")
		}
	}
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= before }, time.Minute, time.Millisecond)
	require.Len(t, s.Calls(), tunnels/3*5)
}

// TestProxyEmbedded: who brings his own server has the proxy, too, and the stop ends its tunnels.
func TestProxyEmbedded(t *testing.T) {
	t.Parallel()
	s := secure(t, emulator.Options{})
	server := httptest.NewServer(s.Emulator)
	t.Cleanup(server.Close)
	conn := s.dial(server.Listener.Addr().String())
	_, err := io.WriteString(conn, connect("sandbox.plaid.com:443"))
	require.NoError(t, err)
	readN(t, conn, len(established))
	inside, err := s.handshake(conn, "sandbox.plaid.com")
	require.NoError(t, err)
	keep := strings.Replace(requestText("sandbox.plaid.com", newTokenPath, newToken), "Connection: close\r\n", "", 1)
	got := ask(t, inside, keep)
	require.Equal(t, 200, got.Status)
	require.NoError(t, s.Close())
	_, err = inside.Read(make([]byte, 1))
	require.Error(t, err)

	// A request that no server has read is for the emulator, whatever its URL says.
	w := httptest.NewRecorder()
	emulator.RunT(t).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "http://example.com/nothing", http.NoBody))
	require.Equal(t, 404, w.Code)
	w = httptest.NewRecorder()
	secure(t, emulator.Options{}).ServeHTTP(w, httptest.NewRequest(http.MethodConnect, "sandbox.plaid.com:443", http.NoBody))
	require.Equal(t, 400, w.Code)
	require.True(t, bytes.Contains(w.Body.Bytes(), []byte("CONNECT needs HTTP/1.1")), w.Body)
}
