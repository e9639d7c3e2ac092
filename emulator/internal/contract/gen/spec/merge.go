package spec

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Merge applies overlays to the contract: declarations first, then changes of single fields, then rules by name, then
// repairs of examples. A line that does not fit is an error.
func (c *Contract) Merge(overlays []*Overlay) error {
	misfits, err := c.MergeAnyway(overlays)
	if len(misfits) > 0 {
		return errors.New(strings.Join(misfits, "\n"))
	}
	return err
}

// MergeAnyway is Merge into another contract than the overlays were written for. A line that does not fit, because the
// contract has by itself what it adds or lacks what it changes, is left out and returned.
func (c *Contract) MergeAnyway(overlays []*Overlay) (misfits []string, err error) {
	defer func() { misfits, c.misfits = c.misfits, nil }()
	for _, step := range []func(*Overlay) error{c.declare, c.change, c.apply} {
		for _, o := range overlays {
			if err := step(o); err != nil {
				return nil, fmt.Errorf("%s: %w", o.file, err)
			}
		}
	}
	c.defaults()
	if err := c.check(); err != nil {
		return nil, err
	}
	c.illustrate()
	for _, o := range overlays {
		if err := c.repair(o); err != nil {
			return nil, fmt.Errorf("%s: %w", o.file, err)
		}
	}
	c.complete()
	return nil, nil
}

// misfit notes a line of an overlay that does not fit.
func (c *Contract) misfit(o *Overlay, format string, args ...any) {
	c.misfits = append(c.misfits, o.Name()+": "+fmt.Sprintf(format, args...))
}

// FormatRules are the rules that the source's format words stand for; the other words ask for nothing.
var FormatRules = map[string]string{"date": "date", "date-time": "datetime", "url": "url", "uri": "url"}

// defaults gives the strings of the requests that have no rule yet the one of their format, and prepends the
// credentials to every body of Plaid, where they may stand instead of in the headers.
func (c *Contract) defaults() {
	for _, op := range c.Ops {
		for _, name := range c.Reach(op.Request) {
			for _, f := range c.Types[name].Fields {
				switch {
				case f.Type.Name != String || f.Rule != "":
				case op.Family != "plaid":
					f.Rule = "plain"
				case FormatRules[f.Type.Format] != "":
					f.Rule = FormatRules[f.Type.Format]
				case f.Required:
					f.Rule = "text"
				}
			}
		}
		if t := c.Types[op.Request]; t != nil && op.Family == "plaid" {
			t.credentials()
		}
	}
}

// credentials puts client_id and secret first and leaves their presence and form to whoever checks the keys.
func (t *Type) credentials() {
	rest := slices.DeleteFunc(t.Fields, func(f *Field) bool { return f.Name == "client_id" || f.Name == "secret" })
	t.Fields = append([]*Field{
		{Name: "client_id", Type: Ref{Name: Any}}, {Name: "secret", Type: Ref{Name: Any}},
	}, rest...)
}

// declare adds an overlay's rules, types and operations.
func (c *Contract) declare(o *Overlay) error {
	for _, r := range o.Rules {
		r.From = o.source(r.From)
		c.Rules = append(c.Rules, r)
	}
	for _, t := range o.Types {
		if c.Types[t.Name] != nil {
			c.misfit(o, "type %s exists already", t.Name)
			continue
		}
		made := &Type{Name: t.Name, Open: t.Open, Values: t.Values}
		for _, line := range t.Fields {
			f, err := ParseField(line.Field)
			if err != nil {
				return fmt.Errorf("type %s: %w", t.Name, err)
			}
			made.Fields = append(made.Fields, f)
		}
		c.Types[t.Name] = made
	}
	for _, op := range o.Operations {
		if c.Op(op.Method, op.Path) != nil {
			c.misfit(o, "operation %s %s exists already", op.Method, op.Path)
			continue
		}
		switch op.Media {
		case "":
			op.Media = "application/json"
		case NoMedia:
			op.Media = ""
		}
		c.Ops = append(c.Ops, &Op{
			ID: op.ID, Method: op.Method, Path: op.Path, Family: op.Family,
			Request: op.Request, Reply: op.Reply, Media: op.Media, Source: o.source(op.From),
		})
		c.Empty = slices.DeleteFunc(c.Empty, func(path string) bool { return path == op.Path })
	}
	return nil
}

