package spec

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Overlay is one file of fixtures/contract: what the base contract lacks, each line with its source.
type Overlay struct {
	// Sources are the short names that the lines' from begins with, and what they stand for.
	Sources map[string]string `yaml:"sources"`
	Rules   []Rule            `yaml:"rules,omitempty"`
	// Types are whole types. Their name may not exist yet.
	Types []OverlayType `yaml:"types,omitempty"`
	// Operations are whole operations. Their method and path may not exist yet.
	Operations []OverlayOp `yaml:"operations,omitempty"`
	// Fields add one field to an object, or relax one.
	Fields []OverlayField `yaml:"fields,omitempty"`
	// Values add values to a set of strings.
	Values []OverlayValues `yaml:"values,omitempty"`
	// Apply gives rules to fields by their name.
	Apply []Apply `yaml:"apply,omitempty"`
	// Examples repair example answers.
	Examples []Repair `yaml:"examples,omitempty"`
	// Dropped are operations that a version of the API does not have any more.
	Dropped []OverlayDropped `yaml:"dropped,omitempty"`

	file string
}

// Rule says what a value must look like and how its refusal reads.
type Rule struct {
	Name string `yaml:"rule"`
	// Is is the form: string, integer, number, boolean, object, list, decimal, url, date, datetime, texts (an object of
	// strings that are not empty), or known (one of the values of the field's type).
	Is string `yaml:"is"`
	// Empty lets an empty string through.
	Empty bool `yaml:"empty,omitempty"`
	// Min and Max bound the characters of a string or the members of a list; Max 0 is no bound.
	Min int `yaml:"min,omitempty"`
	Max int `yaml:"max,omitempty"`
	// Alphabet holds the characters that a string may have; "" is all.
	Alphabet string `yaml:"alphabet,omitempty"`
	// Items names the rule of a list's members.
	Items string `yaml:"items,omitempty"`
	// Text is the refusal; {field} is the dotted path, {value} the first refused value, {values} all as JSON strings,
	// {known} the values of the field's type.
	Text string `yaml:"text"`
	// Row is the error's key; "" is INVALID_REQUEST/INVALID_FIELD.
	Row        string `yaml:"row,omitempty"`
	Confidence string `yaml:"confidence"`
	From       string `yaml:"from"`
}

// OverlayType is a whole type.
type OverlayType struct {
	Name   string      `yaml:"type"`
	Open   bool        `yaml:"open,omitempty"`
	Values []string    `yaml:"values,omitempty,flow"`
	Fields []TypeField `yaml:"fields,omitempty"`
	From   string      `yaml:"from"`
}

// TypeField is one field of an OverlayType, in the compiled form of a line.
type TypeField struct {
	Field string `yaml:"field"`
	From  string `yaml:"from,omitempty"`
}

// OverlayOp is a whole operation.
type OverlayOp struct {
	ID      string `yaml:"id"`
	Method  string `yaml:"method"`
	Path    string `yaml:"path"`
	Family  string `yaml:"family"`
	Request string `yaml:"request,omitempty"`
	Reply   string `yaml:"reply,omitempty"`
	// Media is the content type of a good answer: application/json when it is empty, NoMedia for none.
	Media string `yaml:"media,omitempty"`
	From  string `yaml:"from"`
}

// NoMedia is the media of an overlay's operation whose good answer has no content.
const NoMedia = "none"

// OverlayField adds one field (Add, in the compiled form of a line), or relaxes one: its absence (Optional) or its null
// (Null) is no fault any more. With Before an optional field is required from that version on.
type OverlayField struct {
	Type     string `yaml:"type"`
	Add      string `yaml:"add,omitempty"`
	Optional string `yaml:"optional,omitempty"`
	Null     string `yaml:"null,omitempty"`
	Before   string `yaml:"before,omitempty"`
	From     string `yaml:"from"`
}

// OverlayDropped says from which version on Plaid has no operation at a path any more.
type OverlayDropped struct {
	Path  string `yaml:"path"`
	Since string `yaml:"since"`
	From  string `yaml:"from"`
}

// OverlayValues adds values to a set of strings.
type OverlayValues struct {
	Type string   `yaml:"type"`
	Add  []string `yaml:"add,flow"`
	From string   `yaml:"from"`
}

// Apply gives a rule to the request fields of one name (of one operation when Operation is set) whose type is Is.
type Apply struct {
	Field     string `yaml:"field"`
	Operation string `yaml:"operation,omitempty"`
	Is        string `yaml:"is,omitempty"`
	Rule      string `yaml:"rule,omitempty"`
	Refuse    string `yaml:"refuse,omitempty"`
	From      string `yaml:"from"`
}

// ReadOverlays reads the overlay files of a folder in the order of their names.
func ReadOverlays(dir string) ([]*Overlay, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	overlays := make([]*Overlay, 0, len(files))
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		o, err := ParseOverlay(file, data)
		if err != nil {
			return nil, err
		}
		overlays = append(overlays, o)
	}
	return overlays, nil
}

// ParseOverlay reads the text of one overlay file.
func ParseOverlay(file string, data []byte) (*Overlay, error) {
	o := &Overlay{file: file}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(o); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if err := o.sourced(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return o, nil
}

// Name is the name of the overlay's file, without its folder.
func (o *Overlay) Name() string { return filepath.Base(o.file) }

// sourced checks that every line says where it is known from.
func (o *Overlay) sourced() error {
	lines := map[string]string{}
	for _, l := range o.Rules {
		lines["rule "+l.Name] = l.From
		if !slices.Contains([]string{"documented", "observed", "assumed"}, l.Confidence) {
			return fmt.Errorf("rule %s: confidence %q is not documented, observed or assumed", l.Name, l.Confidence)
		}
	}
	for _, l := range o.Types {
		lines["type "+l.Name] = l.From
	}
	for _, l := range o.Operations {
		lines["operation "+l.ID] = l.From
	}
	for _, l := range o.Fields {
		lines["field "+l.Type+" "+l.Add+l.Optional+l.Null] = l.From
	}
	for _, l := range o.Values {
		lines["values of "+l.Type] = l.From
	}
	for _, l := range o.Apply {
		lines["apply "+l.Field+" "+l.Operation] = l.From
	}
	for _, l := range o.Examples {
		lines["example of "+l.Operation+" at "+l.At] = l.From
	}
	for _, l := range o.Dropped {
		lines["dropped "+l.Path] = l.From
	}
	for line, from := range lines {
		if key, _ := cutSource(from); o.Sources[key] == "" {
			return fmt.Errorf("%s: from %q does not begin with one of the file's sources", line, from)
		}
	}
	return nil
}

// source spells out a from.
func (o *Overlay) source(from string) string {
	key, rest := cutSource(from)
	return strings.TrimRight(o.Sources[key]+" "+rest, " ,")
}

// cutSource splits a from into the key of the file's sources that it begins with and the rest.
func cutSource(from string) (key, rest string) {
	key, rest, _ = strings.Cut(from, " ")
	return strings.TrimRight(key, ";,"), rest
}
