package control

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/api"
)

// TestHeartbeat: a follower hears something when nothing comes, and then what comes.
func TestHeartbeat(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	a := &API{Journal: api.NewJournal(1 << 20), Stop: stop, Heartbeat: time.Millisecond}
	server := httptest.NewServer(http.HandlerFunc(a.Follow))
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/_tweed/journal?follow=true", nil)
	require.NoError(t, err)
	require.True(t, a.Follows(req))
	resp, err := server.Client().Do(req)
	require.NoError(t, err)
	defer resp.Body.Close() //nolint:errcheck // it was read
	lines := bufio.NewScanner(resp.Body)
	beats := 0
	for beats < 3 && lines.Scan() {
		if lines.Text() == ": still here" {
			beats++
		}
	}
	a.Journal.Add(&api.Entry{World: "w", N: 1, Path: "/item/get"})
	for lines.Scan() && lines.Text() != "id: 1" {
		require.Contains(t, []string{"", ": still here"}, lines.Text())
	}
	require.True(t, lines.Scan())
	require.Equal(t, "event: call", lines.Text())
	close(stop)
	for lines.Scan() { // the handler ends, and with it the stream
	}
	require.NoError(t, lines.Err())
}
