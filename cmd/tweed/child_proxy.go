package main

import (
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tweed/cmd/tweed/ca"
	"tweed/emulator"
)

// trust are the files with which a command trusts Tweed's CA beside all that it trusts
// anyway. They last as long as the command.
type trust struct {
	dir    string
	bundle string // for clients that take one file for all
	extra  string // for clients that take one beside their own
	store  string // for Java
}

// newTrust writes the files.
func newTrust(own *ca.Authority) (*trust, error) {
	dir, err := os.MkdirTemp("", "tweed-exec-")
	if err != nil {
		return nil, err
	}
	t := &trust{
		dir: dir, bundle: filepath.Join(dir, "bundle.pem"), extra: own.Path(), store: filepath.Join(dir, "trust.p12"),
	}
	if err := t.write(own); err != nil {
		return nil, errors.Join(err, t.remove())
	}
	return t, nil
}

func (t *trust) write(own *ca.Authority) error {
	bundle, err := own.Bundle("")
	if err != nil {
		return err
	}
	store, err := ca.TrustStore(bundle)
	if err != nil {
		return err
	}
	err = errors.Join(os.WriteFile(t.bundle, bundle, 0o600), os.WriteFile(t.store, store, 0o600))
	if file := os.Getenv(envNodeCerts); file != "" && err == nil { // that company's CA is trusted further on
		var both []byte
		if both, err = own.Bundle(file); err == nil {
			t.extra = filepath.Join(t.dir, "extra.pem")
			err = os.WriteFile(t.extra, both, 0o600)
		}
	}
	return err
}

// remove removes the files, if there are any.
func (t *trust) remove() error {
	if t == nil {
		return nil
	}
	return os.RemoveAll(t.dir)
}

const envNodeCerts = "NODE_EXTRA_CA_CERTS"

// variables lead a command's calls of the vendors' names to an emulator, whatever language
// it is written in.
func (t *trust) variables(address string) variables {
	direct := noProxy(os.Getenv("NO_PROXY"), os.Getenv("no_proxy"))
	return variables{
		{"HTTP_PROXY", address},
		{"http_proxy", address}, // curl knows only the small letters of this one
		{"HTTPS_PROXY", address},
		{"https_proxy", address},
		{"NO_PROXY", direct},
		{"no_proxy", direct},
		{"SSL_CERT_FILE", t.bundle},      // OpenSSL, so Ruby and Python; Go but on macOS and Windows
		{"CURL_CA_BUNDLE", t.bundle},     // curl
		{"REQUESTS_CA_BUNDLE", t.bundle}, // Python's requests, which brings its own list
		{envNodeCerts, t.extra},          // Node, Bun, Deno from 2.8 on
		{"DENO_CERT", t.extra},
		{"NODE_USE_ENV_PROXY", "1"}, // Node from 22.21 and 24.5 on; axios needs no telling
		{"JAVA_TOOL_OPTIONS", t.java(address, os.Getenv("JAVA_TOOL_OPTIONS"))},
	}
}

// loopback are the names that no proxy is asked for.
var loopback = []string{"localhost", "127.0.0.1", "::1"}

// noProxy are the names that no proxy is asked for: those of this machine, and those that
// the environment has, but for what would keep the vendors from Tweed.
func noProxy(given ...string) string {
	names := slices.Clone(loopback)
	for name := range strings.SplitSeq(strings.Join(given, ","), ",") {
		name = strings.TrimSpace(name)
		if name == "" || slices.Contains(names, name) || slices.ContainsFunc(emulator.VendorHosts(), covers(name)) {
			continue
		}
		names = append(names, name)
	}
	return strings.Join(names, ",")
}

// covers tells whether an entry of NO_PROXY is for a host.
func covers(entry string) func(host string) bool {
	if bare, _, err := net.SplitHostPort(entry); err == nil {
		entry = bare
	}
	entry = strings.ToLower(strings.TrimLeft(entry, "*."))
	return func(host string) bool { return entry == "" || host == entry || strings.HasSuffix(host, "."+entry) }
}

// java are the options for every Java machine below a command. A store takes the place of
// Java's own list, so that it has the system's certificates, too.
func (t *trust) java(address, given string) string {
	host, port := "", ""
	if u, err := url.Parse(address); err == nil {
		host, port = u.Hostname(), u.Port()
	}
	options := []string{
		"-Dhttp.proxyHost=" + host, "-Dhttp.proxyPort=" + port,
		"-Dhttps.proxyHost=" + host, "-Dhttps.proxyPort=" + port,
		"-Dhttp.nonProxyHosts=localhost|127.*|[::1]",
		`"-Djavax.net.ssl.trustStore=` + t.store + `"`, // quoted: the folder may have a space
		"-Djavax.net.ssl.trustStoreType=PKCS12",
		"-Djavax.net.ssl.trustStorePassword=" + ca.TrustStorePassword,
	}
	if given != "" {
		options = slices.Insert(options, 0, given)
	}
	return strings.Join(options, " ")
}
