package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"tweed/emulator/internal/contract/gen/spec"
)

// differ walks the requests of two contracts side by side and collects what the newer one accepts and the base lacks.
type differ struct {
	base, newer *spec.Contract
	overlay     spec.Overlay
	// seen are the pairs of types that were compared, wanted the newer's own types that the overlay uses.
	seen   map[[2]string]bool
	wanted map[string]bool
	// answers are the newer's own types that only replies use.
	answers map[string]bool
	// notes are differences that change nothing: a type that differs in kind.
	notes []string
}

// diff returns the overlay that makes the base accept what the newer contract accepts.
func diff(base, newer *spec.Contract) *differ {
	d := &differ{
		base: base, newer: newer,
		seen: map[[2]string]bool{}, wanted: map[string]bool{}, answers: map[string]bool{},
	}
	for _, op := range newer.Ops {
		have := base.Op(op.Method, op.Path)
		if have == nil {
			d.operation(op)
			continue
		}
		if have.Request != "" && newer.Types[op.Request] != nil {
			d.types(have.Request, op.Request)
		}
	}
	d.declare()
	d.declareAnswers()
	d.sort()
	return d
}

// operation adds an operation that the base lacks, with its request and its reply.
func (d *differ) operation(op *spec.Op) {
	line := spec.OverlayOp{ID: op.ID, Method: op.Method, Path: op.Path, Family: op.Family, From: "npm " + op.ID}
	if op.Request != "" && d.newer.Types[op.Request] != nil {
		line.Request = d.name(op.Request)
	}
	switch {
	case op.Reply == "void":
		line.Media = spec.NoMedia
	case d.newer.Types[op.Reply] != nil:
		d.answers[op.Reply] = true
		line.Reply = op.Reply
	}
	d.overlay.Operations = append(d.overlay.Operations, line)
}

// name returns what a newer type is called in the merged contract: its own name. A type of that name in the base is
// compared, one that the base lacks is wanted.
func (d *differ) name(newer string) string {
	if d.base.Types[newer] != nil {
		d.types(newer, newer)
	} else if d.newer.Types[newer] != nil {
		d.wanted[newer] = true
	}
	return newer
}

// types compares two types.
func (d *differ) types(base, newer string) {
	if d.seen[[2]string{base, newer}] {
		return
	}
	d.seen[[2]string{base, newer}] = true
	b, n := d.base.Types[base], d.newer.Types[newer]
	if n == nil {
		d.notes = append(d.notes, fmt.Sprintf("%s: %s is not an object or a set of values any more", base, newer))
		return
	}
	if len(b.Values) > 0 {
		var add []string
		for _, v := range n.Values {
			// The generator spells the null of a nullable set as a value of its own.
			if !slices.Contains(b.Values, v) && v != "null" {
				add = append(add, v)
			}
		}
		if len(add) > 0 {
			d.overlay.Values = append(d.overlay.Values, spec.OverlayValues{Type: base, Add: add, From: "npm " + newer})
		}
		return
	}
	for _, f := range n.Fields {
		d.field(b, f, newer)
	}
	for _, f := range b.Fields {
		if f.Required && n.Field(f.Name) == nil && len(n.Fields) > 0 {
			d.change(spec.OverlayField{Type: base, Optional: f.Name, From: "npm " + newer})
		}
	}
}

// field compares one field of a newer object with the base's.
func (d *differ) field(base *spec.Type, f *spec.Field, newer string) {
	from := "npm " + newer
	have := base.Field(f.Name)
	if have == nil {
		// A newer server asks for it, the base's clients do not send it: nobody is refused.
		add := &spec.Field{Name: f.Name, Type: d.rename(f.Type)}
		d.change(spec.OverlayField{Type: base.Name, Add: add.String(), From: from})
		return
	}
	switch {
	case !have.Required || f.Name == "client_id" || f.Name == "secret":
	case !f.Required:
		d.change(spec.OverlayField{Type: base.Name, Optional: f.Name, From: from})
	case f.Type.Nullable && !have.Type.Nullable:
		d.change(spec.OverlayField{Type: base.Name, Null: f.Name, From: from})
	}
	d.uses(have, f, base.Name, newer)
}

