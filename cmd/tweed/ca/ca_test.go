package ca

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"software.sslmate.com/src/go-pkcs12"
)

// at is a clock that stands still.
func at(t time.Time) func() time.Time { return func() time.Time { return t } }

var monday = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

// verify is what a client that trusts the authority says of a certificate.
func verify(a *Authority, cert *x509.Certificate, host string, now time.Time) error {
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	_, err := cert.Verify(x509.VerifyOptions{DNSName: host, Roots: roots, CurrentTime: now})
	return err
}

func TestOpen(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "not", "there")
	a, err := Open(dir)
	require.NoError(t, err)
	again, err := Open(dir)
	require.NoError(t, err)
	require.Equal(t, a.PEM(), again.PEM())
	require.True(t, a.key.Equal(again.key))
	other, err := Open(t.TempDir())
	require.NoError(t, err)
	require.False(t, a.key.Equal(other.key), "keys are random")
	require.NotEqual(t, a.cert.Subject.String(), other.cert.Subject.String())

	text, err := os.ReadFile(a.Path())
	require.NoError(t, err)
	require.Equal(t, a.PEM(), text)
	require.NotContains(t, string(text), "PRIVATE KEY")
	info, err := os.Stat(filepath.Join(dir, keyFile))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	requireFiles(t, dir)
}

// requireFiles: the two files of an authority, and nothing that was left over.
func requireFiles(t *testing.T, dir string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 2)
	require.Equal(t, []string{keyFile, certFile}, []string{files[0].Name(), files[1].Name()})
}

// TestOpenAtOnce: who starts at the same time gets the same authority.
func TestOpenAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const programs = 20
	found := make([]*Authority, programs)
	var all sync.WaitGroup
	for i := range found {
		all.Go(func() { found[i], _ = Open(dir) })
	}
	all.Wait()
	for _, a := range found {
		require.NotNil(t, a)
		require.Equal(t, found[0].PEM(), a.PEM())
	}
	requireFiles(t, dir)
	text, err := os.ReadFile(filepath.Join(dir, certFile))
	require.NoError(t, err)
	require.Equal(t, found[0].PEM(), text)
}

// TestOpenMendsTheCertificateFile: ca.pem follows the key's file.
func TestOpenMendsTheCertificateFile(t *testing.T) {
	t.Parallel()
	a, err := Open(t.TempDir())
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(a.Path(), []byte("old"), 0o600))
	_, err = Open(a.dir)
	require.NoError(t, err)
	text, err := os.ReadFile(a.Path())
	require.NoError(t, err)
	require.Equal(t, a.PEM(), text)
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	good, err := generate(time.Now())
	require.NoError(t, err)
	other, err := generate(time.Now())
	require.NoError(t, err)
	key, _, _ := strings.Cut(string(good), "-----BEGIN CERTIFICATE-----")
	_, cert, _ := strings.Cut(string(other), "-----END PRIVATE KEY-----\n")
	old, err := generate(time.Now().Add(-life - time.Hour))
	require.NoError(t, err)
	for name, test := range map[string]struct{ text, problem string }{
		"empty":       {"", "there is no key with its certificate in it"},
		"cut off":     {string(good[:len(good)-40]), "there is no key with its certificate in it"},
		"only a key":  {key, "there is no key with its certificate in it"},
		"garbage":     {strings.Replace(string(good), "M", "N", 1), keyFile + ": "},
		"of two":      {key + cert, "the key is not that of the certificate; remove it, and Tweed makes a new one"},
		"expired":     {string(old), "expired on " + time.Now().Add(-time.Hour).UTC().Format(time.DateOnly) + ": remove " + keyFile},
		"other order": {cert + key, "there is no key with its certificate in it"},
	} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, keyFile), []byte(test.text), 0o600))
		_, err := Open(dir)
		require.ErrorContains(t, err, test.problem, name)
		require.ErrorContains(t, err, dir, name)
		require.NoFileExists(t, filepath.Join(dir, certFile), name)
	}
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = Open(filepath.Join(file, "below"))
	require.ErrorContains(t, err, "not a directory")
}

