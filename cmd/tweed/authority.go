package main

import (
	"crypto/tls"
	"fmt"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"tweed/cmd/tweed/ca"
)

// authority is the CA of a command: opened, or made, when it is first needed.
type authority struct {
	dir  string
	open func() (*ca.Authority, error)
}

func newAuthority() *authority {
	a := &authority{}
	a.open = sync.OnceValues(func() (*ca.Authority, error) {
		if a.dir == "" {
			dir, err := ca.DefaultDir()
			if err != nil {
				return nil, err
			}
			a.dir = dir
		}
		return ca.Open(a.dir)
	})
	return a
}

// addFlag gives a command the flag that says where the CA is.
func (a *authority) addFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&a.dir, "ca-dir", "", `folder of Tweed's own CA (default: "tweed" in your folder of settings)`)
}

// certificate is emulator.Options.Certificate.
func (a *authority) certificate(host string) (*tls.Certificate, error) {
	own, err := a.open()
	if err != nil {
		return nil, err
	}
	return own.Certificate(host)
}

const caLong = `Tweed has a certificate authority (CA) of its own, for clients that call the vendors' names over TLS.
It is made when it is first needed, with a random key, and kept in --ca-dir: ca.pem is the certificate
that your clients have to trust, ca-key.pem its key, which nobody else needs. The certificate is good
for plaid.com, apexclearing.com and this machine alone, so that its key opens no other site.

  tweed ca print     the certificate
  tweed ca path      the file that has it
  tweed ca bundle    the system's certificates and this one, for clients that take one file for all

  NODE_EXTRA_CA_CERTS=$(tweed ca path) HTTPS_PROXY=http://127.0.0.1:7524 node app.js`

func newCA() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ca",
		Short: "show Tweed's own CA, which clients of the vendors' names have to trust",
		Long:  caLong,
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		newCASub("print", "print the certificate as PEM", func(own *ca.Authority) ([]byte, error) {
			return own.PEM(), nil
		}),
		newCASub("path", "print the path of the certificate's file", func(own *ca.Authority) ([]byte, error) {
			return []byte(own.Path() + "\n"), nil
		}),
		newCASub("bundle", "print the system's certificates (SSL_CERT_FILE, if it is set) and this one",
			func(own *ca.Authority) ([]byte, error) { return own.Bundle("") }),
	)
	return cmd
}

// newCASub makes a command that prints something of the CA.
func newCASub(use, short string, text func(*ca.Authority) ([]byte, error)) *cobra.Command {
	a := newAuthority()
	cmd := &cobra.Command{Use: use, Short: short, Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		own, err := a.open()
		if err != nil {
			return noStart(err)
		}
		warnOfExpiry(cmd, own)
		out, err := text(own)
		if err != nil {
			return noStart(err)
		}
		_, err = cmd.OutOrStdout().Write(out)
		return err
	}}
	a.addFlag(cmd)
	return cmd
}

// expiryWarning is how long before the CA's end that is said.
const expiryWarning = 60 * 24 * time.Hour

func warnOfExpiry(cmd *cobra.Command, own *ca.Authority) {
	if time.Until(own.Expires()) < expiryWarning {
		fmt.Fprintf(cmd.ErrOrStderr(), "tweed: the CA %s expires on %s; remove its files then: Tweed makes a new one\n",
			own.Path(), own.Expires().Format(time.DateOnly))
	}
}
