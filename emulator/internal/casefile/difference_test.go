package casefile

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "record the golden files anew")

// TestDifference: the first one is told, with its place and both values.
func TestDifference(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 200)
	var text strings.Builder
	for _, test := range []struct{ name, wanted, got string }{
		{"a member", `{"a":{"b":[1,{"c/d":"x"}]},"z":1}`, `{"a":{"b":[1,{"c/d":"y"}]},"z":2}`},
		{"a member less", `{"a":1,"b":null}`, `{"a":1}`},
		{"a member more", `{"b":1}`, `{"a":{"x":[]},"b":1}`},
		{"an element less", `[1,2]`, `[1]`},
		{"an element more", `[]`, `[{"a":1}]`},
		{"another kind", `{"a":[]}`, `{"a":{}}`},
		{"another number", `{"a":1}`, `{"a":1.0}`},
		{"the whole", `1`, `"1"`},
		{"the same, laid out otherwise", `{"a":1,"b":2}`, `{"b":2,"a":1}`},
		{"no JSON", "%PDF one", "%PDF two"},
		{"the end", "abc", "ab"},
		{"a long value", `{"a":"` + long + `"}`, `{"a":"x"}`},
		{"late in a long value", `{"a":"` + long + `x"}`, `{"a":"` + long + `y"}`},
		{"bytes", "\xff\x00", "\xff\x01"},
		{"nothing", "", `{"a":1}`},
	} {
		call := Call{Status: 200, Reply: Text(test.wanted)}
		require.Empty(t, call.Difference(Got{Status: 200, Body: []byte(test.wanted)}), test.name)
		fmt.Fprintf(&text, "%s: %s\n", test.name, call.Difference(Got{Status: 200, Body: []byte(test.got)}))
	}
	call := Call{Status: 200, Headers: []Header{{"tweed-rule", "a\nb "}, {"X", "1"}}, Reply: Text("{}")}
	same := http.Header{"Tweed-Rule": {"a b"}, "X": {"1"}, "Date": {"now"}, "Content-Type": {"guessed"}, "Tweed-Hint": {"w"}}
	require.Empty(t, call.Difference(Got{Status: 200, Header: same, Body: []byte("{}")}))
	for _, got := range []Got{
		{Status: 400, Body: []byte(`{"error_code":"ITEM_LOCKED"}`)},
		{Status: 401, Body: []byte(`{"error":"no","message":null}`)},
		{},
		{Status: 200, Fault: "reset"},
		{Status: 200, Header: http.Header{"X": {"1"}}},
		{Status: 200, Header: http.Header{"X": {"2"}, "Tweed-Rule": {"a b"}}},
		{Status: 200, Header: http.Header{"X": {"1"}, "Tweed-Rule": {"a b"}, "Vary": {"Origin"}}},
	} {
		fmt.Fprintln(&text, call.Difference(got))
	}
	const file = "testdata/differences.txt"
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o700))
		require.NoError(t, os.WriteFile(file, []byte(text.String()), 0o600))
	}
	wanted, err := os.ReadFile(file)
	require.NoError(t, err, "record it with go test ./emulator/internal/casefile -update")
	require.Equal(t, string(wanted), text.String())
}

// TestDifferenceWithoutBody: where net/http sends none, none is compared.
func TestDifferenceWithoutBody(t *testing.T) {
	t.Parallel()
	for _, call := range []Call{{Method: "HEAD", Status: 200}, {Status: 204}, {Status: 304}} {
		call.Reply, call.Headers = Text("{}"), []Header{{"Content-Type", "application/json"}}
		require.Empty(t, call.Difference(Got{Status: call.Status}))
	}
}
