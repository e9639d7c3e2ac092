package scenario

import (
	"bytes"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// yamlLine finds the line in the library's messages.
var yamlLine = regexp.MustCompile(`^yaml: (?:line [0-9]+: )?`)

const secondColon = "mapping values are not allowed"

// syntaxHelp says in an author's words what the library's messages mean.
var syntaxHelp = []struct{ message, what, right string }{
	{
		secondColon, "a second \": \" on one line, or a line that is indented too far",
		"quote a value that contains \": \"; keys of one mapping begin in the same column",
	},
	{"found character that cannot start any token", "a value cannot begin with this character", "quote the value"},
	{"could not find expected ':'", "a key without \":\" behind it", "write \"key: value\""},
	{
		"did not find expected key", "the mapping breaks off here",
		"keys of one mapping begin in the same column, and nothing stands behind a closing quote or bracket; " +
			"in single quotes ' is written ''",
	},
	{
		"did not find expected '-' indicator", "this line does not fit the list before it",
		"items of one list begin with \"- \" in the same column, the keys of one item below its first key",
	},
	{
		"did not find expected ',' or ']'", "a list that is opened with [ is not closed",
		"close it with ], and quote items that contain , [ ] { } or ?",
	},
	{
		"did not find expected ',' or '}'", "a mapping that is opened with { is not closed",
		"close it with }, and quote values that contain , [ ] { } or ?",
	},
	{
		"did not find expected node content", "a bracket is not closed, or a value is missing",
		"close it; quote a value that begins with , ] or }",
	},
	{"found unexpected end of stream", "a quoted text is not closed", "close the quotes"},
	{
		"unknown anchor", "an alias (*name) without its anchor (&name)",
		"write &name before the value that is meant, or quote a value that begins with *",
	},
	{
		"did not find expected alphabetic or numeric character", "a * or & without a name",
		"quote a value that begins with * or &: \"*\"",
	},
	{
		"found unknown escape character", "an unknown escape in double quotes",
		"write \\\\ for a backslash, or use single quotes",
	},
}

// comment stands before a text whose error is looked for: the library has no line for
// errors on the first one.
var comment = []byte("#\n")

// syntax reports what the library could not parse, at the line where it stopped. The
// library's own line may be that of the enclosing block, so the line is found as the
// shortest beginning of the file that fails in the same way.
func (r *report) syntax(data []byte, err error) {
	lines := bytes.SplitAfter(data, []byte("\n"))
	if _, _, e := decodeYAML(slices.Concat(comment, data)); e != nil {
		err = e
	}
	low, high := 1, len(lines)
	for low < high {
		middle := (low + high) / 2
		_, _, e := decodeYAML(slices.Concat(comment, bytes.Join(lines[:middle], nil)))
		if e != nil && e.Error() == err.Error() {
			high = middle
		} else {
			low = middle + 1
		}
	}
	shown := strings.TrimRight(string(lines[low-1]), "\r\n")
	indent := len(shown) - len(strings.TrimLeft(shown, " \t"))
	at := place{node: &node{line: low, column: indent + 1}}
	for _, line := range []int{low, max(1, low-1), 1} { // what breaks a line may stand on one before
		if column, what, right := slipIn(string(lines[line-1])); what != "" {
			r.add(place{node: &node{line: line, column: column}}, what, right)
			return
		}
	}
	if open, closed := strings.Count(shown, "{"), strings.Count(shown, "}"); open > 0 && closed > open {
		r.add(at, "a closing } too many, at "+quote(strings.TrimSpace(shown)), "remove it")
		return
	}
	message := yamlLine.ReplaceAllString(err.Error(), "")
	for _, help := range syntaxHelp {
		if strings.Contains(message, help.message) {
			if first := strings.Index(shown, ": "); first >= 0 && help.message == secondColon {
				if second := strings.Index(shown[first+1:], ": "); second >= 0 {
					at.node.column = utf8.RuneCountInString(shown[:first+1+second]) + 1
				}
			}
			r.add(at, help.what+", at "+quote(strings.TrimSpace(shown)), help.right)
			return
		}
	}
	r.add(at, "no valid YAML at "+quote(strings.TrimSpace(shown)), message)
}

// slips are what a line looks like that a newcomer wrote wrongly. They are looked for
// only where the file is no YAML; the group of a form is where the mistake stands.
var slips = sync.OnceValue(func() []slip {
	return []slip{
		{regexp.MustCompile(`^ *(\t)`), "a tab in the indentation", "YAML is indented with spaces"},
		{regexp.MustCompile(`^\s*(//|/\*)`), "a comment of another language", "a comment begins with #"},
		{regexp.MustCompile("^\\s*(```)"), "a line of Markdown", "remove the lines with ```"},
		{regexp.MustCompile(`^\s*([\x{2010}-\x{2015}])`), "a long dash", "items of a list begin with \"- \""},
		{regexp.MustCompile(`(\x{a0})`), "a no-break space (U+00A0)", "write an ordinary space"},
		{regexp.MustCompile(`^\s*-([a-z_]+:)`), "no space behind the dash", "items of a list begin with \"- \""},
		{
			regexp.MustCompile(`(?:^|[\s{,])(?:` + strings.Join(allKeys(), "|") + `)(:)[^\s:,}]`), "no space behind the colon",
			"write \"key: value\"",
		},
	}
})

type slip struct {
	form        *regexp.Regexp
	what, right string
}

// allKeys are the keys of the whole language.
func allKeys() []string {
	keys := map[string]bool{}
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(t reflect.Type) {
		below, ok := structOf(t)
		if !ok || seen[below] {
			return
		}
		seen[below] = true
		for _, f := range fieldsOf(below) {
			keys[f.key] = true
			walk(f.typ)
		}
	}
	walk(reflect.TypeFor[Scenario]())
	return sortedKeys(keys)
}

// slipIn finds what is wrong with a line. The column counts characters from 1.
func slipIn(line string) (column int, what, right string) {
	for _, one := range slips() {
		if at := one.form.FindStringSubmatchIndex(line); at != nil {
			return utf8.RuneCountInString(line[:at[2]]) + 1, one.what, one.right
		}
	}
	return 0, "", ""
}
