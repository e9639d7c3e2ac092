package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"tweed/cmd/tweed/runner"
	"tweed/emulator"
	"tweed/emulator/scenario"
)

type runFlags struct {
	seed       uint64
	transcript string
	asJSON     bool
}

func newRun() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run FILE...",
		Short: "run scenarios as tests",
		Long: "run starts an emulator for each scenario, makes the calls of its steps (without steps: walks the reference\n" +
			"client's flow) and compares what comes with what the file expects. A name of \"tweed scenarios\" is a file, too.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, files []string) error { return runFiles(cmd, files, f) },
	}
	cmd.Flags().Uint64Var(&f.seed, "seed", 0, "seed in place of the scenarios'")
	cmd.Flags().StringVar(&f.transcript, "transcript", "", "file for everything that went over the wire")
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "print JSON")
	return cmd
}

func runFiles(cmd *cobra.Command, files []string, f runFlags) error {
	loaded, err := loadAll(cmd.ErrOrStderr(), files)
	if err != nil {
		return err
	}
	var transcript []byte
	reports := make([]*runner.Report, 0, len(loaded))
	bad := 0
	for i, s := range loaded {
		report, err := runner.Run(cmd.Context(), s, runner.Options{Seed: f.seed, Drive: Drive})
		if err != nil {
			return noStart(fmt.Errorf("%s: %w", files[i], err))
		}
		reports = append(reports, report)
		transcript = append(transcript, ("# " + files[i] + "\n\n" + string(report.Transcript) + "\n")...)
		if !report.Good() {
			bad++
		}
		if !f.asJSON {
			printReport(cmd.OutOrStdout(), report)
		}
	}
	if f.transcript != "" {
		if err := os.WriteFile(f.transcript, transcript, 0o600); err != nil {
			return usage(err)
		}
	}
	if f.asJSON {
		if err := printJSON(cmd.OutOrStdout(), reports); err != nil {
			return failed(err)
		}
	} else {
		fmt.Fprintf(cmd.OutOrStdout(), "%d passed, %d failed\n", len(reports)-bad, bad)
	}
	if bad > 0 {
		return failed(nil)
	}
	return nil
}

// loadAll loads all files before the first one runs, and says what is wrong with each.
func loadAll(stderr io.Writer, files []string) ([]*scenario.Scenario, error) {
	var loaded []*scenario.Scenario
	bad := false
	for _, file := range files {
		s, err := emulator.Load(file, os.ReadFile)
		if err == nil {
			err = runner.Check(s)
		}
		if err != nil {
			fmt.Fprintln(stderr, err)
			bad = true
			continue
		}
		loaded = append(loaded, s)
	}
	if bad {
		return nil, usage(errors.New("nothing was run"))
	}
	return loaded, nil
}

func printReport(w io.Writer, r *runner.Report) {
	word := "ok  "
	if !r.Good() {
		word = "FAIL"
	}
	fmt.Fprintf(w, "%s %s\n", word, r.File)
	for _, problem := range r.Problems {
		fmt.Fprintf(w, "     %s\n", strings.ReplaceAll(problem, "\n", "\n     "))
	}
}
