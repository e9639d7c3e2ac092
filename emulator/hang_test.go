package emulator_test

import (
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/scenario"
)

// TestHang: nothing comes, the world is free meanwhile, and a call costs no goroutine beside
// that of its connection; a stop ends it at once.
func TestHang(t *testing.T) {
	t.Parallel()
	emu := started(t, emulator.Options{})
	c := newClient(t, emu, "")
	f := &faults{client: c, emu: emu, w: emu.World("default"), token: fields{"access_token": c.accessToken()}}
	f.w.Rule(scenario.Rule{Name: "silent", Call: "/item/get", Then: scenario.Break(scenario.Hang)})
	const many = 20
	type end struct {
		got []byte
		err error
	}
	ends := make(chan end, many)
	request := f.request()
	for range many {
		go func() {
			got, err := exchanged(emu, request)
			ends <- end{got, err}
		}()
	}
	silent := func() (n int) {
		for _, call := range f.w.Calls() {
			if call.Rule == "silent" && call.Fault == "hang" && call.Status == 0 {
				n++
			}
		}
		return n
	}
	require.Eventually(t, func() bool { return silent() == many }, time.Minute, time.Millisecond)
	c.ok("/accounts/get", f.token)
	require.Empty(t, ends)
	require.NotContains(t, stacks(), "created by tweed/emulator/internal/api.(*flight)")
	begin := time.Now()
	require.NoError(t, emu.Close())
	require.Less(t, time.Since(begin), 2*time.Second)
	for range many {
		got := <-ends
		require.NoError(t, got.err, "an end and no reset")
		require.Empty(t, got.got)
	}
}

// stacks are those of all goroutines.
func stacks() string {
	text := make([]byte, 8<<20)
	return string(text[:runtime.Stack(text, true)])
}

// TestFaultsFreeTheirPlace: a broken connection, and one whose client has left, makes room for
// the next. The emulator takes one at a time.
func TestFaultsFreeTheirPlace(t *testing.T) {
	t.Parallel()
	for _, kind := range []scenario.FaultKind{scenario.Hang, scenario.Reset, scenario.Empty, scenario.Truncate} {
		emu := emulator.RunT(t, emulator.Options{MaxConns: 1})
		w := emu.World("default")
		w.Rule(scenario.Rule{Call: "/item/get", Then: scenario.Break(kind)})
		request := strings.Replace(requestText("127.0.0.1", "/item/get", "{}"), "Connection: close\r\n", "", 1)
		for n := range 3 {
			conn, err := net.Dial("tcp", emu.Addr())
			require.NoError(t, err)
			_, err = io.WriteString(conn, request)
			require.NoError(t, err)
			require.Eventually(t, func() bool { return len(w.Calls()) == n+1 }, time.Minute, time.Millisecond, kind)
			require.NoError(t, conn.Close())
		}
		got, err := exchanged(emu, requestText("127.0.0.1", "/accounts/get", "{}"))
		require.NoError(t, err)
		require.Contains(t, string(got), "MISSING_FIELDS", kind)
	}
}
