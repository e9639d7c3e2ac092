package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// TestFresh: the document in the repository is the one of today.
func TestFresh(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(path())
	require.NoError(t, err)
	have := strings.Split(string(text), "\n")
	want := strings.Split(document(emulator.Routes())+webhooks(emulator.Webhooks()), "\n")
	for n := range min(len(want), len(have)) {
		require.Equal(t, want[n], have[n], "line %d: run make generate", n+1)
	}
	require.Len(t, have, len(want), "run make generate")
	for _, r := range emulator.Routes() {
		require.Contains(t, string(text), "| `"+r.Operation+"` | `"+r.Method+" "+r.Path+"` | "+r.Depth+" | ")
	}
}

func TestDocument(t *testing.T) {
	t.Parallel()
	got := document([]emulator.Route{
		{Family: "ale", Method: "GET", Path: "/ale/x", Operation: "x", Depth: "none", Source: "s"},
		{Family: "plaid", Method: "POST", Path: "/asset_report/get", Operation: "a", Depth: "shaped", Source: "s"},
		{Family: "plaid", Method: "POST", Path: "/item/get", Operation: "i", Depth: "stateful", Source: "s"},
		{Family: "plaid", Method: "POST", Path: "/item/import", Operation: "j", Depth: "shaped", Source: "s"},
	})
	_, got, _ = strings.Cut(got, "---:|\n")
	require.Equal(t, `| Plaid | 1 | 2 | 0 | 3 |
| Apex | 0 | 0 | 1 | 1 |
| **all** | 1 | 2 | 1 | 4 |

## Apex: ALE

1 none

| operation | | depth | source |
|---|---|---|---|
| `+"`x` | `GET /ale/x`"+` | none | s |

## Plaid: Asset report

1 shaped

| operation | | depth | source |
|---|---|---|---|
| `+"`a` | `POST /asset_report/get`"+` | shaped | s |

## Plaid: Items

1 stateful, 1 shaped

| operation | | depth | source |
|---|---|---|---|
| `+"`i` | `POST /item/get`"+` | stateful | s |
| `+"`j` | `POST /item/import`"+` | shaped | s |
`, got)
}
