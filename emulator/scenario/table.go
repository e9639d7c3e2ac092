package scenario

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// table holds compiled rules by name and finds them by pattern and fact.
type table struct {
	rules  map[string]*compiled
	groups map[string]*group // by the text of the pattern
	spans  []*compiled       // of a base table: those whose until is a length of time
	number int
}

// group is all rules of one pattern.
type group struct {
	pattern
	plain run         // without an equality in where
	facts []factIndex // few: the facts that are used as an index, in order of first use
	size  int
}

// factIndex finds rules by the value of one fact.
type factIndex struct {
	name  string
	rules map[string]run
}

func newTable() *table { return &table{rules: map[string]*compiled{}, groups: map[string]*group{}} }

// inOrder lists the rules in the order in which they were added.
func (t *table) inOrder() []*compiled {
	all := slices.Collect(maps.Values(t.rules))
	slices.SortFunc(all, func(a, b *compiled) int { return cmp.Compare(a.number, b.number) })
	return all
}

// matching lists the groups that take in a route, the earliest made first.
func (t *table) matching(to route) []*group {
	var found []*group
	for _, text := range sortedKeys(t.groups) {
		if g := t.groups[text]; g.matches(to) {
			found = append(found, g)
		}
	}
	return found
}

func (g *group) matches(to route) bool { return g.pattern.matches(to.method, segments(to.path)) }

// add adds a rule behind all others and returns the groups that it made.
func (t *table) add(c *compiled) (made []*group) {
	t.number++
	c.number = t.number
	t.rules[c.name] = c
	for _, p := range c.patterns {
		g := t.groups[p.text]
		if g == nil {
			g = &group{pattern: p}
			t.groups[p.text] = g
			made = append(made, g)
		}
		g.add(c)
	}
	return made
}

// remove takes a rule out and returns the groups that it leaves empty.
func (t *table) remove(c *compiled) (gone []*group) {
	delete(t.rules, c.name)
	for _, p := range c.patterns {
		g := t.groups[p.text]
		if g == nil {
			continue
		}
		g.remove(c)
		if g.size == 0 {
			delete(t.groups, p.text)
			gone = append(gone, g)
		}
	}
	return gone
}

func (g *group) add(c *compiled) {
	g.size++
	if c.index == "" {
		g.plain = append(g.plain, c)
		return
	}
	i := slices.IndexFunc(g.facts, func(f factIndex) bool { return f.name == c.index })
	if i < 0 {
		i = len(g.facts)
		g.facts = append(g.facts, factIndex{c.index, map[string]run{}})
	}
	for _, value := range c.values {
		g.facts[i].rules[value] = append(g.facts[i].rules[value], c)
	}
}

func (g *group) remove(c *compiled) {
	g.size--
	if c.index == "" {
		g.plain = g.plain.without(c)
		return
	}
	i := slices.IndexFunc(g.facts, func(f factIndex) bool { return f.name == c.index })
	rules := g.facts[i].rules
	for _, value := range c.values {
		if left := rules[value].without(c); len(left) > 0 {
			rules[value] = left
		} else {
			delete(rules, value)
		}
	}
	if len(rules) == 0 {
		g.facts = slices.Delete(g.facts, i, i+1)
	}
}

// without returns the list with a rule taken out.
func (r run) without(c *compiled) run {
	i, found := slices.BinarySearchFunc(r, c.number, func(other *compiled, number int) int {
		return cmp.Compare(other.number, number)
	})
	if !found {
		return r
	}
	return slices.Delete(r, i, i+1)
}

// find appends the lists that a fact leads to. Numbers are looked up without making a
// text of them.
func (f *factIndex) find(runs []run, value any) []run {
	switch v := value.(type) {
	case string:
		return f.lookUp(runs, v)
	case []string:
		for _, one := range v {
			runs = f.lookUp(runs, one)
		}
		return runs
	case []any:
		for _, one := range v {
			runs = f.find(runs, one)
		}
		return runs
	case int64:
		var digits [20]byte
		if list := f.rules[string(strconv.AppendInt(digits[:0], v, 10))]; len(list) > 0 {
			runs = append(runs, list)
		}
		return runs
	case json.Number:
		return f.lookUp(runs, numberKey(v.String()))
	}
	if key, ok := keyOf(value); ok {
		return f.lookUp(runs, key)
	}
	return runs
}

func (f *factIndex) lookUp(runs []run, key string) []run {
	if list := f.rules[key]; len(list) > 0 {
		runs = append(runs, list)
	}
	return runs
}
