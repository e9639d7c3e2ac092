package conformance

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the table of SDKs anew")

// sighting is what was seen of an SDK that was used in one way.
type sighting struct {
	sdk, version, way      string
	guide, forced, missing string // what came of each path
}

// lost stands in the table where a walk did not come to its end.
const lost = "FAILED"

// table has a row for each SDK and way. Each is filled by one test, and read after them all.
type table struct{ rows []*sighting }

func newTable() *table {
	made := &table{}
	for _, language := range []string{"go", "node", "python", "java"} {
		for _, s := range sdks()[language] {
			address := &sighting{s.name, s.version, "`" + s.address + "`", lost, lost, lost}
			if s.address == "" {
				address = &sighting{s.name, s.version, "its address: has no setting", "cannot", "", ""}
			}
			proxy := &sighting{s.name, s.version, "`tweed exec --proxy`, unmodified", lost, lost, lost}
			if s.proxy != "" {
				proxy.way = "`tweed exec --proxy`, `" + s.proxy + "`"
			}
			made.rows = append(made.rows, address, proxy)
		}
	}
	return made
}

func (t *table) row(s sdk, proxy bool) *sighting {
	i := slices.IndexFunc(t.rows, func(r *sighting) bool { return r.sdk == s.name && r.version == s.version })
	if proxy {
		i++
	}
	return t.rows[i]
}

// String is the table in Markdown, in columns that a terminal shows well.
func (t *table) String() string {
	lines := [][]string{
		{"SDK", "version", "how", "guide", "an error comes as", "without `account_id`"},
		{"", "", "", "", "", ""},
	}
	for _, r := range t.rows {
		lines = append(lines, []string{r.sdk, r.version, r.way, r.guide, r.forced, r.missing})
	}
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var out strings.Builder
	for n, line := range lines {
		for i, cell := range line {
			fill := " "
			if n == 1 {
				fill = "-"
			}
			fmt.Fprintf(&out, "|%s%s%s%s", fill, cell, strings.Repeat(fill, widths[i]-utf8.RuneCountInString(cell)), fill)
		}
		out.WriteString("|\n")
	}
	return out.String()
}

const renew = "`make sdk-table` writes it anew"

// compare holds the table against the committed one, and that against README.md.
func (t *table) compare(test *testing.T) {
	const begin, end = "<!-- sdks -->\n", "<!-- end of sdks -->\n"
	committed := filepath.Join("testdata", "sdks.md")
	readme := filepath.Join("..", "..", "README.md")
	text, err := os.ReadFile(readme)
	require.NoError(test, err)
	before, rest, _ := strings.Cut(string(text), begin)
	inside, after, marked := strings.Cut(rest, end)
	require.True(test, marked, "README.md has the table between %s and %s", begin, end)

	got := t.String()
	require.NotContains(test, got, lost)
	if *update {
		require.NoError(test, os.WriteFile(committed, []byte(got), 0o644))
		require.NoError(test, os.WriteFile(readme, []byte(before+begin+got+end+after), 0o644))
		return
	}
	wanted, err := os.ReadFile(committed)
	require.NoError(test, err, renew)
	require.Equal(test, string(wanted), got, "testdata/sdks.md is not what was seen; "+renew)
	require.Equal(test, string(wanted), inside, "README.md has another table than testdata/sdks.md; "+renew)
}
