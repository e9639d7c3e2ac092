package emulator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/edge"
)

// VendorHosts returns the vendors' names that the emulator answers for over TLS and as a
// proxy, such as sandbox.plaid.com.
func VendorHosts() []string { return edge.Hosts() }

// What becomes of other hosts.
const (
	othersRefuse = "refuse"
	othersPass   = "pass"
)

func (o Options) checkTLS() error {
	switch {
	case o.Certificate == nil && (o.TLS || o.TLSAddr != ""):
		return errors.New("TLS and TLSAddr need Certificate")
	case o.ProxyOthers != "" && o.ProxyOthers != othersRefuse && o.ProxyOthers != othersPass:
		return fmt.Errorf("ProxyOthers is %q; it can be %q or %q", o.ProxyOthers, othersRefuse, othersPass)
	}
	return nil
}

func (e *Emulator) newDoor() *edge.Door {
	d := edge.NewDoor()
	d.Certificate, d.Patience = e.options.Certificate, readHeaderTimeout
	return d
}

// newProxy is what stands before the router; newHandler gives it the rest.
func (e *Emulator) newProxy() *edge.Proxy {
	p := edge.NewProxy()
	p.Door, p.Serve, p.Local = e.door, e.serve, e.guard().Local
	p.PassOthers = e.options.ProxyOthers == othersPass
	p.Refuse = func(w http.ResponseWriter, refused *catalogue.Error) {
		api.Send(w, api.TweedError(&api.Call{}, refused))
	}
	p.Stop, p.Idle, p.Log = e.stop, idleTimeout, e.options.Logger
	return p
}

// Limits of a connection.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 30 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 64 << 10
)

func (e *Emulator) newServer() *http.Server {
	e.fresh.conns = map[net.Conn]struct{}{}
	s := &http.Server{
		Handler:           e.handler,
		ConnState:         e.fresh.follow,
		ConnContext:       edge.ConnContext,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	if e.options.Logger != nil { // a TLS client that does not trust the CA is told of here
		s.ErrorLog = slog.NewLogLogger(e.options.Logger.Handler(), slog.LevelWarn)
	}
	s.RegisterOnShutdown(e.fresh.close)
	return s
}

// stopPatience is how long calls in progress may go on after a stop.
const stopPatience = 5 * time.Second

func (e *Emulator) shutdown() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopPatience)
	defer cancel()
	if err := e.server.Shutdown(ctx); err != nil {
		return errors.Join(err, e.server.Close())
	}
	return nil
}
