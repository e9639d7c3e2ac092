// Command npm makes the overlay of what is newer than the base contract: it reads the typed interfaces of the npm
// package plaid (MIT) and collects every request field, value and operation that plaid-go's OpenAPI file lacks. It
// prints what the overlay of that version changes in the contract; with -write it writes it to
// fixtures/contract/overlay-npm-VERSION.yaml, in place of the overlay of an older version. Run it when a new version is
// out (it needs npm and the npm registry): make contract NPM=version.
//
//	go run ./emulator/internal/contract/gen/npm [-version 47.0.0] [-write]
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"tweed/emulator/internal/contract/gen/spec"
)

func main() {
	version := flag.String("version", "latest", "version of the npm package plaid")
	write := flag.Bool("write", false, "write the overlay, then run go generate")
	flag.Parse()
	if err := run(*version, *write); err != nil {
		fmt.Fprintln(os.Stderr, "npm:", err)
		os.Exit(1)
	}
}

func run(version string, write bool) error {
	root, err := spec.Root()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "tweed-npm-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	version, err = fetch(dir, version)
	if err != nil {
		return err
	}
	newer, err := read(filepath.Join(dir, "package", "api.ts"))
	if err != nil {
		return fmt.Errorf("plaid %s: %w", version, err)
	}
	committed, err := spec.Committed(root)
	if err != nil {
		return err
	}
	base, err := spec.Base()
	if err != nil {
		return err
	}
	overlays, err := spec.ReadOverlays(spec.Folder(root))
	if err != nil {
		return err
	}
	d := diff(base, newer)
	for _, note := range d.notes {
		fmt.Fprintln(os.Stderr, "not taken over:", note)
	}
	text := encode(version, newer.Version, &d.overlay)
	title := fmt.Sprintf("npm plaid %s, version %s", version, newer.Version)
	if err := compare(os.Stdout, title, committed, base, overlays, text); err != nil || !write {
		return err
	}
	return replace(spec.Folder(root), version, text)
}

// read reads the interfaces of a file.
func read(path string) (*spec.Contract, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	c, err := readTypeScript(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return c, nil
}

// compare builds the contract with an overlay in the place of the committed one of this kind, and prints what is
// different in it.
func compare(
	w io.Writer, title string, committed, base *spec.Contract, overlays []*spec.Overlay, text []byte,
) error {
	overlay, err := spec.ParseOverlay(prefix+"new.yaml", text)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(overlays, func(o *spec.Overlay) bool { return strings.HasPrefix(o.Name(), prefix) })
	if at < 0 {
		at = len(overlays)
	}
	others := slices.DeleteFunc(slices.Clone(overlays), func(o *spec.Overlay) bool {
		return strings.HasPrefix(o.Name(), prefix)
	})
	misfits, err := base.MergeAnyway(slices.Insert(others, at, overlay))
	if err != nil {
		return err
	}
	return spec.PrintDrift(w, title, committed, base, misfits)
}

// fetch gets the package through the plain npm client, unpacks it below dir, and returns its version.
func fetch(dir, version string) (string, error) {
	pack := exec.Command("npm", "pack", "--json", "plaid@"+version)
	pack.Dir, pack.Stderr = dir, os.Stderr
	out, err := pack.Output()
	if err != nil {
		return "", fmt.Errorf("npm pack plaid@%s: %w", version, err)
	}
	var got []struct{ Filename, Version string }
	if err := json.Unmarshal(out, &got); err != nil || len(got) != 1 {
		return "", fmt.Errorf("npm pack --json: %w: %s", err, out)
	}
	unpack := exec.Command("tar", "-xzf", got[0].Filename)
	unpack.Dir, unpack.Stderr = dir, os.Stderr
	return got[0].Version, unpack.Run()
}
