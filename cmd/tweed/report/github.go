package report

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"tweed/emulator/scenario"
)

// GitHub tells GitHub Actions what came of suites: an annotation for each problem on w,
// and a table in the job's summary. It does nothing where no job of GitHub Actions runs.
// The environment is read through getenv (os.Getenv in a program).
func GitHub(w io.Writer, getenv func(string) string, suites []Suite) error {
	if getenv("GITHUB_ACTIONS") != "true" {
		return nil
	}
	for _, s := range suites {
		for _, c := range s.Cases {
			for _, p := range c.Problems {
				fmt.Fprintln(w, annotation(s.Name, p, getenv("GITHUB_WORKSPACE")))
			}
		}
	}
	path := getenv("GITHUB_STEP_SUMMARY")
	if path == "" {
		return nil
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(file, summary(suites)); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}

// annotation is a workflow command (docs.github.com, "Workflow commands for GitHub
// Actions"). The place is left out where the runner has no such file.
func annotation(name string, p scenario.Problem, workspace string) string {
	text := "::error title=" + property("tweed: "+name)
	if file, ok := inWorkspace(p.File, workspace); ok {
		text += ",file=" + property(file)
		if p.Line > 0 {
			text += fmt.Sprintf(",line=%d,col=%d", p.Line, p.Column)
		}
	}
	return text + "::" + message(p.String())
}

// inWorkspace is a file's path as GitHub wants it: from the root of the repository.
func inWorkspace(file, workspace string) (string, bool) {
	if file == "" {
		return "", false
	}
	if _, err := os.Stat(file); err != nil {
		return "", false // a scenario that comes with Tweed
	}
	full, err := filepath.Abs(file)
	if err != nil || workspace == "" {
		return filepath.ToSlash(file), true
	}
	below, err := filepath.Rel(workspace, full)
	if err != nil || !filepath.IsLocal(below) {
		return filepath.ToSlash(file), true
	}
	return filepath.ToSlash(below), true
}

// message escapes the text of a workflow command.
func message(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(text)
}

// property escapes the value of a property of a workflow command.
func property(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(text)
}

// summary is a Markdown table with a row for each suite.
func summary(suites []Suite) string {
	var b strings.Builder
	b.WriteString("### Tweed\n\n| | scenario | examined | what is wrong |\n|---|---|---|---|\n")
	for _, s := range suites {
		mark := "ok"
		var wrong []string
		for _, c := range s.Cases {
			for _, p := range c.Problems {
				mark = "FAIL"
				wrong = append(wrong, cell(p.String()))
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %d | %s |\n", mark, cell(s.Name), len(s.Cases), strings.Join(wrong, "<br>"))
	}
	return b.String() + "\n"
}

// cell is a text that can stand in a Markdown table and has no markup of its own.
func cell(text string) string {
	return strings.NewReplacer(
		"&", "&amp;", "<", "&lt;", ">", "&gt;", "|", "&#124;", "`", "&#96;", "*", "&#42;", "_", "&#95;",
		"\r", "", "\n", "<br>",
	).Replace(text)
}
