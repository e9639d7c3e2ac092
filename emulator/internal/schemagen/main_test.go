package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSchemaIsFresh: the schema that is committed is what the types say now.
func TestSchemaIsFresh(t *testing.T) {
	t.Parallel()
	now, err := generate("../../scenario")
	require.NoError(t, err)
	committed, err := os.ReadFile("../../../scenarios/scenario.schema.json")
	require.NoError(t, err)
	require.Equal(t, string(committed), string(now), "make generate")
	require.Less(t, len(now), 200_000)
	again, err := generate("../../scenario")
	require.NoError(t, err)
	require.Equal(t, string(now), string(again))
}

const source = `package p

// Rule says what happens. A rule with Times ends.
//
//	name: x
//	times: 2
type Rule struct {
	// Times is how often the rule acts, after Skip calls. 0 = without end, see
	// Then.After.
	Times int ` + "`yaml:\"times\"`" + `
	// Skip and Every count. Plaid Items and Plaid-Version stay, (Times) does not.
	Skip  int ` + "`yaml:\"skip\"`" + `
	Every int ` + "`yaml:\"every\"`" + `

	hidden int
}

// Then is what it does.
type Then struct {
	After string ` + "`yaml:\"after\"`" + `
}
`

// TestComments: an editor shows the comments in the language's words.
func TestComments(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "p.go"), []byte(source), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "p_test.go"), []byte("no Go"), 0o600))
	c, err := read(dir)
	require.NoError(t, err)
	require.Equal(t, "Rule says what happens. A rule with Times ends.\n\n\tname: x\n\ttimes: 2", c.of("Rule", ""))
	require.Equal(t, "`times` is how often the rule acts, after `skip` calls. Without it: without end, see `after`.", c.of("Rule", "Times"))
	require.Equal(t, "`skip` and `every` count. Plaid Items and Plaid-Version stay, (`times`) does not.", c.of("Rule", "Every"))
	require.Empty(t, c.of("Then", "After"))
	require.Empty(t, c.of("None", "None"))
	_, err = read(filepath.Join(dir, "none"))
	require.ErrorContains(t, err, "no Go files")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "q.go"), []byte("no Go"), 0o600))
	_, err = read(dir)
	require.Error(t, err)
}
