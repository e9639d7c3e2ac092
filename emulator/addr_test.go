package emulator

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReachable(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		"[::]:7524": "127.0.0.1:7524", "0.0.0.0:80": "127.0.0.1:80",
		"127.0.0.1:7524": "127.0.0.1:7524", "[::1]:80": "[::1]:80", "tweed:80": "tweed:80", "": "",
	} {
		require.Equal(t, want, reachable(addr), addr)
	}
}
