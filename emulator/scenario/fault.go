package scenario

import (
	"encoding/binary"
	"reflect"
	"slices"
)

// Fault is what happens to an answer on the wire. It is written as its kind alone, or with
// done:
//
//	fault: reset                        # nothing was carried out, nothing comes back
//	fault: {kind: reset, done: true}    # it was carried out, and only the answer is lost
//
// A fault acts when the call arrives, before the client's own faults are looked at, and
// uses its rule up there. Without done a lost call comes to no other rule; the answer to
// any other call goes its usual way until it is damaged.
type Fault struct {
	// Kind is reset, empty, hang, truncate or garbage.
	Kind FaultKind `yaml:"kind"`
	// Done lets the operation be carried out, and its changes stay, before the answer is
	// lost by reset, empty or hang. Truncate and garbage damage an answer and always do so.
	Done bool `yaml:"done"`
}

// FaultKind says how an answer is lost or damaged.
type FaultKind string

// The kinds of faults.
const (
	// Reset breaks the connection off: TCP RST.
	Reset FaultKind = "reset"
	// Empty closes the connection without a byte.
	Empty FaultKind = "empty"
	// Hang answers nothing until the client leaves or the server stops.
	Hang FaultKind = "hang"
	// Truncate sends the true status, headers and Content-Length, half of the body, and
	// closes the connection.
	Truncate FaultKind = "truncate"
	// Garbage sends the true status and headers with a body of as many bytes that are
	// neither JSON nor text. They are a function of the world's seed, the rule's name and
	// the number of its use.
	Garbage FaultKind = "garbage"
)

var faultKinds = []string{string(Reset), string(Empty), string(Truncate), string(Garbage), string(Hang)}

// Break is the Then by which an answer is lost or damaged on the wire.
func Break(kind FaultKind) Then { return Then{Fault: Fault{Kind: kind}} }

// Lost says whether the client gets not one byte.
func (f Fault) Lost() bool { return f.Kind == Reset || f.Kind == Empty || f.Kind == Hang }

// Before says whether the call is lost before its operation.
func (f Fault) Before() bool { return f.Lost() && !f.Done }

var faultEffect = effect{
	key:  "fault",
	used: func(t *Then) bool { return t.Fault != Fault{} },
	check: func(r *report, _ *Rule, t *Then, at place) {
		t.Fault.check(r, at.key("fault"))
	},
	prepare: func(t *Then) action {
		fault := t.Fault
		return func(p *Plan, u use) {
			p.Fault = fault
			if fault.Kind == Garbage {
				p.noise = u.progress.Dice(u.rule.name+" garbage", u.number)
			}
		}
	},
}

func (f Fault) check(r *report, at place) {
	kind := at
	if at.has("kind") {
		kind = at.key("kind")
	}
	switch {
	case f.Kind == "":
		r.add(kind, "the fault has no kind", "write for example fault: reset; "+meant("", faultKinds))
	case !slices.Contains(faultKinds, string(f.Kind)):
		r.add(kind, quote(string(f.Kind))+" is no fault", meant(string(f.Kind), faultKinds))
	case !f.Lost() && (f.Done || at.has("done")):
		r.add(at.name("done"), "done stands beside "+string(f.Kind),
			string(f.Kind)+" damages the answer of an operation that was carried out; remove done")
	}
}

func (f *Fault) decodeNode(r *report, n *node, at place) {
	switch {
	case n.kind == scalar && n.sort != null:
		f.Kind = FaultKind(n.value)
	case n.kind == mapping:
		r.decodeStruct(n, reflect.ValueOf(f).Elem(), at)
	default:
		r.add(at, "here stands "+n.what(), "it must be a fault, or a mapping such as {kind: reset, done: true}")
	}
}

func (Fault) schema(d *describer) schema {
	return d.about(anyOf(words(faultKinds...), d.members(reflect.TypeFor[Fault]())), "Fault", "")
}

func (Fault) limits() limits {
	return limits{
		keys:  map[string]schema{"kind": words(faultKinds...)},
		whole: schema{"type": "object", "required": []string{"kind"}},
	}
}

func (f Fault) encodeNode() *node {
	if !f.Done {
		return textNode(string(f.Kind))
	}
	type members Fault
	return encode(reflect.ValueOf(members(f)))
}

// Damage returns what the plan's fault leaves of a body: nothing, half of it, or as many
// bytes of garbage. Without a fault that is all of it.
func (plan *Plan) Damage(body []byte) []byte {
	switch plan.Fault.Kind {
	case Reset, Empty, Hang:
		return nil
	case Truncate:
		return body[:len(body)/2]
	case Garbage:
		return noise(plan.noise, len(body))
	}
	return body
}

// noise makes n bytes of a throw of the dice. The first one stands in no text in UTF-8 and
// so in no JSON.
func noise(throw float64, n int) []byte {
	out := make([]byte, 0, n+8)
	for numbers := numbersOf(throw); len(out) < n; {
		out = binary.LittleEndian.AppendUint64(out, numbers.next())
	}
	if n > 0 {
		out[0] = 0xff
	}
	return out[:n]
}

// warnFault warns of answers that never arrive.
func (t *Then) warnFault(warnings *report, at place) {
	if !t.Fault.Lost() {
		return
	}
	for _, e := range []effect{errorEffect, replyEffect, patchEffect} {
		if e.used(t) {
			warnings.add(at.name(e.key), quote(e.key)+" has no effect: "+string(t.Fault.Kind)+" loses the answer",
				"remove one of them, or write fault: truncate")
		}
	}
}
