package emulator_test

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// TestStopWithFreshConnection: a client's connection on which nothing was sent yet, as HTTP
// clients open in advance, does not hold up the stop.
func TestStopWithFreshConnection(t *testing.T) {
	t.Parallel()
	emu, err := emulator.New(emulator.Options{})
	require.NoError(t, err)
	require.NoError(t, emu.Start())
	conn, err := net.Dial("tcp", emu.Addr())
	require.NoError(t, err)
	defer conn.Close() //nolint:errcheck // the test is over
	newClient(t, emu, "").link()
	begin := time.Now()
	require.NoError(t, emu.Close())
	require.Less(t, time.Since(begin), 2*time.Second)
}
