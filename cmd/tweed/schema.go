package main

import (
	"github.com/spf13/cobra"

	"tweed/scenarios"
)

func newSchema() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "print the JSON Schema of scenario files, for editors",
		Long: "schema prints the JSON Schema (draft 2020-12) of scenario files: with it an editor completes keys, codes\n" +
			"and paths, and marks what is wrong. \"tweed init\" puts it beside a scenario; a server has it at /_tweed/schema.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := cmd.OutOrStdout().Write(scenarios.Schema())
			return err
		},
	}
}
