package conformance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// sdk is one version of an official client, and what is known of it.
type sdk struct {
	name, version string // as its package manager calls them
	dir           string // its program and its lock file
	manifest      string // the file that pins the version
	address       string // the line that gives it another address; "" when it has none
	proxy         string // the line that makes it ask a proxy; "" when it asks the environment's by itself
	publicKey     bool   // it is of the time before Link tokens
	missing       string // what a processor token without account_id gives: a code, or the SDK's own refusal
	install       func(t *testing.T) program
}

func node(dir string) func(*testing.T) program {
	return func(t *testing.T) program {
		t.Helper()
		packages := filepath.Join(npm().install(t, dir), "node_modules")
		return program{
			argv: []string{"node", filepath.Join(dir, "walk.js")},
			env:  []string{"NODE_PATH=" + packages, "NODE_OPTIONS="},
		}
	}
}

func python(dir string) func(*testing.T) program {
	return func(t *testing.T) program {
		t.Helper()
		interpreter := filepath.Join(pip().install(t, dir), "venv", "bin", "python")
		return program{argv: []string{interpreter, "-B", filepath.Join(dir, "walk.py")}}
	}
}

func java(dir string) func(*testing.T) program {
	return func(t *testing.T) program {
		t.Helper()
		jars := filepath.Join(maven().install(t, dir), "lib", "*")
		return program{argv: []string{"java", "-cp", jars, filepath.Join(dir, "Walk.java")}}
	}
}

func golang(dir string) func(*testing.T) program {
	return func(t *testing.T) program {
		t.Helper()
		binary := filepath.Join(t.TempDir(), "walk")
		built := bounded(t, installLimit, program{argv: []string{"go", "build", "-o", binary, "./" + dir}})
		require.Zero(t, built.code, built.stderr)
		return program{argv: []string{binary}}
	}
}

// sdks are the clients by language: the newest version of each, and the old ones for which
// Plaid's guide for Apex has its samples.
func sdks() map[string][]sdk {
	return map[string][]sdk{
		"go": {{
			name: "plaid-go", version: "41.0.0", dir: "go/v41", manifest: "go.mod",
			address: "cfg.UseEnvironment(plaid.Environment(url))",
			missing: "INVALID_FIELD", // a string of Go is never absent
			install: golang("go/v41"),
		}},
		"node": {{
			name: "plaid (npm)", version: "47.0.0", dir: "node/47", manifest: "package-lock.json",
			address: "new Configuration({basePath: url, ...})",
			missing: "MISSING_FIELDS", install: node("node/47"),
		}, {
			name: "plaid (npm)", version: "8.5.4", dir: "node/8", manifest: "package-lock.json",
			address: "plaid.environments.sandbox = url",
			missing: "MISSING_FIELDS", install: node("node/8"),
		}, {
			name: "plaid (npm)", version: "2.15.0", dir: "node/2", manifest: "package-lock.json",
			address: "plaid.environments.sandbox = url", publicKey: true,
			missing: "MISSING_FIELDS", install: node("node/2"),
		}},
		"python": {{
			name: "plaid-python", version: "46.0.0", dir: "python/46", manifest: "requirements.txt",
			address: "plaid.Configuration(host=url, ...)",
			proxy:   `configuration.proxy = os.environ["HTTPS_PROXY"]`,
			missing: "TypeError", install: python("python/46"),
		}, {
			name: "plaid-python", version: "7.5.0", dir: "python/7", manifest: "requirements.txt",
			missing: "INVALID_FIELD", // it sends null
			install: python("python/7"),
		}},
		"java": {{
			name: "plaid-java", version: "39.2.0", dir: "java/39", manifest: "pom.xml",
			address: "apiClient.setPlaidAdapter(url)",
			missing: "MISSING_FIELDS", install: java("java/39"),
		}, {
			name: "plaid-java", version: "8.1.0", dir: "java/8", manifest: "pom.xml",
			address: `builder.baseUrl(url + "/")`, // and cleartext allowed, see its program
			missing: "MISSING_FIELDS", install: java("java/8"),
		}},
	}
}

