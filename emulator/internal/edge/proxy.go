package edge

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"tweed/emulator/internal/catalogue"
)

var (
	errTarget     = catalogue.Must(catalogue.Tweed, "TWEED_PROXY_TARGET")
	errOther      = catalogue.Must(catalogue.Tweed, "TWEED_PROXY_REFUSED")
	errProduction = catalogue.Must(catalogue.Tweed, "TWEED_PROXY_PRODUCTION")
	errNoTLS      = catalogue.Must(catalogue.Tweed, "TWEED_PROXY_NO_TLS")
	errUpstream   = catalogue.Must(catalogue.Tweed, "TWEED_PROXY_UPSTREAM")
	errMisdirect  = catalogue.Must(catalogue.Tweed, "TWEED_MISDIRECTED")
)

// Proxy takes what clients send to a proxy: CONNECT, and requests in absolute form. What is
// for a vendor's host, or for the emulator itself, becomes an ordinary request.
type Proxy struct {
	// Next answers ordinary requests.
	Next http.Handler
	// Door lets the connections of tunnels in.
	Door *Door
	// Serve makes sure that a server stands behind the Door.
	Serve func()
	// Local tells names that this machine may have.
	Local func(host string) bool
	// PassOthers lets other hosts through, but never a vendor's.
	PassOthers bool
	// Refuse writes one of Tweed's errors.
	Refuse func(http.ResponseWriter, *catalogue.Error)
	// Stop is closed when the server stops: what is passed on ends then.
	Stop <-chan struct{}
	// Idle is how long nothing may go through a tunnel to another host.
	Idle time.Duration
	// Log takes what was refused. Nil is silence.
	Log *slog.Logger

	tunnels sync.WaitGroup
	passer  func() *httputil.ReverseProxy
	dialer  net.Dialer
}

// Patience with other hosts.
const (
	dialPatience  = 10 * time.Second
	replyPatience = time.Minute
)

// NewProxy returns a Proxy without its settings.
func NewProxy() *Proxy {
	p := &Proxy{dialer: net.Dialer{Timeout: dialPatience}}
	p.passer = sync.OnceValue(p.newPasser)
	return p
}

// ServeHTTP answers a request of any form. Errors in order of checking: TWEED_PROXY_TARGET,
// TWEED_MISDIRECTED, TWEED_PROXY_PRODUCTION, TWEED_PROXY_REFUSED, TWEED_PROXY_NO_TLS,
// TWEED_PROXY_UPSTREAM.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	tunnel := arrivalOf(r.Context()).tunnel
	switch {
	case r.Method == http.MethodConnect:
		p.connect(w, r, tunnel)
	case r.URL.Scheme != "" && localAddr(r) != nil:
		p.absolute(w, r, tunnel)
	case tunnel != "" && nameOf(r.Host) != tunnel:
		p.refuse(w, r.Host, errMisdirect.New("host", r.Host, "tunnel", tunnel))
	default:
		p.Next.ServeHTTP(w, r)
	}
}

// connect makes a tunnel. Its connection goes back to the server, which finds in it what any
// other has: TLS or cleartext, on whatever port.
func (p *Proxy) connect(w http.ResponseWriter, r *http.Request, tunnel string) {
	target, err := ParseTarget(r.RequestURI)
	switch {
	case err != nil:
		p.refuse(w, r.RequestURI, errTarget.New("target", r.RequestURI, "text", err.Error()))
		return
	case tunnel != "":
		text := "this is a tunnel to " + tunnel + ", which is no proxy"
		p.refuse(w, target.Host, errTarget.New("target", r.RequestURI, "text", text))
		return
	}
	ours, refused := p.judge(r, target)
	if refused == nil && ours {
		if err := p.Door.ready(target.Host); err != nil {
			refused = errNoTLS.New("host", target.Host, "text", err.Error())
		}
	}
	if refused != nil {
		p.refuse(w, target.Host, refused)
		return
	}
	if !ours {
		p.pass(w, r, target)
		return
	}
	if c := p.hijack(w, target); c != nil {
		p.Serve()
		p.Door.admit(c)
	}
}

// judge tells whether a target is Tweed itself, as a vendor or under its own address, or
// else why it is refused; nil for a host that may be passed on to.
func (p *Proxy) judge(r *http.Request, target Target) (ours bool, refused *catalogue.Error) {
	switch {
	case Emulated(target.Host), p.own(r, target):
		return true, nil
	case Production(target.Host):
		return false, errProduction.New("host", target.Host, "hosts", strings.Join(hosts, ", "))
	case !p.PassOthers:
		return false, errOther.New("host", target.Host, "hosts", strings.Join(hosts, ", "))
	}
	return false, nil
}

