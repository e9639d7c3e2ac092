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

// limited is a listener with so many places. Who comes when all are taken waits in the queue
// of the operating system.
type limited struct {
	net.Listener
	places chan struct{} // holds one for each connection that is open
	closed chan struct{}
	close  func()
}

func limit(l net.Listener, places int) *limited {
	closed := make(chan struct{})
	return &limited{l, make(chan struct{}, places), closed, sync.OnceFunc(func() { close(closed) })}
}

// Accept waits for a place, then for a connection.
func (l *limited) Accept() (net.Conn, error) {
	select {
	case l.places <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.places
		return nil, err
	}
	return &placed{c, sync.OnceFunc(func() { <-l.places })}, nil
}

// Close ends the waiting, too.
func (l *limited) Close() error {
	l.close()
	return l.Listener.Close()
}

// placed is a connection that has a place.
type placed struct {
	net.Conn
	leave func()
}

func (p *placed) Close() error {
	defer p.leave()
	return p.Conn.Close()
}

// NetConn returns the connection itself, whose end a rule can make a reset.
func (p *placed) NetConn() net.Conn { return p.Conn }
