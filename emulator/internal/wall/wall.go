// Package wall is the only place with real time. Wall time is patience: how long a
// delay, a long poll or a client is waited for. It never reaches a reply; what a reply
// says about time is the world's time (package world).
package wall

import (
	"context"
	"time"
)

// Now returns the wall's time. It anchors clocks that run and stamps logs.
func Now() time.Time { return time.Now() }

// Since returns the wall time passed since t, for logs and benchmarks.
func Since(t time.Time) time.Duration { return time.Since(t) }

// Wait sleeps for d or until ctx ends, whichever is first, and returns ctx's error in
// the second case. A zero or negative d returns at once.
func Wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// After calls f in a goroutine of its own after d. The function that it returns calls that
// off; it returns false when it comes too late.
func After(d time.Duration, f func()) (stop func() bool) { return time.AfterFunc(d, f).Stop }

// Timer returns a channel that is closed after d, and a function that ends the wait
// early and frees the timer.
func Timer(d time.Duration) (<-chan struct{}, func() bool) {
	done := make(chan struct{})
	t := time.AfterFunc(d, func() { close(done) })
	return done, t.Stop
}
