package world

import (
	"container/heap"
	"encoding/json"
	"fmt"
	"time"
)

// event is something that will happen in a world, as data: it survives export, import
// and a restart.
type event struct {
	At   time.Time       `json:"at"`
	Kind string          `json:"kind"`
	Data json.RawMessage `json:"data"`
}

// events are keyed by moment and order of scheduling, so key order is running order.
var events = NewTable[event]("world.event", 1)

// queued is an event's place in the in-memory queue; the record is in the table.
type queued struct {
	at  time.Time
	key string
}

type queue []queued

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].key < q[j].key }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }

// Push and Pop are for package container/heap.
func (q *queue) Push(x any) {
	if e, ok := x.(queued); ok {
		*q = append(*q, e)
	}
}

// Pop takes the last element; container/heap has moved the first one there.
func (q *queue) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}

// Event is a kind of event whose data has type T. Declare it as a package variable and
// give it its handler in an init function (the handler may schedule the same kind).
type Event[T any] struct{ kind string }

// handler is what an event of one kind does; check tells whether data fits the kind.
type handler struct {
	run   func(*World, json.RawMessage) error
	check func(json.RawMessage) error
}

// handlers are by kind. Filled while packages initialise, read only afterwards.
var handlers = map[string]handler{}

// NewEvent declares a kind of event.
func NewEvent[T any](kind string) Event[T] { return Event[T]{kind: kind} }

// Handle says what happens when the time comes. It panics on a kind that has a handler.
func (e Event[T]) Handle(run func(w *World, data T)) {
	if _, taken := handlers[e.kind]; taken {
		panic("world: event " + e.kind + " is handled twice")
	}
	decode := func(raw json.RawMessage) (data T, err error) {
		if err := json.Unmarshal(raw, &data); err != nil {
			return data, fmt.Errorf("event %s: %w", e.kind, err)
		}
		return data, nil
	}
	handlers[e.kind] = handler{
		run: func(w *World, raw json.RawMessage) error {
			data, err := decode(raw)
			if err == nil {
				run(w, data)
			}
			return err
		},
		check: func(raw json.RawMessage) error {
			_, err := decode(raw)
			return err
		},
	}
}

// At schedules the event and returns its key for Cancel. A moment that has passed runs
// at the next move of the clock.
func (e Event[T]) At(w *World, at time.Time, data T) string {
	raw, err := json.Marshal(data)
	if err != nil {
		panic("world: event " + e.kind + ": " + err.Error()) // T is one of our own record types
	}
	key := fmt.Sprintf("%020d-%010d", at.UnixNano(), w.next("event"))
	events.Put(w, key, event{At: at.UTC(), Kind: e.kind, Data: raw})
	heap.Push(&w.queue, queued{at: at, key: key})
	return key
}

// Cancel takes a scheduled event back. One that has run, or never was, is left alone.
func (w *World) Cancel(key string) { events.Delete(w, key) }

// Scheduled returns how many events wait.
func (w *World) Scheduled() int { return events.Len(w) }

// Next returns when the next event is due.
func (w *World) Next() (time.Time, bool) {
	for len(w.queue) > 0 {
		if _, alive := events.Get(w, w.queue[0].key); alive {
			return w.queue[0].at, true
		}
		heap.Pop(&w.queue)
	}
	return time.Time{}, false
}

// stepTo runs the one next event that is due at t, at its own instant. It returns
// false when none is.
func (w *World) stepTo(t time.Time) bool {
	at, ok := w.Next()
	if !ok || at.After(t) {
		return false
	}
	key := w.queue[0].key
	heap.Pop(&w.queue)
	row, _ := events.Get(w, key)
	events.Delete(w, key)
	w.moveTo(at)
	if err := handlers[row.Kind].run(w, row.Data); err != nil {
		panic("world: " + err.Error()) // Import refuses data that does not fit its kind
	}
	return true
}

func (w *World) rebuildQueue() {
	w.queue = w.queue[:0]
	for key, row := range events.All(w) {
		w.queue = append(w.queue, queued{at: row.At, key: key})
	}
}
