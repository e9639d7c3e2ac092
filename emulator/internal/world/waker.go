package world

import (
	"container/heap"
	"math"
	"sync"
	"time"
)

// Timer calls f once, in a goroutine of its own, after d of wall time. The function that
// it returns calls that off; it returns false when it comes too late.
type Timer func(d time.Duration, f func()) (stop func() bool)

// Wake makes worlds whose clock runs come to their events also when nobody takes them:
// who waits on Changed learns of them. All worlds share one timer, which runs only while
// an event waits in a world with a running clock. Call it before the first world is
// made. The function that it returns ends it and waits for a world that is being woken.
func (ws *Worlds) Wake(timer Timer) (stop func()) {
	ws.waker = &waker{wall: ws.wall, timer: timer, wake: ws.rouse, cancel: func() bool { return true }}
	return ws.waker.stop
}

// rouse catches a world up and runs what is due. A world that was removed stays asleep.
func (ws *Worlds) rouse(w *World) {
	if !ws.here(w) {
		return
	}
	w.mu.Lock()
	defer func() {
		// A bug in an event's handler ends neither the process nor the other worlds. The
		// event stays due, and who takes the world next is told of the bug; the waker lets
		// the world sleep until its next event is another one.
		if recover() != nil {
			w.Rollback()
		}
		w.mu.Unlock()
	}()
	w.catchUp(false)
	w.Commit()
	w.call()
	w.wakeAt = w.alarm()
	w.waker.set(w, w.wakeAt)
}

// waker knows when which world is to be woken.
type waker struct {
	wall  func() time.Time
	timer Timer
	wake  func(*World)

	mu      sync.Mutex // never held while waiting for a world
	alarms  alarms
	cancel  func() bool // of the timer that runs
	firing  bool        // a goroutine wakes worlds; it sets the timer when it is done
	stopped bool
	running sync.WaitGroup
}

// alarm is the moment of wall time at which the world's next event is due by its running
// clock; zero for none.
func (w *World) alarm() time.Time {
	run := w.Run()
	at, waits := w.Next()
	if run.Speed <= 0 || !waits {
		return time.Time{}
	}
	ahead := at.Sub(w.anchor.world)
	patience := math.Ceil(float64(ahead) / run.Speed)
	if patience > math.MaxInt64/2 {
		return time.Time{} // in more than a century
	}
	d := time.Duration(patience)
	for time.Duration(float64(d)*run.Speed) < ahead { // as the clock rounds it
		d += time.Microsecond
	}
	return w.anchor.wall.Add(d)
}

// tell tells the post what there is to send, and the waker when the world's next event is
// due, if that has changed.
func (w *World) tell() {
	w.call()
	if w.waker == nil {
		return
	}
	if at := w.alarm(); !at.Equal(w.wakeAt) {
		w.wakeAt = at
		w.waker.set(w, at)
	}
}

// set sets a world's alarm; a zero moment takes it away.
func (k *waker) set(w *World, at time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.stopped {
		return
	}
	found := w.place > 0
	switch {
	case at.IsZero() && !found:
		return
	case at.IsZero():
		heap.Remove(&k.alarms, w.place-1)
	case found:
		k.alarms[w.place-1].at = at
		heap.Fix(&k.alarms, w.place-1)
	default:
		heap.Push(&k.alarms, alarm{at: at, world: w})
	}
	k.arm()
}

// arm sets the timer to the first alarm.
func (k *waker) arm() {
	if k.firing || k.stopped {
		return
	}
	k.cancel()
	if len(k.alarms) > 0 {
		k.cancel = k.timer(max(0, k.alarms[0].at.Sub(k.wall())), k.fire)
	}
}

// fire wakes the worlds whose moment has come, one after the other.
func (k *waker) fire() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.firing || k.stopped {
		return
	}
	k.firing = true
	k.running.Add(1)
	defer k.running.Done()
	for !k.stopped && len(k.alarms) > 0 && !k.alarms[0].at.After(k.wall()) {
		due, _ := heap.Pop(&k.alarms).(alarm)
		k.mu.Unlock()
		k.wake(due.world)
		k.mu.Lock()
	}
	k.firing = false
	k.arm()
}

func (k *waker) stop() {
	k.mu.Lock()
	k.stopped = true
	k.cancel()
	for i := range k.alarms {
		k.alarms[i].world.place = 0
	}
	k.alarms = nil
	k.mu.Unlock()
	k.running.Wait()
}

// alarm is when a world is to be woken, in wall time.
type alarm struct {
	at    time.Time
	world *World
}

// alarms are a heap by moment. Each world knows its place there, from 1.
type alarms []alarm

func (a alarms) Len() int           { return len(a) }
func (a alarms) Less(i, j int) bool { return a[i].at.Before(a[j].at) }
func (a alarms) Swap(i, j int) {
	a[i], a[j] = a[j], a[i]
	a[i].world.place, a[j].world.place = i+1, j+1
}

// Push and Pop are for package container/heap.
func (a *alarms) Push(x any) {
	if one, ok := x.(alarm); ok {
		*a = append(*a, one)
		one.world.place = len(*a)
	}
}

// Pop takes the last element; container/heap has moved the first one there.
func (a *alarms) Pop() any {
	old := *a
	last := old[len(old)-1]
	old[len(old)-1] = alarm{}
	*a = old[:len(old)-1]
	last.world.place = 0
	return last
}
