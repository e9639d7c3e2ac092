package world

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Clock says where a world's time starts and how it runs.
type Clock struct {
	Start time.Time `json:"start"`
	Run   Run       `json:"run"`
}

// Run is how world time passes. The zero value is manual: it moves only when told.
type Run struct {
	// Speed is how many seconds of world time pass in one second of wall time: 1 is
	// real time, 60 is a minute a second.
	Speed float64 `json:"speed,omitempty"`
	// Step is how far each call moves the clock before it is answered.
	Step time.Duration `json:"step,omitempty"`
}

// ParseRun reads "manual", "step 1s", "real" or "60x".
func ParseRun(s string) (Run, error) {
	s = strings.TrimSpace(s)
	if rest, ok := strings.CutPrefix(s, "step "); ok {
		d, err := time.ParseDuration(strings.TrimSpace(rest))
		if err != nil || d <= 0 {
			return Run{}, fmt.Errorf("%q is no step; write for example \"step 1s\"", s)
		}
		return Run{Step: d}, nil
	}
	if rest, ok := strings.CutSuffix(s, "x"); ok {
		n, err := strconv.ParseFloat(rest, 64)
		if err != nil || n <= 0 || n > 1e6 {
			return Run{}, fmt.Errorf("%q is no speed; write for example \"60x\"", s)
		}
		return Run{Speed: n}, nil
	}
	switch s {
	case "", "manual":
		return Run{}, nil
	case "real":
		return Run{Speed: 1}, nil
	}
	return Run{}, fmt.Errorf("clock runs %q; it can be manual, step 1s, real or 60x", s)
}

// String writes the run in the form that ParseRun reads.
func (r Run) String() string {
	switch {
	case r.Step > 0:
		text := r.Step.String() // 1h0m0s
		if short, ok := strings.CutSuffix(text, "m0s"); ok {
			text = strings.Replace(short+"m", "h0m", "h", 1)
		}
		return "step " + text
	case r.Speed == 1:
		return "real"
	case r.Speed > 0:
		return strconv.FormatFloat(r.Speed, 'f', -1, 64) + "x"
	}
	return "manual"
}

// clockRow is the clock as a record. Now is written by Export only: time moves without
// a commit, so that a running clock does not wake those who wait for a change.
type clockRow struct {
	Run Run       `json:"run"`
	Now time.Time `json:"now"`
}

const clockKey = "clock"

var clocks = NewTable[clockRow]("world.clock", 1)

// anchor ties world time to wall time for a clock that runs.
type anchor struct{ world, wall time.Time }

func (w *World) anchorTo(now time.Time) { w.anchor = anchor{world: now, wall: w.wall()} }

// Now returns the world's time. It stands still while a call holds the world.
func (w *World) Now() time.Time { return w.now }

// Run returns how time passes.
func (w *World) Run() Run {
	row, _ := clocks.Get(w, clockKey)
	return row.Run
}

// SetRun changes how time passes from now on.
func (w *World) SetRun(run Run) {
	clocks.Put(w, clockKey, clockRow{Run: run})
	w.anchorTo(w.now)
}

// due is where a running clock stands at this moment of wall time.
func (w *World) due(run Run) time.Time {
	if run.Speed == 0 {
		return w.now
	}
	passed := time.Duration(float64(w.wall().Sub(w.anchor.wall)) * run.Speed)
	if t := w.anchor.world.Add(passed); t.After(w.now) {
		return t
	}
	return w.now
}

// moveTo sets the time. It never goes back.
func (w *World) moveTo(t time.Time) {
	if t.After(w.now) {
		w.now = t.UTC()
	}
}

// Advance moves the time forward by d. Due events run in order of time, then of scheduling,
// each seeing its own instant, each committed by itself. Where the world's messages are
// delivered, what is due is sent before the clock moves on from an instant, and the world is
// given back meanwhile: a receiver may call.
//
// An Advance that begins within another one of the same world, as when a receiver calls, moves
// the clock and runs the events; it leaves the sending to the outer one, which goes on from
// there. An Advance ends early when the world begins anew.
func (w *World) Advance(d time.Duration) { w.AdvanceTo(w.now.Add(d)) }

// AdvanceTo is Advance to a moment. A moment in the past only runs, and sends, what is due.
func (w *World) AdvanceTo(t time.Time) {
	life, sends := w.life, w.moving == 0
	w.moving++
	defer func() { w.moving-- }()
	for {
		if sends {
			sends = w.drain()
		}
		if w.life != life {
			return
		}
		at, ok := w.Next()
		if !ok || at.After(t) {
			break
		}
		w.runTo(at)
	}
	w.moveTo(t)
	w.anchorTo(w.now)
	w.dirty = true // who waits on Changed may wait for a moment
	w.Commit()
}

// runTo runs what is due until t and leaves the clock there.
func (w *World) runTo(t time.Time) {
	for w.stepTo(t) {
		w.Commit()
	}
	w.moveTo(t)
}

// catchUp moves the clock to where it stands by its own rule and runs what became due.
// Taking a world does it; step tells whether a vendor's call takes it.
func (w *World) catchUp(step bool) {
	run := w.Run()
	t := w.due(run)
	if step && run.Step > 0 {
		t = w.now.Add(run.Step)
	}
	w.runTo(t)
}
