package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"tweed/scenarios"
)

// listing is all that is in a folder, by relative path.
func listing(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	require.NoError(t, filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if path != dir {
			relative, _ := filepath.Rel(dir, path)
			all = append(all, relative)
		}
		return err
	}))
	return all
}

// TestInit: the fresh folder is checked without a warning and runs green as it is.
func TestInit(t *testing.T) {
	t.Chdir(t.TempDir())
	code, stdout, stderr := command(t, "init")
	require.Zero(t, code, stderr)
	require.Equal(t, []string{"README.md", "first.yaml", "github-actions.yml", "scenario.schema.json"}, listing(t, "tweed"))
	require.Contains(t, stdout, "wrote tweed/first.yaml\n")
	require.Contains(t, stdout, "next: tweed run tweed/first.yaml\n")

	files, err := filepath.Glob("tweed/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	code, stdout, stderr = command(t, slices.Concat([]string{"run"}, files)...)
	require.Zero(t, code, stdout, stderr)
	require.Contains(t, stdout, "1 passed, 0 failed")
	code, stdout, stderr = command(t, slices.Concat([]string{"check", "--strict"}, files)...)
	require.Zero(t, code, stdout, stderr)
	require.NotContains(t, stdout+stderr, "warning")

	text, err := os.ReadFile("tweed/first.yaml")
	require.NoError(t, err)
	m := regexp.MustCompile(`\A# yaml-language-server: \$schema=(\S+)\n`).FindSubmatch(text)
	require.NotNil(t, m, "editors look for the schema in the first line")
	schema, err := os.ReadFile(filepath.Join("tweed", string(m[1])))
	require.NoError(t, err)
	require.Equal(t, scenarios.Schema(), schema)
	workflow, err := os.ReadFile("tweed/github-actions.yml")
	require.NoError(t, err)
	var doc map[string]any
	require.NoError(t, yaml.Unmarshal(workflow, &doc))
	require.Contains(t, doc, "jobs")
}

// TestInitOverwritesNothing: it is all files or none.
func TestInitOverwritesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"README.md", "first.yaml"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("mine"), 0o600))
	}
	code, stdout, stderr := command(t, "init", dir)
	require.Equal(t, exitUsage, code)
	require.Empty(t, stdout)
	require.Contains(t, stderr, filepath.Join(dir, "README.md")+", "+filepath.Join(dir, "first.yaml")+" already there")
	require.Equal(t, []string{"README.md", "first.yaml"}, listing(t, dir))
	text, err := os.ReadFile(filepath.Join(dir, "first.yaml"))
	require.NoError(t, err)
	require.Equal(t, "mine", string(text))

	code, _, stderr = command(t, "init", filepath.Join(dir, "README.md", "below"))
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "nothing was written")
	code, _, stderr = command(t, "init", filepath.Join(dir, "README.md"))
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "nothing was written")
	require.Equal(t, []string{"README.md", "first.yaml"}, listing(t, dir))
}

// TestInitUndoes: when a file cannot be written, those before it and the new folders go.
func TestInitUndoes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	err := writeNew(filepath.Join(dir, "a", "b"), []starterFile{{"one", nil}, {"no/such/folder", nil}})
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.Empty(t, listing(t, dir))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "mine"), 0o700))
	err = writeNew(filepath.Join(dir, "mine"), []starterFile{{"one", nil}, {"no/such/folder", nil}})
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.Equal(t, []string{"mine"}, listing(t, dir))
	require.NoError(t, writeNew(filepath.Join(dir, "mine"), []starterFile{{"one", []byte("1")}}))
	require.Equal(t, []string{"mine", "mine/one"}, listing(t, dir))
}

func TestSchemaCommand(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := command(t, "schema")
	require.Zero(t, code, stderr)
	require.Equal(t, string(scenarios.Schema()), stdout)
}
