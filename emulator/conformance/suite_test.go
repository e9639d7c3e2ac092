package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// The integration tests that Plaid ships inside plaid-go, as they are.
const (
	suitePackage = "github.com/plaid/plaid-go/v41/tests"
	// suitePatience is wall time for one test: the longest of them asks 20 times, 2 seconds apart.
	suitePatience = time.Minute
	// suiteClock is fast enough that what is not ready at first is ready when a test asks again.
	suiteClock = "60x"
)

// suiteResult is what became of one test.
type suiteResult string

const (
	passed  suiteResult = "PASS"
	failed  suiteResult = "FAIL"
	skipped suiteResult = "SKIP"
)

// TestPlaidsOwnSuite runs every test of Plaid's own suite by itself, unmodified, each in a world of its own, and prints
// a table. Tests that the suite skips itself are shown as skipped.
func TestPlaidsOwnSuite(t *testing.T) {
	t.Parallel()
	suite := buildSuite(t)
	address := checkedProxy(t, emulator.RunT(t, emulator.Options{Clock: suiteClock}).PlaidURL())
	names := suite.list(t)
	require.Greater(t, len(names), 40)
	var mutex sync.Mutex
	results := make(map[string]suiteResult, len(names))
	t.Run("each", func(t *testing.T) {
		for _, name := range names {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				result, output := suite.run(t, name, address)
				mutex.Lock()
				results[name] = result
				mutex.Unlock()
				if result == failed {
					t.Errorf("%s", output)
				}
			})
		}
	})
	t.Logf("\n%s", suiteTable(names, results))
}

// checkedProxy stands between the suite and the emulator and holds every reply against the OpenAPI document.
func checkedProxy(t *testing.T, target string) (address string) {
	t.Helper()
	to, err := url.Parse(target)
	require.NoError(t, err)
	server := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(to) },
		Transport: checked{t},
	})
	t.Cleanup(server.Close)
	return server.URL
}

// suiteTable prints test, result and remark.
func suiteTable(names []string, results map[string]suiteResult) string {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	count := map[suiteResult]int{}
	for _, name := range names {
		result := results[name]
		count[result]++
		remark := ""
		if result == skipped {
			remark = "skipped by the suite itself"
		}
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\n", name, result, remark)
	}
	_ = table.Flush() // into a strings.Builder
	fmt.Fprintf(&text, "%d pass, %d fail, %d are skipped by the suite\n", count[passed], count[failed], count[skipped])
	return text.String()
}

// suiteBinary is the suite's compiled test.
type suiteBinary struct{ file string }

// buildSuite compiles the suite out of the module cache, as it is.
func buildSuite(t *testing.T) suiteBinary {
	t.Helper()
	file := filepath.Join(t.TempDir(), "suite.test")
	out, err := exec.CommandContext(t.Context(), "go", "test", "-c", "-o", file, suitePackage).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return suiteBinary{file}
}

// list returns the names of the suite's tests, in its order.
func (s suiteBinary) list(t *testing.T) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), s.file, "-test.list", ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return strings.Fields(string(out))
}

// run runs one test of the suite against the emulator, in a world of the test's name.
func (s suiteBinary) run(t *testing.T, name, address string) (result suiteResult, output string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), suitePatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.file, "-test.v", "-test.run", "^"+name+"$")
	cmd.Dir = t.TempDir()
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(line string) bool {
		return strings.HasPrefix(line, "PLAID_") || strings.HasPrefix(line, "WEBHOOK_VERIFICATION_")
	}), "PLAID_API_URI="+address, "CLIENT_ID="+clientID+"@"+name, "SECRET="+secret)
	var both bytes.Buffer
	cmd.Stdout, cmd.Stderr = &both, &both
	if err := cmd.Run(); err != nil {
		_, ended := errors.AsType[*exec.ExitError](err)
		require.True(t, ended, "%v", err)
	}
	output = both.String()
	for _, one := range []suiteResult{passed, skipped} {
		if strings.Contains(output, fmt.Sprintf("--- %s: %s ", one, name)) {
			return one, output
		}
	}
	return failed, output
}
