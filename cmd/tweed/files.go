package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tweed/cmd/tweed/report"
	"tweed/cmd/tweed/runner"
	"tweed/emulator"
	"tweed/emulator/scenario"
)

// loadFile loads a scenario file, or one that comes with Tweed, and returns all that can be
// known to be wrong with it before it runs.
func loadFile(file string) (*scenario.Scenario, error) {
	s, err := emulator.Load(file, os.ReadFile)
	if err != nil {
		return nil, err
	}
	if err := runner.Check(s); err != nil {
		return nil, err
	}
	emu, err := emulator.New(emulator.Options{Scenario: s})
	if err != nil {
		return nil, err
	}
	return s, emu.Close()
}

// scenarioEnding is that of scenarios in a directory.
const scenarioEnding = ".yaml"

// filesOf are the files that an argument means: itself, or for a directory every one with one
// of the endings in it and below, but for what is hidden.
func filesOf(arg string, endings ...string) ([]string, error) {
	if info, err := os.Stat(arg); err != nil || !info.IsDir() {
		return []string{arg}, nil // who loads it says what is wrong with it
	}
	var files []string
	err := filepath.WalkDir(arg, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && file != arg && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir
		case !entry.IsDir() && slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(file, e) }):
			files = append(files, file)
		}
		return nil
	})
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%s: there is no *%s in this directory", arg, strings.Join(endings, ", and no *"))
	}
	return files, err
}

// outputs are the files that a command writes at its end, by path. They are made at its
// beginning, so that a path that cannot be written is known before the work is done.
type outputs map[string]*os.File

// openOutputs makes the files; an empty path is none.
func openOutputs(paths ...string) (outputs, error) {
	all := outputs{}
	for _, path := range paths {
		if path == "" {
			continue
		}
		file, err := os.Create(path)
		if err != nil {
			all.close()
			return nil, usage(err)
		}
		all[path] = file
	}
	return all, nil
}

// write writes a file that openOutputs has made.
func (o outputs) write(path string, text []byte) error {
	if o[path] == nil {
		return nil
	}
	_, err := o[path].Write(text)
	err = errors.Join(err, o[path].Close())
	delete(o, path)
	return err
}

// close removes what was not written: an empty file is no JUnit XML.
func (o outputs) close() {
	for path, file := range o {
		info, err := file.Stat()
		_ = file.Close() // nothing was written
		if err == nil && info.Mode().IsRegular() {
			_ = os.Remove(path) // it stays empty then
		}
	}
}

// tell writes what came of suites for other programs: JUnit XML, and what GitHub Actions
// understands where that is who runs the command.
func tell(w io.Writer, o outputs, junit string, suites []report.Suite) error {
	var text strings.Builder
	err := report.WriteJUnit(&text, suites)
	return errors.Join(err, o.write(junit, []byte(text.String())), report.GitHub(w, os.Getenv, suites))
}