// change adds an overlay's fields and values, relaxes what it relaxes and drops what it drops.
func (c *Contract) change(o *Overlay) error {
	for _, line := range o.Fields {
		t := c.Types[line.Type]
		if t == nil {
			c.misfit(o, "no type %s", line.Type)
			continue
		}
		if line.Add != "" {
			f, err := ParseField(line.Add)
			if err != nil {
				return fmt.Errorf("type %s: %w", line.Type, err)
			}
			if t.Field(f.Name) != nil {
				c.misfit(o, "type %s has a field %s already", line.Type, f.Name)
				continue
			}
			t.Fields = append(t.Fields, f)
			continue
		}
		f := t.Field(line.Optional + line.Null)
		if f == nil {
			c.misfit(o, "type %s has no field %s", line.Type, line.Optional+line.Null)
			continue
		}
		switch {
		case line.Before != "" && !f.Required:
			c.misfit(o, "type %s: field %s is required in no version", line.Type, f.Name)
		case line.Before != "":
			f.Since = line.Before
		case line.Optional != "":
			f.Required = false
		default:
			f.Type.Nullable = true
		}
	}
	for _, line := range o.Values {
		t := c.Types[line.Type]
		if t == nil || len(t.Values) == 0 {
			c.misfit(o, "no set of values %s", line.Type)
			continue
		}
		t.Union(&Type{Values: line.Add})
	}
	return c.drop(o)
}

// drop marks the operations that a version of the API does not have any more.
func (c *Contract) drop(o *Overlay) error {
	for _, line := range o.Dropped {
		op := c.Op("POST", line.Path)
		if op == nil {
			c.misfit(o, "no operation POST %s", line.Path)
			continue
		}
		op.Dropped = line.Since
	}
	return nil
}

// apply gives the fields of the requests their rules.
func (c *Contract) apply(o *Overlay) error {
	for _, line := range o.Apply {
		var roots []string
		for _, op := range c.Ops {
			if line.Operation == op.ID || line.Operation == "" && op.Family == "plaid" {
				roots = append(roots, op.Request)
			}
		}
		hits := 0
		if line.Operation == "" {
			roots = c.Reach(roots...)
		}
		for _, name := range roots {
			if c.Types[name] == nil {
				continue
			}
			f := c.Types[name].Field(line.Field)
			if f == nil || line.Is != "" && strings.TrimPrefix(f.Type.String(), "?") != line.Is {
				continue
			}
			hits++
			if line.Rule != "" {
				f.Rule = line.Rule
			}
			if line.Refuse != "" {
				f.Refuse = line.Refuse
			}
		}
		if hits == 0 {
			c.misfit(o, "apply %s %s: no such field", line.Operation, line.Field)
		}
	}
	return nil
}

// check finds names that nothing declares.
func (c *Contract) check() error {
	rules := map[string]bool{"": true}
	for _, r := range c.Rules {
		if rules[r.Name] {
			return fmt.Errorf("rule %s is declared twice", r.Name)
		}
		rules[r.Name] = true
	}
	for _, r := range c.Rules {
		if !rules[r.Items] {
			return fmt.Errorf("rule %s: no rule %s for its items", r.Name, r.Items)
		}
	}
	builtin := []string{Any, Map, String, Integer, Number, Boolean}
	for _, t := range c.Types {
		for _, f := range t.Fields {
			use := f.Type
			for use.Items != nil {
				use = *use.Items
			}
			if c.Types[use.Name] == nil && !slices.Contains(builtin, use.Name) {
				return fmt.Errorf("type %s: field %s: no type %q", t.Name, f.Name, use.Name)
			}
			if !rules[f.Rule] || !rules[f.Refuse] {
				return fmt.Errorf("type %s: field %s: no rule %q or %q", t.Name, f.Name, f.Rule, f.Refuse)
			}
		}
	}
	return c.checkOps()
}

// checkOps finds operations whose types nothing declares.
func (c *Contract) checkOps() error {
	for _, op := range c.Ops {
		for _, name := range []string{op.Request, op.Reply} {
			if name != "" && c.Types[name] == nil {
				return fmt.Errorf("operation %s: no type %s", op.ID, name)
			}
		}
	}
	return nil
}
