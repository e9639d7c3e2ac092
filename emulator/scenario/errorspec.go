package scenario

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"tweed/emulator/internal/catalogue"
)

// ErrorSpec names a row of the error catalogue, and what is to be different from it.
//
//	error: ITEM_LOGIN_REQUIRED
//	error: CHECK_REPORT_ERROR/NO_ACCOUNTS     # TYPE/CODE where several types have the code
//	error: RATE_LIMIT_EXCEEDED                # a type: the code is that of the endpoint
//	error: 1106                               # of Plaid's old API
//	error: {code: INTERNAL_SERVER_ERROR, status: 503, message: try later, display_message: null}
type ErrorSpec struct {
	// Code is CODE or TYPE/CODE.
	Code string `yaml:"code"`
	// Variant names a further text of the row.
	Variant string `yaml:"variant"`
	// Args fill the parameters of the row's message: {fields} and the like.
	Args map[string]string `yaml:"args"`
	// Status is the HTTP status instead of the row's. A row that never is an HTTP error
	// needs it.
	Status int `yaml:"status"`
	// Message is the error_message instead of the row's.
	Message string `yaml:"message"`
	// DisplayMessage is the display_message instead of the row's: nil leaves the row's,
	// an empty text stands for null.
	DisplayMessage *NullText `yaml:"display_message"`
	// DocumentationURL is the documentation_url instead of the row's.
	DocumentationURL string `yaml:"documentation_url"`
	// Extra are further members of the error's body: causes, error_code_reason.
	Extra map[string]any `yaml:"extra"`
}

// NullText is a text of an answer that can be null, which is written as "".
type NullText string

func (t *NullText) decodeNode(r *report, n *node, at place) {
	if n.kind != scalar {
		r.add(at, "here stands "+n.what(), "it must be text or null")
		return
	}
	if !n.empty() {
		*t = NullText(n.value)
	}
}

func (NullText) schema(*describer) schema {
	return schema{"type": []string{"string", "number", "boolean", "null"}}
}

func (t NullText) encodeNode() *node {
	if t == "" {
		return nullNode()
	}
	return textNode(string(t))
}

func (s *ErrorSpec) decodeNode(r *report, n *node, at place) {
	if n.kind == scalar && n.sort != null {
		s.Code = n.value
		return
	}
	if n.kind != mapping {
		r.add(at, "here stands "+n.what(), "it must be a code, or a mapping such as {code: CODE, status: 503}")
		return
	}
	r.decodeStruct(n, reflect.ValueOf(s).Elem(), at)
}

func (ErrorSpec) schema(d *describer) schema {
	d.define("ErrorCode", errorCodes)
	return d.about(anyOf(ref("ErrorCode"), d.members(reflect.TypeFor[ErrorSpec]())), "ErrorSpec", "")
}

func (ErrorSpec) limits() limits {
	return limits{
		keys:  map[string]schema{"code": ref("ErrorCode"), "status": integer(200, 599)},
		whole: schema{"type": "object", "required": []string{"code"}},
	}
}

func (s ErrorSpec) encodeNode() *node {
	type members ErrorSpec
	n := encode(reflect.ValueOf(members(s)))
	if len(n.keys) == 1 && n.keys[0].value == "code" {
		return textNode(s.Code)
	}
	return n
}

// errorEffect answers with a row of the catalogue.
var errorEffect = effect{
	key:     "error",
	instead: true,
	used:    func(t *Then) bool { return t.Error != nil },
	check: func(r *report, rule *Rule, t *Then, at place) {
		if t.Error != nil {
			t.Error.check(r, rule.Call, at.key("error"))
		}
	},
	prepare: func(t *Then) action {
		spec := *t.Error
		if rows := allRows(spec.Code); len(rows) == 1 {
			fixed := spec.make(rows[0])
			return func(p *Plan, _ use) { p.Error = fixed }
		}
		return func(p *Plan, u use) { p.Error = spec.at(u.path) }
	},
}

