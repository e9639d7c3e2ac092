package conformance

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/cmd/tweed/ca"
	"tweed/emulator"
)

// buildTweed makes the program as its users have it.
func buildTweed(t *testing.T) string {
	t.Helper()
	tweed := filepath.Join(t.TempDir(), "tweed")
	build := exec.Command("go", "build", "-o", tweed, "./cmd/tweed")
	build.Dir = filepath.Join("..", "..")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return tweed
}

// guide is what a reader of Plaid's guide for Apex has to put in: by its placeholders.
type guide map[string]string

// steps are the guide's commands with all that is known put in when their turn comes.
func (g guide) steps(t *testing.T, run func(command string) []byte) {
	t.Helper()
	_, err := exec.LookPath("curl")
	require.NoError(t, err, "these tests need curl")
	text, err := os.ReadFile(filepath.Join("testdata", "apex-guide.sh"))
	require.NoError(t, err)
	commands := strings.Split(string(text), "\n\n")[1:]
	require.Len(t, commands, 6)
	for _, command := range commands {
		for name, value := range g {
			command = strings.ReplaceAll(command, "["+name+"]", value)
		}
		out := run(command)
		var reply struct {
			Public    string `json:"public_token"`
			Access    string `json:"access_token"`
			Processor string `json:"processor_token"`
			Accounts  []struct {
				ID string `json:"account_id"`
			} `json:"accounts"`
		}
		require.NoError(t, json.Unmarshal(out, &reply), "%s\n%s", command, out)
		for name, value := range map[string]string{
			"Public token": reply.Public, "Access token": reply.Access, "Processor token": reply.Processor,
		} {
			if value != "" {
				g[name] = value
			}
		}
		if len(reply.Accounts) > 0 {
			g["Account ID"] = reply.Accounts[0].ID
		}
	}
}

// TestGuideOverProxy: the curl lines of Plaid's guide for Apex, run by a shell at Plaid's own
// addresses. Only two variables of the environment lead them to Tweed.
func TestGuideOverProxy(t *testing.T) {
	t.Parallel()
	own, err := ca.Open(t.TempDir())
	require.NoError(t, err)
	emu := emulator.RunT(t, emulator.Options{Certificate: own.Certificate})
	g := guide{"Plaid Client ID": clientID, "Plaid secret": secret}
	var processors []string
	g.steps(t, func(command string) []byte {
		cmd := exec.Command("sh", "-ec", command)
		cmd.Env = append(os.Environ(), "HTTPS_PROXY="+emu.URL(), "https_proxy=", "NO_PROXY=", "no_proxy=", "CURL_CA_BUNDLE="+own.Path())
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		require.NoError(t, err, "%s\n%s", command, &stderr)
		if bytes.Contains(out, []byte("processor_token")) {
			processors = append(processors, string(out))
		}
		return out
	})
	require.Len(t, processors, 2)
	require.Contains(t, g["Processor token"], "processor-sandbox-")
	var bases []string
	for _, call := range emu.Calls() {
		require.Equal(t, 200, call.Status, call.Path)
		bases = append(bases, call.Base)
	}
	require.Equal(t, []string{
		"https://sandbox.plaid.com", "https://sandbox.plaid.com", "https://sandbox.plaid.com", "https://sandbox.plaid.com",
		"https://sandbox.plaid.com", "https://tartan.plaid.com",
	}, bases)
}

// TestExecProxyCurl: the same lines with "tweed exec --proxy" alone, each in an emulator of
// its own: what they call arrives, whatever the answer.
func TestExecProxyCurl(t *testing.T) {
	t.Parallel()
	tweed, dir := buildTweed(t), t.TempDir()
	g := guide{"Plaid Client ID": clientID, "Plaid secret": secret}
	g.steps(t, func(command string) []byte {
		cmd := exec.Command(tweed, "exec", "--proxy", "--", "sh", "-ec", command)
		cmd.Env = append(os.Environ(), "TWEED_CA_DIR="+dir)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		require.NoError(t, err, "%s\n%s", command, &stderr)
		require.Contains(t, stderr.String(), "tweed: good: the command passed, 1 call came\n")
		return out
	})
}
