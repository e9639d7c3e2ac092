package world

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// State is what became of a message.
type State string

// The states of a message.
const (
	Collected State = "collected" // it stays here: the world collects
	Waiting   State = "waiting"   // for its turn or for its time
	Delivered State = "delivered"
	Retrying  State = "retrying" // the receiver refused it, and it will be tried again
	Dropped   State = "dropped"  // by a rule
	GivenUp   State = "given_up" // the receiver refused it, and it will not be tried again
)

// Message is something that the world sends out.
type Message struct {
	N      uint64    `json:"n"` // from 1
	At     time.Time `json:"at"`
	Kind   string    `json:"kind"`           // who made it, for example "plaid.webhook"
	Name   string    `json:"name,omitempty"` // what it says, for example "ITEM.ERROR"
	Target string    `json:"target"`
	// Headers are those that do not depend on when it is sent. Outbox and Message add the
	// others, as they are when it left (At, if it did not).
	Headers map[string]string `json:"headers,omitempty"`
	Body    []byte            `json:"body"`
	// About are facts, as they were when it came about: its Item, for example.
	About map[string]string `json:"about,omitempty"`
	State State             `json:"state"`
	// Left is when its turn came first; zero before that, and for one that was dropped.
	Left time.Time `json:"left,omitzero"`
	// Due is when it goes out, or goes out again; nil when that has come, or never will.
	Due  *time.Time `json:"due,omitempty"`
	Held bool       `json:"held,omitempty"`    // it lets the next one to its target go first
	Rule string     `json:"rule,omitempty"`    // that has acted on it
	Copy uint64     `json:"copy_of,omitempty"` // the number of the message that it repeats
	// Attempts are those to deliver it, in order. The last plan of retries began at From.
	Attempts []Attempt `json:"attempts,omitempty"`
	From     int       `json:"from,omitempty"`
}

// Facts answer by name.
type Facts map[string]string

// Fact returns a fact. It says false when there is none of that name.
func (f Facts) Fact(name string) (any, bool) {
	value, ok := f[name]
	return value, ok
}

// Attempt is one attempt to deliver a message: Status is that of the answer, 0 when none came,
// and Error what was wrong, "" for nothing.
type Attempt struct {
	At     time.Time `json:"at"`
	Status int       `json:"status,omitempty"`
	Error  string    `json:"error,omitempty"`
}

// Handling is what a rule does to a message. The zero Handling sends it.
type Handling struct {
	Rule   string
	Drop   bool
	Copies int           // so many more
	Delay  time.Duration // of world time
	Behind bool          // the next message to the same target goes first
}

// heldFor is how long a message lets another one go first that does not come.
const heldFor = time.Hour

// Kind is what all messages of a kind have in common.
type Kind struct {
	// Dress returns the headers that a message has when it is sent; signed is the time for a
	// signature. Nil is none.
	Dress func(w *World, m *Message, signed time.Time) map[string]string
	// Again returns how long after the last attempt a message is tried again, and false when it
	// is given up, with the reason. Nil never tries again.
	Again func(w *World, m *Message) (after time.Duration, ok bool, why string)
}

// kinds are by name. Filled while packages initialise, read only afterwards.
var kinds = map[string]Kind{}

// NewKind declares a kind of message. It panics on a name that is taken.
func NewKind(name string, k Kind) {
	if _, taken := kinds[name]; taken {
		panic("world: kind of message " + name + " is declared twice")
	}
	kinds[name] = k
}

var (
	outbox      = NewTable[Message]("world.outbox", 2)
	outboxTo    = outbox.Index(func(m Message) string { return m.Target })
	outboxHeld  = outbox.Index(heldKey)
	dueMessages = NewTable[uint64]("world.outbox_due", 1) // numbers, in the order in which they go
	dueInOrder  = dueMessages.Index(func(uint64) string { return "due" })
	comesDue    = NewEvent[uint64]("world.message")
)

func init() { comesDue.Handle((*World).messageDue) }

func heldKey(m Message) string {
	if m.Held {
		return m.Target
	}
	return ""
}

func messageKey(n uint64) string { return fmt.Sprintf("%010d", n) }

// Send puts a message into the outbox and returns its number, from 1.
func (w *World) Send(m Message, h Handling) uint64 {
	first := w.send(m, h, 0)
	if h.Drop {
		return first
	}
	for range h.Copies {
		w.send(m, h, first)
	}
	if h.Delay == 0 && !h.Behind {
		w.release(m.Target)
	}
	return first
}

func (w *World) send(m Message, h Handling, copyOf uint64) uint64 {
	m.N, m.At, m.Rule, m.Copy = w.next("outbox"), w.now, h.Rule, copyOf
	// Of two that would let each other go first, the first does.
	behind := h.Behind && len(outboxHeld.Keys(w, m.Target)) == 0
	switch {
	case h.Drop:
		m.State = Dropped
		outbox.Put(w, messageKey(m.N), m)
	case h.Delay > 0:
		w.schedule(m, w.now.Add(h.Delay))
	case behind:
		m.Held = true
		w.schedule(m, w.now.Add(heldFor))
	default:
		w.hand(m)
		if h.Behind {
			w.release(m.Target)
		}
	}
	return m.N
}

