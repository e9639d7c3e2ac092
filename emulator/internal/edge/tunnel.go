package edge

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"tweed/emulator/internal/wall"
)

// pass makes a tunnel to another host. It returns when the tunnel ends: at the end of both
// sides, when nothing came for too long, or at the stop.
func (p *Proxy) pass(w http.ResponseWriter, r *http.Request, target Target) {
	p.tunnels.Add(1)
	defer p.tunnels.Done()
	ctx, cancel := p.untilStop(r.Context())
	defer cancel()
	upstream, err := p.dialer.DialContext(ctx, "tcp", target.String())
	if err != nil {
		p.refuse(w, target.Host, errUpstream.New("host", target.String(), "text", err.Error()))
		return
	}
	client := p.hijack(w, target)
	if client == nil {
		_ = upstream.Close()
		return
	}
	t := tunnel{client, upstream, p.Idle}
	ctx, ended := p.untilStop(context.WithoutCancel(r.Context())) // the server ends that of a hijacked request
	defer ended()
	defer context.AfterFunc(ctx, t.close)()
	defer t.close()
	t.run()
}

// Wait waits for the tunnels to other hosts, which the stop ends.
func (p *Proxy) Wait() { p.tunnels.Wait() }

// tunnel carries bytes between a client and another host.
type tunnel struct {
	client, upstream net.Conn
	idle             time.Duration
}

func (t tunnel) run() {
	t.extend()
	var both sync.WaitGroup
	both.Go(func() { t.pour(t.upstream, t.client) })
	both.Go(func() { t.pour(t.client, t.upstream) })
	both.Wait()
}

// extend gives both sides time anew: a download is silent in the other direction.
func (t tunnel) extend() {
	deadline := wall.Now().Add(t.idle)
	_ = t.client.SetDeadline(deadline) // a closed side says so where it is read
	_ = t.upstream.SetDeadline(deadline)
}

// pour carries one direction to its end, and the end with it.
func (t tunnel) pour(to, from net.Conn) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			t.extend()
			if _, err := to.Write(buffer[:n]); err != nil {
				t.close()
				return
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			closeWrite(to)
			return
		case err != nil:
			t.close()
			return
		}
	}
}

func (t tunnel) close() {
	_ = t.client.Close() // both see it
	_ = t.upstream.Close()
}

// closeWrite tells the other end of a connection that no more comes, and leaves it open for
// what still comes from there, below wrappers that have NetConn.
func closeWrite(c net.Conn) {
	for inner := c; inner != nil; {
		if half, ok := inner.(interface{ CloseWrite() error }); ok {
			_ = half.CloseWrite() // it may be gone
			return
		}
		wrapper, ok := inner.(interface{ NetConn() net.Conn })
		if !ok {
			break
		}
		inner = wrapper.NetConn()
	}
	_ = c.Close()
}

// untilStop is a request's context that the stop ends, too.
func (p *Proxy) untilStop(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-p.Stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}
