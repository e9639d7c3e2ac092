package scenario

import (
	"cmp"
	"fmt"
	"slices"
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

func shownRule(rule *Rule, i int) string {
	if rule.Name != "" {
		return "the rule " + quote(rule.Name)
	}
	return fmt.Sprintf("rule %d", i+1)
}

// endless says whether a rule acts on every call that it matches.
func (r *Rule) endless() bool {
	return r.Skip <= 0 && r.Times <= 0 && r.Every <= 1 && (r.Chance <= 0 || r.Chance >= 1) &&
		(len(r.Then.InTurn) == 0 || r.Repeat)
}

// warnTurns reports entries of a list that times does not come to.
func (r *Rule) warnTurns(warnings *report, at place) {
	if r.Times > 0 && len(r.Then.InTurn) > r.Times {
		warnings.add(at.key("then").index(r.Times), "this entry of the list is never used",
			fmt.Sprintf("times ends the rule after %d; remove times, or the entries behind", r.Times))
	}
}
