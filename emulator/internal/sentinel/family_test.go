package sentinel

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestContentEncoding: a compressed body cannot be read, and the answer says why.
func TestContentEncoding(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	for body, want := range map[string]string{
		"\x1f\x8b\x08": "it has Content-Encoding gzip, which is not read here",
		"[]":           "it has Content-Encoding gzip, which is not read here",
		"{}":           "validation failed",
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.http.URL+relationshipsPath, strings.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Authorization", s.token)
		req.Header.Set("Content-Encoding", "gzip")
		answer, err := s.http.Client().Do(req)
		require.NoError(t, err)
		text, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, http.StatusBadRequest, answer.StatusCode)
		require.Contains(t, string(text), want)
	}
}
