// Package recorded reads the recorded requests and answers of Plaid's Sandbox, and the list of where Tweed's answers
// differ from them. They are sent again by the tests of package plaid, and counted in FIDELITY.md.
package recorded

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Recordings are all pairs of one source.
type Recordings struct {
	// Source says where they were recorded, and what is masked in them.
	Source string `json:"source"`
	// Samples are known by their place in this list.
	Samples []Sample `json:"samples"`
	// Known is where our answers are not these, and why.
	Known Known `json:"-"`
}

// Sample is one request to Plaid's Sandbox and its answer.
type Sample struct {
	Endpoint string            `json:"endpoint"`
	Version  string            `json:"plaid_version"`
	Date     string            `json:"date"`
	Request  map[string]any    `json:"request"`
	Status   int               `json:"status"`
	Headers  map[string]string `json:"response_headers"`
	Response map[string]any    `json:"response"`
}

// Known is differences.yaml: where our answers are not the recorded ones, and why.
type Known struct {
	Differences []Difference `yaml:"differences"`
}

// Difference is one member of the answers of some samples.
type Difference struct {
	// Path is that of a member in the answer, * stands for a name or a number; or it is "status", and the whole answer
	// is another one.
	Path string `yaml:"path,omitempty"`
	// Samples are numbers in Recordings.Samples with their endpoints.
	Samples map[int]string `yaml:"samples"`
	Reason  string         `yaml:"reason"`
}

// Fits tells whether the difference is about the member at a path.
func (d Difference) Fits(path string) bool {
	want, got := strings.Split(d.Path, "/"), strings.Split(path, "/")
	return slices.EqualFunc(want, got, func(want, got string) bool { return want == "*" || want == got })
}

// Of tells whether one of some differences is about a sample.
func Of(list []Difference, sample int) bool {
	return slices.ContainsFunc(list, func(d Difference) bool { return d.Samples[sample] != "" })
}

// Load reads recorded.json and differences.yaml of a folder. It fails on a key that it does not know, on a difference
// without a reason, and on a sample that is named with another endpoint than it has.
func Load(dir string) (*Recordings, error) {
	text, err := os.ReadFile(filepath.Join(dir, "recorded.json"))
	if err != nil {
		return nil, err
	}
	var all Recordings
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&all); err != nil {
		return nil, fmt.Errorf("recorded.json: %w", err)
	}
	if all.Source == "" || len(all.Samples) == 0 {
		return nil, errors.New("recorded.json: it has no source or no samples")
	}
	if text, err = os.ReadFile(filepath.Join(dir, "differences.yaml")); err != nil {
		return nil, err
	}
	strict := yaml.NewDecoder(bytes.NewReader(text))
	strict.KnownFields(true)
	if err := strict.Decode(&all.Known); err != nil {
		return nil, fmt.Errorf("differences.yaml: %w", err)
	}
	return &all, all.check()
}

// check finds what is wrong with the differences.
func (r *Recordings) check() error {
	for _, d := range r.Known.Differences {
		if d.Reason == "" {
			return fmt.Errorf("differences.yaml: %s %v: there is no reason", d.Path, d.Samples)
		}
		for n, endpoint := range d.Samples {
			if n < 0 || n >= len(r.Samples) || r.Samples[n].Endpoint != endpoint {
				return fmt.Errorf("differences.yaml: %s: sample %d is not one of %s", d.Path, n, endpoint)
			}
		}
	}
	return nil
}
