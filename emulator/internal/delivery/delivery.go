// Package delivery sends the messages of worlds over HTTP: which goes when, and what becomes
// of it, is the kernel's business (package world). It follows no redirect, asks no proxy, and
// does not leave the machine and its private networks unless it may.
package delivery

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/wall"
	"tweed/emulator/internal/world"
)

// Options say how messages are sent. The zero value sends to loopback and private addresses.
type Options struct {
	// Anywhere lets messages go to public addresses.
	Anywhere bool
	// Roots are trusted beside the system's; nil is none.
	Roots *x509.CertPool
	// Insecure accepts any certificate.
	Insecure bool
	// Patience is how long a receiver may take, in wall time. Zero is 10 s.
	Patience time.Duration
	// Delivers says whether a world's messages leave, WorldTime whether they are signed with
	// the world's time rather than the wall's.
	Delivers, WorldTime func(*world.World) bool
	Journal             *api.Journal // nil for none
	Log                 *slog.Logger // nil for none
}

const (
	// defaultPatience is Plaid's (plaid.com/docs/api/webhooks).
	defaultPatience = 10 * time.Second
	// maxSenders is how many worlds are sent for at once beside those whose clock is moved.
	maxSenders = 32
	// maxReply is how much of a receiver's answer is read, in bytes.
	maxReply = 16 << 10
)

// Sender sends. A world that has something to send waits in a queue for one of few goroutines,
// which end when there is nothing to do.
type Sender struct {
	options   Options
	transport *http.Transport
	worlds    *world.Worlds
	ctx       context.Context //nolint:containedctx // ends what is under way
	cancel    context.CancelFunc

	mu      sync.Mutex
	queue   []*world.World
	running int
	open    bool
	closed  bool
	group   sync.WaitGroup // goroutines and attempts
}

// New makes a sender and makes it the post of worlds. It sends for nobody before Open, but for
// those who move their world's clock.
func New(o Options, worlds *world.Worlds) *Sender {
	if o.Patience == 0 {
		o.Patience = defaultPatience
	}
	s := &Sender{options: o, worlds: worlds}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	dialer := &net.Dialer{Control: s.control}
	s.transport = &http.Transport{
		DialContext:            dialer.DialContext,
		DisableKeepAlives:      true, // each attempt checks its address
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxReply,
		TLSClientConfig: &tls.Config{
			MinVersion: tls.VersionTLS12, RootCAs: o.Roots, InsecureSkipVerify: o.Insecure, //nolint:gosec // asked for
		},
	}
	worlds.Post(world.Post{
		Delivers: o.Delivers, Signed: s.signed, Send: s.send, Ready: s.ready, Wait: s.wait,
	})
	return s
}

// signed is the time of a signature. Receivers compare it with their own clock.
func (s *Sender) signed(w *world.World, at time.Time) time.Time {
	if s.options.WorldTime(w) {
		return at
	}
	return wall.Now()
}

// wait gives a message that is under way half of the patience that it has: its receiver may be
// who waits.
func (s *Sender) wait(done <-chan struct{}) bool {
	elapsed, cancel := wall.Timer(s.options.Patience / 2) //nolint:mnd // half
	defer cancel()
	select {
	case <-done:
		return true
	case <-elapsed:
		return false
	case <-s.ctx.Done():
		return false
	}
}

// ready puts a world into the queue.
func (s *Sender) ready(w *world.World) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.queue = append(s.queue, w)
	s.hire()
}

// Open begins to send.
func (s *Sender) Open() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = true
	s.hire()
}

// hire starts as many goroutines as there is work for.
func (s *Sender) hire() {
	for s.open && !s.closed && s.running < min(maxSenders, len(s.queue)) {
		s.running++
		s.group.Go(s.work)
	}
}

// work sends for the worlds in the queue until it is empty.
func (s *Sender) work() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.queue) > 0 && !s.closed {
		w := s.queue[0]
		s.queue = s.queue[1:]
		s.mu.Unlock()
		s.worlds.Deliver(w)
		s.mu.Lock()
	}
	s.running--
}

// Close begins no attempt any more and waits so long for those that are under way; then it cuts
// them off: their messages wait for another process.
func (s *Sender) Close(patience time.Duration) {
	s.mu.Lock()
	s.closed, s.queue = true, nil
	s.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		s.group.Wait()
		close(ended)
	}()
	elapsed, cancel := wall.Timer(patience)
	defer cancel()
	select {
	case <-ended:
	case <-elapsed:
	}
	s.cancel()
	<-ended
}

// enter counts an attempt, unless the sender is closed.
func (s *Sender) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.group.Add(1)
	return true
}
