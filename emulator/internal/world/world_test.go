package world

import (
	"crypto"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

type thing struct {
	Name  string `json:"name"`
	Group string `json:"group"`
}

var (
	things        = NewTable[thing]("test.thing", 1)
	thingsByGroup = things.Index(func(t thing) string { return t.Group })
	ticks         = NewEvent[string]("test.tick")
	chain         = NewEvent[int]("test.chain")
	bugs          = NewEvent[int]("test.bug")
	joined        = NewLocal(func(w *World) string {
		var names []string
		for _, t := range things.All(w) {
			names = append(names, t.Name)
		}
		return strings.Join(names, ",")
	})
)

func init() {
	ticks.Handle(func(w *World, name string) {
		things.Put(w, name, thing{Name: name + w.Now().Format(" 15:04:05")})
	})
	bugs.Handle(func(*World, int) { panic("a bug") })
	chain.Handle(func(w *World, n int) {
		if n > 0 {
			chain.At(w, w.Now().Add(time.Minute), n-1)
		}
	})
}

var monday = time.Date(2026, 1, 5, 14, 30, 0, 0, time.UTC)

func newWorld(t *testing.T, name string, cfg Config) *World {
	t.Helper()
	if cfg.Clock.Start.IsZero() {
		cfg.Clock.Start = monday
	}
	w, err := New(name, cfg, func() time.Time { return monday })
	require.NoError(t, err)
	w.mu.Lock()
	return w
}

func TestTableIndexFollowsRecords(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "a", Config{})
	things.Put(w, "2", thing{"b", "x"})
	things.Put(w, "1", thing{"a", "x"})
	things.Put(w, "3", thing{"c", "y"})
	require.Equal(t, []string{"1", "2"}, thingsByGroup.Keys(w, "x"))
	things.Put(w, "1", thing{"a", "y"})
	require.Equal(t, []string{"2"}, thingsByGroup.Keys(w, "x"))
	require.Equal(t, []string{"1", "3"}, thingsByGroup.Keys(w, "y"))
	things.Delete(w, "2")
	require.Empty(t, thingsByGroup.Keys(w, "x"))
	_, found := thingsByGroup.First(w, "x")
	require.False(t, found)
}

func TestRollbackTakesEverythingBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "a", Config{})
	things.Put(w, "keep", thing{"keep", "x"})
	ticks.At(w, monday.Add(time.Hour), "tick")
	w.Commit()
	before, err := w.Export()
	require.NoError(t, err)

	things.Put(w, "keep", thing{"changed", "y"})
	things.Put(w, "new", thing{"new", "x"})
	things.Delete(w, "keep")
	w.UUID("item")
	ticks.At(w, monday.Add(time.Minute), "other")
	w.Rollback()

	after, err := w.Export()
	require.NoError(t, err)
	require.Equal(t, before, after)
	require.Equal(t, []string{"keep"}, thingsByGroup.Keys(w, "x"))
	next, ok := w.Next()
	require.True(t, ok)
	require.Equal(t, monday.Add(time.Hour), next)
}

func TestGiveWithoutCommitRollsBack(t *testing.T) {
	t.Parallel()
	ws := NewWorlds(2, func() time.Time { return monday }, func(string) (Config, error) {
		return Config{Clock: Clock{Start: monday}}, nil
	})
	w, err := ws.Take("a", false)
	require.NoError(t, err)
	things.Put(w, "1", thing{})
	w.Give()
	w, err = ws.Take("a", false)
	require.NoError(t, err)
	require.Zero(t, things.Len(w))
	w.Give()
}

func TestAPanickingEventGivesTheWorldBack(t *testing.T) {
	t.Parallel()
	ws := NewWorlds(1, func() time.Time { return monday }, func(string) (Config, error) {
		return Config{Clock: Clock{Start: monday, Run: Run{Step: time.Hour}}}, nil
	})
	w, err := ws.Take("a", false)
	require.NoError(t, err)
	bugs.At(w, monday.Add(time.Hour), 1)
	w.Commit()
	w.Give()
	require.Panics(t, func() { _, _ = ws.Take("a", true) })
	require.Panics(t, func() { _, _ = ws.Take("a", false) }, "it says so again, and does not wait for a lock")
}

