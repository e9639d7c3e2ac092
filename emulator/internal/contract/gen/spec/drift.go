package spec

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Drift returns what a newer contract has differently, one sorted line a change: "added", "changed" or "removed", then
// an operation, a type, a field of a type, or a value of a set. Compared are the operations and the types that they
// use; examples and sources are not. A type that only one side uses is one line.
func Drift(older, newer *Contract) []string {
	var d drift
	d.operations(older, newer)
	before, now := older.used(), newer.used()
	for _, name := range now {
		if !slices.Contains(before, name) {
			d.add("added type %s", newer.Types[name].summary())
			continue
		}
		d.types(older.Types[name], newer.Types[name])
	}
	for _, name := range before {
		if !slices.Contains(now, name) {
			d.add("removed type %s", older.Types[name].summary())
		}
	}
	slices.Sort(d.lines)
	return d.lines
}

// PrintDrift prints a drift, the lines of overlays that do not fit the newer contract, which is called title, and how
// many there are of each.
func PrintDrift(w io.Writer, title string, older, newer *Contract, misfits []string) error {
	lines := Drift(older, newer)
	counts := map[string]int{}
	for _, line := range lines {
		word, _, _ := strings.Cut(line, " ")
		counts[word]++
	}
	for _, misfit := range slices.Sorted(slices.Values(misfits)) {
		lines = append(lines, "left out "+misfit)
	}
	lines = append(lines, fmt.Sprintf("%s: %d added, %d changed, %d removed; %d lines of overlays left out",
		title, counts["added"], counts["changed"], counts["removed"], len(misfits)))
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}

// used are the names of the types that the operations and the webhooks use.
func (c *Contract) used() []string {
	var roots []string
	for _, op := range c.Ops {
		roots = append(roots, op.Request, op.Reply)
	}
	for _, hook := range c.Webhooks {
		roots = append(roots, hook.Schema)
	}
	return c.Reach(roots...)
}

// summary is a whole type in one line.
func (t *Type) summary() string {
	if len(t.Values) > 0 {
		return fmt.Sprintf("%s: one of %s", t.Name, strings.Join(t.Values, ", "))
	}
	fields := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		fields[i] = f.String()
	}
	return fmt.Sprintf("%s: {%s}", t.Name, strings.Join(fields, ", "))
}

// drift collects changes.
type drift struct{ lines []string }

func (d *drift) add(format string, args ...any) {
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

// change adds a line when something has two values.
func (d *drift) change(what, before, now string) {
	if before != now {
		d.add("changed %s %s, was %s", what, nothing(now), nothing(before))
	}
}

func nothing(text string) string {
	if text == "" {
		return "(nothing)"
	}
	return text
}

// operations compares the operations by method and path.
func (d *drift) operations(older, newer *Contract) {
	for _, op := range newer.Ops {
		was := older.Op(op.Method, op.Path)
		if was == nil {
			d.add("added operation %s %s (%s)", op.Method, op.Path, op.ID)
			continue
		}
		subject := fmt.Sprintf("operation %s %s:", op.Method, op.Path)
		d.change(subject+" id", was.ID, op.ID)
		d.change(subject+" request", was.Request, op.Request)
		d.change(subject+" reply", was.Reply, op.Reply)
		d.change(subject+" media", was.Media, op.Media)
		d.change(subject+" dropped", was.Dropped, op.Dropped)
	}
	for _, op := range older.Ops {
		if newer.Op(op.Method, op.Path) == nil {
			d.add("removed operation %s %s (%s)", op.Method, op.Path, op.ID)
		}
	}
}

// kind is what a type is.
func (t *Type) kind() string {
	switch {
	case len(t.Values) > 0:
		return "a set of values"
	case t.Open:
		return "an open object"
	}
	return "an object"
}

// types compares two types of one name.
func (d *drift) types(was, is *Type) {
	d.change("type "+is.Name+":", was.kind(), is.kind())
	for _, value := range is.Values {
		if !slices.Contains(was.Values, value) {
			d.add("added value %s: %s", is.Name, value)
		}
	}
	for _, value := range was.Values {
		if !slices.Contains(is.Values, value) {
			d.add("removed value %s: %s", is.Name, value)
		}
	}
	for _, f := range is.Fields {
		if before := was.Field(f.Name); before != nil {
			d.change("field "+is.Name+":", before.String(), f.String())
		} else {
			d.add("added field %s: %s", is.Name, f)
		}
	}
	for _, f := range was.Fields {
		if is.Field(f.Name) == nil {
			d.add("removed field %s: %s", is.Name, f)
		}
	}
}
