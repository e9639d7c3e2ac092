package scenario

import "slices"

// Prefixes of the counters of a rule in a world's Progress: how many calls it met, and on
// how many it acted.
const (
	metPrefix  = "met:"
	usedPrefix = "used:"
	// untilPrefix is where a rule ends whose until is a length of time, in nanoseconds since
	// 1970.
	untilPrefix = "until:"
)

// compiled is a rule in a form to decide with.
type compiled struct {
	name     string
	source   *Rule // as it was written
	number   int   // order of adding to its table
	patterns []pattern
	where    []question // without the index
	index    string     // the fact by which the rule is found, "" = none
	values   []string   // the values of that fact, as keys

	skip, every, times uint64 // every at least 1; times 0 = without end
	chance             float64
	counted            bool // it matters how many calls the rule has met
	until              Until
	limit              *RateLimit // acts on calls too many only
	turns              [][]action

	metKey, usedKey, untilKey, delayKey string
}

// question is one condition of where.
type question struct {
	fact string
	Condition
}

// first are the facts by which rules are found, the most telling first. Others follow in
// the order of the alphabet.
var first = []string{
	"item", "item_alias", "access_token", "external_transfer_id", "account_id", "client_user_id",
	"account", "world", "account_mask", "user", "institution_id", "client_id",
}

func newCompiled(r *Rule, name string) *compiled {
	c := &compiled{
		name: name, source: r, skip: uint64(max(0, r.Skip)), every: uint64(max(1, r.Every)), times: uint64(max(0, r.Times)),
		chance: r.Chance, until: r.Until, limit: r.Then.RateLimit,
		metKey: metPrefix + name, usedKey: usedPrefix + name, untilKey: untilPrefix + name, delayKey: name + " delay",
	}
	c.counted = r.Skip > 0 || r.Every > 1 || r.Chance > 0 && r.Chance < 1
	for _, one := range r.patterns() {
		p := parsePattern(one)
		if !slices.ContainsFunc(c.patterns, func(other pattern) bool { return other.text == p.text }) {
			c.patterns = append(c.patterns, p)
		}
	}
	c.chooseIndex(r.Where)
	for _, fact := range sortedKeys(r.Where) {
		if fact != c.index {
			c.where = append(c.where, question{fact, r.Where[fact]})
		}
	}
	turns := r.Then.InTurn
	if len(turns) == 0 {
		turns = []Then{r.Then}
	} else if c.times == 0 && !r.Repeat {
		c.times = uint64(len(turns))
	}
	for i := range turns {
		c.turns = append(c.turns, turns[i].prepare())
	}
	return c
}

// chooseIndex picks the equality by which the rule is found.
func (c *compiled) chooseIndex(where Where) {
	for _, fact := range append(slices.Clone(first), sortedKeys(where)...) {
		condition := where[fact]
		if len(condition.AnyOf) == 0 {
			continue
		}
		c.index = fact
		for _, value := range condition.AnyOf {
			for _, key := range keysOf(value) {
				if !slices.Contains(c.values, key) {
					c.values = append(c.values, key)
				}
			}
		}
		return
	}
}

// fits says whether the conditions hold for a call, beside the one by which the rule was
// found.
func (c *compiled) fits(facts Facts) bool {
	for i := range c.where {
		q := &c.where[i]
		var value any
		var there bool
		if facts != nil {
			value, there = facts.Fact(q.fact)
		}
		if !q.holds(value, there) {
			return false
		}
	}
	return true
}

// due says whether the rule acts on the call that it meets now, and which use that is,
// from 1. For a spent rule the call does not even count.
func (c *compiled) due(p Progress) (number uint64, acts, spent bool) {
	if c.over(p) {
		return 0, false, true
	}
	number = p.Count(c.usedKey)
	if c.times > 0 && number >= c.times {
		return 0, false, true
	}
	if !c.counted {
		return number + 1, true, false
	}
	met := p.Count(c.metKey) + 1
	if met <= c.skip || (met-c.skip)%c.every != 0 {
		return 0, false, false
	}
	if c.chance > 0 && c.chance < 1 && p.Dice(c.name, met) >= c.chance {
		return 0, false, false
	}
	return number + 1, true, false
}

// decision is one walk along the rules that may match a call.
type decision struct {
	facts    Facts
	progress Progress
	passed   []*compiled // rules that match but do not act
	taken    []taken     // windows of rate limits that do not act
	acts     *compiled
	number   uint64 // of the use of the rule that acts
}

// run is a list of rules in the order of their numbers, walked from one of its ends.
type run []*compiled

// ask walks the rules of some groups in order and says whether one acts.
func (d *decision) ask(groups []*group, newest bool, removed map[string]bool) bool {
	var few [8]run
	runs := d.runs(few[:0], groups)
	var last *compiled
	for {
		c := next(runs, newest)
		if c == nil {
			return false
		}
		if c == last || len(removed) > 0 && removed[c.name] || !c.fits(d.facts) {
			continue
		}
		last = c
		number, acts, spent := c.due(d.progress)
		if acts && !d.passes(c) {
			d.acts, d.number = c, number
			return true
		}
		if !spent && c.counted {
			d.passed = append(d.passed, c)
		}
	}
}

// passes says whether a rule is a rate limit that has room for the call.
func (d *decision) passes(c *compiled) bool {
	if c.limit == nil {
		return false
	}
	t, ok := c.limit.room(c.name, d.facts, d.progress)
	if t.key != "" {
		d.taken = append(d.taken, t)
	}
	return ok
}

// runs collects the lists of rules that may match: those without an index, and those
// that the call's facts lead to.
func (d *decision) runs(runs []run, groups []*group) []run {
	for _, g := range groups {
		if len(g.plain) > 0 {
			runs = append(runs, g.plain)
		}
		if d.facts == nil {
			continue
		}
		for i := range g.facts {
			f := &g.facts[i]
			if value, there := d.facts.Fact(f.name); there {
				runs = f.find(runs, value)
			}
		}
	}
	return runs
}

// next takes the foremost rule off the lists.
func next(runs []run, newest bool) *compiled {
	var found *compiled
	at := -1
	for i, list := range runs {
		if len(list) == 0 {
			continue
		}
		c := list[0]
		if newest {
			c = list[len(list)-1]
		}
		if found == nil || newest && c.number > found.number || !newest && c.number < found.number {
			found, at = c, i
		}
	}
	switch {
	case at < 0:
		return nil
	case newest:
		runs[at] = runs[at][:len(runs[at])-1]
	default:
		runs[at] = runs[at][1:]
	}
	return found
}

// act makes the plan of the rule that acts.
func (d *decision) act(path string) Plan {
	c := d.acts
	plan := Plan{Rule: c.name, acted: c, passed: d.passed, taken: d.taken}
	u := use{path: path, rule: c, number: d.number, progress: d.progress}
	for _, action := range c.turns[(d.number-1)%uint64(len(c.turns))] {
		action(&plan, u)
	}
	return plan
}
