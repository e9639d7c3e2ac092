package main

import (
	"crypto/x509"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"tweed/emulator"
)

// webhookFlags are the flags that say how webhooks go out.
type webhookFlags struct{ ca string }

func (f *webhookFlags) add(cmd *cobra.Command, o *emulator.WebhookOptions) {
	flags := cmd.Flags()
	flags.StringVar(&o.Mode, "webhooks", "", "deliver webhooks, or collect them (default: the scenario's way, or deliver)")
	flags.StringVar(&o.IAT, "webhooks-iat", "",
		"time that delivered webhooks are signed with: wall or world (default: the scenario's way, or wall)")
	flags.BoolVar(&o.Anywhere, "webhooks-anywhere", false, "deliver webhooks to public addresses, too")
	flags.StringVar(&f.ca, "webhooks-ca", "", "file of CA certificates (PEM) that receivers may have, beside the system's")
	flags.BoolVar(&o.Insecure, "webhooks-insecure", false, "accept any certificate of a receiver")
}

// open reads the file of CAs.
func (f *webhookFlags) open(o *emulator.WebhookOptions) error {
	if f.ca == "" {
		return nil
	}
	text, err := os.ReadFile(f.ca)
	if err != nil {
		return fmt.Errorf("--webhooks-ca: %w", err)
	}
	if o.Roots, err = x509.SystemCertPool(); err != nil {
		o.Roots = x509.NewCertPool() // a system without CAs
	}
	if !o.Roots.AppendCertsFromPEM(text) {
		return errors.New("--webhooks-ca: " + f.ca + " has no certificate; it must be PEM: -----BEGIN CERTIFICATE-----")
	}
	return nil
}
