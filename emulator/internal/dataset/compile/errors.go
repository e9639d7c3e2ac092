package compile

import (
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// ErrorFiles are the files behind the catalogue, in the order of its rows.
var ErrorFiles = []string{
	"errors.yaml", "errors_legacy.yaml", "errors_legit.yaml", "errors_sentinel.yaml", "errors_tweed.yaml",
}

const limitsFile = "rate_limits.yaml"

// Row mirrors catalogue.Row.
type Row struct {
	Family     string `yaml:"-"`
	Type       string
	Code       string
	Status     int
	Label      string
	Message    string            `yaml:"-"`
	Given      *string           `yaml:"message" gen:"-"`
	Example    map[string]string `gen:"-"`
	Params     []Param           `yaml:"-"`
	Text       string            `gen:"-"`
	Neutral    bool              `yaml:"-"`
	Display    *string
	DocURL     string  `yaml:"-"`
	Doc        *string `gen:"-"`
	Resolve    string
	Confidence string
	Source     string
	Trigger    string
	Never      string
	Note       string
	Variants   []Variant
}

// Variant mirrors catalogue.Variant.
type Variant struct {
	Name       string
	Status     int
	Message    string
	Example    map[string]string `gen:"-"`
	Params     []Param           `yaml:"-"`
	When       string
	Display    *string
	DocURL     string `yaml:"doc"`
	Confidence string
	Source     string
}

// Param mirrors catalogue.Param.
type Param struct{ Name, Example string }

// Place mirrors catalogue.Place.
type Place struct {
	Type     string
	Prefixes []string
}

type errorFile struct {
	Family        string
	Documentation map[string]string
	Places        []Place
	Rows          []Row
}

// Errors gives the Go source of the catalogue's tables. Its errors name file and line.
func Errors(files fs.FS) ([]byte, error) {
	t := newTable()
	var rows []Row
	var places []Place
	for _, name := range ErrorFiles {
		var f errorFile
		d, err := load(files, name, &f)
		if err != nil {
			return nil, err
		}
		d.checkErrors(&f)
		if err := d.err(); err != nil {
			return nil, err
		}
		rows = append(rows, f.Rows...)
		places = append(places, f.Places...)
	}
	limits, err := limitTable(files, rows)
	if err != nil {
		return nil, err
	}
	t.slice("rows", "are the errors of all families, in the order of their files.", rows)
	t.slice("places", "say which type an ambiguous code has at which paths.", places)
	t.slice("limits", "are the Sandbox's rate limits.", limits.Limits)
	t.str("defaultLimit", "is the code at a path without a row in limits.", limits.Default)
	return t.source("catalogue", append(slices.Clone(ErrorFiles), limitsFile))
}

var families = []string{"plaid", "legacy", "legit", "sentinel", "tweed"}

func (d *document) checkErrors(f *errorFile) {
	if !slices.Contains(families, f.Family) {
		d.complain(d.line("family"), "family is %q; one of %s is right", f.Family, strings.Join(families, ", "))
		return
	}
	seen := map[string]int{}
	types := map[string]bool{}
	for i := range f.Rows {
		r := &f.Rows[i]
		line := d.line("rows", i)
		r.Family = f.Family
		key := strings.TrimPrefix(r.Type+"/"+r.Code, "/")
		if first, ok := seen[key]; ok {
			d.complain(line, "%s is here twice; the first one is in line %d", key, first)
		}
		seen[key] = line
		types[r.Type] = true
		r.DocURL = f.Documentation[r.Type]
		if r.Doc != nil {
			r.DocURL = *r.Doc
		}
		d.checkRow(r, line)
		for j := range r.Variants {
			d.checkVariant(r, j, d.line("rows", i, "variants", j))
		}
	}
	for _, typ := range slices.Sorted(maps.Keys(f.Documentation)) {
		if !types[typ] {
			d.complain(d.line("documentation", typ), "documentation names the type %s, which no row has", typ)
		}
	}
	for i, p := range f.Places {
		if !types[p.Type] || len(p.Prefixes) == 0 {
			d.complain(d.line("places", i), "a place needs a type that a row has, and prefixes")
		}
	}
}

var nevers = []string{"", "retired", "not an error status", "no status known"}

func (d *document) checkRow(r *Row, line int) {
	if r.Code == "" {
		d.complain(line, "code is missing")
	}
	d.sourced(line, r.Confidence, r.Source)
	if !slices.Contains(nevers, r.Never) {
		d.complain(line, "never is %q; one of %q is right", r.Never, nevers[1:])
	}
	if r.Never == "" && (r.Status < 400 || r.Status > 599) {
		d.complain(line, "status is %d; an HTTP error is 400 to 599 (or say never: and why)", r.Status)
	}
	if r.Text != "" && r.Text != "assumed" {
		d.complain(line, "text is %q; only assumed is right (the message is Tweed's)", r.Text)
	}
	r.Neutral = r.Text == "assumed"
	nullable := r.Family == "legit" || r.Family == "sentinel"
	switch {
	case r.Given != nil:
		r.Message = *r.Given
	case !nullable:
		d.complain(line, `message is missing ("" where the vendor sends an empty one)`)
	}
	if r.Family == "plaid" && (r.Type == "" || (r.DocURL == "" && r.Doc == nil)) {
		d.complain(line, "type is missing, or documentation has no line for it")
	}
	r.Params = d.params(line, r.Message, r.Example)
}

func (d *document) checkVariant(r *Row, j, line int) {
	v := &r.Variants[j]
	if v.Name == "" || v.Message == "" || v.When == "" {
		d.complain(line, "a variant needs name, message and when")
	}
	if v.Confidence == "" {
		v.Confidence = r.Confidence
	}
	d.sourced(line, v.Confidence, v.Source)
	if slices.ContainsFunc(r.Variants[:j], func(o Variant) bool { return o.Name == v.Name }) {
		d.complain(line, "the variant %s is here twice", v.Name)
	}
	v.Params = d.params(line, v.Message, v.Example)
}

var paramName = regexp.MustCompile(`\{([a-z_]+)\}`)

// params pairs the {names} of a message with their examples: each needs the other.
func (d *document) params(line int, message string, example map[string]string) []Param {
	var out []Param
	for _, m := range paramName.FindAllStringSubmatch(message, -1) {
		if slices.ContainsFunc(out, func(p Param) bool { return p.Name == m[1] }) {
			continue
		}
		value, ok := example[m[1]]
		if !ok {
			d.complain(line, "the parameter {%s} has no example", m[1])
		}
		out = append(out, Param{Name: m[1], Example: value})
	}
	if strings.ContainsAny(paramName.ReplaceAllString(message, ""), "{}") {
		d.complain(line, "the message has braces that are no {name}")
	}
	for _, name := range slices.Sorted(maps.Keys(example)) {
		if !slices.ContainsFunc(out, func(p Param) bool { return p.Name == name }) {
			d.complain(line, "example has {%s}, which the message lacks", name)
		}
	}
	return out
}

// Limit mirrors catalogue.Limit.
type Limit struct {
	Path       string
	Code       string
	ClientCode string `yaml:"client_code"`
	PerItem    int    `yaml:"per_item"`
	PerClient  int    `yaml:"per_client"`
	Confidence string
}

type limitFile struct {
	Default string
	Limits  []Limit
}

func limitTable(files fs.FS, rows []Row) (*limitFile, error) {
	var f limitFile
	d, err := load(files, limitsFile, &f)
	if err != nil {
		return nil, err
	}
	known := func(code string) bool {
		return slices.ContainsFunc(rows, func(r Row) bool { return r.Type == "RATE_LIMIT_EXCEEDED" && r.Code == code })
	}
	if !known(f.Default) {
		d.complain(d.line("default"), "%s is no row of RATE_LIMIT_EXCEEDED", f.Default)
	}
	seen := map[string]bool{}
	for i, l := range f.Limits {
		line := d.line("limits", i)
		if seen[l.Path] {
			d.complain(line, "%s is here twice", l.Path)
		}
		seen[l.Path] = true
		if !known(l.Code) || (l.ClientCode != "" && !known(l.ClientCode)) {
			d.complain(line, "%s is no row of RATE_LIMIT_EXCEEDED", strings.TrimSpace(fmt.Sprint(l.Code, " ", l.ClientCode)))
		}
		d.sourced(line, l.Confidence, "header of the file")
	}
	return &f, d.err()
}
