package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"tweed/emulator/internal/rules"
	"tweed/emulator/internal/wall"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// Pipeline is what every request runs through, whatever its family.
type Pipeline struct {
	Worlds  *world.Worlds
	Journal *Journal
	// Base returns the address under which the caller of a request reached Tweed.
	Base func(r *http.Request) string
	// Stop is closed when the server stops: long polls end then.
	Stop <-chan struct{}
	// BodyLimit is the greatest request body in bytes.
	BodyLimit int64
	// MinDepth Stateful refuses operations that would answer from an example.
	MinDepth Depth
	// Replay, if not nil, takes the place of wall time: no reply is held back by a rule's delay,
	// and a call that waits asks it for a channel, whose end alone ends the waiting.
	Replay func() <-chan struct{}
	Log    *slog.Logger
}

// flight is one request between its arrival and its reply.
type flight struct {
	*Pipeline
	family  *Family
	req     Request
	call    Call
	problem error // met before a world was there: route, body
	plan    scenario.Plan
	parked  bool
	arrival Arrival
	facts   Facts  // as the call came; see look
	counted string // where attempts are counted

	patience <-chan struct{} // closed when a parked call has waited long enough
	release  func() bool     // frees the timer of patience
}

// Serve answers a request in a family's dialect.
func (p *Pipeline) Serve(family *Family, w http.ResponseWriter, r *http.Request) {
	f := &flight{Pipeline: p, family: family}
	reply, delay := f.answer(r)
	if delay > 0 && p.Replay == nil && !p.hold(r.Context(), delay) {
		return
	}
	if f.plan.Fault.Lost() {
		f.lose(w, r)
		return
	}
	f.send(w, reply)
}

// send writes a reply, or what a fault has left of it.
func (f *flight) send(w http.ResponseWriter, reply Reply) {
	header := w.Header()
	values := make([]string, len(reply.Header)+1) // one allocation for all, each a slice of one
	for i, h := range reply.Header {
		values[i] = h.Value
		header[h.Name] = values[i : i+1 : i+1]
	}
	values[len(reply.Header)] = strconv.Itoa(max(reply.Length, len(reply.Body)))
	header["Content-Length"] = values[len(reply.Header):]
	w.WriteHeader(reply.Status)
	if _, err := w.Write(reply.Body); err != nil && f.Log != nil {
		f.Log.Debug("the client left before its reply", "path", f.req.Path, "error", err)
	}
	if reply.Length > 0 {
		cut(w)
	}
}

