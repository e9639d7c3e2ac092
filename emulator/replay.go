package emulator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/casefile"
	"tweed/emulator/internal/control"
	"tweed/emulator/internal/wall"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// ReplayOptions say how to replay a case. The zero value is a good one.
type ReplayOptions struct {
	// Seed is another seed than the case's, if it is not zero.
	Seed uint64
}

// Replay is what came of a case's calls when they were made again.
type Replay struct {
	Calls []ReplayedCall // those that were made; after a difference there are no more
	Total int            // how many the case has
	// Transcript is what went over the wire, but for the header Date: the same case gives the
	// same bytes.
	Transcript []byte
}

// ReplayedCall is a call that was made again.
type ReplayedCall struct {
	N            uint64 // as in the journal
	Method, Path string
	Difference   string        // from what was recorded, "" if there is none
	Time         time.Duration // wall time
}

// Differs returns the call whose reply was not as recorded, and false when all were.
func (r *Replay) Differs() (ReplayedCall, bool) {
	if n := len(r.Calls); n > 0 && r.Calls[n-1].Difference != "" {
		return r.Calls[n-1], true
	}
	return ReplayedCall{}, false
}

// Replay starts an emulator with the seed, the scenario or import, and the clock of the case,
// makes its calls over TCP in their order, each at its time, and compares their replies byte
// by byte until one differs. It waits for no delay and no long poll: a call that waited ends
// at its place in the order. It returns an error when the case cannot be replayed at all, or
// the context ends.
func (c *Case) Replay(ctx context.Context, o ReplayOptions) (*Replay, error) {
	r, err := c.newReplay(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.file, err)
	}
	err = c.form.Play(r)
	if errors.Is(err, errDiffers) {
		err = nil
	}
	for _, w := range r.waiting {
		close(w.release)
	}
	if err = errors.Join(err, r.emulator.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w", c.file, err)
	}
	r.out.Transcript = []byte(r.transcript.String())
	return r.out, nil
}

// replay is a casefile.Player.
type replay struct {
	ctx      context.Context //nolint:containedctx // of the one Replay that it lives for
	form     *casefile.Case
	emulator *Emulator
	world    World
	wire     *http.Transport

	base       atomic.Value        // string: under which the call being made reached Tweed
	parked     chan chan struct{}  // a call waits; the end of what comes out ends that
	waiting    map[uint64]onItsWay // calls that wait, by N
	tokens     map[uint64]string   // replies of logins, by N
	seen       uint64              // Seq of the journal's last entry
	out        *Replay
	transcript strings.Builder
}

// onItsWay is a call that was sent.
type onItsWay struct {
	start   time.Time
	reply   chan casefile.Got
	release chan struct{} // nil when it does not wait
}

var (
	errDiffers = errors.New("a reply differs")
	errMove    = errors.New("the control API refuses it")
)

func (c *Case) newReplay(ctx context.Context, o ReplayOptions) (*replay, error) {
	s := *c.scenario
	s.Clock.Start = c.form.Clock.Start
	seed := c.form.Seed
	if o.Seed != 0 {
		seed = o.Seed
	}
	emu, err := New(Options{
		Scenario: &s, Seed: seed, Clock: "manual", Webhooks: WebhookOptions{Mode: scenario.ModeCollect},
		Strict: c.form.Options.Strict, MinDepth: c.form.Options.MinDepth,
		BodyBytes: c.form.Options.BodyBytes,
	})
	if err != nil {
		return nil, err
	}
	r := &replay{
		ctx: ctx, form: c.form, emulator: emu, world: World{emulator: emu, name: c.form.World},
		wire:   &http.Transport{DisableKeepAlives: true, DisableCompression: true}, // a lost call is not repeated
		parked: make(chan chan struct{}), waiting: map[uint64]onItsWay{}, tokens: map[uint64]string{},
		out: &Replay{Total: len(c.form.Calls), Calls: []ReplayedCall{}},
	}
	r.base.Store("")
	emu.pipeline.Base = func(*http.Request) string {
		base, _ := r.base.Load().(string)
		return base
	}
	emu.pipeline.Replay = r.park
	if err = r.begin(seed); err == nil {
		err = emu.Start()
	}
	if err != nil {
		return nil, errors.Join(err, emu.Close())
	}
	return r, nil
}

// begin brings the world to where the case begins.
func (r *replay) begin(seed uint64) (err error) {
	r.world.with(func(held *world.World) {
		if r.form.Start == nil {
			return
		}
		start := *r.form.Start
		start.Seed = seed
		if err = held.Import(start); err == nil {
			held.SetRun(world.Run{})
		}
	})
	return err
}

// park is called by a call that waits.
func (r *replay) park() <-chan struct{} {
	release := make(chan struct{})
	select {
	case r.parked <- release:
	case <-r.ctx.Done():
		close(release)
	}
	return release
}

