// Package emulator is an offline Plaid Sandbox and an offline Apex Sentinel test mode for
// Go tests and programs.
//
//	emu := emulator.RunT(t)
//	cfg.UseEnvironment(plaid.Environment(emu.PlaidURL()))
//
// A Go test gets a free port, seed 1 and a clock that stands still until it is moved.
// Parallel tests take one world each: Plaid clients by a client_id such as
// "client@my-test", Sentinel clients by a user name such as "apex@my-test".
package emulator

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/delivery"
	"tweed/emulator/internal/edge"
	"tweed/emulator/internal/wall"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// Options are what an emulator starts with. The zero value is a good one.
type Options struct {
	// Addr is where to listen. Empty is a free port of 127.0.0.1.
	Addr string
	// Seed makes ids, keys and dice. Zero is the scenario's seed, or 1.
	Seed uint64
	// Scenario is what new worlds start from. Nil is an empty one.
	Scenario *scenario.Scenario
	// Clock overrides how time runs in new worlds: "manual", "step 1s", "real", "60x".
	// Empty is the scenario's way, or manual.
	Clock string
	// PublicURL is the address to write into links, if it is not the one that a request
	// came to.
	PublicURL string
	// MinDepth "stateful" refuses operations that would answer from an example.
	MinDepth string
	// Strict checks the forms of client_id and secret as Plaid does.
	Strict bool
	// MaxWorlds is how many worlds there may be. Zero is 10,000.
	MaxWorlds int
	// JournalBytes bounds the journal. Zero is 64 MB; a negative number switches it off.
	JournalBytes int
	// BodyBytes bounds a request's body. Zero is 1 MB.
	BodyBytes int64
	// MaxConns is how many connections are open at once on an address; further ones wait.
	// Zero is 4,096.
	MaxConns int
	// Certificate returns the certificate to speak TLS with as a host: one of VendorHosts, or
	// "localhost". Nil leaves TLS out, and CONNECT for these hosts.
	Certificate func(host string) (*tls.Certificate, error)
	// TLS takes TLS on Addr, beside cleartext.
	TLS bool
	// TLSAddr is a further address for TLS and cleartext, for example ":443". Empty is none.
	TLSAddr string
	// ProxyOthers is what becomes of other hosts than the vendors' when a client takes the
	// emulator for its proxy: "refuse" or "pass". Empty is "refuse". What is the vendors' and
	// not in VendorHosts is always refused.
	ProxyOthers string
	// AllowHosts are further host names that the control API answers to.
	AllowHosts []string
	// ControlToken, if not empty, must come with calls of the control API as
	// "Authorization: Bearer TOKEN".
	ControlToken string
	// StateFile is read at the start, if it exists, and written at the stop and every few
	// seconds when something changed. Empty keeps everything in memory.
	StateFile string
	// Webhooks say how webhooks go out.
	Webhooks WebhookOptions
	// Logger takes one debug line for each call and warnings. Nil is silence.
	Logger *slog.Logger
}

// Defaults of Options.
const (
	defaultMaxWorlds    = 10_000
	defaultJournalBytes = 64 << 20
	defaultBodyBytes    = 1 << 20
	defaultMaxConns     = 4096
)

// Version is the version of Tweed that this package is of.
const Version = "0.1.0"

// Emulator is a running emulator.
type Emulator struct {
	options  Options
	run      *world.Run // overrides the scenario's clock; nil does not
	worlds   *world.Worlds
	journal  *api.Journal
	sender   *delivery.Sender
	pipeline *api.Pipeline
	handler  http.Handler

	listener net.Listener
	further  net.Listener // of TLSAddr
	door     *edge.Door
	proxy    *edge.Proxy
	server   *http.Server
	serving  sync.Once
	fresh    fresh
	served   chan error
	stop     chan struct{}
	once     sync.Once
	closeErr error
	saver    sync.WaitGroup
	sleep    func() // ends the waking of worlds
}

