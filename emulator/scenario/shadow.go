package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// blockers are the rules that let no call through that they match, found by the text of
// their patterns and then by a value of their where: the work for a rule does not grow
// with the number of those that ask for other values.
type blockers struct {
	rules     []Rule
	byPattern map[string]*blocks
	wild      []pattern
}

// blocks are the blockers of one pattern, by their numbers.
type blocks struct {
	plain   []int // without an equality in where
	byValue map[factValue][]int
}

type factValue struct{ fact, key string }

// note remembers a rule if it lets no call through.
func (b *blockers) note(rule *Rule, i int) {
	if !rule.endless() {
		return
	}
	for _, one := range rule.patterns() {
		p := parsePattern(one)
		if b.byPattern[p.text] == nil {
			b.byPattern[p.text] = &blocks{byValue: map[factValue][]int{}}
			if p.wild {
				b.wild = append(b.wild, p)
			}
		}
		b.byPattern[p.text].note(rule, i)
	}
}

func (b *blocks) note(rule *Rule, i int) {
	for _, fact := range sortedKeys(rule.Where) {
		values := rule.Where[fact].AnyOf
		for _, value := range values {
			for _, key := range keysOf(value) {
				at := factValue{fact, key}
				if list := b.byValue[at]; len(list) == 0 || list[len(list)-1] != i {
					b.byValue[at] = append(list, i)
				}
			}
		}
		if len(values) > 0 {
			return
		}
	}
	b.plain = append(b.plain, i)
}

// warn reports a rule that can never act, or an entry of its lists for which it cannot,
// because of rules before it. It returns true for a rule that can never act.
func (b *blockers) warn(r *report, i int, at place) bool {
	rule := &b.rules[i]
	if first, ok := b.takesAll(rule.patterns(), rule.Where); ok {
		r.add(at, shownRule(rule, i)+" can never act", b.because(first, "matches the same "+rule.about()))
		return true
	}
	for n, one := range rule.Call.list() {
		if first, ok := b.takes(parsePattern(one), rule.Where); ok {
			r.add(at.key("call").index(n), shownRule(rule, i)+" never acts on "+one, b.because(first, "matches the same calls"))
		}
	}
	return b.warnValues(r, i, at)
}

// warnValues reports values that rules before it take.
func (b *blockers) warnValues(r *report, i int, at place) bool {
	rule := &b.rules[i]
	for _, fact := range sortedKeys(rule.Where) {
		values := rule.Where[fact].AnyOf
		if len(values) < 2 {
			continue
		}
		taken := map[int]int{}
		for n, value := range values {
			narrow := maps.Clone(rule.Where)
			narrow[fact] = Is(value)
			if first, ok := b.takesAll(rule.patterns(), narrow); ok {
				taken[n] = first
			}
		}
		if len(taken) == len(values) {
			r.add(at, shownRule(rule, i)+" can never act",
				b.because(taken[0], fmt.Sprintf("takes %s %s, and others take the rest", fact, show(values[0]))))
			return true
		}
		for _, n := range slices.Sorted(maps.Keys(taken)) {
			r.add(at.key("where").key(fact).index(n), fmt.Sprintf("%s never acts where %s is %s", shownRule(rule, i), fact,
				show(values[n])), b.because(taken[n], "takes those "+rule.about()))
		}
	}
	return false
}

func (b *blockers) because(first int, does string) string {
	return shownRule(&b.rules[first], first) + " stands before it, " + does + " and acts without end"
}

// takesAll says whether each of some patterns is taken, and returns the rule that takes
// the first.
func (b *blockers) takesAll(patterns []string, where Where) (first int, ok bool) {
	first = -1
	for _, one := range patterns {
		by, ok := b.takes(parsePattern(one), where)
		if !ok {
			return 0, false
		}
		if first < 0 {
			first = by
		}
	}
	return first, first >= 0
}

// takes finds the first rule that takes all that a pattern and conditions let in.
func (b *blockers) takes(p pattern, where Where) (int, bool) {
	covering := []*blocks{b.byPattern[p.text]}
	if _, path, found := strings.Cut(p.text, " "); found {
		covering = append(covering, b.byPattern[path])
	}
	for _, w := range b.wild {
		if w.covers(p) {
			covering = append(covering, b.byPattern[w.text])
		}
	}
	first := -1
	for _, group := range covering {
		if group == nil {
			continue
		}
		for _, i := range group.candidates(where) {
			if (first < 0 || i < first) && impliesAll(where, b.rules[i].Where) {
				first = i
				break
			}
		}
	}
	return first, first >= 0
}

// candidates are the blockers that may take what some conditions let in, by number.
func (b *blocks) candidates(where Where) []int {
	all := slices.Clone(b.plain)
	for _, fact := range sortedKeys(where) {
		if values := where[fact].AnyOf; len(values) > 0 {
			for _, key := range keysOf(values[0]) {
				all = append(all, b.byValue[factValue{fact, key}]...)
			}
		}
	}
	slices.Sort(all)
	return all
}

// impliesAll says whether the second conditions hold wherever the first do.
func impliesAll(narrow, wide Where) bool {
	for fact, condition := range wide {
		have, ok := narrow[fact]
		if !ok || !have.implies(condition) {
			return false
		}
	}
	return true
}

// implies says whether another condition holds wherever this one does.
func (c Condition) implies(wide Condition) bool {
	bounded := c.Min != nil || c.Max != nil
	switch {
	case wide.Missing:
		return c.Missing || c.each(func(value any) bool { return value == nil })
	case wide.Present:
		return c.Present || bounded || c.each(func(value any) bool { return value != nil })
	case wide.Min == nil && wide.Max == nil:
		return c.among(wide.AnyOf)
	case bounded:
		return (wide.Min == nil || c.Min != nil && *c.Min >= *wide.Min) &&
			(wide.Max == nil || c.Max != nil && *c.Max <= *wide.Max)
	}
	return c.each(func(value any) bool { return wide.holds(value, true) })
}

// each says whether the condition asks for values, and all of them are as asked.
func (c Condition) each(is func(value any) bool) bool {
	return len(c.AnyOf) > 0 && !slices.ContainsFunc(c.AnyOf, func(value any) bool { return !is(value) })
}

// among says whether the condition asks for values that are all among some others.
func (c Condition) among(values []any) bool {
	var keys []string
	for _, value := range values {
		keys = append(keys, keysOf(value)...)
	}
	return c.each(func(value any) bool {
		return !slices.ContainsFunc(keysOf(value), func(key string) bool { return !slices.Contains(keys, key) })
	})
}
