package main

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strings"

	"tweed/emulator/internal/contract/gen/spec"
)

// The lines of api.ts that say something, as OpenAPI Generator's typescript-axios templates write them.
var (
	versionLine   = regexp.MustCompile(`^ \* The version of the OpenAPI document: (\S+)`)
	interfaceLine = regexp.MustCompile(`^export interface (\w+) \{`)
	enumLine      = regexp.MustCompile(`^export enum (\w+) \{`)
	unionLine     = regexp.MustCompile(`^export type (\w+) = (.+);$`)
	memberLine    = regexp.MustCompile(`^    '?([^':?]+?)'?(\??): (.+);$`)
	valueLine     = regexp.MustCompile(`^    \S+ = '(.*)',?$`)
	callLine      = regexp.MustCompile(`^        (\w+): async \((.*)\): Promise<RequestArgs> => \{`)
	pathLine      = regexp.MustCompile("^            const localVarPath = `([^`]+)`")
	methodLine    = regexp.MustCompile(`^            const localVarRequestOptions = \{ method: '(\w+)'`)
	bodyLine      = regexp.MustCompile(`serializeDataIfNeeded\((\w+),`)
	replyLine     = regexp.MustCompile(`^        async (\w+)\(.*=> AxiosPromise<(\w+)>> \{`)
	commentLine   = regexp.MustCompile(`^     \* ([^@].*)`)
)

// scanner reads api.ts into a contract.
type scanner struct {
	contract *spec.Contract
	typ      *spec.Type // the interface or enum that is being read
	op       *spec.Op   // the call that is being read
	params   string     // its parameters
	comment  string     // of the member that comes next
	unions   map[string]string
	replies  map[string]string // what calls answer, by their ids
}

// readTypeScript reads the interfaces, enums and calls of api.ts. It says only "number" for integers, and the formats
// of strings only in comments (see format).
func readTypeScript(r io.Reader) (*spec.Contract, error) {
	s := &scanner{
		contract: &spec.Contract{Types: map[string]*spec.Type{}},
		unions:   map[string]string{}, replies: map[string]string{},
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		s.line(lines.Text())
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if s.contract.Version == "" || len(s.contract.Ops) == 0 || len(s.contract.Types) == 0 {
		return nil, fmt.Errorf("no version, calls or interfaces found: the file is not what typescript-axios writes")
	}
	for name, branches := range s.unions {
		s.union(name, branches)
	}
	for _, op := range s.contract.Ops {
		op.Reply = s.replies[op.ID]
	}
	return s.contract, nil
}

// line reads one line.
func (s *scanner) line(line string) {
	switch {
	case s.op != nil:
		s.call(line)
	case callLine.MatchString(line):
		m := callLine.FindStringSubmatch(line)
		s.op, s.params = &spec.Op{ID: m[1], Family: "plaid"}, m[2]
	case strings.HasPrefix(line, "}"):
		s.typ = nil
	case s.typ != nil:
		s.member(line)
	case interfaceLine.MatchString(line):
		s.declare(interfaceLine.FindStringSubmatch(line)[1])
	case enumLine.MatchString(line):
		s.declare(enumLine.FindStringSubmatch(line)[1])
	case unionLine.MatchString(line):
		m := unionLine.FindStringSubmatch(line)
		s.unions[m[1]] = m[2]
	case replyLine.MatchString(line):
		m := replyLine.FindStringSubmatch(line)
		s.replies[m[1]] = m[2]
	case s.contract.Version == "" && versionLine.MatchString(line):
		s.contract.Version = versionLine.FindStringSubmatch(line)[1]
	}
}

// declare starts a type.
func (s *scanner) declare(name string) {
	s.typ = &spec.Type{Name: name}
	s.contract.Types[name] = s.typ
}

// member reads a line inside an interface or enum.
func (s *scanner) member(line string) {
	if m := valueLine.FindStringSubmatch(line); m != nil {
		s.typ.Values = append(s.typ.Values, strings.ReplaceAll(m[1], `\'`, `'`))
	} else if m := commentLine.FindStringSubmatch(line); m != nil {
		s.comment = m[1]
	} else if m := memberLine.FindStringSubmatch(line); m != nil && !strings.HasPrefix(line, "     ") {
		f := &spec.Field{Name: m[1], Required: m[2] == "", Type: use(m[3])}
		if f.Type.Name == spec.String {
			f.Type.Format = format(f.Name, s.comment)
		}
		s.typ.Fields = append(s.typ.Fields, f)
		s.comment = ""
	}
}

var (
	datetimeName    = regexp.MustCompile(`(?i)(_at|time|timestamp)$|^date_`)
	datetimeComment = regexp.MustCompile(`\dT\d\d:|DDT`)
	dateName        = regexp.MustCompile(`(^|_)date$`)
)

// format is the format word that the generator has dropped, as far as a member's name and its comment give it away.
func format(name, comment string) string {
	switch {
	case datetimeName.MatchString(name), datetimeComment.MatchString(comment):
		return "date-time"
	case dateName.MatchString(name), strings.Contains(comment, "YYYY-MM-DD"):
		return "date"
	}
	return ""
}

// call reads a line inside the function that builds a call.
func (s *scanner) call(line string) {
	switch {
	case line == "        },":
		// The functions without a path only wrap those that build a call.
		if s.op.Path != "" {
			s.contract.Ops = append(s.contract.Ops, s.op)
		}
		s.op = nil
	case pathLine.MatchString(line):
		s.op.Path = pathLine.FindStringSubmatch(line)[1]
	case methodLine.MatchString(line):
		s.op.Method = methodLine.FindStringSubmatch(line)[1]
	case bodyLine.MatchString(line):
		name := bodyLine.FindStringSubmatch(line)[1]
		param := regexp.MustCompile(`(?:^|, )` + name + `\??: (\{[^}]*\}|\w+)`)
		if m := param.FindStringSubmatch(s.params); m != nil {
			s.op.Request = m[1]
		}
	}
}

// union replaces `type A = B | C` by a type that accepts what B or C accepts.
func (s *scanner) union(name, branches string) {
	merged := &spec.Type{Name: name}
	for i, b := range strings.Split(branches, " | ") {
		t := s.contract.Types[b]
		if t == nil {
			return
		}
		if i == 0 {
			merged.Values = append(merged.Values, t.Values...)
			for _, f := range t.Fields {
				g := *f
				merged.Fields = append(merged.Fields, &g)
			}
			continue
		}
		merged.Union(t)
	}
	s.contract.Types[name] = merged
}

// use reads a type expression.
func use(expr string) spec.Ref {
	if rest, ok := strings.CutSuffix(expr, " | null"); ok {
		r := use(rest)
		r.Nullable = true
		return r
	}
	for _, list := range []string{"Array<", "Set<"} {
		if rest, ok := strings.CutPrefix(expr, list); ok {
			items := use(strings.TrimSuffix(rest, ">"))
			return spec.Ref{Items: &items}
		}
	}
	switch expr {
	case spec.String, spec.Number, spec.Boolean, spec.Any:
		return spec.Ref{Name: expr}
	case "object":
		return spec.Ref{Name: spec.Map}
	}
	if strings.HasPrefix(expr, "{") {
		return spec.Ref{Name: spec.Map}
	}
	if strings.Contains(expr, " ") {
		return spec.Ref{Name: spec.Any}
	}
	return spec.Ref{Name: expr}
}
