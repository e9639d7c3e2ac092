package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"tweed/cmd/tweed/runner"
	"tweed/emulator"
	"tweed/emulator/scenario"
)

// subject is what run runs: a scenario or a case.
type subject interface {
	File() string
	run(context.Context, runner.Options) (*runner.Report, error)
}

type scenarioSubject struct{ *scenario.Scenario }

func (s scenarioSubject) run(ctx context.Context, o runner.Options) (*runner.Report, error) {
	return runner.Run(ctx, s.Scenario, o)
}

type caseSubject struct{ *emulator.Case }

func (c caseSubject) run(ctx context.Context, o runner.Options) (*runner.Report, error) {
	return runner.Replay(ctx, c.Case, o)
}

// loadAll loads all scenarios and cases before the first one runs, and says what is wrong with
// each.
func loadAll(stderr io.Writer, args []string, anyVersion bool) ([]subject, error) {
	var loaded []subject
	bad := false
	for _, arg := range args {
		files, err := filesOf(arg, scenarioEnding, caseEnding)
		if err != nil {
			fmt.Fprintln(stderr, err)
			bad = true
		}
		for _, file := range files {
			s, err := loadSubject(file, anyVersion)
			if err != nil {
				fmt.Fprintln(stderr, err)
				bad = true
				continue
			}
			loaded = append(loaded, s)
		}
	}
	if bad {
		return nil, usage(errors.New("nothing was run"))
	}
	return loaded, nil
}

func loadSubject(file string, anyVersion bool) (subject, error) {
	if strings.HasSuffix(file, caseEnding) {
		c, err := loadCase(file)
		if err == nil && !anyVersion {
			err = c.CheckVersion()
		}
		return caseSubject{c}, err
	}
	s, err := loadFile(file)
	return scenarioSubject{s}, err
}

// loadCase reads a case.
func loadCase(file string) (*emulator.Case, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxReply+1)) // ReadCase refuses what is longer
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	return emulator.ReadCase(file, data)
}
