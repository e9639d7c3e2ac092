package scenarios_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/scenario"
	"tweed/scenarios"
)

// TestNames: every file is embedded, under its name.
func TestNames(t *testing.T) {
	t.Parallel()
	var files []string
	require.NoError(t, filepath.WalkDir(".", func(file string, _ fs.DirEntry, err error) error {
		if filepath.Ext(file) == ".yaml" {
			files = append(files, strings.TrimSuffix(filepath.ToSlash(file), ".yaml"))
		}
		return err
	}))
	require.GreaterOrEqual(t, len(files), 90)
	names := scenarios.Names()
	require.ElementsMatch(t, files, names)
	require.True(t, slices.IsSorted(names))
	for _, name := range names {
		require.Regexp(t, `^([a-z0-9_]+/)?[a-z0-9]+(-[a-z0-9]+)*$`, name)
		text, err := os.ReadFile(name + ".yaml")
		require.NoError(t, err)
		forms := []string{name, name + ".yaml"}
		if bare := path.Base(name); len(scenarios.Meant(bare)) == 1 {
			forms = append(forms, bare, bare+".yaml")
		}
		for _, form := range forms {
			found, ok := scenarios.Find(form)
			require.True(t, ok, form)
			require.Equal(t, string(text), string(found))
		}
	}
	require.Equal(t, []string{"item/login-required-twice"}, scenarios.Meant("login-required-twice"))
}

// TestFindNothing: what is no name finds nothing.
func TestFindNothing(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"", "nonsense", "happy-path.yml", "../README.md", "../scenarios/happy-path", "/happy-path", "happy-path\n", "name: x\n",
		"item", "item/", "item/happy-path", "returns/login-reset", "twice", "/login-reset", "item//login-reset", "gen",
		".", "scenarios.go", strings.Repeat("x", 10_000), "\x00", "*",
	} {
		_, ok := scenarios.Find(name)
		require.False(t, ok, name)
	}
}

// TestFiles: each file loads without a warning, is called what its file is called, says what
// it is about, expects something, and leaves seed and clock to whoever runs it.
func TestFiles(t *testing.T) {
	t.Parallel()
	for _, name := range scenarios.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, _ := scenarios.Find(name)
			s, err := scenario.Load(name, text)
			require.NoError(t, err)
			require.Empty(t, s.Warnings())
			require.Equal(t, path.Base(name), s.Name)
			require.True(t, strings.HasSuffix(s.About, "."), "about is a sentence: %q", s.About)
			require.Zero(t, s.Seed)
			require.Empty(t, s.Clock.Run)
			expects := len(s.Expect.Calls) > 0 || s.Expect.Flow.Ends != ""
			for _, step := range s.Steps {
				e := step.Expect
				expects = expects || e.Status != 0 || e.Error != "" || e.Body != nil || len(e.Headers) > 0
			}
			require.True(t, expects, "it expects nothing")
			require.True(t, strings.HasSuffix(string(text), "\n"))
			require.NotContains(t, string(text), "\t")
		})
	}
}

// TestMissingAccountID: a missing account_id is there in all its forms, at each of the calls
// that take one.
func TestMissingAccountID(t *testing.T) {
	t.Parallel()
	processors := []string{
		"/processor/token/create", "/processor/apex/processor_token/create", "/processor/stripe/bank_account_token/create",
		"/item/processor_token/apex/create",
	}
	for name, calls := range map[string][]string{
		"account_id/absent": processors, "account_id/explicit-null": processors, "account_id/malformed": processors,
		"account_id/another-item":           processors,
		"exchange-token-without-account-id": {"POST /exchange_token"},
		"exchange-token-bad-account-id":     {"POST /exchange_token"},
	} {
		text, ok := scenarios.Find(name)
		require.True(t, ok, name)
		s, err := scenario.Load(name, text)
		require.NoError(t, err)
		for _, call := range calls {
			require.True(t, slices.ContainsFunc(s.Steps, func(step scenario.Step) bool { return step.Call == call }),
				"%s has no %s", name, call)
		}
	}
}