func TestWorldsAreCapped(t *testing.T) {
	t.Parallel()
	ws := NewWorlds(2, func() time.Time { return monday }, func(string) (Config, error) { return Config{}, nil })
	for _, name := range []string{"a", "b"} {
		w, err := ws.Take(name, false)
		require.NoError(t, err)
		w.Give()
	}
	_, err := ws.Take("c", false)
	require.ErrorAs(t, err, &LimitError{})
	require.ErrorContains(t, err, "--max-worlds")
	require.True(t, ws.Remove("a"))
	require.False(t, ws.Remove("a"))
	_, known := ws.ByTag(Tag("a"))
	require.False(t, known)
	w, err := ws.Take("c", false)
	require.NoError(t, err)
	w.Give()
	require.Equal(t, []string{"b", "c"}, ws.Names())
	name, known := ws.ByTag(Tag("c"))
	require.True(t, known)
	require.Equal(t, "c", name)
}

func TestEventsRunInOrderEachAtItsInstant(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "a", Config{})
	ticks.At(w, monday.Add(2*time.Hour), "late")
	ticks.At(w, monday.Add(time.Hour), "early")
	ticks.At(w, monday.Add(time.Hour), "early2")
	canceled := ticks.At(w, monday.Add(time.Hour), "canceled")
	w.Cancel(canceled)
	w.Advance(90 * time.Minute)
	require.Equal(t, monday.Add(90*time.Minute), w.Now())
	early, _ := things.Get(w, "early")
	require.Equal(t, "early 15:30:00", early.Name)
	require.Equal(t, "early,early2", strings.Join(keys(w), ","))
	w.Advance(time.Hour)
	require.Equal(t, "early,early2,late", strings.Join(keys(w), ","))
	require.Zero(t, w.Scheduled())
}

func keys(w *World) (out []string) {
	for key := range things.All(w) {
		out = append(out, key)
	}
	return out
}

func TestAnEventMayScheduleItsOwnKind(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "a", Config{})
	chain.At(w, monday.Add(time.Minute), 3)
	w.Advance(3 * time.Minute)
	require.Equal(t, 1, w.Scheduled())
	w.Advance(time.Minute)
	require.Zero(t, w.Scheduled())
}

func TestClocks(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		run    string
		passed time.Duration // wall time between two calls
		want   time.Duration
	}{
		{"manual", time.Hour, 0},
		{"step 2s", time.Hour, 2 * time.Second},
		{"real", time.Minute, time.Minute},
		{"60x", time.Minute, time.Hour},
	} {
		t.Run(tc.run, func(t *testing.T) {
			t.Parallel()
			run, err := ParseRun(tc.run)
			require.NoError(t, err)
			wall := monday
			ws := NewWorlds(1, func() time.Time { return wall }, func(string) (Config, error) {
				return Config{Clock: Clock{Start: monday, Run: run}}, nil
			})
			w, err := ws.Take("a", false)
			require.NoError(t, err)
			require.Equal(t, monday, w.Now())
			require.Equal(t, tc.run, w.Run().String(), "its text reads back")
			w.Give()
			wall = wall.Add(tc.passed)
			w, err = ws.Take("a", true)
			require.NoError(t, err)
			require.Equal(t, monday.Add(tc.want), w.Now())
			w.Advance(time.Hour)
			require.Equal(t, monday.Add(tc.want+time.Hour), w.Now(), "an advance adds to any clock")
			w.Give()
		})
	}
}

func TestRunIsWrittenShort(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"step 1h", "step 1m", "step 1h30m", "step 1s", "step 10m", "step 90ms", "real", "60x", "manual"} {
		run, err := ParseRun(text)
		require.NoError(t, err)
		require.Equal(t, text, run.String())
	}
}

func TestParseRunSaysWhatIsRight(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"fast", "step", "step -1s", "0x", "-3x", "x", "step 1"} {
		_, err := ParseRun(bad)
		require.Error(t, err, bad)
	}
	_, err := ParseRun("fast")
	require.EqualError(t, err, `clock runs "fast"; it can be manual, step 1s, real or 60x`)
}

