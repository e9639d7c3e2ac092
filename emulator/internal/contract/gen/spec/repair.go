package spec

import (
	"cmp"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// Repair changes one member of an operation's example answer, or of a webhook's example, which fails its own schema or
// says little. It does one of three things: Remove the member, Rename it, or Set it.
type Repair struct {
	Operation string `yaml:"operation,omitempty"`
	// Webhook names a webhook by its schema instead.
	Webhook string `yaml:"webhook,omitempty"`
	// At is the dotted path of the member; [] after a name stands for every member of a list.
	At     string    `yaml:"at"`
	Remove bool      `yaml:"remove,omitempty"`
	Rename string    `yaml:"rename,omitempty"`
	Set    yaml.Node `yaml:"set,omitempty"`
	// From says what is wrong, after the key of a source.
	From string `yaml:"from"`
}

// repair changes the examples as an overlay says.
func (c *Contract) repair(o *Overlay) error {
	for _, line := range o.Examples {
		example, made := c.exampleOf(&line)
		if example == nil {
			c.misfit(o, "example: no %s %s", line.kind(), line.name())
			continue
		}
		// JSON is YAML, and a node keeps the order of members and the spelling of numbers.
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(*example), &doc); err != nil || len(doc.Content) == 0 {
			c.misfit(o, "example of %s: there is none", line.name())
			continue
		}
		if line.at(doc.Content[0], strings.Split(line.At, ".")) == 0 {
			c.misfit(o, "example of %s: nothing at %s", line.name(), line.At)
			continue
		}
		text, err := encodeJSON(doc.Content[0])
		if err != nil {
			return fmt.Errorf("example of %s at %s: %w", line.name(), line.At, err)
		}
		*example = text
		*made = cmp.Or(*made, ExampleRepaired)
	}
	return nil
}

// kind is what it repairs an example of.
func (r *Repair) kind() string {
	if r.Webhook != "" {
		return "webhook"
	}
	return "operation"
}

// name is whose example it repairs.
func (r *Repair) name() string { return cmp.Or(r.Webhook, r.Operation) }

// exampleOf returns the example that a line repairs and where that is from, or nil.
func (c *Contract) exampleOf(line *Repair) (example, made *string) {
	if hook := c.bySchema(line.Webhook); hook != nil {
		return &hook.Example, &hook.Made
	}
	if op := c.byID(line.Operation); op != nil {
		return &op.Example, &op.Made
	}
	return nil, nil
}

// at changes what the path leads to below a node and returns how many members it has changed.
func (r *Repair) at(n *yaml.Node, path []string) int {
	name, list := strings.CutSuffix(path[0], "[]")
	if len(path) == 1 && !list {
		return r.member(n, name)
	}
	below := get(n, name)
	if below == nil {
		return 0
	}
	if !list {
		return r.at(below, path[1:])
	}
	hits := 0
	for _, member := range below.Content {
		hits += r.at(member, path[1:])
	}
	return hits
}

// member changes one member of an object.
func (r *Repair) member(n *yaml.Node, name string) int {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != name {
			continue
		}
		switch {
		case r.Remove:
			n.Content = append(n.Content[:i:i], n.Content[i+2:]...)
		case r.Rename != "":
			n.Content[i].Value = r.Rename
		default:
			n.Content[i+1] = &r.Set
		}
		return 1
	}
	return 0
}

// byID returns the operation of Plaid with that id, or nil.
func (c *Contract) byID(id string) *Op {
	for _, op := range c.Ops {
		if op.ID == id && op.Family == "plaid" {
			return op
		}
	}
	return nil
}
