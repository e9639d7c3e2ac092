package emulator_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/cmd/tweed/ca"
	"tweed/emulator"
)

// secured is an emulator with a CA, and what a client trusts.
type secured struct {
	*emulator.Emulator
	t     testing.TB
	roots *x509.CertPool
}

func secure(t testing.TB, o emulator.Options) secured {
	t.Helper()
	own, err := ca.Open(t.TempDir())
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(own.PEM()))
	o.Certificate = own.Certificate
	return secured{emulator.RunT(t, o), t, roots}
}

// dial opens a connection to an address of the emulator.
func (s secured) dial(addr string) net.Conn {
	s.t.Helper()
	conn, err := net.Dial("tcp", addr)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = conn.Close() }) // it may be closed
	return conn
}

// handshake speaks TLS over a connection as a client of a host.
func (s secured) handshake(conn net.Conn, host string) (*tls.Conn, error) {
	c := tls.Client(conn, &tls.Config{ServerName: host, RootCAs: s.roots, NextProtos: []string{"h2", "http/1.1"}})
	return c, c.HandshakeContext(s.t.Context())
}

// ask sends a request over a connection and returns its answer.
func ask(t testing.TB, conn net.Conn, request string) reply {
	t.Helper()
	_, err := io.WriteString(conn, request)
	require.NoError(t, err)
	return answer(t, bufio.NewReader(conn))
}

func answer(t testing.TB, r *bufio.Reader) reply {
	t.Helper()
	resp, err := http.ReadResponse(r, nil)
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return reply{Status: resp.StatusCode, Header: resp.Header, Body: string(body)}
}

// newToken is a call whose answer is 200, and one that hands out an address.
var newToken = fields{
	"client_id": clientID, "secret": secret, "client_name": "app", "language": "en", "country_codes": []string{"US"},
	"user": fields{"client_user_id": "u"}, "products": []string{"auth"}, "hosted_link": fields{},
}.json()

const newTokenPath = "/link/token/create"

// TestTLS: one port takes TLS for the vendors' names beside cleartext, a further one, too;
// addresses that are handed out follow the caller.
func TestTLS(t *testing.T) {
	t.Parallel()
	s := secure(t, emulator.Options{TLS: true, TLSAddr: "127.0.0.1:0"})
	require.NotEqual(t, s.Addr(), s.TLSAddr())
	for _, addr := range []string{s.Addr(), s.TLSAddr()} {
		for _, host := range emulator.VendorHosts() {
			conn, err := s.handshake(s.dial(addr), host)
			require.NoError(t, err)
			require.Equal(t, "http/1.1", conn.ConnectionState().NegotiatedProtocol)
			got := ask(t, conn, requestText(host, newTokenPath, newToken))
			require.Equal(t, 200, got.Status, got.Body)
			require.Contains(t, got.Body, `"hosted_link_url": "https://`+host+`/link/link-sandbox-`)
			hsts := got.Header.Get("Strict-Transport-Security")
			require.Equal(t, strings.HasSuffix(host, ".plaid.com"), hsts != "", "Plaid's names only")
		}
		got := ask(t, s.dial(addr), requestText(addr, newTokenPath, newToken))
		require.Equal(t, 200, got.Status)
		require.Contains(t, got.Body, `"hosted_link_url": "http://`+addr+`/link/`)
	}
	calls := s.Calls()
	require.Equal(t, "https://sandbox.plaid.com", calls[0].Base)
	require.Equal(t, "http://"+s.Addr(), calls[len(emulator.VendorHosts())].Base)
}

// TestTLSVersions: TLS 1.2 and 1.3 and nothing older, and sessions are resumed.
func TestTLSVersions(t *testing.T) {
	t.Parallel()
	s := secure(t, emulator.Options{TLS: true})
	for version, good := range map[uint16]bool{
		tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true,
	} {
		sessions := tls.NewLRUClientSessionCache(1)
		for try := range 2 {
			c := tls.Client(s.dial(s.Addr()), &tls.Config{
				ServerName: "sandbox.plaid.com", RootCAs: s.roots, MinVersion: tls.VersionTLS10, MaxVersion: version, ClientSessionCache: sessions,
			})
			err := c.HandshakeContext(t.Context())
			require.Equal(t, good, err == nil, "%x: %v", version, err)
			if good {
				ask(t, c, requestText("sandbox.plaid.com", newTokenPath, newToken))
				require.Equal(t, try == 1, c.ConnectionState().DidResume)
			}
		}
	}
}

// TestTLSNames: by its own name the emulator has a certificate for this machine; for other
// names it has none, and the log says which it has.
func TestTLSNames(t *testing.T) {
	t.Parallel()
	var log lines
	s := secure(t, emulator.Options{TLS: true, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	for _, host := range []string{"localhost", "127.0.0.1", "::1", "SANDBOX.plaid.com"} {
		_, err := s.handshake(s.dial(s.Addr()), host)
		require.NoError(t, err, host)
	}
	for _, host := range []string{"production.plaid.com", "plaid.com", "example.com", "tweed"} {
		_, err := s.handshake(s.dial(s.Addr()), host)
		require.Error(t, err, host)
		require.Eventually(t, func() bool {
			return strings.Contains(log.String(), `there are certificates for sandbox.plaid.com, `) && strings.Contains(log.String(), host)
		}, time.Minute, time.Millisecond)
	}
	_, err := tls.Dial("tcp", s.Addr(), &tls.Config{ServerName: "cdn.plaid.com"})
	require.ErrorContains(t, err, "certificate")
	require.Eventually(t, func() bool { return strings.Contains(log.String(), "bad certificate") }, time.Minute, time.Millisecond,
		"a client that does not trust the CA is told of")
}

// lines is a log.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// TestTLSOptions: TLS needs certificates, and what others are for has two words.
func TestTLSOptions(t *testing.T) {
	t.Parallel()
	for _, o := range []emulator.Options{{TLS: true}, {TLSAddr: "127.0.0.1:0"}} {
		_, err := emulator.New(o)
		require.EqualError(t, err, "TLS and TLSAddr need Certificate")
	}
	_, err := emulator.New(emulator.Options{ProxyOthers: "deny"})
	require.EqualError(t, err, `ProxyOthers is "deny"; it can be "refuse" or "pass"`)
	e, err := emulator.New(emulator.Options{TLSAddr: "192.0.2.1:1", Certificate: func(string) (*tls.Certificate, error) { return nil, io.EOF }})
	require.NoError(t, err)
	require.Error(t, e.Start())
	require.Empty(t, e.Addr())
	require.Empty(t, e.TLSAddr())
	require.NoError(t, e.Close())
}

// TestStopWithSilentConnection: a connection on which no byte came, so that nobody knows
// whether it is TLS, does not hold up the stop, nor one whose handshake is all there was.
func TestStopWithSilentConnection(t *testing.T) {
	t.Parallel()
	s := secure(t, emulator.Options{TLS: true})
	silent := s.dial(s.Addr())
	_, err := s.handshake(s.dial(s.Addr()), "sandbox.plaid.com")
	require.NoError(t, err)
	begun := s.dial(s.Addr())
	_, err = begun.Write([]byte{22, 3, 1})
	require.NoError(t, err)
	ask(t, s.dial(s.Addr()), requestText(s.Addr(), newTokenPath, newToken))
	begin := time.Now()
	require.NoError(t, s.Close())
	require.Less(t, time.Since(begin), 2*time.Second)
	for _, conn := range []net.Conn{silent, begun} {
		_, err = conn.Read(make([]byte, 1))
		require.Error(t, err)
	}
}
