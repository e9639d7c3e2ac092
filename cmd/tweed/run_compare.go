package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"tweed/cmd/tweed/runner"
	"tweed/emulator/scenario"
)

// compareFiles walks scenarios on emulators of their own and on another server, one after the other: they share a
// world there.
func compareFiles(cmd *cobra.Command, args []string, f runFlags) error {
	if f.repeat > 1 || f.transcript != "" || f.junit != "" {
		return usage(errors.New("--compare goes with --seed and --json alone"))
	}
	loaded, err := loadScenarios(cmd.ErrOrStderr(), args)
	if err != nil {
		return err
	}
	there, err := findOther(cmd.Context(), f.compare)
	if err != nil {
		return err
	}
	var all []*runner.Comparison
	bad := 0
	for _, s := range loaded {
		server, end, err := there.server(cmd.Context(), s)
		if err != nil {
			return usage(err)
		}
		c, err := runner.Compare(cmd.Context(), s, runner.Options{Seed: f.seed, Drive: Drive}, server)
		end()
		switch {
		case cmd.Context().Err() != nil:
			return failed(errors.New("interrupted"))
		case err != nil:
			return noStart(fmt.Errorf("%s: %w", s.File(), err))
		}
		all = append(all, c)
		if len(c.Differences) > 0 {
			bad++
		}
		if !f.asJSON {
			printComparison(cmd.OutOrStdout(), c)
		}
	}
	if f.asJSON {
		err = printJSON(cmd.OutOrStdout(), all)
	} else {
		fmt.Fprintf(cmd.OutOrStdout(), "%d the same, %d different (tweed | %s)\n", len(all)-bad, bad, there.name)
	}
	if err != nil || bad > 0 {
		return failed(err)
	}
	return nil
}

// loadScenarios loads what can be compared: a case has the answers of one server already.
func loadScenarios(stderr io.Writer, args []string) (all []*scenario.Scenario, err error) {
	subjects, err := loadAll(stderr, args, false)
	if err != nil {
		return nil, err
	}
	for _, one := range subjects {
		s, ok := one.(scenarioSubject)
		if !ok {
			return nil, usage(fmt.Errorf("%s: --compare takes scenarios; a case is run without it", one.File()))
		}
		all = append(all, s.Scenario)
	}
	return all, nil
}

func printComparison(w io.Writer, c *runner.Comparison) {
	word := "same"
	if len(c.Differences) > 0 {
		word = "DIFF"
	}
	fmt.Fprintf(w, "%s %s\n", word, c.File)
	for _, note := range c.Notes {
		fmt.Fprintf(w, "     note: %s\n", note)
	}
	for _, line := range c.Differences {
		fmt.Fprintf(w, "     %s\n", line)
	}
}
