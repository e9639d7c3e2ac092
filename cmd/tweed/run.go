package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tweed/cmd/tweed/report"
	"tweed/cmd/tweed/runner"
	"tweed/emulator/scenario"
)

type runFlags struct {
	seed              uint64
	repeat            int
	transcript, junit string
	compare           string
	asJSON            bool
	anyVersion        bool
}

const runLong = `run starts an emulator for each scenario, makes the calls of its steps (without steps: walks the
reference client's flow) and compares what comes with what the file expects. A name of
"tweed scenarios" is a file, too; a directory is every *.yaml and *.tweed.zip in it and below. Scenarios
run beside each other, GOMAXPROCS at a time; the output has the order of the arguments. Under GitHub
Actions problems become annotations, and the job's summary has a table.

A case ("tweed case") is a file, too: its calls are made again, each at its time, with the same seed,
clock and rules. Status, headers and body of each reply must be the same bytes; what comes is "same", or
"differs at call 7" with the first difference. No delay and no long poll is waited for.

--compare URL makes the steps on an emulator of its own and on another server, and prints each difference
in status, error code, fields, types and order; ids, tokens and times count by kind, and what the files
expect does not matter. A Tweed at URL takes the scenario into a world of its own. Another server takes
the place of https://sandbox.plaid.com, with the credentials of "tweed flow --target sandbox"; "sandbox"
is the vendors' own. These make calls alone: scenarios with rules or given Items are refused, steps that
move the clock are left out.

Exit code:
  0  all is as expected, or the same
  1  something is not
  2  a file or flag cannot be used, and nothing was run
  3  a server cannot be started`

func newRun() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run FILE|NAME|DIR...",
		Short: "run scenarios as tests, and cases again",
		Long:  runLong,
		Args:  cobra.MinimumNArgs(1),
		RunE:  func(cmd *cobra.Command, args []string) error { return runFiles(cmd, args, f) },
	}
	cmd.Flags().Uint64Var(&f.seed, "seed", 0, "seed in place of the scenarios'")
	cmd.Flags().IntVar(&f.repeat, "repeat", 1, "run each scenario so often; all transcripts must be the same bytes")
	cmd.Flags().StringVar(&f.transcript, "transcript", "", "file for everything that went over the wire")
	cmd.Flags().StringVar(&f.junit, "junit", "", "file for the results as JUnit XML")
	cmd.Flags().StringVar(&f.compare, "compare", "", `make the steps on the server at this address, too, or on "sandbox"`)
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&f.anyVersion, "any-version", false, "replay also cases that another version of Tweed has made")
	return cmd
}

func runFiles(cmd *cobra.Command, args []string, f runFlags) error {
	if f.compare != "" {
		return compareFiles(cmd, args, f)
	}
	if f.repeat < 1 {
		return usage(fmt.Errorf("--repeat %d: the least is 1", f.repeat))
	}
	loaded, err := loadAll(cmd.ErrOrStderr(), args, f.anyVersion)
	if err != nil {
		return err
	}
	outputs, err := openOutputs(f.junit, f.transcript)
	if err != nil {
		return err
	}
	defer outputs.close()
	var reports []*runner.Report
	bad := 0
	for i, one := range runAll(cmd.Context(), loaded, f) {
		done := <-one
		if done.err != nil {
			return noStart(fmt.Errorf("%s: %w", loaded[i].File(), done.err))
		}
		reports = append(reports, done.report)
		if !done.report.Good() {
			bad++
		}
		if !f.asJSON {
			printReport(cmd.OutOrStdout(), done.report)
		}
	}
	if f.asJSON {
		err = printJSON(cmd.OutOrStdout(), reports)
	} else {
		fmt.Fprintf(cmd.OutOrStdout(), "%d passed, %d failed\n", len(reports)-bad, bad)
	}
	err = errors.Join(err, outputs.write(f.transcript, transcripts(reports)),
		tell(cmd.ErrOrStderr(), outputs, f.junit, suitesOf(reports)))
	if err != nil || bad > 0 {
		return failed(err)
	}
	return nil
}

// outcome is what came of one scenario or case: a report, or why it could not be run.
type outcome struct {
	report *runner.Report
	err    error
}

// runAll starts all of them, GOMAXPROCS at a time, and returns where the outcome of each
// will come, in their order.
func runAll(ctx context.Context, loaded []subject, f runFlags) []chan outcome {
	places := make(chan struct{}, runtime.GOMAXPROCS(0))
	outcomes := make([]chan outcome, len(loaded))
	for i, s := range loaded {
		outcomes[i] = make(chan outcome, 1)
		go func() {
			places <- struct{}{}
			defer func() { <-places }()
			report, err := runRepeatedly(ctx, s, f)
			outcomes[i] <- outcome{report, err}
		}()
	}
	return outcomes
}

// problemOf is a problem of the whole of what is run.
func problemOf(s subject, text string) scenario.Problem {
	if s, ok := s.(scenarioSubject); ok {
		return s.Problem("", text, "")
	}
	return scenario.Problem{File: s.File(), What: text}
}

// runRepeatedly runs a scenario or a case --repeat times; the first report counts. Another run whose
// transcript differs is a problem of it.
func runRepeatedly(ctx context.Context, s subject, f runFlags) (*runner.Report, error) {
	options := runner.Options{Seed: f.seed, Drive: Drive}
	first, err := s.run(ctx, options)
	if err != nil {
		return nil, err
	}
	for n := 2; n <= f.repeat && ctx.Err() == nil; n++ {
		start := time.Now()
		again, err := s.run(ctx, options)
		if err != nil {
			return nil, err
		}
		one := report.Case{Name: fmt.Sprintf("run %d is the same", n), Time: time.Since(start)}
		if difference := firstDifference(first.Transcript, again.Transcript); difference != "" {
			one.Problems = scenario.Problems{problemOf(s, fmt.Sprintf("run %d differs from run 1: %s", n, difference))}
		}
		first.Add(one)
	}
	return first, nil
}

// firstDifference says at which line two transcripts differ first, "" where they do not.
func firstDifference(first, again []byte) string {
	if string(first) == string(again) {
		return ""
	}
	a, b := strings.Split(string(first), "\n"), strings.Split(string(again), "\n")
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	line := func(lines []string) string {
		if n < len(lines) {
			return fmt.Sprintf("%q", lines[n])
		}
		return "the end"
	}
	return fmt.Sprintf("line %d of the transcript is %s, and was %s", n+1, line(b), line(a))
}

func transcripts(reports []*runner.Report) []byte {
	var all []byte
	for _, r := range reports {
		all = append(all, ("# " + r.File + "\n\n" + string(r.Transcript) + "\n")...)
	}
	return all
}

func suitesOf(reports []*runner.Report) (suites []report.Suite) {
	for _, r := range reports {
		suites = append(suites, r.Suite())
	}
	return suites
}

func printReport(w io.Writer, r *runner.Report) {
	word := "ok  "
	if !r.Good() {
		word = "FAIL"
	}
	line := word + " " + r.File
	if r.Verdict != "" {
		line += ": " + r.Verdict
	}
	fmt.Fprintln(w, line)
	for _, problem := range r.Problems {
		fmt.Fprintf(w, "     %s\n", strings.ReplaceAll(problem.String(), "\n", "\n     "))
	}
}
