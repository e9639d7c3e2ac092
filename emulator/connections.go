package emulator

import (
	"net"
	"net/http"
	"sync"
)

// fresh holds the connections on which no request has come yet. HTTP clients open some in
// advance, and http.Server.Shutdown waits five seconds for each: a stop closes them first.
type fresh struct {
	mu     sync.Mutex
	conns  map[net.Conn]struct{}
	closed bool
}

// follow is the server's ConnState.
func (f *fresh) follow(c net.Conn, state http.ConnState) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case state != http.StateNew:
		delete(f.conns, c)
	case f.closed:
		_ = c.Close() // it came in while the server was stopping
	default:
		f.conns[c] = struct{}{}
	}
}

// close ends them all, and those that are still to come.
func (f *fresh) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for c := range f.conns {
		_ = c.Close() // its client sees it
	}
}
