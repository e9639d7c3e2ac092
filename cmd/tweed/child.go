package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tweed/cmd/tweed/flow"
	"tweed/emulator/scenario"
)

// ending is how a command ended.
type ending struct {
	code int    // 0 is good
	text string // "ended with exit code 1"
}

// stdio is what a command reads and writes.
type stdio struct {
	in       io.Reader
	out, err io.Writer
}

// runChild runs a command to its end and hands SIGINT and SIGTERM on to it. The error says
// that it could not be started.
func runChild(args, environment []string, files stdio) (ending, error) {
	child := exec.Command(args[0], args[1:]...)
	child.Env = environment
	child.Stdin, child.Stdout, child.Stderr = files.in, files.out, files.err
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	if err := child.Start(); err != nil {
		return ending{}, fmt.Errorf("the command cannot be started: %w", err)
	}
	ended := make(chan struct{})
	go func() {
		for {
			select {
			case s := <-signals:
				_ = child.Process.Signal(s) // it may have ended
			case <-ended:
				return
			}
		}
	}()
	err := child.Wait()
	close(ended)
	return endingOf(err), nil
}

// signaled is what a shell adds to the number of the signal that ended a command.
const signaled = 128

// endingOf reads what waiting for a command returned.
func endingOf(err error) ending {
	exit, ok := errors.AsType[*exec.ExitError](err)
	switch {
	case err == nil:
		return ending{text: "passed"}
	case !ok:
		return ending{exitFailed, "ended, but its input or output failed: " + err.Error()}
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return ending{signaled + int(status.Signal()), "was ended by the signal " + status.Signal().String()}
	}
	return ending{exit.ExitCode(), fmt.Sprintf("failed with exit code %d", exit.ExitCode())}
}

// variables are set in the environment of a command, in this order.
type variables [][2]string

// addresses are where an emulator is, for an application that takes them from its environment.
func addresses(url string) variables {
	return variables{{flow.EnvPlaidBaseURL, url}, {envPlaidAPIURI, url}, {flow.EnvSentinelBaseURL, url}}
}

// credentials are those that an emulator accepts.
func credentials(keys scenario.Credentials) variables {
	return variables{
		{flow.EnvPlaidClientID, keys.ClientID},
		{flow.EnvPlaidSecret, keys.Secret},
		{flow.EnvApexUsername, keys.Username},
		{flow.EnvApexEntity, keys.Entity},
		{flow.EnvApexSecret, keys.SharedSecret},
		{flow.EnvApexAccount, flow.Local("", "").Sentinel.Account},
	}
}

// childEnvironment is the environment of a command that is to use an emulator: this
// program's own, without what would be a flag of a Tweed that the command starts, and with
// what is set.
func childEnvironment(root *cobra.Command, set variables) []string {
	left := twins(root)
	for _, pair := range set {
		left[pair[0]] = true
	}
	var environment []string
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); !left[name] {
			environment = append(environment, pair)
		}
	}
	for _, pair := range set {
		environment = append(environment, pair[0]+"="+pair[1])
	}
	return environment
}

// twins are the variables that set a flag of any command.
func twins(cmd *cobra.Command) map[string]bool {
	all := map[string]bool{}
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) { all[twin(f)] = true })
		for _, below := range cmd.Commands() {
			walk(below)
		}
	}
	walk(cmd)
	return all
}
