package emulator_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// TestFaultWithoutConnection: where there is no connection to take, the panic that net/http
// knows ends what there is.
func TestFaultWithoutConnection(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	for _, kind := range []string{"reset", "empty", "{kind: reset, done: true}", "truncate"} {
		req := httptest.NewRequest(http.MethodPost, "/item/get", strings.NewReader("{}"))
		req.Header.Set("Tweed-Fault", kind)
		got := httptest.NewRecorder()
		require.PanicsWithValue(t, http.ErrAbortHandler, func() { emu.ServeHTTP(got, req) }, kind)
		require.Equal(t, kind == "truncate", got.Body.Len() > 0)
	}
}

// TestFaultHTTP2: in HTTP/2 a lost reply is a stream that is reset.
func TestFaultHTTP2(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(emulator.RunT(t))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	do := func(kind string) (status int, err error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/item/get", strings.NewReader("{}"))
		require.NoError(t, err)
		req.Header.Set("Tweed-Fault", kind)
		resp, err := server.Client().Do(req)
		if err != nil {
			return 0, err
		}
		require.Equal(t, 2, resp.ProtoMajor)
		_, err = io.Copy(io.Discard, resp.Body)
		return resp.StatusCode, errors.Join(err, resp.Body.Close())
	}
	for _, kind := range []string{"reset", "empty", "truncate"} {
		_, err := do(kind)
		require.ErrorContains(t, err, "stream error", kind)
	}
	status, err := do("garbage")
	require.NoError(t, err)
	require.Equal(t, http.StatusBadRequest, status)
}
