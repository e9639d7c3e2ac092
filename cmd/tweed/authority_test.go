package main

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCA: the commands show one and the same CA, which the first of them makes.
func TestCA(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "ca")
	code, pem, stderr := command(t, "ca", "print", "--ca-dir", dir)
	require.Zero(t, code, stderr)
	require.Empty(t, stderr)
	require.True(t, strings.HasPrefix(pem, "-----BEGIN CERTIFICATE-----\n"))
	code, path, _ := command(t, "ca", "path", "--ca-dir", dir)
	require.Zero(t, code)
	require.Equal(t, filepath.Join(dir, "ca.pem")+"\n", path)
	text, err := os.ReadFile(strings.TrimSpace(path))
	require.NoError(t, err)
	require.Equal(t, pem, string(text))
	code, bundle, _ := command(t, "ca", "bundle", "--ca-dir", dir)
	require.Zero(t, code)
	require.True(t, strings.HasSuffix(bundle, pem))
}

// TestServeTLS: serve says where TLS is and what clients have to trust, when it is ready;
// without a flag for TLS it makes no CA until a proxy's client needs one.
func TestServeTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := startServe(t, "--tls", "--tls-addr", "127.0.0.1:0", "--ca-dir", dir)
	pem, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(pem))
	var line string
	for !strings.HasPrefix(line, "TLS at ") {
		require.True(t, s.lines.Scan())
		line = s.lines.Text()
	}
	at := regexp.MustCompile(`^TLS at (127\.0\.0\.1:\d+) and (127\.0\.0\.1:\d+) for sandbox\.plaid\.com, .*; clients have to trust (.*)$`).FindStringSubmatch(line)
	require.NotNil(t, at, line)
	require.Equal(t, "http://"+at[1], s.url)
	require.Equal(t, filepath.Join(dir, "ca.pem"), at[3])
	for _, addr := range at[1:3] {
		conn, err := tls.Dial("tcp", addr, &tls.Config{ServerName: "sandbox.plaid.com", RootCAs: roots})
		require.NoError(t, err)
		require.NoError(t, conn.Close())
	}
	code, _ := s.end()
	require.Zero(t, code)

	lazy := filepath.Join(t.TempDir(), "ca")
	s = startServe(t, "--ca-dir", lazy, "--proxy-others", "pass")
	require.NoDirExists(t, lazy)
	proxy, err := url.Parse(s.url)
	require.NoError(t, err)
	client := &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy)}}
	_, err = client.Get("https://sandbox.plaid.com/") //nolint:bodyclose // there is no reply
	require.ErrorContains(t, err, "certificate", "nobody trusts it yet")
	require.FileExists(t, filepath.Join(lazy, "ca.pem"))
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	resp, err := client.Get("http://" + closed.Addr().String())
	require.NoError(t, err)
	require.Equal(t, http.StatusBadGateway, resp.StatusCode, "it was tried")
	require.NoError(t, resp.Body.Close())
	_, rest := s.end()
	require.Contains(t, rest, "  any       HTTPS_PROXY="+s.url)
}
