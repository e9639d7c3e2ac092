package flow

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Compare returns how two runs differ, step by step, one line per difference below the names of the two targets; empty
// when they are the same.
func Compare(a, b *Result) string {
	lines := Differences(a, b)
	if len(lines) == 0 {
		return ""
	}
	head := fmt.Sprintf("%s | %s", first(a.Target, "first"), first(b.Target, "second"))
	return head + "\n" + strings.Join(lines, "\n") + "\n"
}

// Differences are the lines of Compare: "step: what: first | second". Ids, tokens, JWTs, dates and request ids count by
// kind: two access tokens are the same, an access token and a null are not. Compared are the steps that both runs
// walked or tried: how each ended, its error, what came out, and the whole answer of the vendor as Answers does.
// Durations, retries and the states seen on the way are left out.
func Differences(a, b *Result) []string {
	var d differences
	for _, name := range Steps() {
		if slices.Contains(a.Skipped, name) || slices.Contains(b.Skipped, name) {
			continue
		}
		left, inLeft := a.Step(name)
		right, inRight := b.Step(name)
		if !inLeft && !inRight {
			continue
		}
		d.compare(name, facts(left, inLeft), facts(right, inRight))
		if left.answered() && right.answered() {
			for _, line := range Answers("reply", left.reply, right.reply) {
				d.lines = append(d.lines, name+": "+line)
			}
		}
	}
	if len(a.Skipped) == len(b.Skipped) {
		d.compare("end", endFacts(a), endFacts(b))
	}
	return d.lines
}

// answered tells whether a step ended with a good answer. What is different in another one stands in its failure.
func (s Step) answered() bool { return s.Failure == nil && len(s.reply) > 0 }

type differences struct{ lines []string }

// compare adds a line for each fact that only one side has or that has two values, in order of name.
func (d *differences) compare(step string, left, right map[string]string) {
	all := maps.Clone(left)
	maps.Copy(all, right)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		l, inLeft := left[name]
		r, inRight := right[name]
		if inLeft != inRight || l != r {
			d.lines = append(d.lines, fmt.Sprintf("%s: %s: %s | %s", step, name, orNothing(l, inLeft), orNothing(r, inRight)))
		}
	}
}

// absent stands for what only the other side has.
const absent = "(nothing)"

func orNothing(text string, there bool) string {
	if !there {
		return absent
	}
	return oneLine(text)
}

func endFacts(r *Result) map[string]string {
	return map[string]string{"end": string(r.End), "reason": r.Reason, "failed_step": r.FailedStep}
}

// facts are the comparable facts of a step by name.
func facts(s Step, there bool) map[string]string {
	f := map[string]string{}
	if !there {
		return f
	}
	f["status"] = string(s.Status)
	f["http_status"] = fmt.Sprint(s.HTTPStatus)
	for _, v := range s.Values {
		switch v.Kind {
		case KindState:
		case KindToken, KindID, KindDate:
			f[v.Name] = "<" + string(v.Kind) + ">"
		case KindText:
			f[v.Name] = kindOf(v.Text)
		}
	}
	if s.Failure != nil {
		maps.Copy(f, map[string]string{
			"error.reason": s.Failure.Reason, "error.type": s.Failure.Type, "error.code": s.Failure.Code,
			"error.message": kindOf(s.Failure.Message), "error.display": kindOf(s.Failure.DisplayMessage),
		})
		maps.DeleteFunc(f, func(_, text string) bool { return text == "" })
	}
	return f
}