// TestSDKs: Plaid's official clients, unmodified, walk the guide for Apex, read an error that
// a rule forces, and are told what a processor token needs. Each does so at the address of
// "tweed serve", as far as it takes one, and at Plaid's own under "tweed exec --proxy". What
// was seen is a table, which README.md has, too.
func TestSDKs(t *testing.T) {
	t.Parallel()
	tweed := buildTweed(t)
	url := serve(t, tweed)
	table := newTable()
	t.Run("walk", func(t *testing.T) {
		for language, versions := range sdks() {
			t.Run(language, func(t *testing.T) {
				t.Parallel()
				for _, s := range versions {
					s.pinned(t)
					version, program := filepath.Base(s.dir), s.install(t) // one after another: they share a cache
					if s.address != "" {
						t.Run(version+" at its address", func(t *testing.T) { s.atAddress(t, program, url, table.row(s, false)) })
					}
					t.Run(version+" over the proxy", func(t *testing.T) { s.overProxy(t, program, tweed, table.row(s, true)) })
				}
			})
		}
	})
	t.Run("table", table.compare)
}

// serve starts "tweed serve" and returns its address. It is stopped with the test.
func serve(t *testing.T, tweed string) (url string) {
	t.Helper()
	cmd := exec.Command(tweed, "serve", "--addr", "127.0.0.1:0", "--scenario", filepath.Join("testdata", "sdks.yaml"))
	var said bytes.Buffer
	cmd.Stderr = &said
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	out := bufio.NewReader(stdout)
	first, firstErr := out.ReadString('\n')
	var rest []byte
	ended := make(chan struct{})
	go func() {
		rest, _ = io.ReadAll(out) // what came before an error is what there is to show
		close(ended)
	}()
	t.Cleanup(func() {
		signalErr := cmd.Process.Signal(syscall.SIGTERM)
		<-ended
		waitErr := cmd.Wait()
		if t.Failed() || signalErr != nil || waitErr != nil {
			t.Errorf("tweed serve: %v, %v\n%s%s%s", signalErr, waitErr, first, rest, &said)
		}
	})
	require.NoError(t, firstErr)
	_, address, ready := strings.Cut(strings.TrimSpace(first), "tweed: ready at ")
	require.True(t, ready, first)
	return address
}

// pinned holds the version that the table names against the one that is installed.
func (s sdk) pinned(t *testing.T) {
	t.Helper()
	dir := s.dir
	if s.manifest == "go.mod" {
		dir = "."
	}
	text, err := os.ReadFile(filepath.Join(dir, s.manifest))
	require.NoError(t, err)
	require.Contains(t, string(text), s.version)
}

// plain is the environment without what would lead an SDK elsewhere.
func plain(add []string) []string {
	var kept []string
	for _, variable := range os.Environ() {
		name := strings.ToUpper(strings.SplitN(variable, "=", 2)[0])
		if !strings.HasPrefix(name, "PLAID_") && !strings.HasSuffix(name, "_PROXY") {
			kept = append(kept, variable)
		}
	}
	return append(kept, add...)
}

// atAddress gives the SDK the address of a running emulator and a world of its own. What it
// made there is a relationship at Sentinel.
func (s sdk) atAddress(t *testing.T, p program, url string, row *sighting) {
	t.Helper()
	world := "sdk-" + strings.ReplaceAll(s.dir, "/", "-")
	got := bounded(t, runLimit, program{argv: p.argv, env: plain(slices.Concat(p.env, []string{
		"PLAID_BASE_URL=" + url, "PLAID_CLIENT_ID=" + clientID + "@" + world,
		"PLAID_SECRET=" + secret, "PLAID_PUBLIC_KEY=public-key@" + world,
	}))})
	require.Zero(t, got.code, got.stderr)
	token := s.judge(t, got, row)
	relationship := newFirm(t, url, world, time.Now()).do(http.MethodPost, "/sentinel/api/v1/ach_relationships",
		map[string]string{
			"account": "3AP05057", "approvalMethod": "PLAID_TOKEN", "plaidProcessorToken": token, "nickname": "Household",
		})
	require.Equal(t, "APPROVED", relationship.Status)
}

