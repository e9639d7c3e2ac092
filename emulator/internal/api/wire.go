package api

import (
	"net"
	"net/http"

	"tweed/emulator/internal/catalogue"
	"tweed/emulator/scenario"
)

// damage is what a rule's fault leaves of a reply, and of its error: what the client sees of
// them. The journal has just that.
func (f *flight) damage(reply Reply, failed *catalogue.Error) (Reply, *catalogue.Error) {
	fault := f.plan.Fault
	if fault.Lost() {
		if fault.Done {
			f.call.Note("the answer, status %d, was lost", reply.Status)
		}
		return Reply{}, nil
	}
	whole := len(reply.Body)
	reply.Body = f.plan.Damage(reply.Body)
	switch {
	case whole == 0:
		f.call.Note("the answer has no body that %s could damage", fault.Kind)
	case len(reply.Body) < whole:
		reply.Length = whole
	}
	return reply, failed
}

// lose ends a connection without a byte of a reply. It takes the connection from the server
// (HTTP/1.1); where that cannot be, in HTTP/2 and behind a ResponseWriter that is none of
// net/http's server, it panics with http.ErrAbortHandler, which ends what there is: a stream,
// or the test.
func (f *flight) lose(w http.ResponseWriter, r *http.Request) {
	if f.plan.Fault.Kind == scenario.Hang && f.Replay == nil {
		select {
		case <-r.Context().Done():
		case <-f.Stop:
		}
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if f.plan.Fault.Kind == scenario.Reset {
		resetOnClose(conn)
	}
	_ = conn.Close() // the client sees it
}

// cut ends a connection in the middle of a body: what was written goes out, and no more.
func cut(w http.ResponseWriter) {
	_ = http.NewResponseController(w).Flush() // where it cannot, less goes out
	panic(http.ErrAbortHandler)
}

// resetOnClose lets a connection end with TCP RST instead of FIN. It looks below wrappers
// that have NetConn, as TLS has.
func resetOnClose(conn net.Conn) {
	for conn != nil {
		if tcp, ok := conn.(interface{ SetLinger(seconds int) error }); ok {
			_ = tcp.SetLinger(0) // a connection that is gone needs none
			return
		}
		wrapper, ok := conn.(interface{ NetConn() net.Conn })
		if !ok {
			return
		}
		conn = wrapper.NetConn()
	}
}
