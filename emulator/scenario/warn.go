package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// warn finds what is allowed but cannot be meant: rules that can never act, in whole or
// in part, and expectations that nothing can meet.
func warn(s *Scenario) Problems {
	r := &report{file: s.file}
	at := place{node: s.root}
	ownAccounts := s.mentions("custom") // an Item may have accounts that its user does not bring
	b := blockers{rules: s.Rules, byPattern: map[string]*blocks{}}
	for i := range s.Rules {
		rule, below := &s.Rules[i], at.key("rules").index(i)
		if !b.warn(r, i, below) {
			b.note(rule, i)
		}
		rule.warnFate(r, below.key("then"))
		rule.warnEffects(r, below, s.Clock)
		rule.warnTurns(r, below)
		rule.warnFacts(r, below)
		rule.warnValues(r, below, ownAccounts)
	}
	s.warnExpectations(r, at)
	slices.SortStableFunc(r.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
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

// endless says whether a rule acts on every call that it matches.
func (r *Rule) endless() bool {
	return r.Skip <= 0 && r.Times <= 0 && r.Every <= 1 && (r.Chance <= 0 || r.Chance >= 1) &&
		r.Until == (Until{}) && r.Then.RateLimit == nil && (len(r.Then.InTurn) == 0 || r.Repeat)
}

// warnTurns reports entries of a list that times does not come to.
func (r *Rule) warnTurns(warnings *report, at place) {
	if r.Times > 0 && len(r.Then.InTurn) > r.Times {
		warnings.add(at.key("then").index(r.Times), "this entry of the list is never used",
			fmt.Sprintf("times ends the rule after %d; remove times, or the entries behind", r.Times))
	}
}