// schedule lets a message wait for its time.
func (w *World) schedule(m Message, at time.Time) {
	if m.State == "" {
		m.State = Waiting
	}
	at = at.UTC()
	m.Due = &at
	outbox.Put(w, messageKey(m.N), m)
	comesDue.At(w, at, m.N)
}

// messageDue is the end of the waiting. A message that has gone meanwhile is left alone.
func (w *World) messageDue(n uint64) {
	if m, ok := outbox.Get(w, messageKey(n)); ok && m.Due != nil && !m.Due.After(w.now) {
		w.hand(m)
	}
}

// release hands over the message that let another one to its target go first.
func (w *World) release(target string) {
	for _, key := range outboxHeld.Keys(w, target) {
		m, _ := outbox.Get(w, key)
		w.hand(m)
	}
}

// hand gives a message to the post, or keeps it where that does not deliver.
func (w *World) hand(m Message) {
	m.Due, m.Held = nil, false
	if m.Left.IsZero() {
		m.Left = w.now
	}
	if !w.delivers() {
		m.State = Collected
		outbox.Put(w, messageKey(m.N), m)
		return
	}
	if m.State != Retrying {
		m.State = Waiting
	}
	outbox.Put(w, messageKey(m.N), m)
	dueMessages.Put(w, messageKey(w.next("outbox turn")), m.N)
}

// collectDue keeps what waits for the post, in a world that was imported where none delivers.
func (w *World) collectDue() {
	if w.delivers() {
		return
	}
	for key, n := range dueMessages.All(w) {
		dueMessages.Delete(w, key)
		if m, ok := outbox.Get(w, messageKey(n)); ok {
			w.hand(m)
		}
	}
}

// Errors of Resend.
var (
	ErrNoMessage = errors.New("there is no such message")
	ErrCollects  = errors.New("the world collects its messages: none leaves")
	ErrGoing     = errors.New("it is waiting for its turn already")
)

// Resend sends a message once more, whatever became of it, with a new plan of retries. It
// returns ErrNoMessage, ErrCollects or ErrGoing.
func (w *World) Resend(n uint64) error {
	m, ok := outbox.Get(w, messageKey(n))
	switch {
	case !ok:
		return ErrNoMessage
	case !w.delivers():
		return ErrCollects
	case w.going(n):
		return ErrGoing
	}
	m.State, m.From = Waiting, len(m.Attempts)
	w.hand(m)
	return nil
}

// going says whether a message waits for its turn.
func (w *World) going(n uint64) bool {
	for _, other := range dueMessages.All(w) {
		if other == n {
			return true
		}
	}
	return false
}

// Outbox returns the messages in the order in which they were sent.
func (w *World) Outbox() []Message {
	out := make([]Message, 0, outbox.Len(w))
	for _, m := range outbox.All(w) {
		out = append(out, w.dressed(m, m.signed()))
	}
	return out
}

// States counts the messages by their states.
func (w *World) States() map[State]int {
	out := map[State]int{}
	for _, m := range outbox.rows(w).byKey {
		out[m.State]++
	}
	return out
}

// Message returns a message by its number.
func (w *World) Message(n uint64) (Message, bool) {
	m, ok := outbox.Get(w, messageKey(n))
	if !ok {
		return Message{}, false
	}
	return w.dressed(m, m.signed()), true
}

// signed is the world's time that a message has in the outbox.
func (m *Message) signed() time.Time {
	if m.Left.IsZero() {
		return m.At
	}
	return m.Left
}

// dressed is a copy of a message with all its headers.
func (w *World) dressed(m Message, signed time.Time) Message {
	headers := maps.Clone(m.Headers)
	if dress := kinds[m.Kind].Dress; dress != nil {
		if headers == nil {
			headers = map[string]string{}
		}
		maps.Copy(headers, dress(w, &m, signed))
	}
	m.Headers, m.Body, m.Attempts = headers, bytes.Clone(m.Body), slices.Clone(m.Attempts)
	return m
}

// Refusals counts, of the newest messages to a target whose last attempt lies after a moment,
// those that were tried and those whose last attempt was refused.
func (w *World) Refusals(target string, since time.Time) (tried, refused int) {
	keys := outboxTo.Keys(w, target)
	for i := len(keys) - 1; i >= 0 && len(keys)-i <= refusalsOf; i-- {
		m, _ := outbox.Get(w, keys[i])
		n := len(m.Attempts)
		if n == 0 || !m.Attempts[n-1].At.After(since) {
			continue
		}
		tried++
		if m.Attempts[n-1].Error != "" {
			refused++
		}
	}
	return tried, refused
}

// refusalsOf bounds how many messages Refusals looks at.
const refusalsOf = 1000
