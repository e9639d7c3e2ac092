package world

import (
	"slices"
	"time"
)

// Post takes messages out of the process. The kernel decides which goes when, and what
// becomes of it; Post knows how.
type Post struct {
	// Delivers says whether a world's messages leave at all.
	Delivers func(w *World) bool
	// Signed is the time that a message is signed with which is sent at a moment of world time.
	Signed func(w *World, at time.Time) time.Time
	// Send makes one attempt. The world is not held meanwhile.
	Send func(l Letter) Outcome
	// Ready hears that a world, which is held, has something to send; it must not block. Somebody
	// then calls World.Deliver.
	Ready func(w *World)
	// Wait waits until done is closed. It returns false when that takes too long.
	Wait func(done <-chan struct{}) bool
}

// Letter is one attempt to deliver a message, which has all its headers.
type Letter struct {
	World string
	Message
	Try int // from 1
	// Sent is the world's time.
	Sent time.Time
}

// Outcome is what came of a letter.
type Outcome struct {
	Status int    // of the answer, 0 when none came
	Error  string // what was wrong, "" for a message that was delivered
	Unsent bool   // the process ends: it is to be sent another time
}

// Post sets who delivers. Call it before the first world is made.
func (ws *Worlds) Post(p Post) { ws.post = &p }

func (w *World) delivers() bool { return w.post != nil && w.post.Delivers(w) }

// call tells the post that there is something to send, unless somebody is about to.
func (w *World) call() {
	if w.called || w.sending != nil || w.moving > 0 || dueMessages.Len(w) == 0 || !w.delivers() {
		return
	}
	w.called = true
	w.post.Ready(w)
}

// Deliver sends what is due, one message after the other, for the post that was told. The world
// is taken for it, and given back while a message is under way.
func (ws *Worlds) Deliver(w *World) {
	if !ws.here(w) {
		return
	}
	w.mu.Lock()
	defer func() {
		if recover() != nil { // as in rouse
			w.Rollback()
		}
		w.mu.Unlock()
	}()
	w.called = false
	w.catchUp(false)
	for w.moving == 0 && w.sendNext() {
		w.catchUp(false)
	}
	w.Commit()
	w.tell()
}

// sendNext sends the message whose turn it is, if none is under way. It returns false when it
// sent none.
func (w *World) sendNext() bool {
	turn, n, ok := nextDue(w)
	if !ok || w.sending != nil || !w.delivers() {
		return false
	}
	m, found := outbox.Get(w, messageKey(n))
	if !found {
		dueMessages.Delete(w, turn)
		return true
	}
	letter := Letter{
		World: w.name, Message: w.dressed(m, w.post.Signed(w, w.now)), Try: len(m.Attempts) - m.From + 1, Sent: w.now,
	}
	life, done := w.life, make(chan struct{})
	w.sending = done
	var outcome Outcome
	w.aside(func() { outcome = w.post.Send(letter) })
	w.sending = nil
	close(done)
	if outcome.Unsent {
		return false
	}
	if w.life == life {
		dueMessages.Delete(w, turn)
		w.outcome(n, letter.Sent, outcome)
		w.Commit()
	}
	return true
}

// nextDue is the message whose turn it is, with its key in the queue.
func nextDue(w *World) (turn string, n uint64, ok bool) {
	for turn, n = range dueInOrder.From(w, "due", func(string, uint64) bool { return true }) {
		return turn, n, true
	}
	return "", 0, false
}

// outcome records what came of an attempt and plans the next one.
func (w *World) outcome(n uint64, sent time.Time, o Outcome) {
	m, _ := outbox.Get(w, messageKey(n))
	m.Attempts = append(slices.Clone(m.Attempts), Attempt{At: sent, Status: o.Status, Error: o.Error})
	if o.Error == "" {
		m.State = Delivered
		outbox.Put(w, messageKey(n), m)
		return
	}
	m.State = GivenUp
	outbox.Put(w, messageKey(n), m)
	again := kinds[m.Kind].Again
	if again == nil {
		return
	}
	after, ok, why := again(w, &m)
	if ok {
		m.State = Retrying
		w.schedule(m, sent.Add(after))
		return
	}
	m.Attempts[len(m.Attempts)-1].Error += "; " + why
	outbox.Put(w, messageKey(n), m)
}

// aside gives the world back while f runs, and takes it again.
func (w *World) aside(f func()) {
	w.Commit()
	w.tell()
	w.mu.Unlock()
	defer w.mu.Lock()
	f()
}

// drain sends what is due until nothing is. It returns false when it did not wait for a message
// that was under way: its receiver may be who called.
func (w *World) drain() bool {
	if w.post == nil {
		return true
	}
	for life := w.life; w.life == life; {
		if done := w.sending; done != nil {
			ended := false
			w.aside(func() { ended = w.post.Wait(done) })
			if !ended {
				return false
			}
			continue
		}
		if !w.sendNext() {
			return true
		}
	}
	return true
}

// Settle sends what is due and waits for what is under way, without a move of the clock. The
// world is given back meanwhile. Where the world is being settled or moved already, as when a
// receiver calls, it returns at once.
func (w *World) Settle() {
	if w.moving > 0 {
		return
	}
	w.moving++
	defer func() { w.moving-- }()
	w.drain()
	w.Commit()
}
