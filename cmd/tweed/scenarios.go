package main

import (
	"fmt"
	"os"

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
				text, ok := scenarios.Find(args[0])
				if !ok {
					return usage(fmt.Errorf("there is no scenario %q; \"tweed scenarios\" lists them", args[0]))
				}
				_, err := w.Write(text)
				return err
			}
			for _, name := range scenarios.Names() {
				s, err := emulator.Load(name, os.ReadFile)
				if err != nil {
					return usage(err)
				}
				fmt.Fprintf(w, "%-34s %s\n", name, s.About)
			}
			return nil
		},
	}
}