// hold keeps a reply back by a rule's delay, in wall time; a stop of the server ends it. It
// returns false when the client has left.
func (p *Pipeline) hold(client context.Context, delay time.Duration) bool {
	ctx, cancel := context.WithCancel(client)
	defer cancel()
	go func() {
		select {
		case <-p.Stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	_ = wall.Wait(ctx, delay)
	return client.Err() == nil
}

// answer is hops 3 to 6 of a request: it takes the world, and takes it again for a call
// that parks, until there is a reply.
func (f *flight) answer(r *http.Request) (Reply, time.Duration) {
	f.read(r)
	if f.problem != nil && !f.family.vendor() {
		return f.family.Write(&f.call, nil, errorOf(f.problem)), 0 // a mistaken path makes no world
	}
	name, err := f.worldName()
	if err != nil {
		return f.family.Write(&f.call, nil, errorOf(err)), 0
	}
	for {
		reply, park, changed := f.turn(name)
		if park == nil {
			if f.release != nil {
				f.release()
			}
			return reply, f.plan.Delay
		}
		switch {
		case f.Replay != nil:
			f.patience, changed = f.Replay(), nil
		case f.patience == nil:
			f.patience, f.release = wall.Timer(park.Patience)
		}
		f.wait(r.Context(), changed)
	}
}

// turn is one stay in the world.
func (f *flight) turn(name string) (reply Reply, park *Park, changed <-chan struct{}) {
	if f.parked && !f.Worlds.Find(name) { // to take it would make it again
		gone := errBadRequest.New("text", "the world "+name+" was removed while this call waited")
		return f.family.Write(&f.call, nil, gone), nil, nil
	}
	w, err := f.Worlds.Take(name, f.family.vendor() && !f.parked)
	if err != nil {
		return f.family.Write(&f.call, nil, errorOf(takeError(err))), nil, nil
	}
	defer w.Give()
	answer, err := f.run(w)
	if p, ok := errors.AsType[Park](err); ok {
		f.parked = true
		w.Commit()
		if p.Changed != nil {
			return Reply{}, new(p), p.Changed
		}
		return Reply{}, new(p), w.Changed()
	}
	return f.finish(w, answer, err), nil, nil
}

// wait is the patience of a parked call, in wall time. The world is not held.
func (f *flight) wait(ctx context.Context, changed <-chan struct{}) {
	select {
	case <-changed:
	case <-f.patience:
		f.call.Waited = true
	case <-ctx.Done():
		f.call.Waited = true
	case <-f.Stop:
		f.call.Waited = true
	}
}

func takeError(err error) error {
	if limit, ok := errors.AsType[world.LimitError](err); ok {
		return errWorldLimit.New("limit", strconv.Itoa(limit.Max))
	}
	return errBadRequest.New("text", err.Error())
}

// read takes the request in: body, operation, fields, credentials.
func (f *flight) read(r *http.Request) {
	f.req = Request{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Header: r.Header, Host: r.Host}
	f.call = Call{req: &f.req, BaseURL: f.Base(r), Version: r.Header.Get("Plaid-Version")}
	body, err := readBody(r, f.BodyLimit)
	if err != nil {
		f.problem = errBadRequest.New("text", "the body could not be read: "+err.Error())
		return
	}
	if int64(len(body)) > f.BodyLimit {
		f.problem = errBodyTooLarge.New("limit", fmt.Sprint(f.BodyLimit))
		return
	}
	f.req.Body = body
	f.call.Op, f.call.Params, f.problem = f.family.Route(r.Method, r.URL.Path)
	decoded, err := f.family.Decode(&f.req)
	if err != nil && f.problem == nil {
		f.problem = err
	}
	f.call.Body = decoded
	f.call.Client = f.family.Client(&f.req, decoded)
}

// readBody reads a body whole, but not more than one byte over the limit. A body whose
// length is announced gets a buffer of just that size.
func readBody(r *http.Request, limit int64) ([]byte, error) {
	if r.ContentLength > 0 && r.ContentLength <= limit {
		body := make([]byte, r.ContentLength)
		_, err := io.ReadFull(r.Body, body)
		return body, err
	}
	return io.ReadAll(io.LimitReader(r.Body, limit+1))
}

// run is the operation, between what comes before and its reply.
func (f *flight) run(w *world.World) (answer any, err error) {
	defer func() {
		if bug := recover(); bug != nil {
			w.Rollback()
			if f.family.vendor() && !f.parked {
				w.Count("request") // the id that this answer carries is not given again
			}
			answer, err = nil, f.bug(bug)
		}
	}()
	c := &f.call
	c.World, c.Now = w, w.Now()
	if !f.parked {
		if f.family.vendor() {
			c.RequestID = w.Draw("request").Hex(requestIDLength)
			f.arrival = Arrival{Turn: w.Turn(), Time: c.Now}
		}
		if err := f.before(w); err != nil {
			return nil, err
		}
	}
	if f.plan.Status != 0 || f.plan.Fault.Before() {
		return nil, nil // finish writes the rule's own reply, or none
	}
	return c.Op.Run(c)
}

// requestIDLength is observed: 15 lower-case hex digits in 2026, 15 alphanumerics before.
const requestIDLength = 15

// before decides whether the operation runs: what acts on arrival, the client's own faults
// in the vendor's order, then the errors of rules. A rule acts, and is used up, only on calls
// that have none of their own faults; but for its faults on the wire, which do not ask what
// is in a request.
func (f *flight) before(w *world.World) error {
	f.look()
	c, progress := &f.call, rules.Progress{World: w}
	plan, forced, err := f.decide(progress)
	if err != nil {
		return err
	}
	if forced || plan.Fault.Kind != "" {
		plan.Arrive(progress)
		f.plan = plan
	}
	switch {
	case plan.Fault.Before():
		if f.problem == nil { // else a rule at the first attempt would act for ever
			f.countAttempt()
		}
		return nil
	case forced && plan.Error != nil:
		return plan.Error
	case f.problem != nil:
		return f.problem
	}
	for _, check := range f.family.Checks {
		if err := check(c); err != nil {
			return err
		}
	}
	plan.Commit(progress)
	f.countAttempt()
	f.plan = plan
	switch {
	case plan.Error != nil:
		return plan.Error
	case plan.Status != 0:
		return nil
	}
	return f.deepEnough(c.Op)
}

// deepEnough refuses an operation that is not built, or not as deep as was asked for.
func (p *Pipeline) deepEnough(op *Op) error {
	switch {
	case op.Run == nil:
		return errNotImplemented.New("call", op.Method+" "+op.Path)
	case p.MinDepth == Stateful && op.Depth == Shaped:
		return errShapedRefused.New("call", op.Method+" "+op.Path, "depth", string(Stateful))
	}
	return nil
}

// decide returns what the caller forced with headers, else what a rule does. The control
// API has neither, and no rule is about a call that no vendor has.
func (f *flight) decide(progress rules.Progress) (plan scenario.Plan, forced bool, err error) {
	if !f.family.vendor() {
		return scenario.Plan{}, false, nil
	}
	if plan, forced, err = f.forced(progress); forced || err != nil || f.call.Op == nil {
		return plan, forced, err
	}
	op := f.call.Op
	call := scenario.Call{Method: op.Method, Path: op.Path, OperationID: op.ID, Facts: &f.facts}
	return rules.Of(progress.World).Decide(call, progress), false, nil
}

// bug turns a panic of an operation into an answer. The stack goes to the log only.
func (f *flight) bug(cause any) error {
	if f.Log != nil {
		f.Log.Error("a bug in Tweed: please report it with this text",
			"panic", cause, "path", f.req.Path, "stack", string(debug.Stack()))
	}
	return errPanic.New("text", fmt.Sprint(cause))
}
