package world

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fakeWall is wall time that moves only when it is told. Its timers fire while it moves,
// in the goroutine of who moves it.
type fakeWall struct {
	mu     sync.Mutex
	now    time.Time
	timers []*fakeTimer
	set    int // how many timers were ever set
}

type fakeTimer struct {
	at time.Time
	f  func()
}

func (f *fakeWall) read() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *fakeWall) after(d time.Duration, do func()) func() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	t := &fakeTimer{at: f.now.Add(d), f: do}
	f.timers = append(f.timers, t)
	f.set++
	return func() bool { return f.take(t) }
}

func (f *fakeWall) take(t *fakeTimer) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := slices.Index(f.timers, t)
	if at >= 0 {
		f.timers = slices.Delete(f.timers, at, at+1)
	}
	return at >= 0
}

func (f *fakeWall) running() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.timers)
}

// move moves time on; a timer fires at its own moment.
func (f *fakeWall) move(d time.Duration) {
	end := f.read().Add(d)
	for {
		f.mu.Lock()
		var next *fakeTimer
		for _, t := range f.timers {
			if !t.at.After(end) && (next == nil || t.at.Before(next.at)) {
				next = t
			}
		}
		if next == nil {
			f.now = end
			f.mu.Unlock()
			return
		}
		if next.at.After(f.now) {
			f.now = next.at
		}
		f.mu.Unlock()
		f.take(next)
		next.f()
	}
}

// sleepers are worlds that are woken by a fake wall.
type sleepers struct {
	*Worlds
	t    *testing.T
	wall *fakeWall
	stop func()
}

func newSleepers(t *testing.T, run Run) *sleepers {
	t.Helper()
	wall := &fakeWall{now: monday}
	ws := NewWorlds(10_000, wall.read, func(string) (Config, error) {
		return Config{Seed: 1, Clock: Clock{Start: monday, Run: run}}, nil
	})
	s := &sleepers{Worlds: ws, t: t, wall: wall}
	s.stop = ws.Wake(wall.after)
	return s
}

func (s *sleepers) in(name string, do func(w *World)) {
	s.t.Helper()
	w, err := s.Take(name, false)
	require.NoError(s.t, err)
	defer w.Give()
	do(w)
	w.Commit()
}

// ran is what a world's ticks have left behind, without taking the world: that would run
// what is due.
func (s *sleepers) ran(name string) (out []string) {
	s.mu.RLock()
	w := s.byName[name]
	s.mu.RUnlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, thing := range things.All(w) {
		out = append(out, thing.Name)
	}
	return out
}

func TestWakerRunsWhatIsDue(t *testing.T) {
	t.Parallel()
	s := newSleepers(t, Run{Speed: 60})
	require.Zero(t, s.wall.running())
	s.in("a", func(w *World) { ticks.At(w, monday.Add(2*time.Hour), "late") })
	s.in("b", func(w *World) { ticks.At(w, monday.Add(time.Hour), "first") })
	require.Equal(t, 1, s.wall.running(), "one timer for all worlds")
	var changed <-chan struct{}
	s.in("b", func(w *World) { changed = w.Changed() })

	s.wall.move(time.Minute - 1)
	require.Empty(t, s.ran("b"))
	s.wall.move(1)
	require.Equal(t, []string{"first 15:30:00"}, s.ran("b"))
	select {
	case <-changed:
	default:
		require.Fail(t, "who waits for a change was not told")
	}
	require.Empty(t, s.ran("a"))
	s.wall.move(time.Hour)
	require.Equal(t, []string{"late 16:30:00"}, s.ran("a"))
	require.Zero(t, s.wall.running(), "nothing waits, no timer runs")
}

// A handler that schedules its own kind goes on without anybody calling.
func TestWakerFollowsAChain(t *testing.T) {
	t.Parallel()
	s := newSleepers(t, Run{Speed: 1})
	s.in("a", func(w *World) { chain.At(w, monday.Add(time.Minute), 5) })
	s.wall.move(4 * time.Minute)
	s.in("a", func(w *World) { require.Equal(t, 1, w.Scheduled()) })
	s.wall.move(time.Hour)
	require.Zero(t, s.wall.running())
	s.in("a", func(w *World) { require.Zero(t, w.Scheduled()) })
}

