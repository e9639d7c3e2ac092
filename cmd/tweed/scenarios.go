package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"tweed/emulator"
	"tweed/scenarios"
)

func newScenarios() *cobra.Command {
	return &cobra.Command{
		Use:   "scenarios [NAME]",
		Short: "list the scenarios that come with Tweed, or print one",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			w := cmd.OutOrStdout()
			if len(args) == 1 {
				s, err := emulator.Shipped(args[0])
				if err != nil {
					return usage(err)
				}
				_, err = io.WriteString(w, s.Source())
				return err
			}
			for _, name := range scenarios.Names() {
				s, err := emulator.Shipped(name)
				if err != nil {
					return usage(err)
				}
				fmt.Fprintf(w, "%-44s %s\n", name, s.About)
			}
			return nil
		},
	}
}
