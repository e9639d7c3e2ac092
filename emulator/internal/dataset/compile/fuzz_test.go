package compile

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// FuzzErrors requires that no text makes the loader panic, and that every complaint names the file.
func FuzzErrors(f *testing.F) {
	const row = "family: legit\nrows:\n  - {code: A, status: 401, confidence: assumed, source: nobody}\n"
	for _, seed := range []string{
		row, "family: legit\nrows: [{code: A, variants: [{}]}]", "- a\n- b", "", "# nothing", "~", "a: &a [*a]",
		"family: legit\nrows: &r [{code: A, example: {b: c}}]\nplaces: *r", "family: legit\nfamily: legit",
		row + "places: [{type: x}]\ndocumentation: {x: y}", strings.Replace(row, "A", `"{x} }{"`, 1),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var file errorFile
		d, err := load(fstest.MapFS{"x.yaml": {Data: []byte(text)}}, "x.yaml", &file)
		if err == nil {
			d.checkErrors(&file)
			err = d.err()
		}
		if err != nil {
			for _, line := range strings.Split(err.Error(), "\nx.yaml") {
				require.NotEmpty(t, line)
			}
			require.Contains(t, err.Error(), "x.yaml")
		}
	})
}
