package scenario

import "reflect"

// ParseDelay reads a delay as a file has it: 300ms, or [100ms, 2s]. The error is Problems,
// with lines and columns of the text.
func ParseDelay(text string) (Delay, error) {
	var d Delay
	err := parsePart(text, &d)
	if err == nil && d == (Delay{}) {
		err = Problems{{What: "the delay is 0", Right: "remove it"}}
	}
	return d, err
}

// ParseFault reads a fault as a file has it: reset, or {kind: reset, done: true}. The error
// is Problems, with lines and columns of the text.
func ParseFault(text string) (Fault, error) {
	var f Fault
	err := parsePart(text, &f)
	return f, err
}

// parsePart reads a part of a rule that stands alone.
func parsePart(text string, part any) error {
	r := &report{}
	if n := r.parse([]byte(text)); n != nil {
		r.decode(n, reflect.ValueOf(part).Elem(), place{node: n})
	}
	return r.err()
}

// Forced is the plan of a rule that is made for one call to a path, as the contract has it,
// and asks for nothing else. Its dice are thrown anew for each use of its name. What is
// wrong with it is the error, Problems.
func Forced(name string, then Then, path string, p Progress) (Plan, error) {
	rule := Rule{Name: name, Call: Calls(path), Then: then}
	r := &report{}
	rule.Then.check(r, &rule, place{})
	if err := r.err(); err != nil {
		return Plan{}, err
	}
	d := decision{acts: newCompiled(&rule, name), number: p.Count(usedPrefix+name) + 1, progress: p}
	return d.act(path), nil
}
