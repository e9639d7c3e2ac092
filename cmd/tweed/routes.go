package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tweed/emulator"
)

func newRoutes() *cobra.Command {
	var asJSON, assumptions bool
	var depth string
	cmd := &cobra.Command{
		Use:   "routes",
		Short: "list all operations and how deep Tweed goes in each",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			w := cmd.OutOrStdout()
			if assumptions {
				return listAssumptions(w, asJSON)
			}
			var routes []emulator.Route
			for _, r := range emulator.Routes() {
				if depth == "" || r.Depth == depth {
					routes = append(routes, r)
				}
			}
			if asJSON {
				return printJSON(w, routes)
			}
			return listRoutes(w, routes)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&assumptions, "assumptions", false, "list what is assumed of Sentinel, and what would settle it")
	cmd.Flags().StringVar(&depth, "depth", "", "only operations of this depth: stateful, shaped, none")
	return cmd
}

func listRoutes(w io.Writer, routes []emulator.Route) error {
	tab := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tab, "FAMILY\tDEPTH\tMETHOD\tPATH\tOPERATION")
	for _, r := range routes {
		operation := r.Operation
		if r.Dropped != "" {
			operation += " (before " + r.Dropped + ")"
		}
		fmt.Fprintf(tab, "%s\t%s\t%s\t%s\t%s\n", r.Family, r.Depth, r.Method, r.Path, operation)
	}
	return tab.Flush()
}

func listAssumptions(w io.Writer, asJSON bool) error {
	list := emulator.Assumptions()
	if asJSON {
		return printJSON(w, list)
	}
	for _, a := range list {
		settable := ""
		if a.Settable {
			settable = "  (a scenario can set it: assume: {" + a.Name + ": ...})"
		}
		fmt.Fprintf(w, "%s = %s%s\n    %s\n    settled by: %s\n", a.Name, a.Default, settable, a.What, a.Settles)
	}
	return nil
}
