package main

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files")

// typos is the folder of files as a newcomer writes them.
const typos = "../../emulator/scenario/testdata/typos"

// TestTypos: what "tweed check" says of each wrong file is what it said before, has a
// place, and says what would be right. Files that are only unusual are good.
func TestTypos(t *testing.T) {
	golden, err := filepath.Abs(filepath.Join(typos, "messages.txt"))
	require.NoError(t, err)
	t.Chdir(typos)
	files, err := filepath.Glob("*.yaml")
	require.NoError(t, err)
	require.Greater(t, len(files), 100)
	place := regexp.MustCompile(`^(warning: )?([^:]+):[1-9][0-9]*:[1-9][0-9]*: .+(; .+|, such as .+)$`)
	var all strings.Builder
	for _, file := range files {
		code, stdout, stderr := command(t, "check", file)
		said := stdout + strings.TrimSuffix(stderr, "tweed: 1 of 1 files cannot be used\n")
		require.Equal(t, stderr != "", code == exitUsage, file)
		for line := range strings.Lines(said) {
			if line = strings.TrimSpace(line); strings.HasPrefix(line, file+": good") {
				continue
			}
			m := place.FindStringSubmatch(line)
			require.NotNil(t, m, "%q has no place, or does not say what would be right", line)
			require.Equal(t, file, m[2])
		}
		all.WriteString("== " + file + "\n" + said)
	}
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(all.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), all.String())
}
