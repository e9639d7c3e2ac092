package world

import (
	"fmt"
	"sync"
	"time"
)

// Worlds are all the worlds of one process, by name.
type Worlds struct {
	max   int
	wall  func() time.Time
	make  func(name string) (Config, error)
	waker *waker // nil until Wake
	post  *Post  // nil until Post

	mu     sync.RWMutex
	byName map[string]*World
	byTag  map[string]*World
}

// LimitError says that there are as many worlds as there may be.
type LimitError struct{ Max int }

// Error names the limit and the flag that raises it.
func (e LimitError) Error() string {
	return fmt.Sprintf("there are %d worlds, which is the limit; remove some, or raise it with --max-worlds", e.Max)
}

// NewWorlds returns an empty set that holds at most max worlds. config is asked for the
// configuration of a name that is met for the first time.
func NewWorlds(maxWorlds int, wall func() time.Time, config func(name string) (Config, error)) *Worlds {
	return &Worlds{
		max: maxWorlds, wall: wall, make: config,
		byName: map[string]*World{}, byTag: map[string]*World{},
	}
}

// Take returns the world with this name, which is made if it is new, locked and with
// its clock caught up. step is true for a vendor's call: a clock that runs by steps
// moves then. Whoever takes a world gives it back with Give. It returns a LimitError or
// the error of the world's set-up.
func (ws *Worlds) Take(name string, step bool) (*World, error) {
	w, err := ws.open(name)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	caughtUp := false
	defer func() {
		if !caughtUp { // an event's handler panicked: the world stays usable for others
			w.Give()
		}
	}()
	w.catchUp(step)
	caughtUp = true
	return w, nil
}

// Find returns whether a world of this name exists, without making it.
func (ws *Worlds) Find(name string) bool {
	ws.mu.RLock()
	defer ws.mu.RUnlock()
	return ws.byName[name] != nil
}

// here says whether a world is still one of them.
func (ws *Worlds) here(w *World) bool {
	ws.mu.RLock()
	defer ws.mu.RUnlock()
	return ws.byName[w.name] == w
}

// ByTag returns the name of the world whose ids start with tag.
func (ws *Worlds) ByTag(tag string) (string, bool) {
	ws.mu.RLock()
	defer ws.mu.RUnlock()
	w := ws.byTag[tag]
	if w == nil {
		return "", false
	}
	return w.name, true
}

// Names returns the names of all worlds, sorted.
func (ws *Worlds) Names() []string {
	ws.mu.RLock()
	defer ws.mu.RUnlock()
	return sortedKeys(ws.byName)
}

// Remove forgets a world and wakes those who wait for it to change. A call that holds it
// ends normally.
func (ws *Worlds) Remove(name string) bool {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	w := ws.byName[name]
	if w == nil {
		return false
	}
	delete(ws.byName, name)
	if w.waker != nil {
		w.waker.set(w, time.Time{})
	}
	w.announceAll()
	if ws.byTag[w.tag] == w {
		delete(ws.byTag, w.tag)
	}
	return true
}

func (ws *Worlds) open(name string) (*World, error) {
	ws.mu.RLock()
	w := ws.byName[name]
	ws.mu.RUnlock()
	if w != nil {
		return w, nil
	}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if w := ws.byName[name]; w != nil {
		return w, nil
	}
	if len(ws.byName) >= ws.max {
		return nil, LimitError{Max: ws.max}
	}
	cfg, err := ws.make(name)
	if err != nil {
		return nil, err
	}
	w, err = makeWorld(name, cfg, ws.wall, ws.post)
	if err != nil {
		return nil, err
	}
	w.waker = ws.waker
	ws.byName[name] = w
	if ws.byTag[w.tag] == nil { // 1 in 4 billion: the older world keeps the tag
		ws.byTag[w.tag] = w
	}
	return w, nil
}