// own tells whether a target is the address that the request came to.
func (p *Proxy) own(r *http.Request, target Target) bool {
	local := localAddr(r)
	if local == nil {
		return false
	}
	_, port, err := net.SplitHostPort(local.String())
	return err == nil && port == strconv.Itoa(target.Port) && p.Local(target.Host)
}

// localAddr is the address that a request came to; nil for one that no server of net/http
// has read, which always has a scheme in its URL.
func localAddr(r *http.Request) net.Addr {
	addr, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	return addr
}

// hijack takes the connection of a CONNECT from the server and says that the tunnel stands.
// It returns nil when the client has left, or the server cannot give it away (HTTP/2).
func (p *Proxy) hijack(w http.ResponseWriter, target Target) *opened {
	c, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		p.refuse(w, target.Host, errTarget.New("target", target.String(), "text", "CONNECT needs HTTP/1.1"))
		return nil
	}
	ahead, err := readAhead(buffered.Reader)
	if err == nil {
		_, err = io.WriteString(c, "HTTP/1.1 200 Connection established\r\n\r\n")
	}
	if err != nil {
		_ = c.Close()
		return nil
	}
	return &opened{Conn: c, ahead: ahead, tunnel: target.Host}
}

// readAhead returns what a client sent right behind its CONNECT.
func readAhead(r *bufio.Reader) ([]byte, error) {
	ahead := make([]byte, r.Buffered())
	_, err := io.ReadFull(r, ahead)
	return ahead, err
}

// absolute answers a request that names its host in the request line. Clients send
// "GET http://host/path" so, and some (axios) also "GET https://host/path".
func (p *Proxy) absolute(w http.ResponseWriter, r *http.Request, tunnel string) {
	target, err := absoluteTarget(r.URL)
	if err != nil {
		p.refuse(w, r.URL.Host, errTarget.New("target", r.RequestURI, "text", err.Error()))
		return
	}
	if tunnel != "" && tunnel != target.Host {
		p.refuse(w, r.Host, errMisdirect.New("host", r.Host, "tunnel", tunnel))
		return
	}
	ours, refused := tunnel != "", (*catalogue.Error)(nil)
	if !ours {
		ours, refused = p.judge(r, target)
	}
	switch {
	case refused != nil:
		p.refuse(w, target.Host, refused)
	case ours:
		p.Next.ServeHTTP(w, origin(r))
	default:
		ctx, cancel := p.untilStop(r.Context())
		defer cancel()
		p.passer().ServeHTTP(w, r.WithContext(ctx))
	}
}

var errScheme = errors.New("a proxy is asked for http:// and https:// only")

func absoluteTarget(u *url.URL) (Target, error) {
	port := map[string]string{"http": "80", "https": "443"}[u.Scheme]
	if port == "" {
		return Target{}, errScheme
	}
	if u.Port() != "" {
		port = u.Port()
	}
	return ParseTarget(net.JoinHostPort(u.Hostname(), port))
}

// origin is a request in absolute form as the host itself would get it.
func origin(r *http.Request) *http.Request {
	a := arrivalOf(r.Context())
	a.scheme = r.URL.Scheme
	out := r.WithContext(context.WithValue(r.Context(), arrivalKey{}, a))
	address := *r.URL
	address.Scheme, address.Host, address.User = "", "", nil
	if address.Path == "" {
		address.Path = "/"
	}
	out.URL = &address
	out.Header = r.Header.Clone()
	for _, name := range []string{"Proxy-Authorization", "Proxy-Connection"} {
		out.Header.Del(name) // they were for the proxy
	}
	return out
}

// refuse answers with one of Tweed's errors. Many clients do not show what a proxy says, so
// the log has it, too. The connection ends: what follows a CONNECT would be no request.
func (p *Proxy) refuse(w http.ResponseWriter, host string, e *catalogue.Error) {
	if p.Log != nil {
		p.Log.Warn("proxy: refused", "host", host, "error", e.Message)
	}
	w.Header().Set("Connection", "close")
	p.Refuse(w, e)
}

// newPasser forwards requests in absolute form to other hosts.
func (p *Proxy) newPasser() *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.Host = r.In.Host
			r.Out.URL.RawQuery = r.In.URL.RawQuery
		},
		Transport: &http.Transport{
			DialContext: p.dialer.DialContext, TLSHandshakeTimeout: dialPatience,
			ResponseHeaderTimeout: replyPatience, DisableKeepAlives: true, DisableCompression: true,
		},
		ErrorLog: log.New(io.Discard, "", 0),
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			p.refuse(w, r.URL.Host, errUpstream.New("host", r.URL.Host, "text", err.Error()))
		},
	}
}
