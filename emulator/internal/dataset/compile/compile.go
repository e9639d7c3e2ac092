// Package compile turns the YAML files of package fixtures into Go tables: the rows of package catalogue and the
// institutions, users and processors of package dataset. It runs under `go generate` and in tests, never in the
// binary, so that starting Tweed parses nothing: reading the error files alone would take 6 ms, tables take nothing.
//
// Loading is strict: an unknown key, a double key, a double row, a missing source, a parameter without an example
// are errors that name file and line.
//
// The types here mirror those of the two packages (same names, same fields), because a generator that imported the
// package it generates for could not run once its output no longer compiles.
package compile

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// document is one YAML file: its values have been decoded strictly, its nodes give the lines.
type document struct {
	file     string
	root     *yaml.Node
	problems []string
}

// unknownKey is how yaml.v3 words a key that the Go type lacks.
var unknownKey = regexp.MustCompile(`^line (\d+): field (\S+) not found in type \S+$`)

// otherProblem is any further complaint of yaml.v3 with a line.
var otherProblem = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)

// load decodes one file strictly into out, a pointer to a struct.
func load(files fs.FS, file string, out any) (*document, error) {
	data, err := fs.ReadFile(files, file)
	if err != nil {
		return nil, fmt.Errorf("fixtures: %w", err)
	}
	d := &document{file: file, root: &yaml.Node{}}
	if err := yaml.Unmarshal(data, d.root); err != nil {
		return nil, d.reword(err)
	}
	dec := yaml.NewDecoder(strings.NewReader(string(data)))
	dec.KnownFields(true)
	if err := dec.Decode(out); err != nil {
		return nil, d.reword(err)
	}
	return d, nil
}

// reword puts the file before the line, and says "unknown key" instead of naming a Go type.
func (d *document) reword(err error) error {
	lines := []string{err.Error()}
	var te *yaml.TypeError
	if errors.As(err, &te) {
		lines = te.Errors
	}
	for _, l := range lines {
		switch {
		case unknownKey.MatchString(l):
			d.problems = append(d.problems, unknownKey.ReplaceAllString(l, d.file+`:$1: unknown key "$2"`))
		case otherProblem.MatchString(l):
			d.problems = append(d.problems, otherProblem.ReplaceAllString(l, d.file+`:$1: $2`))
		default:
			d.problems = append(d.problems, d.file+": "+l)
		}
	}
	return d.err()
}

// complain notes a problem at a line.
func (d *document) complain(line int, format string, args ...any) {
	d.problems = append(d.problems, fmt.Sprintf("%s:%d: %s", d.file, line, fmt.Sprintf(format, args...)))
}

// err gives all problems as one error, or nil.
func (d *document) err() error {
	if len(d.problems) == 0 {
		return nil
	}
	return errors.New(strings.Join(d.problems, "\n"))
}

// line of the node at a path of mapping keys (strings) and sequence indices (ints); that of the last node found when
// the path ends early.
func (d *document) line(path ...any) int {
	n := d.root.Content[0]
	for _, step := range path {
		next := child(n, step)
		if next == nil {
			break
		}
		n = next
	}
	return n.Line
}

func child(n *yaml.Node, step any) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch s := step.(type) {
	case int:
		if n.Kind == yaml.SequenceNode && s < len(n.Content) {
			return n.Content[s]
		}
	case string:
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == s {
				return n.Content[i+1]
			}
		}
	}
	return nil
}

var confidences = []string{"documented", "observed", "assumed"}

// sourced checks the two columns that every fact has.
func (d *document) sourced(line int, confidence, source string) {
	if !slices.Contains(confidences, confidence) {
		d.complain(line, "confidence is %q; documented, observed or assumed is right", confidence)
	}
	if source == "" {
		d.complain(line, "source is missing: say where the fact comes from")
	}
}
