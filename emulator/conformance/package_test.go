package conformance

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// How long a package manager and a program may take on a busy machine.
const (
	installLimit = 5 * time.Minute
	runLimit     = 2 * time.Minute
)

// manager installs what a lock file pins.
type manager struct {
	tools []string   // that have to be there
	files []string   // the lock file, and what its manager reads besides
	steps [][]string // run in a folder that has the files
	say   []string   // prints the version of the language
}

func npm() manager {
	return manager{
		tools: []string{"node", "npm"},
		files: []string{"package.json", "package-lock.json"},
		steps: [][]string{{"npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"}},
		say:   []string{"node", "--version"},
	}
}

func pip() manager {
	return manager{
		tools: []string{"python3"},
		files: []string{"requirements.txt"},
		steps: [][]string{
			{"python3", "-m", "venv", "venv"},
			{"venv/bin/python", "-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", "requirements.txt"},
		},
		say: []string{"python3", "--version"},
	}
}

// maven has no lock file: the POMs of released versions pin theirs.
func maven() manager {
	return manager{
		tools: []string{"java", "mvn"},
		files: []string{"pom.xml"},
		steps: [][]string{{"mvn", "-B", "-q", "-C", "dependency:copy-dependencies", "-DoutputDirectory=lib"}},
		say:   []string{"java", "--version"},
	}
}

// install returns the folder with the packages that dir pins. It is in the user's cache, by
// the content of the files and the language's version, and made when it is not there: beside
// its place and then moved, so that a half install never looks like a whole one.
func (m manager) install(t *testing.T, dir string) string {
	t.Helper()
	for _, tool := range m.tools {
		_, err := exec.LookPath(tool)
		require.NoError(t, err, "these tests need %s", strings.Join(m.tools, " and "))
	}
	cache, err := os.UserCacheDir()
	require.NoError(t, err)
	cache = filepath.Join(cache, "tweed-sdk-test")
	require.NoError(t, os.MkdirAll(cache, 0o755))

	version := bounded(t, runLimit, program{argv: m.say})
	require.Zero(t, version.code, version.stderr)
	sum := sha256.New()
	sum.Write([]byte(version.stdout))
	content := map[string][]byte{}
	for _, name := range m.files {
		content[name], err = os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		sum.Write(content[name])
	}
	place := filepath.Join(cache, fmt.Sprintf("%s-%x", strings.ReplaceAll(dir, string(filepath.Separator), "-"), sum.Sum(nil)[:8]))
	if _, err := os.Stat(place); err == nil {
		return place
	}
	making, err := os.MkdirTemp(cache, "making-") //nolint:usetesting // moved into the cache, on its file system
	require.NoError(t, err)
	defer os.RemoveAll(making) //nolint:errcheck // it was moved, or the test has failed
	for name, text := range content {
		require.NoError(t, os.WriteFile(filepath.Join(making, name), text, 0o600))
	}
	for _, step := range m.steps {
		got := bounded(t, installLimit, program{argv: step, dir: making})
		require.Zero(t, got.code, "%s\n%s%s", strings.Join(step, " "), got.stdout, got.stderr)
	}
	if err := os.Rename(making, place); err != nil {
		require.DirExists(t, place, err) // another run was faster
	}
	return place
}

// ended is what a program left behind.
type ended struct {
	stdout, stderr string
	code           int
}

// program is a command, with the tests' own folder and environment when it has none.
type program struct {
	argv, env []string
	dir       string
}

// bounded runs a program to its end. After the limit it is asked to end, then killed, and the
// test fails.
func bounded(t *testing.T, limit time.Duration, p program) ended {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.argv[0], p.argv[1:]...)
	cmd.Dir, cmd.Env = p.dir, p.env
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	require.NoError(t, ctx.Err(), "%s: not ended after %s\n%s%s", strings.Join(p.argv, " "), limit, &stdout, &stderr)
	if err != nil {
		_, exited := errors.AsType[*exec.ExitError](err)
		require.True(t, exited, "%v", err)
	}
	return ended{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}
