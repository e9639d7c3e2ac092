package world

import (
	"fmt"
	"time"
)

// Message is something that the world sends out, kept until it is delivered, or for
// good in collect mode.
type Message struct {
	At      time.Time         `json:"at"`
	Kind    string            `json:"kind"` // who made it, for example "plaid.webhook"
	Target  string            `json:"target"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    []byte            `json:"body"`
	Status  string            `json:"status"` // "collected"
}

var outbox = NewTable[Message]("world.outbox", 1)

// Send puts a message into the outbox and returns its number, from 1. The outbox
// collects: nothing leaves the process.
func (w *World) Send(m Message) uint64 {
	n := w.next("outbox")
	m.At, m.Status = w.now, "collected"
	outbox.Put(w, fmt.Sprintf("%010d", n), m)
	return n
}

// Outbox returns the messages in the order in which they were sent.
func (w *World) Outbox() []Message {
	out := make([]Message, 0, outbox.Len(w))
	for _, m := range outbox.All(w) {
		out = append(out, m)
	}
	return out
}
