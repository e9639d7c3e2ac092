//go:build ignore

// Reads files of `go test -json`. With -show it prints the package lines and the output
// of what failed; without, the totals of all files as one line, "N passed, N failed".
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
)

type event struct {
	Action, Package, Test, Output, ImportPath string
}

type totals struct{ passed, failed, brokenPackages int }

func main() {
	show := flag.Bool("show", false, "print packages and failures instead of the totals")
	status := flag.Int("status", 0, "exit status of the whole run; a bad one counts as a failure when no test failed")
	flag.Parse()

	var sum totals
	for _, name := range flag.Args() {
		if err := read(name, *show, &sum); err != nil && *show {
			fmt.Fprintln(os.Stderr, "summary:", err)
			os.Exit(1)
		}
	}
	if *show {
		return
	}
	if sum.failed == 0 {
		sum.failed = sum.brokenPackages // did not compile, or ended outside of a test
	}
	if sum.failed == 0 && *status != 0 {
		sum.failed = 1
	}
	fmt.Printf("%d passed, %d failed\n", sum.passed, sum.failed)
}

func read(name string, show bool, sum *totals) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	output := map[string]*strings.Builder{} // by package and test, until it is known to be good
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			if show {
				fmt.Println(lines.Text()) // make and the compiler write plain lines
			}
			continue
		}
		sum.count(e)
		if show {
			print(e, output)
		}
	}
	return lines.Err()
}

func (t *totals) count(e event) {
	switch {
	case e.Action == "pass" && e.Test != "":
		t.passed++
	case e.Action == "fail" && e.Test != "":
		t.failed++
	case e.Action == "fail":
		t.brokenPackages++
	}
}

func print(e event, output map[string]*strings.Builder) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "build-output":
		fmt.Print(e.Output)
	case "output":
		if e.Test == "" && (strings.HasPrefix(e.Output, "ok ") || strings.HasPrefix(e.Output, "FAIL\t")) {
			fmt.Print(e.Output)
			return
		}
		if output[key] == nil {
			output[key] = &strings.Builder{}
		}
		output[key].WriteString(e.Output)
	case "pass", "skip":
		delete(output, key)
	case "fail":
		if text := output[key]; text != nil {
			fmt.Print(text.String())
		}
		delete(output, key)
	}
}
