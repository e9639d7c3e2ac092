package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// childRole makes the test's own program a command that exec runs: "handles" ends with 7
// when a signal comes, "dies" leaves that to the system, "POST $URL" makes a call and prints
// the answer.
const childRole = "TEST_CHILD_ROLE"

func TestMain(m *testing.M) {
	if role := os.Getenv(childRole); role != "" {
		playChild(role)
	}
	for _, name := range []string{"GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"} {
		_ = os.Unsetenv(name) // a job that runs these tests is not the one that they tell
	}
	dir, err := os.MkdirTemp("", "tweed-test")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	build = sync.OnceValues(func() (string, error) {
		path := filepath.Join(dir, "tweed")
		out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, out)
		}
		return path, err
	})
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

func playChild(role string) {
	if method, url, ok := strings.Cut(role, " "); ok {
		if err := callAndPrint(method, os.ExpandEnv(url)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	signals := make(chan os.Signal, 1)
	if role == "handles" {
		signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	}
	fmt.Println("up")
	got := <-signals
	fmt.Println("got", got)
	os.Exit(7)
}

func callAndPrint(method, url string) error {
	req, err := http.NewRequest(method, url, strings.NewReader("{}"))
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment}}
	if file := os.Getenv("SSL_CERT_FILE"); req.URL.Scheme == "https" { // Go itself reads it, but not on every system
		pem, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(pem)
		client.Transport = &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: roots}}
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	_, err = io.Copy(os.Stdout, resp.Body)
	return errors.Join(err, resp.Body.Close())
}

// build makes the program once for all tests that need it as a file.
var build func() (string, error)

// program is Tweed as users have it, with its arguments and an environment of its own.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := build()
	require.NoError(t, err)
	cmd := exec.Command(path, args...)
	cmd.Env = os.Environ()
	return cmd
}
