package emulator_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// TestALECost: a long poll that waits costs the two goroutines that net/http has for a connection with a call in
// progress, and none of Tweed's own; when the polls have ended, nothing is left. It does not run beside other tests,
// whose goroutines would count, and its own connections have none.
func TestALECost(t *testing.T) {
	emu := emulator.RunT(t)
	c, relationship := apex(t, emu, "")
	const polls = 300
	met, before := c.requests(), runtime.NumGoroutine()
	// about tells whether there are n goroutines more, give or take those of the test's other calls.
	about := func(n int) func() bool {
		return func() bool {
			http.DefaultClient.CloseIdleConnections()
			more := runtime.NumGoroutine() - before
			return n-10 <= more && more <= n+10
		}
	}

	conns := make([]net.Conn, polls)
	for n := range conns {
		conn, err := net.Dial("tcp", emu.Addr())
		require.NoError(t, err)
		defer conn.Close() //nolint:errcheck // it was read to its end
		_, err = fmt.Fprintf(conn, "GET /ale/api/v1/read/%s/TWEED?streamType=LONG_POLL&timeoutSeconds=3600 HTTP/1.1\r\n"+
			"Host: %s\r\nAuthorization: %s\r\nConnection: close\r\n\r\n", transferTopic, emu.Addr(), c.jwt)
		require.NoError(t, err)
		conns[n] = conn
	}
	c.await(met + polls)
	require.Eventually(t, about(2*polls), time.Minute, time.Millisecond, "%d before", before)
	t.Logf("%d goroutines more for %d polls", runtime.NumGoroutine()-before, polls)

	begin := time.Now()
	require.Equal(t, "PENDING", c.deposit(relationship, "e-1", "10").text("state"))
	for _, conn := range conns {
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, answer.StatusCode)
		require.NoError(t, answer.Body.Close())
		require.NoError(t, conn.Close())
	}
	t.Logf("one event answered them all in %s", time.Since(begin))
	require.Eventually(t, about(0), time.Minute, time.Millisecond, "%d before", before)
}
