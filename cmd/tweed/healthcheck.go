package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"
)

// defaultAddr is where Tweed listens. 7524 has no registered service.
const defaultAddr = "127.0.0.1:7524"

const healthPatience = 3 * time.Second

func newHealthcheck() *cobra.Command {
	var addr string
	cmd := &cobra.Command{
		Use:   "healthcheck",
		Short: "ask a running server whether it is well; exit 0 if it is",
		Long:  "healthcheck asks a running server whether it is well. It needs no curl, so that it works in the image.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			host, port, err := net.SplitHostPort(addr)
			if err != nil {
				return usage(fmt.Errorf("--addr %q: %w; write host:port", addr, err))
			}
			if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
				host = "127.0.0.1"
			}
			if err := askHealth(cmd.Context(), "http://"+net.JoinHostPort(host, port)); err != nil {
				return failed(err)
			}
			fmt.Fprintln(cmd.OutOrStdout(), "ok")
			return nil
		},
	}
	cmd.Flags().StringVar(&addr, "addr", defaultAddr, "host and port of the server")
	return cmd
}

func askHealth(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, healthPatience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/_tweed/health", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		err = errors.New(url + " answers " + resp.Status)
	}
	return errors.Join(err, resp.Body.Close())
}
