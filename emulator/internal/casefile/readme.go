package casefile

import (
	"fmt"
	"strings"
	"time"
)

// Ending is how files of cases are called.
const Ending = ".tweed.zip"

// maxShown is how many characters of a move's body the text for a ticket has.
const maxShown = 200

// readme is a text to paste into a ticket.
func (c *Case) readme() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "Tweed case %s: %s and %s of world %s\n\n",
		c.Name, count(len(c.Calls), "call"), count(len(c.Moves), "move"), c.World)
	fmt.Fprintf(&b, "To see it again: tweed run %s\n", shellWord(c.Name+Ending))
	fmt.Fprintf(&b, "Tweed %s, seed %d, clock from %s (%s)\n", c.Version, c.Seed, stamp(c.Clock.Start), c.Clock.Run)
	if c.Start != nil {
		b.WriteString("The world began with an import: start.json.\n")
	}
	b.WriteString("Secrets are redacted. calls.jsonl has the requests and replies, scenario.yaml the rules.\n\n")
	for _, step := range c.steps() {
		switch {
		case step.move != nil:
			m := step.move
			fmt.Fprintf(&b, "%s %s %s\n", stamp(m.Time), m.What, shorten(string(m.Body)))
		case step.ends:
			b.WriteString(step.call.line() + "\n")
		default:
			fmt.Fprintf(&b, "%s #%d %s %s waits\n", stamp(step.call.Came.Time), step.call.N, step.call.Method, step.call.Path)
		}
	}
	return []byte(b.String())
}

// line is a call in one line, as "tweed journal" prints it.
func (c *Call) line() string {
	text := fmt.Sprintf("%s #%d %s %s %d", stamp(c.Time), c.N, c.Method, c.Path, c.Status)
	if c.Fault != "" {
		text += " (" + c.Fault + ")"
	}
	if c.Code != "" {
		text += " " + c.Code
	}
	for _, rule := range append([]string{c.Rule}, c.Fates...) {
		if rule != "" {
			text += fmt.Sprintf(" (rule %q)", rule)
		}
	}
	return text
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// shorten makes one line of a text, and not a long one.
func shorten(text string) string {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) > maxShown {
		return string(runes[:maxShown]) + "…"
	}
	return string(runes)
}

// shellWord quotes a file's name for a shell where that is needed.
func shellWord(name string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-/@+:,", r)
	}
	if !strings.HasPrefix(name, "-") && strings.IndexFunc(name, func(r rune) bool { return !plain(r) }) < 0 {
		return name
	}
	if strings.HasPrefix(name, "-") {
		name = "./" + name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}
