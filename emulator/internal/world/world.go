// Package world is the kernel: one world is one isolated run of everything that Tweed
// emulates. It holds typed tables of small records, a clock, ids and keys made from a
// seed, a queue of events and an outbox. It knows no vendor type, no HTTP and no
// scenario; the packages above declare their own tables and events.
//
// The same seed, the same calls and the same moves of the clock give the same records.
package world

import (
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"time"
)

// World is one isolated run. Everything but Name, Tag and Changed is used only by
// whoever has taken the world (see Worlds.Take).
type World struct {
	name string
	tag  string
	wall func() time.Time

	mu sync.Mutex // held from Take to Give
	core
	turn   uint64    // see Turn
	rev    uint64    // commits that wrote
	waker  *waker    // nil for a world that nobody wakes
	wakeAt time.Time // what the waker was told last
	place  int       // in the waker's heap, from 1; 0 for none; the waker guards it

	post    *Post         // nil for a world that only collects
	called  bool          // the post was told that there is something to send
	sending chan struct{} // a message is under way; closed when it is there
	moving  int           // who moves the clock and sends what is due meanwhile
	life    uint64        // restarts and imports

	watch   sync.Mutex // guards what follows; never held while waiting for mu
	changed chan struct{}
	written map[int]chan struct{} // by Table.slot
}

// core is what a restart replaces as a whole.
type core struct {
	config Config
	seed   uint64
	origin string // the name that ids are derived from: an imported world keeps that of its export
	now    time.Time
	anchor anchor
	queue  queue
	tables []any // *rows[T] by Table.slot
	locals []any
	undo   []undo
	dirty  bool // something was written since the last commit
	anew   bool // all of it was

	recording recording
}

// undo is what a record was before the call in progress changed it.
type undo struct {
	table table
	key   string
	old   any
	had   bool
}

// Config is what a world starts from.
type Config struct {
	Seed  uint64
	Clock Clock
	// Setup writes the first records (a scenario's "given"). It runs at the start and
	// after every Reset, and its writes are committed with the world's birth.
	Setup func(*World) error
}

// Tag returns the tag of the world with this name: 8 lower-case hex digits with which
// every UUID of that world starts, so that a token alone tells its world.
func Tag(name string) string {
	sum := sha256.Sum256([]byte("tweed world " + name))
	return hex.EncodeToString(sum[:4])
}

// New makes a world that nobody else knows of. wall is the source of real time for
// clocks that run. It returns the error of cfg.Setup.
func New(name string, cfg Config, wall func() time.Time) (*World, error) {
	return makeWorld(name, cfg, wall, nil)
}

func makeWorld(name string, cfg Config, wall func() time.Time, post *Post) (*World, error) {
	w := &World{name: name, tag: Tag(name), wall: wall, post: post}
	if err := w.Restart(cfg); err != nil {
		return nil, err
	}
	return w, nil
}

// Reset returns the world to its seed: no records but those of its set-up, the clock
// at its start, all counters at zero.
func (w *World) Reset() error { return w.Restart(w.config) }

// Restart is Reset with another configuration. On the error of cfg.Setup the world stays
// as it was.
func (w *World) Restart(cfg Config) error {
	before := w.core
	w.core = core{
		config: cfg, seed: cfg.Seed, origin: w.name, now: cfg.Clock.Start.UTC(),
		tables: make([]any, len(registry)), locals: make([]any, localCount),
	}
	w.anew = true
	w.life++
	w.anchorTo(w.now)
	clocks.Put(w, clockKey, clockRow{Run: cfg.Clock.Run})
	if cfg.Setup != nil {
		if err := cfg.Setup(w); err != nil {
			w.core = before
			return err
		}
	}
	w.Commit()
	return nil
}

// Name returns the world's name.
func (w *World) Name() string { return w.name }

// Tag returns the first 8 hex digits of every UUID of this world.
func (w *World) Tag() string { return w.tag }

// Seed returns the number that ids, keys and dice are made from.
func (w *World) Seed() uint64 { return w.seed }

// Sizes returns how many records each table has. Empty tables are left out.
func (w *World) Sizes() map[string]int {
	sizes := map[string]int{}
	for _, t := range registry {
		if n := t.size(w); n > 0 {
			sizes[t.tableName()] = n
		}
	}
	return sizes
}

// Revision counts the commits that changed something.
func (w *World) Revision() uint64 { return w.rev }

// Commit makes the changes since the last commit final and wakes those that wait on
// Changed.
func (w *World) Commit() {
	if w.dirty {
		w.rev++
		w.announce()
		w.dirty, w.anew = false, false
	}
	clear(w.undo)
	w.undo = w.undo[:0]
}

// announce wakes those who wait for what was written since the last commit.
func (w *World) announce() {
	if w.anew {
		w.announceAll()
		return
	}
	w.watch.Lock()
	defer w.watch.Unlock()
	if w.changed != nil {
		close(w.changed)
		w.changed = nil
	}
	if len(w.written) == 0 {
		return
	}
	for i := range w.undo {
		slot := w.undo[i].table.number()
		if waiting := w.written[slot]; waiting != nil {
			close(waiting)
			delete(w.written, slot)
		}
	}
}

// announceAll wakes all who wait.
func (w *World) announceAll() {
	w.watch.Lock()
	defer w.watch.Unlock()
	if w.changed != nil {
		close(w.changed)
		w.changed = nil
	}
	for _, waiting := range w.written {
		close(waiting)
	}
	clear(w.written)
}

// Rollback takes the changes since the last commit back. Time does not go back.
func (w *World) Rollback() {
	for i := len(w.undo) - 1; i >= 0; i-- {
		u := w.undo[i]
		u.table.restore(w, u.key, u.old, u.had)
	}
	clear(w.undo)
	w.undo = w.undo[:0]
	w.dirty, w.anew = false, false
	w.settle()
}

// Changed returns a channel that is closed by the next commit that changes something.
// Ask for it while the world is taken, wait after it was given back.
func (w *World) Changed() <-chan struct{} {
	w.watch.Lock()
	defer w.watch.Unlock()
	if w.changed == nil {
		w.changed = make(chan struct{})
	}
	return w.changed
}

// Give gives the world back. What was not committed is taken back first.
func (w *World) Give() {
	if len(w.undo) > 0 {
		w.Rollback()
	}
	w.tell()
	w.mu.Unlock()
}

// settle rebuilds what is derived from the records: the event queue and the locals.
func (w *World) settle() {
	w.rebuildQueue()
	clear(w.locals)
}

func (w *World) remember(t table, key string, old any, had bool) {
	w.undo = append(w.undo, undo{table: t, key: key, old: old, had: had})
	w.dirty = true
}
