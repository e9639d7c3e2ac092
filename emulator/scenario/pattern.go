package scenario

import (
	"slices"
	"strings"
)

// Calls says which calls a rule or an expectation is about: a path
// (/accounts/balance/get), a method and a path (GET /sentinel/api/v1/transfers), or
// several of them, in YAML as a list and in Go with commas between.
//
// In a path "*" stands for one or more segments: /processor/*; a lone "*" is every call.
// What varies in a path of the contract is written as there, in braces; the name in the
// braces does not matter: /sentinel/api/v1/transfers/achs/{transferId}.
type Calls string

// Paths joins several paths into Calls.
func Paths(paths ...string) Calls { return Calls(strings.Join(paths, ", ")) }

// list returns the single patterns.
func (c Calls) list() []string {
	var all []string
	for one := range strings.SplitSeq(string(c), ",") {
		if one = strings.TrimSpace(one); one != "" {
			all = append(all, one)
		}
	}
	return all
}

// decodeNode takes text or a list of texts.
func (c *Calls) decodeNode(r *report, n *node, at place) {
	if all, ok := r.texts(n, at, "a path such as /accounts/balance/get", "a list of paths"); ok {
		*c = Paths(all...)
	}
}

// texts reads a text, which may have several with commas between, or a list of texts. one and
// several say what it must be.
func (r *report) texts(n *node, at place, one, several string) (all []string, ok bool) {
	switch {
	case n.kind == scalar && n.sort == text:
		return Calls(n.value).list(), true
	case n.kind == list && len(n.items) > 0:
		all := make([]string, len(n.items))
		for i, item := range n.items {
			if item.kind != scalar || item.sort != text || strings.TrimSpace(item.value) == "" {
				below := at.index(i)
				below.node = item
				r.add(below, "here stands "+item.what(), "it must be "+one)
				continue
			}
			all[i] = item.value
		}
		return all, true
	}
	r.add(at, "here stands "+n.what(), "it must be "+one+", or "+several)
	return nil, false
}

// otherCalls is how calls are written otherwise than the list of operations has them: with
// a star, other names in braces, several with commas, a method in lower case, or slashes
// and spaces that are not looked at.
const otherCalls = `[*{},]|(^|[^:])//|/$|^\s|\s$|\s\s|^[A-Za-z]*[a-z][A-Za-z]*\s`

func (Calls) schema(d *describer) schema {
	d.define("Operation", operationNames)
	one := anyOf(ref("Operation"), textLike(otherCalls))
	return d.about(anyOf(one, schema{"type": "array", "items": one, "minItems": 1}), "Calls", "")
}

// operationNames are all paths of the contract, each alone and with its methods.
func operationNames() schema {
	var paths, withMethod []string
	for _, op := range operations().all {
		paths = append(paths, op.Path)
		withMethod = append(withMethod, op.Method+" "+op.Path)
	}
	slices.Sort(paths)
	slices.Sort(withMethod)
	return schema{"enum": slices.Concat([]string{"*"}, slices.Compact(paths), withMethod)}
}

func (c Calls) encodeNode() *node {
	all := c.list()
	if len(all) == 1 {
		return textNode(all[0])
	}
	n := &node{kind: list}
	for _, one := range all {
		n.items = append(n.items, textNode(one))
	}
	return n
}

// pattern is one entry of Calls in a form to match with.
type pattern struct {
	text     string // as written, with braces emptied: the identity of the pattern
	method   string // "" = any
	segments []string
	wild     bool
}

func parsePattern(s string) pattern {
	method, path, found := strings.Cut(s, " ")
	if !found {
		method, path = "", s
	}
	p := pattern{method: strings.ToUpper(method), segments: segments(strings.TrimSpace(path))}
	p.wild = slices.Contains(p.segments, "*")
	p.text = "/" + strings.Join(p.segments, "/")
	if p.method != "" {
		p.text = p.method + " " + p.text
	}
	return p
}

// matches says whether the pattern takes in a call of the method to the path.
func (p pattern) matches(method string, path []string) bool {
	if notCall(method) && p.method != method {
		return false
	}
	return (p.method == "" || strings.EqualFold(p.method, method)) && matchSegments(p.segments, path)
}

// notCall says whether a method is none that a call has, but stands for something else.
func notCall(method string) bool {
	return method == methodACH || method == methodWebhook || method == methodLink
}

// matchSegments matches with "*" as one or more segments. A "*" on the right side is
// taken in by a "*" only, so that a pattern can be compared with a pattern.
func matchSegments(wanted, path []string) bool {
	for i, segment := range wanted {
		if segment == "*" {
			for rest := i + 1; rest <= len(path); rest++ {
				if matchSegments(wanted[i+1:], path[rest:]) {
					return true
				}
			}
			return false
		}
		if i >= len(path) || segment != path[i] {
			return false
		}
	}
	return len(wanted) == len(path)
}

// covers says whether every call that the other pattern takes in is taken in by this one.
func (p pattern) covers(other pattern) bool {
	if notCall(other.method) && p.method != other.method {
		return false
	}
	return (p.method == "" || p.method == other.method) && matchSegments(p.segments, other.segments)
}

// maxStars bounds the work of matching.
const maxStars = 3

func methodHelp() string {
	return "write a path, or one of " + strings.Join(methods, ", ") + " and a path"
}

// methods that a call can have.
var methods = []string{"POST", "GET", "PUT", "PATCH", "DELETE"}

// checkCalls reports patterns that no call can match.
func (r *report) checkCalls(calls Calls, at place) {
	for i, one := range calls.list() {
		below := at
		if at.node != nil && at.node.kind == list {
			below = at.index(i)
		}
		r.checkPattern(one, below)
	}
}

// checkPattern reports a pattern that no call can match.
func (r *report) checkPattern(s string, at place) {
	method, path, found := strings.Cut(s, " ")
	if !found {
		method, path = "", s
	}
	path = strings.TrimSpace(path)
	switch {
	case found && !slices.Contains(methods, strings.ToUpper(method)):
		r.add(at, "unknown method "+quote(method), methodHelp())
		return
	case path != "*" && !strings.HasPrefix(path, "/"):
		r.add(at, quote(s)+" is no path", pathHelp(method, "/"+path))
		return
	case strings.ContainsAny(path, " \t?#"):
		r.add(at, quote(path)+" is no path", "a path has no spaces, no ? and no #")
		return
	}
	if strings.Count(path, "*") > maxStars {
		r.add(at, quote(path)+" has too many *", "three at most")
		return
	}
	for segment := range strings.SplitSeq(path, "/") {
		if strings.Contains(segment, "*") && segment != "*" {
			r.add(at, quote(path)+" has a * inside of a segment",
				"* stands between slashes, for one or more whole segments: /processor/*")
			return
		}
	}
	p := parsePattern(s)
	if len(p.operations()) > 0 {
		return
	}
	if p.method != "" {
		p.method = ""
		if ops := p.operations(); len(ops) > 0 {
			r.add(at, "no operation "+quote(s), "the method of "+ops[0].Path+" is "+ops[0].Method)
			return
		}
	}
	if p.wild {
		r.add(at, "no operation matches "+quote(s), wildHelp(p))
		return
	}
	r.add(at, "no operation "+quote(path), pathHelp(method, path))
}
