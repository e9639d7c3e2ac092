package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/internal/contract/gen/spec"
	"tweed/emulator/internal/recorded"
)

// TestFresh: the document in the repository is the one of today, and nothing of it is empty.
func TestFresh(t *testing.T) {
	t.Parallel()
	f, err := gather()
	require.NoError(t, err)
	text, err := os.ReadFile(path())
	require.NoError(t, err)
	have, want := strings.Split(string(text), "\n"), strings.Split(f.document(), "\n")
	for n := range min(len(want), len(have)) {
		require.Equal(t, want[n], have[n], "line %d: run make generate", n+1)
	}
	require.Len(t, have, len(want), "run make generate")
	for _, a := range f.assumptions {
		require.Contains(t, string(text), "| `"+a.Name+"`")
	}
}

func TestDocument(t *testing.T) {
	t.Parallel()
	f := facts{
		shapes:   "# Shapes.\n# Compiled by go generate from plaid-go v1, version 2020-09-14_1.2.3,\n# and so on\n=A object\n",
		overlays: []*spec.Overlay{{Sources: map[string]string{"a": "notes", "npm": "npm 4 (specification 2020-09-14_1.9.0),"}}},
		recordings: &recorded.Recordings{
			Source: "cassettes",
			Samples: []recorded.Sample{
				{Endpoint: "/a", Version: "2020-09-14"},
				{Endpoint: "/b", Version: "(none sent)"},
				{Endpoint: "/b", Version: "2020-09-14"},
				{Endpoint: "/c", Version: "2020-09-14"},
			},
			Known: recorded.Known{
				Differences: []recorded.Difference{
					{Path: "/x", Samples: map[int]string{1: "/b", 2: "/b"}, Reason: "grew | twice"},
					{Path: "/y", Samples: map[int]string{2: "/b"}, Reason: "As above."},
				},
			},
		},
		errors: []emulator.ErrorRow{
			{Family: "plaid", Confidence: "observed"},
			{Family: "plaid", Confidence: "assumed"},
			{Family: "nacha", Confidence: "documented"},
		},
		assumptions: []emulator.Assumption{{Name: "n", What: "w", Default: "d", Settles: "s", Settable: true}},
	}
	got := f.document()
	for _, line := range []string{
		"| plaid-go v1 | 2020-09-14 | 1.2.3 |", "| npm 4, for what is newer | 2020-09-14 | 1.9.0 |",
		"| 2020-09-14 | 2 | 1 | 3 |", "| none | 0 | 1 | 1 |", "| **all** | 2 | 2 | 4 |",
		"| plaid | 1 | 0 | 1 | 2 |", "| nacha | 0 | 1 | 0 | 1 |", "| **all** | 1 | 1 | 1 | 3 |",
		"1, of which a scenario can set 1 (`assume: {NAME: VALUE}`).", "| `n` (settable) | w | d | s |",
		"| `/x` | `/b` (2) | grew \\| twice |", "| `/y` | `/b` | grew \\| twice |",
	} {
		require.Contains(t, got, line+"\n")
	}
}
