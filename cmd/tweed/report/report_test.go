package report

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/scenario"
)

// examples have what is hard to write down: markup, control characters, several problems.
func examples(file string) []Suite {
	return []Suite{
		{Name: "good", Cases: []Case{{Name: "step 1", Time: 1500 * time.Millisecond}, {Name: "step 2", Time: 250 * time.Millisecond}}},
		{Name: "bad <&> \"quoted\"", Cases: []Case{
			{Name: "step 1"},
			{Name: "calls 1 (/item/get, /auth/*)", Problems: scenario.Problems{
				{File: file, Line: 4, Column: 7, What: "wanted <1>, got 50% & \x01 more\nin a line: of its own"},
				{File: file, What: "second | `one`_*"},
			}},
			{Name: "flow", Problems: scenario.Problems{{File: "item/login-reset", Line: 1, Column: 1, What: "third"}}},
		}},
		{Name: "nothing"},
	}
}

// element is any XML element, for a look at the form that does not use the writer's types.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []element  `xml:",any"`
}

func (e element) attr(t *testing.T, name string) string {
	t.Helper()
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	require.Fail(t, "no attribute", "%s of %s", name, e.XMLName.Local)
	return ""
}

// junitForm is what the schema that Jenkins publishes (junit-10.xsd) allows of what is
// written here: elements, their attributes, and their children.
var junitForm = map[string]struct{ attributes, children []string }{
	"testsuites": {[]string{"name", "time", "tests", "failures", "errors"}, []string{"testsuite"}},
	"testsuite":  {[]string{"name", "tests", "failures", "errors", "time", "skipped"}, []string{"testcase"}},
	"testcase":   {[]string{"name", "classname", "time"}, []string{"failure"}},
	"failure":    {[]string{"message", "type"}, nil},
}

func requireForm(t *testing.T, e element) {
	t.Helper()
	form, known := junitForm[e.XMLName.Local]
	require.True(t, known, e.XMLName.Local)
	require.Len(t, e.Attrs, len(form.attributes), e.XMLName.Local)
	for _, a := range form.attributes {
		e.attr(t, a)
	}
	for _, child := range e.Children {
		require.Contains(t, form.children, child.XMLName.Local)
		requireForm(t, child)
	}
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(text, 64)
	require.NoError(t, err)
	return n
}

// TestJUnit: the file has the form, its numbers are those of its elements, and texts come
// out as they went in.
func TestJUnit(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	require.NoError(t, WriteJUnit(&b, examples("x.yaml")))
	require.True(t, strings.HasPrefix(b.String(), `<?xml version="1.0" encoding="UTF-8"?>`))
	var root element
	require.NoError(t, xml.Unmarshal([]byte(b.String()), &root))
	require.Equal(t, "testsuites", root.XMLName.Local)
	requireForm(t, root)
	require.Len(t, root.Children, 3)
	tests, failures, seconds := 0.0, 0.0, 0.0
	for _, suite := range root.Children {
		failed, sum := 0, 0.0
		for _, c := range suite.Children {
			failed += len(c.Children)
			sum += number(t, c.attr(t, "time"))
			require.Equal(t, suite.attr(t, "name"), c.attr(t, "classname"))
		}
		require.InDelta(t, len(suite.Children), number(t, suite.attr(t, "tests")), 0)
		require.InDelta(t, failed, number(t, suite.attr(t, "failures")), 0)
		require.InDelta(t, sum, number(t, suite.attr(t, "time")), 0.001)
		tests, failures, seconds = tests+float64(len(suite.Children)), failures+float64(failed), seconds+sum
	}
	require.InDelta(t, tests, number(t, root.attr(t, "tests")), 0)
	require.InDelta(t, failures, number(t, root.attr(t, "failures")), 0)
	require.InDelta(t, 2, failures, 0)
	require.InDelta(t, seconds, number(t, root.attr(t, "time")), 0.001)
	require.InDelta(t, 1.75, seconds, 0.001)

	bad := root.Children[1]
	require.Equal(t, `bad <&> "quoted"`, bad.attr(t, "name"))
	failure := bad.Children[1].Children[0]
	require.Equal(t, "wanted <1>, got 50% & \uFFFD more\nin a line: of its own", failure.attr(t, "message"))
	require.Equal(t, "x.yaml:4:7: wanted <1>, got 50% & \uFFFD more\nin a line: of its own\nx.yaml: second | `one`_*", failure.Text)
}

// TestGitHub: annotations with the file's path from the root of the repository, and a table.
func TestGitHub(t *testing.T) {
	t.Parallel()
	workspace := t.TempDir()
	file := filepath.Join(workspace, "tests", "a,b.yaml")
	require.NoError(t, os.Mkdir(filepath.Dir(file), 0o700))
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	summary := filepath.Join(workspace, "summary")
	require.NoError(t, os.WriteFile(summary, []byte("before\n"), 0o600))
	environment := map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": workspace, "GITHUB_STEP_SUMMARY": summary,
	}
	getenv := func(name string) string { return environment[name] }
	var b strings.Builder
	require.NoError(t, GitHub(&b, getenv, examples(file)))
	full := strings.NewReplacer("%", "%25", "\n", "%0A").Replace(file)
	require.Equal(t, []string{
		`::error title=tweed%3A bad <&> "quoted",file=tests/a%2Cb.yaml,line=4,col=7::` + full +
			":4:7: wanted <1>, got 50%25 & \x01 more%0Ain a line: of its own",
		`::error title=tweed%3A bad <&> "quoted",file=tests/a%2Cb.yaml::` + full + ": second | `one`_*",
		`::error title=tweed%3A bad <&> "quoted"::item/login-reset:1:1: third`,
	}, strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n"))
	text, err := os.ReadFile(summary)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(text), "before\n### Tweed\n\n| | scenario | examined | what is wrong |\n|---|---|---|---|\n"))
	require.Contains(t, string(text), "\n| ok | good | 2 |  |\n| FAIL | bad &lt;&amp;&gt; \"quoted\" | 3 | ")
	require.Contains(t, string(text), "got 50% &amp; \x01 more<br>in a line: of its own<br>")
	require.Contains(t, string(text), "second &#124; &#96;one&#96;&#95;&#42;<br>item/login-reset:1:1: third |\n| ok | nothing | 0 |  |\n")

	environment["GITHUB_STEP_SUMMARY"] = ""
	require.NoError(t, GitHub(&b, getenv, nil))
	environment["GITHUB_STEP_SUMMARY"] = workspace
	require.Error(t, GitHub(&b, getenv, nil), "a directory")
	b.Reset()
	environment["GITHUB_ACTIONS"] = ""
	require.NoError(t, GitHub(&b, getenv, examples(file)))
	require.Empty(t, b.String(), "no job runs")
}

// TestFileOutsideOfTheWorkspace: such a file keeps the path that was given.
func TestFileOutsideOfTheWorkspace(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "x.yaml")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	path, ok := inWorkspace(file, t.TempDir())
	require.True(t, ok)
	require.Equal(t, filepath.ToSlash(file), path)
	_, ok = inWorkspace(file+".none", "")
	require.False(t, ok)
}
