// Command npm writes the overlay of what is newer than the base contract: it reads the typed interfaces of the npm
// package plaid (MIT) and writes every request field, value and operation that plaid-go's OpenAPI file lacks into
// fixtures/contract/overlay-npm-VERSION.yaml, in place of the overlay of an older version. Run it by hand when a new
// version is out (it needs npm and the npm registry), read the difference, then run go generate.
//
//	go run ./emulator/internal/contract/gen/npm [-version 47.0.0]
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"tweed/emulator/internal/contract/gen/spec"
)

func main() {
	version := flag.String("version", "latest", "version of the npm package plaid")
	flag.Parse()
	if err := run(*version); err != nil {
		fmt.Fprintln(os.Stderr, "npm:", err)
		os.Exit(1)
	}
}

func run(version string) error {
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
	file, err := os.Open(filepath.Join(dir, "package", "api.ts"))
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	newer, err := readTypeScript(file)
	if err != nil {
		return fmt.Errorf("plaid %s api.ts: %w", version, err)
	}
	base, err := spec.Base()
	if err != nil {
		return err
	}
	d := diff(base, newer)
	for _, note := range d.notes {
		fmt.Fprintln(os.Stderr, "not taken over:", note)
	}
	return replace(filepath.Join(root, "fixtures", "contract"), version, newer.Version, &d.overlay)
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
