package api

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// patient is a body that waits for a minute, which no test does.
const patient = `{"count_ms":60000}`

// A parked call goes on when the world changes.
func TestParkEndsByChange(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	done := l.later(l.request(pathPark, patient))
	require.False(t, <-l.parking)
	l.post(pathGet, `{}`) // takes and gives the world back, but changes nothing that is waited for
	l.post(pathPut, `{"item":"here"}`)
	a := <-done
	require.Equal(t, "here", a.text("note"))
	require.Equal(t, false, a.Fields["waited"])
	require.Regexp(t, `^[0-9a-f]{15}$`, a.text("request_id"))

	var parks []Entry
	for _, e := range l.entries() {
		if e.Path == pathPark {
			parks = append(parks, e)
		}
	}
	require.Len(t, parks, 1, "one call, one entry, when it is answered")
	require.Equal(t, uint64(3), parks[0].N)
}

// It goes on when the clock comes to its moment.
func TestParkEndsByAdvance(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	done := l.later(l.request(pathParkFor, `{}`))
	require.False(t, <-l.parking)
	l.in(DefaultWorld, func(w *world.World) { w.Advance(30 * time.Minute) })
	require.False(t, <-l.parking, "it looks, and parks again")
	l.in(DefaultWorld, func(w *world.World) { w.Advance(30 * time.Minute) })
	a := <-done
	require.Equal(t, 200, a.Status)
	require.Equal(t, "2026-01-05T15:30:00Z", a.text("now"))
	require.Equal(t, "2026-01-05T15:30:00Z", a.Header.Get("Tweed-Now"))
}

// It goes on when its patience ends, counted from the beginning and not from each look.
func TestParkEndsByPatience(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	start := time.Now()
	a := l.post(pathPark, `{"count_ms":30}`)
	require.GreaterOrEqual(t, time.Since(start), 30*time.Millisecond)
	require.Equal(t, true, a.Fields["waited"])
	require.Empty(t, a.text("note"))
	require.False(t, <-l.parking)
	require.True(t, <-l.parking)

	a = l.post(pathPark, `{"count_ms":0}`)
	require.Equal(t, true, a.Fields["waited"], "no patience at all")
}

func TestParkEndsByStop(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	done := l.later(l.request(pathPark, patient))
	require.False(t, <-l.parking)
	close(l.stop)
	a := <-done
	require.Equal(t, true, a.Fields["waited"])
}

// A client that leaves leaves nothing behind.
func TestParkEndsByLeaving(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	done := l.later(l.request(pathPark, patient).WithContext(ctx))
	require.False(t, <-l.parking)
	cancel()
	require.True(t, <-l.parking, "the operation learns of it")
	_, answered := <-done
	require.False(t, answered)
	require.Equal(t, 200, l.post(pathGet, `{}`).Status)
}

// Calls that wait hold no world: hundreds do, and others go on at once.
func TestParkHundreds(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	const calls = 300
	waiting := make([]<-chan answer, calls)
	for n := range waiting {
		waiting[n] = l.later(l.request(pathPark, patient, "Tweed-World", fmt.Sprintf("w%d", n%3)))
	}
	for range calls {
		<-l.parking
	}
	for n := range 3 {
		name := fmt.Sprintf("w%d", n)
		require.Equal(t, 200, l.post(pathGet, `{}`, "Tweed-World", name).Status)
		l.post(pathPut, `{"item":"go `+name+`"}`, "Tweed-World", name)
	}
	ids := map[string]bool{}
	for n, done := range waiting {
		a := <-done
		require.Equal(t, fmt.Sprintf("go w%d", n%3), a.text("note"))
		require.Equal(t, false, a.Fields["waited"])
		ids[a.text("request_id")] = true
	}
	require.Len(t, ids, calls)
}

// However often it looks, a parked call is one call for rules, ids and a step clock.
func TestParkIsOneCall(t *testing.T) {
	t.Parallel()
	l := newLab(t, func(l *lab) { l.config.Clock.Run.Step = time.Second })
	l.rule(scenario.Rule{Name: "patched", Call: pathPark, Times: 1, Then: scenario.Then{
		Patch: scenario.Patch{Set: map[string]any{"/patched": true}},
	}})
	done := l.later(l.request(pathPark, patient))
	<-l.parking
	for range 3 {
		l.in(DefaultWorld, func(w *world.World) { w.Advance(time.Minute) })
		require.False(t, <-l.parking)
	}
	l.post(pathPut, `{"item":"x"}`)
	a := <-done
	require.Equal(t, true, a.Fields["patched"])
	require.Equal(t, "patched", a.Header.Get("Tweed-Rule"))
	require.Equal(t, "2026-01-05T14:33:02Z", a.Header.Get("Tweed-Now"), "one step for each of two calls, three minutes")
	require.Equal(t, 200, l.post(pathPark, patient).Status)
	require.Empty(t, l.entries()[2].Rule, "the rule is spent")
}

// A bug in the second look is told like any other.
func TestParkThenPanic(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	runs := 0
	family := l.family()
	op := &Op{ID: "op", Method: "POST", Path: pathGet, Depth: Stateful, Run: func(c *Call) (any, error) {
		runs++
		if runs == 1 {
			notes.Put(c.World, "before", "stays")
			l.parking <- false
			return nil, Park{Patience: time.Minute}
		}
		notes.Put(c.World, "after", "goes")
		panic("second look")
	}}
	family.Route = func(string, string) (*Op, map[string]string, error) { return op, nil, nil }
	l.http.Config.Handler = serve(l.Pipeline, family)
	done := l.later(l.request(pathGet, `{}`))
	<-l.parking
	l.in(DefaultWorld, func(w *world.World) { w.Advance(time.Second) })
	a := <-done
	require.Equal(t, "TWEED_PANIC", a.text("error_code"))
	require.Contains(t, a.text("error_message"), "second look")
	l.in(DefaultWorld, func(w *world.World) {
		_, ok := notes.Get(w, "before")
		require.True(t, ok, "what was done before parking stays")
		_, ok = notes.Get(w, "after")
		require.False(t, ok)
	})
}
