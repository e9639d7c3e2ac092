// Package ca is Tweed's own certificate authority. It vouches for the vendors' domains and
// for this machine, and can vouch for nothing else: its certificate carries name
// constraints, so that a key that leaks out of a developer's folder opens no other site.
//
// The key is random, and never from a world's seed: a key that anybody can compute must not
// be in anybody's list of trusted authorities.
package ca

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// The files of an authority in its directory. The key's file has the certificate, too, so
// that the two always belong together.
const (
	keyFile  = "ca-key.pem"
	certFile = "ca.pem"
)

// How long certificates live. Public authorities may not go over 397 days for a host, and
// some clients hold all others to it.
const (
	life     = 10 * 365 * 24 * time.Hour
	hostLife = 90 * 24 * time.Hour
	renewal  = hostLife / 3 // a host gets a new certificate when less than this is left
	leeway   = 24 * time.Hour
)

// domains are what the authority may vouch for, with all names below them.
var domains = []string{"plaid.com", "apexclearing.com", local}

// local is the name of this machine. Its certificate is good for the loopback addresses, too.
const local = "localhost"

// Authority signs certificates for hosts.
type Authority struct {
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	now  func() time.Time

	mu      sync.Mutex
	hostKey *ecdsa.PrivateKey // one for all hosts of this process
	hosts   map[string]*tls.Certificate
}

// DefaultDir is where the authority is when nobody says otherwise: the folder "tweed" in the
// user's folder of settings. The error says that there is none.
func DefaultDir() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("there is no place for the CA: %w; say one with --ca-dir or TWEED_CA_DIR", err)
	}
	return filepath.Join(dir, "tweed"), nil
}

// Open reads the authority of a directory, or makes it when there is none. The error says
// that it cannot be read or made, or that it has expired.
func Open(dir string) (*Authority, error) { return open(dir, time.Now) }

func open(dir string, now func() time.Time) (*Authority, error) {
	text, err := read(dir, now)
	if err != nil {
		return nil, fmt.Errorf("the CA in %s: %w", dir, err)
	}
	a := &Authority{dir: dir, now: now, hosts: map[string]*tls.Certificate{}}
	if a.cert, a.key, err = parse(text); err != nil {
		return nil, fmt.Errorf("the CA in %s: %s: %w; remove it, and Tweed makes a new one", dir, keyFile, err)
	}
	if now().After(a.cert.NotAfter) {
		return nil, fmt.Errorf("the CA in %s expired on %s: remove %s there, and Tweed makes a new one, "+
			"which your clients have to trust", dir, a.cert.NotAfter.Format(time.DateOnly), keyFile)
	}
	if err := publish(a.Path(), a.PEM()); err != nil {
		return nil, fmt.Errorf("the CA in %s: %w", dir, err)
	}
	return a, nil
}

// PEM is the authority's certificate as text.
func (a *Authority) PEM() []byte { return certificatePEM(a.cert.Raw) }

// Path is the file that has the certificate, and nothing else.
func (a *Authority) Path() string { return filepath.Join(a.dir, certFile) }

// Expires is when the authority's certificate ends.
func (a *Authority) Expires() time.Time { return a.cert.NotAfter }

// Certificate returns the certificate of a host: a vendor's, or localhost. It is signed when
// it is first asked for. The error says that the authority may not vouch for the host.
func (a *Authority) Certificate(host string) (*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.hosts[host]; c != nil && c.Leaf.NotAfter.Sub(a.now()) > renewal {
		return c, nil
	}
	c, err := a.sign(host)
	if err != nil {
		return nil, fmt.Errorf("no certificate for %s: %w", host, err)
	}
	a.hosts[host] = c
	return c, nil
}

// sign makes a certificate. Its dates lie within the authority's.
func (a *Authority) sign(host string) (*tls.Certificate, error) {
	if a.hostKey == nil {
		key, err := newKey()
		if err != nil {
			return nil, err
		}
		a.hostKey = key
	}
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{Organization: []string{organization}, CommonName: host},
		NotBefore:    latest(a.now().Add(-leeway), a.cert.NotBefore),
		NotAfter:     earliest(a.now().Add(hostLife), a.cert.NotAfter),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:     []string{host},
	}
	if host == local {
		template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &a.hostKey.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	// What a client would say, said here: the host may be outside of the name constraints.
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	if _, err := leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: roots, CurrentTime: a.now()}); err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: a.hostKey, Leaf: leaf}, nil
}

const organization = "Tweed, offline Plaid and Apex (TEST ONLY)"

// generate makes a new authority and returns what is kept of it: key and certificate as PEM.
func generate(now time.Time) ([]byte, error) {
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("Tweed CA %08X", uint32(serial.Uint64())) // lists of authorities show names only
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{Organization: []string{organization}, CommonName: name},
		NotBefore:             now.Add(-leeway),
		NotAfter:              now.Add(life),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,

		PermittedDNSDomainsCritical: true,
		PermittedDNSDomains:         domains,
		PermittedIPRanges: []*net.IPNet{
			{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)},
			{IP: net.IPv6loopback, Mask: net.CIDRMask(128, 128)},
		},
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: blockKey, Bytes: secret})
	return append(text, certificatePEM(cert)...), nil
}

// Blocks of PEM files.
const (
	blockKey         = "PRIVATE KEY"
	blockCertificate = "CERTIFICATE"
)

func certificatePEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: blockCertificate, Bytes: der})
}

// parse reads what generate made.
func parse(text []byte) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	first, rest := pem.Decode(text)
	second, _ := pem.Decode(rest)
	if first == nil || second == nil || first.Type != blockKey || second.Type != blockCertificate {
		return nil, nil, errors.New("there is no key with its certificate in it")
	}
	cert, err := x509.ParseCertificate(second.Bytes)
	if err != nil {
		return nil, nil, err
	}
	secret, err := x509.ParsePKCS8PrivateKey(first.Bytes)
	if err != nil {
		return nil, nil, err
	}
	key, ok := secret.(*ecdsa.PrivateKey)
	if !ok || !key.PublicKey.Equal(cert.PublicKey) {
		return nil, nil, errors.New("the key is not that of the certificate")
	}
	return cert, key, nil
}

func newKey() (*ecdsa.PrivateKey, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) }

// newSerial is 127 random bits: positive, and within the 20 bytes of RFC 5280.
func newSerial() (*big.Int, error) {
	return rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
