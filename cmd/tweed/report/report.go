// Package report writes what came of scenarios for other programs: JUnit XML, annotations
// and a summary under GitHub Actions.
package report

import (
	"time"

	"tweed/emulator/scenario"
)

// Suite is what was run together: a scenario, or a command with what was expected of it.
type Suite struct {
	Name  string
	Cases []Case
}

// Case is one thing that was examined. It is good when it has no problems.
type Case struct {
	Name     string
	Problems scenario.Problems
	Time     time.Duration // wall time
}

// failed counts the cases that are not good.
func (s Suite) failed() (n int) {
	for _, c := range s.Cases {
		if len(c.Problems) > 0 {
			n++
		}
	}
	return n
}

func (s Suite) time() (sum time.Duration) {
	for _, c := range s.Cases {
		sum += c.Time
	}
	return sum
}