// uses compares what a field of both holds.
func (d *differ) uses(have, f *spec.Field, base, newer string) {
	b, n := have.Type, f.Type
	for b.Items != nil && n.Items != nil {
		b, n = *b.Items, *n.Items
	}
	switch {
	case b.Items == nil && n.Items == nil && d.base.Types[b.Name] != nil && d.newer.Types[n.Name] != nil:
		d.types(b.Name, n.Name)
	case (b.Items == nil) != (n.Items == nil) || !d.sameKind(b.Name, n.Name):
		d.notes = append(d.notes, fmt.Sprintf("%s.%s: %s in the base, %s in %s", base, f.Name, b, n, newer))
	}
}

// change adds a line once: several newer types may stand for one of the base.
func (d *differ) change(line spec.OverlayField) {
	for _, have := range d.overlay.Fields {
		same := have
		same.From = line.From
		if same == line {
			return
		}
	}
	d.overlay.Fields = append(d.overlay.Fields, line)
}

// sameKind says whether two uses take the same JSON; TypeScript's number is both of the base's, and a set of values is
// a string.
func (d *differ) sameKind(base, newer string) bool {
	kind := func(c *spec.Contract, name string) string {
		t := c.Types[name]
		switch {
		case name == spec.Integer:
			return spec.Number
		case t != nil && len(t.Values) > 0:
			return spec.String
		case t != nil || name == spec.Map:
			return spec.Map
		}
		return name
	}
	b := kind(d.base, base)
	return b == spec.Any || b == kind(d.newer, newer)
}

// rename notes the types that a newer use needs.
func (d *differ) rename(r spec.Ref) spec.Ref {
	if r.Items != nil {
		items := d.rename(*r.Items)
		r.Items = &items
		return r
	}
	if d.newer.Types[r.Name] == nil && d.base.Types[r.Name] == nil {
		return r
	}
	r.Name = d.name(r.Name)
	return r
}

// declare adds the wanted types and those that they want.
func (d *differ) declare() {
	done := map[string]bool{}
	for len(done) < len(d.wanted) {
		for _, name := range slices.Sorted(maps.Keys(d.wanted)) {
			if done[name] {
				continue
			}
			done[name] = true
			t := d.newer.Types[name]
			line := spec.OverlayType{Name: name, From: "npm " + name}
			line.Values = slices.DeleteFunc(slices.Clone(t.Values), func(v string) bool { return v == "null" })
			for _, f := range t.Fields {
				made := spec.Field{Name: f.Name, Required: f.Required, Type: d.rename(f.Type)}
				line.Fields = append(line.Fields, spec.TypeField{Field: made.String()})
			}
			d.overlay.Types = append(d.overlay.Types, line)
		}
	}
}

// declareAnswers adds the types of replies and those that they want. A type that the base has is taken as it is there:
// what Tweed answers with need not be the newest.
func (d *differ) declareAnswers() {
	var roots []string
	for name := range d.answers {
		roots = append(roots, name)
	}
	for _, name := range d.newer.Reach(roots...) {
		if d.wanted[name] || d.base.Types[name] != nil {
			continue
		}
		t := d.newer.Types[name]
		line := spec.OverlayType{Name: name, From: "npm " + name}
		line.Values = slices.DeleteFunc(slices.Clone(t.Values), func(v string) bool { return v == "null" })
		for _, f := range t.Fields {
			made := spec.Field{Name: f.Name, Required: f.Required, Type: f.Type, Rule: spec.FormatRules[f.Type.Format]}
			line.Fields = append(line.Fields, spec.TypeField{Field: made.String()})
		}
		d.overlay.Types = append(d.overlay.Types, line)
	}
}

// sort makes the overlay's order independent of the walk.
func (d *differ) sort() {
	slices.SortFunc(d.overlay.Types, func(a, b spec.OverlayType) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(d.overlay.Operations, func(a, b spec.OverlayOp) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
	})
	slices.SortStableFunc(d.overlay.Fields, func(a, b spec.OverlayField) int { return cmp.Compare(a.Type, b.Type) })
	slices.SortFunc(d.overlay.Values, func(a, b spec.OverlayValues) int { return cmp.Compare(a.Type, b.Type) })
	slices.Sort(d.notes)
}
