package plaid

import (
	"encoding/json"
	"strings"

	"tweed/emulator/internal/contract"
)

// echo returns what the request says of a member of the answer: a field of the same name
// and type, at the top level or in an object of the same name. In lists, only ids are
// taken from the request: they are what it filters by.
func (s *shaper) echo(name string, v any, a contract.Answer, at place) (any, bool) {
	said, ok := at.said[name]
	switch {
	case name == "id":
		said, ok = s.primary(at)
	case strings.HasSuffix(name, "_id") && name != "account_id":
	case ofToken(name) && renewing[lastWord(s.op)]:
		return nil, false
	case !at.direct:
		return nil, false
	}
	if !ok || said == nil || !alike(v, said) || !a.Takes(said) {
		return nil, false
	}
	return said, true
}

// renewing are the last words of paths that answer with another token than they are sent.
var renewing = map[string]bool{"filter": true, "refresh": true}

// alike says whether two values are of one type. Objects are compared member by member,
// and lists of objects, too; null stands for anything but them.
func alike(example, said any) bool {
	switch said := said.(type) {
	case string:
		_, ok := example.(string)
		return ok || example == nil
	case json.Number:
		_, ok := example.(json.Number)
		return ok || example == nil
	case bool:
		_, ok := example.(bool)
		return ok || example == nil
	case []any:
		list, ok := example.([]any)
		return ok && plain(list) && plain(said)
	}
	return false
}

// plain says whether a list holds neither objects nor lists.
func plain(list []any) bool {
	for _, v := range list {
		switch v.(type) {
		case map[string]any, []any:
			return false
		}
	}
	return true
}

// telling are the last words of paths that name what they are about by its id.
var telling = map[string]bool{"get": true, "update": true, "cancel": true}

// primary is what the request says of the "id" of the answer, or of an object in it:
// transfer_id is the id of "transfer". The answer's own is the only id of the request.
func (s *shaper) primary(at place) (any, bool) {
	if id, ok := at.said["id"]; ok && at.direct {
		return id, true
	}
	if !at.top {
		id, ok := s.said[at.name+"_id"]
		return id, ok && at.direct
	}
	last := lastWord(s.op)
	if !telling[last] && !strings.HasPrefix(last, "{") {
		return nil, false
	}
	var id any
	count := 0
	for name, value := range s.said {
		if strings.HasSuffix(name, "_id") && name != "client_user_id" && name != "user_id" {
			id, count = value, count+1
		}
	}
	return id, count == 1
}

// asked returns the objects of the request that a list of the answer has a member for
// each: enriched_transactions for transactions.
func (s *shaper) asked(name string, v []any, at place) []map[string]any {
	if !at.top || len(v) == 0 {
		return nil
	}
	for _, field := range sortedNames(s.said) {
		list, ok := s.said[field].([]any)
		if !ok || len(list) == 0 || name != field && !strings.HasSuffix(name, "_"+field) {
			continue
		}
		var out []map[string]any
		for _, member := range list {
			if one, ok := member.(map[string]any); ok {
				out = append(out, one)
			}
		}
		return out
	}
	return nil
}

// text rewrites a text of the example by the name of its member.
func (s *shaper) text(name, text string) string {
	switch {
	case text == "":
		return ""
	case ofToken(name):
		return s.token(name, text)
	case ofID(name):
		return s.identify(name, text)
	case name == "institution_name":
		if bank := s.institution(""); bank.Name != "" {
			return bank.Name
		}
		return text
	}
	if moved, ok := s.moved(name, text); ok {
		return moved
	}
	switch {
	case strings.Contains(text, "://"): // an id in an address is the one that stands beside it
		text = uuidIn.ReplaceAllStringFunc(text, s.another)
		return namedID.ReplaceAllStringFunc(text, s.another)
	case len(text) > 33 && plaidID.MatchString(text), strings.Count(text, "-") > 3 && uuidIn.MatchString(text):
		return s.another(text) // an id under another name
	}
	return text
}