// check reports codes that do not exist or are not decided, and overrides that cannot be.
func (s *ErrorSpec) check(r *report, calls Calls, at place) {
	code := at
	if at.has("code") {
		code = at.key("code")
	}
	rows := allRows(s.Code)
	switch {
	case s.Code == "":
		r.add(at, "the error has no code", "write error: CODE, or error: {code: CODE, ...}")
		return
	case len(rows) == 0:
		r.add(code, "unknown error code "+quote(s.Code), codeHelp(s.Code))
		return
	}
	if problem := undecided(s.Code, calls); problem != "" {
		r.add(code, problem, "write one of "+strings.Join(keysOfRows(catalogue.Find(s.Code)), ", "))
		return
	}
	if s.Status == 0 && !at.has("status") && neverError(rows) {
		r.add(code, s.Code+" never is an HTTP error by itself ("+rows[0].Never+")",
			"give a status: {error: {code: "+s.Code+", status: 400}}")
	}
	if (s.Status != 0 || at.has("status")) && (s.Status < 200 || s.Status > 599) {
		r.add(at.key("status"), fmt.Sprintf("%d is no status of an answer", s.Status), "write a number from 200 to 599")
	}
	if _, err := json.Marshal(s.Extra); err != nil {
		r.add(at.key("extra"), "extra is no JSON: "+err.Error(), "")
	}
	s.checkVariant(r, rows, at)
	s.checkArgs(r, rows, at.key("args"))
}

func (s *ErrorSpec) checkVariant(r *report, rows []*catalogue.Row, at place) {
	if s.Variant == "" {
		return
	}
	var names []string
	for _, row := range rows {
		for _, v := range row.Variants {
			names = append(names, v.Name)
		}
	}
	switch {
	case len(names) == 0:
		r.add(at.key("variant"), s.Code+" has no variants", "write message: for an own text")
	case !slices.Contains(names, s.Variant):
		r.add(at.key("variant"), s.Code+" has no variant "+quote(s.Variant), meant(s.Variant, names))
	}
}

func (s *ErrorSpec) checkArgs(r *report, rows []*catalogue.Row, at place) {
	var names []string
	for _, row := range rows {
		for _, param := range s.params(row) {
			names = append(names, param.Name)
		}
	}
	for _, name := range sortedKeys(s.Args) {
		switch {
		case slices.Contains(names, name):
		case len(names) == 0:
			r.add(at.name(name), "the message of "+s.Code+" has no parameters", "write message: for an own text")
		default:
			r.add(at.name(name), "the message of "+s.Code+" has no parameter "+quote(name), meant(name, names))
		}
	}
}

// params are the parameters of the text that the row gives with this variant.
func (s *ErrorSpec) params(row *catalogue.Row) []catalogue.Param {
	for i := range row.Variants {
		if s.Variant != "" && row.Variants[i].Name == s.Variant {
			return row.Variants[i].Params
		}
	}
	return row.Params
}

// neverError says whether none of the rows is an HTTP error by itself.
func neverError(rows []*catalogue.Row) bool {
	return !slices.ContainsFunc(rows, func(row *catalogue.Row) bool { return row.Never == "" && row.Status != 0 })
}

// make builds the error of a row with what is different from it.
func (s *ErrorSpec) make(row *catalogue.Row) *catalogue.Error {
	var args []string
	for _, param := range s.params(row) {
		if value, ok := s.Args[param.Name]; ok {
			args = append(args, param.Name, value)
		}
	}
	var e *catalogue.Error
	if s.Variant != "" && row.HasVariant(s.Variant) {
		e = row.Variant(s.Variant, args...)
	} else {
		e = row.New(args...)
	}
	if s.DocumentationURL != "" {
		changed := *row
		changed.DocURL = s.DocumentationURL
		e = &catalogue.Error{Row: &changed, Status: e.Status, Message: e.Message, Display: e.Display, Extra: e.Extra}
	}
	if s.Status != 0 {
		e.Status = s.Status
	}
	if s.Message != "" {
		e.Message = s.Message
	}
	if s.DisplayMessage != nil {
		e.Display = nil
		if text := string(*s.DisplayMessage); text != "" {
			e.Display = &text
		}
	}
	if len(s.Extra) > 0 {
		extra := maps.Clone(e.Extra)
		if extra == nil {
			extra = map[string]any{}
		}
		maps.Copy(extra, s.Extra)
		e.Extra = extra
	}
	return e
}

// at returns the error for a call of an operation. A code that the operation does not
// decide gives its first row; an unknown one, which no checked rule has, nil.
func (s *ErrorSpec) at(path string) *catalogue.Error {
	row, err := rowAt(s.Code, familyOf(path), path)
	if err != nil {
		rows := allRows(s.Code)
		if len(rows) == 0 {
			return nil
		}
		row = rows[0]
	}
	return s.make(row)
}

// Resolve returns the error for a call to a path, as the contract has it: what a rule
// with this ErrorSpec answers there. A code that is unknown, that the path does not
// decide, or that never is an HTTP error while no status is given, is refused with
// Problems.
func (s *ErrorSpec) Resolve(path string) (*catalogue.Error, error) {
	r := &report{}
	s.check(r, Calls(path), place{})
	if err := r.err(); err != nil {
		return nil, err
	}
	return s.at(path), nil
}
