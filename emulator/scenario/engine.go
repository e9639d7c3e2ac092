package scenario

import (
	"slices"
	"strconv"
	"time"
)

// Call is one call that comes to the rules.
type Call struct {
	// Method and Path as the contract has them: what varies stands in braces.
	Method, Path string
	// OperationID is the vendor's name of the operation; it is not looked at.
	OperationID string
	// Facts answer what where asks.
	Facts Facts
}

// Progress is what a world knows of its rules: how often each was met. The engine itself
// keeps no state of a run.
type Progress interface {
	// Now is the world's time.
	Now() time.Time
	// Count reads a counter; one that was never set is 0.
	Count(key string) uint64
	SetCount(key string, n uint64)
	// Dice is a number from 0 to below 1, the same for the same key and try.
	Dice(key string, try uint64) float64
	// Bucket reads a window of a rule's rate limit; one that was never set is zero. A window
	// that is over may have been forgotten.
	Bucket(rule, key string) Bucket
	SetBucket(rule, key string, b Bucket)
	// ForgetBuckets drops all windows of a rule.
	ForgetBuckets(rule string)
}

// Engine decides what rules do to a call. The cost of a decision does not grow with the
// number of rules: they are found by their call and by the value of one fact. It does
// grow with the number of rules that have no equality in their where, match the same call
// and stand before the one that acts.
//
// An Engine belongs to one world and is used by whoever holds the world: it is not safe
// for concurrent use, but its clones are, one beside another.
type Engine struct {
	base    *table          // compiled once, shared by clones, never changed
	removed map[string]bool // names of base rules that are taken away
	added   *table          // rules that came later; newest first, before those of base
	number  int             // rules ever added
	routes  map[route]*way
}

// route is a method and a path of the contract.
type route struct{ method, path string }

// way is what matches a route.
type way struct{ added, base []*group }

// maxWays bounds the memory for paths that no contract has.
const maxWays = 4096

// Compile makes an engine of the rules of a scenario, asked in their order. The error is
// Problems.
func Compile(rules []Rule) (*Engine, error) {
	r := &report{}
	r.checkRules(rules, place{path: "rules"})
	if err := r.err(); err != nil {
		return nil, err
	}
	return compile(rules), nil
}

// compile makes an engine of checked rules.
func compile(rules []Rule) *Engine {
	e := &Engine{base: newTable(), added: newTable()}
	for i := range rules {
		c := newCompiled(&rules[i], nameOf(&rules[i], i))
		e.base.add(c)
		if c.until.For != (Span{}) {
			e.base.spans = append(e.base.spans, c)
		}
	}
	return e
}

// Clone returns an engine for another world: the scenario's rules, without those that
// were added to this one. It is cheap; the compiled rules are shared.
func (e *Engine) Clone() *Engine { return &Engine{base: e.base, added: newTable()} }

// Empty says whether there is no rule at all.
func (e *Engine) Empty() bool {
	return e == nil || len(e.added.rules) == 0 && len(e.base.rules) == len(e.removed)
}

// Names lists the rules in the order in which they are asked: added ones first, the
// newest before the others.
func (e *Engine) Names() []string {
	var names []string
	for _, c := range slices.Backward(e.added.inOrder()) {
		names = append(names, c.name)
	}
	for _, c := range e.base.inOrder() {
		if !e.removed[c.name] {
			names = append(names, c.name)
		}
	}
	return names
}

// Add adds a rule. It is asked before all others: the newest wish wins. A rule without a
// name is called "added 1" and so on. The error is Problems.
func (e *Engine) Add(rule Rule) error {
	if err := rule.Validate(); err != nil {
		return err
	}
	name := rule.Name
	if name == "" {
		name = "added " + strconv.Itoa(e.number+1)
	}
	if e.added.rules[name] != nil || e.base.rules[name] != nil && !e.removed[name] {
		return Problems{{
			Path: "rule " + quote(name) + ".name", What: "a second rule is called " + quote(name),
			Right: "names must differ; remove the first rule, or name this one otherwise",
		}}
	}
	e.number++
	for _, g := range e.added.add(newCompiled(&rule, name)) {
		for to, w := range e.routes {
			if g.matches(to) {
				w.added = append(w.added, g)
			}
		}
	}
	return nil
}

// Remove takes a rule away. It returns false if there is none of this name. The counters
// of the rule stay in the world's Progress; Forget resets them.
func (e *Engine) Remove(name string) bool {
	if c := e.added.rules[name]; c != nil {
		for _, g := range e.added.remove(c) {
			for _, w := range e.routes {
				w.added = slices.DeleteFunc(w.added, func(other *group) bool { return other == g })
			}
		}
		return true
	}
	if e.base.rules[name] == nil || e.removed[name] {
		return false
	}
	if e.removed == nil {
		e.removed = map[string]bool{}
	}
	e.removed[name] = true
	return true
}

// Forget sets the counters of a rule's name back, so that another rule of that name
// begins anew.
func Forget(name string, p Progress) {
	for _, key := range []string{metPrefix + name, usedPrefix + name, untilPrefix + name} {
		if p.Count(key) != 0 {
			p.SetCount(key, 0)
		}
	}
	p.ForgetBuckets(name)
}

// Used returns how often a rule has acted.
func Used(name string, p Progress) uint64 { return p.Count(usedPrefix + name) }

// way finds the groups that match a route.
func (e *Engine) way(to route) *way {
	if w := e.routes[to]; w != nil {
		return w
	}
	if e.routes == nil || len(e.routes) >= maxWays {
		e.routes = map[route]*way{}
	}
	w := &way{added: e.added.matching(to), base: e.base.matching(to)}
	e.routes[to] = w
	return w
}

// Decide returns what the first rule that matches and acts does to a call; the zero Plan
// if there is none. Nothing is counted yet: see Plan.Commit.
func (e *Engine) Decide(call Call, p Progress) Plan {
	if e.Empty() {
		return Plan{}
	}
	w := e.way(route{call.Method, call.Path})
	if len(w.added) == 0 && len(w.base) == 0 {
		return Plan{}
	}
	d := decision{facts: call.Facts, progress: p}
	if !d.ask(w.added, true, nil) && !d.ask(w.base, false, e.removed) {
		return Plan{passed: d.passed, taken: d.taken}
	}
	return d.act(call.Path)
}

// Commit counts what was decided. It is called once for a call that came to the point
// where rules act, also when no rule acts: calls that a rule let pass are counted, too.
// It is not called for a call that failed before by the client's own fault, so that such
// a call does not use a rule up. The zero Plan counts nothing.
func (plan *Plan) Commit(p Progress) {
	for _, c := range plan.passed {
		c.meet(p)
	}
	for _, t := range plan.taken {
		p.SetBucket(t.rule, t.key, t.bucket)
	}
	plan.use(p)
}

// Arrive counts the rule that acts when the call arrives. Commit, if the call comes that
// far, then counts only the rules that let it pass.
func (plan *Plan) Arrive(p Progress) {
	plan.use(p)
	plan.acted = nil
}

// use counts the rule that acts.
func (plan *Plan) use(p Progress) {
	if c := plan.acted; c != nil {
		c.meet(p)
		p.SetCount(c.usedKey, p.Count(c.usedKey)+1)
	}
}

// meet counts a call that a rule has met, where that matters.
func (c *compiled) meet(p Progress) {
	if c.counted {
		p.SetCount(c.metKey, p.Count(c.metKey)+1)
	}
}
