package ca

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"

	"software.sslmate.com/src/go-pkcs12"
)

// systemRoots are where systems keep the authorities that they trust, as one file: Debian
// and Alpine, Fedora, openSUSE, older RHEL, RHEL, then macOS and the BSDs.
var systemRoots = []string{
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/ca-bundle.pem",
	"/etc/pki/tls/cacert.pem",
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
	"/etc/ssl/cert.pem",
}

// Bundle is the certificates of a file and the authority's behind them. For most clients a
// bundle takes the place of what the system trusts, so "" stands for the system's own file:
// that of SSL_CERT_FILE, else the first that is there, else none. The error is that of a
// named file.
func (a *Authority) Bundle(file string) ([]byte, error) {
	if file == "" {
		file = os.Getenv("SSL_CERT_FILE")
	}
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		return a.join(text), nil
	}
	for _, path := range systemRoots {
		if text, err := os.ReadFile(path); err == nil {
			return a.join(text), nil
		}
	}
	return a.PEM(), nil
}

func (a *Authority) join(text []byte) []byte {
	text = bytes.TrimRight(text, "\n")
	if len(text) > 0 {
		text = append(text, '\n')
	}
	return append(text, a.PEM()...)
}

// TrustStorePassword is that of TrustStore. There is nothing secret in it; it is Java's own
// for its file of authorities.
const TrustStorePassword = pkcs12.DefaultPassword

// TrustStore is the certificates of a bundle as Java reads them: PKCS #12, in the old
// encryption that Java 8 still knows. A certificate that cannot be read is left out.
func TrustStore(bundle []byte) ([]byte, error) {
	var entries []pkcs12.TrustStoreEntry
	for {
		var block *pem.Block
		if block, bundle = pem.Decode(bundle); block == nil {
			break
		}
		if cert, err := x509.ParseCertificate(block.Bytes); block.Type == blockCertificate && err == nil {
			// Java keeps one certificate for each name.
			name := fmt.Sprintf("%d %s", len(entries), cert.Subject.CommonName)
			entries = append(entries, pkcs12.TrustStoreEntry{Cert: cert, FriendlyName: name})
		}
	}
	return pkcs12.LegacyDES.EncodeTrustStoreEntries(entries, TrustStorePassword)
}
