package scenario

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"tweed/emulator/internal/catalogue"
)

// RateLimit lets so many calls pass in a window of world time and answers all others with
// an error. The calls that pass come to later rules.
//
//	rate_limit: {limit: 15, window: 1m, per: item}
//
// A window begins with the first call that it counts and ends when its time is over; the
// next call after that begins another. Calls that it refuses are not counted, nor are those
// that fail by the client's own fault. All calls that the rule is about share its windows.
type RateLimit struct {
	// Limit is how many calls pass in a window, from 1.
	Limit int `yaml:"limit"`
	// Window is how long a window lasts.
	Window Span `yaml:"window"`
	// Per says who has windows of its own: each item (the fact item) or each client
	// (client_id). A call without that fact is not limited. World, or "", is one window for
	// all calls of the world.
	Per string `yaml:"per"`
	// Error is the answer. Nil is the rate limit of the endpoint, which for some of Plaid's
	// is another one per client; where the vendor has none it is Plaid's RATE_LIMIT.
	Error *ErrorSpec `yaml:"error"`
}

func (RateLimit) limits() limits {
	return limits{
		keys:  map[string]schema{"limit": integer(1, math.MaxInt32), "per": words(sortedKeys(perFact)...)},
		whole: schema{"type": "object", "required": []string{"limit", "window"}},
	}
}

// Bucket is one window of a rate limit.
type Bucket struct {
	Ends time.Time `json:"ends"` // world time; the window is open before it
	Used uint64    `json:"used"` // calls that it has let pass
}

// perFact are the words of per with the facts that they mean.
var perFact = map[string]string{"": "", "world": "", "item": "item", "client": "client_id"}

var rateLimitEffect = effect{
	key:     "rate_limit",
	instead: true,
	used:    func(t *Then) bool { return t.RateLimit != nil },
	check: func(r *report, rule *Rule, t *Then, at place) {
		if t.RateLimit != nil {
			t.RateLimit.check(r, rule, t, at.key("rate_limit"))
		}
	},
	prepare: func(t *Then) action {
		l := *t.RateLimit
		return func(p *Plan, u use) { p.Error = l.errorAt(u.path) }
	},
}

func (l *RateLimit) check(r *report, rule *Rule, t *Then, at place) {
	if t != &rule.Then {
		r.add(at, "a rate limit stands in a list", "it counts calls by itself: write a rule of its own")
		return
	}
	if l.Limit < 1 {
		r.add(at.key("limit"), "limit is "+strconv.Itoa(l.Limit), "the least is 1: how many calls pass in a window")
	}
	switch w := l.Window; {
	case w == Span{} && !at.has("window"):
		r.add(at, "the rate limit has no window", "write for example window: 1m")
	case w.Duration < 0 || w.BankingDays < 0 || w == Span{}:
		r.add(at.key("window"), "the window is not above 0", "write for example 1m")
	case w.Duration > 0 && w.BankingDays > 0:
		r.add(at.key("window"), "the window is in hours and in banking days", "use one of both")
	}
	if _, ok := perFact[l.Per]; !ok || l.Per == "" && at.has("per") {
		r.add(at.key("per"), quote(l.Per)+" has no windows of its own", meant(l.Per, []string{"item", "client", "world"}))
	}
	if l.Error != nil {
		l.Error.check(r, rule.Call, at.key("error"))
	}
}

// errorAt is the answer to a call too many.
func (l *RateLimit) errorAt(path string) *catalogue.Error {
	switch {
	case l.Error != nil:
		return l.Error.at(path)
	case familyOf(path) == catalogue.Legacy:
		return catalogue.FindIn(catalogue.Legacy, legacyRateLimit)[0].New()
	case l.Per == "client":
		return catalogue.ClientRateLimit(path).New()
	}
	return catalogue.RateLimit(path).New()
}

// legacyRateLimit is the code of Plaid's old API.
const legacyRateLimit = "1113"

// taken is a window with a call that a rate limit lets pass.
type taken struct {
	rule, key string
	bucket    Bucket
}

// room returns the window that a call goes into, and whether there is room for it. A call
// without the fact by which windows are told apart goes into none: its key is "".
func (l *RateLimit) room(rule string, facts Facts, p Progress) (t taken, ok bool) {
	key := "world"
	if fact := perFact[l.Per]; fact != "" {
		var value any
		if facts != nil {
			value, _ = facts.Fact(fact)
		}
		text, isText := value.(string)
		if !isText || text == "" {
			return taken{}, true
		}
		key = text
	}
	b, now := p.Bucket(rule, key), p.Now()
	switch {
	case !now.Before(b.Ends):
		b = Bucket{Ends: l.Window.From(now), Used: 1}
	case b.Used >= uint64(max(0, l.Limit)):
		return taken{}, false
	default:
		b.Used++
	}
	return taken{rule, key, b}, true
}

// warnRateLimit warns of limits that never limit, and of answers that no vendor gives.
func (r *Rule) warnRateLimit(warnings *report, at place) {
	l := r.Then.RateLimit
	if l == nil {
		return
	}
	at = at.key("then").key("rate_limit")
	var ops []operation
	for _, one := range r.Call.list() {
		ops = append(ops, parsePattern(one).operations()...)
	}
	if l.Per == "item" && !slices.ContainsFunc(ops, hasItem) {
		warnings.add(at.key("per"), fmt.Sprintf("no call of %s is about an item, so none is limited", r.Call),
			"write per: client or per: world")
	}
	ofPlaid := func(op operation) bool { return op.Family == catalogue.Plaid || op.Family == catalogue.Legacy }
	if l.Error == nil && !slices.ContainsFunc(ops, ofPlaid) {
		warnings.add(at, "Apex's answer to calls too many is not public; this one is Plaid's RATE_LIMIT",
			"give another one: rate_limit: {..., error: {code: CODE, status: 429}}")
	}
}

// hasItem says whether a call can be about an Item: by a token in the request, or by what
// Sentinel made of one.
func hasItem(op operation) bool {
	switch op.Family {
	case catalogue.Sentinel:
		return true
	case catalogue.Legit, ale:
		return false
	}
	return slices.ContainsFunc([]string{"access_token", "public_token", "processor_token", "link_token"}, op.Field)
}
