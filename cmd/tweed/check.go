package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func newCheck() *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE...",
		Short: "check scenario files",
		Long:  "check loads scenario files and says what is wrong with them: file:line:column, and what would be right.",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, files []string) error {
			bad := 0
			for _, file := range files {
				if err := checkFile(cmd, file); err != nil {
					fmt.Fprintln(cmd.ErrOrStderr(), err)
					bad++
				}
			}
			if bad > 0 {
				return usage(fmt.Errorf("%d of %d files cannot be used", bad, len(files)))
			}
			return nil
		},
	}
}

func checkFile(cmd *cobra.Command, file string) error {
	s, err := loadFile(file)
	if err != nil {
		return err
	}
	for _, warning := range s.Warnings() {
		fmt.Fprintln(cmd.OutOrStdout(), "warning: "+warning.String())
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s: good (%d rules, %d steps)\n", file, len(s.Rules), len(s.Steps))
	return nil
}

// dashed is a setting's name as a flag.
func dashed(name string) string { return strings.ReplaceAll(name, "_", "-") }