// advance moves the world's clock; events run in between as they did.
func (r *replay) advance(t time.Time) {
	r.world.with(func(held *world.World) { held.AdvanceTo(t) })
}

// Move makes a change of the world. Of a move of the clock only its end counts.
func (r *replay) Move(m *casefile.Move) error {
	r.advance(m.Time)
	method, path, _ := strings.Cut(m.What, " ")
	if path == "clock" {
		return nil
	}
	address := r.emulator.URL() + control.Prefix + "worlds/" + url.PathEscape(r.world.name) + "/" + path
	req, err := http.NewRequestWithContext(r.ctx, method, address, strings.NewReader(string(m.Body)))
	if err != nil {
		return err
	}
	got := r.receive(req)
	if got.Status != http.StatusOK {
		return fmt.Errorf("%s after call %d: %w: status %d %s", m.What, m.After, errMove, got.Status, got.Body)
	}
	return nil
}

// Begin sends a call that waits for its end.
func (r *replay) Begin(call *casefile.Call, at time.Time) error {
	r.advance(at)
	sent, err := r.send(call)
	if err != nil {
		return err
	}
	if sent.release == nil {
		<-sent.reply
		return r.compared(call, sent.start, "it was answered at once; recorded is that it waited")
	}
	r.waiting[call.N] = sent
	return nil
}

// Call makes a call, or ends one that waits, and compares its reply.
func (r *replay) Call(call *casefile.Call) error {
	r.advance(call.Time)
	sent, waited := r.waiting[call.N]
	if !waited {
		var err error
		if sent, err = r.send(call); err != nil {
			return err
		}
	}
	delete(r.waiting, call.N)
	if sent.release != nil {
		close(sent.release)
	}
	got := <-sent.reply
	if err := r.ctx.Err(); err != nil {
		return err
	}
	if sent.release != nil && !waited {
		return r.compared(call, sent.start, "it waits for an event; recorded is that it was answered at once")
	}
	got.Fault = r.faultOf()
	r.write(call, got)
	if call.Family == "legit" && got.Status == http.StatusOK {
		r.tokens[call.N] = string(got.Body)
	}
	return r.compared(call, sent.start, call.Difference(got))
}

// compared keeps what came of a call.
func (r *replay) compared(call *casefile.Call, start time.Time, difference string) error {
	r.out.Calls = append(r.out.Calls, ReplayedCall{
		N: call.N, Method: call.Method, Path: call.Path, Difference: difference, Time: wall.Since(start),
	})
	if difference != "" {
		return errDiffers
	}
	return nil
}

// send sends a call. It returns when the call waits, or when its reply is there.
func (r *replay) send(call *casefile.Call) (onItsWay, error) {
	req, err := call.Request(r.emulator.URL(), r.form.Options, r.token(call.Token))
	if err != nil {
		return onItsWay{}, err
	}
	req = req.WithContext(r.ctx)
	req.Header.Set("Tweed-World", r.world.name)
	r.base.Store(call.Base)
	sent := onItsWay{start: wall.Now(), reply: make(chan casefile.Got, 1)}
	done := make(chan struct{})
	go func() {
		sent.reply <- r.receive(req)
		close(done)
	}()
	select {
	case sent.release = <-r.parked:
	case <-done:
	}
	return sent, r.ctx.Err()
}

// token is what a call or a session of the case has given.
func (r *replay) token(t *casefile.Token) string {
	switch {
	case t == nil:
		return ""
	case t.Of != 0:
		return r.tokens[t.Of]
	case r.form.Start == nil:
		return ""
	}
	token, _ := casefile.SessionToken(*r.form.Start, t.Session)
	return token
}

// receive makes a request and reads what comes of its reply.
func (r *replay) receive(req *http.Request) casefile.Got {
	resp, err := r.wire.RoundTrip(req)
	if err != nil {
		return casefile.Got{}
	}
	body, _ := io.ReadAll(resp.Body) // what a fault has left of it
	_ = resp.Body.Close()
	return casefile.Got{Status: resp.StatusCode, Header: resp.Header, Body: body}
}

// faultOf is what a rule did to the reply of the last call. A lost reply looks the same on the
// wire whatever lost it.
func (r *replay) faultOf() string {
	entries, _ := r.emulator.journal.Read(api.Filter{World: r.world.name, Since: r.seen})
	if len(entries) == 0 {
		return ""
	}
	last := entries[len(entries)-1]
	r.seen = last.Seq
	return last.Fault
}

// write adds a call to the transcript.
func (r *replay) write(call *casefile.Call, got casefile.Got) {
	got.Header.Del("Date")
	fmt.Fprintf(&r.transcript, "%s\n%d %s\n", call.Title(), got.Status, got.Fault)
	_ = got.Header.Write(&r.transcript) // a Builder takes all
	fmt.Fprintf(&r.transcript, "\n%s\n\n", got.Body)
}
