package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// caseEnding is how files of cases are called.
const caseEnding = ".tweed.zip"

// casePatience is how long a server may take to pack a case, in wall time.
const casePatience = time.Minute

const caseLong = `A case is a zip with what is needed to see again what happened in a world since it began (at its
start, or its last reset, scenario or import): the calls with their replies, moves of the clock,
rules, seed, version, and README.txt, a text to paste into a ticket. The journal must still have all
calls (serve --journal-bytes). Secrets are taken out: those of the scenario become thirty zeros, which a
replay sends wherever the secret was a good one.

  tweed case save lost-deposit      writes lost-deposit.tweed.zip
  tweed run lost-deposit.tweed.zip  makes the calls again and says "same", or where they differ`

func newCase() *cobra.Command {
	c := &control{}
	cmd := &cobra.Command{
		Use:   "case",
		Short: "save what happened in a running server, to see it again elsewhere",
		Long:  caseLong,
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.addFlags(cmd)
	cmd.AddCommand(newCaseSave(c))
	return cmd
}

func newCaseSave(c *control) *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "save NAME",
		Short: "write NAME.tweed.zip",
		Long:  caseLong,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := strings.TrimSuffix(args[0], caseEnding)
			name := filepath.Base(path)
			if path == "" || strings.HasSuffix(path, "/") || name == "." || name == ".." {
				return usage(fmt.Errorf("%q is no name of a case; write for example lost-deposit", args[0]))
			}
			path += caseEnding
			if _, err := os.Lstat(path); err == nil && !force {
				return usage(taken(path))
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), casePatience)
			defer cancel()
			_, data, err := c.ask(ctx, http.MethodGet, "case?"+url.Values{"name": {name}}.Encode(), nil)
			if err != nil {
				return failed(err)
			}
			if err := writeWhole(path, data, force); err != nil {
				return usage(err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "saved %s; to see it again: tweed run %s\n", path, path)
			return nil
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "overwrite the file if it is there")
	return cmd
}

func taken(path string) error {
	return fmt.Errorf("%s is there already; take another name, or --force", path)
}

// writeWhole writes a file at once: to a draft beside it, which then takes its name. Without
// force it overwrites nothing, also when another program is quicker.
func writeWhole(path string, data []byte, force bool) error {
	draft, err := os.CreateTemp(filepath.Dir(path), ".tweed-case-*")
	if err != nil {
		return err
	}
	defer os.Remove(draft.Name()) //nolint:errcheck // it may have its name already
	_, err = draft.Write(data)
	if err = errors.Join(err, draft.Chmod(0o644), draft.Close()); err != nil {
		return err
	}
	if force {
		return os.Rename(draft.Name(), path)
	}
	err = os.Link(draft.Name(), path)
	if errors.Is(err, fs.ErrExist) {
		return taken(path)
	}
	return err
}
