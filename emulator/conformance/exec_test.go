package conformance

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestExecNodeApp: the test suite of a Node app, run by "tweed exec -- npm test" as its user
// would: green, and red in three ways that nobody can mix up. cmd/tweed runs a Go app the
// same way.
func TestExecNodeApp(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"node", "npm"} {
		_, err := exec.LookPath(name)
		require.NoError(t, err, "these tests need Node 20 or later with npm")
	}
	tweed := buildTweed(t)
	for _, test := range []struct {
		name, fault string
		code        int
		stdout      []string
		last        string
	}{
		{"green", "", 0, []string{"pass 2", "fail 0"}, "tweed: good: the command passed, 16 calls came, 3 of 3 expectations are met"},
		{
			"a bug of the app", "field", 1,
			[]string{"pass 1", "fail 1", "400 INVALID_FIELD"},
			"tweed: the command failed with exit code 1; 13 calls came, 2 of 3 expectations are met",
		},
		{
			"an expectation", "twice", 97,
			[]string{"pass 2", "fail 0"},
			"tweed: the command passed, 17 calls came, 2 of 3 expectations are met: exit code 97",
		},
		{"no call", "offline", 96, []string{"pass 2", "fail 0"}, "tweed: the command passed without a call: exit code 96"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(tweed, "exec", "--scenario", "../funding.yaml", "--", "npm", "test")
			cmd.Dir = filepath.Join("..", "..", "cmd", "tweed", "testdata", "exec", "node-app")
			cmd.Env = append(os.Environ(), "APP_FAULT="+test.fault, "NODE_OPTIONS=", "npm_config_update_notifier=false")
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if err := cmd.Run(); err != nil {
				_, ended := errors.AsType[*exec.ExitError](err)
				require.True(t, ended, "%v", err)
			}
			require.Equal(t, test.code, cmd.ProcessState.ExitCode(), stdout.String()+stderr.String())
			for _, wanted := range test.stdout {
				require.Contains(t, stdout.String(), wanted)
			}
			lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
			require.Equal(t, test.last, lines[len(lines)-1])
		})
	}
}
