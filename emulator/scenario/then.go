package scenario

import (
	"reflect"
	"slices"
	"time"

	"tweed/emulator/internal/catalogue"
)

// Then says what a rule does. In a file it is one of these, or several that go together:
//
//	then: {error: ITEM_LOGIN_REQUIRED}        # see ErrorSpec
//	then: {status: 502, body: "<html>...">}   # this answer instead of the operation's
//	then: {delay: 300ms}                      # see Delay; goes with all others
//	then: {patch: {set: {/accounts/0/mask: null}, omit: [/request_id]}}   # see Patch
//	then: {fault: reset}                      # see Fault
//	then: {rate_limit: {limit: 15, window: 1m, per: item}}   # see RateLimit
//	then: [{error: PRODUCT_NOT_READY}, pass, {delay: 2s}]                 # in turn
//
// In a rule at ach: it is exactly one of these, each with or without after:
//
//	then: {return: R01, after: 2 banking days}   # the transfer settles and comes back
//	then: {noc: C01}                             # it settles; the bank data are corrected, see NOC
//	then: {reject: NSF}                          # it is refused
//	then: {stay: PENDING, after: 48h}            # it stops in a state, here for two days
//
// In a rule at webhook: it is one of these; duplicate and delay go together:
//
//	then: {drop: true}      # it is lost
//	then: {duplicate: 1}    # it comes once more
//	then: {delay: 2h}       # it comes late, by world time
//	then: {reorder: true}   # the next one to the same receiver comes first
//
// In a rule at link: it is one of these, or several that go together; a patch is of the metadata:
//
//	then: {exit: INSTITUTION_DOWN}              # see Exit
//	then: {omit: [account_id]}
//	then: {patch: {set: {/account_id: null}}}
//
// A list is used in turn, one entry for each call that the rule acts on; when it is used
// up, the rule is spent (but see Rule.Times and Rule.Repeat). The entry "pass" lets its
// call, transfer or webhook through unchanged.
type Then struct {
	// Error is a row of the error catalogue.
	Error *ErrorSpec `yaml:"error"`
	// Status is the HTTP status of a hand-made answer; 200 if only Body is given.
	Status int `yaml:"status"`
	// Body of the hand-made answer: JSON, or text that is sent as it is.
	Body any `yaml:"body"`
	// Delay holds the answer back, in wall time; a webhook, in world time.
	Delay Delay `yaml:"delay"`
	// Patch changes the good answer of the operation.
	Patch Patch `yaml:"patch"`
	// Fault loses or damages the answer on the wire.
	Fault Fault `yaml:"fault"`
	// RateLimit answers calls too many with an error. It stands in no list.
	RateLimit *RateLimit `yaml:"rate_limit"`
	// Return is a Nacha return code, R01 to R85. A code that does not answer the transfer's
	// direction or its class is warned of.
	Return string `yaml:"return"`
	// NOC is a notification of change.
	NOC NOC `yaml:"noc"`
	// Reject is one of Sentinel's reject reasons, see RejectReasons.
	Reject string `yaml:"reject"`
	// Stay is the state in which a transfer stops, see StayStates. An approval that comes
	// meanwhile is kept until it goes on; a cancel or a rejection ends the stay.
	Stay string `yaml:"stay"`
	// After is how long it takes, in world time. A return and a notification come so long
	// after COMPLETE; without it, after 2 banking days. Codes of the ACH operator come so
	// long after SENT_TO_BANK; without it, after an hour. A rejection comes so long after
	// the transfer was made; without it, at once. A stay lasts so long; without it, for good.
	After Span `yaml:"after"`
	// Drop loses the webhook.
	Drop bool `yaml:"drop"`
	// Duplicate is how many more times the webhook comes.
	Duplicate int `yaml:"duplicate"`
	// Reorder lets the next webhook to the same receiver go first. One that no other follows
	// within an hour of world time goes then.
	Reorder bool `yaml:"reorder"`
	// Exit ends Link without a public token.
	Exit *Exit `yaml:"exit"`
	// Omit leaves members of Link's metadata out. What is deeper, or null, is a Patch of them.
	Omit []string `yaml:"omit"`
	// InTurn are the entries of a list; then nothing else is set.
	InTurn []Then
}

