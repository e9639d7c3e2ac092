package scenario

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files")

// bare takes off what belongs to the text and not to the scenario.
func bare(s *Scenario) *Scenario {
	c := *s
	c.source, c.file, c.root, c.warnings = "", "", nil, nil
	return &c
}

func TestLoadGood(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/good/*")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			s, err := Load(file, data)
			require.NoError(t, err)
			require.Equal(t, string(data), s.Source())
			require.Equal(t, file, s.File())
			require.Empty(t, s.Warnings())
			require.NoError(t, s.Validate())
			again(t, s)
		})
	}
}

// again requires that a scenario that is written and loaded is the same.
func again(t *testing.T, s *Scenario) {
	t.Helper()
	text, err := Marshal(s)
	require.NoError(t, err)
	loaded, err := Load("again", text)
	require.NoError(t, err, "%s", text)
	require.Equal(t, bare(s), bare(loaded), "%s", text)
	asJSON, err := s.MarshalJSON()
	require.NoError(t, err)
	var decoded Scenario
	require.NoError(t, decoded.UnmarshalJSON(asJSON), "%s", asJSON)
	require.Equal(t, bare(s), bare(&decoded), "%s", asJSON)
}

// TestLoadBad loads every wrong file and compares the problems with the golden text
// beside it.
func TestLoadBad(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/bad/*.yaml")
	require.NoError(t, err)
	require.Greater(t, len(files), 40)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			_, err = Load(filepath.Base(file), data)
			require.Error(t, err)
			golden := strings.TrimSuffix(file, ".yaml") + ".txt"
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(err.Error()+"\n"), 0o644))
			}
			want, readErr := os.ReadFile(golden)
			require.NoError(t, readErr)
			require.Equal(t, string(want), err.Error()+"\n")
			for _, problem := range err.(Problems) { //nolint:errorlint // Load's own type
				require.Positive(t, problem.Line, problem)
				require.Positive(t, problem.Column, problem)
				require.NotEmpty(t, problem.What)
			}
		})
	}
}

func TestLoadLimits(t *testing.T) {
	t.Parallel()
	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		last := string(c - 1)
		bomb += string(c) + ": &" + string(c) + " [" + strings.TrimSuffix(strings.Repeat("*"+last+",", 10), ",") + "]\n"
	}
	for name, text := range map[string]string{
		"aliases":     bomb,
		"size":        "name: " + strings.Repeat("x", maxBytes),
		"depth":       "assume: {a: " + strings.Repeat("[", 100) + strings.Repeat("]", 100) + "}",
		"depth json":  `{"assume": {"a": ` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + "}}",
		"loop":        "assume: &a {b: *a}",
		"nul":         "name: a\x00b",
		"latin1":      "name: caf\xe9",
		"not mapping": "- a",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Load("f", []byte(text))
			require.ErrorAs(t, err, &Problems{})
			require.Less(t, len(err.Error()), 400)
		})
	}
}

func TestScalarsAreWhatTheyLookLike(t *testing.T) {
	t.Parallel()
	s, err := Load("f", []byte(`assume: {mask: 0000, hex: 0x1F, under: 1_000, yes: yes, on: on, `+
		`date: 2026-01-05, float: 1.50, nul: ~, t: True}`))
	require.NoError(t, err)
	text, err := Marshal(s)
	require.NoError(t, err)
	require.Equal(t, `assume:
  date: "2026-01-05"
  float: 1.50
  hex: "0x1F"
  mask: "0000"
  nul: null
  "on": "on"
  t: true
  under: "1_000"
  "yes": "yes"
`, string(text))
}

func TestProblemOfARunner(t *testing.T) {
	t.Parallel()
	s, err := Load("f.yaml", []byte("assume:\n  token_feild: x\nsteps:\n  - {flow: deposit, with: {amonut: 3}}\n"))
	require.NoError(t, err)
	require.Equal(t, `f.yaml:2:16: no such assumption; did you mean "token_field"?`,
		s.Problem("assume.token_feild", "no such assumption", `did you mean "token_field"?`).String())
	require.Equal(t, "f.yaml:4:36: what", s.Problem("steps[0].with.amonut", "what", "").String())
	require.Equal(t, "f.yaml:4:5: what", s.Problem("steps[0].expect", "what", "").String())
	require.Equal(t, "steps[0]: what", new(Scenario).Problem("steps[0]", "what", "").String())
}

// TestEveryTypeIsWritable walks all types of the language and requires that each member
// has a key, so that nothing can be set in Go that a file cannot say.
func TestEveryTypeIsWritable(t *testing.T) {
	t.Parallel()
	exceptions := map[string]bool{"InTurn": true}
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		below, ok := structOf(typ)
		if typ.Kind() == reflect.Map {
			walk(typ.Elem())
		}
		if !ok || seen[below] || below == timeType {
			return
		}
		seen[below] = true
		for i := range below.NumField() {
			f := below.Field(i)
			if f.IsExported() && !exceptions[f.Name] {
				require.NotEmpty(t, f.Tag.Get("yaml"), "%s.%s", below, f.Name)
			}
			if f.IsExported() {
				walk(f.Type)
			}
		}
	}
	walk(reflect.TypeFor[Scenario]())
	require.Len(t, seen, 21)
}

// TestLoadIsLinear loads files that would take minutes if a part of the work grew with
// the square of their size.
func TestLoadIsLinear(t *testing.T) {
	t.Parallel()
	var keys, wrong strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&keys, "k%d: $world.x, ", i)
		if i < 2_000 {
			fmt.Fprintf(&wrong, "k%d: 1\n", i)
		}
	}
	s, err := Load("f", []byte("assume: {"+keys.String()+"}\nsteps: [{call: /item/get, with: {"+keys.String()+"}}]"))
	require.NoError(t, err)
	require.Len(t, s.Assume, 60_000)
	_, err = Load("f", []byte(wrong.String()))
	require.ErrorContains(t, err, "and 1900 more problems")
	var problems Problems
	require.ErrorAs(t, err, &problems)
	require.Len(t, problems, 2_000)
}