// An earlier event, a cancel, another speed, an advance, a reset, a removal and an import
// all move the alarm.
func TestWakerFollowsTheWorld(t *testing.T) {
	t.Parallel()
	s := newSleepers(t, Run{Speed: 1})
	var key string
	s.in("a", func(w *World) { key = ticks.At(w, monday.Add(time.Hour), "a") })
	s.in("a", func(w *World) { ticks.At(w, monday.Add(time.Minute), "b") })
	s.wall.move(time.Minute)
	require.Equal(t, []string{"b 14:31:00"}, s.ran("a"))
	s.in("a", func(w *World) { w.Cancel(key) })
	require.Zero(t, s.wall.running())

	s.in("a", func(w *World) { ticks.At(w, monday.Add(time.Hour), "c") })
	s.in("a", func(w *World) { w.SetRun(Run{}) })
	require.Zero(t, s.wall.running(), "a clock that stands wakes nobody")
	s.in("a", func(w *World) { w.SetRun(Run{Speed: 59}) })
	s.wall.move(time.Minute)
	require.Contains(t, s.ran("a"), "c 15:30:00")

	s.in("a", func(w *World) { ticks.At(w, monday.Add(5*time.Hour), "d") })
	s.in("a", func(w *World) { w.AdvanceTo(monday.Add(5*time.Hour - 59*time.Second)) })
	s.wall.move(time.Second)
	require.Contains(t, s.ran("a"), "d 19:30:00")

	s.in("a", func(w *World) { ticks.At(w, monday.Add(9*time.Hour), "e") })
	var saved Export
	s.in("a", func(w *World) {
		var err error
		saved, err = w.Export()
		require.NoError(t, err)
		require.NoError(t, w.Reset())
	})
	require.Zero(t, s.wall.running())
	s.in("b", func(w *World) { require.NoError(t, w.Import(saved)) })
	require.Equal(t, 1, s.wall.running())
	require.True(t, s.Remove("b"))
	require.Zero(t, s.wall.running(), "a world that was removed sleeps")
}

// A world that is removed by the call that holds it is not woken afterwards.
func TestWakerForgetsARemovedWorld(t *testing.T) {
	t.Parallel()
	s := newSleepers(t, Run{Speed: 1})
	var removed *World
	s.in("a", func(w *World) {
		s.Remove("a")
		ticks.At(w, monday.Add(time.Minute), "x")
		removed = w
	})
	s.wall.move(time.Hour)
	require.Zero(t, s.wall.running())
	removed.mu.Lock()
	defer removed.mu.Unlock()
	require.Zero(t, things.Len(removed))
}

// Worlds whose clock does not run have no timer, whatever waits.
func TestWakerLeavesStandingClocks(t *testing.T) {
	t.Parallel()
	for _, run := range []Run{{}, {Step: time.Second}} {
		s := newSleepers(t, run)
		s.in("a", func(w *World) { ticks.At(w, monday.Add(time.Hour), "a") })
		require.Zero(t, s.wall.set)
	}
}

// A bug in a handler neither ends the process nor turns the waker in circles.
func TestWakerOutlivesABug(t *testing.T) {
	t.Parallel()
	s := newSleepers(t, Run{Speed: 1})
	s.in("a", func(w *World) { bugs.At(w, monday.Add(time.Minute), 1) })
	s.in("b", func(w *World) { ticks.At(w, monday.Add(time.Hour), "b") })
	s.wall.move(2 * time.Hour)
	require.Equal(t, []string{"b 15:30:00"}, s.ran("b"))
	require.Panics(t, func() { _, _ = s.Take("a", false) }, "who takes the world is told")
	require.LessOrEqual(t, s.wall.set, 5)
	require.Zero(t, s.wall.running())
}

func TestWakerStops(t *testing.T) {
	t.Parallel()
	s := newSleepers(t, Run{Speed: 1})
	s.in("a", func(w *World) { ticks.At(w, monday.Add(time.Minute), "a") })
	s.stop()
	require.Zero(t, s.wall.running())
	s.in("a", func(w *World) { ticks.At(w, monday.Add(time.Second), "b") })
	s.wall.move(time.Hour)
	require.Empty(t, s.ran("a"))
	s.stop()
	require.Zero(t, s.wall.running())
	s.in("a", func(w *World) { require.Equal(t, 2, things.Len(w), "who takes the world runs what is due, as ever") })
}

// A speed at which an event lies in centuries of wall time sets no timer; odd ones lose
// nothing to rounding.
func TestWakerSpeeds(t *testing.T) {
	t.Parallel()
	for _, speed := range []float64{1e-300, 1e-12} {
		s := newSleepers(t, Run{Speed: speed})
		s.in("a", func(w *World) { ticks.At(w, monday.Add(time.Hour), "a") })
		require.Zero(t, s.wall.set, speed)
	}
	for _, speed := range []float64{1e-6, 0.001, 0.3, 1.0 / 3, 7, 59.99, 86400, 123456.789, 1e6} {
		for _, ahead := range []time.Duration{-time.Hour, 0, 1, 7, time.Second, 24*time.Hour + 1, 50 * 8766 * time.Hour} {
			s := newSleepers(t, Run{Speed: speed})
			s.in("a", func(w *World) { ticks.At(w, monday.Add(ahead), "a") })
			if s.wall.running() == 0 {
				continue // in centuries
			}
			s.wall.move(s.wall.timers[0].at.Sub(monday))
			require.Len(t, s.ran("a"), 1, "%v %v", speed, ahead)
			require.Zero(t, s.wall.running(), "%v %v", speed, ahead)
		}
	}
}

