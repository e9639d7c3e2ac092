package emulator_test

import (
	"context"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/scenario"
)

// TestStopWithFreshConnection: a client's connection on which nothing was sent yet, as HTTP
// clients open in advance, does not hold up the stop.
func TestStopWithFreshConnection(t *testing.T) {
	t.Parallel()
	emu := started(t, emulator.Options{})
	conn, err := net.Dial("tcp", emu.Addr())
	require.NoError(t, err)
	defer conn.Close() //nolint:errcheck // the test is over
	newClient(t, emu, "").link()
	begin := time.Now()
	require.NoError(t, emu.Close())
	require.Less(t, time.Since(begin), 2*time.Second)
}

// TestStopWithDelayedCall: a reply that a rule holds back is sent at the stop, which does not
// wait for it.
func TestStopWithDelayedCall(t *testing.T) {
	t.Parallel()
	emu := started(t, emulator.Options{StateFile: filepath.Join(t.TempDir(), "state.json")})
	w := emu.World("default")
	c := newClient(t, emu, "")
	token := fields{"access_token": c.accessToken()}.json()
	w.Rule(scenario.Rule{Name: "late", Call: "/item/get", Then: scenario.Wait(time.Hour)})
	type answer struct {
		reply
		err error
	}
	answers := make(chan answer)
	go func() {
		got, err := c.try(http.MethodPost, "/item/get", token)
		answers <- answer{got, err}
	}()
	require.Eventually(t, func() bool {
		calls := w.Calls()
		return calls[len(calls)-1].Rule == "late"
	}, time.Minute, time.Millisecond, "the call has been answered, but not sent")
	begin := time.Now()
	require.NoError(t, emu.Close())
	require.Less(t, time.Since(begin), 2*time.Second)
	got := <-answers
	require.NoError(t, got.err)
	require.Equal(t, http.StatusOK, got.Status)
}

// TestDelay: a reply is held back in wall time, while the world's time stands still and others
// are served; a client that leaves is not waited for.
func TestDelay(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	w := emu.World("default")
	c := newClient(t, emu, "")
	token := fields{"access_token": c.accessToken()}
	now := w.Now()
	const held = 50 * time.Millisecond
	w.Rule(scenario.Rule{Call: "/item/get", Times: 1, Then: scenario.Wait(held)})
	begin := time.Now()
	c.ok("/item/get", token)
	require.GreaterOrEqual(t, time.Since(begin), held)
	require.Equal(t, now, w.Now())

	w.Rule(scenario.Rule{Call: "/auth/get", Then: scenario.Wait(time.Hour)})
	ctx, leave := context.WithTimeout(t.Context(), held)
	defer leave()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, emu.URL()+"/auth/get", strings.NewReader(token.json()))
	require.NoError(t, err)
	req.Header.Set("PLAID-CLIENT-ID", clientID)
	req.Header.Set("PLAID-SECRET", secret)
	_, err = http.DefaultClient.Do(req) //nolint:bodyclose // there is no reply
	require.ErrorIs(t, err, context.DeadlineExceeded)
	c.ok("/item/get", token)
	begin = time.Now()
	require.NoError(t, emu.Close())
	require.Less(t, time.Since(begin), 2*time.Second)
}
