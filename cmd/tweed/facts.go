package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tweed/emulator/scenario"
)

func newFacts() *cobra.Command {
	var asJSON, fields bool
	cmd := &cobra.Command{
		Use:   "facts",
		Short: "list what where: of a rule or an expectation can ask about a call",
		Long: "facts lists what where: of a rule or an expectation can ask about a call, and which vendors' calls\n" +
			"answer it. Beside these every top-level field of a request is a fact; --fields lists them, too.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			facts := slices.DeleteFunc(scenario.KnownFacts(), func(f scenario.Fact) bool {
				return f.Type == scenario.FactField && !fields
			})
			if asJSON {
				return printJSON(cmd.OutOrStdout(), facts)
			}
			tab := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
			fmt.Fprintln(tab, "FACT\tTYPE\tCALLS\tWHAT IT IS")
			for _, f := range facts {
				fmt.Fprintf(tab, "%s\t%s\t%s\t%s\n", f.Name, f.Type, strings.Join(f.Of, " "), f.About)
			}
			return tab.Flush()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&fields, "fields", false, "also the fields of requests")
	return cmd
}