// TestConstraints: the authority vouches for the vendors' domains and for this machine. A
// certificate for anything else, signed with its key by whoever has it, is worth nothing.
func TestConstraints(t *testing.T) {
	t.Parallel()
	a, err := Open(t.TempDir())
	require.NoError(t, err)
	require.True(t, a.cert.PermittedDNSDomainsCritical)
	for _, ext := range a.cert.Extensions {
		if ext.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 30}) {
			require.True(t, ext.Critical)
		}
	}
	require.True(t, a.cert.MaxPathLenZero)
	require.IsType(t, &ecdsa.PublicKey{}, a.cert.PublicKey)
	require.Equal(t, elliptic.P256(), a.key.Curve)
	for _, host := range []string{"sandbox.plaid.com", "plaid.com", "uat-api.apexclearing.com", "localhost"} {
		cert, err := a.Certificate(host)
		require.NoError(t, err, host)
		require.NoError(t, verify(a, cert.Leaf, host, time.Now()))
		require.LessOrEqual(t, cert.Leaf.NotAfter.Sub(cert.Leaf.NotBefore), 397*24*time.Hour)
	}
	cert, err := a.Certificate("localhost")
	require.NoError(t, err)
	require.NoError(t, verify(a, cert.Leaf, "127.0.0.1", time.Now()))
	require.NoError(t, verify(a, cert.Leaf, "::1", time.Now()))
	for _, host := range []string{"example.com", "plaid.com.example.com", "myplaid.com", "tweed", "com", "*"} {
		_, err := a.Certificate(host)
		require.Error(t, err, host)
	}

	for name, forged := range map[string]*x509.Certificate{
		"example.com":  {DNSNames: []string{"example.com"}},
		"192.0.2.1":    {IPAddresses: []net.IP{net.IPv4(192, 0, 2, 1)}},
		"both":         {DNSNames: []string{"sandbox.plaid.com", "example.com"}},
		"below itself": {DNSNames: []string{"sandbox.plaid.com"}, IsCA: true, BasicConstraintsValid: true},
	} {
		forged.SerialNumber, forged.NotBefore, forged.NotAfter = big.NewInt(2), a.cert.NotBefore, a.cert.NotAfter
		der, err := x509.CreateCertificate(rand.Reader, forged, a.cert, &a.key.PublicKey, a.key)
		require.NoError(t, err)
		cert, err := x509.ParseCertificate(der)
		require.NoError(t, err)
		roots, between := x509.NewCertPool(), x509.NewCertPool()
		roots.AddCert(a.cert)
		if forged.IsCA { // an authority that it makes may sign nothing
			between.AddCert(cert)
			leaf := &x509.Certificate{SerialNumber: big.NewInt(3), NotBefore: a.cert.NotBefore, NotAfter: a.cert.NotAfter, DNSNames: []string{"cdn.plaid.com"}}
			der, err = x509.CreateCertificate(rand.Reader, leaf, cert, &a.key.PublicKey, a.key)
			require.NoError(t, err)
			cert, err = x509.ParseCertificate(der)
			require.NoError(t, err)
		}
		_, err = cert.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: time.Now()})
		require.Error(t, err, name)
	}
}

// TestRenewal: a host's certificate is kept, renewed before it ends, and never outlives the
// authority.
func TestRenewal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, err := open(dir, at(monday))
	require.NoError(t, err)
	require.Equal(t, monday.Add(life), a.Expires())
	first, err := a.Certificate("sandbox.plaid.com")
	require.NoError(t, err)
	again, err := a.Certificate("sandbox.plaid.com")
	require.NoError(t, err)
	require.Same(t, first, again)
	require.NoError(t, verify(a, first.Leaf, "sandbox.plaid.com", monday.Add(-leeway)), "the client's clock may be late")

	a.now = at(monday.Add(hostLife - renewal))
	renewed, err := a.Certificate("sandbox.plaid.com")
	require.NoError(t, err)
	require.NotSame(t, first, renewed)
	require.NotEqual(t, first.Leaf.SerialNumber, renewed.Leaf.SerialNumber)

	last := monday.Add(life - time.Hour)
	a, err = open(dir, at(last))
	require.NoError(t, err)
	cert, err := a.Certificate("sandbox.plaid.com")
	require.NoError(t, err)
	require.Equal(t, a.Expires(), cert.Leaf.NotAfter)
	_, err = open(dir, at(monday.Add(life+time.Second)))
	require.ErrorContains(t, err, "expired on 2036-01-03")
}

// TestHandshake: TLS 1.2 and 1.3 with the certificates.
func TestHandshake(t *testing.T) {
	t.Parallel()
	a, err := Open(t.TempDir())
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(a.PEM()))
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		near, far := net.Pipe()
		server := tls.Server(far, &tls.Config{GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			return a.Certificate(hello.ServerName)
		}})
		done := make(chan error, 1)
		go func() { done <- server.HandshakeContext(t.Context()) }()
		client := tls.Client(near, &tls.Config{RootCAs: roots, ServerName: "cdn.plaid.com", MaxVersion: version})
		require.NoError(t, client.HandshakeContext(t.Context()))
		require.NoError(t, <-done)
		require.Equal(t, version, client.ConnectionState().Version)
	}
}

func TestBundle(t *testing.T) {
	a, err := Open(t.TempDir())
	require.NoError(t, err)
	other, err := Open(t.TempDir())
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "roots.pem")
	require.NoError(t, os.WriteFile(file, bytes.TrimSpace(other.PEM()), 0o600)) // its last line has no end
	want := append(other.PEM(), a.PEM()...)

	got, err := a.Bundle(file)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
	t.Setenv("SSL_CERT_FILE", file)
	got, err = a.Bundle("")
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
	_, err = a.Bundle(file + ".not")
	require.ErrorIs(t, err, os.ErrNotExist)

	t.Setenv("SSL_CERT_FILE", "")
	got, err = a.Bundle("")
	require.NoError(t, err)
	require.True(t, bytes.HasSuffix(got, a.PEM()), "what the system has stands before it")

	store, err := TrustStore(append([]byte("a comment\n"), want...))
	require.NoError(t, err)
	certs, err := pkcs12.DecodeTrustStore(store, TrustStorePassword)
	require.NoError(t, err)
	require.Len(t, certs, 2)
	require.Equal(t, [][]byte{other.cert.Raw, a.cert.Raw}, [][]byte{certs[0].Raw, certs[1].Raw})
}

func TestDefaultDir(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", "/somewhere")
	t.Setenv("HOME", "/home/somebody")
	dir, err := DefaultDir()
	require.NoError(t, err)
	require.Equal(t, "tweed", filepath.Base(dir))
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("HOME", "")
	_, err = DefaultDir()
	require.ErrorContains(t, err, "--ca-dir or TWEED_CA_DIR")
}
