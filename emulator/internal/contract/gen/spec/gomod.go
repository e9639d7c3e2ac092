package spec

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The module that ships the base contract (MIT), with the version and checksum that the compiled data is made of.
const (
	Module        = "github.com/plaid/plaid-go/v41"
	ModuleVersion = "v41.0.0"
	moduleSum     = "h1:P7aAYPpbT3L0JB0SWvCepSjbK1tVl2zEKeIf3dfT/Mg="
)

// Base reads the base contract out of plaid-go, which the module proxy serves. plaid-go does not become a dependency:
// the module is downloaded to the module cache from a folder outside of any module.
func Base() (*Contract, error) {
	outside, err := os.MkdirTemp("", "tweed-contract-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(outside) }()
	cmd := exec.Command("go", "mod", "download", "-json", Module+"@"+ModuleVersion)
	cmd.Dir = outside
	out, err := cmd.Output()
	var got struct{ Dir, Sum, Error string }
	if jsonErr := json.Unmarshal(out, &got); jsonErr != nil || got.Error != "" {
		return nil, fmt.Errorf("%s: %w %s", strings.Join(cmd.Args, " "), err, got.Error)
	}
	if got.Sum != moduleSum {
		return nil, fmt.Errorf("%s@%s has the checksum %s, want %s", Module, ModuleVersion, got.Sum, moduleSum)
	}
	data, err := os.ReadFile(filepath.Join(got.Dir, "api", "openapi.yaml"))
	if err != nil {
		return nil, err
	}
	c, err := ReadOpenAPI(data, "plaid-go "+ModuleVersion)
	if err != nil {
		return nil, err
	}
	c.From = Module + " " + ModuleVersion + " api/openapi.yaml (MIT)"
	return c, nil
}

// Committed builds the contract that the repository has: the base with the overlays of fixtures/contract.
func Committed(root string) (*Contract, error) {
	c, err := Base()
	if err != nil {
		return nil, err
	}
	overlays, err := ReadOverlays(Folder(root))
	if err != nil {
		return nil, err
	}
	return c, c.Merge(overlays)
}

// Folder is where the overlays and the compiled contract are, below the repository's folder.
func Folder(root string) string { return filepath.Join(root, "fixtures", "contract") }

// Root finds the folder of this repository from anywhere inside it.
func Root() (string, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", err
	}
	return filepath.Dir(strings.TrimSpace(string(out))), nil
}
