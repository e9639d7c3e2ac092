package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tweed/emulator/scenario"
)

func newCheck() *cobra.Command {
	var strict, asJSON bool
	cmd := &cobra.Command{
		Use:   "check FILE|NAME|DIR...",
		Short: "check scenario files",
		Long: "check loads scenario files and says what is wrong with them: file:line:column, and what would be right. It\n" +
			"warns of what is allowed but cannot be meant, such as a rule that can never act. The exit code is 2 when a file\n" +
			"cannot be used, and with --strict also when one is warned of.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var all []scenario.Checked
			for _, arg := range args {
				files, err := filesOf(arg, scenarioEnding)
				if err != nil {
					return usage(err)
				}
				for _, file := range files {
					all = append(all, checkFile(file))
				}
			}
			return printChecked(cmd, all, strict, asJSON)
		},
	}
	cmd.Flags().BoolVar(&strict, "strict", false, "warnings fail, too")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// checkFile loads a file as run and serve do.
func checkFile(file string) scenario.Checked {
	s, err := loadFile(file)
	return scenario.CheckedOf(file, s, err)
}

func printChecked(cmd *cobra.Command, all []scenario.Checked, strict, asJSON bool) error {
	bad, warned := 0, 0
	for i := range all {
		if !all[i].Good {
			bad++
		} else if len(all[i].Warnings) > 0 {
			warned++
			all[i].Good = !strict
		}
		if !asJSON {
			printOne(cmd.OutOrStdout(), cmd.ErrOrStderr(), &all[i])
		}
	}
	if asJSON {
		if err := printJSON(cmd.OutOrStdout(), all); err != nil {
			return failed(err)
		}
	}
	switch {
	case bad > 0:
		return usage(fmt.Errorf("%d of %d files cannot be used", bad, len(all)))
	case strict && warned > 0:
		return usage(fmt.Errorf("%d of %d files are warned of, and --strict is set", warned, len(all)))
	}
	return nil
}

func printOne(stdout, stderr io.Writer, c *scenario.Checked) {
	if len(c.Problems) > 0 {
		fmt.Fprintln(stderr, c.Problems)
		return
	}
	for _, warning := range c.Warnings {
		fmt.Fprintln(stdout, "warning: "+warning.String())
	}
	if c.Good {
		fmt.Fprintf(stdout, "%s: good (%d rules, %d steps)\n", c.File, c.Rules, c.Steps)
	}
}

// dashed is a setting's name as a flag.
func dashed(name string) string { return strings.ReplaceAll(name, "_", "-") }
