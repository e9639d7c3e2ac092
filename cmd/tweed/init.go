package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tweed/scenarios"
)

//go:embed starter
var starter embed.FS

func newInit() *cobra.Command {
	return &cobra.Command{
		Use:   "init [DIR]",
		Short: "write a starter folder: a scenario, its schema, a CI snippet",
		Long: "init writes into the folder DIR (tweed) a commented scenario that runs as it is, the JSON Schema beside it\n" +
			"for editors, a README and a workflow for GitHub Actions. It never overwrites a file.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := "tweed"
			if len(args) == 1 {
				dir = args[0]
			}
			files, err := starterFiles()
			if err != nil {
				return err
			}
			if err := writeNew(dir, files); err != nil {
				return usage(err)
			}
			w := cmd.OutOrStdout()
			for _, f := range files {
				fmt.Fprintln(w, "wrote "+filepath.Join(dir, f.name))
			}
			fmt.Fprintf(w, "next: tweed run %s\n", filepath.Join(dir, "first.yaml"))
			return nil
		},
	}
}

// starterFile is one file of the starter folder.
type starterFile struct {
	name string
	text []byte
}

// starterFiles are the files that init writes, by name.
func starterFiles() ([]starterFile, error) {
	entries, err := starter.ReadDir("starter")
	if err != nil {
		return nil, err
	}
	files := make([]starterFile, 0, len(entries)+1)
	for _, entry := range entries {
		text, err := starter.ReadFile("starter/" + entry.Name())
		if err != nil {
			return nil, err
		}
		files = append(files, starterFile{entry.Name(), text})
	}
	return append(files, starterFile{"scenario.schema.json", scenarios.Schema()}), nil
}

// writeNew writes all of some files into a folder, which it makes where it is missing, or
// none: a file that is there already, or one that cannot be written, undoes the others.
func writeNew(dir string, files []starterFile) error {
	var there []string
	for _, f := range files {
		if _, err := os.Lstat(filepath.Join(dir, f.name)); err == nil {
			there = append(there, filepath.Join(dir, f.name))
		}
	}
	if len(there) > 0 {
		return fmt.Errorf("%s already there: nothing was written; move it away, or name another folder: tweed init DIR",
			strings.Join(there, ", "))
	}
	var written []string
	err := func() error {
		made, err := mkdirs(dir)
		written = append(written, made...)
		if err != nil {
			return err
		}
		for _, f := range files {
			path := filepath.Join(dir, f.name)
			err := writeOne(path, f.text)
			if !errors.Is(err, fs.ErrExist) {
				written = append(written, path)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}()
	if err == nil {
		return nil
	}
	for i := len(written) - 1; i >= 0; i-- { // files before the folders that hold them
		_ = os.Remove(written[i]) // what could not be written may not be there
	}
	return fmt.Errorf("nothing was written: %w", err)
}

// mkdirs makes a folder with those above it and returns those that were not there.
func mkdirs(dir string) ([]string, error) {
	var made []string
	if parent := filepath.Dir(dir); parent != dir {
		if _, err := os.Stat(parent); errors.Is(err, fs.ErrNotExist) {
			above, err := mkdirs(parent)
			if made = above; err != nil {
				return made, err
			}
		}
	}
	err := os.Mkdir(dir, 0o755) //nolint:gosec // a source folder like others
	if errors.Is(err, fs.ErrExist) {
		if info, statErr := os.Stat(dir); statErr == nil && info.IsDir() {
			return made, nil
		}
	}
	if err != nil {
		return made, err
	}
	return append(made, dir), nil
}

// writeOne writes a file that must not be there yet.
func writeOne(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // a source file like others
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}