func TestIDsAreAFunctionOfSeedWorldKindAndNumber(t *testing.T) {
	t.Parallel()
	a, again := newWorld(t, "a", Config{Seed: 7}), newWorld(t, "a", Config{Seed: 7})
	again.UUID("unrelated")
	require.Equal(t, a.UUID("item"), again.UUID("item"))
	require.NotEqual(t, a.UUID("item"), newWorld(t, "a", Config{Seed: 8}).UUID("item"))
	require.NotEqual(t, newWorld(t, "a", Config{Seed: 7}).UUID("item"), newWorld(t, "b", Config{Seed: 7}).UUID("item"))
	require.NotEqual(t, a.Derive("a", "bc"), a.Derive("ab", "c"), "parts do not run together")

	id := a.UUID("item")
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, id)
	require.Equal(t, a.Tag(), id[:8])
	require.Equal(t, Tag("a"), a.Tag())
}

func TestDiceAreKeyed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "a", Config{Seed: 3})
	first := w.Dice("rule", 1)
	w.Dice("another rule", 1)
	w.UUID("traffic")
	require.InDelta(t, first, w.Dice("rule", 1), 0)
	sum := 0.0
	for try := range uint64(1000) {
		roll := w.Dice("rule", try)
		require.True(t, roll >= 0 && roll < 1)
		sum += roll
	}
	require.InDelta(t, 500, sum, 50)
}

func TestKeysAndSignaturesRepeat(t *testing.T) {
	t.Parallel()
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P521()} {
		digest := sha256.Sum256([]byte("text"))
		var signatures []string
		for _, name := range []string{"a", "b"} {
			signature, err := newWorld(t, name, Config{Seed: 5}).Key("k", curve).Sign(nil, digest[:], crypto.SHA256)
			require.NoError(t, err)
			signatures = append(signatures, string(signature))
		}
		require.Equal(t, signatures[0], signatures[1], "keys are per seed")
		other := newWorld(t, "a", Config{Seed: 6}).Key("k", curve)
		require.False(t, other.PublicKey.Equal(&newWorld(t, "a", Config{Seed: 5}).Key("k", curve).PublicKey))
	}
}

func TestExportImportReset(t *testing.T) {
	t.Parallel()
	setup := func(w *World) error { things.Put(w, "given", thing{Name: "given"}); return nil }
	w := newWorld(t, "a", Config{Seed: 9, Setup: setup})
	born, err := w.Export()
	require.NoError(t, err)

	things.Put(w, "1", thing{"one", "x"})
	id := w.UUID("item")
	ticks.At(w, monday.Add(2*time.Hour), "later")
	w.Send(Message{Kind: "k", Target: "http://127.0.0.1/", Body: []byte("{}")}, Handling{})
	w.Advance(time.Hour)
	saved, err := w.Export()
	require.NoError(t, err)
	text, err := json.Marshal(saved)
	require.NoError(t, err)

	var read Export
	require.NoError(t, json.Unmarshal(text, &read))
	other := newWorld(t, "b", Config{Seed: 1})
	require.NoError(t, other.Import(read))
	require.Equal(t, monday.Add(time.Hour), other.Now())
	require.Equal(t, []string{"1"}, thingsByGroup.Keys(other, "x"))
	require.Len(t, other.Outbox(), 1)
	again, err := other.Export()
	require.NoError(t, err)
	require.Equal(t, "a", again.Origin)
	again.Name, again.Origin = saved.Name, ""
	require.Equal(t, saved, again)
	require.Equal(t, w.Derive("x"), other.Derive("x"), "what is computed stays the same")
	require.NotEqual(t, w.Derive("x"), newWorld(t, "b", Config{Seed: 9}).Derive("x"))
	other.Advance(time.Hour)
	_, ran := things.Get(other, "later")
	require.True(t, ran, "events survive an import")

	require.NoError(t, w.Reset())
	reset, err := w.Export()
	require.NoError(t, err)
	require.Equal(t, born, reset)
	require.Equal(t, id, w.UUID("item"), "counters start again")
}

