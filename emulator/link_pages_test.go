package emulator_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// TestLinkPages asks for Link's pages where they are mounted: they are no calls.
func TestLinkPages(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	for _, path := range []string{"/link/v2/stable/link-initialize.js", "/link/v2/stable/link.html", "/link/stable/link-initialize.js"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, emu.PlaidURL()+path, nil)
		require.NoError(t, err)
		r, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, r.Body.Close())
		require.Equal(t, http.StatusOK, r.StatusCode, path)
	}
	require.Empty(t, emu.World("default").Calls())
}
