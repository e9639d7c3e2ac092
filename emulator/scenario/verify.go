package scenario

import "fmt"

// Seen is one call that came, as the journal has it.
type Seen struct {
	Method string
	Path   string // as the contract has it: what varies stands in braces
	Status int
	Code   string // the error's code, "" on success
	Type   string // the error's type
}

// Check compares the calls that came with the expectation. It returns a sentence for each
// difference, nil if there is none.
func (e Expect) Check(seen []Seen) []string {
	var wrong []string
	for _, one := range e.Calls {
		if text := one.compare(seen); text != "" {
			wrong = append(wrong, text)
		}
	}
	return wrong
}

// compare returns "" if the number of calls is right.
func (e CallExpect) compare(seen []Seen) string {
	n, near := 0, 0
	for _, call := range seen {
		if !e.takesIn(call) {
			continue
		}
		if e.fits(call) {
			n++
		} else {
			near++
		}
	}
	wanted := "at least one call"
	good := n > 0
	if e.Count != nil {
		wanted, good = "count "+show(wantedCount(*e.Count)), e.Count.holds(int64(n), true)
	}
	if good {
		return ""
	}
	text := fmt.Sprintf("calls of %s%s: wanted %s, got %d", e.Call, e.detail(), wanted, n)
	if near > 0 {
		text += fmt.Sprintf("; %d more came with another status or error", near)
	}
	return text
}

func wantedCount(c Condition) any {
	switch {
	case c.Min != nil && c.Max != nil:
		return fmt.Sprintf("%g to %g", *c.Min, *c.Max)
	case c.Min != nil:
		return fmt.Sprintf("at least %g", *c.Min)
	case c.Max != nil:
		return fmt.Sprintf("at most %g", *c.Max)
	case len(c.AnyOf) == 1:
		return c.AnyOf[0]
	}
	return c.AnyOf
}

func (e CallExpect) takesIn(call Seen) bool {
	for _, one := range e.Call.list() {
		if parsePattern(one).matches(call.Method, segments(call.Path)) {
			return true
		}
	}
	return false
}

func (e CallExpect) fits(call Seen) bool {
	if e.Status != 0 && e.Status != call.Status {
		return false
	}
	return e.Error == "" || e.Error == call.Code || e.Error == call.Type+"/"+call.Code ||
		e.Error == rateLimit && call.Type == rateLimit
}

func (e CallExpect) detail() string {
	text := ""
	if e.Status != 0 {
		text += fmt.Sprintf(" with status %d", e.Status)
	}
	if e.Error != "" {
		text += " with error " + e.Error
	}
	return text
}
