package scenario

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// warn finds rules that can never act: an earlier rule without end takes every call that
// they match.
func warn(s *Scenario) Problems {
	r := &report{file: s.file}
	at := place{node: s.root}.key("rules")
	b := blockers{byPattern: map[string]map[string]int{}}
	for i := range s.Rules {
		rule := &s.Rules[i]
		if first, ok := b.blocked(rule); ok {
			r.add(at.index(i), fmt.Sprintf("%s can never act", shownRule(rule, i)),
				fmt.Sprintf("%s stands before it, matches the same %s and acts without end",
					shownRule(&s.Rules[first], first), rule.about()))
		}
		b.note(rule, i)
		rule.warnFate(r, at.index(i).key("then"))
		rule.warnEffects(r, at.index(i), s.Clock)
		if rule.ACH == MicroDeposit {
			r.add(at.index(i).key("ach"), shownRule(rule, i)+" can never act",
				"this version makes no transfers of micro-deposits; write deposit or withdrawal")
		}
	}
	slices.SortStableFunc(r.problems, func(a, b Problem) int { return a.Line - b.Line })
	return r.problems
}

// warnEffects warns of effects that do nothing, and of a rule that ends before it begins.
func (r *Rule) warnEffects(warnings *report, at place, clock Clock) {
	if !r.Until.At.IsZero() && !clock.Start.IsZero() && !r.Until.At.After(clock.Start) {
		warnings.add(at.key("until"), "the rule can never act: it ends before the world begins", "the clock starts at "+
			clock.Start.Format(time.RFC3339))
	}
	r.Then.warnFault(warnings, at.key("then"))
	for i := range r.Then.InTurn {
		r.Then.InTurn[i].warnFault(warnings, at.key("then").index(i))
	}
	r.warnRateLimit(warnings, at)
}

func shownRule(rule *Rule, i int) string {
	if rule.Name != "" {
		return "the rule " + quote(rule.Name)
	}
	return fmt.Sprintf("rule %d", i+1)
}

// blockers are the rules that act on every call that they match, by the text of their
// patterns and then of their where.
type blockers struct {
	byPattern map[string]map[string]int
	wild      []pattern
}

// note remembers a rule if it lets no call through.
func (b *blockers) note(rule *Rule, i int) {
	if rule.Skip > 0 || rule.Times > 0 || rule.Every > 1 || rule.Chance > 0 && rule.Chance < 1 ||
		rule.Until != (Until{}) || rule.Then.RateLimit != nil || len(rule.Then.InTurn) > 0 && !rule.Repeat {
		return
	}
	where := whereText(rule.Where)
	for _, one := range rule.patterns() {
		p := parsePattern(one)
		if b.byPattern[p.text] == nil {
			b.byPattern[p.text] = map[string]int{}
			if p.wild {
				b.wild = append(b.wild, p)
			}
		}
		if _, ok := b.byPattern[p.text][where]; !ok {
			b.byPattern[p.text][where] = i
		}
	}
}

// blocked finds the first rule that takes all calls of a rule's first pattern, if each of
// its patterns is taken by some.
func (b *blockers) blocked(rule *Rule) (first int, ok bool) {
	where := whereText(rule.Where)
	first = -1
	for _, one := range rule.patterns() {
		by, ok := b.taken(parsePattern(one), where)
		if !ok {
			return 0, false
		}
		if first < 0 {
			first = by
		}
	}
	return first, first >= 0
}

func (b *blockers) taken(p pattern, where string) (int, bool) {
	covering := []string{p.text}
	if _, path, found := strings.Cut(p.text, " "); found {
		covering = append(covering, path)
	}
	for _, w := range b.wild {
		if w.covers(p) {
			covering = append(covering, w.text)
		}
	}
	for _, text := range covering {
		for _, condition := range []string{"", where} {
			if i, ok := b.byPattern[text][condition]; ok {
				return i, true
			}
		}
	}
	return 0, false
}

// whereText is the same for conditions that are the same.
func whereText(where Where) string {
	if len(where) == 0 {
		return ""
	}
	n := &node{kind: mapping}
	for _, fact := range sortedKeys(where) {
		n.put(fact, where[fact].encodeNode())
	}
	return string(renderJSON(nil, n))
}
