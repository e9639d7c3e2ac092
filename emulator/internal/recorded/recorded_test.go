package recorded

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const one = `{"source": "s", "samples": [{"endpoint": "/item/get", "status": 200, "response": {"n": 1.50}}]}`

func TestLoad(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, recorded, differences, problem string }{
		{"good", one, "differences: [{path: /a/*, samples: {0: /item/get}, reason: r}]", ""},
		{"empty", `{"source": "s"}`, "{}", "no samples"},
		{"no JSON", `{`, "{}", "recorded.json: unexpected EOF"},
		{"unknown key", one, "difference: []", "field difference not found"},
		{"no reason", one, "differences: [{path: /a, samples: {0: /item/get}}]", "there is no reason"},
		{"other endpoint", one, "differences: [{path: /a, samples: {0: /x}, reason: r}]", "sample 0 is not one of /x"},
		{"no sample", one, "differences: [{path: /a, samples: {1: /item/get}, reason: r}]", "sample 1 is not one of"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "recorded.json"), []byte(test.recorded), 0o600))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "differences.yaml"), []byte(test.differences), 0o600))
			all, err := Load(dir)
			if test.problem != "" {
				require.ErrorContains(t, err, test.problem)
				return
			}
			require.NoError(t, err)
			require.True(t, Of(all.Known.Differences, 0))
			require.False(t, Of(all.Known.Differences, 1))
			require.True(t, all.Known.Differences[0].Fits("/a/b"))
			require.False(t, all.Known.Differences[0].Fits("/a/b/c"))
		})
	}
	_, err := Load(t.TempDir())
	require.ErrorIs(t, err, os.ErrNotExist)
}
