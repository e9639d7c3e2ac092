package emulator_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// echo is another host: it sends back all that comes, and then its end.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(conn, conn)
				_ = conn.Close()
			}()
		}
	}()
	return l.Addr().String()
}

// TestProxyPassesTunnels: with "pass" bytes go to other hosts and come back, to the end of
// each side.
func TestProxyPassesTunnels(t *testing.T) {
	t.Parallel()
	s := secure(t, emulator.Options{ProxyOthers: "pass"})
	conn, ok := s.tunnel(echo(t)).(*net.TCPConn)
	require.True(t, ok)
	text := strings.Repeat("0123456789abcdef", 64<<10)
	go func() {
		_, _ = io.WriteString(conn, text)
		_ = conn.CloseWrite()
	}()
	back, err := io.ReadAll(conn)
	require.NoError(t, err)
	require.Equal(t, text, string(back))

	early := s.dial(s.Addr())
	_, err = io.WriteString(early, connect(echo(t))+"at once")
	require.NoError(t, err)
	require.Equal(t, established+"at once", readN(t, early, len(established)+len("at once")))
	require.Empty(t, s.Calls())
}

// TestProxyPassesRequests: with "pass" a request in absolute form goes to its host as it is.
func TestProxyPassesRequests(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Seen", strings.Join([]string{r.Method, r.Host, r.RequestURI, r.Header.Get("Proxy-Authorization"), r.Header.Get("X-Forwarded-For")}, " "))
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write(body)
	}))
	t.Cleanup(other.Close)
	s := secure(t, emulator.Options{ProxyOthers: "pass"})
	got := ask(t, s.dial(s.Addr()), "POST "+other.URL+"/a//b?x=%zz;y HTTP/1.1\r\nHost: x\r\n"+
		"Content-Length: 2\r\nProxy-Authorization: Basic eDp5\r\n\r\nhi")
	require.Equal(t, http.StatusTeapot, got.Status)
	require.Equal(t, "hi", got.Body)
	host := strings.TrimPrefix(other.URL, "http://")
	require.Equal(t, "POST "+host+" /a//b?x=%zz;y", got.Header.Get("Seen"))
}

// TestProxyPassStop: tunnels and requests to other hosts end with the emulator.
func TestProxyPassStop(t *testing.T) {
	reached, released := make(chan struct{}), make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(reached)
		<-released
	}))
	t.Cleanup(slow.Close)
	t.Cleanup(func() { close(released) })
	s := secure(t, emulator.Options{ProxyOthers: "pass"})
	before := runtime.NumGoroutine()
	var tunnels []net.Conn
	target := echo(t)
	for range 20 {
		conn := s.tunnel(target)
		_, err := io.WriteString(conn, "x")
		require.NoError(t, err)
		require.Equal(t, "x", readN(t, conn, 1))
		tunnels = append(tunnels, conn)
	}
	request := s.dial(s.Addr())
	_, err := io.WriteString(request, "GET "+slow.URL+"/ HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	<-reached
	begin := time.Now()
	require.NoError(t, s.Close())
	require.Less(t, time.Since(begin), 2*time.Second)
	got := answer(t, bufio.NewReader(request))
	require.Equal(t, http.StatusBadGateway, got.Status)
	for _, conn := range tunnels {
		_, err := conn.Read(make([]byte, 1))
		require.Error(t, err)
		require.NoError(t, conn.Close())
	}
	const ofOthers = 6 // the two other hosts are still there
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+ofOthers }, time.Minute, time.Millisecond)
}
