package plaid

import (
	"encoding/binary"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/contract"
)

// shaper builds one answer.
type shaper struct {
	call    *api.Call
	op      *contract.Op
	example *example
	found   subject
	said    map[string]any // what the request says, without credentials
	scope   []string       // what derived ids are a function of, beside the example's text
	days    int            // by how many days the example's dates move
}

// reading are the last words of paths that tell what is, as all GETs do. Their ids depend
// on what they are asked about, so that the same question has the same answer; ids of
// other calls are new each time.
var reading = map[string]bool{"get": true, "list": true, "search": true, "sync": true}

// lastWord is what follows the last "/" of an operation's path.
func lastWord(op *contract.Op) string { return op.Path[strings.LastIndexByte(op.Path, '/')+1:] }

func newShaper(c *api.Call, op *contract.Op, e *example, found subject) *shaper {
	s := &shaper{
		call: c, op: op, example: e, found: found, said: maps.Clone(c.Body.Fields), days: e.newest.until(c.Now),
	}
	if s.said == nil {
		s.said = map[string]any{}
	}
	delete(s.said, "client_id")
	delete(s.said, "secret")
	for name, value := range c.Params {
		s.said[snake(name)] = value
	}
	if !reading[lastWord(op)] && op.Method != http.MethodGet {
		n := binary.BigEndian.AppendUint64(nil, c.World.Count("shaped"))
		s.scope = []string{op.ID, string(n)}
		return s
	}
	for _, item := range found.items {
		s.scope = append(s.scope, item.ID)
	}
	for _, name := range sortedNames(s.said) {
		if id, ok := s.said[name].(string); ok && ofID(name) {
			s.scope = append(s.scope, id)
		}
	}
	return s
}

// snake writes a name of a path as fields are written: recipientId is recipient_id.
func snake(name string) string {
	var b strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// answer is the example, rewritten.
func (s *shaper) answer() map[string]any {
	return s.object(s.example.body, s.op.Answer(), place{said: s.said, direct: true, top: true})
}

// place is where in the answer the walk is.
type place struct {
	said   map[string]any // the part of the request that stands beside it
	direct bool           // no list lies between the answer and here
	top    bool           // it is the answer itself
	name   string         // of the member that holds it
}

// object rewrites an object.
func (s *shaper) object(v map[string]any, a contract.Answer, at place) map[string]any {
	out := make(map[string]any, len(v))
	for _, name := range sortedNames(v) { // tokens count, so the order is part of the answer
		out[name] = s.member(name, v[name], a.Member(name), at)
	}
	switch {
	case at.name == "item" && v["item_id"] != nil && len(s.found.items) > 0:
		known := jsonOf(s.found.items[0].body(s.call.World))
		if hook, ok := at.said["webhook"].(string); ok { // the one that it has from now on
			known["webhook"] = hook
		}
		s.overlay(out, known, a)
	case isAccount(v) && len(s.found.accounts) > 0:
		for _, acc := range s.found.accounts {
			if acc.ID == out["account_id"] {
				s.overlay(out, jsonOf(acc.withOwners()), a)
			}
		}
	}
	return out
}

// overlay puts what is known of an Item or an account over what the example says of it,
// where the contract takes it. Some answers write the members of accounts with "account_"
// before their names.
func (s *shaper) overlay(out, known map[string]any, a contract.Answer) {
	for name := range known {
		value := known[name]
		if _, ok := out[name]; !ok {
			name = "account_" + strings.TrimPrefix(name, "account_")
		}
		old, ok := out[name]
		if !ok {
			continue
		}
		below, isObject := old.(map[string]any)
		if inner, both := value.(map[string]any); both && isObject {
			s.overlay(below, inner, a.Member(name))
		} else if a.Member(name).Takes(value) {
			out[name] = value
		}
	}
}

// jsonOf is an object of our own as JSON has it.
func jsonOf(v any) map[string]any {
	fields, _ := plainJSON(v).(map[string]any)
	return fields
}

// plainJSON is a value of our own as JSON has it.
func plainJSON(v any) any {
	text, err := json.Marshal(map[string]any{"v": v})
	if err == nil {
		var body api.Body
		if body, err = api.DecodeJSON(&api.Request{Body: text}); err == nil {
			return body.Fields["v"]
		}
	}
	panic("plaid: " + err.Error()) // texts and numbers always marshal
}

// member rewrites one member of an object: by what the request says, else by its kind.
func (s *shaper) member(name string, v any, a contract.Answer, at place) any {
	if name == "request_id" {
		return s.call.RequestID
	}
	if said, ok := s.echo(name, v, a, at); ok {
		return said
	}
	switch v := v.(type) {
	case map[string]any:
		below := place{said: at.said, direct: at.direct, name: name}
		if inner, ok := at.said[name].(map[string]any); ok {
			below.said = inner
		}
		return s.object(v, a, below)
	case []any:
		return s.list(name, v, a, at)
	case string:
		if text := s.text(name, v); a.Takes(text) {
			return text
		}
	}
	return v
}

// list rewrites a list: one of accounts has those that the request is about; one of what
// the request lists has a member for each.
func (s *shaper) list(name string, v []any, a contract.Answer, at place) []any {
	out := make([]any, 0, len(v))
	if len(v) > 0 && len(s.found.accounts) > 0 {
		if first, ok := v[0].(map[string]any); ok && isAccount(first) {
			return s.accountList(v, a)
		}
	}
	if asked := s.asked(name, v, at); asked != nil {
		for n, one := range asked {
			like, _ := v[n%len(v)].(map[string]any)
			out = append(out, s.object(like, a.Element(), place{said: one, direct: true}))
		}
		return out
	}
	for _, one := range v {
		switch one := one.(type) {
		case map[string]any:
			out = append(out, s.object(one, a.Element(), place{said: at.said, name: name}))
		case []any:
			out = append(out, s.list(name, one, a.Element(), place{said: at.said}))
		default:
			out = append(out, s.member(name, one, a.Element(), place{}))
		}
	}
	return out
}

// accountList has a member for each account of the request's, like the account of the
// example that it stands for. Where several are like one, the further ones have other ids.
func (s *shaper) accountList(v []any, a contract.Answer) []any {
	out := make([]any, 0, len(s.found.accounts))
	used := map[int]bool{}
	for n, acc := range s.found.accounts {
		at := slices.IndexFunc(v, func(one any) bool {
			like, ok := one.(map[string]any)
			return ok && kindOf(like) == [2]string{acc.Type, acc.Subtype}
		})
		if at < 0 {
			at = n % len(v)
		}
		one := *s
		one.found = subject{items: s.found.items, accounts: []account{acc}}
		if used[at] {
			one.scope = append(slices.Clone(s.scope), acc.ID)
		}
		used[at] = true
		like, _ := v[at].(map[string]any)
		out = append(out, one.object(like, a.Element(), place{}))
	}
	return out
}