func records(text string) map[string]json.RawMessage {
	return map[string]json.RawMessage{"1": []byte(text)}
}

func TestARestartThatFailsChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "a", Config{Seed: 9, Setup: func(w *World) error { things.Put(w, "given", thing{}); return nil }})
	ticks.At(w, monday.Add(time.Hour), "later")
	w.Commit()
	before, err := w.Export()
	require.NoError(t, err)
	bad := Config{Seed: 1, Setup: func(w *World) error { things.Put(w, "bad", thing{}); return errors.New("no") }}
	require.EqualError(t, w.Restart(bad), "no")
	after, err := w.Export()
	require.NoError(t, err)
	require.Equal(t, before, after)
	w.Advance(time.Hour)
	_, ran := things.Get(w, "later")
	require.True(t, ran)
	require.NoError(t, w.Reset(), "the configuration stayed, too")
	_, given := things.Get(w, "given")
	require.True(t, given)
}

func TestImportRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, want string
		change     func(*Export)
	}{
		{"form", "the export has form 9; this version of Tweed reads form 1", func(e *Export) { e.Tweed = 9 }},
		{"unknown table", `table "no.such" is unknown`, func(e *Export) { e.Tables["no.such"] = TableExport{} }},
		{"other version", `table "test.thing" has version 2; this version of Tweed reads 1`, func(e *Export) {
			e.Tables["test.thing"] = TableExport{Version: 2}
		}},
		{"bad record", "table test.thing, record 1:", func(e *Export) {
			e.Tables["test.thing"] = TableExport{Version: 1, Records: records(`[]`)}
		}},
		{"unknown event", `has kind "gone"`, func(e *Export) {
			e.Tables["world.event"] = TableExport{Version: 1, Records: records(`{"kind":"gone"}`)}
		}},
		{"event data", "event test.tick:", func(e *Export) {
			e.Tables["world.event"] = TableExport{Version: 1, Records: records(`{"kind":"test.tick","data":5}`)}
		}},
		{"no clock", "a world needs its clock", func(e *Export) { delete(e.Tables, "world.clock") }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "a", Config{Seed: 2})
			things.Put(w, "keep", thing{"keep", "x"})
			w.Commit()
			before, err := w.Export()
			require.NoError(t, err)
			bad, err := w.Export()
			require.NoError(t, err)
			tc.change(&bad)
			require.ErrorContains(t, w.Import(bad), tc.want)
			after, err := w.Export()
			require.NoError(t, err)
			require.Equal(t, before, after, "a refused import changes nothing")
		})
	}
}

func TestChangedWakesOnCommitOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "a", Config{})
	changed := w.Changed()
	w.Commit()
	require.False(t, closed(changed), "nothing was written")
	things.Put(w, "1", thing{})
	require.False(t, closed(changed))
	w.Commit()
	require.True(t, closed(changed))
	changed = w.Changed()
	w.Advance(time.Second)
	require.True(t, closed(changed), "who waits may wait for a moment")
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func TestLocalsAreRebuilt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "a", Config{})
	things.Put(w, "1", thing{Name: "one"})
	w.Commit()
	require.Equal(t, "one", joined.Of(w))
	things.Put(w, "2", thing{Name: "two"})
	require.Equal(t, "one", joined.Of(w), "kept, although the records changed")
	joined.Set(w, "set by hand")
	require.Equal(t, "set by hand", joined.Of(w))
	w.Rollback()
	require.Equal(t, "one", joined.Of(w), "rollback drops it")
}

func BenchmarkPut(b *testing.B) {
	for _, size := range []int{1, 10_000} {
		b.Run(fmt.Sprint(size, " records"), func(b *testing.B) {
			w, err := New("a", Config{}, func() time.Time { return monday })
			require.NoError(b, err)
			for i := range size {
				things.Put(w, fmt.Sprint(i), thing{Group: fmt.Sprint(i)})
			}
			w.Commit()
			b.ReportAllocs()
			for b.Loop() {
				things.Put(w, "0", thing{Name: "new", Group: "0"})
				w.Commit()
			}
		})
	}
}
