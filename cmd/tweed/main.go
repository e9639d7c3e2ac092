// Command tweed is an offline Plaid Sandbox and an offline Apex Sentinel test mode, and
// a reference client that walks the money path.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Exit codes.
const (
	exitGood    = 0
	exitFailed  = 1 // an expectation or a step failed
	exitUsage   = 2 // a bad file, flag or argument
	exitNoStart = 3 // cannot start

	// exec returns the code of its command, or one of these when the command succeeded.
	exitNoCalls    = 96 // the command made no call
	exitUnexpected = 97 // the calls were not as expected
)

// version is set by the linker.
var version = "dev"

// exitError carries an exit code through cobra. An empty text prints nothing: the
// command has said already what went wrong.
type exitError struct {
	code int
	err  error
}

// Error is the text of the cause.
func (e exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

// Unwrap returns the cause.
func (e exitError) Unwrap() error { return e.err }

func failed(err error) error  { return exitError{exitFailed, err} }
func usage(err error) error   { return exitError{exitUsage, err} }
func noStart(err error) error { return exitError{exitNoStart, err} }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program without the process: arguments in, an exit code out.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(append([]string{}, args...)) // cobra takes nil for the arguments of the process
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitGood
	}
	if text := err.Error(); text != "" {
		fmt.Fprintln(stderr, "tweed: "+text)
	}
	if exit, ok := errors.AsType[exitError](err); ok {
		return exit.code
	}
	return exitUsage // cobra's own errors: unknown command, bad flag
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "tweed",
		Short:         "an offline Plaid Sandbox and Apex Sentinel test mode (TEST ONLY: no bank is reached)",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.AddCommand(
		newServe(), newFlow(), newRun(), newExec(), newRule(), newTrigger(), newCheck(), newErrors(), newFacts(),
		newJournal(), newCase(),
		newRoutes(),
		newScenarios(), newSchema(), newInit(), newCA(), newHealthcheck(), newVersion(),
	)
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error { return fromEnvironment(cmd) }
	return root
}

// twin is the variable that sets a flag: --max-worlds is TWEED_MAX_WORLDS.
func twin(f *pflag.Flag) string {
	return "TWEED_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
}

// fromEnvironment gives each flag that was not set the value of its twin.
func fromEnvironment(cmd *cobra.Command) error {
	var err error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		name := twin(f)
		value, ok := os.LookupEnv(name)
		if !ok || f.Changed || f.Name == "help" || err != nil {
			return
		}
		if e := cmd.Flags().Set(f.Name, value); e != nil {
			err = usage(fmt.Errorf("%s=%q: %w", name, value, e))
		}
	})
	return err
}
