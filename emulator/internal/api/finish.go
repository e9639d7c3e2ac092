package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"time"

	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/world"
)

// finish writes the reply, the journal and the world's changes. The changes stay also
// when the answer is a vendor's error: a wrong try counts.
func (f *flight) finish(w *world.World, answer any, err error) Reply {
	c := &f.call
	if err == nil && !f.plan.Patch.Empty() {
		answer, err = f.patch(answer)
	}
	var reply Reply
	var failed *catalogue.Error
	switch {
	case f.plan.Fault.Before(): // there is nothing to write
	case err == nil && f.plan.Status != 0:
		reply = Reply{Status: f.plan.Status, Body: f.plan.Body, Header: []Header{{"Content-Type", bodyType(f.plan.Body)}}}
	default:
		if err != nil {
			failed = errorOf(err)
		}
		reply = f.family.Write(c, answer, failed)
		if raw, ok := answer.(Raw); ok && failed == nil {
			reply.Header = append(reply.Header, raw.Header...)
		}
	}
	reply.Header = f.ownHeaders(reply.Header, failed)
	if f.plan.Fault.Kind != "" {
		reply, failed = f.damage(reply, failed)
	}
	if f.Journal != nil && f.family.vendor() {
		f.record(w, reply, failed)
	}
	w.Commit()
	return reply
}

// errorOf makes a row of any error of an operation or a check.
func errorOf(err error) *catalogue.Error {
	if row, ok := errors.AsType[*catalogue.Error](err); ok {
		return row
	}
	return errBadRequest.New("text", err.Error())
}

func bodyType(body []byte) string {
	if json.Valid(body) {
		return "application/json; charset=utf-8"
	}
	return "text/plain; charset=utf-8"
}

// patch changes a good answer as a rule says.
func (f *flight) patch(answer any) (any, error) {
	if _, raw := answer.(Raw); raw {
		f.call.Note("rule %q has a patch, but this answer is not JSON", f.plan.Rule)
		return answer, nil
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return nil, fmt.Errorf("patch: %w", err)
	}
	decoded, err := DecodeJSON(&Request{Body: body})
	if err != nil {
		f.call.Note("rule %q has a patch, but this answer is no JSON object", f.plan.Rule)
		return answer, nil
	}
	fields := decoded.Fields
	if err := f.plan.Patch.Apply(fields); err != nil {
		f.call.Note("rule %q: %s", f.plan.Rule, err)
	}
	return fields, nil
}

// maxOwnHeaders is how many headers ownHeaders adds at most.
const maxOwnHeaders = 4

// ownHeaders adds what Tweed says beside the vendor's headers.
func (f *flight) ownHeaders(out []Header, failed *catalogue.Error) []Header {
	c := &f.call
	if !f.family.vendor() {
		for _, rule := range c.fates {
			out = append(out, Header{"Tweed-Rule", rule})
		}
		return out
	}
	out = append(out, Header{"Tweed-Now", c.Now.Format(time.RFC3339)})
	if c.Op != nil {
		out = append(out, Header{"Tweed-Depth", string(c.Op.Depth)})
	}
	if f.plan.Rule != "" {
		out = append(out, Header{"Tweed-Rule", f.plan.Rule})
	}
	if failed != nil && failed.Row.Family != catalogue.Tweed {
		if hint := f.hint(); hint != "" {
			out = append(out, Header{"Tweed-Hint", hint})
		}
	}
	return out
}

func (f *flight) record(w *world.World, reply Reply, failed *catalogue.Error) {
	c := &f.call
	e := &Entry{
		N: w.Count("journal"), World: w.Name(), Time: c.Now, Family: f.family.Name,
		Method: f.req.Method, Path: f.req.Path, Query: f.req.Query, Client: c.Client.ID,
		Status: reply.Status, Fault: string(f.plan.Fault.Kind), Rule: f.plan.Rule, Fates: c.fates, Passed: f.plan.Passed(),
		Notes: c.notes, Base: c.BaseURL, Host: f.req.Host, Sent: f.req.Header,
		Request: f.req.Body, Reply: reply.Body, Headers: reply.Header, About: f.facts.about, Attempt: f.facts.attempt,
	}
	if c.Op != nil {
		e.Op, e.Route = c.Op.ID, c.Op.Path
	}
	if failed != nil {
		e.Code, e.Type = failed.Row.Code, failed.Row.Type
	}
	if e.Turn = f.arrival.Turn; f.parked {
		came := f.arrival
		e.Turn, e.Waited = w.Turn(), &came
	}
	f.Journal.Add(e)
	w.Recorded(e.Seq)
	if f.Log != nil {
		f.Log.Debug("call", "world", e.World, "n", e.N, "path", e.Path, "status", e.Status, "code", e.Code, "rule", e.Rule)
	}
}

// JSONReply is a reply of JSON with further headers.
func JSONReply(status int, v any, header ...Header) Reply {
	body, err := EncodeJSON(v)
	if err != nil { // answers are our own types; a value that cannot be encoded is a bug
		panic("api: " + err.Error())
	}
	all := make([]Header, 0, 1+len(header)+maxOwnHeaders)
	all = append(all, Header{"Content-Type", "application/json; charset=utf-8"})
	return Reply{Status: status, Body: body, Header: append(all, header...)}
}

// TweedError is the body of Tweed's own refusals, the same in every family.
func TweedError(c *Call, e *catalogue.Error) Reply {
	body := map[string]any{
		"error_type": "TWEED_ERROR", "error_code": e.Row.Code, "error_message": e.Message,
		"display_message": nil, "request_id": c.RequestID,
	}
	maps.Copy(body, e.Extra)
	return JSONReply(e.Status, body, Header{http.CanonicalHeaderKey("Tweed-World"), worldOf(c)})
}

func worldOf(c *Call) string {
	if c.World == nil {
		return ""
	}
	return c.World.Name()
}

// PanicReply is the answer to a request that met a bug outside of an operation.
func PanicReply(bug any) Reply { return TweedError(&Call{}, errPanic.New("text", fmt.Sprint(bug))) }

// Send writes a reply that no flight made.
func Send(w http.ResponseWriter, reply Reply) {
	for _, h := range reply.Header {
		w.Header().Set(h.Name, h.Value)
	}
	w.WriteHeader(reply.Status)
	_, _ = w.Write(reply.Body) // the client may have left
}
