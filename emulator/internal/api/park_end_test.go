package api

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// hurried serves the lab from a server that reads a request for 20 ms at most.
func (l *lab) hurried() {
	l.t.Helper()
	server := httptest.NewUnstartedServer(l.http.Config.Handler)
	server.Config.ReadTimeout, server.Config.IdleTimeout = 20*time.Millisecond, time.Minute
	server.Start()
	l.t.Cleanup(server.Close)
	l.http = server
}

// The limit for reading a request ends neither a parked call nor a delayed one.
func TestPatienceOutlastsReadLimit(t *testing.T) {
	t.Parallel()
	const patience = 100 * time.Millisecond
	l := newLab(t, nil)
	l.hurried()
	for range 2 { // the second one on the same connection
		begin := time.Now()
		a := l.post(pathPark, `{"count_ms":100}`)
		require.Equal(t, true, a.Fields["waited"])
		require.GreaterOrEqual(t, time.Since(begin), patience)
	}
	l.rule(scenario.Rule{Call: pathGet, Then: scenario.Wait(patience)})
	begin := time.Now()
	require.Equal(t, 200, l.post(pathGet, `{}`).Status)
	require.GreaterOrEqual(t, time.Since(begin), patience)
}

// A call that says what it waits for is left alone by everything else.
func TestParkForATable(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	looks := make(chan bool, 100)
	family := l.family()
	plain := family.Route
	family.Route = func(method, path string) (*Op, map[string]string, error) {
		if path != pathPark {
			return plain(method, path)
		}
		return &Op{ID: "park", Method: method, Path: path, Depth: Stateful, Run: func(c *Call) (any, error) {
			looks <- c.Waited
			if text, ok := notes.Get(c.World, "note"); ok {
				return map[string]any{"note": text}, nil
			}
			return nil, Park{Patience: time.Hour, Changed: notes.Changed(c.World)}
		}}, nil, nil
	}
	l.http.Config.Handler = serve(l.Pipeline, family)
	done := l.later(l.request(pathPark, `{}`))
	require.False(t, <-looks)
	l.post(pathGet, `{}`)
	l.in(DefaultWorld, func(w *world.World) { w.Advance(time.Hour) })
	l.post(pathPut, `{"item":"here"}`)
	a := <-done
	require.Equal(t, "here", a.text("note"))
	require.Len(t, looks, 1, "it looked twice in all")
}

// A world that is removed lets nobody wait, and does not come back for those who waited.
func TestParkEndsByRemoval(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	done := l.later(l.request(pathPark, patient, "Tweed-World", "doomed"))
	require.False(t, <-l.parking)
	require.True(t, l.Worlds.Remove("doomed"))
	a := <-done
	require.Equal(t, "TWEED_BAD_REQUEST", a.text("error_code"), a.Body)
	require.Contains(t, a.text("error_message"), "doomed was removed")
	require.False(t, l.Worlds.Find("doomed"))
}
