package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tweed/emulator"
)

func newErrors() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "errors [CODE | TYPE/CODE | TYPE | R01 | C01]",
		Short: "list the errors that can be forced and the Nacha codes, or show one",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := ""
			if len(args) > 0 {
				name = args[0]
			}
			rows, err := emulator.Errors(name)
			if err != nil {
				return usage(err)
			}
			w := cmd.OutOrStdout()
			switch {
			case asJSON:
				return printJSON(w, rows)
			case name == "":
				return listErrors(w, rows)
			}
			for _, row := range rows {
				showError(w, row)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func listErrors(w io.Writer, rows []emulator.ErrorRow) error {
	tab := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tab, "FAMILY\tTYPE/CODE\tHTTP\tCONFIDENCE\tMESSAGE")
	for _, row := range rows {
		fmt.Fprintf(tab, "%s\t%s\t%s\t%s\t%s\n", row.Family, row.Key, statusOf(row), row.Confidence, row.Message)
	}
	return tab.Flush()
}

func statusOf(row emulator.ErrorRow) string {
	if row.Never != "" {
		return "-"
	}
	return fmt.Sprint(row.Status)
}

func showError(w io.Writer, row emulator.ErrorRow) {
	line := func(name, text string) {
		if text != "" {
			fmt.Fprintf(w, "  %-12s %s\n", name, text)
		}
	}
	fmt.Fprintf(w, "%s (%s)\n", row.Key, row.Family)
	line("status", statusOf(row))
	line("never", row.Never)
	line("message", row.Message)
	if row.Display != nil {
		line("display", *row.Display)
	}
	line("docs", row.DocURL)
	line("sandbox", row.Trigger)
	showNacha(line, row.Nacha)
	line("confidence", row.Confidence+" ("+row.Source+")")
	for _, v := range row.Variants {
		line("variant", fmt.Sprintf("%s: %s [%s]", v.Name, v.Message, v.When))
	}
	if row.Never == "" && row.Family == "plaid" {
		line("force it", fmt.Sprintf("then: {error: %s}   or   Tweed-Error: %[1]s", row.Key))
	}
}

// showNacha prints what a return or change code has more.
func showNacha(line func(name, text string), code *emulator.NachaCode) {
	if code == nil {
		return
	}
	line("sender", code.Sender)
	var entries []string
	if code.Debits {
		entries = append(entries, "debits (deposits)")
	}
	if code.Credits {
		entries = append(entries, "credits (withdrawals)")
	}
	line("answers", strings.Join(entries, ", "))
	line("classes", strings.Join(code.SEC, ", "))
	line("window", code.Window)
	line("corrects", strings.Join(code.Corrects, ", "))
	if code.Unauthorized {
		line("counts as", "unauthorized")
	}
}