// overProxy leaves the SDK at Plaid's address: what it calls is there, or nowhere.
func (s sdk) overProxy(t *testing.T, p program, tweed string, row *sighting) {
	t.Helper()
	own := []string{"PLAID_PUBLIC_KEY=public-key", "TWEED_CA_DIR=" + t.TempDir()}
	exec := []string{tweed, "exec", "--proxy", "--scenario", filepath.Join("testdata", "sdks.yaml"), "--"}
	got := bounded(t, runLimit, program{argv: slices.Concat(exec, p.argv), env: plain(slices.Concat(p.env, own))})
	require.Zero(t, got.code, got.stderr)
	s.judge(t, got, row)
}

// seen is what a program tells of one path, a line of JSON each.
type seen struct {
	Path           string `json:"path"`
	LinkToken      string `json:"link_token"`
	ItemID         string `json:"item_id"`
	AccessToken    string `json:"access_token"`
	Accounts       int    `json:"accounts"`
	Mask           string `json:"mask"`
	ProcessorToken string `json:"processor_token"`
	RequestID      string `json:"request_id"`

	Through string `json:"through"` // what the SDK gives an error as
	Status  int    `json:"status"`  // 0 when the SDK does not say
	Type    string `json:"error_type"`
	Code    string `json:"error_code"`
	Message string `json:"error_message"`

	AsksNoProxy bool `json:"asks_no_proxy"` // left to itself
}

// judge compares what the SDK told with what Plaid says, notes it, and returns the processor
// token.
func (s sdk) judge(t *testing.T, got ended, row *sighting) (processorToken string) {
	t.Helper()
	paths := map[string]seen{}
	for line := range strings.Lines(got.stdout) {
		if !strings.HasPrefix(line, "{") { // plaid-java prints what it thinks of an address
			continue
		}
		var path seen
		require.NoError(t, json.Unmarshal([]byte(line), &path), line)
		paths[path.Path] = path
	}
	require.Len(t, paths, 3, got.stdout)

	guide := paths["guide"]
	if s.publicKey {
		require.Empty(t, guide.LinkToken)
	} else {
		require.Regexp(t, `^link-sandbox-[0-9a-f-]{36}$`, guide.LinkToken)
	}
	require.NotEmpty(t, guide.ItemID)
	require.Regexp(t, `^access-sandbox-[0-9a-f-]{36}$`, guide.AccessToken)
	require.Equal(t, 14, guide.Accounts)
	require.Equal(t, "0000", guide.Mask)
	require.Regexp(t, `^processor-sandbox-[0-9a-f-]{36}$`, guide.ProcessorToken)
	require.NotEmpty(t, guide.RequestID)
	require.Equal(t, s.proxy != "", guide.AsksNoProxy)
	row.guide = "walks"

	forced := paths["error"]
	forced.requireRefusal(t, itemError("ITEM_LOGIN_REQUIRED", textLoginRequired))
	row.forced = "`" + forced.Through + "`"

	missing := paths["no account_id"]
	switch s.missing {
	case "MISSING_FIELDS":
		missing.requireRefusal(t, invalidRequest(s.missing, "the following required fields are missing: account_id"))
	case "INVALID_FIELD":
		missing.requireRefusal(t, invalidRequest(s.missing, ""))
		require.Contains(t, missing.Message, "account_id must be")
	default: // the SDK refuses by itself
		require.Equal(t, s.missing, missing.Through)
		require.Contains(t, missing.Message, "account_id")
	}
	row.missing = "`" + s.missing + "`"
	return guide.ProcessorToken
}

func (s seen) requireRefusal(t *testing.T, want failure) {
	t.Helper()
	require.Equal(t, want.code, s.Code, s.Message)
	require.Equal(t, want.kind, s.Type)
	if want.message != "" {
		require.Equal(t, want.message, s.Message)
	}
	require.Contains(t, []int{0, want.status}, s.Status)
	require.NotEmpty(t, s.RequestID)
	require.NotEmpty(t, s.Through)
}
