package flow

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Printer writes a run for people: one line per step, the vendor's error below a step that failed, and one line for
// the end. Without Terminal the output has no durations, so that two equal runs print the same. Tokens are shortened,
// secrets are never printed, and vendors' texts cannot drive the terminal.
type Printer struct {
	W        io.Writer
	Terminal bool // print how long each step took
}

// Step prints one step. It fits Config.OnStep.
func (p *Printer) Step(s Step) {
	var line strings.Builder
	fmt.Fprintf(&line, "%-15s  %-8s", s.Name, s.Status)
	if s.RequestID != "" {
		fmt.Fprintf(&line, "  request %s", s.RequestID)
	}
	for _, v := range s.Values {
		fmt.Fprintf(&line, "  %s=%s", v.Name, spaced(v.Text))
	}
	if s.Retries > 0 {
		fmt.Fprintf(&line, "  retries=%d", s.Retries)
	}
	if p.Terminal {
		fmt.Fprintf(&line, "  (%s)", s.Duration.Round(time.Millisecond))
	}
	p.line(line.String())
	for _, n := range s.Notes {
		p.line("    note: " + n)
	}
	if s.Failure != nil {
		p.failure(s.Failure)
	}
}

// failure prints a vendor's error by field, because that is what the vendor's support asks for; any other as a line.
func (p *Printer) failure(f *Failure) {
	if f.Code == "" {
		p.line("    " + f.Text)
		return
	}
	p.field("type", f.Type)
	p.field("code", f.Code)
	p.field("message", f.Message)
	p.field("display", f.DisplayMessage)
	p.field("docs", f.Documentation)
	p.field("request id", f.RequestID)
	p.field("status", f.Service+" HTTP "+statusText(f.Status))
	p.field("advice", f.Advice)
}

func (p *Printer) field(name, value string) {
	if value != "" {
		p.line(fmt.Sprintf("    %-10s  %s", name, value))
	}
}

// Result prints how the run ended, and which steps were left out and why.
func (p *Printer) Result(r *Result) {
	if len(r.Skipped) > 0 {
		p.line(strings.Join(r.Skipped, ", ") + ": left out, no Sentinel target (for Apex's UAT set " +
			strings.Join([]string{EnvApexUsername, EnvApexEntity, EnvApexSecret, EnvApexAccount}, ", ") + ")")
	}
	text := "end: " + string(r.End)
	if r.FailedStep != "" {
		text += " at " + r.FailedStep
	}
	if r.Reason != "" {
		text += ", " + r.Reason
	}
	p.line(text)
}

func (p *Printer) line(text string) {
	_, _ = fmt.Fprintln(p.W, strings.TrimRight(printable(text), " "))
}

func spaced(text string) string {
	if strings.ContainsAny(text, " \"") {
		return fmt.Sprintf("%q", text)
	}
	return text
}
