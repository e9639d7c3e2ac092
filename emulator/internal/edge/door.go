package edge

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"tweed/emulator/internal/wall"
)

// Door is the net.Listener of the emulator's http.Server. Connections come to it from
// listeners and out of tunnels, and it looks at the first byte of those that may speak TLS.
type Door struct {
	// Certificate returns the certificate for a host: one of Hosts, or Local. Nil leaves
	// TLS out.
	Certificate func(host string) (*tls.Certificate, error)
	// Patience is how long the first byte of a connection is waited for.
	Patience time.Duration

	config    *tls.Config // one for all: clients may resume their sessions
	arrivals  chan entrance
	closed    chan struct{}
	mu        sync.Mutex
	listeners []net.Listener
	unread    map[net.Conn]struct{} // whose first byte has not come
}

// Local is the name for which Door asks a certificate when a client calls the emulator by
// no name, or by one of its own.
const Local = "localhost"

type entrance struct {
	conn net.Conn
	err  error
}

// NewDoor returns a closed-in Door: Listen and tunnels feed it.
func NewDoor() *Door {
	d := &Door{arrivals: make(chan entrance), closed: make(chan struct{}), unread: map[net.Conn]struct{}{}}
	d.config = &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}, GetCertificate: d.choose}
	return d
}

// Listen feeds the Door with a listener's connections until one of both is closed. withTLS
// takes TLS beside cleartext.
func (d *Door) Listen(l net.Listener, withTLS bool) {
	d.mu.Lock()
	d.listeners = append(d.listeners, l)
	d.mu.Unlock()
	go func() {
		for {
			c, err := l.Accept()
			switch {
			case errors.Is(err, net.ErrClosed):
				return
			case err != nil:
				if !d.deliver(nil, err) { // the server waits when it may be over soon
					return
				}
			case withTLS:
				d.admit(&opened{Conn: c})
			default:
				d.deliver(c, nil)
			}
		}
	}()
}

// admit takes a connection in whose first byte says what it speaks.
func (d *Door) admit(c *opened) {
	if !d.hold(c) {
		_ = c.Close() // its client sees it
		return
	}
	go func() {
		_ = c.SetReadDeadline(wall.Now().Add(d.Patience)) // a closed connection says so below
		first, err := c.peek()
		d.drop(c)
		if err != nil {
			_ = c.Close()
			return
		}
		_ = c.SetReadDeadline(time.Time{})
		if first == recordHandshake && d.Certificate != nil {
			d.deliver(tls.Server(c, d.config), nil)
			return
		}
		d.deliver(c, nil)
	}()
}

// recordHandshake is the first byte of a TLS connection, and of no HTTP method (RFC 8446, 5.1).
const recordHandshake = 22

// choose is GetCertificate. The server logs its error.
func (d *Door) choose(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	tunnel := ""
	if c, ok := hello.Conn.(*opened); ok {
		tunnel = c.tunnel
	}
	return d.certificate(hello.ServerName, tunnel)
}

// ready tells whether a tunnel to a host can be: a CA that cannot be made is better told of
// before the tunnel than by a failed handshake in it.
func (d *Door) ready(host string) error {
	if d.Certificate == nil {
		return errors.New("this emulator was made without Options.Certificate; `tweed serve` has one")
	}
	if !Emulated(host) {
		return nil // its own address, whatever is spoken there
	}
	_, err := d.Certificate(host)
	return err
}

// certificate is the one for the name that a client asks for (SNI), else for that of its tunnel.
func (d *Door) certificate(name, tunnel string) (*tls.Certificate, error) {
	name = normal(name)
	if name == "" {
		name = tunnel
	}
	ip := net.ParseIP(name)
	switch {
	case Emulated(name):
		return d.Certificate(name)
	case name == "", name == Local, ip != nil && ip.IsLoopback():
		return d.Certificate(Local)
	}
	return nil, fmt.Errorf("there are certificates for %s and %s, not for %q; call Tweed by another name over http://",
		strings.Join(hosts, ", "), Local, name)
}

// deliver hands a connection to the server. It returns false when the Door is closed.
func (d *Door) deliver(c net.Conn, err error) bool {
	select {
	case d.arrivals <- entrance{c, err}:
		return true
	case <-d.closed:
		if c != nil {
			_ = c.Close() // its client sees it
		}
		return false
	}
}

// hold remembers a connection that a stop has to close. It returns false after the stop.
func (d *Door) hold(c net.Conn) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	select {
	case <-d.closed:
		return false
	default:
		d.unread[c] = struct{}{}
		return true
	}
}

func (d *Door) drop(c net.Conn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.unread, c)
}

// Accept returns the next connection: *tls.Conn for one that speaks TLS.
func (d *Door) Accept() (net.Conn, error) {
	select {
	case a := <-d.arrivals:
		return a.conn, a.err
	case <-d.closed:
		return nil, net.ErrClosed
	}
}

// Close closes the listeners, and the connections that have not said anything.
func (d *Door) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	select {
	case <-d.closed:
		return nil
	default:
	}
	close(d.closed)
	var errs []error
	for _, l := range d.listeners {
		errs = append(errs, l.Close())
	}
	for c := range d.unread {
		_ = c.Close() // its client sees it
	}
	return errors.Join(errs...)
}

// Addr is that of the first listener.
func (d *Door) Addr() net.Addr {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.listeners) == 0 {
		return &net.TCPAddr{}
	}
	return d.listeners[0].Addr()
}

// opened is a connection of which something was read ahead.
type opened struct {
	net.Conn
	ahead  []byte // comes first
	tunnel string // the host of the CONNECT that it is behind of, "" without one
}

// peek waits for the first byte and leaves it to be read.
func (o *opened) peek() (byte, error) {
	if len(o.ahead) == 0 {
		first := make([]byte, 1)
		if _, err := io.ReadFull(o.Conn, first); err != nil {
			return 0, err
		}
		o.ahead = first
	}
	return o.ahead[0], nil
}

// Read returns what was read ahead first.
func (o *opened) Read(p []byte) (int, error) {
	if len(o.ahead) == 0 {
		return o.Conn.Read(p)
	}
	n := copy(p, o.ahead)
	o.ahead = o.ahead[n:]
	return n, nil
}

// NetConn returns the connection itself.
func (o *opened) NetConn() net.Conn { return o.Conn }