// Error is the Then that answers with a row of the error catalogue, by CODE or
// TYPE/CODE.
func Error(code string) Then { return Then{Error: &ErrorSpec{Code: code}} }

// use is one use of a rule: what an effect may know when it acts.
type use struct {
	path     string // as the contract has it
	rule     *compiled
	number   uint64 // of this use, from 1
	progress Progress
}

// action is a prepared effect: it writes itself into the plan.
type action func(*Plan, use)

// effect is one thing that a rule can do to a call. A further effect is a file with one
// of these, its member in Then (and what it needs in Plan), and its place in the list.
type effect struct {
	key     string // under then
	instead bool   // it answers instead of the operation
	good    bool   // it needs the operation's good answer
	seats   seat   // what it is for, if not for calls alone
	used    func(*Then) bool
	check   func(r *report, rule *Rule, t *Then, at place)
	prepare func(t *Then) action
}

// effects are all there are, in the order in which they act.
var effects = []effect{
	delayEffect, errorEffect, replyEffect, rateLimitEffect, patchEffect, faultEffect,
	returnEffect, nocEffect, rejectEffect, stayEffect, afterEffect,
	dropEffect, duplicateEffect, reorderEffect,
	exitEffect, omitEffect,
}

const wordPass = "pass"

// decodeNode takes a mapping, or a list of mappings and "pass".
func (t *Then) decodeNode(r *report, n *node, at place) {
	if n.kind != list {
		if n.kind == scalar && n.sort == text && len(catalogue.Find(n.value)) > 0 {
			r.add(at, "here stands "+n.what(), "write {error: "+n.value+"}")
			return
		}
		if n.kind == scalar && slices.Contains(faultKinds, n.value) {
			r.add(at, "here stands "+n.what(), "write {fault: "+n.value+"}")
			return
		}
		if n.kind == scalar && slices.Contains(wordsOfWebhook, n.value) {
			r.add(at, "here stands "+n.what(), "write {"+n.value+": true}")
			return
		}
		if key := fateKey(n); key != "" {
			r.add(at, "here stands "+n.what(), "write {"+key+": "+n.value+"}")
			return
		}
		r.decodeStruct(n, reflect.ValueOf(t).Elem(), at)
		return
	}
	t.InTurn = make([]Then, len(n.items))
	for i, item := range n.items {
		below := at.index(i)
		below.node = item
		switch {
		case item.kind == scalar && item.value == wordPass:
		case item.kind == mapping:
			r.decodeStruct(item, reflect.ValueOf(&t.InTurn[i]).Elem(), below)
		default:
			r.add(below, "here stands "+item.what(), "an entry of the list is a mapping such as {error: CODE}, or pass")
		}
	}
}

// schema takes a mapping, or a list of mappings and "pass". In a list an empty mapping is
// one more way to write pass.
func (Then) schema(d *describer) schema {
	d.define("Effects", func() schema { return d.members(reflect.TypeFor[Then]()) })
	return d.about(anyOf(
		schema{"allOf": []schema{ref("Effects"), {"minProperties": 1}}},
		schema{"type": "array", "items": anyOf(schema{"const": wordPass}, ref("Effects")), "minItems": 1},
	), "Then", "")
}

func (Then) limits() limits {
	codes, titles := returnCodes()
	return limits{
		keys: map[string]schema{
			"status": integer(200, 599),
			"return": {"enum": codes, "enumDescriptions": titles},
			"reject": words(rejectReasons...),
			"stay":   words(StayStates()...),
			"drop":   {"const": true}, "reorder": {"const": true}, "duplicate": integer(1, maxDuplicate),
			"omit": {"type": "array", "items": words(linkMembers...), "minItems": 1},
		},
		whole: schema{"type": "object"},
	}
}