// Whatever happens to however many worlds: after each move of the wall nothing that is
// due waits, and there is at most one timer, none without a cause.
func TestWakerAtRandom(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		thrown := uint64(0)
		random := newWorld(t, "dice", Config{Seed: seed})
		dice := func(n int) int {
			thrown++
			return int(random.Dice("waker", thrown) * float64(n))
		}
		s := newSleepers(t, Run{Speed: 60})
		runs := []Run{{}, {Step: time.Second}, {Speed: 1}, {Speed: 60}, {Speed: 0.7}, {Speed: 1e5}}
		for n := range 300 {
			name := fmt.Sprintf("w%d", dice(12))
			switch dice(8) {
			case 0:
				s.Remove(name)
			case 1:
				s.in(name, func(w *World) { w.SetRun(runs[dice(len(runs))]) })
			case 2:
				s.in(name, func(w *World) { w.Advance(time.Duration(dice(90)) * time.Minute) })
			case 3:
				s.in(name, func(w *World) { require.NoError(t, w.Reset()) })
			default:
				s.in(name, func(w *World) {
					at := w.Now().Add(time.Duration(dice(120)) * time.Minute)
					ticks.At(w, at, fmt.Sprint(n))
				})
			}
			s.wall.move(time.Duration(dice(60)) * time.Second)
			s.nothingDue()
		}
	}
}

func (s *sleepers) nothingDue() {
	s.t.Helper()
	waiting := false
	for _, name := range s.Names() {
		w := s.byName[name]
		at, ok := w.Next()
		if run := w.Run(); ok && run.Speed > 0 {
			waiting = true
			require.True(s.t, at.After(w.due(run)), "%s: %s is due", name, at)
		}
	}
	require.Equal(s.t, map[bool]int{true: 1, false: 0}[waiting], s.wall.running())
}

// A thousand idle worlds cost one timer, and each is woken at its time.
func TestWakerThousandWorlds(t *testing.T) {
	t.Parallel()
	s := newSleepers(t, Run{Speed: 60})
	const n = 1000
	for i := range n {
		at := monday.Add(time.Duration(1+(i*7919)%n) * time.Minute)
		s.in(fmt.Sprint(i), func(w *World) { ticks.At(w, at, "x") })
		require.Equal(t, 1, s.wall.running())
	}
	s.wall.move(n / 2 * time.Second)
	woken := 0
	for i := range n {
		woken += len(s.ran(fmt.Sprint(i)))
	}
	require.Equal(t, n/2, woken)
}

// Calls, moves of the wall and the stop at once (for the race detector).
func TestWakerTogether(t *testing.T) {
	t.Parallel()
	s := newSleepers(t, Run{Speed: 1000})
	var group sync.WaitGroup
	for n := range 8 {
		group.Go(func() {
			for i := range 100 {
				w, err := s.Take(fmt.Sprint("w", (n+i)%4), true)
				if err != nil {
					panic(err)
				}
				ticks.At(w, w.Now().Add(time.Duration(i)*time.Second), fmt.Sprint(n, i))
				w.Commit()
				w.Give()
			}
		})
	}
	group.Go(func() {
		for range 200 {
			s.wall.move(10 * time.Millisecond)
		}
	})
	group.Wait()
	s.wall.move(time.Hour)
	ran := 0
	for _, name := range s.Names() {
		ran += len(s.ran(name))
	}
	require.Equal(t, 800, ran)
	s.stop()
}

// Who waits for a table is woken by what is written there, and by nothing else but what
// replaces the whole world.
func TestTableChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "a", Config{})
	ended := func(waiting <-chan struct{}) bool {
		select {
		case <-waiting:
			return true
		default:
			return false
		}
	}
	waiting := things.Changed(w)
	require.Equal(t, waiting, things.Changed(w), "all wait together")
	w.Count("other")
	w.Commit()
	w.Advance(time.Hour)
	things.Put(w, "1", thing{})
	w.Rollback()
	w.Commit()
	require.False(t, ended(waiting))
	for what, write := range map[string]func(){
		"put":    func() { things.Put(w, "1", thing{}); w.Commit() },
		"event":  func() { ticks.At(w, w.Now().Add(time.Minute), "x"); w.Advance(time.Hour) },
		"delete": func() { things.Put(w, "2", thing{}); things.Delete(w, "2"); w.Commit() },
		"reset":  func() { require.NoError(t, w.Reset()) },
		"import": func() {
			saved, err := w.Export()
			require.NoError(t, err)
			require.NoError(t, w.Import(saved))
		},
	} {
		waiting := things.Changed(w)
		require.False(t, ended(waiting), what)
		write()
		require.True(t, ended(waiting), what)
	}
}

func TestIndexFrom(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "a", Config{})
	for i := range 10 {
		things.Put(w, fmt.Sprint(i), thing{Name: fmt.Sprint(i), Group: []string{"even", "odd"}[i%2]})
	}
	from := func(group, after string) (out []string) {
		for key, row := range thingsByGroup.From(w, group, func(key string, _ thing) bool { return key > after }) {
			require.Equal(t, key, row.Name)
			if out = append(out, key); len(out) == 3 {
				break
			}
		}
		return out
	}
	require.Equal(t, []string{"0", "2", "4"}, from("even", ""))
	require.Equal(t, []string{"5", "7", "9"}, from("odd", "4"))
	require.Equal(t, []string{"9"}, from("odd", "8"))
	require.Empty(t, from("odd", "9"))
	require.Empty(t, from("none", ""))
}
