package sentinel_test

import (
	"bufio"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestCertificationMoves: an export in the middle of the certification goes on in another process, the real program,
// and every answer is the same to the byte up to the end: those to GETs, to ALE's reads and to the new logins.
func TestCertificationMoves(t *testing.T) {
	t.Parallel()
	here := start(t, "manual").SentinelURL()
	f := newFirm(t, here, client(here, &recorder{}))
	f.feed = newReader(f.client)
	f.firstHalf()
	export := string(send(t, "GET", here+"/_tweed/export", ""))
	there := program(t)
	send(t, "POST", there+"/_tweed/import", export)

	var answers [2][]string
	var exports [2]string
	for i, base := range []string{here, there} {
		calls := &recorder{}
		moved := f.elsewhere(base, calls)
		moved.secondHalf()
		require.Equal(t, wanted(), moved.outcome())
		answers[i], _ = calls.seen()
		exports[i] = string(send(t, "GET", base+"/_tweed/export", ""))
	}
	require.Equal(t, answers[0], answers[1])
	require.NotEmpty(t, answers[0])
	require.Equal(t, exports[0], exports[1])
	require.NotEqual(t, export, exports[0])
}

// elsewhere is the same firm, with its token, at another address. It reads all topics from their beginning.
func (f *firm) elsewhere(base string, calls *recorder) *firm {
	f.t.Helper()
	moved := newFirm(f.t, base, f.client.At(base, client(base, calls).HTTP))
	moved.feed = newReader(moved.client)
	maps.Copy(moved.relationships, f.relationships)
	maps.Copy(moved.transfers, f.transfers)
	return moved
}

// program builds the real program, starts it on a free port and returns its address. It is stopped with the test.
func program(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "tweed")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./cmd/tweed")
	build.Dir = filepath.Join("..", "..", "..")
	text, err := build.CombinedOutput()
	require.NoError(t, err, "%s", text)

	serve := exec.CommandContext(t.Context(), binary, "serve", "--addr", "127.0.0.1:0")
	serve.Cancel = func() error { return serve.Process.Signal(os.Interrupt) }
	serve.WaitDelay = 10 * time.Second
	stdout, err := serve.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, serve.Start())
	t.Cleanup(func() { _ = serve.Wait() }) // the test's context has ended it
	lines := bufio.NewScanner(stdout)
	require.True(t, lines.Scan(), "%v", lines.Err())
	_, base, ready := strings.Cut(lines.Text(), "tweed: ready at ")
	require.True(t, ready, lines.Text())
	return base
}