func (t Then) encodeNode() *node {
	if len(t.InTurn) > 0 {
		n := &node{kind: list}
		for _, one := range t.InTurn {
			n.items = append(n.items, one.encodeNode())
		}
		return n
	}
	type members Then
	n := encode(reflect.ValueOf(members(t)))
	if len(n.keys) == 0 {
		return textNode(wordPass)
	}
	return n
}

// check reports what a rule cannot do.
func (t *Then) check(r *report, rule *Rule, at place) {
	if len(t.InTurn) == 0 {
		if t.checkOne(r, rule, at) == 0 {
			r.add(at, "the rule does nothing", "say what it does, for example then: "+rule.example())
		}
		return
	}
	if t.checkOne(r, rule, at) > 0 {
		r.add(at, "InTurn stands beside other effects", "use one of both")
	}
	for i := range t.InTurn {
		if len(t.InTurn[i].InTurn) > 0 {
			r.add(at.index(i), "a list stands in a list", "write one list")
			continue
		}
		t.InTurn[i].checkOne(r, rule, at.index(i))
	}
}

// checkOne checks one entry and counts its effects.
func (t *Then) checkOne(r *report, rule *Rule, at place) int {
	var instead, good string
	number := 0
	for _, e := range effects {
		if !e.used(t) && !at.has(e.key) {
			continue
		}
		number++
		if e.misplaced(r, rule, at) {
			continue
		}
		e.check(r, rule, t, at)
		if e.instead && instead != "" {
			r.add(at.name(e.key), quote(e.key)+" and "+quote(instead)+" both "+e.makes(), e.both(instead))
		}
		if e.instead {
			instead = e.key
		}
		if e.good {
			good = e.key
		}
	}
	if instead != "" && good != "" {
		r.add(at.name(good), quote(good)+" changes the operation's good answer, but "+quote(instead)+" replaces it",
			"remove one of them")
	}
	return number
}

// makes says what an effect that excludes others does.
func (e effect) makes() string {
	switch e.at() {
	case atACH:
		return "decide what becomes of the transfer"
	case atWebhook:
		return "decide what becomes of the webhook"
	case atLink:
		return "decide how Link ends"
	case atCall:
	}
	return "make the answer"
}

// both says how two effects that exclude each other are written as one.
func (e effect) both(other string) string {
	switch {
	case e.key == "status" && other == "error":
		return "to change the status of an error write {error: {code: CODE, status: 503}}"
	case e.key == "rate_limit" && other == "error":
		return "the error of a limit stands in it: {rate_limit: {..., error: CODE}}"
	}
	return "remove one of them"
}

// prepare makes the actions of one entry.
func (t *Then) prepare() []action {
	var all []action
	for _, e := range effects {
		if e.used(t) {
			all = append(all, e.prepare(t))
		}
	}
	return all
}

// Plan is what a rule does to one call. The zero Plan does nothing.
type Plan struct {
	// Rule is the name of the rule that acts; "" = none.
	Rule string
	// Error is the answer, nil if the rule gives none. It is shared: do not change it.
	Error *catalogue.Error
	// Status of a hand-made answer; 0 = the rule makes none.
	Status int
	// Body of the hand-made answer, JSON or other text. It is shared: do not change it.
	Body []byte
	// Delay is the wall time by which the answer is held back.
	Delay time.Duration
	// Patch changes the good answer of the operation.
	Patch Patch
	// Fault loses or damages the answer on the wire.
	Fault Fault

	fate    Fate    // of a transfer
	sending Sending // of a webhook
	ending  Ending  // of Link
	noise   float64 // the throw that garbage is made of
	acted   *compiled
	passed  []*compiled
	taken   []taken // windows of rate limits that have room for the call
}
