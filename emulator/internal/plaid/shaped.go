package plaid

import (
	"bytes"
	"encoding/json"
	"sync"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/contract"
)

// shaped makes what runs an operation that does not behave: it resolves what the request
// names as the operations do that behave, and answers with the contract's example, in
// which ids, tokens, dates and what the request says are the world's. It is nil for an
// operation of which the contract tells no answer. The example is read on first use.
func shaped(op *contract.Op) func(*api.Call) (any, error) {
	if op.Media != "application/json" {
		return func(c *api.Call) (any, error) { return shapedFile(c, op) }
	}
	if len(op.Example()) == 0 {
		return nil
	}
	example := sync.OnceValue(func() *example { return readExample(op.Example()) })
	return func(c *api.Call) (any, error) {
		found, err := resolve(c, op)
		if err != nil {
			return nil, err
		}
		return newShaper(c, op, example(), found).answer(), nil
	}
}

// example is the contract's example of an answer, read once.
type example struct {
	body   map[string]any
	newest latest // zero without dates
	// kinds are the type and subtype of the accounts in it, by account_id; accounts are
	// these ids in the order of the text's sorted members.
	kinds    map[string][2]string
	accounts []string
	items    []string // item_ids, in the same order
}

// readExample reads an example, which the contract's generator has checked.
func readExample(text []byte) *example {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	e := &example{kinds: map[string][2]string{}}
	if err := dec.Decode(&e.body); err != nil {
		panic("plaid: example: " + err.Error())
	}
	e.newest = latestIn(e.body)
	e.scan("", e.body)
	return e
}

// scan collects the accounts and Items of a value.
func (e *example) scan(name string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for _, member := range sortedNames(v) {
			e.scan(member, v[member])
		}
		if id, _ := v["account_id"].(string); id != "" && isAccount(v) {
			e.kinds[id] = kindOf(v)
		}
	case []any:
		for _, member := range v {
			e.scan(name, member)
		}
	case string:
		switch name {
		case "account_id", "account_ids":
			e.accounts = appendNew(e.accounts, v)
		case "item_id", "item_ids":
			e.items = appendNew(e.items, v)
		}
	}
}

// isAccount tells an object that describes an account from one that only names it.
func isAccount(v map[string]any) bool {
	for _, name := range []string{"balances", "mask", "account_mask"} {
		if _, ok := v[name]; ok {
			return v["account_id"] != nil
		}
	}
	return false
}

// kindOf is the type and subtype of an account of an example.
func kindOf(v map[string]any) [2]string {
	var kind [2]string
	for i, name := range []string{"type", "subtype"} {
		kind[i], _ = v[name].(string)
		if kind[i] == "" {
			kind[i], _ = v["account_"+name].(string)
		}
	}
	return kind
}
