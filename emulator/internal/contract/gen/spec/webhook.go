package spec

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Webhook is what the vendor sends by itself.
type Webhook struct {
	// Schema is the source's name of it, and of the type of its body.
	Schema string
	// Type and Code are its webhook_type and webhook_code.
	Type, Code string
	// Example is a body as compact JSON, Made where it is from: "" for the source itself.
	Example, Made string
}

// webhooks reads the schemas that describe bodies of webhooks: those whose members webhook_type and webhook_code are
// the one text that their description quotes. An answer has neither, a request a set of values.
func (r *reader) webhooks(schemas *yaml.Node) error {
	for name, schema := range pairs(schemas) {
		properties := get(schema, "properties")
		kind, code := quoted(get(properties, "webhook_type")), quoted(get(properties, "webhook_code"))
		if kind == "" || code == "" {
			continue
		}
		if _, err := r.named(name); err != nil {
			return fmt.Errorf("webhook %s: %w", name, err)
		}
		// Members that are not declared are sent: the example of LinkEventsWebhook has one.
		r.contract.Types[name].Open = text(schema, "additionalProperties") == "true"
		hook := &Webhook{Schema: name, Type: kind, Code: code}
		for _, example := range pairs(get(schema, "x-examples")) {
			var err error
			if hook.Example, err = encodeJSON(example); err != nil {
				return fmt.Errorf("webhook %s: %w", name, err)
			}
			break
		}
		r.contract.Webhooks = append(r.contract.Webhooks, hook)
	}
	slices.SortStableFunc(r.contract.Webhooks, func(a, b *Webhook) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Code, b.Code))
	})
	return nil
}

// quoted is the text that a schema of one text has for a description, without its quotes.
func quoted(schema *yaml.Node) string {
	description := text(schema, "description")
	plain := strings.Trim(description, "`\"")
	oneWord := plain != description && !strings.Contains(plain, " ")
	if text(schema, "type") == String && get(schema, "enum") == nil && oneWord {
		return plain
	}
	return ""
}

// complete gives the webhooks' examples the required members that they lack.
func (c *Contract) complete() {
	for _, hook := range c.Webhooks {
		if hook.Example == "" {
			hook.Example = `{"webhook_type":` + quote(hook.Type) + `,"webhook_code":` + quote(hook.Code) + "}"
			hook.Made = ExampleMade
		}
		a := artist{contract: c, within: []string{hook.Schema}}
		a.text.WriteString(strings.TrimSuffix(hook.Example, "}"))
		before := a.text.Len()
		for _, f := range c.Types[hook.Schema].Fields {
			if f.Required && !strings.Contains(hook.Example, quote(f.Name)+":") {
				a.text.WriteString("," + quote(f.Name) + ":")
				a.value(f, f.Type)
			}
		}
		if a.text.Len() > before {
			hook.Example, hook.Made = a.text.String()+"}", cmp.Or(hook.Made, ExampleCompleted)
		}
	}
}

// bySchema returns the webhook with that schema, or nil.
func (c *Contract) bySchema(name string) *Webhook {
	for _, hook := range c.Webhooks {
		if hook.Schema == name {
			return hook
		}
	}
	return nil
}