// New makes an emulator that does not listen: use it as an http.Handler, or call Start.
// It returns an error for options that cannot be, and for a scenario or a state file
// that is wrong.
func New(o Options) (*Emulator, error) {
	e := &Emulator{options: o.withDefaults(), stop: make(chan struct{}), served: make(chan error, 1)}
	if o.Clock != "" {
		run, err := world.ParseRun(o.Clock)
		if err != nil {
			return nil, err
		}
		e.run = &run
	}
	switch api.Depth(o.MinDepth) {
	case "", api.Stateful, api.Shaped:
	default:
		return nil, fmt.Errorf("MinDepth is %q; it can be empty, %q or %q", o.MinDepth, api.Shaped, api.Stateful)
	}
	if err := errors.Join(e.options.checkTLS(), e.options.Webhooks.check()); err != nil {
		return nil, err
	}
	first, err := e.config(e.options.Scenario)
	if err != nil {
		return nil, err
	}
	e.worlds = world.NewWorlds(e.options.MaxWorlds, wall.Now, func(string) (cfg world.Config, err error) {
		cfg = first
		cfg.Clock, err = e.clock(e.options.Scenario) // a running clock starts when its world does
		return cfg, err
	})
	e.journal = api.NewJournal(max(0, e.options.JournalBytes))
	e.sender = e.newSender()
	e.sleep = e.worlds.Wake(wall.After)
	e.pipeline = e.newPipeline()
	e.door = e.newDoor()
	e.proxy = e.newProxy()
	e.handler = e.newHandler()
	e.server = e.newServer()
	// A scenario whose "given" cannot be set up fails now and not at the first call.
	if _, err := world.New("check", first, wall.Now); err != nil {
		return nil, err
	}
	if err := e.loadState(); err != nil {
		return nil, err
	}
	return e, nil
}

func (o Options) withDefaults() Options {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	o.PublicURL = strings.TrimSuffix(o.PublicURL, "/")
	if o.Scenario == nil {
		o.Scenario = &scenario.Scenario{}
	}
	if o.MaxWorlds == 0 {
		o.MaxWorlds = defaultMaxWorlds
	}
	if o.JournalBytes == 0 {
		o.JournalBytes = defaultJournalBytes
	}
	if o.BodyBytes == 0 {
		o.BodyBytes = defaultBodyBytes
	}
	if o.MaxConns == 0 {
		o.MaxConns = defaultMaxConns
	}
	return o
}

// Start listens and serves in the background. It returns the error of an address that
// cannot be listened on.
func (e *Emulator) Start() error {
	l, err := net.Listen("tcp", e.options.Addr)
	if err != nil {
		return err
	}
	if e.options.TLSAddr != "" {
		if e.further, err = net.Listen("tcp", e.options.TLSAddr); err != nil {
			return errors.Join(err, l.Close())
		}
		e.door.Listen(limit(e.further, e.options.MaxConns), true)
	}
	e.listener = l
	e.door.Listen(limit(l, e.options.MaxConns), e.options.TLS)
	e.serve()
	e.sender.Open()
	e.keepState()
	return nil
}

// serve answers what comes in at the door, from the first call on.
func (e *Emulator) serve() {
	e.serving.Do(func() { go func() { e.served <- e.server.Serve(e.door) }() })
}

// Close stops the emulator, waits for webhooks that are under way and for calls in progress,
// for some seconds each, and writes the state file if there is one. Webhooks that are cut off
// wait for the next start with that file. A second Close does nothing and returns the same.
func (e *Emulator) Close() error {
	e.once.Do(func() {
		close(e.stop)
		e.sleep()
		e.sender.Close(stopPatience)
		var errs []error
		errs = append(errs, e.shutdown(), e.door.Close())
		e.proxy.Wait()
		e.saver.Wait()
		e.closeErr = errors.Join(append(errs, e.saveState())...)
	})
	return e.closeErr
}

// Addr returns host and port that the emulator listens on, "" before Start.
func (e *Emulator) Addr() string {
	if e.listener == nil {
		return ""
	}
	return e.listener.Addr().String()
}

// TLSAddr returns host and port of Options.TLSAddr, "" without one and before Start.
func (e *Emulator) TLSAddr() string {
	if e.further == nil {
		return ""
	}
	return e.further.Addr().String()
}

// URL returns the address of the emulator, without a slash at the end. One that listens
// everywhere is called by its loopback address, which a client can use.
func (e *Emulator) URL() string {
	if e.options.PublicURL != "" {
		return e.options.PublicURL
	}
	return "http://" + reachable(e.Addr())
}

// reachable turns the address of a listener into one that a client can use.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || !net.ParseIP(host).IsUnspecified() {
		return addr
	}
	return net.JoinHostPort("127.0.0.1", port)
}

// PlaidURL is the base URL for Plaid clients.
func (e *Emulator) PlaidURL() string { return e.URL() }

// SentinelURL is the base URL for Sentinel, Legit and ALE clients: what the vendor calls
// https://uat-api.apexclearing.com.
func (e *Emulator) SentinelURL() string { return e.URL() }

// ServeHTTP answers one request, for those who bring their own server.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.sender.Open() // without Start, callers may come back from here on
	e.handler.ServeHTTP(w, r)
}
